//! The third-party ticket systems that Technical Support can live in.

use crate::text_enum;

text_enum! {
    HelpdeskKind {
        RequestTracker = "request_tracker", "Request Tracker";
        Redmine = "redmine", "Redmine";
    }
}
