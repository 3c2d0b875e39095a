//! The sequence that numbers tickets.

use crate::server::store::db::Tx;
use crate::server::store::value::args;

/// Numbers the next ticket `last + 1`.
pub(super) async fn number_on_after(tx: &mut Tx, last: i64) -> sqlx::Result<()> {
    let sql =
        tx.dialect().pick("UPDATE sequence SET value = $1 WHERE name = 'ticket'", "SELECT SETVAL('ticket_number', $1)");
    tx.exec(sql, args![last]).await?;
    Ok(())
}
