//! SQL, one file per area, a function per query. It knows no rules. Functions take a [`db::Db`] to read and a
//! [`db::Tx`] to write.

pub mod attachment;
pub mod bell;
pub mod canned_reply;
pub mod change;
pub mod coverage;
pub mod db;
pub mod directory;
pub mod event;
pub mod external;
pub mod flash;
pub mod host;
pub mod inventory;
pub mod job;
pub mod narrow;
pub mod opening;
pub mod oplog;
pub mod process;
pub mod quota;
pub mod session;
pub mod setting;
pub mod sql;
pub mod support;
pub mod support_page;
pub mod task;
pub mod ticket;
pub mod ticket_list;
pub mod ticket_page;
pub mod value;
