//! Sections as tables: one declaration gives the struct of a section, its reader, its schema, and so the class of it in Python.
//!
//! ```text
//! section! {
//!     /// What the section is, in a line.
//!     pub struct Loss = "loss" {
//!         /// Meaning, with its unit.
//!         last_ms: Positive, optional;            read as Option<f64>
//!         /// c of the regulariser.
//!         rate_strength: NonNegative = 0.0;       read as f64, 0 where it is missing
//!         /// How many.
//!         outputs: Count, required;               read as usize, missed where it is missing
//!     }
//! }
//! ```
//! A section whose `kind` says which fields it has is an enum of such structs: `variants!`. What a kind of value may be is in
//! [`super::kinds`].

use crate::document::Node;
use crate::fields::{Fields, Reader};
use serde_json::{Map, Value as Json, json};

/// What the value of a field may be.
pub trait Kind {
    /// What it is read as.
    type Value;

    /// Reads it; faults go to the reader.
    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<Self::Value>;

    /// What the schema says of it.
    fn schema() -> Json;

    /// A default, as files write it; null for one that the description tells.
    fn shown(_: &Self::Value) -> Json {
        Json::Null
    }
}

/// Whether a field must be there.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be missing, and then says nothing.
    Optional,
    /// It may be missing, and then is this; null where the description tells it.
    Default(Json),
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name in files.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What the schema says of its value.
    pub value: Json,
    /// What it is.
    pub about: &'static str,
}

/// A section that is a table.
pub trait Section: Sized {
    /// Its name, as messages and the schema have it.
    const NAME: &'static str;

    /// Its alternatives: the word of `kind` if it has one, what it is, and its rows.
    fn tables() -> Vec<SectionTable>;

    /// Reads the fields of the table; the caller may read others, and finishes.
    fn fields(own: &mut Fields<'_, '_>) -> Option<Self>;

    /// Reads the whole section.
    fn whole(mut own: Fields<'_, '_>) -> Option<Self> {
        let section = Self::fields(&mut own);
        own.finish();
        section
    }

    /// The section `key` of an object, or what is in its place where it is missing.
    fn of(fields: &mut Fields<'_, '_>, key: &str, missing: impl FnOnce() -> Self) -> Option<Self> {
        let path = fields.path_of(key);
        match fields.get(key) {
            None => Some(missing()),
            Some(node) => fields.reader.object(node, &path, Self::NAME).and_then(Self::whole),
        }
    }
}

/// One alternative of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionTable {
    /// The word of its field `kind`.
    pub kind: Option<&'static str>,
    /// What it is.
    pub about: &'static str,
    /// Its fields.
    pub rows: Vec<Row>,
}

impl SectionTable {
    /// Its fields in a JSON Schema.
    pub fn properties(&self) -> Map<String, Json> {
        let mut properties = Map::new();
        if let Some(kind) = self.kind {
            properties.insert("kind".into(), json!({"const": kind}));
        }
        for row in &self.rows {
            let mut own = row.value.clone();
            if !row.about.is_empty() {
                own["description"] = row.about.into();
            }
            if let Need::Default(value) = &row.need
                && !value.is_null()
            {
                own["default"] = value.clone();
            }
            properties.insert(row.name.into(), own);
        }
        properties
    }

    /// The fields that must be there.
    pub fn required(&self) -> Vec<&'static str> {
        let kind = self.kind.map(|_| "kind");
        kind.into_iter().chain(self.rows.iter().filter(|row| row.need == Need::Required).map(|row| row.name)).collect()
    }
}

/// An object of one kind (the kind is noted, so that a test can compare it with what the reader asks for).
pub(crate) fn object(kind: &str, properties: Json, required: &[&str]) -> Json {
    let mut properties = if let Json::Object(properties) = properties { properties } else { Map::new() };
    properties.insert("$schema".into(), json!({"type": "string"}));
    properties.insert("description".into(), json!({"type": "string"}));
    json!({"$comment": kind, "type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The JSON Schema of a section.
pub fn schema<S: Section>() -> Json {
    of_tables(S::NAME, &S::tables())
}

/// The JSON Schema of alternatives.
pub fn of_tables(name: &str, tables: &[SectionTable]) -> Json {
    let one = |table: &SectionTable| {
        let mut own = object(name, Json::Object(table.properties()), &table.required());
        own["title"] = table.about.trim_end_matches('.').into();
        own
    };
    match tables {
        [only] if only.kind.is_none() => one(only),
        all => json!({"oneOf": all.iter().map(one).collect::<Json>()}),
    }
}

/// A value that must be there.
pub fn required<K: Kind>(own: &mut Fields<'_, '_>, name: &str) -> Option<K::Value> {
    let path = own.path_of(name);
    own.require(name).and_then(|node| K::read(own.reader, node, &path))
}

/// A value that may be missing.
pub fn optional<K: Kind>(own: &mut Fields<'_, '_>, name: &str) -> Option<Option<K::Value>> {
    let path = own.path_of(name);
    own.get(name).map_or(Some(None), |node| K::read(own.reader, node, &path).map(Some))
}

/// Declares a section; see the [module](self).
macro_rules! section {
    ($(#[doc = $about:literal])+ $(#[derive($($derived:ident),*)])? pub struct $name:ident = $section:literal {
        $(#[doc = $doc:literal] $field:ident: $kind:ty $(, $need:ident)? $(= $default:expr)?;)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq $(, $($derived),*)?)]
        pub struct $name {
            $(#[doc = $doc] pub $field: $crate::sections::table::section!(@value [$kind] [$($need)?])),*
        }

        impl $crate::sections::table::Section for $name {
            const NAME: &'static str = $section;

            fn tables() -> Vec<$crate::sections::table::SectionTable> {
                let about = [$($about),+][0].trim_ascii();
                vec![$crate::sections::table::SectionTable { kind: None, about, rows: vec![$($crate::sections::table::Row {
                    name: stringify!($field),
                    need: $crate::sections::table::section!(@need [$kind] [$($need)?] [$($default)?]),
                    value: <$kind as $crate::sections::table::Kind>::schema(),
                    about: $doc.trim_ascii(),
                }),*] }]
            }

            #[allow(unused_variables, reason = "a section may have no fields")]
            fn fields(own: &mut $crate::fields::Fields<'_, '_>) -> Option<Self> {
                $(let $field = $crate::sections::table::section!(
                    @read [$kind] [$($need)?] [$($default)?] own, stringify!($field)
                );)*
                Some(Self { $($field: $field?),* })
            }
        }
    };
    (@value [$kind:ty] [optional]) => { Option<<$kind as $crate::sections::table::Kind>::Value> };
    (@value [$kind:ty] [$($need:ident)?]) => { <$kind as $crate::sections::table::Kind>::Value };
    (@need [$kind:ty] [required] []) => { $crate::sections::table::Need::Required };
    (@need [$kind:ty] [optional] []) => { $crate::sections::table::Need::Optional };
    (@need [$kind:ty] [] [$default:expr]) => {
        $crate::sections::table::Need::Default(<$kind as $crate::sections::table::Kind>::shown(&$default))
    };
    (@read [$kind:ty] [required] [] $own:expr, $name:expr) => {
        $crate::sections::table::required::<$kind>($own, $name)
    };
    (@read [$kind:ty] [optional] [] $own:expr, $name:expr) => {
        $crate::sections::table::optional::<$kind>($own, $name)
    };
    (@read [$kind:ty] [] [$default:expr] $own:expr, $name:expr) => {
        $crate::sections::table::optional::<$kind>($own, $name).map(|own| own.unwrap_or_else(|| $default))
    };
}

/// Declares a section whose `kind` says which fields it has: an enum of sections.
macro_rules! variants {
    ($(#[doc = $about:literal])+ pub enum $name:ident = $section:literal {
        $(#[doc = $doc:literal] $kind:literal => $variant:ident,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $(#[doc = $doc] $variant($variant)),*
        }

        impl $crate::sections::table::Section for $name {
            const NAME: &'static str = $section;

            fn tables() -> Vec<$crate::sections::table::SectionTable> {
                let tables = [$(($kind, <$variant as $crate::sections::table::Section>::tables())),*];
                tables.into_iter()
                    .flat_map(|(kind, own)| own.into_iter().map(move |own| $crate::sections::table::SectionTable { kind: Some(kind), ..own }))
                    .collect()
            }

            fn fields(own: &mut $crate::fields::Fields<'_, '_>) -> Option<Self> {
                let kinds = [$($kind),*];
                match kinds[own.required_word("kind", &kinds)?] {
                    $($kind => <$variant as $crate::sections::table::Section>::fields(own).map(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {section, variants};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use crate::sections::kinds::{Count, Positive, Sub, Word, Words};

    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Pace {
        Slow,
        Fast,
    }

    impl Words for Pace {
        const WORDS: &'static [(&'static str, Self)] = &[("slow", Self::Slow), ("fast", Self::Fast)];
    }

    section! {
        /// A leg.
        pub struct Leg = "leg" {
            /// How many toes.
            toes: Count, required;
        }
    }

    section! {
        /// A tail.
        pub struct Tail = "leg" {}
    }

    variants! {
        /// What an animal stands on.
        pub enum Stand = "leg" {
            /// Legs.
            "leg" => Leg,
            /// A tail.
            "tail" => Tail,
        }
    }

    section! {
        /// An animal.
        pub struct Animal = "animal" {
            /// Its mass, kg.
            mass_kg: Positive, required;
            /// How it walks.
            pace: Word<Pace> = Pace::Slow;
            /// What it stands on; default: a tail.
            stand: Sub<Stand> = Stand::Tail(Tail {});
            /// Its age.
            age: Count, optional;
        }
    }

    fn read(text: &str) -> Result<Animal, String> {
        let document = Document::parse("a.json", text.to_owned()).unwrap();
        let reader = Reader::new(&document);
        let animal = reader.object(&document.root, "", "animal").and_then(Animal::whole);
        match animal {
            Some(animal) if reader.is_sound() => Ok(animal),
            _ => Err(reader.into_faults().to_string()),
        }
    }

    /// A table is read as it says: defaults, words, sections in sections; all faults at once, each with its place.
    #[test]
    fn a_table_is_what_is_read() {
        let usual = Animal { mass_kg: 2.5, pace: Pace::Slow, stand: Stand::Tail(Tail {}), age: None };
        assert_eq!(read(r#"{"mass_kg": 2.5}"#), Ok(usual));
        let all = r#"{"mass_kg": 1, "pace": "fast", "stand": {"kind": "leg", "toes": 5}, "age": 3}"#;
        let other = Animal { mass_kg: 1.0, pace: Pace::Fast, stand: Stand::Leg(Leg { toes: 5 }), age: Some(3) };
        assert_eq!(read(all), Ok(other));
        let faulty = r#"{"pace": "fasst", "stand": {"kind": "tail", "toes": 5}, "age": 0, "colour": 1}"#;
        let faults = read(faulty).unwrap_err();
        let expected =
            ["`mass_kg` is missing", "did you mean `fast`", "stand.toes", "age: found 0", "unknown field `colour`"];
        assert!(expected.iter().all(|words| faults.contains(words)), "{faults}");
    }

    /// The schema has the words, defaults, needs and descriptions of the table.
    #[test]
    fn a_table_is_what_the_schema_says() {
        let own = schema::<Animal>();
        let fields = &own["properties"];
        assert_eq!((&own["required"], &own["title"]), (&json!(["mass_kg"]), &json!("An animal")));
        let pace = json!({"enum": ["slow", "fast"], "default": "slow", "description": "How it walks."});
        assert_eq!(fields["pace"], pace);
        assert_eq!(fields["mass_kg"], json!({"type": "number", "exclusiveMinimum": 0, "description": "Its mass, kg."}));
        assert_eq!(fields["stand"]["$ref"], "#/$defs/leg");
        let stand = schema::<Stand>();
        assert_eq!(stand["oneOf"][0]["required"], json!(["kind", "toes"]));
        assert_eq!(stand["oneOf"][1]["properties"]["kind"], json!({"const": "tail"}));
    }
}
