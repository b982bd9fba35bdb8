//! The linear response of intermediate cells, forward in time: what a unit of output of one cell does to the v of others.
//!
//! Nodes are response classes (R states, \[Liu2022\] by type) or all cells (N states). `width` responses run side by
//! side: one for taps, one a presynaptic partner for traces.
//!
//! # Equations
//! ```text
//! v ← α v + g q[t−d] − r μ lin⁻,   a ← ρ a + g_a μ lin⁻,   lin = v − β a,   q = W2 n μ lin + W1 e
//! lif_exp:  v ← α v + Σ_x P21_x I_x⁻,   I_x ← χ_x I_x + q_x[t−d]
//! ```

use super::lanes::{Ring, add_scaled};
use super::returns::entries;
use crate::cells::Threshold;
use crate::rule::{Feedback, Reach};
use crate::types::{Classes, TypeMatrix};
use crate::{Dynamics, Error, Learner, Matrix};
use nalgebra::DMatrix;

/// Nodes and how they drive each other.
pub(crate) struct System {
    nodes: Vec<Node>,
    delay: usize,
    /// For each node: (node, channel there, W n μ) that it drives.
    coupling: Vec<Vec<(usize, usize, f64)>>,
    /// For each source (type or cell): (node, channel there, W) that a unit of its output drives.
    drive: Vec<Vec<(usize, usize, f64)>>,
}

pub(crate) struct Node {
    pub(crate) dynamics: Dynamics,
    pub(crate) mu: f64,
}

/// Receptor channels of a node.
const CHANNELS: usize = 2;

/// Without leak, adaptation and reset.
fn without_leak(dynamics: Dynamics) -> Dynamics {
    match dynamics {
        Dynamics::Threshold(own) => Dynamics::Threshold(Threshold { alpha: 0.0, beta: 0.0, reset: 0.0, ..own }),
        Dynamics::LifDelta { reset, .. } => Dynamics::LifDelta { alpha: 0.0, reset },
        Dynamics::LifExp { reset, receptors, .. } => Dynamics::LifExp { alpha: 0.0, reset, receptors },
        Dynamics::Rflo { .. } => dynamics,
    }
}

/// Cells with the mean constants of their type, which are threshold cells.
pub(crate) fn mean_constants(learner: &Learner) -> Vec<Dynamics> {
    let fields = |own: &Threshold| [own.alpha, own.g, own.beta, own.rho, own.g_a, own.reset];
    let mut means = vec![([0.0; 6], 0.0); learner.types()];
    for (dynamics, a) in learner.dynamics.iter().zip(&learner.type_id) {
        let Dynamics::Threshold(own) = dynamics else { continue };
        means[*a].0.iter_mut().zip(fields(own)).for_each(|(sum, own)| *sum += own);
        means[*a].1 += 1.0;
    }
    let of = |a: &usize| {
        let (sums, count) = means[*a];
        let [alpha, g, beta, rho, g_a, reset] = sums.map(|sum| sum / count);
        Dynamics::Threshold(Threshold { alpha, g, beta, rho, g_a, reset })
    };
    learner.type_id.iter().map(of).collect()
}

impl System {
    /// Nodes are response classes (types, for the mean constants), sources are types.
    pub(crate) fn by_class(learner: &Learner, reach: Reach) -> Result<Self, Error> {
        let mut averaged = learner.clone();
        if reach == Reach::AllMeanConstants {
            averaged.dynamics = mean_constants(learner);
        }
        let classes = Classes::new(&averaged);
        let channels = if learner.is_split() { CHANNELS } else { 1 };
        let parts = TypeMatrix::all(learner).parts(channels);
        let nodes = classes.example.iter().map(|cell| {
            let own = averaged.dynamics[*cell];
            let dynamics = if reach == Reach::LagsWithoutLeak { without_leak(own) } else { own };
            Node { dynamics, mu: learner.mu[learner.type_id[*cell]] }
        });
        Ok(Self::of_classes(nodes.collect(), &classes, &parts, learner.delay))
    }

    /// Nodes are the given classes; `parts` is W_ab, one a channel.
    pub(crate) fn of_classes(nodes: Vec<Node>, classes: &Classes, parts: &[Matrix], delay: usize) -> Self {
        let types = parts[0].columns();
        let targets = |b: usize| -> Vec<(usize, usize, f64)> {
            let all = (0..classes.size.len()).flat_map(|r| (0..parts.len()).map(move |x| (r, x)));
            all.map(|(r, x)| (r, x, parts[x][(classes.type_of[r], b)])).collect()
        };
        Self::new(nodes, delay, (0..types).map(targets).collect(), |class, system| {
            let row = system.drive[classes.type_of[class]].clone();
            (row, classes.size[class])
        })
    }

    /// Nodes and sources are cells.
    pub(crate) fn by_cell(learner: &Learner, feedback: Feedback) -> Result<Self, Error> {
        let channels = if learner.is_split() { CHANNELS } else { 1 };
        let node = |(dynamics, a): (&Dynamics, &usize)| Node { dynamics: *dynamics, mu: learner.mu[*a] };
        let nodes: Vec<Node> = learner.dynamics.iter().zip(&learner.type_id).map(node).collect();
        let drive = entries(feedback, learner, channels);
        Ok(Self::new(nodes, learner.delay, drive, |cell, system| (system.drive[cell].clone(), 1.0)))
    }

    fn new(
        nodes: Vec<Node>,
        delay: usize,
        drive: Vec<Vec<(usize, usize, f64)>>,
        row: impl Fn(usize, &System) -> (Vec<(usize, usize, f64)>, f64),
    ) -> Self {
        let mut system = Self { nodes, delay, coupling: Vec::new(), drive };
        for targets in &mut system.drive {
            // A node without receptors takes everything by its first channel.
            for target in targets {
                target.1 = if system.nodes[target.0].dynamics.is_split() { target.1 } else { 0 };
            }
        }
        system.coupling = (0..system.nodes.len())
            .map(|source| {
                let (targets, size) = row(source, &system);
                let scale = size * system.nodes[source].mu;
                targets.into_iter().map(|(node, channel, weight)| (node, channel, weight * scale)).collect()
            })
            .collect();
        system
    }

    /// M and g W1 of lin ← M lin + g W1 e⁻, for a delay of one step and nodes without adaptation and currents.
    pub(crate) fn one_step(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let constants = |node: &Node| match node.dynamics {
            Dynamics::Threshold(own) => (own.alpha - own.reset * node.mu, own.g),
            Dynamics::LifDelta { alpha, .. } | Dynamics::LifExp { alpha, .. } => (alpha, 1.0),
            Dynamics::Rflo { rate } => (1.0 - rate, 1.0),
        };
        let size = self.nodes.len();
        let mut matrix = DMatrix::zeros(size, size);
        let mut drive = DMatrix::zeros(size, self.drive.len());
        for (index, node) in self.nodes.iter().enumerate() {
            matrix[(index, index)] += constants(node).0;
        }
        for (from, targets) in self.coupling.iter().enumerate() {
            for (to, _, weight) in targets {
                matrix[(*to, from)] += constants(&self.nodes[*to]).1 * weight;
            }
        }
        for (source, targets) in self.drive.iter().enumerate() {
            for (to, _, weight) in targets {
                drive[(*to, source)] += constants(&self.nodes[*to]).1 * weight;
            }
        }
        (matrix, drive)
    }

    /// K: what of a lasting output of one node reaches the v of another in the long run, times the slopes.
    pub(crate) fn lasting(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.nodes.len(), self.nodes.len());
        for (from, targets) in self.coupling.iter().enumerate() {
            for (to, channel, weight) in targets {
                let gain = match self.nodes[*to].dynamics {
                    Dynamics::Threshold(own) => own.g / (1.0 - own.alpha),
                    Dynamics::LifDelta { alpha, .. } => 1.0 / (1.0 - alpha),
                    Dynamics::LifExp { alpha, receptors, .. } => {
                        receptors[*channel].p21 / (1.0 - receptors[*channel].chi) / (1.0 - alpha)
                    }
                    Dynamics::Rflo { .. } => 1.0,
                };
                matrix[(*to, from)] += gain * weight;
            }
        }
        matrix
    }

    fn adapts(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node.dynamics, Dynamics::Threshold(own) if own.beta != 0.0))
    }

    fn is_split(&self) -> bool {
        self.nodes.iter().any(|node| node.dynamics.is_split())
    }

    /// Nodes.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Sources.
    pub(crate) fn sources(&self) -> usize {
        self.drive.len()
    }
}

/// State of `width` responses, `[node][width]`.
pub(crate) struct Response {
    width: usize,
    v: Vec<f64>,
    a: Vec<f64>,
    lin: Vec<f64>,
    /// `[channel][node][width]`.
    current: Vec<f64>,
    /// q of the last d steps.
    queue: Ring,
}

impl Response {
    pub(crate) fn new(system: &System, width: usize) -> Self {
        let size = system.nodes() * width;
        Self {
            width,
            v: vec![0.0; size],
            a: vec![0.0; size],
            lin: vec![0.0; size],
            current: vec![0.0; CHANNELS * size],
            queue: Ring::new(system.delay, CHANNELS * size),
        }
    }

    /// lin of a node, `[width]`.
    #[inline(always)]
    pub(crate) fn linear(&self, node: usize) -> &[f64] {
        &self.lin[node * self.width..(node + 1) * self.width]
    }

    /// One step on, with what was emitted d steps before.
    pub(crate) fn propagate(&mut self, system: &System) {
        let arriving = self.queue.back(system.delay - 1);
        let size = self.v.len();
        for (index, node) in system.nodes.iter().enumerate() {
            for i in index * self.width..(index + 1) * self.width {
                match &node.dynamics {
                    Dynamics::Threshold(own) => {
                        let out = node.mu * self.lin[i];
                        self.v[i] = own.alpha * self.v[i] + own.g * arriving[i] - own.reset * out;
                        self.a[i] = own.rho * self.a[i] + own.g_a * out;
                        self.lin[i] = self.v[i] - own.beta * self.a[i];
                    }
                    Dynamics::LifDelta { alpha, .. } => {
                        self.v[i] = alpha * self.v[i] + arriving[i];
                        self.lin[i] = self.v[i];
                    }
                    Dynamics::LifExp { alpha, receptors, .. } => {
                        self.v[i] *= alpha;
                        for (x, receptor) in receptors.iter().enumerate() {
                            let current = &mut self.current[x * size + i];
                            self.v[i] += receptor.p21 * *current;
                            *current = receptor.chi * *current + arriving[x * size + i];
                        }
                        self.lin[i] = self.v[i];
                    }
                    Dynamics::Rflo { .. } => unreachable!("no rule with intermediate cells exists for rflo cells"),
                }
            }
        }
    }

    /// Emits q of this step: of the nodes, and of a source whose output is `e`.
    #[inline(always)]
    pub(crate) fn emit(&mut self, system: &System, source: usize, e: &[f64]) {
        self.emit_nodes(system);
        let size = self.v.len();
        send(self.queue.newest(), size, &system.drive[source], e);
    }

    /// Emits q of the nodes.
    #[inline(always)]
    pub(crate) fn emit_nodes(&mut self, system: &System) {
        let (width, size) = (self.width, self.v.len());
        let queue = self.queue.push();
        queue.fill(0.0);
        for (index, targets) in system.coupling.iter().enumerate() {
            send(queue, size, targets, &self.lin[index * width..(index + 1) * width]);
        }
    }

    /// All numbers that the next steps depend on, for `width` 1.
    pub(crate) fn state(&self, system: &System) -> Vec<f64> {
        let mut state = self.v.clone();
        if system.adapts() {
            state.extend_from_slice(&self.a);
        }
        if system.is_split() {
            state.extend_from_slice(&self.current);
        }
        let channels = if system.is_split() { CHANNELS } else { 1 };
        for ago in 0..system.delay - 1 {
            state.extend_from_slice(&self.queue.back(ago)[..channels * self.v.len()]);
        }
        state
    }

    /// Sets what [`Self::state`] gives.
    pub(crate) fn set_state(&mut self, system: &System, state: &[f64]) {
        let (v, mut rest) = state.split_at(self.v.len());
        let mut take = |into: &mut [f64]| {
            let (own, after) = rest.split_at(into.len());
            into.copy_from_slice(own);
            rest = after;
        };
        self.v.copy_from_slice(v);
        if system.adapts() {
            take(&mut self.a);
        }
        if system.is_split() {
            take(&mut self.current);
        }
        let size = if system.is_split() { CHANNELS * v.len() } else { v.len() };
        let mut sent = vec![vec![0.0; size]; system.delay - 1];
        sent.iter_mut().for_each(|own| take(own));
        for own in sent.iter().rev() {
            self.queue.push()[..size].copy_from_slice(own);
        }
        for (index, node) in system.nodes.iter().enumerate() {
            let beta = if let Dynamics::Threshold(own) = node.dynamics { Some(own.beta) } else { None };
            // What a node does not have stays 0.
            self.a[index] *= f64::from(u8::from(beta.is_some()));
            for x in 0..CHANNELS {
                self.current[x * system.nodes() + index] *= f64::from(u8::from(node.dynamics.is_split()));
            }
            self.lin[index] = self.v[index] - beta.unwrap_or(0.0) * self.a[index];
        }
    }
}

/// Adds what targets get of an output, `[width]`, to q, `[channel][node][width]`; `size` is that of a channel.
#[inline(always)]
fn send(queue: &mut [f64], size: usize, targets: &[(usize, usize, f64)], out: &[f64]) {
    for (node, channel, weight) in targets {
        let first = channel * size + node * out.len();
        add_scaled(&mut queue[first..first + out.len()], *weight, out);
    }
}
