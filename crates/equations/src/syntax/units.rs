//! Types and units.

use super::lexer::Word;
use super::parser::{Parser, Read};
use super::{TypeKind, TypeName, UnitFactor, UnitName};

/// More factors than this are no unit of anything.
const MOST_FACTORS: usize = 32;

impl Parser<'_, '_> {
    /// A type.
    pub fn type_name(&mut self) -> Read<TypeName> {
        let begin = self.span();
        let named = match self.word() {
            Word::Name(name) => match name.as_str() {
                "real" => Some(TypeKind::Real),
                "integer" => Some(TypeKind::Integer),
                "boolean" => Some(TypeKind::Boolean),
                "string" => Some(TypeKind::Text),
                "void" => Some(TypeKind::Void),
                _ => None,
            },
            Word::Sign("(") | Word::Number { .. } => None,
            _ => {
                let found = self.found();
                return self.wrong(format!("expected a type, such as `real` or `mV`, found {found}"));
            }
        };
        if let Some(kind) = named {
            self.at += 1;
            return Ok(TypeName { kind, span: begin });
        }
        let factors = self.unit_product()?;
        if factors.len() > MOST_FACTORS {
            self.notes.fault(begin, format!("a unit of more than {MOST_FACTORS} factors"));
            return Err(super::parser::Broken);
        }
        let span = begin.to(self.last_span());
        Ok(TypeName { kind: TypeKind::Unit(UnitName { factors }), span })
    }

    fn unit_product(&mut self) -> Read<Vec<UnitFactor>> {
        let mut all = self.unit_power()?;
        loop {
            let over = match self.word() {
                Word::Sign("*") => false,
                Word::Sign("/") => true,
                _ => return Ok(all),
            };
            self.at += 1;
            let next = self.unit_power()?;
            all.extend(if over { raised(next, [-1, 1]) } else { next });
            if all.len() > MOST_FACTORS {
                return self.wrong(format!("a unit of more than {MOST_FACTORS} factors"));
            }
        }
    }

    fn unit_power(&mut self) -> Read<Vec<UnitFactor>> {
        let base = match self.word().clone() {
            Word::Sign("(") => {
                self.at += 1;
                let inner = self.deeper(Self::unit_product)?;
                self.expect(")", "to close the bracket of the unit")?;
                inner
            }
            Word::Number { value, .. } => {
                if value != 1.0 || *self.ahead(1) != Word::Sign("/") {
                    return self.wrong("a number in a unit can only be the 1 of `1/ms`");
                }
                self.at += 1;
                Vec::new()
            }
            _ => {
                let (name, span) = self.name("a unit")?;
                vec![UnitFactor { name, power: [1, 1], span }]
            }
        };
        if !self.take("**") {
            return Ok(base);
        }
        let power = self.unit_exponent()?;
        Ok(raised(base, power))
    }

    /// `2`, `-1`, `(1/2)`.
    fn unit_exponent(&mut self) -> Read<[i16; 2]> {
        let bracket = self.take("(");
        let above = self.small_number()?;
        let below = if bracket && self.take("/") { self.small_number()? } else { 1 };
        if bracket {
            self.expect(")", "after the exponent")?;
        }
        if below <= 0 || 12 % below != 0 {
            return self.wrong("exponents of units are whole numbers, halves, thirds, quarters, sixths or twelfths");
        }
        Ok([above, below])
    }

    fn small_number(&mut self) -> Read<i16> {
        let sign = if self.take("-") { -1 } else { 1 };
        self.take("+");
        match *self.word() {
            #[expect(clippy::cast_possible_truncation, reason = "at most 24")]
            Word::Number { value, whole: true } if value <= 24.0 => {
                self.at += 1;
                Ok(sign * value as i16)
            }
            _ => {
                let found = self.found();
                self.wrong(format!("an exponent of a unit is a whole number up to 24, found {found}"))
            }
        }
    }
}

/// A unit to a power.
fn raised(unit: Vec<UnitFactor>, power: [i16; 2]) -> Vec<UnitFactor> {
    let raise = |factor: UnitFactor| {
        let of = |a: i16, b: i16| a.saturating_mul(b);
        UnitFactor { power: [of(factor.power[0], power[0]), of(factor.power[1], power[1])], ..factor }
    };
    unit.into_iter().map(raise).collect()
}
