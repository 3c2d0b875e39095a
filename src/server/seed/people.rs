//! Projects beside those of the demo, each with two owners and its share of the requesters.

use crate::domain::time::Millis;
use crate::server::app::App;
use crate::server::store::db::Tx;
use crate::server::store::value::args;
use crate::wire::error::AppError;

pub(super) const PROJECTS: i64 = 200;
/// Number of requesters; with the owners they are 5,000 people.
pub(super) const REQUESTERS: i64 = 5_000 - 2 * PROJECTS;

/// Adds projects, owners and requesters. None of them has a password, because they don't sign in.
pub(super) async fn insert(app: &App) -> Result<(), AppError> {
    let now = app.now();
    let mut tx = app.quiet().await?;
    tx.exec(
        numbers!(
            "INSERT INTO project (id, domain_id, name, created_at)
             SELECT 'bench-project-' || i, 'default', 'bench-project-' || i, $3 FROM n WHERE TRUE ON CONFLICT DO NOTHING"
        ),
        args![0_i64, PROJECTS - 1, now],
    )
    .await?;
    insert_requesters(&mut tx, REQUESTERS, now).await?;
    for which in ["a", "b"] {
        tx.exec(
            numbers!(
                "INSERT INTO account (id, domain_id, username, display_name, created_at)
                 SELECT 'owner-' || i || '-' || $4, 'default', 'owner-' || i || '-' || $4, 'Owner ' || i || $4, $3
                 FROM n WHERE TRUE ON CONFLICT DO NOTHING"
            ),
            args![0_i64, PROJECTS - 1, now, which],
        )
        .await?;
        tx.exec(
            numbers!(
                "INSERT INTO assignment (account_id, project_id, role_id, created_at)
                 SELECT 'owner-' || i || '-' || $4, 'bench-project-' || i, 'project_owner', $3
                 FROM n WHERE TRUE ON CONFLICT DO NOTHING"
            ),
            args![0_i64, PROJECTS - 1, now, which],
        )
        .await?;
    }
    tx.exec(
        numbers!(
            "INSERT INTO assignment (account_id, project_id, role_id, created_at)
             SELECT 'requester-' || i, 'bench-project-' || (i % $4), 'member', $3 FROM n WHERE TRUE
             ON CONFLICT DO NOTHING"
        ),
        args![0_i64, REQUESTERS - 1, now, PROJECTS],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Adds `count` requesters, who have no role yet.
pub(super) async fn insert_requesters(tx: &mut Tx, count: i64, now: Millis) -> sqlx::Result<()> {
    tx.exec(
        numbers!(
            "INSERT INTO account (id, domain_id, username, display_name, created_at)
             SELECT 'requester-' || i, 'default', 'requester-' || i, 'Requester ' || i, $3 FROM n WHERE TRUE
             ON CONFLICT DO NOTHING"
        ),
        args![0_i64, count - 1, now],
    )
    .await?;
    Ok(())
}
