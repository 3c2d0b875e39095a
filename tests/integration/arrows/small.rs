//! Tests of the reader on small texts.

use super::graph::{Sources, circles, forbidden};
use super::tokens::{Kind, tokens};

/// The arrows of these files, each as "a.rs -> b.rs".
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let arrows = Sources::read(files.iter().copied()).arrows();
    arrows.into_iter().map(|arrow| format!("{} -> {}", arrow.from, arrow.to)).collect()
}

#[test]
fn a_tree_of_use_is_all_its_paths() {
    let tree = "use crate::{b::{self, c::{D as E, f}, g}, d as e};\nuse std::{fmt, io::Write};";
    let files = [("a.rs", tree), ("b/mod.rs", "pub mod c;"), ("b/c.rs", ""), ("b/g.rs", ""), ("d.rs", "")];
    assert_eq!(arrows(&files), ["a.rs -> b/c.rs", "a.rs -> b/g.rs", "a.rs -> b/mod.rs", "a.rs -> d.rs"]);
    let sources = Sources::read([("a.rs", "\nuse crate::{\n    b::C,\n};"), ("b.rs", "")]);
    assert_eq!(sources.arrows()[0].to_string(), "a.rs:2 knows b.rs (crate::b::C)");
}

#[test]
fn paths_begin_where_they_stand() {
    let inner = "
        use super::x::Y;
        mod half {
            use super::super::z::go;
            use self::quarter::Q;
            mod quarter { fn f() { super::super::super::w::go() } }
            fn f() { self::quarter::go() }
        }";
    let files = [("p/a.rs", inner), ("p/mod.rs", ""), ("p/x.rs", ""), ("p/z.rs", ""), ("p/w.rs", ""), ("lib.rs", "")];
    assert_eq!(arrows(&files), ["p/a.rs -> p/w.rs", "p/a.rs -> p/x.rs", "p/a.rs -> p/z.rs"]);
    let program = "use countersign::a::B;\nfn main() { crate::own(); countersign::c::go() }";
    let files = [("main.rs", program), ("a.rs", ""), ("c.rs", "")];
    assert_eq!(arrows(&files), ["main.rs -> a.rs", "main.rs -> c.rs"]);
}

#[test]
fn what_a_block_brings_in_is_its_own() {
    let text = "
        use crate::b as alias;
        fn one() { use crate::c as alias; if true { alias::deep::go() } }
        fn two() { alias::deep::go() }";
    let files = [("a.rs", text), ("b/mod.rs", ""), ("b/deep.rs", ""), ("c/mod.rs", ""), ("c/deep.rs", "")];
    let found = ["a.rs -> b/deep.rs", "a.rs -> b/mod.rs", "a.rs -> c/deep.rs", "a.rs -> c/mod.rs"];
    assert_eq!(arrows(&files), found);
    // The name of another crate, brought in under the name that it has.
    assert_eq!(arrows(&[("a.rs", "use http::{self, Uri};\nfn f(uri: http::Uri) {}"), ("b.rs", "")]), [""; 0]);
}

#[test]
fn a_name_is_found_where_it_comes_from() {
    let parent =
        "mod child;\npub use child::{Name, only_told};\nmod other;\npub(crate) use other::used;\nfn f() { used() }";
    let child = "pub struct Name;\nuse super::other::x;";
    let user = "use crate::p::Name;\nuse crate::q::Far;\nuse crate::p::Own;";
    let files = [
        ("p/mod.rs", parent),
        ("p/child.rs", child),
        ("p/other.rs", ""),
        ("q.rs", "pub use crate::p::Name as Far;"),
        ("user.rs", user),
    ];
    let found = [
        "p/child.rs -> p/other.rs",
        "p/mod.rs -> p/other.rs",
        "q.rs -> p/child.rs",
        "user.rs -> p/child.rs",
        "user.rs -> p/mod.rs",
    ];
    assert_eq!(arrows(&files), found, "a parent that only says where its child's name is doesn't know it");
    let globs =
        Sources::read([("p/mod.rs", "mod child;\npub use child::*;\nuse Kind::*;"), ("p/child.rs", "")]).globs();
    assert_eq!(globs, ["p/mod.rs:2 takes all of child"]);
}

#[test]
fn tests_do_not_count() {
    let text = "
        #[cfg(test)]
        mod tests { use super::*; use crate::b::C; fn f() { if true { crate::b::go() } } }
        #[cfg(test)]
        use crate::b::{C, D};
        #[cfg(test)]
        #[allow(unused)]
        fn only(size: [u8; 2]) -> usize { crate::b::go() }
        #[cfg(all(test, feature = \"x\"))]
        const C: crate::b::C = crate::b::C;
        #[cfg(test)]
        mod apart;
        #[cfg(not(test))]
        fn real() { crate::c::go() }";
    let files = [("a/mod.rs", text), ("a/apart.rs", "use crate::b::C;"), ("b.rs", ""), ("c.rs", "")];
    assert_eq!(arrows(&files), ["a/mod.rs -> c.rs"]);
}

#[test]
fn only_code_counts() {
    let text = r##"
        // use crate::b::C;
        /* crate::b::go() /* crate::b::go() */ crate::b::go() */
        //! [`crate::b::C`]
        fn f<'a>(x: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
            let _ = ('"', '\'', b'"', "crate::b \" crate::b", r#"crate::b::C" "#, 0xb, x.b.c);
            let r#use = "{";
            'outer: loop { x.b::<u8>(); <T as Trait>::b(); break 'outer; }
        }
        mod half {}
        fn g() { half::go() }
        #[serde(with = "crate::c::codec")]
        struct S;"##;
    assert_eq!(arrows(&[("a.rs", text), ("b.rs", ""), ("c.rs", "")]), ["a.rs -> c.rs"]);
}

#[test]
fn macros_are_read_like_other_code() {
    let text = "
        macro_rules! make { ($name:ident) => { $crate::b::Made { x: $name::c() } }; }
        fn f() { view! { <Row cells=vec![crate::c::cell()]> { go(crate::d::x) } </Row> } }
        const WHERE: [u8; { crate::e::SIZE }] = [];";
    let files = [("a.rs", text), ("b.rs", ""), ("c.rs", ""), ("d.rs", ""), ("e.rs", ""), ("name.rs", "")];
    assert_eq!(arrows(&files), ["a.rs -> b.rs", "a.rs -> c.rs", "a.rs -> d.rs", "a.rs -> e.rs"]);
}

#[test]
fn the_two_halves_of_a_module_are_one() {
    let text = "
        #[cfg(feature = \"ssr\")] mod real { use crate::b::X; pub fn go() { helper() } use crate::d::helper; }
        #[cfg(not(feature = \"ssr\"))] mod real { fn go() { use crate::c::Y; inner(|| { Y::go() }) } }
        pub use real::go;";
    let files = [("a.rs", text), ("b.rs", ""), ("c.rs", ""), ("d.rs", ""), ("user.rs", "use crate::a::go;")];
    assert_eq!(arrows(&files), ["a.rs -> b.rs", "a.rs -> c.rs", "a.rs -> d.rs", "user.rs -> a.rs"]);
}

#[test]
fn circles_and_what_is_not_allowed_are_named() {
    let files = [
        ("ui/page.rs", "use crate::functions::go;"),
        ("functions/mod.rs", "use crate::server::store::db::Db;"),
        ("server/store/db.rs", "use super::event;\nuse crate::ui::page;"),
        ("server/store/event.rs", "use super::db::Db;"),
        ("server/work.rs", "use super::store::db;"),
        ("server/store/mod.rs", "pub mod db;"),
        ("server/mod.rs", "pub mod store;"),
        ("ui/mod.rs", "mod page;"),
    ];
    let arrows = Sources::read(files).arrows();
    let allowed: &[(&str, &[&str])] =
        &[("ui", &["functions"]), ("functions", &["server/store"]), ("server/work", &["server/store"])];
    let told: Vec<String> = forbidden(&arrows, allowed).into_iter().map(ToString::to_string).collect();
    assert_eq!(told, ["server/store/db.rs:2 knows ui/page.rs (crate::ui::page)"]);
    let on_one = ["functions/mod.rs", "server/store/db.rs", "server/store/event.rs", "ui/page.rs"];
    let circles: Vec<Vec<String>> = circles(&arrows).into_iter().map(|circle| circle.into_iter().collect()).collect();
    assert_eq!(circles, [on_one], "and not what only leads to it");
}

#[test]
fn words_signs_and_texts_are_told_apart() {
    let found: Vec<(Kind, String)> =
        tokens("r#type::b\"x\\\"\" br##\"a\"#b\"## 'x 'y' r # 1.5e3").into_iter().map(|t| (t.kind, t.text)).collect();
    let expected = [
        (Kind::Word, "type"),
        (Kind::Sign, "::"),
        (Kind::Text, "x\\\""),
        (Kind::Text, "a\"#b"),
        (Kind::Word, "r"),
        (Kind::Sign, "#"),
        (Kind::Sign, "."),
    ];
    assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn a_range_and_a_field_of_the_tests_hide_nothing() {
    let text = "fn f() { for i in 0..crate::b::MOST {} }\nstruct S { #[cfg(test)] x: u8 }\nfn g() { crate::c::go() }";
    assert_eq!(arrows(&[("a.rs", text), ("b.rs", ""), ("c.rs", "")]), ["a.rs -> b.rs", "a.rs -> c.rs"]);
}

#[test]
fn a_use_that_is_not_shared_says_nothing_to_others() {
    let asked = "use crate::q::list;\npub fn list() { list::all() }\npub mod below { fn f() { super::list::one() } }";
    let files = [("p.rs", asked), ("q/mod.rs", ""), ("q/list.rs", ""), ("a.rs", "fn f() { crate::p::list() }")];
    assert_eq!(arrows(&files), ["a.rs -> p.rs", "p.rs -> q/list.rs"]);
}
