//! How large a request may be, and how long it may take.

use crate::domain::attachment::MAX_SIZE;
use std::time::Duration;

/// More than any form here can hold.
pub const LARGEST_BODY: usize = 1024 * 1024;
pub const LONGEST_CHECK: Duration = Duration::from_secs(2);
pub const LONGEST_REQUEST: Duration = Duration::from_secs(30);
/// Fifty megabytes over a slow line.
pub const LONGEST_UPLOAD: Duration = Duration::from_secs(600);
/// Five files with some room, and the form around them.
pub const LARGEST_UPLOAD: usize = 5 * (MAX_SIZE as usize) + 4 * LARGEST_BODY;
