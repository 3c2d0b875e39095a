//! The services, the pages and the answers of the server, on both databases. One program: linked once, not forty times.
//! Beside it stand `faults`, which has the machine to itself, `whole_process`, which reads its figures and spans, and
//! `oplog_memory`, which measures its memory.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;
#[path = "../deploying/mod.rs"]
mod deploying;

mod any_order;

mod acting;
mod administration;
mod administration_approvers;
mod administration_people;
mod administration_rights;
mod anything_in_any_order;
mod arrows;
mod attachments;
mod backup;
mod batch;
mod bell;
mod broken_database;
mod browser_half;
mod canned_replies;
mod cloud;
mod coverage;
mod crowd;
mod docked;
mod execution;
mod facts;
mod host_operations;
mod hostile;
mod hosts;
mod http;
mod identity;
mod identity_demo;
mod identity_guessing;
mod jobs;
mod joining;
mod lists;
mod live;
mod log_verify;
mod long_threads;
mod migrations;
mod numbers;
mod operate;
mod oplog;
mod oplog_seal;
mod parsers;
mod plain_forms;
mod queries;
mod quota;
mod quota_requests;
mod redmine;
mod request_tracker;
mod rights;
mod running;
mod seed;
mod starting;
mod support;
mod ticket_types;
mod told;
mod transactions;
mod workflow;
mod writing;
