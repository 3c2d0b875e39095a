//! Tests of quota applications: which typed limits their form takes, which it refuses, and the sentences that say so.

use super::*;
use crate::domain::quota::Amounts;

#[test]
fn fault_14_what_is_stored_in_parts_takes_decimals() {
    let read = |key: Key, typed: &str| number(key).read(typed);
    assert_eq!((read(Key::Memory, "0.5"), read(Key::Storage, "1000000001")), (Some(512), None));
    assert_eq!((read(Key::Vcpu, "64"), read(Key::Vcpu, "0.5"), read(Key::Vcpu, "+16")), (Some(64), None, None));
    assert_eq!(
        NoLimit::NoNumber.message(Key::ObjectStorage),
        "Object storage must be a whole number of GiB from 0 to 1,000,000,000, in digits alone, or Unlimited."
    );
}

fn standing() -> Standing {
    Standing {
        scope: "project web".into(),
        limits: BTreeMap::from([(Key::Vcpu, 64), (Key::Memory, 128 * 1_024)]),
        used: Amounts::from_iter([(Key::Vcpu, 40), (Key::Memory, 64 * 1_024), (Key::HostCount, 3)]),
        held: Amounts::default(),
    }
}

fn parse(typed: &[(&str, &str)]) -> Result<QuotaRequest, Vec<String>> {
    let field =
        |(key, value): &(&str, &str)| ((*key).to_owned(), LimitField { value: (*value).to_owned(), unlimited: None });
    let form = QuotaForm { limits: typed.iter().map(field).collect(), ..Default::default() };
    let parsed = form.parse(QuotaScope::Project, "web", &standing());
    parsed.map_err(|problems| problems.into_iter().map(|p| p.field).collect())
}

#[test]
fn only_changes_are_kept_in_stored_units() {
    let request = parse(&[("vcpu", "80"), ("memory", "128"), ("rds", ""), ("storage", "0.5")]).expect("good");
    let expected = BTreeMap::from([(Key::Vcpu, 80), (Key::Storage, 512)]);
    assert_eq!(request.limits(), expected);
    assert_eq!(request.in_short(), "vCPU +16, Storage limited to 0.5 GiB");
}

#[test]
fn unlimited_is_a_word_or_minus_one_and_has_no_unit() {
    for word in ["-1", "Unlimited", " unlimited "] {
        let request = parse(&[("memory", word)]).expect("good");
        assert_eq!(request.changes[0].new, UNLIMITED, "{word}");
        assert_eq!(request.in_short(), "Memory Unlimited");
    }
}

#[test]
fn what_differs_from_what_the_row_showed_is_the_change() {
    let field =
        |value: &str, ticked: bool| LimitField { value: value.to_owned(), unlimited: ticked.then(|| "on".to_owned()) };
    let (limited, unlimited) = (131_072, UNLIMITED);
    assert_eq!(field("128", true).limit(Key::Memory, limited), Ok(UNLIMITED), "ticked beside the number there was");
    assert_eq!(field("", true).limit(Key::Memory, limited), Ok(UNLIMITED));
    assert_eq!(field("64", true).limit(Key::Memory, limited), Err(NoLimit::Contradiction));
    assert_eq!(field("64", true).limit(Key::Memory, unlimited), Ok(65_536), "typed beside the tick there was");
    assert_eq!(field("64", false).limit(Key::Memory, unlimited), Ok(65_536));
    for nothing in [field("", true), field("", false)] {
        assert_eq!(nothing.limit(Key::Memory, unlimited), Ok(UNLIMITED));
    }
    // What a row shows says the same limit, even where the number shown is rounded.
    for limit in [UNLIMITED, 0, 1, 512, 1_023, 99_999, 100_000, 131_072] {
        assert_eq!(LimitField::of(Key::Memory, limit).limit(Key::Memory, limit), Ok(limit), "{limit}");
    }
}

#[test]
fn a_form_filled_with_other_limits_is_refused() {
    let typed = BTreeMap::from([("vcpu".to_owned(), LimitField { value: "80".into(), unlimited: None })]);
    let fresh = QuotaForm { limits: typed, seen: seen(&standing()), ..Default::default() };
    assert!(fresh.parse(QuotaScope::Project, "web", &standing()).is_ok());
    let stale = QuotaForm { seen: "vcpu=60,memory=131072".into(), ..fresh };
    let problems = stale.parse(QuotaScope::Project, "web", &standing()).expect_err("refused");
    assert_eq!(problems[0].field, "form[limits]");
    assert!(problems[0].message.contains("changed since"), "{}", problems[0].message);
}

#[test]
fn what_was_done_is_said_in_a_sentence() {
    let request = parse(&[("vcpu", "80"), ("memory", "-1")]).expect("good");
    assert_eq!(request.outcome(), "vCPU of web is now 80, Memory Unlimited");
}

#[test]
fn what_is_used_bounds_the_limit() {
    assert_eq!(parse(&[("vcpu", "39")]), Err(vec!["form[limits][vcpu][value]".into()]));
    assert!(parse(&[("vcpu", "40")]).is_ok());
    assert_eq!(parse(&[("host_count", "2")]), Err(vec!["form[limits][host_count][value]".into()]));
}

#[test]
fn what_open_tickets_hold_bounds_it_as_well() {
    let request = parse(&[("vcpu", "45")]).expect("good");
    let mut held = standing();
    held.held.add(Key::Vcpu, 5);
    assert_eq!(request.obstacle(&held), None);
    held.held.add(Key::Vcpu, 1);
    let told = request.obstacle(&held).expect("refused");
    assert_eq!(told, "vCPU can't be 45: 40 is in use, and open tickets hold 6.");
}

#[test]
fn nonsense_and_nothing_are_refused() {
    for wrong in ["x", "-2", "+16", "1.5", "256,5", "9999999999"] {
        assert_eq!(parse(&[("vcpu", wrong)]), Err(vec!["form[limits][vcpu][value]".into()]), "{wrong}");
    }
    assert_eq!(parse(&[("memory", "NaN")]), Err(vec!["form[limits][memory][value]".into()]));
    assert_eq!(parse(&[("vcpu", "64")]), Err(vec!["form[limits]".into()]));
}

#[test]
fn what_changed_meanwhile_stands_in_the_way() {
    let request = parse(&[("vcpu", "80")]).expect("good");
    assert_eq!(request.obstacle(&standing()), None);
    let mut moved = standing();
    moved.limits.insert(Key::Vcpu, 70);
    assert!(request.obstacle(&moved).is_some_and(|why| why.contains("was 64 and is 70 now")));
    let mut used = standing();
    used.used.add(Key::Vcpu, 50);
    assert!(request.obstacle(&used).is_some_and(|why| why.contains("90 is in use")));
}
