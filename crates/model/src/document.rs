//! A JSON text as a tree that knows where every value stands.

use crate::fault::{Fault, Faults, KEPT, Place};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Byte offset in the text; `None` for values that were set from outside.
    pub offset: Option<usize>,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, and its exact value where it is a whole number >= 0.
    Number(f64, Option<u64>),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, in the order of the text.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Byte offset of the key, inside its quotes; `None` if set from outside.
    pub offset: Option<usize>,
    /// The value.
    pub node: Node,
}

/// A parsed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Name of the file, for messages.
    pub file: String,
    /// The text.
    pub text: String,
    /// The tree.
    pub root: Node,
}

/// Deeper nesting is refused.
const MAX_DEPTH: usize = 64;

impl Document {
    /// Parses strict JSON. Duplicate keys are faults.
    ///
    /// # Errors
    /// The first syntax error, or every duplicate key.
    pub fn parse(file: &str, text: String) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let root = match serde_json::from_str::<&RawValue>(&text) {
            Ok(raw) => Parser { text: &text, faults: &mut faults }.node(raw, "", 0),
            Err(error) => {
                faults.push(syntax_fault(&text, &error));
                Node { value: Value::Null, offset: None }
            }
        };
        if faults.is_empty() { Ok(Self { file: file.into(), text, root }) } else { Err(Faults::new(file, faults)) }
    }

    /// The node at a dotted path, and the offset of its key.
    pub fn find(&self, path: &str) -> Option<(&Node, Option<usize>)> {
        let mut found = (&self.root, self.root.offset);
        let mut rest = path;
        while !rest.is_empty() {
            found = match &found.0.value {
                Value::Object(members) => {
                    // Names of populations may hold dots.
                    let member = members
                        .iter()
                        .filter(|member| {
                            rest.strip_prefix(member.key.as_str())
                                .is_some_and(|tail| tail.is_empty() || tail.starts_with('.'))
                        })
                        .max_by_key(|member| member.key.len())?;
                    rest = rest[member.key.len()..].trim_start_matches('.');
                    (&member.node, member.offset)
                }
                Value::Array(items) => {
                    let (index, tail) = rest.split_once('.').unwrap_or((rest, ""));
                    rest = tail;
                    let item = items.get(index.parse::<usize>().ok()?)?;
                    (item, item.offset)
                }
                _ => return None,
            };
        }
        Some(found)
    }

    /// A fault at a path, placed as near to it as the text allows; values set from outside have no place.
    pub fn fault(&self, path: &str, message: impl Into<String>) -> Fault {
        let mut nearest = path;
        let place = loop {
            match self.find(nearest) {
                Some((_, Some(offset))) => break Some(Place::of(&self.text, offset)),
                // It was set from outside: a line of the text would show another value.
                Some((_, None)) => break None,
                None if nearest.is_empty() => break None,
                None => nearest = nearest.rsplit_once('.').map_or("", |(parent, _)| parent),
            }
        };
        Fault { path: path.into(), place, message: message.into() }
    }

    /// The tree as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&plain(&self.root)).unwrap_or_default()
    }
}

pub(crate) fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(_, Some(whole)) => (*whole).into(),
        Value::Number(value, None) => match whole(-value) {
            Some(whole @ 1..) => (-whole.cast_signed()).into(),
            _ => (*value).into(),
        },
        Value::String(value) => value.as_str().into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            serde_json::Value::Object(members.iter().map(|member| (member.key.clone(), plain(&member.node))).collect())
        }
    }
}

fn syntax_fault(text: &str, error: &serde_json::Error) -> Fault {
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let place = Place::of(text, line_start + error.column().saturating_sub(1));
    Fault { path: String::new(), place: Some(place), message: format!("not valid JSON: {message}") }
}

struct Parser<'t, 'f> {
    text: &'t str,
    faults: &'f mut Vec<Fault>,
}

impl<'t> Parser<'t, '_> {
    fn offset(&self, part: &str) -> Option<usize> {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (offset <= self.text.len()).then_some(offset)
    }

    fn refuse(&mut self, path: &str, offset: Option<usize>, message: String) {
        if self.faults.len() >= KEPT {
            return;
        }
        let place = offset.map(|offset| Place::of(self.text, offset));
        self.faults.push(Fault { path: path.into(), place, message });
    }

    fn node(&mut self, raw: &'t RawValue, path: &str, depth: usize) -> Node {
        let text = raw.get();
        let offset = self.offset(text);
        if depth > MAX_DEPTH {
            self.refuse(path, offset, format!("nested more than {MAX_DEPTH} levels deep"));
            return Node { value: Value::Null, offset };
        }
        let value = match text.as_bytes().first() {
            Some(b'{') => self.object(text, path, depth),
            Some(b'[') => {
                let items = serde_json::Deserializer::from_str(text).deserialize_seq(Items).unwrap_or_default();
                let item = |(index, raw)| self.node(raw, &join(path, &format!("{index}")), depth + 1);
                Value::Array(items.into_iter().enumerate().map(item).collect())
            }
            Some(b'"') => Value::String(serde_json::from_str(text).unwrap_or_default()),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') | None => Value::Null,
            Some(_) => {
                let number = text.parse().unwrap_or(f64::NAN);
                if !f64::is_finite(number) {
                    self.refuse(path, offset, format!("{text} is too large a number"));
                }
                Value::Number(number, text.parse().ok().or_else(|| whole(number)))
            }
        };
        Node { value, offset }
    }

    fn object(&mut self, text: &'t str, path: &str, depth: usize) -> Value {
        let raw = serde_json::Deserializer::from_str(text).deserialize_map(Members).unwrap_or_default();
        let mut members: Vec<Member> = Vec::with_capacity(raw.len());
        let mut known = std::collections::HashSet::new();
        for (key, value) in raw {
            let path = join(path, &key);
            let offset = match &key {
                Cow::Borrowed(key) => self.offset(key),
                Cow::Owned(_) => self.offset(value.get()),
            };
            let node = self.node(value, &path, depth + 1);
            if !known.insert(key.clone()) {
                self.refuse(&path, offset, format!("`{key}` stands here twice"));
            }
            members.push(Member { key: key.into_owned(), offset, node });
        }
        Value::Object(members)
    }
}

/// 1e3 and 1000.0 are whole numbers too.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number below 2^53")]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}

/// `path.key`.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

struct Members;

impl<'t> Visitor<'t> for Members {
    type Value = Vec<(Cow<'t, str>, &'t RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(members)
    }
}

struct Key<'t>(Cow<'t, str>);

impl<'t> serde::Deserialize<'t> for Key<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'t> Visitor<'t> for Text {
            type Value = Cow<'t, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.into()))
            }
        }
        deserializer.deserialize_str(Text).map(Key)
    }
}

struct Items;

impl<'t> Visitor<'t> for Items {
    type Value = Vec<&'t RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_place() {
        let text = "{\n  \"a\": [1, {\"b\\u0020c\": null}],\n  \"d.e\": -2.5e3\n}";
        let document = Document::parse("x.json", text.into()).unwrap();
        let fault = document.fault("a.1", "here");
        assert_eq!((fault.place.as_ref().unwrap().line, fault.place.unwrap().column), (2, 12));
        assert_eq!(document.find("d.e").unwrap().0.value, Value::Number(-2500.0, None));
        assert_eq!(document.fault("d.e.f", "").place.unwrap().line, 3, "the nearest known ancestor");
        assert!(document.find("a.1.b c").is_some());
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&document.to_json()).unwrap(),
            serde_json::from_str::<serde_json::Value>(&text.replace("-2.5e3", "-2500")).unwrap()
        );
    }

    #[test]
    fn syntax_errors_duplicates_and_depth_are_placed() {
        let place = |text: &str| Document::parse("x.json", text.into()).unwrap_err().faults[0].place.clone().unwrap();
        assert_eq!((place("{\n \"a\": }").line, place("{\n \"a\": }").column), (2, 7));
        assert_eq!((place("{\"a\": 1,\n\"a\": 2}").line, place("{\"a\": 1,\n\"a\": 2}").column), (2, 2));
        assert_eq!(place("{\"a\": 1e999}").column, 7);
        assert_eq!(place("").line, 1);
        assert!(Document::parse("x.json", "[".repeat(100_000)).is_err());
        assert!(Document::parse("x.json", "[".repeat(200) + &"]".repeat(200)).is_err());
    }
}
