//! From words to a tree, every name and type checked against the table.

use super::condition::{Comparison, Condition, Literal, Operand};
use super::fault;
use super::token::{Kind, Token, tokens};
use crate::Error;
use crate::foreign::nwb::Table;
use neuropil_core::did_you_mean;

/// Deeper nesting is refused.
const MAX_DEPTH: usize = 64;
/// Columns that a fault lists.
const LISTED: usize = 20;

/// Reads an expression.
pub(super) fn parse(text: &str, table: &Table) -> Result<Condition, Error> {
    let mut parser = Parser { text, table, tokens: tokens(text)?, next: 0 };
    let root = parser.any(0)?;
    match parser.peek() {
        Kind::End => Ok(root),
        _ => Err(parser.expected("`and`, `or` or the end")),
    }
}

struct Parser<'t> {
    text: &'t str,
    table: &'t Table,
    tokens: Vec<Token>,
    next: usize,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<Condition, Error> {
        let mut parts = vec![self.all(depth)?];
        while self.takes_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, Error> {
        let mut parts = vec![self.not(depth)?];
        while self.takes_word("and") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn not(&mut self, depth: usize) -> Result<Condition, Error> {
        if depth > MAX_DEPTH {
            return Err(fault(self.text, self.at(), format!("nested more than {MAX_DEPTH} levels deep")));
        }
        if self.takes_word("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.takes_symbol("(") {
            let inside = self.any(depth + 1)?;
            return if self.takes_symbol(")") { Ok(inside) } else { Err(self.expected("`)`")) };
        }
        self.condition()
    }

    fn condition(&mut self) -> Result<Condition, Error> {
        let at = self.at();
        let left = self.operand()?;
        let sign_at = self.at();
        if let Some(comparison) = self.comparison() {
            let right = self.operand()?;
            self.check_kinds(sign_at, &left, right.kind(self.table))?;
            let equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
            if !equality && left.kind(self.table) != "a number" {
                return Err(fault(self.text, sign_at, format!("this compares numbers, not {}", left.kind(self.table))));
            }
            if self.comparison().is_some() {
                return Err(fault(self.text, self.before(), "comparisons do not chain: join two by `and`"));
            }
            return Ok(Condition::Compare(left, comparison, right));
        }
        let negated = self.takes_word("not");
        if self.takes_word("in") {
            let among = Condition::Among(left.clone(), self.list(&left)?);
            return Ok(if negated { Condition::Not(Box::new(among)) } else { among });
        }
        if negated || left.kind(self.table) != "true or false" {
            let wanted = if negated { "`in`" } else { "one of == != < <= > >= in" };
            return Err(self.expected(wanted));
        }
        match left {
            Operand::Literal(_) => Err(fault(self.text, at, "a value alone chooses nothing: expected a column")),
            Operand::Column(_) => Ok(Condition::Is(left)),
        }
    }

    fn list(&mut self, left: &Operand) -> Result<Vec<Literal>, Error> {
        let closing = if self.takes_symbol("[") {
            "]"
        } else if self.takes_symbol("(") {
            ")"
        } else {
            return Err(self.expected("`[`"));
        };
        let mut literals = Vec::new();
        while !self.takes_symbol(closing) {
            let at = self.at();
            let Some(literal) = self.literal() else { return Err(self.expected("a number, text, true or false")) };
            self.check_kinds(at, left, literal.kind())?;
            literals.push(literal);
            if !self.takes_symbol(",") && !matches!(self.peek(), Kind::Symbol(symbol) if *symbol == closing) {
                return Err(self.expected(&format!("`,` or `{closing}`")));
            }
        }
        Ok(literals)
    }

    fn operand(&mut self) -> Result<Operand, Error> {
        if let Some(literal) = self.literal() {
            return Ok(Operand::Literal(literal));
        }
        let at = self.at();
        let name = match self.peek().clone() {
            Kind::Word(word) if !["and", "or", "not", "in"].contains(&word.as_str()) => word,
            Kind::Quoted(name) => name,
            _ => return Err(self.expected("a column, a number or text")),
        };
        self.next += 1;
        if self.table.column(&name).is_none() {
            return Err(fault(self.text, at, unknown(&name, self.table)));
        }
        Ok(Operand::Column(name))
    }

    fn literal(&mut self) -> Option<Literal> {
        let literal = match self.peek() {
            Kind::Number(number) => Literal::Number(*number),
            Kind::Text(text) => Literal::Text(text.clone()),
            Kind::Word(word) if matches!(word.as_str(), "true" | "True") => Literal::Boolean(true),
            Kind::Word(word) if matches!(word.as_str(), "false" | "False") => Literal::Boolean(false),
            _ => return None,
        };
        self.next += 1;
        Some(literal)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Kind::Symbol(symbol) = self.peek() else { return None };
        let comparison = match *symbol {
            "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            "<" => Comparison::Less,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Greater,
            ">=" => Comparison::AtLeast,
            _ => return None,
        };
        self.next += 1;
        Some(comparison)
    }

    fn check_kinds(&self, at: usize, left: &Operand, right: &str) -> Result<(), Error> {
        let own = left.kind(self.table);
        if own == right {
            return Ok(());
        }
        let name = match left {
            Operand::Column(name) => format!("`{name}`"),
            Operand::Literal(_) => "the left side".to_owned(),
        };
        Err(fault(self.text, at, format!("{name} is {own}, but is compared with {right}")))
    }

    fn peek(&self) -> &Kind {
        &self.tokens[self.next.min(self.tokens.len() - 1)].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next.min(self.tokens.len() - 1)].at
    }

    /// Where the word before the next one begins.
    fn before(&self) -> usize {
        self.tokens[self.next.saturating_sub(1)].at
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Kind::Word(word) if word == wanted);
        self.next += usize::from(found);
        found
    }

    fn takes_symbol(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Kind::Symbol(symbol) if *symbol == wanted);
        self.next += usize::from(found);
        found
    }

    fn expected(&self, wanted: &str) -> Error {
        let found = match self.peek() {
            Kind::Word(word) | Kind::Quoted(word) => format!("found `{}`", brief(word)),
            Kind::Number(number) => format!("found {number}"),
            Kind::Text(text) => format!("found \"{}\"", brief(text)),
            Kind::Symbol(symbol) => format!("found `{symbol}`"),
            Kind::End => "the expression ends here".to_owned(),
        };
        fault(self.text, self.at(), format!("{found}, expected {wanted}"))
    }
}

/// An unknown column, the one that was probably meant, and all there are.
fn unknown(name: &str, table: &Table) -> String {
    let hint = did_you_mean(name, table.names());
    let names: Vec<&str> = table.names().take(LISTED).collect();
    let more = if table.names().count() > LISTED { ", …" } else { "" };
    format!("there is no column `{}`{hint}; the columns are {}{more}", brief(name), brief_list(&names))
}

/// At most 40 characters of a text, on one line.
fn brief(text: &str) -> String {
    let mut shown: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

fn brief_list(names: &[&str]) -> String {
    names.iter().map(|name| brief(name)).collect::<Vec<_>>().join(", ")
}
