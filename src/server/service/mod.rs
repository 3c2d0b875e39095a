//! Use cases, one file per area: each checks rights, asks the domain, and writes through one unit of work.

mod approvers;
mod attempts;
pub mod coverage;
pub mod csv_file;
mod days;
pub mod directory;
pub mod external;
pub mod first_run;
pub mod flash;
pub mod frame;
pub mod hosts;
pub mod oplog;
pub mod processes;
pub mod quota;
pub mod quotas;
pub mod requests;
pub mod rights;
pub mod session;
pub mod sign_in;
pub mod support;
pub mod system_settings;
pub mod workflow;
