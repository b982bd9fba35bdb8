//! The cells of a network as rules see them: types, classes, constants, and mean weights between types.

use super::each;
use super::plan::{LearningError, LearningPlan};
use crate::ranks::{ExchangeError, Rank};
use crate::trial::{Derived, ResetGradient, why_not};
use neuropil_core::Real;
use neuropil_network::delivery::plastic::PlasticTable;
use neuropil_network::neuron::{NeuronModel, Output, PORTS};
use neuropil_network::{Block, Network, Population};
use neuropil_plasticity::cell::{LocalStep, Means, OpenSteps};
use neuropil_plasticity::rule::Reach;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::window::{ClassPath, Nodes};
use neuropil_plasticity::{Dynamics, Matrix};
use std::sync::Arc;

/// Most that the cells of a population may write down in a window.
const MOST_BYTES: u64 = 4 << 30;

/// Cells by population and type.
pub(super) struct CellClasses {
    /// Whether the cells of each population have ψ.
    pub learns: Vec<bool>,
    /// The type of each population; `None` where its cells only send.
    pub type_of: Vec<Option<usize>>,
    /// The constants of each learning cell, by global id.
    pub dynamics: Vec<Option<Dynamics>>,
    /// The class of each cell, by global id, where credit returns over classes.
    pub class_of: Vec<Option<usize>>,
    /// The place of each cell, by global id, among those that have a class.
    pub index_of: Vec<Option<usize>>,
    /// What classes are called: by type, and numbered where a type has several.
    pub class_names: Vec<String>,
    /// The most traces that a synapse has in the cell that it is on.
    pub traced: usize,
    /// The cells of each population that are written as equations.
    pub derived: Vec<Option<Arc<Derived>>>,
    /// What is to be said of the slopes of spikes.
    pub notes: Vec<String>,
    path: Option<ClassPath>,
    /// Of the cells whose intermediate ones are means, over the run so far.
    means: Means,
    /// First global id of each population.
    first_ids: Vec<u32>,
    /// Types.
    types: usize,
    /// Cells of each type.
    cells: Vec<f64>,
    /// Sums of the weights that stay, one a port, `[post type, pre type]`.
    fixed: Vec<Matrix>,
}

impl CellClasses {
    pub fn of<R: Real>(network: &Network<R>, plan: &LearningPlan, rank: Option<&Rank>) -> Result<Self, LearningError> {
        let design = &network.design;
        let returns = plan.returns();
        let is_target = |population: usize| {
            design.projections.iter().any(|own| own.plastic && own.target == population) || returns.is_some()
        };
        let (mut names, mut type_of, mut cells) = (Vec::new(), Vec::new(), Vec::new());
        for own in &design.populations {
            let name = if own.cell_type.is_empty() { &own.name } else { &own.cell_type };
            type_of.push(own.neurons().map(|_| {
                let known = names.iter().position(|known| known == name);
                known.unwrap_or_else(|| {
                    names.push(name.clone());
                    cells.push(0.0);
                    names.len() - 1
                })
            }));
            if let Some(Some(a)) = type_of.last() {
                cells[*a] += f64::from(own.cells);
            }
        }
        let learns: Vec<bool> = type_of.iter().enumerate().map(|(p, a)| a.is_some() && is_target(p)).collect();
        let (mut constants, mut derived, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (population, (own, learns)) in design.populations.iter().zip(&learns).enumerate() {
            let Some(model) = own.neurons().filter(|_| *learns) else {
                constants.extend(std::iter::repeat_n(None, own.cells as usize));
                derived.push(None);
                continue;
            };
            let cells = own.cells as usize;
            let written = derivative(&own.name, (model, cells), population, plan)?;
            match &written {
                Some(written) => constants.extend(written.dynamics(cells, plan.reset).into_iter().map(Some)),
                None => {
                    for cell in 0..cells {
                        constants.push(Some(constants_of(&own.name, cell, model, plan)?));
                    }
                }
            }
            notes.extend(written.as_ref().and_then(|own| own.note(model.info().name)));
            derived.push(written.map(Arc::new));
        }
        let ports = constants.iter().flatten().flat_map(|own: &Dynamics| (0..own.ports()).map(move |port| (own, port)));
        let traced = ports.map(|(own, port)| own.traced(port).len()).max().unwrap_or(0);
        let ports = design.populations.iter().filter_map(|own| own.neurons()).map(|model| model.info().ports.len());
        let ports = ports.max().unwrap_or(0).clamp(2, PORTS);
        let mut population = Self {
            learns,
            type_of,
            class_of: vec![None; constants.len()],
            index_of: vec![None; constants.len()],
            class_names: Vec::new(),
            traced,
            dynamics: constants,
            derived,
            notes,
            path: None,
            means: Means::default(),
            first_ids: design.first_ids()[..design.populations.len()].to_vec(),
            types: names.len(),
            cells,
            fixed: vec![Matrix::zeros(names.len(), names.len()); ports],
        };
        if let Some(reach) = returns {
            population.find_path(network, plan, (reach, &names), rank)?;
        }
        Ok(population)
    }

    fn find_path<R: Real>(
        &mut self,
        network: &Network<R>,
        plan: &LearningPlan,
        (reach, names): (Reach, &[String]),
        rank: Option<&Rank>,
    ) -> Result<(), LearningError> {
        let mu = |name: &String| {
            let known = plan.mu.iter().find(|own| own.0 == *name).map(|own| own.1);
            let rule = plan.rule().map_or("", |rule| rule.name);
            known.ok_or_else(|| LearningError::NoMu { rule, cell_type: name.clone() })
        };
        let mu = match reach {
            Reach::OneHop => None,
            _ => Some(names.iter().map(mu).collect::<Result<_, _>>()?),
        };
        let (mut ids, mut constants, mut types, mut id) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for (own, a) in network.design.populations.iter().zip(&self.type_of) {
            for _ in 0..own.cells {
                if let (Some(dynamics), Some(a)) = (&self.dynamics[id], a) {
                    ids.push(id);
                    constants.push(dynamics.clone());
                    types.push(*a);
                }
                id += 1;
            }
        }
        self.means = Means::at_start(constants.iter_mut().zip(types.iter().copied()));
        let classes = Classes::of(&constants, &types);
        classes.of_cell.iter().zip(&ids).for_each(|(class, id)| self.class_of[*id] = Some(*class));
        let name = |(class, a): (usize, &usize)| match classes.type_of.iter().filter(|own| *own == a).count() {
            1 => names[*a].clone(),
            _ => format!("{} {}", names[*a], 1 + classes.type_of[..class].iter().filter(|own| *own == a).count()),
        };
        self.class_names = classes.type_of.iter().enumerate().map(name).collect();
        ids.iter().enumerate().for_each(|(index, id)| self.index_of[*id] = Some(index));
        let example = |cell: &usize| match &constants[*cell] {
            Dynamics::Recorded(own) if !own.is_linear() => Dynamics::Recorded(own.without_means()),
            own => own.clone(),
        };
        let dynamics = classes.example.iter().map(example).collect();
        let delay = self.draw(network, rank)?;
        self.path = Some(ClassPath { classes, dynamics, mu, delay });
        Ok(())
    }

    /// The classes of all cells that have one, where credit returns over classes.
    pub fn classes(&self) -> Option<&Classes> {
        self.path.as_ref().map(|path| &path.classes)
    }

    /// Sums the weights that stay; returns the mean delay of all recurrent synapses, in whole steps. Those that learn are not drawn once
    /// more: each rank counts its own.
    fn draw<R: Real>(&mut self, network: &Network<R>, rank: Option<&Rank>) -> Result<usize, ExchangeError> {
        let (mut steps, mut synapses) = (0_u64, 0_u64);
        let tables = network.blocks.iter().flat_map(|block| &block.plastic.tables);
        for row in tables.filter(|table| self.type_of[table.source].is_some()).flat_map(PlasticTable::each_row) {
            steps += u64::from(row.delay) * row.synapses.len() as u64;
            synapses += row.synapses.len() as u64;
        }
        if let Some(rank) = rank {
            let sums = rank.sums(&[steps, synapses])?;
            (steps, synapses) = (sums[0], sums[1]);
        }
        for (index, own) in network.design.projections.iter().enumerate().filter(|(_, own)| !own.plastic) {
            let (Some(a), Some(b)) = (self.type_of[own.target], self.type_of[own.source]) else { continue };
            let Some(model) = network.design.populations[own.target].neurons() else { continue };
            let Some(placement) = model.info().placement(own.receptor) else { continue };
            let drawn = network.design.synapses(index, &mut |synapse| {
                steps += u64::from(synapse.delay_steps);
                synapses += 1;
                let (port, _) = placement.place(synapse.weight);
                self.fixed[port][(a, b)] += synapse.weight;
            });
            drawn.expect("the network was built of the same synapses");
        }
        let mean = steps.checked_add(synapses / 2).and_then(|sum| sum.checked_div(synapses)).unwrap_or(1);
        Ok(usize::try_from(mean.max(1)).unwrap_or(1))
    }

    /// The sums of all weights by type, in the order of cells, those of other ranks among them; `weights` are those of the plastic
    /// tables of each block.
    ///
    /// # Errors
    /// Ranks that cannot hand over what they have.
    pub fn sums<'w, R: Real, W: Iterator<Item = &'w [f64]>>(
        &self,
        network: &Network<R>,
        threads: usize,
        weights: impl Iterator<Item = W>,
        rank: Option<&Rank>,
    ) -> Result<Vec<Matrix>, ExchangeError> {
        let mut sums = self.fixed.clone();
        if self.path.is_none() {
            return Ok(sums);
        }
        let weights: Vec<Vec<&[f64]>> = weights.map(Iterator::collect).collect();
        let mut onto: Vec<Vec<f64>> = vec![Vec::new(); network.blocks.len()];
        each(&mut onto, threads, |onto, block| *onto = self.onto(&network.blocks[block], &weights[block]));
        let parts = match rank {
            None => onto,
            Some(rank) => rank.all_floats(&onto.concat())?,
        };
        let size = (sums.len() * self.types).max(1);
        for (id, own) in parts.iter().flat_map(|part| part.chunks_exact(size)).enumerate() {
            let population = self.first_ids.partition_point(|first| *first as usize <= id) - 1;
            let Some(a) = self.type_of[population] else { continue };
            for (sum, own) in sums.iter_mut().zip(own.chunks_exact(self.types)) {
                own.iter().enumerate().for_each(|(b, own)| sum[(a, b)] += own);
            }
        }
        Ok(sums)
    }

    /// The plastic weights onto each cell of a block, `[cell][port][sending type]`.
    fn onto<R: Real>(&self, block: &Block<R>, weights: &[&[f64]]) -> Vec<f64> {
        let (types, ports) = (self.types, self.fixed.len());
        let mut onto = vec![0.0; ports * types * block.cells];
        for (table, weights) in block.plastic.tables.iter().zip(weights) {
            let Some(b) = self.type_of[table.source] else { continue };
            for (cell, weight) in table.cells.iter().zip(*weights) {
                onto[(usize::from(*cell) * ports + table.port) * types + b] += weight;
            }
        }
        onto
    }

    /// The nodes of a window with these weights; none where credit does not return.
    pub fn nodes(&self, sums: &[Matrix], plan: &LearningPlan) -> Result<Nodes, LearningError> {
        let Some(path) = &self.path else { return Ok(Nodes::none(self.types)) };
        let mean = |sum: &Matrix| {
            Matrix::from_fn(self.types, self.types, |a, b| sum[(a, b)] / (self.cells[a] * self.cells[b]).max(1.0))
        };
        let nodes = Nodes::new(path, &sums.iter().map(mean).collect::<Vec<_>>(), plan.memory())?;
        Ok(nodes.with_cascade(plan.cascade_of_emissions()))
    }

    /// Bytes that cells write down in a step.
    pub fn bytes_a_step<R: Real>(&self, network: &Network<R>, plan: &LearningPlan) -> u64 {
        // What a carrier brings to each cell is held as long.
        let carried = if plan.carrier.is_some() { 8 } else { 0 };
        let with_v = carried + if plan.reset == ResetGradient::Attached { 8 } else { 0 };
        let of = |(own, derived): (&Population<R>, &Option<Arc<Derived>>)| {
            let written = derived.as_ref().map_or(0, |own| 8 * own.recorded() as u64);
            u64::from(own.cells) * (10 + with_v + written)
        };
        network.design.populations.iter().zip(&self.derived).map(of).sum()
    }

    /// Says what synapses leave out that remember so many steps.
    ///
    /// # Errors
    /// Intermediate cells that are means of what cells did.
    pub fn remember(&mut self, steps: u64, plan: &LearningPlan) -> Result<(), LearningError> {
        if self.has_means() {
            let reason = "the intermediate cells of this rule are means of what cells did, which change in each window; use a rule \
                          without them, or leave it out";
            return Err(LearningError::Horizon(reason.into()));
        }
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let first_cells = self.first_ids.iter().filter_map(|first| self.dynamics.get(*first as usize)?.as_ref());
        let cells = first_cells.map(|own| own.left_after(steps));
        let left = cells.fold(plan.filter().map_or(0.0, |own| own.left_after(steps)), f64::max);
        self.notes.push(format!(
            "learning.horizon_ms: of what a spike leaves in a cell or at the readout, {left:.1e} is still there after this time (paths through \
             other cells are not counted); gradients are without it"
        ));
        Ok(())
    }

    /// Whether credit returns over classes whose matrices are means of what cells did.
    pub fn has_means(&self) -> bool {
        self.path.is_some() && !self.means.is_empty()
    }

    /// Adds what cells did in a window, in their order, and takes the means of all windows.
    ///
    /// # Errors
    /// Means that grow from step to step.
    pub fn average<'s>(&mut self, steps: impl Iterator<Item = (usize, &'s OpenSteps)>) -> Result<(), LearningError> {
        for (id, steps) in steps {
            let population = self.first_ids.partition_point(|first| *first as usize <= id) - 1;
            if let (Some(Dynamics::Recorded(own)), Some(a)) = (&self.dynamics[id], self.type_of[population]) {
                self.means.add_cell(a, own, steps);
            }
        }
        self.take_means()
    }

    fn take_means(&mut self) -> Result<(), LearningError> {
        let Some(path) = &mut self.path else { return Ok(()) };
        let types = path.classes.type_of.iter().copied();
        Ok(self.means.give_to(path.dynamics.iter_mut().zip(types))?)
    }

    /// The sums that means are of, for a checkpoint.
    pub fn mean_sums(&self) -> Vec<f64> {
        self.means.numbers()
    }

    /// Takes them back; whether they are as many.
    ///
    /// # Errors
    /// Means that grow from step to step.
    pub fn restore_means(&mut self, sums: &[f64]) -> Result<bool, LearningError> {
        let fits = self.means.restore(sums);
        self.take_means().map(|()| fits)
    }
}

/// The derivative of cells that are written as equations; `None` of others.
fn derivative<R: Real>(
    name: &str,
    (model, cells): (&dyn NeuronModel<R>, usize),
    population: usize,
    plan: &LearningPlan,
) -> Result<Option<Derived>, LearningError> {
    let slope = plan.slopes.get(population).cloned().unwrap_or_default();
    let Some(derivative) = model.derivative(&slope.spike, slope.jacobian_limit) else { return Ok(None) };
    let refuse = |reason: String| {
        let reason = format!("`{}` cannot learn while a network runs: {reason}", model.info().name);
        LearningError::CannotLearn { population: name.into(), cell: 0, reason }
    };
    if matches!(model.info().output, Output::Graded(_)) {
        return Err(refuse(
            "it sends a number at every step, and here cells that spike learn; in tasks (`neuropil train`) it does"
                .into(),
        ));
    }
    let derivative = derivative.map_err(|reason| refuse(reason.to_string()))?;
    let own = Derived::of_ports(derivative, model, (plan.pseudo_derivative, cells)).map_err(refuse)?;
    let slots = plan.apply_steps.min(super::WINDOW) + 1;
    let bytes = (8 * own.recorded() as u64).saturating_mul(cells as u64).saturating_mul(slots);
    // With a horizon the length of windows follows from what cells write.
    if plan.horizon.is_none() && bytes > MOST_BYTES {
        let found = format!(
            "its cells write {} numbers a step, and {slots} steps of {cells} cells are {:.1} GiB; at most {} GiB are \
             possible, so apply weights more often (`apply_every_ms`) or take fewer cells",
            own.recorded(),
            bytes as f64 / f64::from(1 << 30),
            MOST_BYTES >> 30
        );
        return Err(refuse(found));
    }
    Ok(Some(own))
}

fn constants_of<R: Real>(
    population: &str,
    cell: usize,
    model: &dyn NeuronModel<R>,
    plan: &LearningPlan,
) -> Result<Dynamics, LearningError> {
    let refuse = |reason| Err(LearningError::CannotLearn { population: population.into(), cell, reason });
    let name = model.info().name;
    if matches!(model.info().output, Output::Graded(_)) {
        return refuse(format!("cells of model `{name}` are graded; in free runs cells that spike learn"));
    }
    match model.learnable(cell) {
        Some(own) => Ok(Dynamics::of(&own, plan.reset)),
        None => refuse(why_not(name, "")),
    }
}
