//! Technical support tickets: the words of their states and levels (SPEC 8).

use crate::text_enum;

text_enum! {
    /// How bad it is; a handler sees Fatal first.
    Level {
        Minor = "minor", "Minor";
        Moderate = "moderate", "Moderate";
        Critical = "critical", "Critical";
        Fatal = "fatal", "Fatal";
    }
}
