//! Weights by presynaptic cell: what a spike adds, and where.

use neuropil_core::simd::vectorized;
use neuropil_plasticity::Matrix;

/// A synapse onto `target`: its receptor channel and weight.
#[derive(Debug, Clone, Copy)]
struct Entry {
    target: u32,
    channel: u32,
    weight: f64,
}

/// The synapses of a weight matrix `[post, pre]`, by pre; weights of 0 are left out.
#[derive(Debug)]
pub(super) struct Synapses {
    /// Entries of pre q are `starts[q]..starts[q + 1]`.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

impl Synapses {
    /// `channel` tells the receptor channel of a synapse (post, pre).
    pub fn of(weights: &Matrix, channel: impl Fn(usize, usize) -> usize) -> Self {
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for pre in 0..weights.columns() {
            for post in (0..weights.rows()).filter(|post| weights[(*post, pre)] != 0.0) {
                entries.push(Entry {
                    target: u32::try_from(post).expect("fewer than 2^32 cells"),
                    channel: u32::try_from(channel(post, pre)).expect("two channels"),
                    weight: weights[(post, pre)],
                });
            }
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    /// Adds W z to the planes (channel, cell, lane); `z` is (pre, lane). Cells that are silent in all lanes cost nothing.
    pub fn deliver(&self, z: &[f64], lanes: usize, planes: &mut [Vec<f64>]) {
        match lanes {
            // A length that the compiler knows makes one vector of the lanes.
            super::LANES => self.deliver_lanes::<{ super::LANES }>(z, planes),
            _ => self.deliver_any(z, lanes, planes),
        }
    }

    fn active<'a>(&'a self, z: &'a [f64], lanes: usize) -> impl Iterator<Item = (&'a [f64], &'a [Entry])> {
        let rows = z.chunks_exact(lanes).zip(self.starts.windows(2));
        rows.filter(|(z, _)| z.iter().any(|z| *z != 0.0)).map(|(z, range)| (z, &self.entries[range[0]..range[1]]))
    }

    fn deliver_lanes<const L: usize>(&self, z: &[f64], planes: &mut [Vec<f64>]) {
        vectorized(
            #[inline(always)]
            || {
                for (z, entries) in self.active(z, L) {
                    let z: [f64; L] = std::array::from_fn(|lane| z[lane]);
                    for entry in entries {
                        let first = entry.target as usize * L;
                        let sums = &mut planes[entry.channel as usize][first..first + L];
                        sums.iter_mut().zip(&z).for_each(|(sum, z)| *sum += entry.weight * z);
                    }
                }
            },
        );
    }

    fn deliver_any(&self, z: &[f64], lanes: usize, planes: &mut [Vec<f64>]) {
        for (z, entries) in self.active(z, lanes) {
            for entry in entries {
                let first = entry.target as usize * lanes;
                let sums = &mut planes[entry.channel as usize][first..first + lanes];
                sums.iter_mut().zip(z).for_each(|(sum, z)| *sum += entry.weight * z);
            }
        }
    }
}
