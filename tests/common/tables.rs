//! What a page's table and a file show, and what their list can be narrowed by.

use serde::Serialize;
use std::collections::BTreeSet;

/// The names of a filter's fields, from its type: a test that has to name each of them knows one that is added.
pub fn fields<T: Default + Serialize>() -> BTreeSet<String> {
    let empty = serde_json::to_value(T::default()).expect("JSON");
    empty.as_object().expect("a filter with fields").keys().cloned().collect()
}

/// The texts in the column of a page's table that has this caption, row by row.
pub fn column(page: &str, caption: &str) -> Vec<String> {
    let cell = format!("<td data-label=\"{caption}\"");
    page.split(cell.as_str()).skip(1).map(|cell| text_of(cell.split_once('>').expect("a cell").1)).collect()
}

/// The captions of a page's first table, without that of the boxes and that of the actions.
pub fn captions(page: &str) -> Vec<String> {
    let head = page.split_once("<thead>").and_then(|(_, rest)| rest.split_once("</thead>")).expect("a table").0;
    let cells = head.split("<th ").skip(1).filter(|cell| !cell.contains("visually-hidden"));
    cells.map(|cell| text_of(cell.split_once('>').expect("a cell").1)).collect()
}

/// The first field of each line of a file but its head.
pub fn first_fields(file: &str) -> Vec<String> {
    file.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
}

/// The first text in this HTML.
fn text_of(html: &str) -> String {
    let texts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.map(str::trim).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}
