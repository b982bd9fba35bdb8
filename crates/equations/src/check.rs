//! Rules of types and units: what may be added, compared, assigned, and what the message is where it may not.
//!
//! The same dimension in another prefix is right, since literals are coherent. A unit where a pure number stands is
//! a warning, as the language allows it and models do it. Two different dimensions are a fault.

use crate::syntax::{Span, TypeKind, TypeName};
use crate::unit::{Dimensions, Unit};

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A number with its dimensions; whole if it is an integer.
    Number { dimensions: Dimensions, whole: bool },
    /// True or false.
    Boolean,
    /// A text.
    Text,
    /// Nothing.
    Void,
    /// Something that a fault was found in: no rule complains about it again.
    Unknown,
}

impl Type {
    pub const REAL: Self = Self::of(Dimensions::ONE);
    pub const INTEGER: Self = Type::Number { dimensions: Dimensions::ONE, whole: true };

    /// A number of some dimensions.
    pub const fn of(dimensions: Dimensions) -> Self {
        Type::Number { dimensions, whole: false }
    }

    /// Its dimensions, if it is a number.
    pub fn dimensions(self) -> Option<Dimensions> {
        match self {
            Type::Number { dimensions, .. } => Some(dimensions),
            _ => None,
        }
    }

    pub fn is_whole(self) -> bool {
        matches!(self, Type::Number { whole: true, .. })
    }

    /// `a pure number`, `mV`, `true or false`.
    pub fn shown(self) -> String {
        match self {
            Type::Number { dimensions, whole } if dimensions == Dimensions::ONE => {
                if whole {
                    "an integer".into()
                } else {
                    "a pure number".into()
                }
            }
            Type::Number { dimensions, .. } => dimensions.to_string(),
            Type::Boolean => "true or false".into(),
            Type::Text => "a text".into(),
            Type::Void => "nothing".into(),
            Type::Unknown => "unknown".into(),
        }
    }
}

/// What a rule says.
pub(crate) enum Verdict {
    /// Right.
    Right,
    /// Probably right; the message is a warning.
    Odd(String),
    /// Wrong.
    Wrong(String),
}

/// A type with its unit as written. `Err` has the place of what is wrong with it.
pub(crate) fn declared(name: &TypeName, text: &str) -> Result<(Type, Unit), (Span, String)> {
    match &name.kind {
        TypeKind::Real => Ok((Type::REAL, Unit::one())),
        TypeKind::Integer => Ok((Type::INTEGER, Unit::one())),
        TypeKind::Boolean => Ok((Type::Boolean, Unit::one())),
        TypeKind::Text => Ok((Type::Text, Unit::one())),
        TypeKind::Void => Ok((Type::Void, Unit::one())),
        TypeKind::Unit(unit) => match Unit::of(unit, name.span.of(text)) {
            Ok(unit) => Ok((Type::of(unit.dimensions), unit)),
            Err((at, message)) => Err((unit.factors.get(at).map_or(name.span, |factor| factor.span), message)),
        },
    }
}

/// The type of a sum, a difference, `min`, or of both values of `? :`; and whether the two fit.
pub(crate) fn joined(left: Type, right: Type) -> (Type, Verdict) {
    use Type::{Boolean, Number, Unknown};
    match (left, right) {
        (Unknown, other) | (other, Unknown) => (other, Verdict::Right),
        (Boolean, Boolean) => (Boolean, Verdict::Right),
        (Number { dimensions: a, whole: whole_a }, Number { dimensions: b, whole: whole_b }) => {
            if a == b {
                return (Number { dimensions: a, whole: whole_a && whole_b }, Verdict::Right);
            }
            let odd =
                |unit: Dimensions| Verdict::Odd(format!("a pure number stands beside {unit}; it is taken as {unit}"));
            if a == Dimensions::ONE {
                (right, odd(b))
            } else if b == Dimensions::ONE {
                (left, odd(a))
            } else {
                (Unknown, Verdict::Wrong(format!("this is {b}, but stands beside {a}")))
            }
        }
        (a, b) => (Unknown, Verdict::Wrong(format!("this is {}, but stands beside {}", b.shown(), a.shown()))),
    }
}

/// Whether a value can be assigned to, or given for, what has type `target`.
pub(crate) fn assigned(target: Type, value: Type, what: &str) -> Verdict {
    use Type::{Boolean, Number, Text, Unknown};
    match (target, value) {
        (Unknown, _) | (_, Unknown) | (Boolean, Boolean) | (Text, Text) => Verdict::Right,
        (Number { dimensions: a, whole: to }, Number { dimensions: b, whole: from }) => {
            if a == b {
                if to && !from {
                    return Verdict::Odd(format!("{what} is an integer: what is behind the point is cut off"));
                }
                return Verdict::Right;
            }
            let shown = |dimensions: Dimensions| dimensions.to_string();
            if a == Dimensions::ONE || b == Dimensions::ONE {
                let (a, b) = (shown(a), shown(b));
                return Verdict::Odd(format!("{what} is {a}, but this is {b}; the number is taken as it is"));
            }
            Verdict::Wrong(format!("{what} has {}, but this is {}", shown(a), shown(b)))
        }
        (a, b) => Verdict::Wrong(format!("{what} is {}, but this is {}", a.shown(), b.shown())),
    }
}

/// How a number in a unit is called.
pub(crate) fn counted(dimensions: Dimensions) -> String {
    const NAMES: [(&str, &str); 5] = [
        ("mV", "millivolts"),
        ("ms", "milliseconds"),
        ("pA", "picoamperes"),
        ("nS", "nanosiemens"),
        ("pF", "picofarads"),
    ];
    let shown = dimensions.to_string();
    let name = NAMES.iter().find(|(unit, _)| *unit == shown);
    name.map_or(shown, |(_, name)| (*name).to_owned())
}
