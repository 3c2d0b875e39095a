//! Files under the entries of a support thread: how many, how large, and what they may be called.

use super::support::is_invisible;

/// How many files may go with one entry.
pub const MAX_FILES: usize = 5;
/// How many bytes a file may have.
pub const MAX_SIZE: u64 = 10 * 1024 * 1024;
const MAX_NAME: usize = 120;

/// Says why these files, by name and size in bytes, can't go with one entry.
pub fn refusal<'a>(files: impl Iterator<Item = (&'a str, u64)>) -> Option<String> {
    let mut count = 0;
    for (name, size) in files {
        count += 1;
        if size > MAX_SIZE {
            return Some(format!("{} has {}, and a file can have at most 10 MiB.", clean_name(name), in_words(size)));
        }
    }
    (count > MAX_FILES).then(|| format!("At most {MAX_FILES} files go with one entry; these are {count}."))
}

/// A size in bytes as people say it: `812 B`, `34.5 kB`, `9.8 MB`.
pub fn in_words(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

/// Whether a page shows a file of this type itself. Everything else is downloaded: a browser might run it.
pub fn is_image(media_type: &str) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&media_type)
}

/// The name under which a file is kept: the last part of a path, without control and invisible characters. A name that
/// is too long is shortened and keeps its ending.
pub fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: Vec<char> = last.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let name: String = seen.iter().collect::<String>().trim().trim_start_matches('.').to_owned();
    let length = name.chars().count();
    if name.is_empty() {
        return "file".to_owned();
    }
    if length <= MAX_NAME {
        return name;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 12);
    let ending = ending.map_or_else(String::new, |ending| format!(".{ending}"));
    let start: String = name.chars().take(MAX_NAME - ending.chars().count()).collect();
    format!("{start}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_kept_without_what_could_deceive() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("C:\\fakepath\\screen shot.png", "screen shot.png"),
            ("../../etc/passwd", "passwd"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
            (".htaccess", "htaccess"),
            ("  ", "file"),
            ("", "file"),
            ("\u{65e5}\u{5fd7}.txt", "\u{65e5}\u{5fd7}.txt"),
        ] {
            assert_eq!(clean_name(given), kept, "{given:?}");
        }
        let long = clean_name(&format!("{}.tar.gz", "x".repeat(500)));
        assert!(long.chars().count() == MAX_NAME && long.ends_with("x.gz"), "{long}");
    }

    proptest! {
        #[test]
        fn every_name_is_one_line_of_a_listing(given in "\\PC{0,300}|[\\x00-\\x1f./\\\\]{0,20}") {
            let name = clean_name(&given);
            prop_assert!(!name.is_empty() && name.chars().count() <= MAX_NAME);
            prop_assert!(!name.chars().any(|c| c.is_control() || "/\\".contains(c)), "{:?}", name);
        }
    }

    #[test]
    fn sizes_and_numbers_have_a_limit() {
        let files = |sizes: &[u64]| refusal(sizes.iter().map(|size| ("a.bin", *size)));
        assert_eq!(files(&[MAX_SIZE; 5]), None);
        assert_eq!(files(&[]), None);
        assert_eq!(files(&[1; 6]).as_deref(), Some("At most 5 files go with one entry; these are 6."));
        assert_eq!(
            files(&[1, MAX_SIZE + 1]).as_deref(),
            Some("a.bin has 10.4 MB, and a file can have at most 10 MiB.")
        );
        assert_eq!([0, 999, 1_000, 34_567, 9_876_543].map(in_words), ["0 B", "999 B", "1.0 kB", "34.5 kB", "9.8 MB"]);
    }
}
