//! The server's half below HTTP: settings and clock, storage, the ports to a cloud and to a ticket system, callers,
//! live events, the unit of work, use cases, jobs, and example data.

pub mod app;
pub mod attachments;
pub mod auth;
pub mod backup;
pub mod caller;
pub mod clock;
pub mod cloud;
pub mod demo;
pub mod error;
pub mod events;
pub mod helpdesk;
pub mod job;
pub mod jobs;
pub mod listener;
pub mod markdown;
pub mod metrics;
pub mod private;
pub mod secret;
pub mod seed;
pub mod service;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod work;
