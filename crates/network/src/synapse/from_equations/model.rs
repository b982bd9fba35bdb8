//! A model of a file with its parameters, as the synapses of a projection.

use super::described::described;
use super::programs::{Drawn, Programs};
use super::rows::EquationRows;
use super::sender;
use crate::delivery::PlasticTable;
use crate::neuron::interned;
use crate::synapse::equations::SynapseInfo;
use crate::synapse::model::{SenderModel, Sent, SynapseModel};
use crate::synapse::state::SenderState;
use crate::synapse::third_factor::Port;
use crate::synapse::timing::{Seat, TimedSynapses, TimingModel, Widths, reach, settle_steps, too_short};
use neuropil_core::{Clock, Distribution, StreamKey};
use neuropil_equations::graph::Node;
use neuropil_equations::machine::lanes::Bank;
use neuropil_equations::machine::{Single, single};
use neuropil_equations::synapse::{Keep, Synapse, Weight};
use std::sync::{Arc, Mutex, PoisonError};

/// What a projection says of a model of a file.
#[derive(Debug, Clone)]
pub struct Given {
    /// One entry a parameter, in its unit; `None` takes the file's value.
    pub parameters: Vec<Option<f64>>,
    /// What parameters are drawn from for each synapse, in their unit: one a parameter that the synapse was told to be so, in their order.
    pub drawn: Vec<Distribution>,
    /// The part of the delay that lies before the synapse, ms.
    pub axonal_delay_ms: f64,
    /// How long ago ports look that are variables of the receiving cell, steps; one each, in their order.
    pub earlier_steps: Vec<u64>,
}

/// How long the steps of cells that are watched are remembered, beside the way to their synapses, ms.
const SETTLE_WATCHED_MS: f64 = 10.0;

/// Why the synapses of a projection cannot be as they are asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadSynapse {
    /// A guard of the file does not hold.
    #[error("{of} = {value}: {rule}")]
    Guard {
        /// What it is written behind.
        of: String,
        /// The value of that, in its unit.
        value: f64,
        /// What does not hold.
        rule: String,
    },
    /// A parameter, a start value or what is computed of parameters is no finite number.
    #[error("{of} = {value}, must be finite")]
    NotFinite {
        /// The variable.
        of: String,
        /// What was computed.
        value: f64,
    },
}

/// Synapses of a model of a file, all of the same parameters; immutable.
pub struct EquationSynapse {
    synapse: Arc<Synapse>,
    info: &'static SynapseInfo,
    numbers: Single,
    axonal_delay_ms: f64,
    earlier_steps: Vec<u64>,
    programs: Arc<Programs>,
    ports: Vec<Port>,
    /// Registers that were used, to be used again.
    banks: Mutex<Vec<Bank>>,
}

impl EquationSynapse {
    /// What the model is, in the words of all models; `dt_ms` is the step.
    pub fn info_of(synapse: &Synapse, dt_ms: f64) -> &'static SynapseInfo {
        described(synapse, dt_ms)
    }

    /// What the synapses hear beside the spikes of their two cells: ports of other cells, then a level, then variables of the receiving cell.
    pub fn ports_of(synapse: &Synapse) -> Vec<Port> {
        let (cell, doc) = (&synapse.cell, "of the file");
        let spikes = synapse.roles.others().map(|port| &cell.spike_ports[port as usize].name);
        let spikes =
            spikes.map(|name| Port { name: interned(&name.text), doc, spikes: true, levels: false, watches: false });
        let continuous = |watches: bool| {
            let own = cell.input_ports.iter().zip(&synapse.roles.watched).filter(move |own| *own.1 == watches);
            own.map(move |(port, _)| Port {
                name: interned(&port.name.text),
                doc,
                spikes: false,
                levels: !watches,
                watches,
            })
        };
        spikes.chain(continuous(false)).chain(continuous(true)).collect()
    }

    /// What is wrong with parameters, whatever the weights are; `dt_ms` is the step.
    pub fn faults(synapse: &Synapse, given: &Given, dt_ms: f64) -> Vec<BadSynapse> {
        let (cell, numbers) = (&synapse.cell, numbers(synapse, given, dt_ms));
        let parameters = cell.parameters.iter().map(|own| &own.name).zip(&numbers.parameters);
        let states = cell.states.iter().map(|own| &own.name).zip(&numbers.starts);
        let bad = |(name, value): (&neuropil_equations::ir::Name, &f64)| {
            let of = name.text.clone();
            // A bound may be infinite, as `V_max = inf`; nothing may be no number.
            value.is_nan().then_some(BadSynapse::NotFinite { of, value: *value })
        };
        let mut faults: Vec<BadSynapse> = parameters.chain(states).filter_map(bad).collect();
        faults.extend(broken_guard(synapse, &numbers, None));
        if faults.is_empty() {
            faults.extend(endless_internal(synapse, &numbers));
        }
        faults
    }

    /// The synapses; `key` is their projection's stream of random numbers.
    pub fn new(synapse: Arc<Synapse>, given: &Given, clock: Clock, key: StreamKey) -> Self {
        let numbers = numbers(&synapse, given, clock.dt_ms());
        let drawn = synapse.roles.drawn.iter().zip(&given.drawn).map(|(parameter, distribution)| Drawn {
            parameter: *parameter,
            distribution: *distribution,
            factor: synapse.cell.parameters[*parameter as usize].name.unit.factor(),
        });
        let programs = Programs::new(&synapse, &numbers, clock.dt_ms(), (key, drawn.collect()));
        let ports = Self::ports_of(&synapse);
        // One a port, whatever is said.
        let mut earlier_steps = given.earlier_steps.clone();
        earlier_steps.resize(ports.iter().filter(|port| port.watches).count(), 0);
        Self {
            info: described(&synapse, clock.dt_ms()),
            synapse,
            numbers,
            axonal_delay_ms: given.axonal_delay_ms,
            earlier_steps,
            programs: Arc::new(programs),
            ports,
            banks: Mutex::default(),
        }
    }
}

fn numbers(synapse: &Synapse, given: &Given, dt_ms: f64) -> Single {
    let set = given.parameters.iter().zip(&synapse.cell.parameters);
    let set: Vec<Option<f64>> = set.map(|(value, own)| value.map(|value| value * own.name.unit.factor())).collect();
    single(&synapse.cell, dt_ms, &set)
}

/// The first guard that does not hold: of synapses of some weight, or else those that do not concern the weight.
fn broken_guard(synapse: &Synapse, numbers: &Single, weight: Option<f64>) -> Option<BadSynapse> {
    let cell = &synapse.cell;
    let mut own = numbers.clone();
    if let Some(weight) = weight {
        match synapse.roles.weight {
            Weight::State(place) => own.starts[place as usize] = weight,
            Weight::Parameter(place) => own.parameters[place as usize] = weight,
        }
    }
    let concerned =
        cell.guards.iter().filter(|guard| weight.is_some() == cell.graph.depends(guard.holds, is_weight(synapse)));
    let broken = concerned.into_iter().find(|guard| own.value(cell, guard.holds, &own.starts) == 0.0)?;
    let named = |text: &str| text == broken.of.text;
    let parameter = cell.parameters.iter().position(|own| named(&own.name.text)).map(|place| own.parameters[place]);
    let state = cell.states.iter().position(|own| named(&own.name.text)).map(|place| own.starts[place]);
    let internal = cell.internals.iter().find(|own| named(&own.name.text));
    let internal = internal.map(|internal| own.value(cell, internal.value, &own.starts));
    let value = parameter.or(state).or(internal).unwrap_or(f64::NAN) / broken.of.unit.factor();
    Some(BadSynapse::Guard { of: broken.of.text.clone(), value, rule: broken.rule() })
}

/// The first internal that is no finite number, of those that no weight and no drawn parameter makes: a division by zero would spoil weights
/// without a word.
fn endless_internal(synapse: &Synapse, numbers: &Single) -> Option<BadSynapse> {
    let (cell, weight) = (&synapse.cell, is_weight(synapse));
    let is_own =
        |node: &Node| weight(node) || matches!(node, Node::Parameter(place) if synapse.roles.drawn.contains(place));
    let fixed = |value| cell.graph.is_fixed(value) && !cell.graph.depends(value, is_own);
    let values = cell.internals.iter().filter(|own| fixed(own.value));
    let mut values = values.map(|own| (&own.name, numbers.value(cell, own.value, &numbers.starts)));
    let (name, value) = values.find(|(_, value)| !value.is_finite())?;
    Some(BadSynapse::NotFinite { of: name.text.clone(), value: value / name.unit.factor() })
}

/// Whether a node is the weight.
fn is_weight(synapse: &Synapse) -> impl Fn(&Node) -> bool + '_ {
    |node| match synapse.roles.weight {
        Weight::State(place) => *node == Node::State(place),
        Weight::Parameter(place) => *node == Node::Parameter(place),
    }
}

impl SynapseModel for EquationSynapse {
    fn info(&self) -> &'static SynapseInfo {
        self.info
    }

    fn parameters(&self) -> Vec<f64> {
        let own = self.synapse.cell.parameters.iter().zip(&self.numbers.parameters);
        own.map(|(own, value)| value / own.name.unit.factor()).collect()
    }

    fn sender(&self) -> Option<&dyn SenderModel> {
        self.programs.factor.is_some().then_some(self as &dyn SenderModel)
    }

    fn timing(&self) -> Option<&dyn TimingModel> {
        self.programs.factor.is_none().then_some(self as &dyn TimingModel)
    }
}

impl SenderModel for EquationSynapse {
    fn info(&self) -> &'static SynapseInfo {
        self.info
    }

    fn rest(&self, cells: usize) -> SenderState {
        sender::rest(&self.programs, cells)
    }

    fn send(&self, state: &mut SenderState, sent: Sent<'_>, factors: &mut Vec<f64>) {
        let Some(program) = &self.programs.factor else { return };
        let idle = || self.banks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bank = idle().pop().unwrap_or_else(|| self.programs.bank());
        sender::send((&self.programs, program), &mut bank, state, sent, factors);
        idle().push(bank);
    }
}

impl TimingModel for EquationSynapse {
    fn axonal_delay_ms(&self) -> f64 {
        self.axonal_delay_ms
    }

    fn refuses(&self, weight: f64, delay_steps: u32, clock: Clock) -> Option<String> {
        let guard = broken_guard(&self.synapse, &self.numbers, Some(weight.abs()));
        let guard = guard.map(|guard| format!("weight {weight}: {guard}"));
        guard.or_else(|| too_short(self.axonal_delay_ms, delay_steps, clock))
    }

    fn bounds(&self) -> Option<[f64; 2]> {
        let cell = &self.synapse.cell;
        let guarded = cell.guards.iter().any(|guard| cell.graph.depends(guard.holds, is_weight(&self.synapse)));
        (!guarded).then_some([0.0, f64::INFINITY])
    }

    fn moves(&self) -> bool {
        self.programs.weight_later.is_some()
    }

    fn ports(&self) -> &[Port] {
        &self.ports
    }

    fn widths(&self) -> Widths {
        Widths {
            pre: self.synapse.kept(Keep::Pre).len(),
            post: 2 * self.programs.kept_of_spikes(),
            own: self.programs.own_beside_weight(),
            factor: usize::from(self.ports.iter().any(|port| !port.watches)),
            membrane: if self.programs.watches() {
                self.earlier_steps.len() + 2 * self.programs.starts.post.len()
            } else {
                0
            },
        }
    }

    fn settle_ms(&self) -> f64 {
        if self.programs.watches() { SETTLE_WATCHED_MS } else { 1000.0 }
    }

    fn remembers(&self, max_delay: u32, clock: Clock) -> u64 {
        if !self.programs.watches() {
            return 0;
        }
        // A synapse that was last brought up to date may lie a way to the cell behind, and looks a way and a step further back.
        let earlier = self.earlier_steps.iter().max().copied().unwrap_or(0);
        earlier + settle_steps(self.settle_ms(), clock) + reach(max_delay) + 2
    }

    fn synapses(&self, table: &PlasticTable, seat: Seat) -> Box<dyn TimedSynapses> {
        let axonal = seat.clock.nearest_step(self.axonal_delay_ms).unwrap_or(0);
        let remembered = (&self.earlier_steps[..], self.remembers(seat.max_delay, seat.clock));
        Box::new(EquationRows::new(self.programs.clone(), table, seat, (axonal, remembered)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_equations::Role;
    use neuropil_equations::synapse::Asked;

    /// What is refused of a file of ours with these parameters.
    fn told(text: &str, watched: &[&str], given: &[(&str, f64)]) -> Vec<String> {
        let cell = neuropil_equations::read(text, Some(Role::Synapse)).unwrap().cells.remove(0);
        let watched = watched.iter().map(|name| (*name).to_owned()).collect();
        let synapse = Synapse::new(&cell, &Asked { watched, ..Asked::default() }).unwrap();
        let value = |name: &str| given.iter().find(|own| own.0 == name).map(|own| own.1);
        let parameters = synapse.cell.parameters.iter().map(|own| value(&own.name.text)).collect();
        let given = Given { parameters, drawn: Vec::new(), axonal_delay_ms: 0.0, earlier_steps: Vec::new() };
        EquationSynapse::faults(&synapse, &given, 0.1).iter().map(ToString::to_string).collect()
    }

    /// The text of a file of `models/synapses`.
    fn shipped(name: &str) -> String {
        let path = format!("{}/../../models/synapses/{name}.nestml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// Parameters that a file of ours divides by. Weights became w_min without a word where a potential of the dendrite had no size.
    #[test]
    fn what_a_file_divides_by_is_guarded() {
        let [senn, bursts, clopath] = &["urbanczik_senn", "burst_dependent", "clopath"].map(shipped);
        let ports: [(&str, &[&str]); 3] = [(senn, &["V_dend"]), (bursts, &[]), (clopath, &["V_post", "V_earlier"])];
        for (text, watched) in ports {
            assert_eq!(told(text, watched, &[]), Vec::<String>::new());
        }
        for ((text, watched), (name, value), guard) in [
            (ports[0], ("tau_s", 10.0), "tau_s = 10: guard `abs(tau_s - C_d / g_L_d) > 1e-6 * tau_s`"),
            (ports[0], ("g_L_d", 0.0), "g_L_d = 0: guard `g_L_d > 0 nS`"),
            (ports[1], ("rate_start", 0.0), "rate_start = 0: guard"),
            (ports[1], ("p_start", 1.5), "p_start = 1.5: guard"),
            (ports[2], ("u_ref", 0.0), "u_ref = 0: guard `u_ref > 0 mV`"),
        ] {
            let faults = told(text, watched, &[(name, value)]);
            assert!(faults.len() == 1 && faults[0].contains(guard), "{name}: {faults:?}");
        }
    }

    /// What a file computes of parameters must be a number, guard or none. Would catch a division by zero that a `max` swallows.
    #[test]
    fn what_is_computed_of_parameters_is_a_number() {
        let senn = shipped("urbanczik_senn");
        let guard = " [[ abs(tau_s - C_d / g_L_d) > 1e-6 * tau_s ]]";
        assert!(senn.contains(guard));
        let faults = told(&senn.replacen(guard, "", 1), &["V_dend"], &[("tau_s", 10.0)]);
        assert_eq!(faults, ["psp_size = inf, must be finite"]);
        assert_eq!(told(&senn.replacen(guard, "", 1), &["V_dend"], &[]), Vec::<String>::new());
    }
}
