//! Which numbers the derivative of a cell from equations has.

use super::port_path::PortPath;
use super::record::{Number, Part};

/// Which numbers a derivative has.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// n.
    pub states: usize,
    /// P: those that signs choose in trials, all of the model where a network runs free.
    pub ports: usize,
    /// All that are not 0 by structure.
    pub entries: Vec<(Part, Number)>,
    /// 1 where the cell is not refractory.
    pub gate: Number,
    /// Numbers of a step.
    pub recorded: usize,
    /// What the synapses of each port meet.
    paths: Vec<PortPath>,
    /// c, of each state.
    seen: Vec<Option<Number>>,
}

impl Pattern {
    /// Of n states and P ports; each state is seen by one number at most.
    pub fn new([states, ports]: [usize; 2], entries: Vec<(Part, Number)>, gate: Number, recorded: usize) -> Self {
        let paths = (0..ports).map(|port| PortPath::of(&entries, states, port)).collect();
        let seen = |state: usize| {
            let own = entries.iter().find(|(part, _)| *part == Part::Seen { from: state });
            own.map(|(_, number)| *number)
        };
        let seen = (0..states).map(seen).collect();
        Self { states, ports, entries, gate, recorded, paths, seen }
    }

    /// c of a state, where it is not 0.
    #[inline(always)]
    pub(super) fn seen(&self, state: usize) -> Option<Number> {
        self.seen[state]
    }

    /// What the synapses of a port meet.
    #[inline(always)]
    pub(super) fn path(&self, port: usize) -> &PortPath {
        &self.paths[port]
    }
}
