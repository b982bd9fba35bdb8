//! Weights by presynaptic cell: what an output adds, and where.

use neuropil_plasticity::Matrix;
use neuropil_plasticity::form::add_scaled;
use neuropil_plasticity::product::Blocked;

/// A synapse onto `target`: its receptor channel and weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    target: u32,
    channel: u32,
    weight: f64,
}

/// The synapses of a weight matrix `[post, pre]`; weights of 0 are left out where that is worth it.
#[derive(Debug)]
pub(super) enum Synapses {
    /// By pre: entries of pre q are `starts[q]..starts[q + 1]`.
    Listed {
        /// One more than there are cells.
        starts: Vec<usize>,
        /// Of all pre.
        entries: Vec<Entry>,
    },
    /// All pairs, on the first channel.
    Dense(Blocked),
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
        if Blocked::pays(entries.len(), weights.values().len()) && entries.iter().all(|entry| entry.channel == 0) {
            return Self::Dense(Blocked::from_fn(weights.rows(), weights.columns(), |post, pre| weights[(post, pre)]));
        }
        Self::Listed { starts, entries }
    }

    /// Adds W z to the planes (channel, cell, trial); `z` is (pre, trial). Cells that are silent in all trials cost nothing.
    #[inline(always)]
    pub fn deliver(&self, z: &[f64], trials: usize, planes: &mut [Vec<f64>], active: &mut Vec<usize>) {
        active.clear();
        for (pre, z) in z.chunks_exact(trials).enumerate() {
            let mut any = 0;
            z.iter().for_each(|z| any |= z.to_bits());
            if any != 0 {
                active.push(pre);
            }
        }
        match self {
            Self::Dense(weights) => weights.add(active, z, trials, &mut planes[0]),
            Self::Listed { starts, entries } => {
                for pre in active {
                    let z = &z[*pre * trials..(*pre + 1) * trials];
                    for entry in &entries[starts[*pre]..starts[*pre + 1]] {
                        let first = entry.target as usize * trials;
                        add_scaled(&mut planes[entry.channel as usize][first..first + trials], entry.weight, z);
                    }
                }
            }
        }
    }
}
