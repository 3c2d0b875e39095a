//! Rows that are added, removed and moved in a form whose half-made state is in the URL: pure work on names and values.
//!
//! The rows of `form[links]` are named `form[links][0][…]`, `form[links][1][…]` and so on. A button of the form asks for
//! one change (`edit=add`, `edit=remove-1`, `edit=up-2`, `edit=down-0`), and the page renders what comes out of it.

/// The query's parameter in which a button says what it asks for.
pub const EDIT: &str = "edit";

pub type Pairs = Vec<(String, String)>;

/// How many rows `prefix` has.
pub fn row_count(pairs: &Pairs, prefix: &str) -> usize {
    pairs.iter().filter_map(|(name, _)| split(name, prefix)).map(|(index, _)| index + 1).max().unwrap_or(0)
}

/// Makes the change that a button asked for. A new row has the fields of `fresh`: each is what follows the index in the
/// name, and the value.
pub fn edited(pairs: Pairs, prefix: &str, edit: Option<&str>, fresh: &[(&str, &str)]) -> Pairs {
    let Some(edit) = edit else { return pairs };
    let mut order: Vec<usize> = (0..row_count(&pairs, prefix)).collect();
    let (verb, index) = edit.split_once('-').unwrap_or((edit, ""));
    let index = index.parse().ok().filter(|i: &usize| *i < order.len());
    match (verb, index) {
        ("remove", Some(i)) => {
            order.remove(i);
        }
        ("up", Some(i)) if i > 0 => order.swap(i, i - 1),
        ("down", Some(i)) if i + 1 < order.len() => order.swap(i, i + 1),
        _ => {}
    }
    let added = (verb == "add").then_some(order.len());
    let renamed = pairs.into_iter().filter_map(|(name, value)| match split(&name, prefix) {
        Some((old, rest)) => {
            let new = order.iter().position(|i| *i == old)?;
            Some((format!("{prefix}[{new}]{rest}"), value))
        }
        None => Some((name, value)),
    });
    let mut edited: Pairs = renamed.collect();
    if let Some(index) = added {
        edited.extend(fresh.iter().map(|(rest, value)| (format!("{prefix}[{index}]{rest}"), (*value).to_owned())));
    }
    edited
}

/// `("form[links][2][name]", "form[links]")` is row 2 and `[name]`.
fn split<'a>(name: &'a str, prefix: &str) -> Option<(usize, &'a str)> {
    let (index, rest) = name.strip_prefix(prefix)?.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Pairs {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn rows_come_go_and_move() {
        let three = pairs(&[("form[a]", "x"), ("form[d][0]", "10"), ("form[d][1]", "20"), ("form[d][2]", "30")]);
        let disks = |edit: &str| {
            let edited = edited(three.clone(), "form[d]", Some(edit), &[("", "")]);
            let mut rows: Vec<_> = edited.into_iter().filter(|(n, _)| n.starts_with("form[d]")).collect();
            rows.sort();
            rows.into_iter().map(|(_, v)| v).collect::<Vec<_>>()
        };
        assert_eq!(disks("add"), ["10", "20", "30", ""]);
        assert_eq!(disks("remove-1"), ["10", "30"]);
        assert_eq!(disks("up-2"), ["10", "30", "20"]);
        assert_eq!(disks("down-0"), ["20", "10", "30"]);
        for nonsense in ["up-0", "down-2", "remove-9", "remove-x", "else"] {
            assert_eq!(disks(nonsense), ["10", "20", "30"], "{nonsense}");
        }
        assert_eq!(row_count(&three, "form[d]"), 3);
        assert_eq!(row_count(&three, "form[links]"), 0);
    }

    #[test]
    fn a_row_of_several_fields_moves_whole() {
        let two = pairs(&[("form[l][0][name]", "A"), ("form[l][0][p][3]", "x"), ("form[l][1][name]", "B")]);
        let swapped = edited(two, "form[l]", Some("down-0"), &[]);
        assert_eq!(swapped, pairs(&[("form[l][1][name]", "A"), ("form[l][1][p][3]", "x"), ("form[l][0][name]", "B")]));
        let added = edited(vec![], "form[l]", Some("add"), &[("[name]", "N"), ("[by]", "role")]);
        assert_eq!(added, pairs(&[("form[l][0][name]", "N"), ("form[l][0][by]", "role")]));
    }
}
