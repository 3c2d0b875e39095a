//! The arrows between files, the areas they lie in, and the circles they make.
//!
//! **How a path is followed to a file.** `crate` (in main.rs `countersign`), `self` and `super` say where it begins.
//! Any other first word is what a `use` of a block around it or of its module brings in, or a child of its module, or
//! else of another crate. From there the path goes down as long as its words name modules. The first word that names
//! none is an item: if the module has it by a `use`, public or not, the path goes on from what that says; otherwise it
//! ends in the file of this module.
//!
//! **What is no arrow.** `mod name;`, and the `pub use child::Name` of a parent: they only say where names are. Where
//! the parent's own code uses such a name, it is one. What reaches another file without naming it isn't seen: a method,
//! an `impl`.

use super::reader::{Import, Mention, Module, Path, modules};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How often a path may go on from another `use`. A `use` of another crate may be called what its path begins with, and
/// so would be followed for ever.
const MOST_TURNS: u8 = 16;

/// One file's knowledge of another, and the place where the first says so for the first time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// `from` and `to`: files below `src`.
    pub from: String,
    pub to: String,
    pub line: usize,
    /// The path as it is written there.
    pub path: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} knows {} ({})", self.from, self.line, self.to, self.path)
    }
}

/// All modules of the program, by their names.
pub struct Sources {
    modules: BTreeMap<Path, Known>,
}

struct Known {
    file: String,
    module: Module,
}

/// Where a path leads.
struct End<'a> {
    module: &'a Path,
    /// Whether the path leads to the module itself, and not to an item in it.
    is_module: bool,
}

/// A block of a module.
#[derive(Clone, Copy)]
struct Place<'a> {
    module: &'a Path,
    scope: usize,
}

/// `server/store/db.rs` is the module `server::store::db`, `mod.rs` is its folder, and `lib.rs` the root of the crate.
fn module_of(file: &str) -> Path {
    let name = file.trim_end_matches(".rs");
    let name = if name == "lib" { "" } else { name.strip_suffix("/mod").unwrap_or(name) };
    name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The area that a file is in: the first folder or file of `src`, below `server` with the next.
pub fn area(file: &str) -> String {
    let path = module_of(file);
    let parts = if path.first().is_some_and(|first| first == "server") { 2 } else { 1 };
    if path.is_empty() { "lib".into() } else { path[..parts.min(path.len())].join("/") }
}

impl Sources {
    /// Reads the sources from the files below `src`, each with its name.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Sources {
        let mut sources = Sources { modules: BTreeMap::new() };
        // Every path begins there.
        sources.add("lib.rs", Module { path: vec![], scopes: vec![], tests: vec![] });
        let mut tests = vec![];
        for (file, text) in files {
            for module in modules(module_of(file), text) {
                tests.extend(module.tests.iter().map(|name| below(&module.path, name)));
                sources.add(file, module);
            }
        }
        sources.modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        sources
    }

    /// Adds a module. One that stands twice in a file, once for each half of the program, is one module.
    fn add(&mut self, file: &str, mut module: Module) {
        let Some(known) = self.modules.get_mut(&module.path) else {
            let path = module.path.clone();
            self.modules.insert(path, Known { file: file.to_owned(), module });
            return;
        };
        let before = known.module.scopes.len();
        for scope in &mut module.scopes {
            scope.parent = scope.parent.map(|parent| parent + before);
        }
        known.module.scopes.append(&mut module.scopes);
    }

    /// The first arrow from each file to each other one.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut found: BTreeMap<(String, String), Arrow> = BTreeMap::new();
        for (module, known) in &self.modules {
            for (scope, block) in known.module.scopes.iter().enumerate() {
                let place = Place { module, scope };
                let is_told = |import: &&Import| !self.is_re_export(place, import);
                let imports = block.imports.iter().filter(is_told).map(|import| (&import.path, import.line));
                let is_a_path =
                    |mention: &&Mention| mention.path.len() > 1 || self.is_brought_in(place, &mention.path[0]);
                let mentions = block.mentions.iter().filter(is_a_path).map(|mention| (&mention.path, mention.line));
                for (path, line) in imports.chain(mentions) {
                    let Some(to) = self.find(place, path, MOST_TURNS).map(|end| &self.modules[end.module].file) else {
                        continue;
                    };
                    let (from, to) = (known.file.clone(), to.clone());
                    if from != to {
                        let arrow = Arrow { from: from.clone(), to: to.clone(), line, path: path.join("::") };
                        let first = found.entry((from, to)).or_insert_with(|| arrow.clone());
                        if arrow.line < first.line {
                            *first = arrow;
                        }
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// The places where all names of a module of ours are brought in: what is used of them can't be followed.
    pub fn globs(&self) -> Vec<String> {
        let mut globs = vec![];
        for (module, known) in &self.modules {
            for (scope, block) in known.module.scopes.iter().enumerate() {
                for import in block.imports.iter().filter(|import| import.name == "*") {
                    let end = self.find(Place { module, scope }, &import.path, MOST_TURNS);
                    if end.is_some_and(|end| end.is_module) {
                        globs.push(format!("{}:{} takes all of {}", known.file, import.line, import.path.join("::")));
                    }
                }
            }
        }
        globs
    }

    /// Whether a parent only says where a name of its child is.
    fn is_re_export(&self, place: Place<'_>, import: &Import) -> bool {
        let is_in_module = self.modules[place.module].module.scopes[place.scope].parent.is_none();
        let end = self.find(place, &import.path, MOST_TURNS);
        let is_below = |end: End<'_>| end.module.len() > place.module.len() && end.module.starts_with(place.module);
        import.is_shared && is_in_module && end.is_some_and(is_below)
    }

    /// Whether a `use` brings this word in. A single word may be anything else as well, a variable for one.
    fn is_brought_in(&self, place: Place<'_>, word: &str) -> bool {
        let scopes = &self.modules[place.module].module.scopes;
        let around = std::iter::successors(Some(place.scope), |scope| scopes[*scope].parent);
        around.flat_map(|scope| &scopes[scope].imports).any(|import| import.name == word)
    }

    /// The module that a path leads to from a place, or into; `None` where it is another crate's.
    fn find(&self, from: Place<'_>, path: &[String], turns: u8) -> Option<End<'_>> {
        let turns = turns.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        let is_program = from.module.first().is_some_and(|part| part == "main");
        match first.as_str() {
            "crate" if is_program => return self.follow(from.module, &from.module[..1], rest, turns),
            "crate" => return self.follow(from.module, &[], rest, turns),
            "countersign" if is_program => return self.follow(from.module, &[], rest, turns),
            "self" => return self.follow(from.module, from.module, rest, turns),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let kept = from.module.len().checked_sub(ups)?;
                return self.follow(from.module, &from.module[..kept], &path[ups..], turns);
            }
            _ => {}
        }
        let (module, known) = self.modules.get_key_value(from.module)?;
        let mut scope = Some(from.scope);
        while let Some(index) = scope {
            let block = &known.module.scopes[index];
            if let Some(import) = block.imports.iter().find(|import| import.name == *first) {
                return self.find(Place { module, scope: index }, &joined(&import.path, rest), turns);
            }
            scope = block.parent;
        }
        if let Some(end) = self.by_import(module, module, first, rest, turns) {
            return Some(end);
        }
        self.modules.contains_key(&below(module, first)).then(|| self.follow(module, module, path, turns))?
    }

    /// Goes down from a module, as code in the module `asker` may.
    fn follow(&self, asker: &[String], module: &[String], path: &[String], turns: u8) -> Option<End<'_>> {
        let (module, _) = self.modules.get_key_value(module)?;
        let Some((first, rest)) = path.split_first() else { return Some(End { module, is_module: true }) };
        let child = below(module, first);
        if self.modules.contains_key(&child) {
            return self.follow(asker, &child, rest, turns);
        }
        self.by_import(asker, module, first, rest, turns).or(Some(End { module, is_module: false }))
    }

    /// Goes on from what a `use` of the module itself says. One that isn't shared (`pub use`) is there for the module itself
    /// and for those below it alone: to others the same word is something else that the module has.
    fn by_import(&self, asker: &[String], module: &Path, first: &str, rest: &[String], turns: u8) -> Option<End<'_>> {
        let (module, known) = self.modules.get_key_value(module)?;
        let is_within = asker.starts_with(module);
        for (scope, block) in known.module.scopes.iter().enumerate().filter(|(_, block)| block.parent.is_none()) {
            for import in block.imports.iter().filter(|import| import.name == first && (import.is_shared || is_within))
            {
                let end = self.find(Place { module, scope }, &joined(&import.path, rest), turns.checked_sub(1)?);
                if end.is_some() {
                    return end;
                }
            }
        }
        None
    }
}

fn below(module: &[String], name: &str) -> Path {
    joined(module, &[name.to_owned()])
}

fn joined(path: &[String], rest: &[String]) -> Path {
    path.iter().chain(rest).cloned().collect()
}

/// The files that lie on circles, circle by circle.
pub fn circles(arrows: &[Arrow]) -> Vec<BTreeSet<String>> {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for arrow in arrows {
        known.entry(&arrow.from).or_default().push(&arrow.to);
    }
    let reached = |from: &str| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for next in known.get(file).into_iter().flatten() {
                if reached.insert(*next) {
                    open.push(next);
                }
            }
        }
        reached
    };
    let all: BTreeMap<&str, BTreeSet<&str>> = known.keys().map(|file| (*file, reached(file))).collect();
    let circle_of = |file: &str| -> BTreeSet<String> {
        let comes_back = |other: &&&str| all.get(**other).is_some_and(|back| back.contains(file));
        all[file].iter().filter(comes_back).map(|other| (*other).to_owned()).collect()
    };
    let found: BTreeSet<BTreeSet<String>> = all.keys().map(|file| circle_of(file)).collect();
    found.into_iter().filter(|circle| !circle.is_empty()).collect()
}

/// The arrows between areas that `allowed` doesn't have: each area with those that it may know.
pub fn forbidden<'a>(arrows: &'a [Arrow], allowed: &[(&str, &[&str])]) -> Vec<&'a Arrow> {
    let is_allowed =
        |from: &str, to: &str| from == to || allowed.iter().any(|(area, knows)| *area == from && knows.contains(&to));
    arrows.iter().filter(|arrow| !is_allowed(&area(&arrow.from), &area(&arrow.to))).collect()
}
