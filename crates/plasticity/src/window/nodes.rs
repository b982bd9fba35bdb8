//! The path of eligibility through the classes of a network, backward over a window: the same for all cells of a type.

use super::{GRADIENT, LearningCell, SynapseLayout, TraceFilter};
use crate::cascade::Cascade;
use crate::cell::{Linear, LocalStep};
use crate::path::intermediate::{IntermediateCells, Node, Response};
use crate::rows::add_scaled;
use crate::stability::{radius, step_matrix};
use crate::types::Classes;
use crate::{Dynamics, Error, Matrix};

/// How credit returns over classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassPath {
    /// The classes of all cells.
    pub classes: Classes,
    /// Constants of a cell of each class.
    pub dynamics: Vec<Dynamics>,
    /// μ of each type; `None` for one hop (MDGL).
    pub mu: Option<Vec<f64>>,
    /// Delay d that stands for those of all synapses, steps.
    pub delay: usize,
}

/// The linear system y ← M y + D_b e, F∗e = C y of a window, and the leak of what is filtered after it.
#[derive(Debug, Clone)]
pub struct Nodes {
    nodes: usize,
    /// M, `[row][column]`.
    step: Vec<Vec<f64>>,
    /// D, `[type][row]`.
    drive: Vec<Vec<f64>>,
    /// C, `[node][row]`.
    linear: Vec<Vec<f64>>,
    /// κ, where F∗e is filtered.
    kappa: Option<f64>,
    /// The stages behind it.
    cascade: Option<Cascade>,
}

/// The nodes in force over a window and the steps before it, which change with the weights.
#[derive(Debug, Clone, Copy)]
pub struct NodesOverTime<'a> {
    /// Those before, each with the last step in which it was in force, ascending.
    pub before: &'a [(usize, &'a Nodes)],
    /// Those in force since.
    pub now: &'a Nodes,
}

impl<'a> NodesOverTime<'a> {
    fn of_step(&self, step: usize) -> &'a Nodes {
        let passed = self.before.partition_point(|(last, _)| *last < step);
        self.before.get(passed).map_or(self.now, |own| own.1)
    }
}

/// What sweeps need of the nodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassCredit {
    /// What e of a step is worth over the nodes and in ē, `[step from the window's start 0..=steps][type][number]`.
    rows: Vec<f64>,
    /// What a number of the nodes' state at the start is worth, `[number][number]`.
    pub(super) carry: Vec<f64>,
    types: usize,
    width: usize,
}

impl ClassCredit {
    /// The rows of a step, `[type][number]`; 0 is the start of the window.
    pub fn of_step(&self, step: usize) -> &[f64] {
        let size = self.types * self.width;
        &self.rows[step * size..(step + 1) * size]
    }
}

/// What modulators that differ from cell to cell make of eligibility, where [`ClassCredit`] stands for modulators of 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CarriedCredit {
    /// What e of a step is worth over the nodes, `[step from the window's start 0..=steps][place]`.
    rows: Vec<f64>,
    /// What a number of the nodes' state at the start is worth, `[place][number]`.
    carry: Vec<f64>,
    places: usize,
}

impl CarriedCredit {
    /// What e of a step is worth at every place; 0 is the start of the window.
    pub fn of_step(&self, step: usize) -> &[f64] {
        &self.rows[step * self.places..(step + 1) * self.places]
    }

    /// What the numbers of the nodes' state at the start are worth at a place.
    pub(super) fn at_start(&self, place: usize) -> &[f64] {
        let numbers = self.carry.len() / self.places.max(1);
        &self.carry[place * numbers..(place + 1) * numbers]
    }
}

/// A cell that passes on once and forgets.
fn forgetful(own: &Dynamics) -> Linear {
    match own {
        // As many states in every window.
        Dynamics::Recorded(own) => Linear::first_hops(own),
        own => Linear::of(own).without_memory(),
    }
}

impl Nodes {
    /// No path but the own: `types` as elsewhere.
    pub fn none(types: usize) -> Self {
        Self {
            nodes: 0,
            step: Vec::new(),
            drive: vec![Vec::new(); types],
            linear: Vec::new(),
            kappa: None,
            cascade: None,
        }
    }

    /// The classes of `path` with the mean weights W_ab between types, those of each port apart; `kappa` where F∗e is
    /// filtered.
    ///
    /// # Errors
    /// [`Error::Unstable`] where credit would grow without bound.
    pub fn new(path: &ClassPath, parts: &[Matrix], kappa: Option<f64>) -> Result<Self, Error> {
        let split = path.dynamics.iter().any(|own| own.ports() > 1);
        let total = || {
            let mut total = parts[0].clone();
            parts[1..].iter().for_each(|part| total.add(part));
            total
        };
        let parts = if split { parts.to_vec() } else { vec![total()] };
        let node = |(own, a): (&Dynamics, &usize)| match &path.mu {
            Some(mu) => Node { dynamics: own.clone(), mu: mu[*a] },
            // It passes on once, after the delay, and forgets.
            None => Node { dynamics: Dynamics::Linear(forgetful(own)), mu: 0.0 },
        };
        let nodes = path.dynamics.iter().zip(&path.classes.type_of).map(node).collect();
        let system = IntermediateCells::of_classes(nodes, &path.classes, &parts, path.delay);
        let matrix = step_matrix(&system);
        let radius = radius(&matrix);
        if path.mu.is_some() && radius >= 1.0 {
            return Err(Error::Unstable { radius });
        }
        let size = matrix.nrows();
        let mut response = Response::new(&system, 1);
        let mut drive = Vec::with_capacity(system.sources());
        for source in 0..system.sources() {
            response.set_state(&system, &vec![0.0; size]);
            response.emit(&system, source, &[1.0]);
            response.propagate(&system);
            drive.push(response.state(&system));
        }
        let mut linear = vec![vec![0.0; size]; system.nodes()];
        for column in 0..size {
            let unit: Vec<f64> = (0..size).map(|row| f64::from(u8::from(row == column))).collect();
            response.set_state(&system, &unit);
            linear.iter_mut().enumerate().for_each(|(node, row)| row[column] = response.linear(node)[0]);
        }
        let step = matrix.row_iter().map(|row| row.iter().copied().collect()).collect();
        Ok(Self { nodes: system.nodes(), step, drive, linear, kappa, cascade: None })
    }

    /// With stages between F∗e, filtered where it is, and the modulators.
    pub fn with_cascade(self, cascade: Option<Cascade>) -> Self {
        Self { cascade, ..self }
    }

    /// Numbers behind F∗e of each node: what is filtered, then the stages.
    fn behind(&self) -> usize {
        usize::from(self.kappa.is_some()) + self.cascade.map_or(0, |own| own.stages)
    }

    /// Nodes, one a class.
    pub fn len(&self) -> usize {
        self.nodes
    }

    /// Whether there is no path but the own.
    pub fn is_empty(&self) -> bool {
        self.nodes == 0
    }

    /// Numbers of their state.
    pub fn states(&self) -> usize {
        self.step.len() + self.behind() * self.nodes
    }

    /// Backward over a window: `modulators` are the class sums of what was emitted, `[step][node]`, that meet F∗e
    /// (filtered, where there is a κ). `readout` is how e is filtered, where it is.
    pub fn sweep(
        &self,
        layout: &SynapseLayout,
        modulators: &[f64],
        steps: usize,
        readout: Option<TraceFilter>,
    ) -> ClassCredit {
        NodesOverTime { before: &[], now: self }.sweep(layout, modulators, steps, readout)
    }

    /// Places behind F∗e from the last to the first: each keeps a share of what it has and takes one of what enters.
    fn filters(&self) -> impl Iterator<Item = (usize, [f64; 2])> {
        let share = |keep: f64| [keep, 1.0 - keep];
        let first = usize::from(self.kappa.is_some());
        let stages =
            self.cascade.into_iter().flat_map(move |own| (0..own.stages).rev().map(move |at| (first + at, own.keep)));
        stages.chain(self.kappa.map(|kappa| (0, kappa))).map(move |(place, keep)| (place, share(keep)))
    }

    /// Backward over a window for modulators of each cell, `modulator(place, step, node)`, steps from 0.
    pub fn bring(
        &self,
        cells: &[LearningCell],
        places: usize,
        steps: usize,
        modulator: impl Fn(usize, usize, usize) -> f64,
    ) -> CarriedCredit {
        NodesOverTime { before: &[], now: self }.bring(cells, places, steps, modulator)
    }
}

impl NodesOverTime<'_> {
    /// As [`Nodes::sweep`].
    pub fn sweep(
        &self,
        layout: &SynapseLayout,
        modulators: &[f64],
        steps: usize,
        readout: Option<TraceFilter>,
    ) -> ClassCredit {
        let now = self.now;
        let (width, types, size) = (layout.width(), now.drive.len(), now.step.len());
        let mut rows = vec![0.0; (steps + 1) * types * width];
        let mut y = vec![0.0; size * width];
        let mut slow = vec![0.0; now.behind() * now.nodes * width];
        let numbers = y.chunks_exact_mut(width).chain(slow.chunks_exact_mut(width));
        numbers.zip(layout.nodes()).for_each(|(own, number)| own[number] = 1.0);
        let (mut linear, mut before) = (vec![0.0; width], vec![0.0; size * width]);
        let mut late = readout.map_or_else(Vec::new, TraceFilter::response);
        for step in (1..=steps).rev() {
            let own_nodes = self.of_step(step);
            if let (Some(numbers), Some(filter)) = (layout.slow(), readout) {
                for own in rows[step * types * width..(step + 1) * types * width].chunks_exact_mut(width) {
                    own[numbers.clone()].iter_mut().zip(&late).for_each(|(own, late)| *own += late);
                }
                filter.decay(&mut late);
            }
            for node in 0..now.nodes {
                let modulator = modulators[(step - 1) * now.nodes + node];
                linear.fill(0.0);
                linear[GRADIENT] = modulator;
                for (place, [keep, gain]) in now.filters() {
                    let own = &mut slow[(place * now.nodes + node) * width..][..width];
                    add_scaled(own, 1.0, &linear);
                    linear.iter_mut().zip(&mut *own).for_each(|(linear, own)| {
                        *linear = gain * *own;
                        *own *= keep;
                    });
                }
                for (own, factor) in y.chunks_exact_mut(width).zip(&own_nodes.linear[node]) {
                    add_scaled(own, *factor, &linear);
                }
            }
            let sent = &mut rows[(step - 1) * types * width..step * types * width];
            for (own, drive) in sent.chunks_exact_mut(width).zip(&own_nodes.drive) {
                y.chunks_exact(width).zip(drive).for_each(|(y, factor)| add_scaled(own, *factor, y));
            }
            before.fill(0.0);
            for (y, row) in y.chunks_exact(width).zip(&own_nodes.step) {
                before.chunks_exact_mut(width).zip(row).for_each(|(own, factor)| add_scaled(own, *factor, y));
            }
            std::mem::swap(&mut y, &mut before);
        }
        y.extend_from_slice(&slow);
        ClassCredit { rows, carry: y, types, width }
    }

    /// As [`Nodes::bring`].
    pub fn bring(
        &self,
        cells: &[LearningCell],
        places: usize,
        steps: usize,
        modulator: impl Fn(usize, usize, usize) -> f64,
    ) -> CarriedCredit {
        let now = self.now;
        let (size, numbers) = (now.step.len(), now.states());
        let (mut rows, mut carry) = (vec![0.0; (steps + 1) * places], vec![0.0; places * numbers]);
        let (mut y, mut before) = (vec![0.0; size], vec![0.0; size]);
        let mut slow = vec![0.0; now.behind() * now.nodes];
        for cell in cells {
            y.fill(0.0);
            slow.fill(0.0);
            for step in (0..steps).rev() {
                let own_nodes = self.of_step(step + 1);
                for (node, linear) in own_nodes.linear.iter().enumerate() {
                    let mut worth = modulator(cell.place, step, node);
                    for (place, [keep, gain]) in now.filters() {
                        let own = &mut slow[place * now.nodes + node];
                        *own += worth;
                        worth = gain * *own;
                        *own *= keep;
                    }
                    y.iter_mut().zip(linear).for_each(|(y, factor)| *y += factor * worth);
                }
                let drive = &own_nodes.drive[cell.type_id];
                rows[step * places + cell.place] = y.iter().zip(drive).map(|(y, factor)| y * factor).sum();
                before.fill(0.0);
                for (y, row) in y.iter().zip(&own_nodes.step) {
                    before.iter_mut().zip(row).for_each(|(own, factor)| *own += factor * y);
                }
                std::mem::swap(&mut y, &mut before);
            }
            let own = &mut carry[cell.place * numbers..(cell.place + 1) * numbers];
            own.iter_mut().zip(y.iter().chain(&slow)).for_each(|(own, worth)| *own = *worth);
        }
        CarriedCredit { rows, carry, places }
    }
}
