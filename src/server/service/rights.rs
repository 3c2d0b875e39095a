//! Checks that several use cases share.

use crate::api::error::AppError;
use crate::server::app::Caller;

/// What belongs to the System View is refused in every other, with a hint for those who hold it.
pub fn require_system_view(caller: &Caller, what: &str) -> Result<(), AppError> {
    match (caller.is_system_view(), caller.person.is_system_admin()) {
        (true, true) => Ok(()),
        (_, true) => {
            Err(AppError::Forbidden(format!("{what} belongs to the System View. Switch the view and try again.")))
        }
        (_, false) => Err(AppError::Forbidden(format!("{what} is for system administrators."))),
    }
}

/// The page a form came from, if it is one of this site; otherwise `fallback`.
pub fn back_to(back: &str, fallback: &str) -> String {
    // Visible ASCII only: browsers drop tabs and line breaks, and read what is left as another site's address.
    let plain = back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let local = plain && back.starts_with('/') && !back.starts_with("//");
    if local { back.to_owned() } else { fallback.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::back_to;

    #[test]
    fn only_pages_of_this_site_are_gone_back_to() {
        assert_eq!(
            back_to("/tickets/workflow/pending?status=incomplete", "/"),
            "/tickets/workflow/pending?status=incomplete"
        );
        for foreign in [
            "https://example.com/",
            "//example.com",
            "/\\example.com",
            "",
            "javascript:alert(1)",
            "/\t/example.com",
            "/\u{e9}",
        ] {
            assert_eq!(back_to(foreign, "/hosts"), "/hosts", "{foreign}");
        }
    }
}
