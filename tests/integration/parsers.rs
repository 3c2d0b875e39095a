//! Every parser of ours, given what nobody should send: none panics, and what is taken keeps to its limits. Parsers
//! that only their own module sees are tested there.

use countersign::domain::address::{after_signing_in, back_to, page_of_this_site, sign_in_then, with_parameter};
use countersign::domain::attachment::clean_name;
use countersign::domain::canned_reply::CannedReply;
use countersign::domain::directory::View;
use countersign::domain::host::{HostForm, Image, Specification};
use countersign::domain::host_operation::AdjustForm;
use countersign::domain::join::JoinForm;
use countersign::domain::oplog::Head;
use countersign::domain::process::{LinkForm, ProcessForm, TicketType};
use countersign::domain::quota::{Amounts, Key, Standing, UNLIMITED};
use countersign::domain::quota_request::{LimitField, QuotaForm, QuotaScope};
use countersign::domain::request::Request;
use countersign::domain::support::SupportForm;
use countersign::http::location::see_other;
use countersign::server::cloud::Faults;
use countersign::server::helpdesk::{is_ours, naming};
use countersign::server::markdown;
use countersign::server::settings::duration;
use countersign::wire::live::{Hint, Position};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Typed texts: words that mean something somewhere, numbers at every edge, and anything at all.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("small".to_owned()),
        Just("Unlimited".to_owned()),
        Just("role".to_owned()),
        Just("apply-machine".to_owned()),
        "-?[0-9]{1,20}",
        "-?[0-9]{1,4}(\\.[0-9]{1,3})?(e[0-9]{1,3})?",
        "[ \t]{0,3}[0-9]{1,3}[ \t]{0,3}",
        Just("NaN".to_owned()),
        Just("inf".to_owned()),
        any::<String>(),
        "\\PC{2000,2100}",
    ]
}

/// Addresses, and texts that something may take for an address.
fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        "(/|//|/\\\\|https?://|javascript:|/\t/|%2f%2f)?[a-z./?#&=%\\\\ ]{0,30}",
        "/[!-~]{0,30}",
        any::<String>(),
    ]
}

/// Whether a browser that is sent there stays on this site.
fn stays_here(location: &str) -> bool {
    // Browsers drop tabs and line breaks, and take a backslash for a slash.
    let seen: String = location.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let seen = seen.trim_start_matches(|c: char| c <= ' ').replace('\\', "/");
    seen.starts_with('/') && !seen.starts_with("//")
}

fn small() -> Specification {
    Specification { id: "small".into(), name: "small".into(), vcpu: 1, memory_mib: 1_024 }
}

proptest! {
    #[test]
    fn an_application_for_hosts_is_within_its_limits(
        (name, quantity, project, specification, image) in (typed(), typed(), typed(), typed(), typed()),
        (system_disk, data_disks, description, reason) in (typed(), vec(typed(), 0..10), typed(), typed()),
    ) {
        let form = HostForm { name, quantity, project, specification, image, system_disk, data_disks, description, reason };
        let image = Image { id: "small".into(), name: "small".into() };
        match form.parse(&[small()], &[image]) {
            Ok(asked) => {
                prop_assert!((1..=100).contains(&asked.quantity) && (10..=500).contains(&asked.system_disk_gib));
                prop_assert!(asked.data_disks_gib.len() <= 8);
                prop_assert!(asked.data_disks_gib.iter().all(|disk| (1..=3_072).contains(disk)));
                prop_assert!(asked.reason.chars().count() <= 2_000 && !asked.name.is_empty());
                prop_assert_eq!(asked.host_names().len() as i64, asked.quantity);
                let kept = Request::Host(asked);
                let text = serde_json::to_string(&kept).expect("a payload");
                prop_assert_eq!(Request::read(TicketType::ApplyMachine, &text).expect("read back"), kept);
            }
            Err(problems) => prop_assert!(!problems.is_empty(), "a refusal says why"),
        }
    }

    #[test]
    fn an_adjustment_is_within_its_limits(specification in typed(), data_disks in vec(typed(), 0..10), auto_start in option::of(typed()), reason in typed()) {
        let form = AdjustForm { specification, data_disks, auto_start, reason, ..AdjustForm::default() };
        match form.parse(&"p".into(), vec![], &[small()]) {
            Ok(asked) => prop_assert!(asked.added_disks_gib.iter().all(|disk| (1..=3_072).contains(disk))),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }

    #[test]
    fn a_quota_asked_for_is_a_limit(
        rows in vec((0..Key::ALL.len(), typed(), option::of(Just("on".to_owned()))), 0..6),
        (reason, seen) in (typed(), option::of(typed())),
    ) {
        let standing = Standing {
            scope: "project web".into(),
            limits: BTreeMap::from([(Key::Vcpu, 64), (Key::Memory, 128 * 1_024)]),
            used: Amounts::from_iter([(Key::Vcpu, 40)]),
            held: Amounts::default(),
        };
        let row = |(key, value, unlimited): (usize, String, Option<String>)| {
            (Key::ALL[key].key().to_owned(), LimitField { value, unlimited })
        };
        let form = QuotaForm {
            limits: rows.into_iter().map(row).collect(),
            reason,
            seen: seen.unwrap_or_default(),
            ..QuotaForm::default()
        };
        if let Ok(asked) = form.parse(QuotaScope::Project, "web", &standing) {
            prop_assert!(!asked.changes.is_empty());
            for change in asked.changes {
                prop_assert!(change.new == UNLIMITED || change.new >= standing.used.get(change.key), "{:?}", change);
                prop_assert!(change.new <= 1_000_000_000 * 1_024 && change.new != change.old);
            }
        }
    }

    #[test]
    fn a_process_has_what_its_type_takes(
        (ticket_type, kind, description, queue) in (prop_oneof![typed(), Just("apply-server-changeconfig".to_owned())], typed(), typed(), typed()),
        links in vec((typed(), typed(), typed(), prop_oneof![typed(), Just("project".to_owned())]), 0..8),
        external in any::<bool>(),
    ) {
        let link = |(name, by, role, scope)| LinkForm { name, by, role, scope, persons: vec![] };
        let links = links.into_iter().map(link).collect();
        let form = ProcessForm { ticket_type, kind, description, links, queue, self_approval: None };
        if let Ok((ticket_type, definition, _)) = form.parse(external) {
            prop_assert!((1..=ticket_type.max_links()).contains(&definition.links.len()));
        }
    }

    #[test]
    fn the_other_forms_take_or_refuse(a in typed(), b in typed(), c in typed()) {
        if let Ok(asked) = (SupportForm { description: a.clone(), level: b.clone(), follows: c.clone() }).parse() {
            prop_assert!(asked.description.chars().count() <= 10_000 && !asked.description.trim().is_empty());
        }
        let _ = JoinForm { reason: a.clone(), project: b.clone() }.parse(&[]);
        let _ = CannedReply::parse(&a, &b);
        let _ = countersign::domain::support::Verdict::parse(&a, &b, &c);
        for ticket_type in TicketType::ALL {
            let _ = Request::read(*ticket_type, &a);
        }
        let name = clean_name(&a);
        prop_assert!(!name.is_empty() && !name.contains(['/', '\\', '\n', '\0']), "{}", name);
    }

    #[test]
    fn words_and_keys_read_back_or_not_at_all(text in prop_oneof![typed(), "(ticket|writing|domain|project)[:/][0-9a-z/]{0,12}", "[0-9a-z]{0,5}:[0-9]{0,22}"]) {
        if let Some(hint) = Hint::parse(&text) {
            prop_assert_eq!(Hint::parse(&hint.to_string()), Some(hint));
        }
        if let Some(position) = Position::parse(&text) {
            prop_assert_eq!(Position::parse(&position.to_string()), Some(position));
        }
        if let Some(view) = View::from_key(&text) {
            prop_assert_eq!(view.key(), text.clone());
        }
        if let Ok(head) = Head::parse(&text) {
            prop_assert_eq!(Head::parse(&head.to_string()), Ok(head));
        }
        let _ = text.parse::<Faults>();
    }

    #[test]
    fn a_time_is_a_whole_number_of_its_unit(number in any::<u64>(), unit in "(ms|s|m|h|d)?", text in typed()) {
        if let Ok(millis) = duration(&format!("{number}{unit}")) {
            let per = match unit.as_str() { "ms" => 1, "s" => 1_000, "m" => 60_000, "h" => 3_600_000, _ => 86_400_000 };
            prop_assert_eq!(i128::from(millis), i128::from(number) * per);
            prop_assert!(!unit.is_empty());
        }
        if let Ok(millis) = duration(&text) {
            prop_assert!(millis >= 0);
        }
    }

    #[test]
    fn nobody_is_led_to_another_site(next in address(), back in address(), has_project in any::<bool>()) {
        prop_assert!(page_of_this_site(&next).is_none_or(stays_here), "{}", next);
        for location in [after_signing_in(Some(&next), has_project), sign_in_then(&next), back_to(&back, "/hosts")] {
            prop_assert!(stays_here(&location), "{:?} and {:?} lead to {}", next, back, location);
            let again = with_parameter(&location, "flash", &back);
            prop_assert!(stays_here(&again), "{}", again);
            let answer = see_other(&again);
            let header = answer.headers()["location"].to_str().expect("visible ASCII").to_owned();
            prop_assert!(stays_here(&header), "{}", header);
        }
    }

    #[test]
    fn what_is_written_is_shown_and_does_nothing(text in any::<String>(), tag in "<[a-z]{1,8} (on[a-z]{3,6}|style|src|href)=[\"']?[a-z:()]{0,20}[\"']?>", link in "\\[x\\]\\([a-zA-Z]{0,10}:[ -~]{0,20}\\)") {
        for written in [&text, &tag, &format!("{tag}{text}"), &link] {
            let shown = markdown::render(written).to_lowercase();
            for part in shown.split('<').skip(1) {
                let part = part.split('>').next().unwrap_or_default();
                prop_assert!(!part.contains(" on") && !part.contains("style=") && !part.starts_with("script"), "{}: {}", written, shown);
                if let Some((_, target)) = part.split_once("href=\"") {
                    let known = ["http:", "https:", "mailto:", "/", "#"].iter().any(|good| target.starts_with(good));
                    prop_assert!(known, "{}: {}", written, shown);
                }
            }
        }
        let quoted = naming(&text, &[tag]);
        prop_assert!(quoted.contains("Attached there"));
        is_ours(&text);
    }
}
