//! The words of an expression.

use super::fault;
use crate::Error;

/// A word and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Byte offset.
    pub at: usize,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A column, or one of `and`, `or`, `not`, `in`, `true`, `false`.
    Word(String),
    /// A column in backquotes.
    Quoted(String),
    Number(f64),
    Text(String),
    Symbol(&'static str),
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

/// Cuts an expression into words, the end among them.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if character.is_whitespace() {
            at += character.len_utf8();
            continue;
        }
        let (kind, length) = if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Kind::Symbol(symbol), symbol.len())
        } else if matches!(character, '\'' | '"' | '`') {
            let end = rest[1..].find(character).ok_or_else(|| fault(text, at, "this quote is not closed"))?;
            let inside = rest[1..=end].to_owned();
            (if character == '`' { Kind::Quoted(inside) } else { Kind::Text(inside) }, end + 2)
        } else if character.is_ascii_digit() || matches!(character, '-' | '+' | '.') {
            number(text, at)?
        } else if character.is_alphabetic() || character == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            (Kind::Word(rest[..end].to_owned()), end)
        } else if character == '=' {
            return Err(fault(text, at, "found `=`, expected `==`"));
        } else {
            return Err(fault(text, at, format!("`{}` has no meaning here", character.escape_default())));
        };
        tokens.push(Token { kind, at });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, at: text.len() });
    Ok(tokens)
}

fn number(text: &str, at: usize) -> Result<(Kind, usize), Error> {
    let rest = &text[at..];
    let mut end = 1;
    while let Some(next) = rest[end..].chars().next() {
        let exponent = matches!(next, '-' | '+') && rest[..end].ends_with(['e', 'E']);
        if !(next.is_alphanumeric() || next == '.' || next == '_' || exponent) {
            break;
        }
        end += next.len_utf8();
    }
    let number = rest[..end].parse().ok().filter(|number: &f64| number.is_finite());
    number.map(|number| (Kind::Number(number), end)).ok_or_else(|| fault(text, at, "this is no number"))
}
