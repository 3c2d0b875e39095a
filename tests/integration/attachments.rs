//! Files under the entries of a thread: how they arrive and go out, who may have them, and what becomes of files that
//! nobody needs.

use crate::common::TestApp;
use crate::common::client::{Answer, Client, HOST_NAME};
use crate::common::files::spooled;
use crate::common::requests::member_asks;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use countersign::domain::attachment::MAX_SIZE;
use countersign::domain::time::DAY;
use countersign::server::jobs;
use countersign::server::service::support::{attachments, details, handling, lists};
use countersign::server::store::value::args;
use countersign::wire::Reply;
use countersign::wire::error::AppError;
use countersign::wire::support::PostFile;

const REPLY: &str = "/api/reply-support-ticket";
/// The smallest PNG there is: one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

async fn signed_in(app: &TestApp, who: &str) -> Client {
    let mut client = app.client();
    client.sign_in(who).await;
    client
}

type File<'a> = (&'a str, &'a [u8]);

fn multipart(fields: &[(&str, &str)], files: &[File<'_>]) -> Vec<u8> {
    let mut body = vec![];
    for (name, value) in fields {
        body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, content) in files {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        body.extend(format!("--limit\r\n{head}\r\nContent-Type: text/html\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    body
}

/// Sends a reply with files, as scripts do (`application/json`) or as a browser itself does (`text/html`).
async fn send(client: &mut Client, accept: &str, fields: &[(&str, &str)], files: &[File<'_>]) -> Answer {
    let request = Request::post(REPLY)
        .header("accept", accept)
        .header("content-type", "multipart/form-data; boundary=limit")
        .header("origin", format!("http://{HOST_NAME}"))
        .header("referer", format!("http://{HOST_NAME}{}", client.page))
        .header("sec-fetch-site", "same-origin");
    client.send(request.body(Body::from(multipart(fields, files))).expect("a request")).await
}

async fn reply(client: &mut Client, number: i64, body: &str, files: &[File<'_>]) -> Reply {
    let fields = [("number", number.to_string()), ("body", body.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    send(client, "application/json", &fields, files).await.reply()
}

#[track_caller]
fn refused(reply: Reply) -> String {
    match reply {
        Reply::Refused(AppError::Invalid(problems)) => {
            let lines: Vec<String> = problems.into_iter().map(|p| format!("{}: {}", p.field, p.message)).collect();
            lines.join("; ")
        }
        other => panic!("not refused at a field: {other:?}"),
    }
}

/// The files under the last entry that has some.
async fn files(app: &TestApp, who: &str, number: i64) -> Vec<PostFile> {
    let detail = details::get(app, &app.caller(who).await, number, None).await.expect("readable");
    detail.posts.into_iter().map(|post| post.files).rfind(|files| !files.is_empty()).unwrap_or_default()
}

async fn rows(app: &TestApp, table: &str) -> i64 {
    match table {
        "attachment" => app.db.scalar("SELECT COUNT(*) FROM attachment", vec![]).await.expect("query"),
        _ => app.db.scalar("SELECT COUNT(*) FROM attachment_part", vec![]).await.expect("query"),
    }
}

async fn fetch(client: &mut Client, number: i64, file: &PostFile) -> Answer {
    client
        .send(
            Request::get(format!("/tickets/support/{number}/files/{}", file.id))
                .body(Body::empty())
                .expect("a request"),
        )
        .await
}

both! {
    async fn files_come_with_a_reply_and_go_out_as_what_they_are(app) {
        let number = member_asks(&app, "help").await;
        let mut member = signed_in(&app, "member").await;
        let large: Vec<u8> = (0..600_000_u32).flat_map(u32::to_le_bytes).collect();
        let sent = [("C:\\pictures\\screen.png", PNG), ("log.bin", large.as_slice()), ("page.html", b"<script>alert(1)</script>".as_slice())];
        assert!(matches!(reply(&mut member, number, "look", &sent).await, Reply::Done(_)));
        let found = files(&app, "helpdesk", number).await;
        let shown: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.size, f.image)).collect();
        assert_eq!(shown, [("screen.png", PNG.len() as u64, true), ("log.bin", 2_400_000, false), ("page.html", 25, false)]);
        assert!(app.logged("reply", "success").await == 1);

        let mut helpdesk = signed_in(&app, "helpdesk").await;
        let answer = fetch(&mut helpdesk, number, &found[0]).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
        assert!(answer.header("content-disposition").starts_with("inline; filename=\"screen.png\""));
        for file in &found {
            let answer = fetch(&mut helpdesk, number, file).await;
            assert_eq!(answer.header("content-length"), file.size.to_string());
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("sandbox") && policy.contains("default-src 'none'") && !policy.contains("allow"), "{policy}");
            assert!(answer.header("cache-control").starts_with("private"));
            if !file.image {
                assert_eq!(answer.header("content-type"), "application/octet-stream");
                assert!(answer.header("content-disposition").starts_with("attachment; "));
            }
        }
        // The content comes back byte for byte, over all its parts.
        let answer = helpdesk.open(&format!("/tickets/support/{number}/files/{}", found[1].id)).await;
        assert_eq!(axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body"), large);
        assert!(rows(&app, "parts").await > 10, "it lies there in parts");
    }

    async fn what_could_be_two_things_at_once_runs_as_neither(app) {
        let number = member_asks(&app, "help").await;
        let mut member = signed_in(&app, "member").await;
        let script = b"<html><script>alert(1)</script></html>";
        let png = [PNG, script].concat();
        let sent: [File<'_>; 5] = [
            ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
            ("a-page-to-some.gif", b"GIF89a/*<html><script>alert(1)</script>*/=1;"),
            ("with-a-page-behind.png", &png),
            ("paper.pdf", b"%PDF-1.7 <script>alert(1)</script>"),
            ("named-like-one.png", script),
        ];
        assert!(matches!(reply(&mut member, number, "look", &sent).await, Reply::Done(_)));
        let mut helpdesk = signed_in(&app, "helpdesk").await;
        for (file, media_type) in files(&app, "helpdesk", number).await.iter().zip([
            "application/octet-stream", "image/gif", "image/png", "application/octet-stream", "application/octet-stream",
        ]) {
            let answer = fetch(&mut helpdesk, number, file).await;
            assert_eq!((answer.header("content-type"), file.image), (media_type, media_type.starts_with("image/")), "{}", file.name);
            assert_eq!(answer.header("content-disposition").starts_with("inline; "), file.image, "{}", file.name);
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{}: {policy}", file.name);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }

    async fn what_is_sent_without_scripts_comes_back_with_its_files(app) {
        let number = member_asks(&app, "help").await;
        let mut member = signed_in(&app, "member").await;
        let page = format!("/tickets/support/{number}?reply=open");
        member.get(&page).await;
        let text = "x".repeat(10_001);
        let fields = [("number", number.to_string()), ("body", text)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = send(&mut member, "text/html", &fields, &[("notes.txt", b"hello")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let back = answer.location().to_owned();
        let page = member.get(&back).await.body;
        let kept = page.split("name=\"file[0]\"").nth(1).and_then(|rest| rest.split("value=\"").nth(1)).and_then(|rest| rest.split('"').next());
        let kept = kept.unwrap_or_else(|| panic!("the file is still there: {page}")).to_owned();
        assert!(kept.ends_with(":notes.txt") && page.contains("at most 10,000 characters"), "{kept}");
        // Sent again, it goes with the entry; and only once.
        let fields = [("number", number.to_string()), ("body", "shorter".to_owned()), ("file[0]", kept)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = send(&mut member, "text/html", &fields, &[("", b"")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(files(&app, "member", number).await[0].name, "notes.txt");
        let again = send(&mut member, "application/json", &fields, &[]).await.reply();
        assert!(refused(again).contains("notes.txt isn't here any more"));
        // Somebody else's upload isn't taken, even if its id is known.
        let other = attachments::keep(&app, &app.user("helpdesk").await, "secret.txt", 1, &mut spooled(b"s").await).await.expect("kept");
        let fields = [("number", number.to_string()), ("body", "mine?".to_owned()), ("file[0]", other)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(refused(send(&mut member, "application/json", &fields, &[]).await.reply()).contains("isn't here"));
    }

    async fn too_many_and_too_large_are_refused_with_a_reason(app) {
        let number = member_asks(&app, "help").await;
        let mut member = signed_in(&app, "member").await;
        let six = vec![("a.txt", b"a".as_slice()); 6];
        assert_eq!(refused(reply(&mut member, number, "six", &six).await), "file: At most 5 files go with one entry; these are 6.");
        let many = vec![("", b"x".as_slice()); 5_000];
        assert!(refused(reply(&mut member, number, "many", &many).await).contains("these are 5000"));
        let large = vec![7; MAX_SIZE as usize + 1];
        let why = refused(reply(&mut member, number, "large", &[("core", &large)]).await);
        assert_eq!(why, "file: core has 10.4 MB, and a file can have at most 10 MiB.");
        assert_eq!(rows(&app, "attachment").await, 0, "nothing of it was kept");
        let exactly = vec![7; MAX_SIZE as usize];
        let five = vec![("dump.bin", exactly.as_slice()); 5];
        assert!(matches!(reply(&mut member, number, "", &five).await, Reply::Done(_)), "files need no words");
        assert!(refused(reply(&mut member, number, "", &[]).await).starts_with("body: "), "an entry needs either");
        let beyond = vec![0; 60 * 1024 * 1024];
        let answer = send(&mut member, "application/json", &[], &[("beyond", &beyond)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        // A form without files keeps its own size limit, at this address as well.
        let answer = member.call(REPLY, &[("number", "1"), ("body", &"x".repeat(2_000_000))]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        // An upload that is cut off in the middle.
        let mut cut = multipart(&[("number", "1"), ("body", "cut")], &[("cut.bin", b"0123456789")]);
        cut.truncate(cut.len() - 20);
        let request = Request::post(REPLY).header("accept", "application/json").header("content-type", "multipart/form-data; boundary=limit");
        let answer = member.send(request.header("sec-fetch-site", "same-origin").body(Body::from(cut)).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    }

    async fn who_may_have_which_file(app) {
        let number = member_asks(&app, "help").await;
        let mut member = signed_in(&app, "member").await;
        let mut helpdesk = signed_in(&app, "helpdesk").await;
        reply(&mut member, number, "open", &[("reply.txt", b"for both")]).await;
        let of_reply = files(&app, "member", number).await.remove(0);
        let fields = [("number", number.to_string()), ("body", "psst".to_owned()), ("note", "on".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(matches!(send(&mut helpdesk, "application/json", &fields, &[("note.txt", b"for us")]).await.reply(), Reply::Done(_)));
        let of_note = files(&app, "helpdesk", number).await.remove(0);
        assert_eq!((of_note.name.as_str(), files(&app, "member", number).await[0].name.as_str()), ("note.txt", "reply.txt"));
        let mut elsewhere = of_reply.clone();
        elsewhere.id = "01937f00-0000-7000-8000-000000000000".into();
        for (who, reads, reads_note) in [
            ("member", true, false),
            ("helpdesk", true, true),
            ("helpdesk2", true, true),
            ("sysadmin", true, true),
            ("owner", false, false),
            ("viewer", false, false),
            ("newcomer", false, false),
        ] {
            let mut client = signed_in(&app, who).await;
            // Somebody without a project is led elsewhere before anything is looked at.
            let no = if who == "newcomer" { StatusCode::SEE_OTHER } else { StatusCode::NOT_FOUND };
            let expected = |may: bool| if may { StatusCode::OK } else { no };
            let unknown = fetch(&mut client, number, &elsewhere).await;
            assert_eq!(unknown.status, no, "{who}");
            for (file, may) in [(&of_reply, reads), (&of_note, reads_note)] {
                let answer = fetch(&mut client, number, file).await;
                assert_eq!(answer.status, expected(may), "{who} {}", file.name);
                if !may {
                    assert_eq!(answer.body, unknown.body, "what isn't theirs looks like what isn't there");
                }
            }
            // Under another ticket's number it isn't there for anybody.
            assert_eq!(fetch(&mut client, number + 1, &of_reply).await.status, no, "{who}");
        }
        let mut nobody = app.client();
        assert_eq!(fetch(&mut nobody, number, &of_reply).await.status, StatusCode::SEE_OTHER, "to the sign-in");
        let kept = rows(&app, "attachment").await;
        let fields = [("number", number.to_string()), ("body", "let me in".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = send(&mut nobody, "application/json", &fields, &[("x.txt", b"x")]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::UNAUTHORIZED, AppError::SignedOut));
        assert_eq!(rows(&app, "attachment").await, kept, "and nothing of theirs is kept");
    }

    async fn who_may_remove_a_file_and_what_is_left_of_it(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("attachments");
        let in_folder = app.with_settings(|settings| settings.attachments_folder = Some(place.clone()));
        for (app, in_database) in [(&app, true), (&in_folder, false)] {
            let number = member_asks(app, "help").await;
            let mut member = signed_in(app, "member").await;
            for name in ["one.txt", "two.txt"] {
                assert!(matches!(reply(&mut member, number, "", &[(name, b"secret")]).await, Reply::Done(_)));
                let file = files(app, "member", number).await.remove(0);
                let mut client = signed_in(app, "helpdesk").await;
                assert_eq!(fetch(&mut client, number, &file).await.body, "secret");
                assert_eq!(place.join(&file.id).exists(), !in_database);
                for (who, view) in [("helpdesk", "Project View: support"), ("sysadmin", "Project View: web"), ("owner", "Project View: web")] {
                    let Ok(caller) = view_of(app, who, view).await else { continue };
                    let outcome = attachments::remove(app, &caller, number, &file.id).await;
                    assert!(matches!(outcome, Err(AppError::Forbidden(_) | AppError::NotFound)), "{who}: {outcome:?}");
                }
                if name == "two.txt" {
                    handling::end(app, &app.caller("member").await, number, "yes", "", "", "").await.expect("ended");
                    let closed = attachments::remove(app, &app.caller("member").await, number, &file.id).await;
                    assert!(matches!(closed, Err(AppError::Forbidden(_))), "{closed:?}");
                }
                let remover = if name == "one.txt" { "member" } else { "sysadmin" };
                attachments::remove(app, &app.caller(remover).await, number, &file.id).await.expect("removed");
                let twice = attachments::remove(app, &app.caller("sysadmin").await, number, &file.id).await;
                assert!(matches!(twice, Err(AppError::Refused(_))), "{twice:?}");
                let left = files(app, "helpdesk", number).await.remove(0);
                assert_eq!((left.name.as_str(), left.removed_by.as_deref(), left.may_remove), (name, Some(remover), false));
                assert_eq!(fetch(&mut client, number, &file).await.status, StatusCode::NOT_FOUND);
                jobs::run_due(app).await.expect("run jobs");
                assert!(!place.join(&file.id).exists(), "its content is gone");
                assert_eq!(rows(app, "parts").await, 0);
            }
        }
        assert_eq!(app.logged("delete", "success").await, 4);
    }

    async fn what_no_entry_takes_is_forgotten(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = app.with_settings(|settings| settings.attachments_folder = Some(folder.path().join("attachments")));
        let (member, owner) = (app.user("member").await, app.user("owner").await);
        let stored = || std::fs::read_dir(folder.path().join("attachments")).map_or(0, Iterator::count);
        let first = attachments::keep(&app, &owner, "first.txt", 1, &mut spooled(b"1").await).await.expect("kept");
        for _ in 0..30 {
            attachments::keep(&app, &member, "more.txt", 1, &mut spooled(b"m").await).await.expect("kept");
        }
        assert_eq!((rows(&app, "attachment").await, stored()), (26, 26), "25 of one person, and nobody else's pushed out");
        app.clock.advance(DAY + 1);
        attachments::keep(&app, &member, "later.txt", 1, &mut spooled(b"l").await).await.expect("kept");
        assert_eq!((rows(&app, "attachment").await, stored()), (1, 1), "a day later all of them are gone: {first}");
    }

    async fn files_cost_a_thread_no_question(app) {
        let number = member_asks(&app, "help").await;
        let member = app.caller("member").await;
        let questions = async || {
            let before = app.db.query_count();
            details::get(&app, &member, number, None).await.expect("readable");
            app.db.query_count() - before
        };
        let without = questions().await;
        let mut client = signed_in(&app, "member").await;
        for _ in 0..10 {
            reply(&mut client, number, "", &[("a.txt", b"a"), ("b.txt", b"b")]).await;
        }
        assert_eq!(questions().await, without, "files come with their entries");
        let list = lists::list(&app, &member, countersign::domain::support::SupportTab::Mine, &Default::default()).await.expect("a list");
        assert_eq!(list.page.rows[0].title, "help");
        let sql = "SELECT COUNT(*) FROM post WHERE ticket_number = $1 AND files = 2";
        assert_eq!(app.db.scalar::<i64>(sql, args![number]).await.expect("query"), 10);
    }
}

async fn view_of(app: &TestApp, who: &str, view: &str) -> Result<countersign::server::caller::Caller, ()> {
    let person = app.caller(who).await.person;
    if person.views(true).iter().any(|held| held.label == view) { Ok(app.caller_in(who, view).await) } else { Err(()) }
}
