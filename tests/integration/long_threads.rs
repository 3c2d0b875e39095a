//! A thread of a thousand replies costs what one of twenty does, counted in statements and bytes: to open, and to reply to.

use crate::common::TestApp;
use crate::common::requests::member_asks;
use countersign::server::service::support::details;
use countersign::server::service::support::handling::{self, Entry};
use countersign::server::store::value::args;
use countersign::wire::support::SupportDetail;

/// How many entries of a thread are read at a time.
const PART: usize = 50;

/// A ticket of `member` whose thread has `entries` entries, the description among them.
async fn thread(app: &TestApp, entries: i64) -> i64 {
    let number = member_asks(app, "0000").await;
    let mut tx = app.db.begin().await.expect("begin");
    for position in 1..entries {
        let sql = "INSERT INTO post (ticket_number, position, kind, author_name, body, at) VALUES ($1, $2, 'reply', 'x', $3, 0)";
        tx.exec(sql, args![number, position, format!("{position:04}")]).await.expect("inserted");
    }
    tx.exec("UPDATE support SET posts = $2 WHERE number = $1", args![number, entries]).await.expect("counted");
    tx.commit().await.expect("commit");
    number
}

async fn opened(app: &TestApp, number: i64, before: Option<i64>) -> SupportDetail {
    details::get(app, &app.caller("member").await, number, before).await.expect("readable")
}

/// What a thread costs its requester.
#[derive(Debug)]
struct Cost {
    /// Statements: to read it, for its page, to reply.
    statements: [u64; 3],
    entries: usize,
    /// Bytes of the data, per entry.
    bytes: usize,
    page_bytes: usize,
}

async fn cost(app: &TestApp, number: i64) -> Cost {
    let member = app.caller("member").await;
    let mut browser = app.client();
    browser.sign_in("member").await;
    let begun = app.db.query_count();
    let posts = details::get(app, &member, number, None).await.expect("readable").posts;
    let read = app.db.query_count();
    let page = browser.get(&format!("/tickets/support/{number}")).await;
    let shown = app.db.query_count();
    handling::reply(app, &member, number, Entry::reply("more")).await.expect("sent");
    let replied = app.db.query_count();
    let bytes = serde_json::to_string(&posts).expect("JSON").len() / posts.len();
    let statements = [read - begun, shown - read, replied - shown];
    Cost { statements, entries: posts.len(), bytes, page_bytes: page.body.len() }
}

both! {
    async fn a_long_thread_costs_what_a_short_one_does(app) {
        let (short, full, long) = (thread(&app, 20).await, thread(&app, 50).await, thread(&app, 1_000).await);
        let (short, full, long) = (cost(&app, short).await, cost(&app, full).await, cost(&app, long).await);
        assert_eq!(short.statements, long.statements);
        assert!(short.statements[0] <= 7, "{short:?}");
        assert_eq!((short.entries, full.entries, long.entries), (20, PART, PART), "no more than a part of it comes");
        assert!(long.bytes <= short.bytes + 4, "{short:?} and {long:?}");
        // The link to earlier entries is all that the page of a thousand has more than that of fifty.
        assert!(long.page_bytes <= full.page_bytes + 1_000, "{full:?} and {long:?}");
    }

    async fn earlier_parts_are_pages_of_their_own(app) {
        let long = thread(&app, 1_000).await;
        let newest = opened(&app, long, None).await;
        assert_eq!((newest.earlier, newest.posts[0].position), (Some(950), 950));
        let earlier = opened(&app, long, newest.earlier).await;
        assert_eq!((earlier.posts[0].position, earlier.posts[PART - 1].position), (900, 949));
        assert_eq!(opened(&app, long, Some(50)).await.earlier, None);
    }
}
