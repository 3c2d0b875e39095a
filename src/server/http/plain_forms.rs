//! Stub.
use crate::api::flash::Flash;
pub async fn load(_id: &str) -> Option<Flash> { None }
