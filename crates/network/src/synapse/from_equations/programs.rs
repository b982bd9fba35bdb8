//! The events of a model, compiled for one set of parameters.

use neuropil_core::{Distribution, StreamKey};
use neuropil_equations::machine::Single;
use neuropil_equations::machine::lanes::{Bank, Program};
use neuropil_equations::synapse::{Event, Hears, Keep, Synapse};

/// The events of a model, compiled; immutable.
#[derive(Debug)]
pub(super) struct Programs {
    /// A presynaptic spike, of what the presynaptic side keeps: before it, then after it.
    pub row: Program,
    /// A postsynaptic spike, of what the receiving cell keeps, likewise.
    pub cell: Program,
    /// A presynaptic spike at a synapse.
    pub pre: Program,
    /// The variables of the synapse that it changes.
    pub pre_writes: Vec<usize>,
    /// A postsynaptic spike at a synapse.
    pub post: Program,
    /// The variables of the synapse that it changes.
    pub post_writes: Vec<usize>,
    /// A spike of other cells at a synapse, by their ports: the program, and the variables that it changes.
    pub others: Vec<(Program, Vec<usize>)>,
    /// A step at a synapse that is advanced in every step, and one in which nothing of its cell has come to it yet: the programs, and the
    /// variables that they change.
    pub steps: Option<[(Program, Vec<usize>); 2]>,
    /// Start values that differ from synapse to synapse: the program, and the variables.
    pub starts_by_synapse: Option<(Program, Vec<usize>)>,
    /// Parameters that are drawn for each synapse, coherent.
    pub drawn: Vec<Drawn>,
    /// The weight some time after the last event, where it moves between events.
    pub weight_later: Option<Program>,
    /// What the presynaptic side becomes, and the factor on the weight.
    pub factor: Option<Program>,
    /// Whether the weight after a presynaptic spike is what is transmitted; else it is the last output of `pre`.
    pub sends_weight: bool,
    /// The place of the weight among the variables of a synapse, where it changes.
    pub weight: Option<usize>,
    /// Start values of what each keeps.
    pub starts: Starts,
    /// Whether presynaptic spikes come before postsynaptic ones of the same time.
    pub pre_first: bool,
    /// Whether a postsynaptic spike of the receiving cell is heard at all.
    pub hears_post: bool,
    /// Which continuous ports are variables of the receiving cell.
    pub watched: Vec<bool>,
    /// Random numbers.
    pub key: StreamKey,
    /// How many calls draw.
    pub sites: u32,
}

/// A parameter that is drawn for each synapse.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// Its number among all parameters.
    pub parameter: u32,
    /// What it is drawn from, in its unit.
    pub distribution: Distribution,
    /// The size of its unit.
    pub factor: f64,
}

/// Draws of parameters are those of steps that no event has, from this one on.
const FIRST_DRAW: u64 = 1 << 63;

impl Drawn {
    /// The value of a synapse, by its number in the projection.
    fn of(&self, key: StreamKey, synapse: u32) -> f64 {
        self.factor * self.distribution.draw(&mut key.at(synapse, FIRST_DRAW + u64::from(self.parameter)))
    }
}

/// How many programs every model has; those of other cells' spikes are numbered behind them.
const FIXED: usize = 9;

/// Start values.
#[derive(Debug)]
pub(super) struct Starts {
    pub own: Vec<f64>,
    pub pre: Vec<f64>,
    pub post: Vec<f64>,
}

impl Programs {
    pub fn new(synapse: &Synapse, numbers: &Single, dt_ms: f64, (key, drawn): (StreamKey, Vec<Drawn>)) -> Self {
        let events = &synapse.events;
        let program = |number: usize, roots: &[_]| {
            Program::new(&events.graph, &events.definitions, roots, (&numbers.parameters, dt_ms)).numbered(number)
        };
        let (pre, post) = (program(0, &events.pre.roots), program(1, &events.post.roots));
        let others = (FIXED..).zip(&events.others);
        let others = others.map(|(number, (_, own))| (program(number, &own.roots), own.writes.clone())).collect();
        let starts = |keep| synapse.starts(keep, &numbers.starts);
        let step = |number: usize, own: &Event| (program(number, &own.roots), own.writes.clone());
        Self {
            row: program(2, &events.row),
            cell: program(3, &events.cell),
            pre,
            pre_writes: events.pre.writes.clone(),
            post,
            post_writes: events.post.writes.clone(),
            others,
            factor: events.factor.as_ref().map(|roots| program(4, roots)),
            weight_later: events.weight_later.as_ref().map(|root| program(5, &[*root])),
            starts_by_synapse: (!events.starts.roots.is_empty())
                .then(|| (program(6, &events.starts.roots), events.starts.writes.clone())),
            steps: synapse.steps.then(|| [step(7, &events.step), step(8, &events.early_step)]),
            drawn,
            sends_weight: events.sends_weight,
            weight: synapse.weight_place(),
            starts: Starts { own: starts(Keep::Own), pre: starts(Keep::Pre), post: starts(Keep::Post) },
            pre_first: synapse.roles.pre_first,
            hears_post: synapse.roles.port(Hears::Post).is_some(),
            watched: synapse.roles.watched.clone(),
            key,
            sites: synapse.cell.random_sites,
        }
    }

    /// Registers for all of them.
    pub fn bank(&self) -> Bank {
        let mut bank = Bank::default();
        let others = self.others.iter().map(|(program, _)| program);
        let own = [&self.row, &self.cell, &self.pre, &self.post].into_iter();
        let starts = self.starts_by_synapse.iter().map(|own| &own.0);
        let steps = self.steps.iter().flatten().map(|own| &own.0);
        let all = own.chain(&self.factor).chain(&self.weight_later).chain(starts).chain(steps).chain(others);
        all.for_each(|program| program.prepare(&mut bank));
        bank
    }

    /// The drawn parameters of synapses, by their numbers in the projection: `[parameter][synapse]`.
    pub fn draw(&self, synapses: &[u32]) -> Vec<Vec<f64>> {
        let each = self.drawn.iter();
        each.map(|own| synapses.iter().map(|synapse| own.of(self.key, *synapse)).collect()).collect()
    }

    /// Whether anything but presynaptic spikes does something at synapses.
    pub fn meets(&self) -> bool {
        self.steps.is_some() || !self.post.is_empty() || self.others.iter().any(|(program, _)| !program.is_empty())
    }

    /// Whether ports are variables of the receiving cell.
    pub fn watches(&self) -> bool {
        self.watched.contains(&true)
    }

    /// The place among those of a continuous port.
    pub fn watched_port(&self, port: u32) -> usize {
        self.watched[..port as usize].iter().filter(|watched| **watched).count()
    }

    /// How many numbers a receiving cell keeps of each of its spikes, before it or after it; one that is watched keeps them of each step.
    pub fn kept_of_spikes(&self) -> usize {
        if self.watches() { 0 } else { self.starts.post.len() }
    }

    /// How many numbers a synapse keeps beside its weight.
    pub fn own_beside_weight(&self) -> usize {
        self.starts.own.len() - usize::from(self.weight.is_some())
    }
}
