//! What of a header only a verification reads.

use crate::cases::Case;
use crate::error::Error;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of a header, by name.
pub(super) struct Header<'c> {
    case: &'c Case,
    fields: Map<String, Value>,
}

impl<'c> Header<'c> {
    pub fn of(case: &'c Case) -> Result<Self, Error> {
        let fields = serde_json::from_str(&case.header);
        let fields =
            fields.map_err(|error| Error::Header { file: case.header_path.clone(), reason: error.to_string() });
        Ok(Self { case, fields: fields? })
    }

    /// A field that may be missing; `expected` says what it is.
    pub fn get<T: DeserializeOwned>(&self, name: &str, expected: &str) -> Result<Option<T>, Error> {
        let read = |value: &Value| {
            T::deserialize(value).map_err(|error| self.wrong(format!("`{name}`: {error}; it must be {expected}")))
        };
        self.fields.get(name).map(read).transpose()
    }

    /// A field that must be there.
    pub fn need<T: DeserializeOwned>(&self, name: &str, expected: &str) -> Result<T, Error> {
        self.get(name, expected)?.ok_or_else(|| self.wrong(format!("`{name}` is missing, expected {expected}")))
    }

    /// A fault of the header.
    pub fn wrong(&self, reason: String) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason }
    }
}
