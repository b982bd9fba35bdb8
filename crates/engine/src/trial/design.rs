//! From a network that runs free to one that learns, and back.

mod ports;

use super::ResetGradient;
use super::TrialError;
use super::cells::TrialCells;
use crate::slope::SlopeChoice;
use neuropil_core::Distribution;
use neuropil_network::connect::List;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, NeuronModel, model};
use neuropil_network::{Kind, Population, Projection, Property};
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Dynamics, Learner, Matrix, PseudoDerivative, Readout, RuleSettings};

/// What a design does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Teaching {
    /// ψ of spiking cells.
    pub pseudo_derivative: PseudoDerivative,
    /// How the slopes of cells from equations are had, by population; where there is nothing, as their file has them.
    pub slopes: Vec<SlopeChoice>,
    /// Whether gradients follow the reset.
    pub reset: ResetGradient,
    /// The readout, over all cells that are no sources.
    pub readout: Readout,
}

/// A network that learns.
pub struct Trainee {
    /// Its cells: the populations with a state, in the order of the design.
    pub cells: TrialCells,
    /// Its weights. Inputs are the cells that only send; types are `cell_type`, or the population where that is empty.
    pub learner: Learner,
    /// Names of the types.
    pub types: Vec<String>,
    /// Steps from an input to its arrival in a free run. Trials have none: x^t stands for the input so many steps before.
    pub input_delay: u32,
}

/// A network as rules see it, whatever makes its cells do what they do.
pub struct Outline {
    /// Its weights. Inputs are the cells that only send; types are `cell_type`, or the population where that is empty.
    pub learner: Learner,
    /// Names of the types.
    pub types: Vec<String>,
    /// Steps from an input to its arrival.
    pub input_delay: u32,
}

/// Where populations are among inputs and cells.
struct Places {
    /// First cell or input of each population.
    first: Vec<usize>,
    inputs: usize,
    cells: usize,
}

impl Places {
    fn of(design: &Design<f64>) -> Self {
        let mut places = Self { first: Vec::new(), inputs: 0, cells: 0 };
        for population in &design.populations {
            let count = if population.neurons().is_some() { &mut places.cells } else { &mut places.inputs };
            places.first.push(*count);
            *count += population.cells as usize;
        }
        places
    }
}

fn unfit(what: impl Into<String>) -> TrialError {
    TrialError::Unfit { what: what.into() }
}

impl Trainee {
    /// Draws the synapses of a design. Several synapses of a pair become one, of their summed weight.
    ///
    /// # Errors
    /// What trials do not have: cells without traces, delays that differ, autapses, short-term plasticity, Poisson trains,
    /// currents, initial values.
    pub fn of(design: &Design<f64>, teaching: &Teaching) -> Result<Self, TrialError> {
        refuse(design)?;
        refuse_stateful(design)?;
        let neurons = || design.populations.iter().filter_map(|own| Some((own, own.neurons()?)));
        let copies = neurons().map(|(own, cells)| Ok((copy(own, cells, design)?, own.cells as usize)));
        let cells = TrialCells::new(copies.collect::<Result<_, TrialError>>()?, teaching.pseudo_derivative)?;
        let Outline { learner, types, input_delay } = Outline::of(design, teaching, cells.dynamics(teaching.reset))?;
        Ok(Self { cells, learner, types, input_delay })
    }

    /// The same populations with the weights of `learner`, to run free: every synapse that exists is listed.
    pub fn release(&self, mut design: Design<f64>, learner: &Learner) -> Design<f64> {
        let places = Places::of(&design);
        let dt_ms = design.clock.dt_ms();
        let mut projections = Vec::new();
        for (source, pre) in design.populations.iter().enumerate() {
            for (target, post) in design.populations.iter().enumerate().filter(|(_, post)| post.neurons().is_some()) {
                let recurrent = pre.neurons().is_some();
                let (weights, delay) = match recurrent {
                    true => (&learner.w_rec, learner.delay as f64),
                    false => (&learner.w_in, f64::from(self.input_delay)),
                };
                let (mut sources, mut targets, mut values) = (Vec::new(), Vec::new(), Vec::new());
                for (q, p) in (0..pre.cells).flat_map(|q| (0..post.cells).map(move |p| (q, p))) {
                    let place = (places.first[target] + p as usize, places.first[source] + q as usize);
                    let exists = if recurrent { learner.exists(place.0, place.1) } else { weights[place] != 0.0 };
                    if exists {
                        sources.push(q);
                        targets.push(p);
                        values.push(weights[place]);
                    }
                }
                if !values.is_empty() {
                    projections.push(Projection {
                        name: format!("{}_to_{}", pre.name, post.name),
                        source,
                        target,
                        from: None,
                        to: None,
                        connector: Box::new(List::new(sources, &targets)),
                        autapses: learner.autapses,
                        multapses: false,
                        weight: Property::List(values),
                        delay_ms: Property::Drawn(Distribution::constant(delay * dt_ms)),
                        receptor: None,
                        synapse: None,
                        plastic: false,
                        third_factors: Vec::new(),
                        stream: None,
                    });
                }
            }
        }
        design.projections = projections;
        design
    }
}

impl Outline {
    /// Draws the synapses of a design, onto cells with the given constants. Several synapses of a pair become one, of their
    /// summed weight. Poisson trains, currents and initial values do no harm.
    ///
    /// # Errors
    /// Delays that differ, autapses, short-term plasticity, synapses of a pair onto several ports.
    pub(crate) fn of(design: &Design<f64>, teaching: &Teaching, dynamics: Vec<Dynamics>) -> Result<Self, TrialError> {
        refuse_stateful(design)?;
        let neurons = || design.populations.iter().filter_map(|own| Some((own, own.neurons()?)));
        let mut types: Vec<String> = Vec::new();
        let mut type_id = Vec::new();
        for (own, _) in neurons() {
            let name = if own.cell_type.is_empty() { &own.name } else { &own.cell_type };
            let id = types.iter().position(|known| known == name).unwrap_or(types.len());
            if id == types.len() {
                types.push(name.clone());
            }
            type_id.extend(std::iter::repeat_n(id, own.cells as usize));
        }
        let places = Places::of(design);
        let synapses = Synapses::drawn(design, &places)?;
        let sign = neurons().flat_map(|(own, _)| std::iter::repeat_n(own.sign.number(), own.cells as usize));
        let mut learner = Learner {
            dynamics,
            type_id,
            w_in: synapses.input,
            w_rec: synapses.recurrent,
            mask: Some(synapses.mask),
            sign: sign.collect(),
            receptors: None,
            delay: synapses.delays[0].unwrap_or(1) as usize,
            readout: teaching.readout.clone(),
            feedback: None,
            mu: Vec::new(),
            lags: 1,
            damping: 1.0,
            cascade: None,
            rules: RuleSettings::default(),
            shape: TapShape::default(),
            autapses: false,
        };
        if neurons().any(|(_, model)| model.is_written()) {
            learner.receptors = Some(ports::named(design, &places.first, &learner)?);
        }
        learner.check()?;
        Ok(Self { learner, types, input_delay: synapses.delays[1].unwrap_or(1) })
    }
}

fn refuse(design: &Design<f64>) -> Result<(), TrialError> {
    if !design.poisson.is_empty() || !design.currents.is_empty() {
        return Err(unfit(
            "Poisson trains and currents onto cells; trials take inputs from populations that only send",
        ));
    }
    match design.populations.iter().find(|own| !own.initial.is_empty()) {
        Some(own) => Err(unfit(format!("initial values of population {}; trials start from rest", own.name))),
        None => Ok(()),
    }
}

fn refuse_stateful(design: &Design<f64>) -> Result<(), TrialError> {
    match design.synapse_models().next() {
        Some((index, model)) => {
            Err(unfit(format!("{} of projection {}", model.info().title, design.projections[index].name)))
        }
        None => Ok(()),
    }
}

/// The same cells once more.
fn copy(
    own: &Population<f64>,
    cells: &dyn NeuronModel<f64>,
    design: &Design<f64>,
) -> Result<Box<dyn NeuronModel<f64>>, TrialError> {
    let entry = (!cells.is_written()).then(|| model(cells.info().name)).flatten().ok_or_else(|| {
        let name = &own.name;
        unfit(format!(
            "cells of a file (population {name}); those learn in tasks, while a network runs, and from recordings"
        ))
    })?;
    let rows: Vec<Vec<f64>> = (0..own.cells as usize).map(|cell| cells.parameters(cell)).collect();
    let column = |index: usize| Column::PerCell(rows.iter().map(|row| row[index]).collect());
    let columns: Vec<Column> = (0..cells.info().parameters.len()).map(column).collect();
    entry
        .build_shaped(cells.info(), &columns, own.cells as usize, design.clock)
        .map_err(|_| unfit(format!("the cells of {}", own.name)))
}

/// Dense weights of a design.
struct Synapses {
    recurrent: Matrix,
    mask: Matrix,
    input: Matrix,
    /// The one delay of recurrent synapses, and of those of inputs.
    delays: [Option<u32>; 2],
}

impl Synapses {
    fn drawn(design: &Design<f64>, places: &Places) -> Result<Self, TrialError> {
        let square = || Matrix::zeros(places.cells, places.cells);
        let input = Matrix::zeros(places.cells, places.inputs);
        let mut found = Self { recurrent: square(), mask: square(), input, delays: [None; 2] };
        let mut fault = None;
        for (index, projection) in design.projections.iter().enumerate() {
            let Kind::Neurons(_) = &design.populations[projection.target].kind else {
                return Err(unfit(format!("projection {} onto cells that only send", projection.name)));
            };
            let from_cells = design.populations[projection.source].neurons().is_some();
            let visited = design.synapses(index, &mut |synapse| {
                let post = places.first[projection.target] + synapse.target as usize;
                let pre = places.first[projection.source] + synapse.source as usize;
                let known = found.delays[usize::from(!from_cells)].get_or_insert(synapse.delay_steps);
                if *known != synapse.delay_steps {
                    let (known, other) = (*known, synapse.delay_steps);
                    fault.get_or_insert(unfit(format!(
                        "delays of {known} and {other} steps (projection {}); trials have one",
                        projection.name
                    )));
                } else if from_cells && post == pre {
                    fault.get_or_insert(unfit(format!("an autapse of projection {}", projection.name)));
                } else if from_cells {
                    found.recurrent[(post, pre)] += synapse.weight;
                    found.mask[(post, pre)] = 1.0;
                } else {
                    found.input[(post, pre)] += synapse.weight;
                }
            });
            visited.map_err(|reason| unfit(reason.to_string()))?;
            if let Some(fault) = fault {
                return Err(fault);
            }
        }
        Ok(found)
    }
}
