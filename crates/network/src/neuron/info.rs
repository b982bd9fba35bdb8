//! What a model is, without its numbers: its tables, and the ports that synapses and currents reach.
//!
//! # Ports
//! A *port* is what a synapse reaches: a receptor of the cell. A projection or an input names its port (`receptor` in
//! files). Without a name the weight's sign chooses, where the model has one port for all weights, or one for each sign.

use neuropil_core::{Parameter, Unit};

/// Most ports of a model.
pub const PORTS: usize = 16;
/// Most state variables of a model.
pub const VARIABLES: usize = 64;
/// Most counters of a model.
pub const COUNTERS: usize = 16;
/// Most continuous ports of a model.
pub const CURRENTS: usize = 16;

/// The symbol of the part of a step that a solver with an adaptive step takes next.
pub(crate) const STEP_PART: &str = "step_part";

/// A state variable of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its symbol, without unit.
    pub symbol: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Meaning.
    pub doc: &'static str,
}

impl Variable {
    /// The name in files: `v_m_mv`.
    pub fn name(&self) -> String {
        self.unit.name_of(self.symbol)
    }
}

/// Which weights a port takes, and what the cell is given of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignRule {
    /// All weights, as they are.
    Any,
    /// Weights >= 0.
    Positive,
    /// Weights <= 0, as they are.
    Negative,
    /// Weights <= 0; the cell is given their size (a conductance).
    NegativeAsSize,
}

impl SignRule {
    /// Whether the port takes `weight`.
    #[inline]
    pub fn allows(self, weight: f64) -> bool {
        match self {
            SignRule::Any => true,
            SignRule::Positive => weight >= 0.0,
            SignRule::Negative | SignRule::NegativeAsSize => weight <= 0.0,
        }
    }

    /// What a weight must be, to stand behind "must be".
    pub fn expected(self) -> &'static str {
        match self {
            SignRule::Any => "a finite number",
            SignRule::Positive => ">= 0, its receptor takes excitatory weights only",
            SignRule::Negative | SignRule::NegativeAsSize => "<= 0, its receptor takes inhibitory weights only",
        }
    }
}

/// Where arrivals of one kind are summed: a receptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Its name in files.
    pub name: &'static str,
    /// Unit of weights.
    pub unit: Unit,
    /// Which weights it takes.
    pub sign: SignRule,
    /// The variable that arrivals are added to once the cell has advanced: the cell never sees them apart. `None`: the
    /// cell is given their sum as it advances, before the threshold is tested.
    pub into: Option<usize>,
    /// Meaning.
    pub doc: &'static str,
}

impl Port {
    /// The only port of a model, for weights of both signs, given before the test.
    pub const fn only(unit: Unit) -> Self {
        Self { name: "syn", unit, sign: SignRule::Any, into: None, doc: "all synapses" }
    }

    /// Excitatory synapses.
    pub const fn exc(unit: Unit, into: Option<usize>) -> Self {
        Self { name: "exc", unit, sign: SignRule::Positive, into, doc: "excitatory synapses" }
    }

    /// Inhibitory synapses; `sign` says whether the cell is given their size.
    pub const fn inh(unit: Unit, sign: SignRule, into: Option<usize>) -> Self {
        Self { name: "inh", unit, sign, into, doc: "inhibitory synapses" }
    }
}

/// What a current enters by; its value is held over a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentPort {
    /// Its name in files.
    pub name: &'static str,
    /// Unit of the current.
    pub unit: Unit,
    /// Meaning.
    pub doc: &'static str,
}

impl CurrentPort {
    /// The current into the soma, of models that have one continuous port.
    pub const fn only(unit: Unit) -> Self {
        Self { name: "i_inj", unit, doc: "injected current" }
    }
}

/// What leaves a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Spikes.
    Spikes,
    /// The value of this state variable, at every step.
    Graded(usize),
}

/// What a model is, without its numbers.
///
/// Lists and names are `'static`. A description that is made at run time is interned by `ModelInfo::interned`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelInfo {
    /// Name in files.
    pub name: &'static str,
    /// One line for lists and pages.
    pub summary: &'static str,
    /// The papers that it comes from: keys of docs/references.bib.
    pub references: &'static [&'static str],
    /// Parameters, in the order of [`Column`](super::Column)s.
    pub parameters: &'static [Parameter],
    /// State variables, in the order of the planes; the first is the membrane. At most [`VARIABLES`].
    pub variables: &'static [Variable],
    /// What follows from the state and can be observed beside it, numbered behind the state variables.
    pub derived: &'static [Variable],
    /// Planes of whole numbers (refractoriness). At most [`COUNTERS`].
    pub counters: usize,
    /// Where arrivals go. At most [`PORTS`].
    pub ports: &'static [Port],
    /// Where currents go; none where the model takes none. At most [`CURRENTS`].
    pub currents: &'static [CurrentPort],
    /// What leaves the cell.
    pub output: Output,
}

/// The ports that the synapses of one projection reach, and what arrives there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The port of weights >= 0, and of those < 0.
    ports: [usize; 2],
    /// Whether sizes arrive instead of weights, for the same.
    sizes: [bool; 2],
    /// What all weights must be.
    sign: SignRule,
}

impl Placement {
    /// The port of a weight and what is added there.
    #[inline]
    pub fn place(&self, weight: f64) -> (usize, f64) {
        let negative = usize::from(weight.is_sign_negative());
        (self.ports[negative], if self.sizes[negative] { weight.abs() } else { weight })
    }

    /// What all weights must be.
    pub fn sign(&self) -> SignRule {
        self.sign
    }
}

impl ModelInfo {
    /// Everything that can be observed: state variables, then what is derived of them.
    pub fn observables(&self) -> impl Iterator<Item = &'static Variable> + use<> {
        self.variables.iter().chain(self.derived)
    }

    /// Whether a state variable belongs to the solver of the cells, and says nothing of them.
    pub fn is_of_solver(&self, variable: usize) -> bool {
        self.variables.get(variable).is_some_and(|own| own.symbol == STEP_PART)
    }

    /// The port of that name.
    pub fn port(&self, name: &str) -> Option<usize> {
        self.ports.iter().position(|port| port.name == name)
    }

    /// Where synapses go that name a port, or none; `None` where they must name one, and for ports that there are not.
    pub fn placement(&self, receptor: Option<usize>) -> Option<Placement> {
        let size = |port: usize| self.ports[port].sign == SignRule::NegativeAsSize;
        let at = |port: usize| {
            let sign = self.ports[port].sign;
            Placement { ports: [port; 2], sizes: [size(port); 2], sign }
        };
        if let Some(port) = receptor {
            return (port < self.ports.len()).then(|| at(port));
        }
        match self.ports {
            [_] => Some(at(0)),
            [first, second] => {
                let ports = match (first.sign, second.sign) {
                    (SignRule::Positive, SignRule::Negative | SignRule::NegativeAsSize) => [0, 1],
                    (SignRule::Negative | SignRule::NegativeAsSize, SignRule::Positive) => [1, 0],
                    _ => return None,
                };
                Some(Placement { ports, sizes: ports.map(size), sign: SignRule::Any })
            }
            _ => None,
        }
    }

    /// The unit of weights onto a port, or of those that name none; `None` where they must name one.
    pub fn weight_unit(&self, receptor: Option<usize>) -> Option<Unit> {
        let placement = self.placement(receptor)?;
        let [unit, other] = placement.ports.map(|port| self.ports[port].unit);
        (unit == other).then_some(unit)
    }

    /// The unit of currents that name no port; `None` where there is none, or where they must name one.
    pub fn current_unit(&self) -> Option<Unit> {
        match self.currents {
            [only] => Some(only.unit),
            _ => None,
        }
    }

    /// Ports whose arrivals are added to a variable, and the variable.
    pub fn lasting(&self) -> impl Iterator<Item = (usize, usize)> {
        self.ports.iter().enumerate().filter_map(|(port, own)| Some((port, own.into?)))
    }

    /// Whether cells are given arrivals as they advance, of some port.
    pub fn before_test(&self) -> bool {
        self.ports.iter().any(|port| port.into.is_none())
    }

    /// The names of all ports, for messages.
    pub fn port_names(&self) -> String {
        self.ports.iter().map(|port| port.name).collect::<Vec<_>>().join(", ")
    }
}
