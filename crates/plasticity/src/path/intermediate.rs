//! The linear response of intermediate cells, forward in time: what a unit of output of one cell does to the v of others.
//!
//! Nodes are response classes (R states, \[Liu2022\] by type) or all cells (N states). `width` responses run side by
//! side: one for taps, one a presynaptic partner for traces.
//!
//! # Equations
//! ```text
//! x ← A x + k μ lin⁻ + Σ_p b_p q_p[t−d],   lin = cᵀ x,   q = W2 n μ lin + W1 e         (A, k, b, c of an open gate: crate::cell)
//! ```

use super::feedback_weights::{FeedbackEntry, entries};
use crate::cell::{Gate, Linear, LocalStep, Threshold, Traces};
use crate::rows::{Ring, add_scaled};
use crate::rule::{Feedback, Reach};
use crate::types::{Classes, TypeMatrix};
use crate::{Dynamics, Error, Learner, Matrix};
use nalgebra::DMatrix;

/// Nodes and how they drive each other.
pub(crate) struct IntermediateCells {
    nodes: Vec<Node>,
    delay: usize,
    /// Most ports of a node.
    ports: usize,
    /// What each node drives, by W n μ.
    coupling: Vec<Vec<Drive>>,
    /// What a unit of output of each source (type or cell) drives, by W.
    drive: Vec<Vec<Drive>>,
}

/// What an output does to a node.
#[derive(Clone)]
struct Drive {
    node: usize,
    port: usize,
    weight: f64,
}

pub(crate) struct Node {
    pub(crate) dynamics: Dynamics,
    pub(crate) mu: f64,
}

/// Cells with the mean constants of their type, which are threshold cells.
pub(crate) fn mean_constants(learner: &Learner) -> Vec<Dynamics> {
    let of_type = |a: usize| {
        let cells = learner.dynamics.iter().zip(&learner.type_id);
        Threshold::mean(cells.filter_map(|(dynamics, own)| match dynamics {
            Dynamics::Threshold(threshold) if *own == a => Some(threshold),
            _ => None,
        }))
    };
    let means: Vec<Dynamics> = (0..learner.types()).map(|a| Dynamics::Threshold(of_type(a))).collect();
    learner.type_id.iter().map(|a| means[*a].clone()).collect()
}

impl IntermediateCells {
    /// Nodes are response classes (types, for the mean constants), sources are types.
    pub(crate) fn by_class(learner: &Learner, reach: Reach) -> Result<Self, Error> {
        let mut averaged = learner.clone();
        if reach == Reach::AllMeanConstants {
            averaged.dynamics = mean_constants(learner);
        }
        let classes = Classes::new(&averaged);
        let channels = learner.channels();
        let parts = TypeMatrix::all(learner).parts(channels);
        let nodes = classes.example.iter().map(|cell| {
            let own = &averaged.dynamics[*cell];
            let dynamics = match reach {
                Reach::LagsWithoutLeak => Dynamics::Linear(Linear::of(own).without_leak()),
                _ => own.clone(),
            };
            Node { dynamics, mu: learner.mu[learner.type_id[*cell]] }
        });
        Ok(Self::of_classes(nodes.collect(), &classes, &parts, learner.delay))
    }

    /// Nodes are the given classes; `parts` is W_ab, one a channel.
    pub(crate) fn of_classes(nodes: Vec<Node>, classes: &Classes, parts: &[Matrix], delay: usize) -> Self {
        let types = parts[0].columns();
        let targets = |b: usize| -> Vec<Drive> {
            let all = (0..classes.size.len()).flat_map(|r| (0..parts.len()).map(move |x| (r, x)));
            // A cell with one port has all there.
            let has =
                |r: &usize, x: &usize| *x == 0 || nodes[*r].dynamics.ports() == 1 || *x < nodes[*r].dynamics.ports();
            all.filter(|(r, x)| has(r, x))
                .map(|(r, x)| Drive { node: r, port: x, weight: parts[x][(classes.type_of[r], b)] })
                .collect()
        };
        let drive = (0..types).map(targets).collect();
        Self::new(nodes, delay, drive, |class, system| {
            let row = system.drive[classes.type_of[class]].clone();
            (row, classes.size[class])
        })
    }

    /// Nodes and sources are cells.
    pub(crate) fn by_cell(learner: &Learner, feedback: Feedback) -> Result<Self, Error> {
        let channels = learner.channels();
        let node = |(dynamics, a): (&Dynamics, &usize)| Node { dynamics: dynamics.clone(), mu: learner.mu[*a] };
        let nodes: Vec<Node> = learner.dynamics.iter().zip(&learner.type_id).map(node).collect();
        let drive = |FeedbackEntry { post, channel, weight }| Drive { node: post, port: channel, weight };
        let entries = entries(feedback, learner, channels).into_iter();
        let drive = entries.map(|own| own.into_iter().map(drive).collect()).collect();
        Ok(Self::new(nodes, learner.delay, drive, |cell, system| (system.drive[cell].clone(), 1.0)))
    }

    fn new(
        nodes: Vec<Node>,
        delay: usize,
        drive: Vec<Vec<Drive>>,
        row: impl Fn(usize, &IntermediateCells) -> (Vec<Drive>, f64),
    ) -> Self {
        let ports = nodes.iter().map(|node| node.dynamics.ports()).max().unwrap_or(1);
        let mut system = Self { nodes, delay, ports, coupling: Vec::new(), drive };
        for targets in &mut system.drive {
            for target in targets {
                target.port = system.nodes[target.node].dynamics.port(target.port);
            }
        }
        system.coupling = (0..system.nodes.len())
            .map(|source| {
                let (targets, size) = row(source, &system);
                let scale = size * system.nodes[source].mu;
                targets.into_iter().map(|own| Drive { weight: own.weight * scale, ..own }).collect()
            })
            .collect();
        system
    }

    /// M and g W1 of lin ← M lin + g W1 e⁻, for a delay of one step and nodes of one state, which is what is tested.
    pub(crate) fn one_step(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let constants = |node: &Node| {
            let after = |e_before: f64, arriving: f64, state: f64| {
                let mut state = [state];
                node.dynamics.step(&Gate::open(node.mu), e_before, &[arriving], &mut state);
                state[0]
            };
            (after(node.mu, 0.0, 1.0), after(0.0, 1.0, 0.0))
        };
        let size = self.nodes.len();
        let mut matrix = DMatrix::zeros(size, size);
        let mut drive = DMatrix::zeros(size, self.drive.len());
        for (index, node) in self.nodes.iter().enumerate() {
            matrix[(index, index)] += constants(node).0;
        }
        for (from, targets) in self.coupling.iter().enumerate() {
            for Drive { node: to, weight, .. } in targets {
                matrix[(*to, from)] += constants(&self.nodes[*to]).1 * weight;
            }
        }
        for (source, targets) in self.drive.iter().enumerate() {
            for Drive { node: to, weight, .. } in targets {
                drive[(*to, source)] += constants(&self.nodes[*to]).1 * weight;
            }
        }
        (matrix, drive)
    }

    /// K: what of a lasting output of one node reaches the v of another in the long run, times the slopes.
    pub(crate) fn lasting(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.nodes.len(), self.nodes.len());
        for (from, targets) in self.coupling.iter().enumerate() {
            for Drive { node: to, port, weight } in targets {
                matrix[(*to, from)] += self.nodes[*to].dynamics.lasting(*port) * weight;
            }
        }
        matrix
    }

    /// (state, node) of all numbers of the nodes, the first state of all nodes first.
    fn numbers(&self) -> impl Iterator<Item = (usize, usize)> {
        let most = self.nodes.iter().map(|node| node.dynamics.states()).max().unwrap_or(0);
        let of = move |state: usize| {
            let nodes = self.nodes.iter().enumerate().filter(move |(_, node)| state < node.dynamics.states());
            nodes.map(move |(index, _)| (state, index))
        };
        (0..most).flat_map(of)
    }

    /// Places of a unit of width in a block of the queue, the first port of all nodes first.
    fn queued(&self) -> impl Iterator<Item = usize> {
        let nodes = self.nodes.len();
        (0..self.ports).flat_map(move |port| (0..nodes).map(move |node| node * self.ports + port))
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

/// State of `width` responses.
pub(crate) struct Response {
    width: usize,
    /// Traces of each node.
    nodes: Vec<Traces>,
    /// q of the last d steps, `[node][port][width]`.
    queue: Ring,
}

impl Response {
    pub(crate) fn new(system: &IntermediateCells, width: usize) -> Self {
        Self {
            width,
            nodes: system.nodes.iter().map(|node| Traces::new(&node.dynamics, width)).collect(),
            queue: Ring::new(system.delay, system.nodes() * system.ports * width),
        }
    }

    /// lin of a node, `[width]`.
    #[inline(always)]
    pub(crate) fn linear(&self, node: usize) -> &[f64] {
        &self.nodes[node].linear
    }

    /// One step on, with what was emitted d steps before.
    pub(crate) fn propagate(&mut self, system: &IntermediateCells) {
        let arriving = self.queue.back(system.delay - 1).chunks_exact(system.ports * self.width);
        for ((node, traces), arriving) in system.nodes.iter().zip(&mut self.nodes).zip(arriving) {
            node.dynamics.trace(&Gate::open(node.mu), arriving, traces);
        }
    }

    /// Emits q of this step: of the nodes, and of a source whose output is `e`.
    #[inline(always)]
    pub(crate) fn emit(&mut self, system: &IntermediateCells, source: usize, e: &[f64]) {
        self.emit_nodes(system);
        send(self.queue.newest(), system.ports, &system.drive[source], e);
    }

    /// Emits q of the nodes.
    #[inline(always)]
    pub(crate) fn emit_nodes(&mut self, system: &IntermediateCells) {
        let queue = self.queue.push();
        queue.fill(0.0);
        for (targets, traces) in system.coupling.iter().zip(&self.nodes) {
            send(queue, system.ports, targets, &traces.linear);
        }
    }

    /// All numbers that the next steps depend on, for `width` 1.
    pub(crate) fn state(&self, system: &IntermediateCells) -> Vec<f64> {
        let mut state: Vec<f64> = system.numbers().map(|(number, node)| self.nodes[node].state[number]).collect();
        for ago in 0..system.delay - 1 {
            state.extend(system.queued().map(|place| self.queue.back(ago)[place]));
        }
        state
    }

    /// Sets what [`Self::state`] gives.
    pub(crate) fn set_state(&mut self, system: &IntermediateCells, state: &[f64]) {
        let mut rest = state.iter().copied();
        let mut next = || rest.next().expect("as many as there are");
        system.numbers().for_each(|(number, node)| self.nodes[node].state[number] = next());
        let blocks: Vec<Vec<f64>> = (1..system.delay).map(|_| system.queued().map(|_| next()).collect()).collect();
        for block in blocks.iter().rev() {
            let queue = self.queue.push();
            system.queued().zip(block).for_each(|(place, value)| queue[place] = *value);
        }
        for (node, Traces { state, linear, e }) in system.nodes.iter().zip(&mut self.nodes) {
            linear[0] = state.iter().enumerate().map(|(number, value)| node.dynamics.observed(number) * value).sum();
            e[0] = node.mu * linear[0];
        }
    }
}

/// Adds what targets get of an output, `[width]`, to q, `[node][port][width]`.
#[inline(always)]
fn send(queue: &mut [f64], ports: usize, targets: &[Drive], out: &[f64]) {
    for Drive { node, port, weight } in targets {
        let first = (node * ports + port) * out.len();
        add_scaled(&mut queue[first..first + out.len()], *weight, out);
    }
}
