//! Nodes and edges of SONATA circuits: HDF5 for what each has, a [`TypeTable`] for what its type has.
//!
//! A column of the HDF5 group overrides the same column of the table.

use crate::{Arrays, Error, TypeTable};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A column of a group: numbers, or text.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Column::Numbers(values) => values.len(),
            Column::Texts(values) => values.len(),
        }
    }
}

/// The attributes of nodes or edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// The HDF5 file and the group in it.
    place: (PathBuf, String),
    type_ids: Vec<i64>,
    /// Which group, and which entry of its columns, each item has.
    places: Vec<(u64, usize)>,
    groups: BTreeMap<u64, BTreeMap<String, Column>>,
    types: TypeTable,
}

impl Attributes {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.type_ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.type_ids.is_empty()
    }

    /// The type of an item.
    pub fn type_id(&self, item: usize) -> i64 {
        self.type_ids[item]
    }

    /// The group of an item, and its entry in the columns of that group.
    pub fn place(&self, item: usize) -> (u64, usize) {
        self.places[item]
    }

    /// Whether the items of a group have a column of their own.
    pub fn has_own(&self, group: u64, name: &str) -> bool {
        self.groups.get(&group).is_some_and(|columns| columns.contains_key(name))
    }

    /// The numbers of a column that the items of a group have of their own, one an entry; none where it holds text.
    pub fn own_numbers(&self, group: u64, name: &str) -> Option<&[f64]> {
        match self.groups.get(&group)?.get(name)? {
            Column::Numbers(values) => Some(values),
            Column::Texts(_) => None,
        }
    }

    /// A number of an item; `None` if neither it nor its type has it, or if it is no number.
    pub fn number(&self, item: usize, name: &str) -> Option<f64> {
        self.checked_number(item, name).ok().flatten()
    }

    /// A number of an item; `None` if neither it nor its type has it.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] or [`Error::Table`] for what is no finite number.
    pub fn checked_number(&self, item: usize, name: &str) -> Result<Option<f64>, Error> {
        let (found, entry) = match self.own(item, name) {
            Some((Column::Numbers(values), entry)) => (values.get(entry).map(|value| (Some(*value), None)), entry),
            Some((Column::Texts(values), entry)) => {
                (values.get(entry).map(|text| (text.parse::<f64>().ok(), Some(text))), entry)
            }
            None => return self.types.number(self.type_ids[item], name),
        };
        match found {
            None => Ok(None),
            Some((Some(number), _)) if number.is_finite() => Ok(Some(number)),
            Some((number, text)) => {
                let found = text.map_or_else(|| number.unwrap_or(f64::NAN).to_string(), |text| format!("`{text}`"));
                let (path, base) = &self.place;
                Err(Error::Value {
                    path: path.clone(),
                    object: format!("{base}/{}/{name}", self.places[item].0),
                    index: entry.to_string(),
                    found,
                    expected: "a finite number".into(),
                })
            }
        }
    }

    /// Whether some item or type may have an attribute of this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.groups.values().any(|columns| columns.contains_key(name))
            || self.types.columns().iter().any(|own| own == name)
    }

    /// Refuses columns whose name is wrong, where `expected` should stand.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for a column of the table of types, [`Error::WrongType`] for one of the HDF5 file.
    pub fn check_columns(&self, expected: &str, is_wrong: impl Fn(&str) -> bool) -> Result<(), Error> {
        if let Some(name) = self.types.columns().iter().find(|name| is_wrong(name)) {
            return Err(self.types.column_fault(format!("found the column `{name}`, expected {expected}")));
        }
        let (path, base) = &self.place;
        for (group, columns) in &self.groups {
            if let Some(name) = columns.keys().find(|name| is_wrong(name)) {
                return Err(Error::WrongType {
                    path: path.clone(),
                    object: format!("{base}/{group}/{name}"),
                    found: "of no known name".into(),
                    expected: expected.into(),
                });
            }
        }
        Ok(())
    }

    /// A text of an item; `None` if neither it nor its type has it.
    pub fn text(&self, item: usize, name: &str) -> Option<&str> {
        match self.own(item, name) {
            Some((Column::Texts(values), entry)) => values.get(entry).map(String::as_str),
            Some((Column::Numbers(_), _)) => None,
            None => self.types.get(self.type_ids[item], name),
        }
    }

    fn own(&self, item: usize, name: &str) -> Option<(&Column, usize)> {
        let (group, entry) = self.places[item];
        Some((self.groups.get(&group)?.get(name)?, entry))
    }

    /// Reads the attributes of a population; `kind` is `node` or `edge`.
    fn read(arrays: &Arrays, base: &str, kind: &str, count: usize, types: TypeTable) -> Result<Self, Error> {
        let type_ids = arrays.i64_list(&format!("{base}/{kind}_type_id"))?;
        let check = |object: String, found: usize| match found == count {
            true => Ok(()),
            false => Err(arrays.source().length(&object, found, format!("{count}, one for each {kind}"))),
        };
        let object = format!("{base}/{kind}_type_id");
        if let Some(item) = type_ids.iter().position(|id| !types.is_empty() && !types.has(*id)) {
            let expected = "a type of the table of types";
            return Err(arrays.source().value(&object, item, type_ids[item].to_string(), expected));
        }
        check(object, type_ids.len())?;
        let places: Vec<(u64, usize)> = if arrays.has(&format!("{base}/{kind}_group_id")) {
            let groups = arrays.u64_list(&format!("{base}/{kind}_group_id"))?;
            let entries = arrays.u64_list(&format!("{base}/{kind}_group_index"))?;
            check(format!("{base}/{kind}_group_id"), groups.len())?;
            check(format!("{base}/{kind}_group_index"), entries.len())?;
            let entry = |entry: u64| usize::try_from(entry).unwrap_or(usize::MAX);
            groups.into_iter().zip(entries.into_iter().map(entry)).collect()
        } else {
            (0..count).map(|item| (0, item)).collect()
        };
        let mut groups = BTreeMap::new();
        for name in arrays.list(base)? {
            if let Ok(number) = name.parse::<u64>() {
                let mut columns = BTreeMap::new();
                read_columns(arrays, &format!("{base}/{name}"), "", &mut columns)?;
                groups.insert(number, columns);
            }
        }
        for (group, columns) in &groups {
            let needed = places.iter().filter(|(own, _)| own == group).map(|(_, entry)| entry.saturating_add(1)).max();
            let needed = needed.unwrap_or(0);
            if let Some((name, column)) = columns.iter().find(|(_, column)| column.len() < needed) {
                let expected = format!("{needed}, as {kind}_group_index tells");
                return Err(arrays.source().length(&format!("{base}/{group}/{name}"), column.len(), expected));
            }
        }
        let place = (arrays.source().path().to_owned(), base.to_owned());
        Ok(Self { place, type_ids, places, groups, types })
    }
}

/// Reads the columns of a group, those of `dynamics_params` by their own names.
fn read_columns(
    arrays: &Arrays,
    group: &str,
    prefix: &str,
    columns: &mut BTreeMap<String, Column>,
) -> Result<(), Error> {
    for name in arrays.list(group)? {
        let object = format!("{group}/{name}");
        if arrays.source().is_group(&object) {
            if name == "dynamics_params" && prefix.is_empty() {
                read_columns(arrays, &object, "dynamics_params/", columns)?;
            }
            continue;
        }
        let column = match arrays.f64_list(&object) {
            Ok(numbers) => Column::Numbers(numbers),
            Err(Error::WrongType { .. }) => match arrays.texts(&object) {
                Ok(texts) => Column::Texts(texts),
                // Columns of other shapes (positions of segments, ...) are nothing that point neurons have.
                Err(Error::WrongType { .. }) => continue,
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        columns.insert(format!("{prefix}{name}"), column);
    }
    Ok(())
}

/// A population of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    /// Its name.
    pub population: String,
    /// The id of each node.
    pub ids: Vec<u64>,
    /// What they have.
    pub attributes: Attributes,
}

/// A population of edges; the lists have one entry an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    /// Its name.
    pub population: String,
    /// Population of `sources`.
    pub source_population: String,
    /// Population of `targets`.
    pub target_population: String,
    /// Sending nodes.
    pub sources: Vec<u64>,
    /// Receiving nodes.
    pub targets: Vec<u64>,
    /// What they have.
    pub attributes: Attributes,
}

/// Reads every population of a nodes file.
///
/// # Errors
///
/// As of [`Arrays`] and [`TypeTable`].
pub fn nodes(file: &Path, types: Option<&Path>) -> Result<Vec<Nodes>, Error> {
    let arrays = Arrays::open(file)?;
    let types = types.map_or_else(|| Ok(TypeTable::default()), |path| TypeTable::read(path, "node_type_id"))?;
    let read = |population: String| {
        let base = format!("/nodes/{population}");
        let count = arrays.i64_list(&format!("{base}/node_type_id"))?.len();
        let ids = if arrays.has(&format!("{base}/node_id")) {
            arrays.u64_list(&format!("{base}/node_id"))?
        } else {
            (0..count as u64).collect()
        };
        let attributes = Attributes::read(&arrays, &base, "node", ids.len(), types.clone())?;
        Ok(Nodes { population, ids, attributes })
    };
    arrays.list("/nodes")?.into_iter().map(read).collect()
}

/// Reads every population of an edges file.
///
/// # Errors
///
/// As of [`Arrays`] and [`TypeTable`].
pub fn edges(file: &Path, types: Option<&Path>) -> Result<Vec<Edges>, Error> {
    let arrays = Arrays::open(file)?;
    let types = types.map_or_else(|| Ok(TypeTable::default()), |path| TypeTable::read(path, "edge_type_id"))?;
    let read = |population: String| {
        let base = format!("/edges/{population}");
        let end = |name: &str| {
            let object = format!("{base}/{name}");
            let of = arrays.string_attr(&object, "node_population")?;
            let of = of.ok_or_else(|| {
                arrays
                    .source()
                    .missing(&crate::h5::source::at(&object, "node_population"), "the name of a node population")
            })?;
            Ok::<_, Error>((arrays.u64_list(&object)?, of))
        };
        let (sources, source_population) = end("source_node_id")?;
        let (targets, target_population) = end("target_node_id")?;
        if targets.len() != sources.len() {
            let expected = format!("{}, as source_node_id", sources.len());
            return Err(arrays.source().length(&format!("{base}/target_node_id"), targets.len(), expected));
        }
        let attributes = Attributes::read(&arrays, &base, "edge", sources.len(), types.clone())?;
        Ok(Edges { population, source_population, target_population, sources, targets, attributes })
    };
    arrays.list("/edges")?.into_iter().map(read).collect()
}
