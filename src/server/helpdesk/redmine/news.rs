//! Makes news of Redmine's journals, and orders them.

use super::super::{Event, News, RemoteStatus, is_ours, naming};
use super::rest::{Issue, Status};
use chrono::DateTime;

/// What a status means, by the names of Redmine's default data: nothing else tells open statuses apart.
fn meaning(status: &Status) -> RemoteStatus {
    match status.name.to_lowercase().as_str() {
        _ if status.is_closed => RemoteStatus::Closed,
        "new" => RemoteStatus::New,
        "feedback" | "resolved" => RemoteStatus::Stalled,
        _ => RemoteStatus::Open,
    }
}

/// A journal entry makes up to two pieces of news: its text and files, and its change of the status.
#[derive(Clone, Copy)]
pub enum Half {
    Reply,
    Status,
}

/// The id of a piece of news: the entry's second, the last 28 bits of its number, and its half, the reply first. The
/// second leads, because Redmine can be asked for changes by time only; 28 bits tell apart the entries of one second.
pub fn place(second: i64, journal: i64, half: Half) -> i64 {
    (second << 29) | ((journal & 0xfff_ffff) << 1) | half as i64
}

/// The second (since 1970) of such an id.
pub fn second(place: i64) -> i64 {
    place >> 29
}

/// The news in an issue's journal, after the id `cursor` and before the second `until`.
pub fn told(issue: Issue, statuses: &[Status], cursor: i64, until: i64) -> Vec<News> {
    let mut news = vec![];
    for journal in issue.journals {
        let Ok(at) = DateTime::parse_from_rfc3339(&journal.created_on) else { continue };
        if journal.private_notes || at.timestamp() >= until {
            continue;
        }
        let by = journal.user.map(|user| user.name).unwrap_or_default();
        let mut tell = |half, what| {
            let id = place(at.timestamp(), journal.id, half);
            if id > cursor {
                let (ticket, by) = (issue.id.to_string(), by.clone());
                news.push(News { id, ticket, by, at: at.timestamp_millis(), what });
            }
        };
        let words = journal.notes.unwrap_or_default().replace("\r\n", "\n");
        let files = journal.details.iter().filter(|detail| detail.property == "attachment");
        let files: Vec<String> = files.filter_map(|detail| detail.new_value.clone()).collect();
        let says_nothing = words.trim().is_empty() && files.is_empty();
        if !is_ours(&words) && !says_nothing {
            tell(Half::Reply, Event::Reply(naming(&words, &files)));
        }
        let mut details =
            journal.details.iter().filter(|detail| detail.property == "attr" && detail.name == "status_id");
        let status = details.next().and_then(|detail| detail.new_value.as_deref()?.parse().ok());
        if let Some(status) = status.and_then(|id: i64| statuses.iter().find(|status| status.id == id)) {
            tell(Half::Status, Event::Status(status.name.clone(), meaning(status)));
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::super::rest::{Detail, Journal, Named};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const CURSOR_SECOND: i64 = 1_790_000_000;

    fn time(second: i64) -> String {
        DateTime::from_timestamp(second, 0).expect("a time").to_rfc3339()
    }

    fn statuses() -> Vec<Status> {
        let statuses = [(1, "New", false), (2, "In Progress", false), (4, "Feedback", false), (5, "Closed", true)];
        let status = |(id, name, is_closed): (i64, &str, bool)| Status { id, name: name.to_owned(), is_closed };
        statuses.into_iter().map(status).collect()
    }

    proptest! {
        #[test]
        fn whatever_a_journal_says_its_news_lie_beyond_the_cursor(
            journals in proptest::collection::vec(
                (any::<i64>(), prop_oneof![(0..2_000_000_000_i64).prop_map(time), "[ -~]{0,30}"], any::<String>(), "[0-9-]{0,20}"),
                0..8,
            ),
            cursor in any::<i64>(),
        ) {
            let journal = |(id, created_on, notes, new_value): (i64, String, String, String)| Journal {
                id,
                user: Some(Named { id, name: notes.clone() }),
                notes: Some(notes),
                created_on,
                private_notes: false,
                details: vec![Detail { property: "attr".into(), name: "status_id".into(), new_value: Some(new_value) }],
            };
            let [status, ..] = &statuses()[..] else { panic!("statuses") };
            let status = Status { id: status.id, name: status.name.clone(), is_closed: false };
            let journals = journals.into_iter().map(journal).collect();
            let issue = Issue { id: 3, status, assigned_to: None, description: None, journals, allowed_statuses: vec![] };
            for one in told(issue, &statuses(), cursor, CURSOR_SECOND) {
                prop_assert!(one.id > cursor && second(one.id) < CURSOR_SECOND, "{:?}", one);
            }
        }
    }

    #[test]
    fn places_grow_with_time_then_number_then_half() {
        let places = [
            place(0, 0, Half::Reply),
            place(CURSOR_SECOND, 7, Half::Reply),
            place(CURSOR_SECOND, 7, Half::Status),
            place(CURSOR_SECOND, 8, Half::Reply),
            place(CURSOR_SECOND, 0xfff_ffff, Half::Status),
            place(CURSOR_SECOND + 1, 0, Half::Reply),
            // The last second that fits is in the year 2242.
            place((1 << 33) - 1, i64::MAX, Half::Status),
        ];
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert_eq!(places.map(second)[1..6], [[CURSOR_SECOND; 4].as_slice(), &[CURSOR_SECOND + 1]].concat());
    }

    #[test]
    fn a_status_means_what_the_settings_page_says() {
        for (name, is_closed, means) in [
            ("New", false, RemoteStatus::New),
            ("In Progress", false, RemoteStatus::Open),
            ("Feedback", false, RemoteStatus::Stalled),
            ("Resolved", false, RemoteStatus::Stalled),
            ("Resolved", true, RemoteStatus::Closed),
            ("Abgelehnt", true, RemoteStatus::Closed),
            ("Wartet", false, RemoteStatus::Open),
        ] {
            assert_eq!(meaning(&Status { id: 1, name: name.to_owned(), is_closed }), means, "{name} {is_closed}");
        }
    }

    #[test]
    fn only_what_others_wrote_for_all_eyes_is_told_once_it_has_settled() {
        let journal = |id: i64, second: i64, notes: &str, more: serde_json::Value| {
            let mut journal =
                json!({"id": id, "user": {"id": 6, "name": "Agent"}, "notes": notes, "created_on": time(second)});
            journal.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            journal
        };
        let set = |status: &str| json!({"details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": status}]});
        let until = CURSOR_SECOND + 10;
        let issue = json!({"id": 3, "status": {"id": 1, "name": "New"}, "journals": [
            journal(10, CURSOR_SECOND, "read already", json!({})),
            journal(11, CURSOR_SECOND, "of the same second", json!({})),
            journal(12, CURSOR_SECOND + 1, "first this\r\nthen that", set("4")),
            journal(13, CURSOR_SECOND + 2, "not for the requester", json!({"private_notes": true})),
            journal(14, CURSOR_SECOND + 3, "ours\r\n\r\n[countersign 01J 3/2]", json!({})),
            journal(15, CURSOR_SECOND + 4, "", set("5")),
            journal(16, CURSOR_SECOND + 5, "", json!({"details": [{"property": "attr", "name": "assigned_to_id", "new_value": "5"}]})),
            journal(17, CURSOR_SECOND + 6, "", json!({"details": [{"property": "cf", "name": "status_id", "new_value": "5"}]})),
            journal(18, until, "may not be the first of its second", json!({})),
        ]});
        let issue: Issue = serde_json::from_value(issue).expect("an issue");
        let news = told(issue, &statuses(), place(CURSOR_SECOND, 10, Half::Status), until);
        let what: Vec<&Event> = news.iter().map(|one| &one.what).collect();
        assert_eq!(
            what,
            [
                &Event::Reply("of the same second".into()),
                &Event::Reply("first this\nthen that".into()),
                &Event::Status("Feedback".into(), RemoteStatus::Stalled),
                &Event::Status("Closed".into(), RemoteStatus::Closed),
            ]
        );
        assert!(news.is_sorted_by(|a, b| a.id < b.id), "{news:?}");
        assert!(news.iter().all(|one| one.ticket == "3" && one.by == "Agent"), "{news:?}");
    }
}
