//! Arrays, as files give them: wherever one may stand, it is a list (of lists), or a dataset of an HDF5 file.
//!
//! ```text
//! [[0.1, 0], [0, 0.2]]                                       in the file itself
//! {"file": "weights.h5", "dataset": "w_rec"}                 in another file, relative to this one
//! {"file": "weights.h5", "dataset": "w_rec", "digest": D}    the same, and no other numbers than these
//! ```
//!
//! Every array is checked where it is read: its axes, numbers that are finite. The reader notes what it was given
//! ([`Given`]), so that a run can keep the numbers, or know them again by their digest.

mod entry;
mod kept;
mod labels;
mod listed;

use crate::document::{Node, Value, join};
use crate::fields::{Reader, shown};
use crate::paths::resolved;
use neuropil_record::{Arrays, Table, digest_of_data};
use std::path::PathBuf;

use listed::Entries;

pub use crate::fields::Given;
pub use entry::KEPT;
pub use kept::attach;

/// An axis of an array: what it counts, and how many of them there are.
pub type Axis<'n> = (&'n str, usize);

impl Reader<'_> {
    /// An array of numbers whose axes are known, in row-major order.
    pub fn array_of(&self, node: &Node, path: &str, axes: &[Axis]) -> Option<Vec<f64>> {
        self.fitting(node, path, axes, Entries::Numbers)
    }

    /// An array of 0 and 1 whose axes are known; false and true may stand for them.
    pub fn mask_of(&self, node: &Node, path: &str, axes: &[Axis]) -> Option<Vec<f64>> {
        let values = self.fitting(node, path, axes, Entries::Truth)?;
        let wrong = values.iter().position(|value| *value != 0.0 && *value != 1.0);
        if let Some(at) = wrong {
            let extents: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
            let message = format!("found {} at {}, must be 0 or 1", shown(values[at]), place(&extents, at));
            self.fault(path, message);
        }
        wrong.is_none().then_some(values)
    }

    /// A list of numbers, of any length: one that stands here, or a dataset of one axis.
    pub fn list_of_numbers(&self, node: &Node, path: &str) -> Option<Vec<f64>> {
        match &node.value {
            Value::Object(_) => {
                let own = self.dataset(node, path)?;
                self.note(path, &own);
                self.one_axis(path, &own.table.shape).then_some(own.table.values)
            }
            _ => self.numbers(node, path),
        }
    }

    /// The same of whole numbers >= 0.
    pub fn list_of_wholes(&self, node: &Node, path: &str) -> Option<Vec<u64>> {
        if !matches!(node.value, Value::Object(_)) {
            return self.wholes(node, path);
        }
        let values = self.list_of_numbers(node, path)?;
        let whole = |value: &f64| (value.fract() == 0.0 && (0.0..EXACT).contains(value)).then(|| as_whole(*value));
        if let Some(at) = values.iter().position(|value| whole(value).is_none()) {
            self.fault(path, format!("found {} at [{at}], expected whole numbers >= 0", shown(values[at])));
            return None;
        }
        values.iter().map(whole).collect()
    }

    /// Points, `[point][3]`.
    pub(crate) fn points_of(&self, node: &Node, path: &str) -> Option<Vec<[f64; 3]>> {
        let own = self.any(node, path, Entries::Numbers)?;
        if !matches!(own.table.shape.as_slice(), [_, 3] | [0]) {
            self.fault(path, format!("[point][3] (x, y, z in um), found {}", extents(&own.table.shape)));
            return None;
        }
        self.note(path, &own);
        Some(own.table.values.chunks_exact(3).map(|point| [point[0], point[1], point[2]]).collect())
    }

    /// Whether something stands for an array that lies in another file.
    pub(crate) fn is_dataset(node: &Node) -> bool {
        let Value::Object(members) = &node.value else { return false };
        members.iter().any(|member| ["file", "digest"].contains(&member.key.as_str()))
    }

    /// Notes numbers of a list that was read otherwise.
    pub(crate) fn note_list(&self, path: &str, values: &[f64]) {
        if self.keeps {
            let table = Table { object: String::new(), shape: vec![values.len()], values: values.to_vec() };
            self.note(path, &Found { table, file: None });
        }
    }

    /// Notes points of a list that was read otherwise.
    pub(crate) fn note_points(&self, path: &str, points: &[[f64; 3]]) {
        if self.keeps {
            let shape = vec![points.len(), 3];
            let table = Table { object: String::new(), shape, values: points.as_flattened().to_vec() };
            self.note(path, &Found { table, file: None });
        }
    }

    fn fitting(&self, node: &Node, path: &str, axes: &[Axis], entries: Entries) -> Option<Vec<f64>> {
        let own = self.any(node, path, entries)?;
        let expected: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
        if own.table.shape != expected {
            let names: String = axes.iter().map(|axis| format!("[{}]", axis.0)).collect();
            let (found, expected) = (extents(&own.table.shape), extents(&expected));
            self.fault(path, format!("{names}, found {found}, expected {expected}"));
            return None;
        }
        self.note(path, &own);
        Some(own.table.values)
    }

    fn any(&self, node: &Node, path: &str, entries: Entries) -> Option<Found> {
        match &node.value {
            Value::Object(_) => self.dataset(node, path),
            _ => listed::array(self, node, path, entries).map(|table| Found { table, file: None }),
        }
    }

    fn note(&self, path: &str, own: &Found) {
        if !self.keeps && own.file.is_none() {
            return;
        }
        let digest = digest_of_data(std::slice::from_ref(&own.table));
        let numbers = self.keeps.then(|| own.table.clone());
        let mut all = self.given.borrow_mut();
        all.retain(|given| given.path != path);
        all.push(Given { path: path.into(), file: own.file.clone(), digest, numbers });
    }

    fn one_axis(&self, path: &str, shape: &[usize]) -> bool {
        if shape.len() != 1 {
            self.fault(path, format!("found {}, expected a list: one axis", extents(shape)));
        }
        shape.len() == 1
    }

    /// `{"file", "dataset", "digest"}`: numbers that are finite, and those that the digest says.
    fn dataset(&self, node: &Node, path: &str) -> Option<Found> {
        let place_of = self.place(node, path)?;
        let digest_path = join(path, "digest");
        let table = match Arrays::open(&place_of.file).and_then(|arrays| arrays.f64(&place_of.dataset(&arrays)?)) {
            Ok((shape, values)) => Table { object: String::new(), shape, values },
            Err(fault) => {
                self.fault(path, fault.to_string());
                return None;
            }
        };
        if let Some(at) = table.values.iter().position(|value| !value.is_finite()) {
            let found = format!("found {} at {}", table.values[at], place(&table.shape, at));
            self.fault(path, format!("{found}, expected finite numbers"));
            return None;
        }
        let found = digest_of_data(std::slice::from_ref(&table));
        if place_of.digest.as_ref().is_some_and(|expected| *expected != found) {
            let file = place_of.file.display();
            let message = format!("the numbers of `{file}` have {found}: they are not those that are meant here");
            self.fault(&digest_path, message);
            return None;
        }
        Some(Found { table, file: Some(place_of.file) })
    }

    /// Where an array lies.
    fn place(&self, node: &Node, path: &str) -> Option<Place> {
        let mut fields = self.object(node, path, "dataset")?;
        let mut text = |key: &str| {
            let place = fields.path_of(key);
            fields.get(key).map(|node| self.string(node, &place).map(str::to_owned))
        };
        let (file, dataset, digest) = (text("file"), text("dataset"), text("digest"));
        fields.finish();
        let Some(file) = file else {
            let known =
                "the array is known by its digest; name a file that has it, a file of training runs does as well";
            let why = if digest.is_some() { known } else { "name the HDF5 file that the array lies in" };
            self.fault(path, format!("`file` is missing: {why}"));
            return None;
        };
        let (dataset, digest) = (dataset.map_or(Some(None), |own| own.map(Some)), digest.flatten());
        Some(Place { file: resolved(self, &file?), dataset: dataset?, digest, path: path.into() })
    }
}

/// Numbers that were read, and the file that they lie in.
struct Found {
    table: Table,
    file: Option<PathBuf>,
}

/// Where an array lies.
struct Place {
    file: PathBuf,
    dataset: Option<String>,
    digest: Option<String>,
    /// Where this is said.
    path: String,
}

impl Place {
    /// The dataset; where none is named, the one that a file of runs keeps for this place.
    fn dataset(&self, arrays: &Arrays) -> Result<String, neuropil_record::Error> {
        if let Some(name) = &self.dataset {
            return Ok(name.clone());
        }
        let kept = entry::names(&self.path);
        if let Some(name) = kept.iter().find(|name| arrays.has(name)) {
            return Ok(name.clone());
        }
        let known = arrays.datasets("/")?;
        let known = if known.is_empty() { "none outside of groups".into() } else { known.join(", ") };
        Err(arrays.fault("/", &format!("the datasets {known}"), "`dataset`, its name, beside `file`"))
    }
}

/// 2^53: whole numbers of a float are exact below.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
fn as_whole(value: f64) -> u64 {
    value as u64
}

/// `100 x 3`.
pub(crate) fn extents(shape: &[usize]) -> String {
    match shape {
        [] => "one number".into(),
        _ => shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x "),
    }
}

/// `[2, 3]`: the entry of that place in row-major order.
pub fn place(shape: &[usize], at: usize) -> String {
    let mut left = at;
    let mut indices: Vec<String> = Vec::with_capacity(shape.len());
    for extent in shape.iter().rev() {
        indices.push((left % extent.max(&1)).to_string());
        left /= extent.max(&1);
    }
    indices.reverse();
    format!("[{}]", indices.join(", "))
}
