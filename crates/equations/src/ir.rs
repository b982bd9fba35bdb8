//! A model as it runs: a [`Cell`] says what its variables are, and in which order what is evaluated.
//!
//! # The step n, over (t_{n-1}, t_n]
//!
//! 1. Every convolution is propagated over the step, and the result **kept aside**.
//! 2. [`Cell::update`] runs, with `t` = t_{n-1}. Its statements see the convolutions of t_{n-1}; within
//!    [`Statement::Integrate`] convolutions evolve with the step.
//! 3. [`Cell::handlers`] run, in the order in which they stand there, each where something arrives at its port at t_n
//!    (the sum of the weights is not 0).
//! 4. Convolutions take the values of 1, then the arrivals of t_n: an arrival of weight w at `port` adds
//!    w [`Convolution::start`]. Then every [`Jump`].
//! 5. [`Cell::conditions`] run in their order, each seeing what those before it changed.
//! 6. [`Cell::recordables`] are what is sampled.
//!
//! [`Statement::Emit`] anywhere in 2 to 5 is a spike stamped t_n. Statements are plain: one after another, each reading
//! what those before it assigned. An executor runs the same statements for many cells under masks: a branch has no
//! effect but its assignments.
//!
//! In a synapse, 1 and 2 run when it is brought up to date, over the elapsed time, and convolutions take the values of 1;
//! then the handler of the event runs; then convolutions count its spike as 1. [`crate::synapse`] takes that to pieces.

use crate::graph::{Graph, NodeId};
use crate::unit::Unit;

/// A place in a text; lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// What kind of number a variable holds. All are stored as floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any number.
    Real,
    /// A whole number: what is assigned to it has been cut by [`crate::graph::Unary::Trunc`] where it had to be.
    Integer,
    /// 0 or 1.
    Boolean,
}

/// A name, as the file has it and as borders of the program have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As in the file: `C_m`, `g_exc'`, `g$`, `x[2]`.
    pub text: String,
    /// In model files, recordings and Python: `C_m_pf`, `g_exc__d_ns_per_ms`, `g__DOLLAR`.
    pub column: String,
    /// The unit declared. Values at borders are in it: a border value times [`Unit::factor`] is the coherent one.
    pub unit: Unit,
    /// Where it is declared.
    pub place: Place,
}

/// What the user sets.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub kind: Kind,
    /// Its value if the user sets none, coherent: an expression of other parameters and dt (fixed,
    /// [`Graph::is_fixed`]). Evaluate in the order of [`Cell::parameter_order`].
    pub start: NodeId,
    /// Whether all cells of a population have one value (`@homogeneous`).
    pub homogeneous: bool,
}

/// A number that evolves. A second-order equation `g''` has two: `g` and `g'`.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub kind: Kind,
    /// Its start value, coherent: an expression of parameters and dt.
    pub start: NodeId,
    /// dx/dt, coherent, of states, convolutions, inputs and what is fixed; `None` without an equation. Of a variable
    /// with an equation of higher order it is the next derivative's [`crate::graph::Node::State`].
    pub derivative: Option<NodeId>,
    /// `Some(c)` if the variable is a timer: its derivative is the constant c, it is compared with fixed numbers only,
    /// and assigned such numbers only. It is kept on the grid: after each change a value within 1e-9 of a multiple of
    /// c dt is set to it.
    pub timer: Option<NodeId>,
}

/// A boolean that has to hold when the cell is built: `[[ t_ref_tot >= t_ref_abs ]]`.
#[derive(Debug, Clone)]
pub struct Guard {
    /// What it was written behind: a parameter, an internal or a state variable (its start value).
    pub of: Name,
    /// The boolean, of parameters and dt.
    pub holds: NodeId,
    /// As the file has it; none of a guard that nobody wrote: [`Self::rule`].
    pub text: Option<String>,
    /// Whether one that nobody wrote lets 0 pass.
    pub or_zero: bool,
    /// Where it is; without a text, where the parameter is declared.
    pub place: Place,
}

impl Guard {
    /// What does not hold where it is broken, for messages.
    pub fn rule(&self) -> String {
        let line = self.place.line;
        match &self.text {
            Some(text) => format!("guard `{text}` of line {line} does not hold"),
            None => {
                let least = if self.or_zero { ">= 0" } else { "> 0" };
                format!("must be {least}: the file, which declares it in line {line}, divides by it")
            }
        }
    }
}

/// A spike port.
#[derive(Debug, Clone)]
pub struct SpikePort {
    /// Its name; an element of a vector of ports is a port: `foo[1]`.
    pub name: Name,
    /// Which weights it takes.
    pub takes: Takes,
    /// The unit U in which weights act on the cell, if all their effects have that unit and a weight of 1 does 1 U in one of
    /// them: weights may then be named `weight_U`.
    pub effect: Option<Unit>,
}

/// Which weights a spike port takes by its qualifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Takes {
    /// Any, with their sign.
    Any,
    /// Those that are not negative.
    Excitatory,
    /// Those that are not positive; the port sees their size.
    Inhibitory,
}

/// A continuous port.
#[derive(Debug, Clone)]
pub struct InputPort {
    /// Its name and unit. [`crate::graph::Node::Input`] is coherent.
    pub name: Name,
}

/// A kernel convolved with a spike port: n numbers k with dk/dt = A k between arrivals, which start at 0.
#[derive(Debug, Clone)]
pub struct Convolution {
    /// The kernel's name in the file.
    pub kernel: String,
    /// The place of the port in [`Cell::spike_ports`].
    pub port: u32,
    /// One name a component: `KERNEL__X__PORT`. The unit is that of the kernel variable (1/ms more with each derivative).
    pub names: Vec<Name>,
    /// A, row by row, n numbers each: fixed expressions. A constant 0 is a structural one.
    pub matrix: Vec<Vec<NodeId>>,
    /// What an arrival of weight 1 adds to each component: fixed expressions.
    pub start: Vec<NodeId>,
}

/// What an arrival does at once through a delta kernel: `state += coefficient * (sum of weights)`.
#[derive(Debug, Clone)]
pub struct Jump {
    /// The variable.
    pub state: u32,
    /// The place of the port in [`Cell::spike_ports`].
    pub port: u32,
    /// What a weight of 1 adds, coherent; evaluated before any jump.
    pub coefficient: NodeId,
}

/// What a statement assigns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A state variable.
    State(u32),
    /// A local variable.
    Local(u32),
}

/// A statement. What it evaluates sees the values that the statements before it left.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `target = value`.
    Assign {
        /// What takes the value.
        target: Target,
        /// The value.
        value: NodeId,
    },
    /// `yes` where the condition is not 0, `no` elsewhere.
    Branch {
        /// A boolean, evaluated once.
        condition: NodeId,
        /// Runs where it is true.
        yes: Vec<Statement>,
        /// Runs where it is false.
        no: Vec<Statement>,
    },
    /// Runs `body` as long as the condition is not 0, [`PASSES`] times at most.
    While {
        /// A boolean, evaluated before each pass.
        condition: NodeId,
        /// Where it stands, for the message of a loop that does not end.
        place: Place,
        /// What is repeated.
        body: Vec<Statement>,
    },
    /// `integrate_odes(...)`: the place in [`Cell::systems`].
    Integrate(u32),
    /// `emit_spike(weight)`.
    Emit {
        /// Its argument; `None` without one.
        weight: Option<NodeId>,
        /// Where it stands.
        place: Place,
    },
    /// `print`, `println`, `info` or `warning`: only shown where a trace is asked for.
    Print {
        /// Text and values in the order in which they are shown.
        parts: Vec<Printed>,
    },
}

/// Most passes of a loop; one more is a fault of the run.
pub const PASSES: u32 = 10_000;

/// A part of what a `print` shows.
#[derive(Debug, Clone)]
pub enum Printed {
    /// Text.
    Text(String),
    /// A value, in the coherent unit.
    Value(NodeId),
}

/// A distinct list of variables that one `integrate_odes` advances together; all others are constant meanwhile.
///
/// Convolutions on which the variables depend, directly or through each other, have rows in `linear` as well: within the
/// call they start from their values of t_{n-1} and evolve with the step, on a copy (what they become is decided by
/// [`Cell::convolutions`] alone, in every step). Equations may read `t`, which then evolves too; what does is not linear.
#[derive(Debug, Clone)]
pub struct System {
    /// The state variables, with all derivatives, in the order of [`Cell::states`].
    pub variables: Vec<u32>,
    /// What is solved exactly, in the order of blocks.
    pub linear: Vec<Block>,
    /// What is not linear: variables solved by the method of the population, by [`State::derivative`].
    pub nonlinear: Vec<u32>,
}

/// A variable of a linear block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Linear {
    /// A state variable.
    State(u32),
    /// A component of a convolution.
    Convolution {
        /// Its place in [`Cell::convolutions`].
        block: u32,
        /// The component.
        component: u32,
    },
}

/// Variables that depend on each other: dx/dt = Σ a_k x_k + c. Blocks stand before those that need them.
#[derive(Debug, Clone)]
pub struct Block {
    /// One row a variable.
    pub rows: Vec<Row>,
}

/// The equation of one variable of a linear block.
#[derive(Debug, Clone)]
pub struct Row {
    /// The variable.
    pub of: Linear,
    /// The terms a_k x_k: each a_k is fixed. The x_k are of this block or of blocks before it.
    pub terms: Vec<(Linear, NodeId)>,
    /// c: free of the variables of this system; holds what is fixed, held inputs and held variables, and is therefore
    /// one number over the step. `None` where it is 0.
    pub constant: Option<NodeId>,
}

/// `onReceive(port)`.
#[derive(Debug, Clone)]
pub struct Handler {
    /// The place in [`Cell::spike_ports`].
    pub port: u32,
    /// The priority given. Handlers already stand in the order in which they run: by descending priority, then those
    /// without in the order of the file.
    pub priority: Option<i64>,
    /// What runs.
    pub body: Vec<Statement>,
    /// If all that the handler does is `x += coefficient * (sum of weights)` with fixed coefficients: these. The body is
    /// then equal to them, and arrivals can be added to the variables as they are delivered.
    pub affine: Option<Vec<(u32, NodeId)>>,
    /// Where it stands.
    pub place: Place,
}

/// `onCondition(when)`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The boolean.
    pub when: NodeId,
    /// Whether it holds is told, in place of `when`: by what arrives on a plane behind those of the spike ports, above 0 where
    /// it does.
    pub told: bool,
    /// What runs where it holds.
    pub body: Vec<Statement>,
    /// Where it stands.
    pub place: Place,
}

/// A value that can be recorded.
#[derive(Debug, Clone)]
pub struct Recordable {
    /// Its name.
    pub name: Name,
    /// What it is, evaluated at the end of the step: a state, an inline or a component of a convolution.
    pub value: NodeId,
}

/// A model: a cell, or a synapse, which has the same parts.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its name in the file.
    pub name: String,
    /// Every expression.
    pub graph: Graph,
    /// What the user sets.
    pub parameters: Vec<Parameter>,
    /// The order in which start values of parameters can be evaluated: each after those that it is computed from.
    pub parameter_order: Vec<u32>,
    /// Internals by name: what they are computed as, for messages and listings. Nothing refers to them.
    pub internals: Vec<Recordable>,
    /// What evolves.
    pub states: Vec<State>,
    /// What has to hold when the cell is built.
    pub guards: Vec<Guard>,
    /// Kernels with the ports that they are convolved with, each pair once.
    pub convolutions: Vec<Convolution>,
    /// Spike ports.
    pub spike_ports: Vec<SpikePort>,
    /// Continuous ports.
    pub input_ports: Vec<InputPort>,
    /// Local variables of all blocks: name and kind. A local holds nothing before its declaration runs.
    pub locals: Vec<(String, Kind)>,
    /// `update`.
    pub update: Vec<Statement>,
    /// The distinct lists of `integrate_odes`.
    pub systems: Vec<System>,
    /// `onReceive` handlers, in the order in which they run.
    pub handlers: Vec<Handler>,
    /// What delta kernels do.
    pub jumps: Vec<Jump>,
    /// `onCondition` blocks, in the order in which they run.
    pub conditions: Vec<Condition>,
    /// What can be recorded: states (in the order of [`Self::states`]), recordable inlines, convolutions.
    pub recordables: Vec<Recordable>,
    /// What leaves the cell.
    pub output: Output,
    /// What peptides act on, if the file marks it.
    pub marks: Marks,
    /// How many random sites there are.
    pub random_sites: u32,
}

/// What leaves a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Nothing.
    None,
    /// Spikes.
    Spikes,
    /// A number at every step: the expression marked `@neuropil::output`.
    Graded(NodeId),
}

/// What a file marks by `@neuropil::...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// The parameter that peptides raise, `@neuropil::threshold`.
    pub threshold: Option<u32>,
}
