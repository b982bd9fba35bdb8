//! An expression as a tree, and whether it holds for a row.

use crate::foreign::nwb::{Table, Values};

/// Something that is true or false of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Comparison, Operand),
    Among(Operand, Vec<Literal>),
    Is(Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// A column of the table, by name.
    Column(String),
    Literal(Literal),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Number(f64),
    Text(String),
    Boolean(bool),
}

/// A value without its home.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value<'v> {
    Number(f64),
    Text(&'v str),
    Boolean(bool),
    Nothing,
}

impl Condition {
    /// Whether it holds for a row.
    pub fn holds(&self, table: &Table, row: usize) -> bool {
        match self {
            Condition::Any(parts) => parts.iter().any(|part| part.holds(table, row)),
            Condition::All(parts) => parts.iter().all(|part| part.holds(table, row)),
            Condition::Not(part) => !part.holds(table, row),
            Condition::Compare(left, comparison, right) => {
                comparison.holds(left.value(table, row), right.value(table, row))
            }
            Condition::Among(operand, literals) => {
                let value = operand.value(table, row);
                literals.iter().any(|literal| value == literal.value())
            }
            Condition::Is(operand) => operand.value(table, row) == Value::Boolean(true),
        }
    }
}

impl Comparison {
    fn holds(self, left: Value<'_>, right: Value<'_>) -> bool {
        match (self, left, right) {
            (Comparison::Equal, left, right) => left == right,
            (Comparison::Unequal, left, right) => left != right,
            (Comparison::Less, Value::Number(left), Value::Number(right)) => left < right,
            (Comparison::AtMost, Value::Number(left), Value::Number(right)) => left <= right,
            (Comparison::Greater, Value::Number(left), Value::Number(right)) => left > right,
            (Comparison::AtLeast, Value::Number(left), Value::Number(right)) => left >= right,
            _ => false,
        }
    }
}

impl Operand {
    /// What its values are, in words.
    pub fn kind(&self, table: &Table) -> &'static str {
        match self {
            Operand::Literal(literal) => literal.kind(),
            Operand::Column(name) => match table.column(name) {
                Some(Values::Numbers(_)) | None => "a number",
                Some(Values::Texts(_)) => "text",
                Some(Values::Booleans(_)) => "true or false",
            },
        }
    }

    fn value<'v>(&'v self, table: &'v Table, row: usize) -> Value<'v> {
        match self {
            Operand::Literal(literal) => literal.value(),
            Operand::Column(name) => match table.column(name) {
                Some(Values::Numbers(values)) => values.get(row).copied().map_or(Value::Nothing, Value::Number),
                Some(Values::Texts(values)) => values.get(row).map_or(Value::Nothing, |text| Value::Text(text)),
                Some(Values::Booleans(values)) => values.get(row).copied().map_or(Value::Nothing, Value::Boolean),
                None => Value::Nothing,
            },
        }
    }
}

impl Literal {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Literal::Number(_) => "a number",
            Literal::Text(_) => "text",
            Literal::Boolean(_) => "true or false",
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Literal::Number(number) => Value::Number(*number),
            Literal::Text(text) => Value::Text(text),
            Literal::Boolean(value) => Value::Boolean(*value),
        }
    }
}
