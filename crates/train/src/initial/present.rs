//! Which synapses of a matrix of weights exist.

use super::ends::{Ends, Owner};
use super::order::{local, shuffled};
use crate::cells::Types;
use neuropil_core::{Stream, StreamKey};
use neuropil_model::document::{Node, Value};
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::sections::weights::{DrawnSection, Edges, WeightMatrix};
use neuropil_plasticity::Matrix;

/// Which synapses exist.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Present {
    /// Each with the same probability.
    Probability(f64),
    /// Each with the probability of its pair of cell types.
    ByType(ByType),
    /// Those of so many cells, drawn without replacement. Of a readout only.
    Cells(usize),
    /// By distance, σ, and how the torus closes. Of recurrent weights only.
    Local(f64, Edges),
    /// So many in all, drawn without replacement.
    Exactly(usize),
    /// Those where this is 1.
    Given(Matrix),
}

/// A probability for each pair of types.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ByType {
    /// `[target type][source type]`.
    p: Matrix,
    /// Of each row and of each column.
    of: [Vec<usize>; 2],
}

/// Reads `probability` and `mask`, and judges what the section says besides of the synapses that there are.
pub(super) fn read(
    own: &mut Fields,
    matrix: WeightMatrix,
    section: &DrawnSection,
    ends: Option<&Ends>,
) -> Option<Present> {
    let most = ends.map_or(usize::MAX, |ends| ends.columns.count);
    let cells = section.cells;
    if let Some(found) = cells.filter(|cells| *cells == 0 || *cells > most) {
        let message = format!("found {found}, must be between 1 and {most}, all cells");
        own.reader.fault(&own.path_of("cells"), message);
    }
    let places = ends.map_or(usize::MAX, |ends| ends.rows.count * ends.columns.count);
    if let Some(found) = section.synapses.filter(|found| *found == 0 || *found > places) {
        let message = format!("found {found}, must be between 1 and {places}, all pairs");
        own.reader.fault(&own.path_of("synapses"), message);
    }
    let sigma = section.local_sigma;
    if section.local_edges.is_some() && sigma.is_none() {
        own.reader.fault(&own.path_of("local_edges"), "has no effect without `local_sigma`");
    }
    let other = match matrix {
        WeightMatrix::Input => None,
        WeightMatrix::Recurrent => Some("local_sigma"),
        WeightMatrix::Readout => Some("cells"),
    };
    if section.synapses.is_some() {
        ["probability", "mask"].into_iter().chain(other).for_each(|other| own.excludes("synapses", other));
    }
    own.excludes("mask", "probability");
    if let Some(other) = other {
        own.excludes(other, "probability");
        own.excludes("mask", other);
    }
    let (mask_path, path) = (own.path_of("mask"), own.path_of("probability"));
    let (mask, node) = (own.get("mask"), own.get("probability"));
    if let Some(node) = mask {
        return super::given::mask(own.reader, node, &mask_path, ends?).map(Present::Given);
    }
    if let Some(count) = section.synapses {
        return Some(Present::Exactly(count));
    }
    match (cells, sigma, node) {
        (Some(cells), ..) => Some(Present::Cells(cells)),
        (_, Some(sigma), _) => Some(Present::Local(sigma, section.local_edges.unwrap_or(Edges::Adjoin))),
        (.., Some(node)) if !matches!(node.value, Value::Number(..)) => by_type(own.reader, node, &path, ends?),
        _ => Some(Present::Probability(own.number_or("probability", 1.0, "in (0, 1]", |p| p > 0.0 && p <= 1.0))),
    }
}

/// Probabilities by pair of types: a matrix in the order of the types, or by their names, `{target: {source: p}}`.
fn by_type<'d>(reader: &Reader<'d>, node: &'d Node, path: &str, ends: &Ends) -> Option<Present> {
    let types = [ends.rows.types, ends.columns.types];
    let counts = types.map(|types| types.map_or(1, Types::count));
    let values = match (&node.value, types) {
        (Value::Object(members), _) if !members.iter().any(|own| ["file", "digest"].contains(&own.key.as_str())) => {
            match types {
                [Some(targets), Some(sources)] => {
                    let rows = named(reader, node, path, targets)?;
                    let row = |(node, path): (&'d Node, String)| numbers(reader, &named(reader, node, &path, sources)?);
                    rows.into_iter().map(row).collect::<Option<Vec<_>>>()?.concat()
                }
                [Some(only), None] | [None, Some(only)] => numbers(reader, &named(reader, node, path, only)?)?,
                [None, None] => return None,
            }
        }
        (_, [Some(_), Some(_)]) => {
            reader.array_of(node, path, &[("target type", counts[0]), ("source type", counts[1])])?
        }
        (_, [Some(_), None]) => reader.array_of(node, path, &[("target type", counts[0])])?,
        _ => reader.array_of(node, path, &[("source type", counts[1])])?,
    };
    let name = |place: usize| {
        let [target, source] = [place / counts[1], place % counts[1]];
        let of = |types: Option<&Types>, number: usize| types.map(|own| own.names[number].clone());
        match (of(types[0], target), of(types[1], source)) {
            (Some(target), Some(source)) => format!("from `{source}` to `{target}`"),
            (Some(target), None) => format!("to `{target}`"),
            (_, source) => format!("from `{}`", source.unwrap_or_default()),
        }
    };
    if let Some(place) = values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        reader.fault(path, format!("found {} {}, must be between 0 and 1", values[place], name(place)));
        return None;
    }
    let p = Matrix::new("probability", counts[0], counts[1], values).ok()?;
    let of = [&ends.rows, &ends.columns].map(|end| end.types.map_or_else(|| vec![0; end.count], |own| own.of.clone()));
    Some(Present::ByType(ByType { p, of }))
}

/// The members of an object that has one for each type, in the order of the types.
fn named<'d>(reader: &Reader<'d>, node: &'d Node, path: &str, types: &Types) -> Option<Vec<(&'d Node, String)>> {
    let mut fields = reader.object(node, path, "probability")?;
    let member = |name: &String| Some((fields.require(name)?, format!("{path}.{name}")));
    let members: Vec<Option<(&Node, String)>> = types.names.iter().map(member).collect();
    fields.finish();
    members.into_iter().collect()
}

fn numbers(reader: &Reader, members: &[(&Node, String)]) -> Option<Vec<f64>> {
    members.iter().map(|(node, path)| reader.number(node, path)).collect()
}

impl Present {
    /// Synapses of a row that are there on average, p n of N(0, 1)/√(p n); of a given mask, those of the row.
    pub fn inputs(&self, row: usize, (columns, mask): (usize, &Matrix)) -> f64 {
        match self {
            Self::Cells(cells) => (*cells).min(columns) as f64,
            Self::Local(..) | Self::Exactly(_) => (mask.values().iter().sum::<f64>() / mask.rows() as f64).max(1.0),
            Self::Probability(p) => p * columns as f64,
            Self::ByType(own) => (0..columns).map(|column| own.at(row, column)).sum(),
            Self::Given(given) => given.row(row).iter().sum(),
        }
    }

    /// 1 where a synapse exists.
    pub fn mask(&self, seed: u64, owner: Owner, rows: usize, columns: usize) -> Matrix {
        let key = StreamKey::new(seed, Stream::Wiring, owner as u32);
        let probability: &dyn Fn(usize, usize) -> f64 = match self {
            Self::Given(mask) => return mask.clone(),
            Self::Cells(wanted) => {
                let chosen = &shuffled(&mut key.at(0, 0), columns)[..(*wanted).min(columns)];
                return Matrix::from_fn(rows, columns, |_, column| f64::from(u8::from(chosen.contains(&column))));
            }
            Self::Local(sigma, edges) => return local(key, columns, *sigma, *edges),
            Self::Exactly(wanted) => {
                let mut mask = Matrix::zeros(rows, columns);
                let order = shuffled(&mut key.at(0, 0), rows * columns);
                order.iter().take(*wanted).for_each(|place| mask.values_mut()[*place] = 1.0);
                return mask;
            }
            Self::Probability(p) => &|_, _| *p,
            Self::ByType(own) => &|row, column| own.at(row, column),
        };
        let mut mask = Matrix::zeros(rows, columns);
        for (row, entity) in (0..rows).zip(0..) {
            let mut rng = key.at(entity, 0);
            let place = mask.row_mut(row).iter_mut().enumerate();
            place.for_each(|(column, own)| *own = f64::from(u8::from(rng.unit() < probability(row, column))));
        }
        if owner == Owner::Recurrent && !self.is_all() {
            (0..rows).for_each(|cell| mask[(cell, cell)] = 0.0);
        }
        mask
    }

    /// Whether every synapse exists.
    fn is_all(&self) -> bool {
        match self {
            Self::Probability(p) => *p >= 1.0,
            Self::ByType(own) => own.p.values().iter().all(|p| *p >= 1.0),
            _ => false,
        }
    }

    /// Whether rows of another matrix cannot stand for its own.
    pub fn knows_rows(&self) -> bool {
        matches!(self, Self::ByType(_) | Self::Given(_))
    }
}

impl ByType {
    fn at(&self, row: usize, column: usize) -> f64 {
        self.p[(self.of[0][row], self.of[1][column])]
    }
}
