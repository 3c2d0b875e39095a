//! Files of comma-separated values, written as their rows are read.
//!
//! They are UTF-8 with a byte order mark, without which Excel reads a file in the system's old code page; LibreOffice
//! needs none. A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection").

use axum::body::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use std::io;

/// How many rows an export should read at a time.
pub const BATCH: i64 = 250;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The file's bytes: this head, then the rows. An error breaks it off, so that the browser sees a failed download and
/// not a short file.
pub fn written(
    head: Vec<String>,
    batches: impl Stream<Item = io::Result<Vec<Vec<String>>>> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let head = lines(std::iter::once(head)).map(|line| [BYTE_ORDER_MARK, &line].concat().into());
    let rows = batches.and_then(|rows| {
        let rows = rows.into_iter().map(|row| row.into_iter().map(inert).collect());
        std::future::ready(lines(rows).map(Bytes::from))
    });
    stream::once(std::future::ready(head)).chain(rows)
}

/// Logs why an export can't be finished, and gives the error that ends it.
pub fn broken(error: &dyn std::fmt::Display) -> io::Error {
    tracing::error!("an export broke off: {error}");
    io::Error::other("the export broke off")
}

fn lines(rows: impl Iterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    for row in rows {
        writer.write_record(row).map_err(|error| broken(&error))?;
    }
    writer.into_inner().map_err(|error| broken(&error))
}

/// Makes a text one that no spreadsheet takes for a formula.
fn inert(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_inert() {
        for dangerous in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(inert(dangerous.to_owned()), format!("'{dangerous}"));
        }
        for harmless in ["", "web-1", "a=b", "{\"a\":1}", "'quoted"] {
            assert_eq!(inert(harmless.to_owned()), harmless);
        }
    }

    #[test]
    fn lines_are_quoted_where_they_need_it() {
        let lines = lines([vec!["a,b".to_owned(), "say \"hi\"".to_owned(), "two\nlines".to_owned()]].into_iter());
        assert_eq!(lines.expect("written"), b"\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n");
    }
}
