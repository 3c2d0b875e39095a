//! Reading the operation log.

use crate::wire::codec::Reading;
use crate::wire::error::AppError;
use crate::wire::logs::{LogFilter, LogList, LogRecord};
use leptos::prelude::*;

#[server(endpoint = "list-logs", output = Reading)]
pub async fn list_logs(filter: LogFilter) -> Result<LogList, AppError> {
    super::answered(crate::server::service::oplog::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "get-log", output = Reading)]
pub async fn get_log(number: i64) -> Result<LogRecord, AppError> {
    super::answered(crate::server::service::oplog::get(&super::app(), &super::caller()?, number).await)
}
