//! How many statements a page costs: it may not grow with what the page shows, and stays small enough to be quick.

use crate::common::TestApp;
use crate::common::client::Client;
use crate::common::requests::member_asks;
use countersign::server::seed;

/// How many statements a page may run, those for the session and for the frame around the page included.
const MOST: u64 = 4;
/// Pages that may run more statements, and how many. A dialog over a ticket reads what it is about, beside the page
/// behind it with its quotas and who could approve later.
const DEARER: &[(&str, &str, u64)] = &[("owner", "/tickets/workflow/WAITING?dialog=pass", 5)];

/// Every page of the site, each with the person who looks at it.
pub const PAGES: &[(&str, &str)] = &[
    ("sysadmin", "/account"),
    ("sysadmin", "/hosts"),
    ("member", "/hosts"),
    ("domainadmin", "/hosts"),
    ("member", "/hosts/new"),
    ("sysadmin", "/hosts/new"),
    ("member", "/hosts/HOST"),
    ("member", "/trash"),
    ("member", "/quotas"),
    ("domainadmin", "/quotas"),
    ("sysadmin", "/quotas"),
    ("sysadmin", "/directory/domains"),
    ("sysadmin", "/directory/projects"),
    ("domainadmin", "/directory/projects"),
    ("sysadmin", "/directory/users"),
    ("sysadmin", "/directory/users/USER"),
    ("sysadmin", "/directory/roles"),
    ("sysadmin", "/settings/external"),
    ("sysadmin", "/settings/system"),
    ("sysadmin", "/settings/tickets"),
    ("sysadmin", "/settings/tickets/PROCESS"),
    ("sysadmin", "/logs"),
    ("member", "/tickets/workflow/mine"),
    ("member", "/tickets/workflow/mine?resource=bench&project=we&initiator=mem&from=2026-01-01&status=completed"),
    ("owner", "/tickets/workflow/pending"),
    ("owner", "/tickets/workflow/resolved"),
    ("owner", "/tickets/workflow/involved"),
    ("sysadmin", "/tickets/workflow/all"),
    ("sysadmin", "/tickets/workflow/all?resource=bench&project=we&initiator=mem&from=2026-01-01&status=completed"),
    ("member", "/tickets/workflow/WAITING"),
    ("owner", "/tickets/workflow/WAITING"),
    ("owner", "/tickets/workflow/WAITING?dialog=pass"),
    ("sysadmin", "/tickets/workflow/DONE"),
    ("member", "/tickets/support/mine"),
    ("helpdesk", "/tickets/support/pending"),
    ("helpdesk", "/tickets/support/resolved"),
    ("sysadmin", "/tickets/support/all"),
    ("helpdesk", "/tickets/support/replies"),
    ("member", "/tickets/support/HELP"),
    ("helpdesk", "/tickets/support/HELP"),
    ("newcomer", "/no-project"),
];

both! {
    async fn every_page_costs_few_statements(app) {
        seed::fill(&app, 40).await.expect("seed");
        let help = member_asks(&app, "It doesn't start.").await;
        let path_of = places(&app, help).await;
        let mut clients: Vec<(&str, Client)> = vec![];
        let mut dear = vec![];
        for (who, page) in PAGES {
            if !clients.iter().any(|(name, _)| name == who) {
                let mut client = app.client();
                client.sign_in(who).await;
                clients.push((who, client));
            }
            let (_, client) = clients.iter_mut().find(|(name, _)| name == who).expect("signed in");
            let path = path_of.iter().fold(page.to_string(), |path, (word, value)| path.replace(word, value));
            let before = app.db.query_count();
            let answer = client.get(&path).await;
            let statements = app.db.query_count() - before;
            assert_eq!(answer.status.as_u16(), 200, "{who} {path}");
            println!("{statements:3} {who} {path}");
            let most = DEARER.iter().find(|(name, dear, _)| name == who && dear == page).map_or(MOST, |(.., most)| *most);
            if statements > most {
                dear.push(format!("{statements} {who} {path}"));
            }
        }
        assert_eq!(dear, Vec::<String>::new(), "pages that cost more than {MOST} statements");
    }
}

/// What the words in [`PAGES`] stand for.
pub async fn places(app: &TestApp, help: i64) -> Vec<(&'static str, String)> {
    let one = async |sql: &'static str| app.db.scalar::<String>(sql, vec![]).await.expect(sql);
    vec![
        ("HOST", one("SELECT MIN(id) FROM host").await),
        ("USER", app.user("owner").await.0),
        ("PROCESS", one("SELECT id FROM process WHERE ticket_type = 'apply-machine'").await),
        (
            "WAITING",
            one(
                "SELECT CAST(MAX(number) AS TEXT) FROM ticket WHERE status = 'incomplete' AND link = 0 AND support = 0",
            )
            .await,
        ),
        (
            "DONE",
            one("SELECT CAST(MAX(number) AS TEXT) FROM ticket WHERE execution_result = 'succeeded' AND number % 2 = 0")
                .await,
        ),
        ("HELP", help.to_string()),
    ]
}
