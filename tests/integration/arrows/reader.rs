//! The modules of a source: what each brings in with `use`, and the paths that its code names.
//!
//! Every token tree is read alike, so a path in a macro's body, in the arguments of a macro or in an attribute counts
//! as well. What is `#[cfg(test)]` is left out.

use super::tokens::{Kind, Token, tokens};

/// The parts of a name. Of a module they begin at the crate's root: `["server", "store", "db"]`.
pub type Path = Vec<String>;

/// A name that a `use` brings in.
#[derive(Debug)]
pub struct Import {
    pub path: Path,
    /// The name in this block; `*` where all names of `path` come in.
    pub name: String,
    /// `pub`, in whatever form.
    pub is_shared: bool,
    pub line: usize,
}

/// A path of one word or several, as code names it.
#[derive(Debug)]
pub struct Mention {
    pub path: Path,
    pub line: usize,
}

/// A block with what is brought in there, and named there.
#[derive(Debug)]
pub struct Scope {
    /// The block around it; none around the module itself.
    pub parent: Option<usize>,
    pub imports: Vec<Import>,
    pub mentions: Vec<Mention>,
}

/// A file as a module, or a `mod name { … }` in it.
#[derive(Debug)]
pub struct Module {
    pub path: Path,
    pub scopes: Vec<Scope>,
    /// The names of `#[cfg(test)] mod name;`: the files of these are tests.
    pub tests: Vec<String>,
}

/// The module at `path`, which this is the source of, and the modules in it.
pub fn modules(path: Path, source: &str) -> Vec<Module> {
    let mut parser = Parser { tokens: tokens(source), at: 0, modules: vec![] };
    let file = parser.begin_module(path);
    parser.block(file, 0);
    assert_eq!(parser.at, parser.tokens.len(), "a brace too many: what comes after it wasn't read");
    parser.modules
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    modules: Vec<Module>,
}

impl Parser {
    fn begin_module(&mut self, path: Path) -> usize {
        self.modules.push(Module { path, scopes: vec![], tests: vec![] });
        let module = self.modules.len() - 1;
        self.begin_scope(module, None);
        module
    }

    fn begin_scope(&mut self, module: usize, parent: Option<usize>) -> usize {
        let scopes = &mut self.modules[module].scopes;
        scopes.push(Scope { parent, imports: vec![], mentions: vec![] });
        scopes.len() - 1
    }

    fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is_sign(sign))
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        let token = self.tokens.get(self.at + ahead)?;
        (token.kind == Kind::Word).then_some(token.text.as_str())
    }

    /// Whether the token that was read last is this sign.
    fn is_after(&self, sign: &str) -> bool {
        self.at.checked_sub(1).is_some_and(|before| self.tokens[before].is_sign(sign))
    }

    /// Reads to the brace that ends the block, or to the end of the file.
    fn block(&mut self, module: usize, scope: usize) {
        while let Some(Token { kind, text, line }) = self.tokens.get(self.at).cloned() {
            match (kind, text.as_str()) {
                (Kind::Sign, "}") => {
                    self.at += 1;
                    return;
                }
                (Kind::Sign, "{") => {
                    self.at += 1;
                    let inner = self.begin_scope(module, Some(scope));
                    self.block(module, inner);
                }
                (Kind::Sign, "#") if self.is_test_attribute() => self.skip_test(module),
                (Kind::Word, "mod") if self.word(1).is_some() => self.inner_module(module),
                (Kind::Word, "pub") => {
                    self.skip_visibility();
                    if self.is_import() {
                        self.import(module, scope, true);
                    }
                }
                (Kind::Word, "use") if self.is_import() => self.import(module, scope, false),
                // What follows is a name that is given here.
                (Kind::Word, "fn") => self.at += 2,
                (Kind::Word, _) => self.mention(module, scope),
                (Kind::Text, path) if is_path(path) => {
                    let path = path.split("::").map(str::to_owned).collect();
                    self.modules[module].scopes[scope].mentions.push(Mention { path, line });
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn inner_module(&mut self, module: usize) {
        let mut path = self.modules[module].path.clone();
        path.extend(self.word(1).map(str::to_owned));
        let begins = self.is_sign(2, "{");
        self.at += 3;
        if begins {
            let inner = self.begin_module(path);
            self.block(inner, 0);
        }
    }

    /// Goes behind `pub`, `pub(crate)` or `pub(in …)`.
    fn skip_visibility(&mut self) {
        self.at += 1;
        if self.is_sign(0, "(") && matches!(self.word(1), Some("crate" | "self" | "super" | "in")) {
            self.skip_group();
        }
    }

    /// Goes behind the sign that closes what opens here.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match (token.kind, token.text.as_str()) {
                (Kind::Sign, "(" | "[" | "{") => depth += 1,
                (Kind::Sign, ")" | "]" | "}") => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether the attribute here is `#[cfg(test)]` or `#[cfg(all(test, …))]`.
    fn is_test_attribute(&self) -> bool {
        let begins = |words: &[&str]| {
            let found = self.tokens[self.at..].iter().map(|token| token.text.as_str());
            found.take(words.len()).eq(words.iter().copied())
        };
        begins(&["#", "[", "cfg", "(", "test", ")", "]"]) || begins(&["#", "[", "cfg", "(", "all", "(", "test", ","])
    }

    /// Goes behind the item that belongs to the tests.
    fn skip_test(&mut self, module: usize) {
        while self.is_sign(0, "#") {
            self.at += 1;
            self.skip_group();
        }
        const ITEMS: [&str; 9] = ["fn", "impl", "mod", "use", "struct", "enum", "trait", "macro_rules", "where"];
        let is_item = (0..4).any(|ahead| self.word(ahead).is_some_and(|word| ITEMS.contains(&word)));
        while let Some(token) = self.tokens.get(self.at) {
            if token.is_word("mod") && self.is_sign(2, ";") {
                let name = self.word(1).map(str::to_owned);
                self.modules[module].tests.extend(name);
            }
            if token.is_sign(";") {
                self.at += 1;
                return;
            }
            // A field, a variant or an arm; the brace is that of what it stands in.
            if !is_item && (token.is_sign(",") || token.is_sign("}")) {
                return;
            }
            if token.is_sign("{") {
                self.skip_group();
                return;
            }
            if token.is_sign("(") || token.is_sign("[") {
                self.skip_group();
            } else {
                self.at += 1;
            }
        }
    }

    /// Whether the `use` here is an import, and not the `use<…>` of a type.
    fn is_import(&self) -> bool {
        self.word(0) == Some("use") && (self.word(1).is_some() || self.is_sign(1, "{") || self.is_sign(1, "::"))
    }

    fn import(&mut self, module: usize, scope: usize, is_shared: bool) {
        let line = self.tokens[self.at].line;
        self.at += 1;
        let mut found = vec![];
        self.tree(&[], &mut found);
        let imports = found.into_iter().map(|(path, name)| Import { path, name, is_shared, line });
        self.modules[module].scopes[scope].imports.extend(imports);
    }

    /// Reads a tree of `use`: adds each path in it with its name in this block.
    fn tree(&mut self, prefix: &[String], found: &mut Vec<(Path, String)>) {
        let mut path = prefix.to_vec();
        while let Some(Token { kind, text, .. }) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match (kind, text.as_str()) {
                (Kind::Sign, "::") => continue,
                (Kind::Sign, "*") => {
                    found.push((path, "*".to_owned()));
                    return;
                }
                (Kind::Sign, "{") => {
                    while self.at < self.tokens.len() && !self.is_sign(0, "}") {
                        self.tree(&path, found);
                        if self.is_sign(0, ",") {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                // `a::{self}` is `a`.
                (Kind::Word, "self") if !path.is_empty() => {}
                (Kind::Word, _) => path.push(text),
                _ => return,
            }
            if self.is_sign(0, "::") {
                continue;
            }
            let mut name = path.last().cloned().unwrap_or_default();
            if self.word(0) == Some("as") {
                name = self.word(1).unwrap_or_default().to_owned();
                self.at += 2;
            }
            found.push((path, name));
            return;
        }
    }

    fn mention(&mut self, module: usize, scope: usize) {
        let line = self.tokens[self.at].line;
        // A field or a method, or what goes on from a type: none of them is found by its name. `$name` is a macro's.
        // After two dots (`0..crate::MOST`) it is a range's end.
        let is_field = self.is_after(".") && !(self.at >= 2 && self.tokens[self.at - 2].is_sign("."));
        let is_foreign = is_field || self.is_after("::") || (self.is_after("$") && self.word(0) != Some("crate"));
        let mut path: Path = self.word(0).map(str::to_owned).into_iter().collect();
        self.at += 1;
        while self.is_sign(0, "::") && self.word(1).is_some() {
            path.extend(self.word(1).map(str::to_owned));
            self.at += 2;
        }
        if !is_foreign {
            self.modules[module].scopes[scope].mentions.push(Mention { path, line });
        }
    }
}

/// A text that is a path of ours and nothing else, as in `#[serde(with = "crate::wire::codec")]`.
fn is_path(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    text.starts_with("crate::") && text.split("::").all(is_word)
}
