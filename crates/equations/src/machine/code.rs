//! What a model is compiled to, before registers are given out: operations whose results have one definition each, and the
//! jumps between them.

use super::fixed::FixedId;
use crate::graph::{Binary, Draw, Unary};

/// A number that differs from cell to cell while the program runs; defined once, but for the variables of loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Slot(pub u32);

/// Where an operand comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// Known when the network is built.
    Fixed(FixedId),
    /// The time at which the step begins.
    Begin,
    /// The time at which it ends.
    End,
    /// Computed by the program.
    Run(Slot),
}

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Op {
    /// A function of one number.
    Unary(Unary),
    /// A function of two.
    Binary(Binary),
    /// The second where the first is not 0, else the third.
    Select,
    /// a b + c, with two roundings.
    MultiplyAdd,
    /// a b - c.
    MultiplySubtract,
    /// c - a b.
    SubtractProduct,
    /// a b + c d.
    Products,
    /// The first, set to a multiple of the second where it is within rounding of one.
    Snap,
    /// A number for all cells.
    Fill,
    /// A plane of the state: states, then components of convolutions.
    Plane(u32),
    /// A fixed number that each cell has its own of.
    Column(FixedId),
    /// A continuous port.
    Current(u32),
    /// The sum of the weights that arrive at a port.
    Arrivals(u32),
    /// A draw; the passes of the loops around it are part of its key.
    Random {
        /// The call.
        site: u32,
        /// The distribution.
        draw: Draw,
        /// The counters of the two innermost loops around it.
        passes: [Option<u8>; 2],
    },
    /// What the program that calls this one gives it.
    Given(u32),
}

/// Most operands of an operation.
pub(super) const OPERANDS: usize = 4;

/// A place to jump to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Label(pub u32);

/// How often a loop runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Always as often.
    Times(u32),
    /// As often as the level of the adaptive solver says.
    Level,
}

/// One line of a program.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Defines a slot.
    Compute {
        /// What is defined.
        slot: Slot,
        /// How.
        op: Op,
        /// Of what.
        operands: Vec<Value>,
    },
    /// Gives a variable of a loop its value.
    Copy {
        /// The variable.
        variable: Slot,
        /// Its value.
        from: Value,
    },
    /// Goes to the label if the mask holds nowhere in the tile.
    SkipIfNone(Slot, Label),
    /// Here.
    Label(Label),
    /// A loop begins: its counter is 0.
    Begin(u8),
    /// Goes back until the loop has run as often, or the mask holds nowhere.
    Again(u8, Count, Label, Option<Slot>),
    /// Goes back; too many passes are a fault.
    Back(u8, Label, Slot),
    /// Writes a plane of the state.
    Store(u32, Value),
    /// Which cells fire.
    Fire(Value),
    /// The next result of a program that is called.
    Give(Value),
    /// Calls the adaptive solver: program, mask, what it is given, what it defines.
    Adapt(u32, Option<Slot>, Vec<Slot>, Vec<Slot>),
}

impl Item {
    /// The slots that it reads.
    pub(super) fn reads(&self) -> Vec<Slot> {
        let slots = |values: &[Value]| {
            values.iter().filter_map(|value| if let Value::Run(slot) = value { Some(*slot) } else { None }).collect()
        };
        match self {
            Item::Compute { operands, .. } => slots(operands),
            Item::Copy { from, .. } => slots(&[*from]),
            Item::Store(_, value) | Item::Fire(value) | Item::Give(value) => slots(&[*value]),
            Item::SkipIfNone(slot, _) | Item::Back(_, _, slot) => vec![*slot],
            Item::Adapt(_, mask, given, _) => mask.iter().chain(given).copied().collect(),
            Item::Again(_, _, _, on) => on.iter().copied().collect(),
            Item::Label(_) | Item::Begin(_) => Vec::new(),
        }
    }

    /// The slots that it writes.
    pub(super) fn writes(&self) -> Vec<Slot> {
        match self {
            Item::Compute { slot, .. } => vec![*slot],
            Item::Copy { variable, .. } => vec![*variable],
            Item::Adapt(_, _, _, defined) => defined.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether what stands before it may run without what stands behind it, or more often.
    pub(super) fn is_border(&self) -> bool {
        !matches!(self, Item::Compute { .. } | Item::Store(..) | Item::Fire(_) | Item::Give(..))
    }
}
