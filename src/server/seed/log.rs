//! An operation log as years leave it: two records for each ticket.

use super::people::REQUESTERS;
use crate::server::app::App;
use crate::server::store::value::args;
use crate::wire::error::AppError;

pub(super) async fn insert(app: &App, records: i64) -> Result<(), AppError> {
    if records < 1 {
        return Ok(());
    }
    let mut tx = app.quiet().await?;
    tx.exec(
        numbers!(
            "INSERT INTO operation_log (at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
               project_id, project_name, domain_id, domain_name, operation, result, reason, ip, details)
             SELECT $3 - ($2 - i) * 30000, 'requester-' || (i / 2 % $4),
               CASE WHEN i % 2 = 0 THEN 'requester-' || (i / 2 % $4) ELSE 'owner' END, 'Project View: web', 'ticket',
               '' || (i / 2), 'Host Application #' || (i / 2), NULL, NULL, 'default', 'Default',
               CASE WHEN i % 2 = 0 THEN 'submit' ELSE 'pass' END,
               CASE WHEN i % 100 = 0 THEN 'failed' ELSE 'success' END,
               CASE WHEN i % 100 = 0 THEN 'Not possible.' END, '192.0.2.1', '{\"note\":\"For measuring.\"}'
             FROM n"
        ),
        args![2_i64, records + 1, app.now(), REQUESTERS],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
