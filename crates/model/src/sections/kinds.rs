//! What the values of fields may be: numbers of a range, words, lists, other sections.

use super::table::{Kind, Section};
use crate::document::{Node, join};
use crate::fields::{Reader, shown};
use neuropil_core::Range;
use serde_json::{Value as Json, json};

/// Kinds of numbers of a range.
macro_rules! numbers {
    ($($(#[doc = $doc:literal])+ $name:ident => $range:expr;)*) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}

        impl Kind for $name {
            type Value = f64;

            fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<f64> {
                number(reader, node, path, $range)
            }

            fn schema() -> Json {
                match $range {
                    Range::Positive => json!({"type": "number", "exclusiveMinimum": 0}),
                    Range::NonNegative => json!({"type": "number", "minimum": 0}),
                    Range::Fraction => json!({"type": "number", "minimum": 0, "maximum": 1}),
                    _ => json!({"type": "number"}),
                }
            }

            fn shown(value: &f64) -> Json {
                plain(*value)
            }
        }
    )*};
}

numbers! {
    /// Any number.
    Any => Range::Any;
    /// A number > 0.
    Positive => Range::Positive;
    /// A number >= 0.
    NonNegative => Range::NonNegative;
    /// A number from 0 to 1.
    Fraction => Range::Fraction;
}

fn number(reader: &Reader<'_>, node: &Node, path: &str, range: Range) -> Option<f64> {
    let value = reader.number(node, path)?;
    if !range.contains(value) {
        reader.fault(path, format!("found {}, must be {}", shown(value), range.expected()));
        return None;
    }
    Some(value)
}

/// A default as files write it: 1 rather than 1.0.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn plain(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < 1e9 { json!(value as i64) } else { json!(value) }
}

/// A number above 0 and at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {}

impl Kind for Share {
    type Value = f64;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<f64> {
        let value = reader.number(node, path)?;
        if !(value > 0.0 && value <= 1.0) {
            reader.fault(path, format!("found {}, must be in (0, 1]", shown(value)));
            return None;
        }
        Some(value)
    }

    fn schema() -> Json {
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
    }

    fn shown(value: &f64) -> Json {
        plain(*value)
    }
}

/// A number from 0 to below 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BelowOne {}

impl Kind for BelowOne {
    type Value = f64;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<f64> {
        let value = reader.number(node, path)?;
        if !(0.0..1.0).contains(&value) {
            reader.fault(path, format!("found {}, must be in [0, 1)", shown(value)));
            return None;
        }
        Some(value)
    }

    fn schema() -> Json {
        json!({"type": "number", "minimum": 0, "exclusiveMaximum": 1})
    }

    fn shown(value: &f64) -> Json {
        plain(*value)
    }
}

/// A whole number from LEAST to MOST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole<const LEAST: u64, const MOST: u64> {}

/// A whole number from 1 to 2^24.
pub type Count = Whole<1, { 1 << 24 }>;

impl<const LEAST: u64, const MOST: u64> Kind for Whole<LEAST, MOST> {
    type Value = usize;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<usize> {
        let found = reader.whole(node, path)?;
        if !(LEAST..=MOST).contains(&found) {
            let expected = if MOST == u64::MAX { format!(">= {LEAST}") } else { format!("between {LEAST} and {MOST}") };
            reader.fault(path, format!("found {found}, must be {expected}"));
            return None;
        }
        Some(usize::try_from(found).unwrap_or(usize::MAX))
    }

    fn schema() -> Json {
        match MOST {
            u64::MAX => json!({"type": "integer", "minimum": LEAST}),
            most => json!({"type": "integer", "minimum": LEAST, "maximum": most}),
        }
    }

    fn shown(value: &usize) -> Json {
        json!(value)
    }
}

/// True or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {}

impl Kind for Flag {
    type Value = bool;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<bool> {
        reader.boolean(node, path)
    }

    fn schema() -> Json {
        json!({"type": "boolean"})
    }

    fn shown(value: &bool) -> Json {
        json!(value)
    }
}

/// Text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {}

impl Kind for Text {
    type Value = String;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<String> {
        reader.string(node, path).map(str::to_owned)
    }

    fn schema() -> Json {
        json!({"type": "string"})
    }
}

/// A list of numbers, each > 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positives {}

impl Kind for Positives {
    type Value = Vec<f64>;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<Vec<f64>> {
        let numbers = reader.list_of_numbers(node, path)?;
        if let Some(index) = numbers.iter().position(|number| *number <= 0.0) {
            let message = format!("found {}, must be {}", shown(numbers[index]), Range::Positive.expected());
            reader.fault(&join(path, &index.to_string()), message);
            return None;
        }
        Some(numbers)
    }

    fn schema() -> Json {
        json!({"$ref": "#/$defs/numbers"})
    }

    fn shown(value: &Vec<f64>) -> Json {
        json!(value)
    }
}

/// A list of numbers of cells, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indices {}

impl Kind for Indices {
    type Value = Vec<usize>;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<Vec<usize>> {
        reader.wholes(node, path)?.into_iter().map(|number| usize::try_from(number).ok()).collect()
    }

    fn schema() -> Json {
        json!({"type": "array", "items": {"type": "integer", "minimum": 0}})
    }
}

/// A list of synapses, each `[post, pre]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {}

impl Kind for Pairs {
    type Value = Vec<[usize; 2]>;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<Vec<[usize; 2]>> {
        let pair = |(index, node): (usize, &'d Node)| {
            let path = join(path, &index.to_string());
            let found = Indices::read(reader, node, &path)?;
            <[usize; 2]>::try_from(found).map_err(|_| reader.fault(&path, "expected [post, pre]")).ok()
        };
        let pairs: Vec<_> = reader.array(node, path)?.iter().enumerate().map(pair).collect();
        pairs.into_iter().collect()
    }

    fn schema() -> Json {
        let cell = json!({"type": "integer", "minimum": 0});
        json!({"type": "array", "items": {"type": "array", "items": cell, "minItems": 2, "maxItems": 2}})
    }
}

/// Three numbers: x, y, z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {}

impl Kind for Point {
    type Value = [f64; 3];

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<[f64; 3]> {
        let numbers = reader.numbers(node, path)?;
        let point = <[f64; 3]>::try_from(numbers.as_slice()).ok();
        if point.is_none() {
            reader.fault(path, format!("found {} numbers, expected 3 (x, y, z in um)", numbers.len()));
        }
        point
    }

    fn schema() -> Json {
        json!({"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3})
    }
}

/// A value of a few, each with its word.
pub trait Words: Copy + PartialEq + 'static {
    /// The words and what they mean.
    const WORDS: &'static [(&'static str, Self)];
}

/// One of the words of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<T>(std::marker::PhantomData<T>);

impl<T: Words> Kind for Word<T> {
    type Value = T;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<T> {
        let words: Vec<&str> = T::WORDS.iter().map(|own| own.0).collect();
        reader.word(node, path, &words).map(|index| T::WORDS[index].1)
    }

    fn schema() -> Json {
        json!({"enum": T::WORDS.iter().map(|own| own.0).collect::<Vec<_>>()})
    }

    fn shown(value: &T) -> Json {
        T::WORDS.iter().find(|own| own.1 == *value).map(|own| own.0).into()
    }
}

/// A section in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sub<S>(std::marker::PhantomData<S>);

impl<S: Section> Kind for Sub<S> {
    type Value = S;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<S> {
        reader.object(node, path, S::NAME).and_then(S::whole)
    }

    fn schema() -> Json {
        json!({"$ref": format!("#/$defs/{}", S::NAME)})
    }
}

/// A section in a section that needs more to be read than itself: the section around it reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubElsewhere<S>(std::marker::PhantomData<S>);

impl<S: Section> Kind for SubElsewhere<S> {
    type Value = ();

    fn read<'d>(_: &Reader<'d>, _: &'d Node, _: &str) -> Option<()> {
        Some(())
    }

    fn schema() -> Json {
        Sub::<S>::schema()
    }
}

/// Words for a mask beside values: every synapse, or those whose value is not 0.
pub const MASKS: [&str; 2] = ["all", "nonzero"];

/// Kinds of values that need more to be read than the value itself: the table says that they are there, the section reads them.
macro_rules! elsewhere {
    ($($(#[doc = $doc:literal])+ $name:ident => $schema:expr;)*) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}

        impl Kind for $name {
            type Value = ();

            fn read<'d>(_: &Reader<'d>, _: &'d Node, _: &str) -> Option<()> {
                Some(())
            }

            fn schema() -> Json {
                $schema
            }
        }
    )*};
}

elsewhere! {
    /// Populations, by name.
    Populations => json!({"$ref": "#/$defs/populations"});
    /// Numbers over time.
    TimeSeries => json!({"$ref": "#/$defs/time_series"});
    /// Weights: one number, an array, or a distribution.
    Weight => json!({"anyOf": [{"type": "number"}, {"$ref": "#/$defs/matrix"}, {"$ref": "#/$defs/distribution"}]});
    /// A list of numbers, or a dataset, of a length that the caller knows.
    Numbers => json!({"$ref": "#/$defs/numbers"});
    /// A matrix, or a dataset, of extents that the caller knows.
    Matrix => json!({"$ref": "#/$defs/matrix"});
    /// A matrix of 0 and 1.
    Mask => json!({"$ref": "#/$defs/mask"});
    /// The same, or a word for what the values say.
    MaskBesideValues => json!({"anyOf": [{"enum": MASKS}, {"$ref": "#/$defs/mask"}]});
    /// A probability, or one for each pair of cell types.
    ProbabilityByType => json!({"$ref": "#/$defs/probability"});
    /// A label for each cell.
    Labels => json!({"$ref": "#/$defs/labels"});
    /// A list of names.
    Names => json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true});
    /// Where cells lie.
    Positions => json!({"$ref": "#/$defs/positions"});
    /// The name of a rule that a network that runs free can have.
    RuleName => json!({"enum": crate::catalogue::rules_of_free_runs()});
}
