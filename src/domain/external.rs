//! The third-party ticket systems that Technical Support can live in.

use crate::domain::text_enum::text_enum;

text_enum! {
    HelpdeskKind {
        RequestTracker = "request_tracker", "Request Tracker";
        Redmine = "redmine", "Redmine";
    }
}
