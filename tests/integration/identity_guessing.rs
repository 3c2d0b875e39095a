//! Limits on guessing passwords: for an account, for an address, and for an address that is known.

use crate::identity::{count, try_to_sign_in, wrong};
use countersign::domain::time::{DAY, MINUTE};
use countersign::server::demo::PASSWORD;
use countersign::wire::Reply;
use countersign::wire::error::AppError;

fn is_limited(reply: &Reply) -> bool {
    matches!(reply, Reply::Refused(AppError::TooMany { .. }))
}

both! {
    async fn guessing_is_limited_per_account(app) {
        let mut browser = app.client();
        for _ in 0..5 {
            assert_eq!(try_to_sign_in(&mut browser, "member", "guess").await, wrong());
        }
        app.clock.advance(MINUTE);
        let limited = try_to_sign_in(&mut browser, "member", PASSWORD).await;
        assert_eq!(limited, Reply::Refused(AppError::TooMany { seconds: 14 * 60 }), "also with the right password");
        let mut elsewhere = app.client();
        elsewhere.ip = [192, 0, 2, 2];
        assert!(is_limited(&try_to_sign_in(&mut elsewhere, "member", "guess").await), "from any address");
        browser.sign_in("owner").await;
        app.clock.advance(14 * MINUTE);
        browser.sign_in("member").await;
    }

    async fn a_success_clears_the_account_and_isnt_counted(app) {
        let mut browser = app.client();
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(try_to_sign_in(&mut browser, "member", "guess").await, wrong());
            }
            browser.sign_in("member").await;
        }
        for _ in 0..20 {
            browser.sign_in("member").await;
        }
        assert_eq!(count(&app, "SELECT COUNT(*) FROM sign_in_failure WHERE bucket = 'account:member'").await, 0);
        assert_eq!(count(&app, "SELECT COUNT(*) FROM sign_in_failure WHERE bucket = 'address:192.0.2.1'").await, 12);
    }

    async fn guessing_is_limited_per_address(app) {
        let mut browser = app.client();
        for i in 0..30 {
            assert_eq!(try_to_sign_in(&mut browser, &format!("person-{i}"), "guess").await, wrong());
        }
        assert!(is_limited(&try_to_sign_in(&mut browser, "member", PASSWORD).await));
        let mut elsewhere = app.client();
        elsewhere.ip = [192, 0, 2, 2];
        elsewhere.sign_in("member").await;
    }

    async fn fault_26_wrong_passwords_of_others_dont_keep_out_who_has_signed_in_from_there_before(app) {
        let (mut home, mut stranger, mut abroad) = (app.client(), app.client(), app.client());
        (stranger.ip, abroad.ip) = ([203, 0, 113, 9], [198, 51, 100, 7]);
        home.sign_in("member").await;
        for _ in 0..5 {
            assert_eq!(try_to_sign_in(&mut stranger, "member", "guess").await, wrong());
        }
        assert!(is_limited(&try_to_sign_in(&mut stranger, "member", PASSWORD).await));
        home.sign_in("member").await;
        assert!(is_limited(&try_to_sign_in(&mut stranger, "member", "guess").await), "that gives nobody new tries");
        assert!(is_limited(&try_to_sign_in(&mut abroad, "member", PASSWORD).await), "where nobody knows the owner");
        // Guesses are bounded at home too, and a name that looks like its count there uses up nothing.
        for _ in 0..5 {
            assert_eq!(try_to_sign_in(&mut stranger, "192.0.2.1 member", "guess").await, wrong());
        }
        for _ in 0..5 {
            assert_eq!(try_to_sign_in(&mut home, "member", "guess").await, wrong());
        }
        assert!(is_limited(&try_to_sign_in(&mut home, "member", PASSWORD).await));
        app.clock.advance(15 * MINUTE);
        home.sign_in("member").await;
        // Where the owner hasn't been for long, the limit is everybody's again.
        app.clock.advance(91 * DAY);
        for _ in 0..5 {
            assert_eq!(try_to_sign_in(&mut stranger, "member", "guess").await, wrong());
        }
        assert!(is_limited(&try_to_sign_in(&mut home, "member", PASSWORD).await));
    }

    async fn a_burst_of_guesses_is_counted_too(app) {
        let guesses = (0..20).map(|_| {
            let mut browser = app.client();
            async move { try_to_sign_in(&mut browser, "member", "guess").await }
        });
        let replies = futures::future::join_all(guesses).await;
        let looked_at = replies.iter().filter(|reply| **reply == wrong()).count();
        assert_eq!(looked_at, 5, "passwords were compared");
    }

    async fn behind_a_proxy_the_limit_is_on_who_stands_behind_it(app) {
        let app = app.with_settings(|settings| settings.trusted_proxies = vec!["192.0.2.0/24".parse().expect("a net")]);
        let mut proxied = app.client();
        for i in 0..30 {
            proxied.forwarded(&format!("203.0.113.{i}, 198.51.100.7"));
            assert_eq!(try_to_sign_in(&mut proxied, &format!("person-{i}"), "guess").await, wrong(), "{i}");
        }
        proxied.forwarded("203.0.113.99, 198.51.100.7");
        assert!(is_limited(&try_to_sign_in(&mut proxied, "member", PASSWORD).await), "made-up hops change nothing");
        proxied.forwarded("198.51.100.8");
        proxied.sign_in("member").await;
        let sql = "SELECT ip FROM operation_log WHERE operation = 'sign_in' AND result = 'success'";
        let ip: String = app.db.scalar(sql, vec![]).await.expect("a record");
        assert_eq!(ip, "198.51.100.8", "the record names who stands behind the proxy");

        let mut direct = app.client();
        direct.ip = [203, 0, 113, 5];
        for i in 0..30 {
            direct.forwarded(&format!("198.51.100.{i}"));
            assert_eq!(try_to_sign_in(&mut direct, &format!("other-{i}"), "guess").await, wrong(), "{i}");
        }
        direct.forwarded("198.51.100.99");
        assert!(is_limited(&try_to_sign_in(&mut direct, "member", PASSWORD).await), "who isn't a proxy isn't believed");
    }
}
