//! Declarations, equations and ports.

use super::lexer::Word;
use super::parser::{Broken, Parser, Read};
use super::{Declaration, Decorator, Equation, EquationLine, Kernel, OutputKind, Port, Span, Variable};
use neuropil_core::did_you_mean;

impl Parser<'_, '_> {
    pub(super) fn declaration_line(&mut self) -> Read<Declaration> {
        let declaration = self.declaration()?;
        self.take(";");
        self.end_of_line()?;
        Ok(declaration)
    }

    /// `[recordable] [inline] a, b TYPE = e [[guard]] @decorators`.
    pub fn declaration(&mut self) -> Read<Declaration> {
        let recordable = self.take_name("recordable");
        let inline = self.take_name("inline");
        let mut names = vec![self.variable("a name")?];
        while self.take(",") {
            names.push(self.variable("a name")?);
        }
        let of = self.type_name()?;
        let value = if self.take("=") { Some(self.expression()?) } else { None };
        let guard = if self.take("[[") {
            let guard = self.expression()?;
            self.expect("]]", "after the guard")?;
            Some(guard)
        } else {
            None
        };
        let decorators = self.decorators()?;
        Ok(Declaration { recordable, inline, names, of, value, guard, decorators })
    }

    pub(super) fn decorators(&mut self) -> Read<Vec<Decorator>> {
        let mut all = Vec::new();
        while self.is("@") {
            let begin = self.span();
            self.at += 1;
            let (mut name, _) = self.name("a name after `@`")?;
            if self.take("::") {
                name = format!("{name}::{}", self.name("a name after `::`")?.0);
            }
            all.push(Decorator { name, span: begin.to(self.last_span()) });
        }
        Ok(all)
    }

    pub(super) fn equation_line(&mut self) -> Read<EquationLine> {
        let line = if self.is_name("inline") || self.is_name("recordable") {
            EquationLine::Inline(self.declaration()?)
        } else if self.is_name("kernel") && matches!(self.ahead(1), Word::Name(_)) {
            self.at += 1;
            let mut equations = vec![self.equation()?];
            while self.take(",") {
                equations.push(self.equation()?);
            }
            EquationLine::Kernel(Kernel { equations })
        } else {
            EquationLine::Equation(self.equation()?)
        };
        self.take(";");
        self.end_of_line()?;
        Ok(line)
    }

    pub(super) fn equation(&mut self) -> Read<Equation> {
        let of = self.variable("an equation, such as `x' = ...`")?;
        self.expect("=", "in an equation")?;
        let value = self.expression()?;
        // `kernel a' = ..; ,`
        if self.is(";") && *self.ahead(1) == Word::Sign(",") {
            self.at += 1;
        }
        Ok(Equation { of, value })
    }

    pub(super) fn port(&mut self) -> Read<Port> {
        let name = self.variable("the name of a port")?;
        let of = if self.is("<-") { None } else { Some(self.type_name()?) };
        self.expect("<-", "after the name of a port")?;
        let (mut excitatory, mut inhibitory) = (false, false);
        let continuous = loop {
            let (word, place) = self.name("`spike` or `continuous`")?;
            match word.as_str() {
                "excitatory" => excitatory = true,
                "inhibitory" => inhibitory = true,
                "spike" => break false,
                "continuous" => break true,
                other => {
                    let known = ["excitatory", "inhibitory", "spike", "continuous"];
                    let meant = did_you_mean(other, known.into_iter());
                    self.notes.fault(place, format!("expected {}, found `{other}`{meant}", known.join(", ")));
                    return Err(Broken);
                }
            }
        };
        let decorators = self.decorators()?;
        self.end_of_line()?;
        Ok(Port { name, of, continuous, excitatory, inhibitory, decorators })
    }

    pub(super) fn output(&mut self) -> Read<(OutputKind, Span)> {
        let (word, place) = self.name("`spike` or `continuous`")?;
        let kind = match word.as_str() {
            "spike" => OutputKind::Spike,
            "continuous" => OutputKind::Continuous,
            other => {
                let meant = did_you_mean(other, ["spike", "continuous"].into_iter());
                self.notes.fault(place, format!("expected `spike` or `continuous`, found `{other}`{meant}"));
                return Err(Broken);
            }
        };
        if self.is("(") {
            return self.wrong("attributes of spikes are not supported: write `spike`");
        }
        self.end_of_line()?;
        Ok((kind, place))
    }

    /// A name with index and primes.
    pub fn variable(&mut self, what: &str) -> Read<Variable> {
        let (name, span) = self.name(what)?;
        self.variable_after(name, span)
    }

    pub fn variable_after(&mut self, name: String, span: Span) -> Read<Variable> {
        let mut index = None;
        if self.take("[") {
            index = Some(Box::new(self.expression()?));
            self.expect("]", "after the index")?;
        }
        let mut order = 0u8;
        while self.take("'") {
            if order == 9 {
                return self.wrong("at most nine derivatives of a variable");
            }
            order += 1;
        }
        Ok(Variable { name, order, index, span: span.to(self.last_span()) })
    }
}
