//! Weights averaged by cell type.
//!
//! # Equations
//! ```text
//! W_ab = mean of W[m,p] over m of type a, p of type b
//! ```
//! over all pairs, zeros and the diagonal included (the least-squares block-constant approximation of W, \[Liu2022\]),
//! or over existing synapses (\[Liu2021\]). For `lif_exp` positive and negative weights are averaged apart, over the same
//! pairs: the parts add up to W_ab. As a control, entries may be dealt anew ([`crate::Controls`]), those of both parts alike.

use crate::{Dynamics, Learner, Matrix};
use neuropil_core::{Stream, StreamKey};

/// W_ab, `[post type, pre type]`, in its parts by port: the excitatory and the inhibitory one, or as many as there are ports.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeMatrix {
    parts: Vec<Matrix>,
}

impl TypeMatrix {
    /// Mean over all pairs of cells.
    pub fn all(learner: &Learner) -> Self {
        Self::mean(learner, |_, _| true)
    }

    /// Mean over existing synapses.
    pub fn connected(learner: &Learner) -> Self {
        Self::mean(learner, |post, pre| learner.exists(post, pre))
    }

    fn mean(learner: &Learner, counts: impl Fn(usize, usize) -> bool) -> Self {
        let types = learner.types();
        let zeros = || Matrix::zeros(types, types);
        let (mut parts, mut pairs) = (vec![zeros(); learner.channels().max(2)], zeros());
        for (post, a) in learner.type_id.iter().enumerate() {
            for (pre, b) in learner.type_id.iter().enumerate().filter(|(pre, _)| counts(post, *pre)) {
                parts[learner.receptor(post, pre)][(*a, *b)] += learner.w_rec[(post, pre)];
                pairs[(*a, *b)] += 1.0;
            }
        }
        for part in &mut parts {
            part.values_mut().iter_mut().zip(pairs.values()).for_each(|(sum, pairs)| *sum /= pairs.max(1.0));
        }
        if let Some([seed, time]) = learner.rules.controls.resampled {
            let mut order: Vec<usize> = (0..types * types).collect();
            StreamKey::new(seed, Stream::Control, 7).at(0, time).shuffle(&mut order);
            for part in &mut parts {
                let own = part.clone();
                part.values_mut().iter_mut().zip(&order).for_each(|(value, place)| *value = own.values()[*place]);
            }
        }
        Self { parts }
    }

    /// W_ab.
    pub fn total(&self) -> Matrix {
        let mut total = self.parts[0].clone();
        self.parts[1..].iter().for_each(|part| total.add(part));
        total
    }

    /// The parts by receptor, or all in one.
    pub(crate) fn parts(&self, channels: usize) -> Vec<Matrix> {
        if channels == 1 { vec![self.total()] } else { self.parts.clone() }
    }
}

/// Response class of each cell: cells of equal type and equal constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Class of each cell. Classes count through the types, and within a type by their constants, so that class and type
    /// are the same where constants are equal inside every type.
    pub of_cell: Vec<usize>,
    /// Type of each class.
    pub type_of: Vec<usize>,
    /// A cell of each class.
    pub example: Vec<usize>,
    /// Cells of each class.
    pub size: Vec<f64>,
}

impl Classes {
    /// One class of all cells.
    pub fn one(cells: usize) -> Self {
        Self { of_cell: vec![0; cells], type_of: vec![0], example: vec![0], size: vec![(0..cells).map(|_| 1.0).sum()] }
    }

    /// The classes of a learner's cells.
    pub fn new(learner: &Learner) -> Self {
        Self::of(&learner.dynamics, &learner.type_id)
    }

    /// The classes of cells with these constants and types.
    pub fn of(dynamics: &[Dynamics], type_id: &[usize]) -> Self {
        let cells = dynamics.len();
        let constants: Vec<Vec<f64>> = dynamics.iter().map(Dynamics::class_constants).collect();
        let order = |a: &usize, b: &usize| {
            let by_type = type_id[*a].cmp(&type_id[*b]);
            let pairs = constants[*a].iter().zip(&constants[*b]);
            pairs.fold(by_type, |order, (a, b)| order.then(a.total_cmp(b)))
        };
        let mut sorted: Vec<usize> = (0..cells).collect();
        sorted.sort_by(order);
        let mut found = Self { of_cell: vec![0; cells], type_of: vec![], example: vec![], size: vec![] };
        for cell in sorted {
            if found.example.last().is_none_or(|last| order(last, &cell).is_ne()) {
                found.type_of.push(type_id[cell]);
                found.example.push(cell);
                found.size.push(0.0);
            }
            let class = found.size.len() - 1;
            found.of_cell[cell] = class;
            found.size[class] += 1.0;
        }
        found
    }
}
