//! Cells from equations that learn: their derivative at every step, written down for the rules.

use super::ResetGradient;
use neuropil_core::Real;
use neuropil_network::neuron::{
    Derivative, DerivativeFrame, ModelInfo, NeuronModel, Quantity, SignRule, Source, SpikeLevel, State,
};
use neuropil_plasticity::cell::recorded::{MOST_STATES, Number, Part, Pattern};
use neuropil_plasticity::cell::{LocalStep, Recorded};
use neuropil_plasticity::tape::Records;
use neuropil_plasticity::{Dynamics, PseudoDerivative};
use std::ops::Range;
use std::sync::Arc;

/// Cells of one model.
pub(crate) struct Derived {
    derivative: Derivative,
    pattern: Arc<Pattern>,
    /// Constants of each cell.
    fixed: Vec<Arc<[f64]>>,
    /// Numbers of each at its start.
    start: Vec<Vec<f64>>,
    levels: Vec<SpikeLevel>,
    /// ψ of a graded cell: dz/dx of the one variable that it depends on; of more, c has the slopes.
    graded: Option<Number>,
    channels: Vec<Channel>,
    shape: PseudoDerivative,
    cells: Range<usize>,
}

/// A channel of arrivals: a port, and what a weight is multiplied by on its way into it.
struct Channel {
    port: usize,
    sign: f64,
}

/// Where the cells of a group, or of a part of a block, are.
pub(crate) struct Tested {
    /// The planes of the state at the test of the step before.
    pub planes: Vec<Vec<f64>>,
    /// What arrives at each port.
    pub arrivals: Vec<Vec<f64>>,
    /// Of cells that are told where they spike: 1 for those that did at the test before. Empty of others.
    pub told: Vec<f64>,
    fired: Vec<u8>,
}

/// Which cells and trials numbers are of, and of which step, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub first_cell: usize,
    pub trials: usize,
    pub step: u64,
}

impl Derived {
    /// Of the cells at `cells` of all of a trial, whose synapses reach ports by the signs of their weights.
    pub fn new(
        derivative: Derivative,
        model: &dyn NeuronModel<f64>,
        (shape, cells): (PseudoDerivative, Range<usize>),
    ) -> Result<Self, String> {
        let channels = channels_of_signs(model.info())?;
        Self::of_channels(derivative, |cells| model.rest(cells, 1), channels, (shape, cells))
    }

    /// Of all cells of a population of a network, with a channel a port; what arrives there is told as ports see it.
    pub fn of_ports<R: Real>(
        derivative: Derivative,
        model: &dyn NeuronModel<R>,
        (shape, cells): (PseudoDerivative, usize),
    ) -> Result<Self, String> {
        let channels = (0..model.info().ports.len()).map(|port| Channel { port, sign: 1.0 }).collect();
        let rest = |cells| {
            let State { variables, counters } = model.rest(cells, 1);
            let plane = |plane: &Vec<R>| plane.iter().map(|value| value.to_f64()).collect();
            State { variables: variables.iter().map(plane).collect(), counters }
        };
        Self::of_channels(derivative, rest, channels, (shape, 0..cells))
    }

    fn of_channels(
        derivative: Derivative,
        rest: impl Fn(Range<usize>) -> State<f64>,
        channels: Vec<Channel>,
        (shape, cells): (PseudoDerivative, Range<usize>),
    ) -> Result<Self, String> {
        if derivative.variables().len() > MOST_STATES {
            let found = derivative.variables().len();
            return Err(format!("it has {found} variables that evolve, at most {MOST_STATES} are possible"));
        }
        let count = cells.len();
        let mut own = Self {
            pattern: Arc::new(Pattern::new([0, 0], Vec::new(), Number::Fixed(0), 0)),
            fixed: (0..count).map(|cell| derivative.fixed(cell).into()).collect(),
            start: Vec::new(),
            levels: (0..count).map(|cell| derivative.spike_level(cell)).collect(),
            graded: None,
            channels,
            shape,
            cells,
            derivative,
        };
        own.pattern = Arc::new(own.patterned());
        own.start = own.started(&rest(0..count));
        Ok(own)
    }

    /// Channels of arrivals.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The entries of the derivative as rules have them; numbers of signs and units are added to those that never change.
    fn patterned(&mut self) -> Pattern {
        let number = |source: Source| match source {
            Source::Fixed(place) => Number::Fixed(place),
            Source::Output(place) => Number::Recorded(place),
        };
        let mut entries = Vec::new();
        let seen = self.derivative.entries().iter().filter(|own| matches!(own.quantity, Quantity::Seen { .. }));
        let single = seen.count() == 1;
        let one = self.fixed.first().map_or(0, |own| own.len());
        for own in self.derivative.entries() {
            let found = number(own.source);
            match own.quantity {
                Quantity::Transition { to, from } => entries.push((Part::Transition { to, from }, found)),
                Quantity::Jump { to, jump } => {
                    let part = Part::Jump { to, membrane: jump.membrane, constant: jump.constant };
                    entries.push((part, found));
                }
                Quantity::Arrival { to, port } => {
                    let channels = self.channels.iter().enumerate().filter(|(_, own)| own.port == port);
                    entries.extend(channels.map(|(channel, _)| (Part::Arrival { to, port: channel }, found)));
                }
                Quantity::Seen { from } if self.derivative.is_graded() && single => {
                    self.graded = Some(found);
                    entries.push((Part::Seen { from }, Number::Fixed(one)));
                }
                Quantity::Seen { from } => entries.push((Part::Seen { from }, found)),
            }
        }
        for fixed in &mut self.fixed {
            *fixed = fixed.iter().copied().chain([1.0]).collect();
        }
        let gate = number(self.derivative.gate());
        let sizes = [self.derivative.variables().len(), self.channels.len()];
        Pattern::new(sizes, entries, gate, self.derivative.outputs())
    }

    /// The numbers of a step of each cell from its start, to which nothing arrives.
    fn started(&self, rest: &State<f64>) -> Vec<Vec<f64>> {
        let count = self.cells.len();
        let mut tested = Tested::at(self, rest.variables[..self.derivative.planes()].to_vec());
        let mut numbers = vec![0.0; self.derivative.outputs() * count];
        self.differentiate(&mut tested, &mut numbers, &[], Stretch { first_cell: 0, trials: 1, step: 1 });
        let of = |cell: usize| numbers.iter().skip(cell).step_by(count.max(1)).copied().collect();
        (0..count).map(of).collect()
    }

    /// The constants of each cell.
    pub fn dynamics(&self, cells: usize, reset: ResetGradient) -> Vec<Dynamics> {
        let attached = reset == ResetGradient::Attached;
        let linear = self.derivative.is_linear();
        let own = |cell: usize| {
            let (pattern, fixed) = (self.pattern.clone(), self.fixed[cell].clone());
            Dynamics::Recorded(Recorded::new(pattern, fixed, &self.start[cell], attached, linear))
        };
        (0..cells).map(own).collect()
    }

    /// What is to be said of the slope of its spike.
    pub fn note(&self, model: &str) -> Option<String> {
        let level = self.levels.first().filter(|_| self.derivative.is_runaway())?;
        let limit = self.derivative.limit().map_or(String::new(), |limit| {
            format!("; derivatives of the state are bounded by {limit}, since the reset erases what would come of larger ones")
        });
        let near = self.derivative.near_rest().map_or(String::new(), |other| {
            format!(", which is near its rest, where cells that hardly move pass credit; {other} in `cells` has it at the peak")
        });
        Some(format!(
            "`{model}` runs away by itself before it fires, so that its spike has no slope where it is tested: the slope is \
             where that begins, at {:.4}, {} wide{near}{limit}",
            level.threshold, level.width
        ))
    }

    /// Takes what arrives at its cells in a step, `[channel][cell, trial]` of all cells: inhibitory ports are given sizes.
    pub fn arrive(&self, tested: &mut Tested, planes: &mut [Vec<f64>], trials: usize) {
        let range = self.cells.start * trials..self.cells.end * trials;
        tested.arrivals.iter_mut().for_each(|own| own.fill(0.0));
        for (plane, Channel { port, sign }) in planes.iter_mut().zip(&self.channels) {
            let arriving = &mut plane[range.clone()];
            for (own, arriving) in tested.arrivals[*port].iter_mut().zip(arriving) {
                *own += sign * std::mem::take(arriving);
            }
        }
    }

    /// Writes the derivative of a step down, `[number][cell, trial]`; `currents` are one a continuous port, or none. Tells
    /// whether all is finite.
    pub fn differentiate(
        &self,
        tested: &mut Tested,
        numbers: &mut [f64],
        currents: &[&[f64]],
        Stretch { first_cell, trials, step }: Stretch,
    ) -> bool {
        let size = tested.fired.len();
        if size == 0 {
            return true;
        }
        let state = tested.planes.iter_mut().map(Vec::as_mut_slice);
        let mut planes: Vec<&mut [f64]> = state.chain(numbers.chunks_exact_mut(size)).collect();
        // The cells themselves take the arrivals.
        let mut arrivals = tested.arrivals.clone();
        let mut told = tested.told.clone();
        let planes_of_told = std::iter::once(&mut told).filter(|own| !own.is_empty());
        self.derivative.advance(&mut DerivativeFrame {
            planes: &mut planes,
            arrivals: &mut arrivals.iter_mut().chain(planes_of_told).map(Vec::as_mut_slice).collect::<Vec<_>>(),
            currents,
            fired: &mut tested.fired,
            first_cell,
            lanes: trials,
            step,
        })
    }

    /// ψ of a step, of what was written down.
    pub fn slopes(&self, numbers: &[f64], Stretch { first_cell, trials, .. }: Stretch, psi: &mut [f64]) {
        let size = psi.len();
        let (gate, distance) = (self.pattern.gate, self.derivative.distance());
        for (place, psi) in psi.iter_mut().enumerate() {
            let cell = first_cell + place / trials;
            let value = |number: Number| match number {
                Number::Fixed(own) => self.fixed[cell][own],
                Number::Recorded(own) => numbers[own * size + place],
            };
            let distance = match distance {
                Source::Fixed(own) => self.fixed[cell][own],
                Source::Output(own) => numbers[own * size + place],
            };
            let level = self.levels[cell];
            *psi = match self.graded {
                Some(own) => value(own),
                None if self.derivative.is_graded() => 1.0,
                None if value(gate) == 0.0 => 0.0,
                None => self.shape.slope(distance - level.threshold, level.width),
            };
        }
    }

    /// Numbers of a step.
    pub fn recorded(&self) -> usize {
        self.pattern.recorded
    }

    /// Planes of the state.
    pub fn planes(&self) -> usize {
        self.derivative.planes()
    }

    /// The numbers of a step of a cell at its start.
    pub fn start(&self, cell: usize) -> &[f64] {
        &self.start[cell]
    }

    /// Which number of a step is not finite, of which cell and trial of `size`, and what it is.
    pub fn not_finite(numbers: &[f64], size: usize) -> Option<(usize, usize, f64)> {
        let found = numbers.iter().position(|value| !value.is_finite())?;
        Some((found / size, found % size, numbers[found]))
    }

    /// What one of the numbers of a step is, for messages.
    pub fn named(&self, number: usize) -> String {
        let name = |variable: usize| self.derivative.name(self.derivative.variables()[variable]);
        let own = self.derivative.entries().iter().find(|own| own.source == Source::Output(number));
        match own.map(|own| own.quantity) {
            Some(Quantity::Transition { to, from }) => format!("the derivative of {} by {}", name(to), name(from)),
            Some(Quantity::Jump { to, .. }) => format!("the derivative of {} by a spike", name(to)),
            Some(Quantity::Arrival { to, .. }) => format!("the derivative of {} by what arrives", name(to)),
            Some(Quantity::Seen { from }) => format!("the derivative of what is tested by {}", name(from)),
            None => "what is tested".into(),
        }
    }
}

impl Tested {
    /// The start of a group.
    pub fn rested(own: &Derived, state: &State<f64>) -> Self {
        Self::at(own, state.variables[..own.derivative.planes()].to_vec())
    }

    /// Cells whose planes of the state are given.
    pub fn at(own: &Derived, planes: Vec<Vec<f64>>) -> Self {
        let size = planes.first().map_or(0, Vec::len);
        let ports = own.derivative.model().spike_ports.len();
        let told = vec![0.0; if own.derivative.is_told() { size } else { 0 }];
        Self { planes, arrivals: vec![vec![0.0; size]; ports], told, fired: vec![0; size] }
    }

    /// What arrives at each port.
    pub fn arrivals(&mut self) -> &mut [Vec<f64>] {
        &mut self.arrivals
    }
}

/// The port of weights that are not negative, and of those that are: one or two channels.
fn channels_of_signs(info: &ModelInfo) -> Result<Vec<Channel>, String> {
    let placement = info.placement(None).ok_or_else(|| {
        let ports = info.port_names();
        format!("its synapses must name one of its ports ({ports}), which those of trials cannot do")
    })?;
    if placement.sign() != SignRule::Any {
        return Err(format!(
            "its only port takes weights {}, and those of trials are of both signs",
            placement.sign().expected()
        ));
    }
    let [positive, negative] = [1.0, -1.0].map(|weight| {
        let (port, seen) = placement.place(weight);
        Channel { port, sign: if seen == weight { 1.0 } else { -1.0 } }
    });
    let one = positive.port == negative.port && positive.sign == negative.sign;
    Ok(if one { vec![positive] } else { vec![positive, negative] })
}

/// Planes of what the cells of a learner write down.
pub(super) fn records(
    dynamics: &[Dynamics],
    parts: impl Iterator<Item = Range<usize>>,
    plane: impl Fn(usize) -> neuropil_plasticity::Plane,
) -> Vec<Records> {
    let wanted = parts.filter(|cells| cells.clone().any(|cell| dynamics[cell].recorded() > 0));
    wanted.map(|cells| Records { numbers: plane(dynamics[cells.start].recorded() * cells.len()), cells }).collect()
}
