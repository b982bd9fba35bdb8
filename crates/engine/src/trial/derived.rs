//! Cells from equations in trials: their derivative at every step, written down for the rules.

use super::reset::ResetGradient;
use neuropil_network::neuron::{
    Derivative, DerivativeFrame, NeuronModel, Placement, Quantity, SignRule, Source, SpikeLevel, State,
};
use neuropil_plasticity::cell::recorded::{MOST_STATES, Number, Part, Pattern};
use neuropil_plasticity::cell::{LocalStep, Recorded};
use neuropil_plasticity::tape::Records;
use neuropil_plasticity::{Dynamics, PseudoDerivative};
use std::ops::Range;
use std::sync::Arc;

/// Cells of one model.
pub(super) struct Derived {
    derivative: Derivative,
    pattern: Arc<Pattern>,
    /// Constants of each cell.
    fixed: Vec<Arc<[f64]>>,
    /// Numbers of each at its start.
    start: Vec<Vec<f64>>,
    levels: Vec<SpikeLevel>,
    /// ψ of a graded cell: dz/dx of the one variable that it depends on; of more, c has the slopes.
    graded: Option<Number>,
    placement: Placement,
    shape: PseudoDerivative,
    cells: Range<usize>,
}

/// Where the cells of a group are.
pub(super) struct Tested {
    /// The planes of the state at the test of the step before.
    planes: Vec<Vec<f64>>,
    /// What arrives at each port.
    arrivals: Vec<Vec<f64>>,
    fired: Vec<u8>,
}

impl Derived {
    /// Of the cells at `cells` of all.
    pub fn new(
        derivative: Derivative,
        model: &dyn NeuronModel<f64>,
        (shape, cells): (PseudoDerivative, Range<usize>),
    ) -> Result<Self, String> {
        let info = model.info();
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
        if derivative.variables().len() > MOST_STATES {
            let found = derivative.variables().len();
            return Err(format!("it has {found} variables that evolve, at most {MOST_STATES} are possible"));
        }
        let count = cells.len();
        let mut own = Self {
            pattern: Arc::new(Pattern {
                states: derivative.variables().len(),
                ports: 0,
                entries: Vec::new(),
                gate: Number::Fixed(0),
                recorded: derivative.outputs(),
            }),
            fixed: (0..count).map(|cell| derivative.fixed(cell).into()).collect(),
            start: Vec::new(),
            levels: (0..count).map(|cell| derivative.spike_level(cell)).collect(),
            graded: None,
            placement,
            shape,
            cells,
            derivative,
        };
        own.pattern = Arc::new(own.patterned());
        own.start = own.started(model);
        Ok(own)
    }

    /// The port of weights that are not negative, and of those that are: one or two channels.
    fn ports(&self) -> Vec<(usize, f64)> {
        let [positive, negative] = [1.0, -1.0].map(|weight| {
            let (port, seen) = self.placement.place(weight);
            (port, if seen == weight { 1.0 } else { -1.0 })
        });
        if positive == negative { vec![positive] } else { vec![positive, negative] }
    }

    /// Channels of arrivals.
    pub fn channels(&self) -> usize {
        self.pattern.ports
    }

    /// The entries of the derivative as rules have them; numbers of signs and units are added to those that never change.
    fn patterned(&mut self) -> Pattern {
        let number = |source: Source| match source {
            Source::Fixed(place) => Number::Fixed(place),
            Source::Output(place) => Number::Recorded(place),
        };
        let ports = self.ports();
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
                    let channels = ports.iter().enumerate().filter(|(_, (own, _))| *own == port);
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
        Pattern {
            states: self.derivative.variables().len(),
            ports: ports.len(),
            entries,
            gate,
            recorded: self.derivative.outputs(),
        }
    }

    /// The numbers of a step of each cell from its start, to which nothing arrives.
    fn started(&self, model: &dyn NeuronModel<f64>) -> Vec<Vec<f64>> {
        let count = self.cells.len();
        let mut tested = Tested::rested(self, &model.rest(0..count, 1), 1);
        let mut numbers = vec![0.0; self.derivative.outputs() * count];
        self.differentiate(&mut tested, &mut numbers, (1, 0));
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
        Some(format!(
            "`{model}` runs away by itself before it fires, so that its spike has no slope where it is tested: the slope is \
             where that begins, at {:.4}, {} wide{limit}",
            level.threshold, level.width
        ))
    }

    /// Takes what arrives at its cells in a step, `[channel][cell, trial]` of all cells: inhibitory ports are given sizes.
    pub fn arrive(&self, tested: &mut Tested, planes: &mut [Vec<f64>], trials: usize) {
        let range = self.cells.start * trials..self.cells.end * trials;
        tested.arrivals.iter_mut().for_each(|own| own.fill(0.0));
        for (plane, (port, sign)) in planes.iter_mut().zip(self.ports()) {
            let arriving = &mut plane[range.clone()];
            for (own, arriving) in tested.arrivals[port].iter_mut().zip(arriving) {
                *own += sign * std::mem::take(arriving);
            }
        }
    }

    /// Writes the derivative of a step down, `[number][cell, trial]`; `step` counts from 1. Tells whether all is finite.
    pub fn differentiate(&self, tested: &mut Tested, numbers: &mut [f64], (trials, step): (usize, usize)) -> bool {
        let size = self.cells.len() * trials;
        if size == 0 {
            return true;
        }
        let state = tested.planes.iter_mut().map(Vec::as_mut_slice);
        let mut planes: Vec<&mut [f64]> = state.chain(numbers.chunks_exact_mut(size)).collect();
        // The cells themselves take the arrivals.
        let mut arrivals = tested.arrivals.clone();
        self.derivative.advance(&mut DerivativeFrame {
            planes: &mut planes,
            arrivals: &mut arrivals.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            currents: &[],
            fired: &mut tested.fired,
            first_cell: 0,
            lanes: trials,
            step: step as u64 + 1,
        })
    }

    /// ψ of a step, of what was written down.
    pub fn slopes(&self, numbers: &[f64], trials: usize, psi: &mut [f64]) {
        let size = self.cells.len() * trials;
        let (gate, distance) = (self.pattern.gate, self.derivative.distance());
        for (place, psi) in psi.iter_mut().enumerate() {
            let cell = place / trials;
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

    /// The place of cell and trial, and what is not finite of a step.
    pub fn not_finite(&self, numbers: &[f64], trials: usize) -> Option<(usize, usize, f64)> {
        let size = (self.cells.len() * trials).max(1);
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
    pub fn rested(own: &Derived, state: &State<f64>, trials: usize) -> Self {
        let size = own.cells.len() * trials;
        let ports = own.derivative.model().spike_ports.len();
        Self {
            planes: state.variables[..own.derivative.planes()].to_vec(),
            arrivals: vec![vec![0.0; size]; ports],
            fired: vec![0; size],
        }
    }

    /// What arrives at each port.
    pub fn arrivals(&mut self) -> &mut [Vec<f64>] {
        &mut self.arrivals
    }
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
