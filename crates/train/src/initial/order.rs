//! Random orders, and who is near whom in one.

use super::Owner;
use neuropil_core::{CounterRng, Stream, StreamKey};
use neuropil_model::sections::weights::Edges;
use neuropil_plasticity::Matrix;

/// A random order of so many.
pub(crate) fn shuffled(rng: &mut CounterRng, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    rng.shuffle(&mut order);
    order
}

/// A square lattice on which cells lie in random order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lattice {
    /// Sites along an edge: as few as hold all cells.
    pub edge: usize,
    /// The site of each cell, row by row; sites that are left over stand behind.
    pub sites: Vec<usize>,
}

impl Lattice {
    /// That of the cells of a run; the one by which they are connected, where they are connected so.
    pub fn of(seed: u64, cells: usize, connects: bool) -> Self {
        // Connections by probability take (0, 0) for those of the first cell.
        let number = if connects { 0 } else { 3 };
        Self::by(StreamKey::new(seed, Stream::Wiring, Owner::Recurrent as u32), cells, number)
    }

    pub(super) fn by(key: StreamKey, cells: usize, number: u64) -> Self {
        let edge = (1..).find(|edge| edge * edge >= cells).unwrap_or(1);
        Self { edge, sites: shuffled(&mut key.at(0, number), edge * edge) }
    }

    /// The row and the column of a cell.
    fn place(&self, cell: usize) -> [usize; 2] {
        [self.sites[cell] % self.edge, self.sites[cell] / self.edge]
    }
}

/// Cells on a lattice on a torus of extent 1; two are connected with probability 1/(1 + e^(d²/4σ)).
pub(super) fn local(key: StreamKey, cells: usize, sigma: f64, edges: Edges) -> Matrix {
    let lattice = Lattice::by(key, cells, 0);
    let round = match edges {
        Edges::Adjoin => lattice.edge,
        Edges::Coincide => lattice.edge - 1,
    };
    let apart = |a: usize, b: usize| {
        let steps = a.abs_diff(b);
        steps.min(round - steps) as f64 / round as f64
    };
    let mut mask = Matrix::zeros(cells, cells);
    for (post, entity) in (0..cells).zip(1..) {
        let mut rng = key.at(entity, 0);
        for pre in 0..cells {
            let [[x, y], [u, v]] = [lattice.place(post), lattice.place(pre)];
            let square = apart(x, u) * apart(x, u) + apart(y, v) * apart(y, v);
            let there = rng.unit() < 1.0 / (1.0 + (square / (4.0 * sigma)).exp());
            mask[(post, pre)] = f64::from(u8::from(there && post != pre));
        }
    }
    mask
}
