//! Rules of wiring, as files say them.

use crate::catalogue::{KERNELS, RULES};
use crate::document::{Value, join};
use crate::fields::{Fields, Reader, shown};
use neuropil_core::CellSet;
use neuropil_network::connect::{
    AllToAll, ByDistance, Connector, FixedInDegree, FixedOutDegree, FixedProbability, FixedTotalNumber, Kernel, List,
    OneToOne,
};

/// A rule with its numbers, before scaling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    AllToAll,
    OneToOne,
    /// One number, or one for each pair of the named populations, (to, from).
    FixedProbability(Matrix),
    FixedInDegree(u64),
    FixedOutDegree(u64),
    FixedTotalNumber(Total),
    ByDistance {
        p_max: f64,
        kernel: Kernel,
        length_um: f64,
        cutoff_um: f64,
    },
    List {
        sources: Vec<u64>,
        targets: Vec<u64>,
    },
}

/// How a total number is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Total {
    Synapses(u64),
    /// The probability that a pair has at least one synapse.
    PairProbability(Matrix),
}

/// A number, or a matrix (to, from).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Matrix {
    Same(f64),
    Each(Vec<Vec<f64>>),
}

impl Matrix {
    pub fn at(&self, to: usize, from: usize) -> f64 {
        match self {
            Matrix::Same(value) => *value,
            Matrix::Each(rows) => rows[to][from],
        }
    }
}

/// The fields of all rules.
const OF_RULES: [&str; 13] = [
    "probability",
    "in_degree",
    "out_degree",
    "synapses",
    "pair_probability",
    "p_max",
    "kernel",
    "length_um",
    "cutoff_um",
    "sources",
    "targets",
    "file",
    "projection",
];

/// The name of the rule.
pub(crate) fn rule_name(fields: &mut Fields<'_, '_>) -> Option<&'static str> {
    let index = fields.required_word("rule", RULES);
    if index.is_none() {
        // Which fields belong here depends on the rule: do not call them unknown.
        OF_RULES.iter().for_each(|name| {
            fields.get(name);
        });
    }
    index.map(|index| RULES[index])
}

/// Reads the rule of that name of a projection between `to` and `from` populations.
pub(crate) fn rule(name: &str, fields: &mut Fields<'_, '_>, to: usize, from: usize) -> Option<Rule> {
    match name {
        "all_to_all" => Some(Rule::AllToAll),
        "one_to_one" => Some(Rule::OneToOne),
        "fixed_probability" => {
            fields.require("probability");
            probability(fields, "probability", to, from).map(Rule::FixedProbability)
        }
        "fixed_in_degree" => fields.required_whole("in_degree").map(Rule::FixedInDegree),
        "fixed_out_degree" => fields.required_whole("out_degree").map(Rule::FixedOutDegree),
        "fixed_total_number" => total(fields, to, from).map(Rule::FixedTotalNumber),
        "by_distance" => {
            let p_max = fields.required_number("p_max", "between 0 and 1", |p| (0.0..=1.0).contains(&p));
            let kernel = fields
                .required_word("kernel", KERNELS)
                .map(|index| [Kernel::Gaussian, Kernel::Exponential, Kernel::Step][index]);
            let positive = |length: f64| length > 0.0;
            let length_um = match kernel {
                Some(Kernel::Step) => Some(f64::NAN),
                Some(_) => fields.required_number("length_um", "> 0", positive),
                None => fields.number("length_um"),
            };
            let cutoff_um = match kernel {
                Some(Kernel::Step) => fields.required_number("cutoff_um", "> 0", positive),
                _ => Some(fields.number_or("cutoff_um", f64::INFINITY, "> 0", positive)),
            };
            Some(Rule::ByDistance { p_max: p_max?, kernel: kernel?, length_um: length_um?, cutoff_um: cutoff_um? })
        }
        _ => {
            let mut ids = |key: &str| {
                let path = join(&fields.path, key);
                fields.require(key).and_then(|node| fields.reader.list_of_wholes(node, &path))
            };
            let (sources, targets) = (ids("sources"), ids("targets"));
            let (sources, targets) = (sources?, targets?);
            if sources.len() != targets.len() {
                fields.reader.fault(
                    &fields.path,
                    format!("{} sources and {} targets, expected as many", sources.len(), targets.len()),
                );
                return None;
            }
            Some(Rule::List { sources, targets })
        }
    }
}

fn total(fields: &mut Fields<'_, '_>, to: usize, from: usize) -> Option<Total> {
    let synapses = fields.whole("synapses");
    let given = (fields.get("synapses").is_some(), fields.get("pair_probability").is_some());
    match given {
        (true, false) => synapses.map(Total::Synapses),
        (false, true) => probability(fields, "pair_probability", to, from).map(Total::PairProbability),
        _ => {
            fields.reader.fault(&fields.path, "expected either `synapses` or `pair_probability`");
            None
        }
    }
}

fn probability(fields: &mut Fields<'_, '_>, key: &str, to: usize, from: usize) -> Option<Matrix> {
    let path = fields.path_of(key);
    let node = fields.get(key)?;
    let reader = fields.reader;
    let check = |path: &str, value: f64| {
        let sound = (0.0..=1.0).contains(&value) && !(key == "pair_probability" && value == 1.0);
        if !sound {
            let expected = if key == "pair_probability" { ">= 0 and < 1" } else { "between 0 and 1" };
            reader.fault(path, format!("found {}, must be {expected}", shown(value)));
        }
        sound.then_some(value)
    };
    if let Value::Number(value, _) = node.value {
        return check(&path, value).map(Matrix::Same);
    }
    if Reader::is_dataset(node) {
        let values = reader.array_of(node, &path, &[("to", to), ("from", from)])?;
        let wrong = values.iter().position(|value| check(&path, *value).is_none());
        let rows = values.chunks(from.max(1)).map(<[f64]>::to_vec).collect();
        return wrong.is_none().then_some(Matrix::Each(rows));
    }
    let rows = reader.array(node, &path)?;
    if rows.len() != to {
        reader.fault(
            &path,
            format!("found {} rows, expected one for each of the {to} receiving populations", rows.len()),
        );
        return None;
    }
    let mut matrix = Vec::with_capacity(to);
    for (index, row) in rows.iter().enumerate() {
        let path = join(&path, &index.to_string());
        let numbers = reader.numbers(row, &path)?;
        if numbers.len() != from {
            reader.fault(
                &path,
                format!("found {} numbers, expected one for each of the {from} sending populations", numbers.len()),
            );
            return None;
        }
        for (column, value) in numbers.iter().enumerate() {
            check(&join(&path, &column.to_string()), *value)?;
        }
        matrix.push(numbers);
    }
    Some(Matrix::Each(matrix))
}

/// Cells of the two populations of a projection, as asked for and as scaled.
pub(crate) struct Sizes {
    pub n_pre_full: f64,
    pub n_post_full: f64,
    pub n_pre: u32,
    pub n_post: u32,
    pub scale: f64,
}

impl Sizes {
    /// The same of sets of cells, which are not scaled; of all cells where there is no set.
    pub fn of_sets(self, [from, to]: &[Option<CellSet>; 2]) -> Self {
        let n_pre = from.as_ref().map(CellSet::len);
        let n_post = to.as_ref().map(CellSet::len);
        Self {
            n_pre_full: n_pre.map_or(self.n_pre_full, f64::from),
            n_post_full: n_post.map_or(self.n_post_full, f64::from),
            n_pre: n_pre.unwrap_or(self.n_pre),
            n_post: n_post.unwrap_or(self.n_post),
            ..self
        }
    }
}

impl Rule {
    /// The mean number of synapses of a receiving cell at full scale; 0 where there are none.
    pub fn full_in_degree(&self, to: usize, from: usize, sizes: &Sizes) -> f64 {
        let (n_pre, n_post) = (sizes.n_pre_full, sizes.n_post_full);
        match self {
            Rule::AllToAll => n_pre,
            Rule::OneToOne => 1.0,
            Rule::FixedProbability(probability) => probability.at(to, from) * n_pre,
            Rule::FixedInDegree(degree) => number(*degree),
            Rule::FixedOutDegree(degree) => number(*degree) * n_pre / n_post,
            Rule::FixedTotalNumber(total) => total.full(to, from, sizes) / n_post,
            Rule::ByDistance { .. } | Rule::List { .. } => f64::NAN,
        }
    }

    /// The same after scaling, with degrees rounded to whole synapses.
    pub fn scaled_in_degree(&self, to: usize, from: usize, sizes: &Sizes) -> f64 {
        match self {
            Rule::FixedInDegree(degree) => (number(*degree) * sizes.scale).round(),
            Rule::FixedOutDegree(degree) => {
                (number(*degree) * sizes.scale).round() * sizes.n_pre_full / sizes.n_post_full
            }
            _ => self.full_in_degree(to, from, sizes) * sizes.scale,
        }
    }

    /// The connector of one pair of populations, scaled; `None` if it makes no synapse. Rules that fix a
    /// probability keep it: in-degrees scale with the sending population.
    pub fn connector(&self, to: usize, from: usize, sizes: &Sizes) -> Result<Option<Box<dyn Connector>>, String> {
        let scaled = |degree: u64| {
            u32::try_from(rounded(number(degree) * sizes.scale)).map_err(|_| format!("{degree} is too large a degree"))
        };
        Ok(Some(match self {
            Rule::AllToAll => Box::new(AllToAll),
            Rule::OneToOne => Box::new(OneToOne),
            Rule::FixedProbability(matrix) => {
                let probability = matrix.at(to, from);
                if probability == 0.0 {
                    return Ok(None);
                }
                Box::new(FixedProbability { probability })
            }
            Rule::FixedInDegree(degree) => Box::new(FixedInDegree { in_degree: scaled(*degree)? }),
            Rule::FixedOutDegree(degree) => Box::new(FixedOutDegree { out_degree: scaled(*degree)? }),
            Rule::FixedTotalNumber(total) => {
                let in_degree = total.full(to, from, sizes) / sizes.n_post_full;
                let synapses = rounded(in_degree * sizes.scale * f64::from(sizes.n_post));
                let synapses = if sizes.scale == 1.0 { rounded(total.full(to, from, sizes)) } else { synapses };
                if synapses == 0 {
                    return Ok(None);
                }
                Box::new(FixedTotalNumber { synapses })
            }
            Rule::ByDistance { p_max, kernel, length_um, cutoff_um } => {
                Box::new(ByDistance { p_max: *p_max, kernel: *kernel, length_um: *length_um, cutoff_um: *cutoff_um })
            }
            Rule::List { sources, targets } => {
                let ids = |cells: &[u64], count: u32, which: &str| -> Result<Vec<u32>, String> {
                    let checked = cells.iter().enumerate().map(|(index, &cell)| match u32::try_from(cell) {
                        Ok(cell) if cell < count => Ok(cell),
                        _ => Err(format!("{which}.{index} is cell {cell}, but there are {count}, numbered from 0")),
                    });
                    checked.collect()
                };
                Box::new(List::new(ids(sources, sizes.n_pre, "sources")?, &ids(targets, sizes.n_post, "targets")?))
            }
        }))
    }
}

impl Total {
    /// Synapses at full scale.
    fn full(&self, to: usize, from: usize, sizes: &Sizes) -> f64 {
        match self {
            Total::Synapses(synapses) => number(*synapses),
            Total::PairProbability(matrix) => {
                let probability = matrix.at(to, from);
                number(
                    FixedTotalNumber::with_pair_probability(probability, sizes.n_pre_full, sizes.n_post_full).synapses,
                )
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of synapses stay far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are finite and >= 0")]
fn rounded(count: f64) -> u64 {
    count.round() as u64
}
