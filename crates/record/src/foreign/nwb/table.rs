//! Tables of NWB files: a group with `id` and one dataset a column.

use hdf5::types::TypeDescriptor;

use crate::{Arrays, Error};
use std::collections::BTreeSet;

/// The values of a column, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; whole numbers beyond 2^53 are rounded.
    Numbers(Vec<f64>),
    /// Text.
    Texts(Vec<String>),
    /// Truth values.
    Booleans(Vec<bool>),
}

impl Values {
    /// Number of rows.
    fn rows(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Booleans(values) => values.len(),
        }
    }
}

/// Rows with an id each, and the columns that have one value a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    ids: Vec<u64>,
    /// `id` first, the others alphabetically.
    columns: Vec<(String, Values)>,
}

impl Table {
    /// A table that has nothing but ids.
    #[expect(clippy::cast_precision_loss, reason = "ids beyond 2^53 are rounded, and documented to be")]
    pub fn of_ids(ids: Vec<u64>) -> Self {
        let numbers = ids.iter().map(|&id| id as f64).collect();
        Self { ids, columns: vec![("id".to_owned(), Values::Numbers(numbers))] }
    }

    /// The id of each row.
    pub fn ids(&self) -> &[u64] {
        &self.ids
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The column of this name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, values)| values)
    }

    /// Adds a column.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if it has not one value a row, or if there is one of this name.
    pub fn with(mut self, name: &str, values: Values) -> Result<Self, Error> {
        let what = || format!("the column `{name}`");
        if values.rows() != self.ids.len() {
            let expected = format!("{}, one a row", self.ids.len());
            return Err(Error::refused(what(), format!("{} values", values.rows()), expected));
        }
        if self.column(name).is_some() {
            return Err(Error::refused(what(), "a second one of this name", "one"));
        }
        self.columns.push((name.to_owned(), values));
        Ok(self)
    }

    /// Reads the ids and every column that has one number, text or truth value a row, but for those of `ragged`.
    pub(super) fn read(arrays: &Arrays, group: &str, ragged: &[&str]) -> Result<Self, Error> {
        let object = format!("{group}/id");
        let ids = arrays.u64_list(&object)?;
        let mut known = BTreeSet::new();
        if let Some(row) = ids.iter().position(|id| !known.insert(*id)) {
            return Err(arrays.source().value(&object, row, format!("{}", ids[row]), "an id that is there once"));
        }
        let mut table = Self::of_ids(ids);
        let names: BTreeSet<String> = arrays.list(group)?.into_iter().collect();
        let is_index = |name: &str| name.strip_suffix("_index").is_some_and(|stem| names.contains(stem));
        for name in names.iter().filter(|name| name.as_str() != "id") {
            let object = format!("{group}/{name}");
            let is_ragged = ragged.contains(&name.as_str()) || names.contains(&format!("{name}_index"));
            if is_ragged || is_index(name) || arrays.source().is_group(&object) {
                continue;
            }
            // Before anything is read: a column may claim more rows than there are ids.
            let &[rows] = arrays.source().shape(&object)?.as_slice() else { continue };
            if rows != table.ids.len() {
                let expected = format!("{}, one for each id of {group}", table.ids.len());
                return Err(arrays.source().length(&object, rows, expected));
            }
            table.columns.extend(scalars(arrays, &object)?.map(|values| (name.clone(), values)));
        }
        Ok(table)
    }
}

/// A column of scalars; `None` for references and compounds.
fn scalars(arrays: &Arrays, object: &str) -> Result<Option<Values>, Error> {
    let source = arrays.source();
    let dataset = source.dataset(object)?;
    // Types that the library cannot describe are no scalars.
    let Ok(kind) = source.kind(object, &dataset) else { return Ok(None) };
    Ok(match kind {
        TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) | TypeDescriptor::Float(_) => {
            Some(Values::Numbers(arrays.f64_list(object)?))
        }
        TypeDescriptor::Boolean => {
            let values = arrays.u64_list(object)?;
            Some(Values::Booleans(values.into_iter().map(|value| value != 0).collect()))
        }
        TypeDescriptor::VarLenUnicode
        | TypeDescriptor::VarLenAscii
        | TypeDescriptor::FixedUnicode(_)
        | TypeDescriptor::FixedAscii(_) => Some(Values::Texts(arrays.texts(object)?)),
        _ => None,
    })
}
