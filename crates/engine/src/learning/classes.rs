//! The cells of a network as rules see them: types, classes, constants, and mean weights between types.

use super::plan::{LearningError, LearningPlan};
use crate::trial::{dynamics, why_not};
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::neuron::{NeuronModel, Output};
use neuropil_plasticity::cell::LocalStep;
use neuropil_plasticity::rule::Reach;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::window::{ClassPath, Nodes};
use neuropil_plasticity::{Dynamics, Matrix};

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
    path: Option<ClassPath>,
    /// Types.
    types: usize,
    /// Cells of each type.
    cells: Vec<f64>,
    /// Sums of the weights that stay, by channel, `[post type, pre type]`.
    fixed: [Matrix; 2],
}

impl CellClasses {
    pub fn of<R: Real>(network: &Network<R>, plan: &LearningPlan) -> Result<Self, LearningError> {
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
        let mut constants = Vec::new();
        for (own, learns) in design.populations.iter().zip(&learns) {
            match own.neurons().filter(|_| *learns) {
                None => constants.extend(std::iter::repeat_n(None, own.cells as usize)),
                Some(model) => {
                    for cell in 0..own.cells as usize {
                        constants.push(Some(constants_of(&own.name, cell, model, plan)?));
                    }
                }
            }
        }
        let ports = constants.iter().flatten().flat_map(|own: &Dynamics| (0..own.ports()).map(move |port| (own, port)));
        let traced = ports.map(|(own, port)| own.traced(port).len()).max().unwrap_or(0);
        let zeros = || Matrix::zeros(names.len(), names.len());
        let mut population = Self {
            learns,
            type_of,
            class_of: vec![None; constants.len()],
            index_of: vec![None; constants.len()],
            class_names: Vec::new(),
            traced,
            dynamics: constants,
            path: None,
            types: names.len(),
            cells,
            fixed: [zeros(), zeros()],
        };
        if let Some(reach) = returns {
            population.find_path(network, plan, reach, &names)?;
        }
        Ok(population)
    }

    fn find_path<R: Real>(
        &mut self,
        network: &Network<R>,
        plan: &LearningPlan,
        reach: Reach,
        names: &[String],
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
        let classes = Classes::of(&constants, &types);
        classes.of_cell.iter().zip(&ids).for_each(|(class, id)| self.class_of[*id] = Some(*class));
        let name = |(class, a): (usize, &usize)| match classes.type_of.iter().filter(|own| *own == a).count() {
            1 => names[*a].clone(),
            _ => format!("{} {}", names[*a], 1 + classes.type_of[..class].iter().filter(|own| *own == a).count()),
        };
        self.class_names = classes.type_of.iter().enumerate().map(name).collect();
        ids.iter().enumerate().for_each(|(index, id)| self.index_of[*id] = Some(index));
        let dynamics = classes.example.iter().map(|cell| constants[*cell].clone()).collect();
        let delay = self.draw(network);
        self.path = Some(ClassPath { classes, dynamics, mu, delay });
        Ok(())
    }

    /// The classes of all cells that have one, where credit returns over classes.
    pub fn classes(&self) -> Option<&Classes> {
        self.path.as_ref().map(|path| &path.classes)
    }

    /// Sums the weights that stay; returns the mean delay of all recurrent synapses, in whole steps.
    fn draw<R: Real>(&mut self, network: &Network<R>) -> usize {
        let (mut steps, mut synapses) = (0_u64, 0_u64);
        for (index, own) in network.design.projections.iter().enumerate() {
            let (Some(a), Some(b)) = (self.type_of[own.target], self.type_of[own.source]) else { continue };
            let Some(model) = network.design.populations[own.target].neurons() else { continue };
            let Some(placement) = model.info().placement(own.receptor) else { continue };
            let drawn = network.design.synapses(index, &mut |synapse| {
                steps += u64::from(synapse.delay_steps);
                synapses += 1;
                if !own.plastic {
                    let (port, weight) = placement.place(synapse.weight);
                    self.fixed[port][(a, b)] += weight;
                }
            });
            drawn.expect("the network was built of the same synapses");
        }
        let mean = steps.checked_add(synapses / 2).and_then(|sum| sum.checked_div(synapses)).unwrap_or(1);
        usize::try_from(mean.max(1)).unwrap_or(1)
    }

    /// The sums of all weights at the beginning.
    pub fn weights_of<R: Real>(&self, network: &Network<R>) -> [Matrix; 2] {
        let weights: Vec<Vec<Vec<f64>>> = network
            .blocks
            .iter()
            .map(|block| block.plastic.tables.iter().map(|table| table.weights.clone()).collect())
            .collect();
        self.sums(network, weights.iter().map(Vec::as_slice))
    }

    /// The sums of all weights by type, in the order of cells; `weights` are those of the plastic tables of each block.
    pub fn sums<'w, R: Real>(
        &self,
        network: &Network<R>,
        weights: impl Iterator<Item = &'w [Vec<f64>]>,
    ) -> [Matrix; 2] {
        let mut sums = self.fixed.clone();
        if self.path.is_none() {
            return sums;
        }
        let types = self.types;
        for (block, weights) in network.blocks.iter().zip(weights) {
            let mut onto = vec![0.0; 2 * types * block.cells];
            for (table, weights) in block.plastic.tables.iter().zip(weights) {
                let Some(b) = self.type_of[table.source] else { continue };
                for (cell, weight) in table.cells.iter().zip(weights) {
                    onto[(usize::from(*cell) * 2 + table.port) * types + b] += weight;
                }
            }
            for part in &block.parts {
                let Some(a) = self.type_of[part.population] else { continue };
                let own = &onto[2 * types * part.offset..2 * types * (part.offset + part.cells.len())];
                for (row, own) in own.chunks_exact(types).enumerate() {
                    own.iter().enumerate().for_each(|(b, own)| sums[row % 2][(a, b)] += own);
                }
            }
        }
        sums
    }

    /// The nodes of a window with these weights; none where credit does not return.
    pub fn nodes(&self, sums: &[Matrix; 2], kappa: Option<f64>) -> Result<Nodes, LearningError> {
        let Some(path) = &self.path else { return Ok(Nodes::none(self.types)) };
        let mean = |sum: &Matrix| {
            Matrix::from_fn(self.types, self.types, |a, b| sum[(a, b)] / (self.cells[a] * self.cells[b]).max(1.0))
        };
        Ok(Nodes::new(path, &[mean(&sums[0]), mean(&sums[1])], kappa)?)
    }
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
        Some(own) => Ok(dynamics(&own, plan.reset)),
        None => refuse(why_not(name, "")),
    }
}
