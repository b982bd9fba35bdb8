//! Expressions, from loose to tight: `? :`, `and or`, `not`, comparisons, bits, sums, products, signs, powers.

use super::lexer::Word;
use super::parser::{Parser, Read};
use super::{DEPTH, Expression, ExpressionKind, Infix, Prefix, Span};

/// The operators of a level between two expressions, all of it from left to right.
type Level = &'static [(&'static str, Infix)];

const BITS: Level = &[
    ("&", Infix::BitAnd),
    ("^", Infix::BitXor),
    ("|", Infix::BitOr),
    ("<<", Infix::ShiftLeft),
    (">>", Infix::ShiftRight),
];
const COMPARISONS: Level = &[
    ("<", Infix::Less),
    ("<=", Infix::LessOrEqual),
    ("==", Infix::Equal),
    ("!=", Infix::Unequal),
    ("<>", Infix::Unequal),
    (">=", Infix::GreaterOrEqual),
    (">", Infix::Greater),
];
const SUMS: Level = &[("+", Infix::Plus), ("-", Infix::Minus)];
const PRODUCTS: Level = &[("*", Infix::Times), ("/", Infix::Over), ("//", Infix::WholeOver), ("%", Infix::Modulo)];

/// Words that cannot be names of variables.
const RESERVED: [&str; 4] = ["and", "or", "not", "else"];

impl Parser<'_, '_> {
    /// An expression.
    pub fn expression(&mut self) -> Read<Expression> {
        self.deeper(Self::conditional)
    }

    fn build(&mut self, kind: ExpressionKind, span: Span) -> Read<Expression> {
        let depth = match &kind {
            ExpressionKind::Prefix(_, a) => a.depth,
            ExpressionKind::Infix(_, a, b) => a.depth.max(b.depth),
            ExpressionKind::Conditional(parts) => parts.iter().map(|part| part.depth).max().unwrap_or(0),
            ExpressionKind::Call { arguments, .. } => arguments.iter().map(|part| part.depth).max().unwrap_or(0),
            ExpressionKind::Name(variable) | ExpressionKind::Scaled { by: variable, .. } => {
                variable.index.as_ref().map_or(0, |index| index.depth)
            }
            _ => 0,
        } + 1;
        if depth > DEPTH {
            let what = format!("an expression of more than {DEPTH} terms in a row; name a part of it by an `inline`");
            self.notes.fault(span, what);
            return Err(super::parser::Broken);
        }
        Ok(Expression { kind, span, depth })
    }

    fn conditional(&mut self) -> Read<Expression> {
        let condition = self.logical()?;
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.expression()?;
        self.expect(":", "between the two values of `? :`")?;
        let no = self.expression()?;
        let span = condition.span.to(no.span);
        self.build(ExpressionKind::Conditional(Box::new([condition, yes, no])), span)
    }

    fn logical(&mut self) -> Read<Expression> {
        let mut left = self.negation()?;
        loop {
            let op = match self.word() {
                Word::Name(name) if name == "and" => Infix::And,
                Word::Name(name) if name == "or" => Infix::Or,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.negation()?;
            left = self.infix(op, left, right)?;
        }
    }

    fn negation(&mut self) -> Read<Expression> {
        let begin = self.span();
        if !self.take_name("not") {
            return self.level(COMPARISONS, Self::bits);
        }
        let inner = self.deeper(Self::negation)?;
        let span = begin.to(inner.span);
        self.build(ExpressionKind::Prefix(Prefix::Not, Box::new(inner)), span)
    }

    fn bits(&mut self) -> Read<Expression> {
        self.level(BITS, Self::sum)
    }

    fn sum(&mut self) -> Read<Expression> {
        self.level(SUMS, Self::product)
    }

    fn product(&mut self) -> Read<Expression> {
        self.level(PRODUCTS, Self::signed)
    }

    fn level(&mut self, level: Level, tighter: fn(&mut Self) -> Read<Expression>) -> Read<Expression> {
        let mut left = tighter(self)?;
        while let Word::Sign(sign) = self.word() {
            let Some((_, op)) = level.iter().find(|(own, _)| own == sign) else { break };
            self.at += 1;
            let right = tighter(self)?;
            left = self.infix(*op, left, right)?;
        }
        Ok(left)
    }

    fn infix(&mut self, op: Infix, left: Expression, right: Expression) -> Read<Expression> {
        let span = left.span.to(right.span);
        self.build(ExpressionKind::Infix(op, Box::new(left), Box::new(right)), span)
    }

    fn signed(&mut self) -> Read<Expression> {
        let op = match self.word() {
            Word::Sign("+") => Prefix::Plus,
            Word::Sign("-") => Prefix::Minus,
            Word::Sign("~") => Prefix::Complement,
            _ => return self.power(),
        };
        let begin = self.span();
        self.at += 1;
        let inner = self.deeper(Self::signed)?;
        let span = begin.to(inner.span);
        self.build(ExpressionKind::Prefix(op, Box::new(inner)), span)
    }

    fn power(&mut self) -> Read<Expression> {
        let base = self.atom()?;
        if !self.take("**") {
            return Ok(base);
        }
        // From the right, and a sign may stand in the exponent.
        let exponent = self.deeper(Self::signed)?;
        // `0.01 ms**-1` is 0.01/ms: the power is that of the name, and the whole is still one factor.
        if let ExpressionKind::Scaled { value, whole, by } = base.kind {
            let number = self.build(ExpressionKind::Number { value, whole }, base.span)?;
            let place = by.span;
            let name = self.build(ExpressionKind::Name(by), place)?;
            let power = self.infix(Infix::Power, name, exponent)?;
            return self.infix(Infix::Times, number, power);
        }
        self.infix(Infix::Power, base, exponent)
    }

    fn atom(&mut self) -> Read<Expression> {
        let span = self.span();
        match self.word().clone() {
            Word::Number { value, whole } => {
                self.at += 1;
                if let Word::Name(name) = self.word().clone()
                    && !RESERVED.contains(&name.as_str())
                    && name != "step"
                {
                    let place = self.span();
                    self.at += 1;
                    let by = self.variable_after(name, place)?;
                    let span = span.to(by.span);
                    return self.build(ExpressionKind::Scaled { value, whole, by }, span);
                }
                self.build(ExpressionKind::Number { value, whole }, span)
            }
            Word::Text(text) => {
                self.at += 1;
                self.build(ExpressionKind::Text(text), span)
            }
            Word::Name(name) if !RESERVED.contains(&name.as_str()) => {
                self.at += 1;
                match name.as_str() {
                    "true" | "True" => self.build(ExpressionKind::Boolean(true), span),
                    "false" | "False" => self.build(ExpressionKind::Boolean(false), span),
                    _ if self.is("(") => self.call(name, span),
                    _ => {
                        let variable = self.variable_after(name, span)?;
                        let span = variable.span;
                        self.build(ExpressionKind::Name(variable), span)
                    }
                }
            }
            Word::Sign("(") => {
                self.at += 1;
                let mut inner = self.expression()?;
                self.expect(")", "to close the bracket")?;
                inner.span = span.to(self.last_span());
                Ok(inner)
            }
            _ => {
                let found = self.found();
                self.wrong(format!("expected a value, found {found}"))
            }
        }
    }

    fn call(&mut self, function: String, place: Span) -> Read<Expression> {
        self.expect("(", "after the name of a function")?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.expression()?);
            if !self.take(",") {
                break;
            }
        }
        self.expect(")", "after the arguments")?;
        let span = place.to(self.last_span());
        self.build(ExpressionKind::Call { function, place, arguments }, span)
    }
}
