//! Statements.

use super::lexer::Word;
use super::parser::{Parser, Read};
use super::{Arm, Infix, Line, LineKind, Span};

impl Parser<'_, '_> {
    /// The statements of a block.
    pub fn statements(&mut self, what: &str) -> Read<Vec<Line>> {
        self.block(what, Self::statement)
    }

    fn statement(&mut self) -> Read<Line> {
        let begin = self.span();
        let kind = match self.word() {
            Word::Name(name) => match name.as_str() {
                "if" => self.conditional_blocks()?,
                "while" => {
                    self.at += 1;
                    let condition = self.expression()?;
                    let body = self.deeper(|parser| parser.statements("`while`"))?;
                    LineKind::While(Arm { condition, body })
                }
                "for" => self.counted()?,
                "return" => {
                    self.at += 1;
                    let value = if matches!(self.word(), Word::Newline | Word::Sign(";")) {
                        None
                    } else {
                        Some(self.expression()?)
                    };
                    self.simple_end()?;
                    LineKind::Return(value)
                }
                "elif" | "else" => return self.wrong("there is no `if` before this, at this depth"),
                _ => self.simple()?,
            },
            _ => {
                let found = self.found();
                return self.wrong(format!("expected a statement, found {found}"));
            }
        };
        Ok(Line { kind, span: begin })
    }

    fn simple_end(&mut self) -> Read<()> {
        self.take(";");
        self.end_of_line()
    }

    /// A call, an assignment or a declaration.
    fn simple(&mut self) -> Read<LineKind> {
        if *self.ahead(1) == Word::Sign("(") {
            let call = self.expression()?;
            self.simple_end()?;
            return Ok(LineKind::Call(call));
        }
        let begin = self.at;
        if !self.is_name("recordable") && !self.is_name("inline") {
            let target = self.variable("a name")?;
            if let Some(with) = self.assignment() {
                let value = self.expression()?;
                self.simple_end()?;
                return Ok(LineKind::Assign { target, with, value });
            }
            if *self.word() == Word::Newline {
                return self.wrong("a name alone does nothing: assign to it, or give it a type and a value");
            }
        }
        self.at = begin;
        let declaration = self.declaration()?;
        self.simple_end()?;
        Ok(LineKind::Local(declaration))
    }

    /// `=`, `+=`, ...: what is done before it is assigned.
    fn assignment(&mut self) -> Option<Option<Infix>> {
        let with = match self.word() {
            Word::Sign("=") => None,
            Word::Sign("+=") => Some(Infix::Plus),
            Word::Sign("-=") => Some(Infix::Minus),
            Word::Sign("*=") => Some(Infix::Times),
            Word::Sign("/=") => Some(Infix::Over),
            _ => return None,
        };
        self.at += 1;
        Some(with)
    }

    fn conditional_blocks(&mut self) -> Read<LineKind> {
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        self.at += 1;
        loop {
            let condition = self.expression()?;
            let body = self.deeper(|parser| parser.statements("the condition"))?;
            arms.push(Arm { condition, body });
            if self.take_name("elif") {
                continue;
            }
            if self.take_name("else") {
                otherwise = self.deeper(|parser| parser.statements("`else`"))?;
            }
            return Ok(LineKind::If { arms, otherwise });
        }
    }

    /// `for i in a ... b step c:`.
    fn counted(&mut self) -> Read<LineKind> {
        self.at += 1;
        let variable = self.variable("the variable that counts")?;
        if !self.take_name("in") {
            let found = self.found();
            return self.wrong(format!("expected `in`, found {found}"));
        }
        let from = self.expression()?;
        self.expect("...", "between the first value and the last")?;
        let to = self.expression()?;
        if !self.take_name("step") {
            let found = self.found();
            return self.wrong(format!("expected `step`, found {found}: write `for i in 0 ... 10 step 1:`"));
        }
        let (step, step_place) = self.step()?;
        let body = self.deeper(|parser| parser.statements("`for`"))?;
        Ok(LineKind::For { variable, from, to, step, step_place, body })
    }

    fn step(&mut self) -> Read<(f64, Span)> {
        let begin = self.span();
        let sign = if self.take("-") { -1.0 } else { 1.0 };
        let Word::Number { value, .. } = *self.word() else {
            let found = self.found();
            return self.wrong(format!("a step is a number, found {found}"));
        };
        self.at += 1;
        let span = begin.to(self.last_span());
        if value == 0.0 {
            self.notes.fault(span, "a step of 0 never ends");
        }
        Ok((sign * value, span))
    }
}
