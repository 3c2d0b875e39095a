//! The words and signs of a Rust source, without comments and spaces.

/// The kind of a token. Numbers, characters and lifetimes are no tokens: they name no module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or a keyword; a raw identifier without its `r#`.
    Word,
    /// `::`, or any other sign by itself.
    Sign,
    /// What stands between the quotes of a text.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

impl Token {
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }
}

pub fn tokens(source: &str) -> Vec<Token> {
    let mut scanner = Scanner { chars: source.chars().collect(), at: 0, line: 1, found: vec![] };
    while !scanner.is_done() {
        scanner.step();
    }
    scanner.found
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<Token>,
}

fn is_part_of_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Scanner {
    fn is_done(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn advance(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        c
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.found.push(Token { kind, text, line });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.skip_while(|c| c != '\n'),
            ('/', '*') => self.skip_comment(),
            ('"', _) => self.text(),
            ('\'', _) => self.skip_quoted(),
            (':', ':') => {
                self.at += 2;
                self.push(Kind::Sign, "::".into(), line);
            }
            (c, _) if c.is_whitespace() => self.skip_while(char::is_whitespace),
            (c, _) if c.is_ascii_digit() => self.skip_while(is_part_of_word),
            (c, _) if is_part_of_word(c) => self.word(),
            _ => {
                let sign = self.advance().to_string();
                self.push(Kind::Sign, sign, line);
            }
        }
    }

    fn skip_while(&mut self, goes_on: impl Fn(char) -> bool) {
        while !self.is_done() && goes_on(self.peek(0)) {
            self.advance();
        }
    }

    /// Goes behind a block comment, which may hold others.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        while !self.is_done() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.advance();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes behind a character or a lifetime.
    fn skip_quoted(&mut self) {
        self.advance();
        if self.peek(0) == '\\' {
            self.at += 2;
            self.skip_while(|c| c != '\'');
            self.advance();
        } else if self.peek(1) == '\'' {
            self.advance();
            self.advance();
        } else {
            self.skip_while(is_part_of_word);
        }
    }

    fn text(&mut self) {
        let (line, mut text) = (self.line, String::new());
        self.advance();
        while !self.is_done() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.advance());
            }
            text.push(self.advance());
        }
        self.advance();
        self.push(Kind::Text, text, line);
    }

    fn word(&mut self) {
        let (line, word) = (self.line, self.letters());
        match (word.as_str(), self.peek(0)) {
            ("b" | "c", '"') => self.text(),
            ("b", '\'') => self.skip_quoted(),
            ("r" | "br" | "cr", '"' | '#') => self.raw(word, line),
            _ => self.push(Kind::Word, word, line),
        }
    }

    fn letters(&mut self) -> String {
        let mut word = String::new();
        while is_part_of_word(self.peek(0)) {
            word.push(self.advance());
        }
        word
    }

    /// Reads a raw text, a raw identifier, or a mere word before a `#`.
    fn raw(&mut self, word: String, line: usize) {
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == '#').count();
        if self.peek(hashes) == '"' {
            self.at += hashes + 1;
            let mut text = String::new();
            while !self.is_done() && !self.ends_raw(hashes) {
                text.push(self.advance());
            }
            self.at += hashes + 1;
            self.push(Kind::Text, text, line);
        } else if hashes == 1 && is_part_of_word(self.peek(1)) {
            self.advance();
            let identifier = self.letters();
            self.push(Kind::Word, identifier, line);
        } else {
            self.push(Kind::Word, word, line);
        }
    }

    fn ends_raw(&self, hashes: usize) -> bool {
        self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#')
    }
}
