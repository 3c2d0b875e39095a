//! The rules of approval: pure, without I/O and without a clock, the same on the server and in the browser.

pub mod address;
pub mod attachment;
pub mod bell;
pub mod canned_reply;
pub mod directory;
pub mod external;
pub mod host;
pub mod host_operation;
pub mod ids;
pub mod join;
pub mod machine;
pub mod number;
pub mod oplog;
pub mod origin;
pub mod payload;
pub mod process;
pub mod quota;
pub mod quota_request;
pub mod request;
pub mod support;
pub mod text_enum;
pub mod time;
pub mod validation;
pub mod workflow;
