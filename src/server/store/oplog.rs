//! The operation log's table: records are only ever added.

use super::db::Tx;
use crate::args;
use crate::domain::oplog::{Operation, Outcome};
use crate::domain::time::Millis;
use crate::server::app::Operator;
use crate::server::work::Subject;
use serde_json::Value;

pub struct NewRecord {
    pub at: Millis,
    pub operator: Operator,
    pub subject: Subject,
    pub operation: Operation,
    pub result: Outcome,
    pub reason: Option<String>,
    pub details: Value,
}

pub async fn insert(tx: &mut Tx, record: &NewRecord) -> sqlx::Result<()> {
    let NewRecord { operator, subject, .. } = record;
    let (project_id, project_name) = subject.project.clone().unzip();
    let (domain_id, domain_name) = subject.domain.clone().unzip();
    tx.exec(
        "INSERT INTO operation_log (at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
           project_id, project_name, domain_id, domain_name, operation, result, reason, ip, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            record.at,
            operator.id.clone(),
            &operator.name,
            &operator.view,
            subject.resource.key(),
            &subject.id,
            &subject.name,
            project_id,
            project_name,
            domain_id,
            domain_name,
            record.operation.key(),
            record.result.key(),
            record.reason.clone(),
            &operator.ip,
            record.details.to_string(),
        ],
    )
    .await?;
    Ok(())
}
