//! Words: names, numbers, signs, and the lines and indentation that make blocks.

use super::Span;
use crate::fault::Notes;

/// What a word is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// A name or a word of the language.
    Name(String),
    /// A number.
    Number { value: f64, whole: bool },
    /// A text without its quotes.
    Text(String),
    /// A sign, the longest that fits.
    Sign(&'static str),
    /// The end of a line.
    Newline,
    /// A block begins.
    Indent,
    /// A block ends.
    Dedent,
    /// The end of the text.
    End,
}

/// A word and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub word: Word,
    pub span: Span,
}

/// Longer signs before those that they begin with.
const SIGNS: [&str; 42] = [
    "...", "<-", "<=", ">=", "==", "!=", "<>", "<<", ">>", "**", "+=", "-=", "*=", "/=", "//", "[[", "]]", "::", "+",
    "-", "*", "/", "%", "<", ">", "=", "(", ")", "[", "]", ",", ":", ";", "?", "&", "|", "^", "~", "'", "@", ".", "!",
];

/// What a block or model begins with.
const BLOCKS: [&str; 11] = [
    "model",
    "state",
    "parameters",
    "internals",
    "equations",
    "input",
    "output",
    "update",
    "onReceive",
    "onCondition",
    "function",
];

/// A text longer than this is refused: no model has one, and places are 32 bits.
const LONGEST: usize = 4 << 20;

pub(super) fn words(notes: &mut Notes<'_>) -> Vec<Token> {
    let text = notes.text;
    if text.len() > LONGEST {
        notes.fault(Span::default(), format!("the text has {} bytes; at most {LONGEST} are read", text.len()));
        return vec![Token { word: Word::End, span: Span::default() }];
    }
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), indents: vec![0], open: Vec::new(), tab: None };
    lexer.run(notes);
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// The widths of the blocks around.
    indents: Vec<usize>,
    /// The brackets that are open: lines do not end within them.
    open: Vec<&'static str>,
    /// Whether blocks are indented by tabs, once known.
    tab: Option<bool>,
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, word: Word, start: usize) {
        self.tokens.push(Token { word, span: Span { start: position(start), end: position(self.at) } });
    }

    fn run(&mut self, notes: &mut Notes<'_>) {
        if self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
        self.indentation(notes);
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => self.newline(notes),
                ' ' | '\t' | '\r' | '\u{c}' => self.at += 1,
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '\\' => self.joined(notes),
                '"' => self.quoted(notes),
                c if c.is_ascii_digit() => self.number(notes),
                '.' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(notes),
                c if is_letter(c) => {
                    let length = self.rest().find(|c| !is_letter(c) && !c.is_ascii_digit());
                    let length = length.unwrap_or(self.rest().len());
                    let name = self.rest()[..length].to_owned();
                    self.at += length;
                    self.push(Word::Name(name), self.at - length);
                }
                c => self.sign(c, notes),
            }
        }
        let end = self.at;
        self.push(Word::Newline, end);
        for _ in 1..self.indents.len() {
            self.push(Word::Dedent, end);
        }
        self.push(Word::End, end);
    }

    fn newline(&mut self, notes: &mut Notes<'_>) {
        self.at += 1;
        if !self.open.is_empty() && !self.block_follows() {
            return;
        }
        self.open.clear();
        if self.tokens.last().is_some_and(|token| token.word == Word::Sign(",")) {
            return;
        }
        self.push(Word::Newline, self.at - 1);
        self.indentation(notes);
    }

    /// Whether the line begins as a block does: a bracket before it was left open by mistake.
    fn block_follows(&self) -> bool {
        let line = self.rest().trim_start_matches([' ', '\t']);
        let name = line.split(|c: char| !is_letter(c)).next().unwrap_or_default();
        BLOCKS.contains(&name)
    }

    /// Reads the beginning of a line; empty lines and comments do not count.
    fn indentation(&mut self, notes: &mut Notes<'_>) {
        loop {
            let start = self.at;
            let length = self.rest().find(|c| c != ' ' && c != '\t').unwrap_or(self.rest().len());
            let blank = self.rest()[..length].to_owned();
            self.at += length;
            let rest = self.rest().trim_start_matches(['\r', '\u{c}']);
            if rest.is_empty() {
                self.at = self.text.len();
                return;
            }
            if rest.starts_with('\n') || rest.starts_with('#') {
                self.at += self.rest().find('\n').map_or(self.rest().len(), |newline| newline + 1);
                continue;
            }
            if !blank.is_empty() {
                let tabs = blank.contains('\t');
                if blank.contains(' ') && tabs || *self.tab.get_or_insert(tabs) != tabs {
                    let span = Span { start: position(start), end: position(self.at) };
                    notes.fault(span, "tabs and spaces are mixed in the indentation: use one of them throughout");
                }
            }
            // As editors show it, so that a line that is mixed still finds its block.
            let width = blank.chars().fold(0, |width, c| if c == '\t' { (width / 8 + 1) * 8 } else { width + 1 });
            self.blocks(width, notes);
            return;
        }
    }

    fn blocks(&mut self, width: usize, notes: &mut Notes<'_>) {
        let current = self.indents.last().copied().unwrap_or(0);
        if width > current {
            self.indents.push(width);
            self.push(Word::Indent, self.at);
        }
        while self.indents.last().is_some_and(|own| width < *own) {
            self.indents.pop();
            self.push(Word::Dedent, self.at);
        }
        if self.indents.last().is_some_and(|own| width > *own) {
            let span = Span { start: position(self.at), end: position(self.at) };
            notes.fault(span, "this line is indented less than its block, but not as any block around it");
            self.indents.push(width);
            self.push(Word::Indent, self.at);
        }
    }

    /// `\` at a line's end.
    fn joined(&mut self, notes: &mut Notes<'_>) {
        let rest = &self.rest()[1..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        if rest[blank..].starts_with('\n') {
            self.at += blank + 2;
        } else {
            let start = position(self.at);
            self.at += 1;
            notes.fault(Span { start, end: start + 1 }, "`\\` joins lines and must be the last in its line");
        }
    }

    fn quoted(&mut self, notes: &mut Notes<'_>) {
        let start = self.at;
        if self.rest().starts_with("\"\"\"") {
            // A comment in three quotes.
            let length = self.rest()[3..].find("\"\"\"").map_or(self.rest().len(), |length| length + 6);
            self.at += length;
            return;
        }
        let line = self.rest().find('\n').unwrap_or(self.rest().len());
        match self.rest()[1..line].find('"') {
            Some(length) => {
                let inner = self.rest()[1..=length].to_owned();
                self.at += length + 2;
                self.push(Word::Text(inner), start);
            }
            None => {
                self.at += line;
                notes.fault(Span { start: position(start), end: position(self.at) }, "this text has no closing `\"`");
            }
        }
    }

    fn number(&mut self, notes: &mut Notes<'_>) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut end = digits(start);
        let mut whole = true;
        if bytes.get(end) == Some(&b'.') && !self.text[end..].starts_with("..") {
            whole = false;
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let after = digits(end + 1 + sign);
            if after > end + 1 + sign {
                whole = false;
                end = after;
            }
        }
        self.at = end;
        let value: f64 = self.text[start..end].parse().unwrap_or(f64::NAN);
        let span = Span { start: position(start), end: position(end) };
        if !value.is_finite() {
            notes.fault(span, format!("`{}` is not a number that 64 bits can hold", span.of(self.text)));
        } else if whole && value > 9_007_199_254_740_992.0 {
            notes.fault(span, "an integer beyond 2^53 has no exact value here");
        }
        self.tokens.push(Token { word: Word::Number { value, whole }, span });
    }

    fn sign(&mut self, c: char, notes: &mut Notes<'_>) {
        let start = self.at;
        let known = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)).copied();
        // `x[y[1]]` closes two brackets.
        let known = match known {
            Some("]]") if self.open.last() != Some(&"[[") => Some("]"),
            other => other,
        };
        let Some(sign) = known else {
            self.at += c.len_utf8();
            let shown: String = c.escape_debug().collect();
            notes.fault(Span { start: position(start), end: position(self.at) }, format!("unexpected `{shown}`"));
            return;
        };
        self.at += sign.len();
        match sign {
            "(" | "[" | "[[" => self.open.push(sign),
            ")" | "]" | "]]" => {
                self.open.pop();
            }
            _ => {}
        }
        self.push(Word::Sign(sign), start);
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}
