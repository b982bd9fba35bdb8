//! Initial weights: of a task and a seed, the same for every rule.

mod ends;
mod given;
mod order;
mod present;

use given::GivenWeights;
use neuropil_core::{Stream, StreamKey};
use neuropil_model::document::Value;
use neuropil_model::fields::Fields;
use neuropil_model::sections::kinds::Words;
use neuropil_model::sections::weights::{WeightKind, WeightMatrix};
use neuropil_plasticity::{Matrix, init};
use present::Present;

pub(crate) use ends::{End, Ends, Owner};
pub(crate) use order::{Lattice, shuffled};

/// How a matrix of weights begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    kind: Kind,
    /// Which synapses exist.
    present: Present,
    /// A factor to all weights.
    gain: f64,
    /// Balanced as if all synapses existed, and only then left with those that do.
    thinned: bool,
    /// So many inputs are inhibitory, drawn at random. Of input weights only.
    pub inhibitory: Option<usize>,
}

/// One matrix at the start of a run.
#[derive(Debug, Clone)]
pub(crate) struct InitialMatrix {
    /// Weights, 0 where there is no synapse.
    pub weights: Matrix,
    /// 1 where a synapse exists.
    pub mask: Matrix,
    /// 1 or −1, also where none exists: that of the sending cell, or as drawn.
    pub sign: Matrix,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// N(0, 1).
    Normal,
    /// N(0, 1)/√(p n).
    NormalByInputs,
    /// √(2/n) N(0, 1), cut at two standard deviations, n all senders that there could be.
    HeNormal,
    /// Signed and balanced; the missing amount spread.
    Balanced,
    /// Signed and balanced by a factor to inhibition.
    BalancedByFactor,
    /// As a file gives them.
    Given(GivenWeights),
}

/// Reads how one matrix begins, between `ends` where these are known; signed kinds need the signs of its columns.
pub(crate) fn read(fields: &mut Fields, matrix: WeightMatrix, signed: bool, ends: Option<&Ends>) -> Option<Weights> {
    let mut own = fields.section(matrix.name())?;
    let given = WeightKind::WORDS.iter().find(|own| own.1 == WeightKind::Given)?.0;
    if own.get("kind").is_some_and(|node| node.value == Value::String(given.into())) {
        let found = given::read(&mut own, matrix, ends);
        own.finish();
        let found = found?;
        let present = Present::Given(found.mask.clone());
        return Some(Weights { kind: Kind::Given(found), present, gain: 1.0, thinned: false, inhibitory: None });
    }
    let signed = signed || (matrix == WeightMatrix::Input && own.get("inhibitory").is_some());
    let kinds = WeightKind::WORDS.iter().filter(|own| signed || !own.1.is_balanced());
    let kinds: Vec<&(&str, WeightKind)> = kinds.collect();
    let kind = own.required_word("kind", &kinds.iter().map(|own| own.0).collect::<Vec<_>>()).map(|at| kinds[at].1);
    let balanced = kind.is_some_and(WeightKind::is_balanced);
    let section = matrix.drawn(&mut own, kind);
    if section.is_some_and(|section| section.inhibitory.is_some()) && !balanced {
        let path = own.path_of("kind");
        own.reader
            .fault(&path, "found a kind without signs beside `inhibitory`, must be `balanced` or `balanced_by_factor`");
    }
    let present = section.and_then(|section| present::read(&mut own, matrix, &section, ends));
    let thinned = section.is_some_and(|section| section.thinned);
    let is_square = ends.is_none_or(|ends| ends.is_recurrent);
    if balanced && !thinned && !is_square && present.as_ref().is_some_and(Present::knows_rows) {
        let message = "weights that are balanced between other cells than their own, and then left with the synapses that \
                       are said here, are `thinned`: add \"thinned\": true";
        own.reader.fault(&own.path_of("kind"), message);
    }
    own.finish();
    let kind = match kind? {
        WeightKind::Given => return None,
        WeightKind::Normal => Kind::Normal,
        WeightKind::NormalByInputs => Kind::NormalByInputs,
        WeightKind::HeNormal => Kind::HeNormal,
        WeightKind::Balanced => Kind::Balanced,
        WeightKind::BalancedByFactor => Kind::BalancedByFactor,
    };
    let section = section?;
    Some(Weights { kind, present: present?, gain: section.gain, thinned, inhibitory: section.inhibitory })
}

impl Weights {
    /// Signs of the inputs: −1, 1, or 0 where a synapse has its own.
    pub fn input_signs(&self, seed: u64, inputs: usize) -> Vec<i8> {
        if let Kind::Given(GivenWeights { signs, .. }) = &self.kind
            && !signs.is_empty()
        {
            return signs.clone();
        }
        let Some(inhibitory) = self.inhibitory else { return vec![0; inputs] };
        let order = shuffled(&mut StreamKey::new(seed, Stream::Wiring, Owner::Input as u32).at(0, 1), inputs);
        let mut signs = vec![1; inputs];
        order.iter().take(inhibitory).for_each(|input| signs[*input] = -1);
        signs
    }

    /// Whether near cells of a lattice are connected.
    pub fn is_local(&self) -> bool {
        matches!(self.present, Present::Local(..))
    }

    /// Given weights, the first that is against the sign of its column: its place and itself.
    pub fn against(&self, signs: &[i8]) -> Option<([usize; 2], f64)> {
        let Kind::Given(own) = &self.kind else { return None };
        given::against(&own.values, signs).map(|place| (place, own.values[(place[0], place[1])]))
    }

    /// Weights, `rows` x as many columns as `sign` has; recurrent ones have no diagonal. Balanced ones are rows of a square matrix:
    /// the first, or drawn with replacement where more are needed.
    pub fn draw(&self, seed: u64, owner: Owner, rows: usize, sign: &[i8]) -> InitialMatrix {
        let columns = sign.len();
        let number = owner as u32;
        if let Kind::Given(own) = &self.kind {
            let drawn = init::normal(seed, number, rows, columns);
            // Where no synapse is, a sign is drawn as it is of weights that are drawn.
            let of = |row: usize, column: usize| match (own.values[(row, column)], sign[column]) {
                (_, own) if own != 0 && owner == Owner::Recurrent => f64::from(own),
                (0.0, own) if own != 0 => f64::from(own),
                (0.0, _) => drawn[(row, column)].signum(),
                (weight, _) => weight.signum(),
            };
            let sign = Matrix::from_fn(rows, columns, of);
            return InitialMatrix { weights: own.values.clone(), mask: own.mask.clone(), sign };
        }
        let balanced = matches!(self.kind, Kind::Balanced | Kind::BalancedByFactor);
        let height = if balanced { columns } else { rows };
        let masked = if self.thinned { rows } else { height };
        let mut mask = self.present.mask(seed, owner, masked, columns);
        let all = self.thinned.then(|| Matrix::from_fn(height, columns, |_, _| 1.0));
        let present = all.as_ref().unwrap_or(&mask);
        let weights = match self.kind {
            Kind::Balanced => init::balanced(seed, number, present, sign),
            Kind::BalancedByFactor => init::balanced_by_factor(seed, number, present, sign),
            Kind::HeNormal => init::truncated(seed, number, height, columns),
            _ => init::normal(seed, number, height, columns),
        };
        let scale: Vec<f64> = match self.kind {
            Kind::NormalByInputs => {
                let inputs = |row| self.present.inputs(row, (columns, &mask));
                // A row without synapses has no weight to scale.
                (0..rows).map(inputs).map(|n| if n > 0.0 { self.gain / n.sqrt() } else { 0.0 }).collect()
            }
            Kind::HeNormal => vec![self.gain * (2.0 / columns as f64).sqrt(); rows],
            _ => vec![self.gain; rows],
        };
        if owner == Owner::Recurrent {
            (0..rows).for_each(|cell| mask[(cell, cell)] = 0.0);
        }
        let taken = taken(seed, owner, rows, height);
        let mask =
            Matrix::from_fn(rows, columns, |row, column| mask[(if self.thinned { row } else { taken[row] }, column)]);
        let by_cell = balanced || owner == Owner::Recurrent;
        let of = |row: usize, column: usize| match sign[column] {
            own if by_cell && own != 0 => f64::from(own),
            _ => weights[(taken[row], column)].signum(),
        };
        let sign = Matrix::from_fn(rows, columns, of);
        let weight = |row: usize, column: usize| scale[row] * mask[(row, column)] * weights[(taken[row], column)];
        InitialMatrix { weights: Matrix::from_fn(rows, columns, weight), mask, sign }
    }
}

/// Which of `height` rows become `rows` rows.
fn taken(seed: u64, owner: Owner, rows: usize, height: usize) -> Vec<usize> {
    if rows <= height {
        return (0..rows).collect();
    }
    let mut rng = StreamKey::new(seed, Stream::Wiring, owner as u32).at(1, 1);
    let of = u32::try_from(height).unwrap_or(u32::MAX);
    (0..rows).map(|_| rng.below(of) as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::order::local;
    use super::*;
    use neuropil_model::sections::weights::Edges;
    use neuropil_plasticity::stability;

    /// Thinned weights are those of a matrix that is balanced as a whole and has radius 1, so that present ones are as small as with all
    /// synapses; more rows than inputs are rows drawn again. Would catch a balance of what is left, and masks drawn again with the row.
    #[test]
    fn thinned_weights_are_of_a_whole_matrix() {
        let (seed, inputs, rows) = (3, 40, 100);
        let kind = Weights {
            kind: Kind::Balanced,
            present: Present::Probability(0.1),
            gain: 1.0,
            thinned: true,
            inhibitory: Some(7),
        };
        let sign = kind.input_signs(seed, inputs);
        assert_eq!(sign.iter().filter(|sign| **sign == -1).count(), 7);
        assert_ne!(sign[..7], [-1; 7], "the inhibitory ones lie anywhere");
        let whole = init::balanced(seed, Owner::Input as u32, &Matrix::from_fn(inputs, inputs, |_, _| 1.0), &sign);
        assert!((stability::radius(&whole.to_nalgebra()) - 1.0).abs() < 1e-10);
        assert!((0..inputs).all(|row| whole.row(row).iter().sum::<f64>().abs() < 1e-12));
        let drawn = kind.draw(seed, Owner::Input, rows, &sign);
        let mut taken = vec![0; inputs];
        for row in 0..rows {
            let there: Vec<usize> = (0..inputs).filter(|input| drawn.mask[(row, *input)] == 1.0).collect();
            let same = |own: &usize| there.iter().all(|input| whole[(*own, *input)] == drawn.weights[(row, *input)]);
            assert!((0..inputs).all(|input| drawn.mask[(row, input)] == 1.0 || drawn.weights[(row, input)] == 0.0));
            assert!((0..inputs).all(|input| drawn.sign[(row, input)] == f64::from(sign[input])));
            let own = (0..inputs).find(same).expect("a row of the whole matrix");
            taken[own] += 1;
        }
        assert!(taken.iter().any(|times| *times >= 4), "100 rows of 40: {taken:?}");
        assert!((1..rows).all(|row| drawn.mask.row(row) != drawn.mask.row(0)));
        let share = drawn.mask.values().iter().sum::<f64>() / 4000.0;
        assert!((share - 0.1).abs() < 5.0 * (0.09_f64 / 4000.0).sqrt(), "{share}");
    }

    /// Cut at two deviations, of variance 2/n over 10^5 draws within five standard errors, n all senders; as many synapses as asked.
    #[test]
    fn he_normal_counts_all_senders() {
        let kind = Weights {
            kind: Kind::HeNormal,
            present: Present::Exactly(50_000),
            gain: 0.5,
            thinned: false,
            inhibitory: None,
        };
        let drawn = kind.draw(5, Owner::Input, 1000, &[0; 100]);
        assert_eq!(drawn.mask.values().iter().sum::<f64>(), 50_000.0);
        let there: Vec<f64> = drawn.weights.values().iter().copied().filter(|own| *own != 0.0).collect();
        let variance = there.iter().map(|own| own * own).sum::<f64>() / there.len() as f64;
        let expected = 0.25 * 2.0 / 100.0;
        assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / 5e4_f64).sqrt(), "{variance}, expected {expected}");
        let most = there.iter().fold(0.0_f64, |most, own| most.max(own.abs()));
        let bound = 2.0 * expected.sqrt() / 0.879_625_661;
        assert!(most <= bound && most > 0.99 * bound, "{most}, bound {bound}");
    }

    /// The program of [Barretto2026] divides places by the greatest, so that the first and the last row coincide: its 100 cells have 10.2
    /// inputs each on the mean. Would catch rows that do not coincide, which leave 9.9.
    #[test]
    fn rows_that_coincide_bring_more_inputs() {
        let inputs = |edges| {
            let of = |seed| local(StreamKey::new(seed, Stream::Wiring, 1), 100, 0.012, edges);
            (1..=40).map(|seed| of(seed).values().iter().sum::<f64>()).sum::<f64>() / 4000.0
        };
        let (coincide, adjoin) = (inputs(Edges::Coincide), inputs(Edges::Adjoin));
        assert!((coincide - 10.2).abs() < 0.1, "{coincide}");
        assert!(coincide - adjoin > 0.2, "{coincide} {adjoin}");
    }

    /// On a large grid the mean of 1/(1 + e^(d²/4σ)) over the torus is 4 π σ ln 2; neighbours are connected oftener than
    /// cells far apart, and never to themselves. Would catch a distance that is not squared or does not wrap around.
    #[test]
    fn near_cells_are_connected() {
        let (cells, sigma) = (900, 0.01);
        let key = StreamKey::new(2, Stream::Wiring, 1);
        let mask = local(key, cells, sigma, Edges::Adjoin);
        let there = mask.values().iter().sum::<f64>() / (900.0 * 899.0);
        let expected = 4.0 * std::f64::consts::PI * sigma * std::f64::consts::LN_2;
        assert!((there / expected - 1.0).abs() < 0.03, "{there} of all, expected {expected}");
        let places = shuffled(&mut key.at(0, 0), cells);
        let near = |post: usize, pre: usize| {
            let [[x, y], [u, v]] = [places[post], places[pre]].map(|place| [place % 30, place / 30]);
            let apart = |a: usize, b: usize| a.abs_diff(b).min(30 - a.abs_diff(b));
            apart(x, u).max(apart(y, v))
        };
        let share = |distances: std::ops::RangeInclusive<usize>| {
            let pairs = (0..cells * cells).map(|pair| (pair / cells, pair % cells));
            let chosen: Vec<f64> = pairs
                .filter(|(post, pre)| distances.contains(&near(*post, *pre)))
                .map(|(post, pre)| mask[(post, pre)])
                .collect();
            chosen.iter().sum::<f64>() / chosen.len() as f64
        };
        assert!(share(1..=1) > 0.45 && share(12..=15) < 0.02 && share(0..=0) == 0.0);
    }
}
