//! Tables of parameters: one declaration gives the typed struct, its names, defaults, checks and pages.

use crate::units::Unit;
use thiserror::Error;

/// The values that a parameter may take; NaN and infinities are never among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Any finite number.
    Any,
    /// > 0.
    Positive,
    /// >= 0.
    NonNegative,
    /// 0 <= x <= 1.
    Fraction,
    /// The index of one of these words; files hold the word.
    Choice(&'static [&'static str]),
}

impl Range {
    /// Whether `value` lies inside.
    pub fn contains(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Range::Any => true,
                Range::Positive => value > 0.0,
                Range::NonNegative => value >= 0.0,
                Range::Fraction => (0.0..=1.0).contains(&value),
                Range::Choice(words) => (0..words.len()).any(|index| index_value(index) == value),
            }
    }

    /// What is expected, to stand behind "must be".
    pub fn expected(self) -> String {
        match self {
            Range::Any => "a finite number".into(),
            Range::Positive => "> 0".into(),
            Range::NonNegative => ">= 0".into(),
            Range::Fraction => "between 0 and 1".into(),
            Range::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// How a choice stands in a row of numbers.
#[expect(clippy::cast_precision_loss, reason = "a handful of words")]
pub fn index_value(index: usize) -> f64 {
    index as f64
}

/// One row of a parameter table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The symbol, without unit: `tau_m`.
    pub symbol: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Value where the user gives none.
    pub default: f64,
    /// Values allowed.
    pub range: Range,
    /// Meaning.
    pub doc: &'static str,
}

impl Parameter {
    /// The name in files: `tau_m_ms`.
    pub fn name(&self) -> String {
        self.unit.name_of(self.symbol)
    }
}

/// A value, or a combination of values, that a model cannot work with.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{name} = {value}{space}{unit}, must be {expected}", space = if unit.is_empty() { "" } else { " " })]
pub struct BadParameter {
    /// The name in files.
    pub name: String,
    /// What was given.
    pub value: f64,
    /// Unit of the value.
    pub unit: &'static str,
    /// What it must be, in words.
    pub expected: String,
}

/// A struct of parameters with its table; made by [`parameters!`](crate::parameters).
pub trait ParameterSet: Clone + PartialEq + Send + Sync + 'static {
    /// One row a field, in the order of the fields.
    const TABLE: &'static [Parameter];
    /// Builds the struct from one value a row.
    fn from_values(values: &[f64]) -> Self;
    /// One value a row.
    fn values(&self) -> Vec<f64>;

    /// The struct with every default.
    fn defaults() -> Self {
        Self::from_values(&Self::TABLE.iter().map(|row| row.default).collect::<Vec<_>>())
    }

    /// Values outside their row's range.
    fn out_of_range(&self) -> Vec<BadParameter> {
        out_of_range(Self::TABLE, &self.values())
    }
}

/// Values, one a row, outside their row's range.
pub fn out_of_range(table: &[Parameter], values: &[f64]) -> Vec<BadParameter> {
    let rows = table.iter().zip(values);
    rows.filter(|(row, value)| !row.range.contains(**value))
        .map(|(row, value)| BadParameter {
            name: row.name(),
            value: *value,
            unit: row.unit.symbol(),
            expected: row.range.expected(),
        })
        .collect()
}

/// Declares a struct of parameters and its table.
///
/// ```
/// neuropil_core::parameters! {
///     /// A leak.
///     pub struct LeakParams {
///         /// Membrane time constant.
///         tau_m: Ms = 10.0, Positive;
///     }
/// }
/// use neuropil_core::ParameterSet;
/// assert_eq!(LeakParams::TABLE[0].name(), "tau_m_ms");
/// assert_eq!(LeakParams::defaults().tau_m.0, 10.0);
/// ```
#[macro_export]
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident { $(#[doc = $doc:literal] $field:ident: $unit:ident = $default:expr, $range:expr;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $(#[doc = $doc] pub $field: $crate::units::$unit),* }

        impl $crate::ParameterSet for $name {
            const TABLE: &'static [$crate::Parameter] = &[$($crate::Parameter {
                symbol: stringify!($field),
                unit: $crate::Unit::$unit,
                default: $default,
                range: {
                    #[allow(unused_imports, clippy::enum_glob_use, reason = "which ranges a table names varies")]
                    use $crate::Range::*;
                    $range
                },
                doc: $doc.trim_ascii(),
            }),*];
            fn from_values(values: &[f64]) -> Self {
                let [$($field),*] = values else {
                    panic!("{} values for {} parameters", values.len(), Self::TABLE.len())
                };
                Self { $($field: $crate::units::$unit(*$field)),* }
            }
            fn values(&self) -> Vec<f64> {
                vec![$(self.$field.0),*]
            }
        }
    };
}
