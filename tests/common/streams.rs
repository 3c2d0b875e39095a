//! Open streams of signed-in people, and what they are told.

use super::TestApp;
use super::client::Client;
use countersign::domain::origin::LOCAL;
use countersign::domain::time::DAY;
use countersign::server::caller::Caller;
use countersign::server::clock::new_id;
use countersign::server::events::Stream;
use countersign::server::service::session;
use countersign::server::store;
use countersign::server::store::session::NewSession;
use countersign::wire::live::Hint;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

/// How long to wait for a message, which is longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A browser signed in as this person, and the caller of its session.
pub async fn signed_in(app: &TestApp, who: &str) -> (Client, Caller) {
    let mut browser = app.client();
    browser.sign_in(who).await;
    let caller = caller(app, &browser).await.expect("signed in");
    (browser, caller)
}

pub async fn caller(app: &TestApp, browser: &Client) -> Option<Caller> {
    let token = browser.cookies.get("countersign_session").expect("a session");
    session::authenticate(app, token, "192.0.2.1").await.expect("query")
}

/// The stream of a person's new session, with its first message read.
pub async fn stream(app: &TestApp, who: &str) -> Stream {
    let (_, caller) = signed_in(app, who).await;
    open(app, caller).await
}

pub async fn open(app: &TestApp, caller: Caller) -> Stream {
    settled(app).await;
    let mut stream = opened(app, &caller).await;
    assert_eq!(hints(&mut stream).await, [], "nothing was missed");
    stream
}

/// Waits until listeners were told of everything committed so far: a session's end that is committed now is told after
/// it.
pub async fn settled(app: &TestApp) {
    let mut caller = app.caller("helpdesk").await;
    caller.session_hash = new_id();
    let mut tx = app.db.begin().await.expect("begin");
    let new = NewSession {
        token_hash: &caller.session_hash,
        account: &caller.person.id,
        view: None,
        created_at: app.now(),
        expires_at: app.now() + DAY,
        ip: "",
        provider: LOCAL,
    };
    store::session::insert(&mut tx, &new).await.expect("inserted");
    tx.commit().await.expect("commit");
    let mut marker = opened(app, &caller).await;
    let mut tx = app.db.begin().await.expect("begin");
    store::session::end(&mut tx, &caller.session_hash).await.expect("ended");
    tx.commit().await.expect("commit");
    while !hints(&mut marker).await.contains(&Hint::SignedOut) {}
}

/// Opens a stream, as browsers do: once more when something about sessions is just being told.
pub async fn opened(app: &TestApp, caller: &Caller) -> Stream {
    let opening = async {
        loop {
            let now = app.events.position();
            match app.events.open(caller.clone(), &now, Some(&now)) {
                Some(stream) => return stream,
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    };
    timeout(PATIENCE, opening).await.expect("a stream")
}

/// The next message's hints.
pub async fn hints(stream: &mut Stream) -> Vec<Hint> {
    let message = timeout(PATIENCE, stream.next()).await.expect("a message in time").expect("the stream goes on");
    message.hints.into_iter().collect()
}

/// All hints of what was committed so far and not read yet.
pub async fn all_hints(app: &TestApp, stream: &mut Stream) -> BTreeSet<Hint> {
    settled(app).await;
    stream.next().now_or_never().flatten().map(|message| message.hints).unwrap_or_default()
}
