//! Models whose description is made at run time: as many ports as the user names.
//!
//! Descriptions and names are interned: made once for each content and kept for good, so that a description is as
//! cheap to pass as that of a model of fixed ports. A program holds as many as it was given different ones.

use super::{CurrentPort, ModelInfo, Output, Port, SignRule, Variable};
use neuropil_core::Parameter;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A port as a user asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedPort {
    /// Its name.
    pub name: &'static str,
    /// Which weights it takes.
    pub sign: SignRule,
}

/// How the ports of a model are named.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What each port has of its own. Its columns come after those of the model, port by port.
    pub parameters: &'static [Parameter],
    /// The model with these ports.
    pub info: fn(&[AskedPort]) -> &'static ModelInfo,
}

/// A [`ModelInfo`] that is being made.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Name in files.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// State variables.
    pub variables: Vec<Variable>,
    /// What follows from the state and can be observed.
    pub derived: Vec<Variable>,
    /// Planes of whole numbers.
    pub counters: usize,
    /// Where arrivals go.
    pub ports: Vec<Port>,
    /// Where currents go.
    pub currents: Vec<CurrentPort>,
    /// What leaves the cell.
    pub output: Output,
}

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
static DESCRIPTIONS: Mutex<Vec<&'static ModelInfo>> = Mutex::new(Vec::new());

/// The one copy of a name that is kept for good.
pub fn interned(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

impl Description {
    /// The one copy of this description that is kept for good.
    pub fn interned(self) -> &'static ModelInfo {
        let mut all = DESCRIPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|known| self.is(known)) {
            return known;
        }
        let kept: &'static ModelInfo = Box::leak(Box::new(ModelInfo {
            name: self.name,
            summary: self.summary,
            references: &[],
            parameters: self.parameters.leak(),
            variables: self.variables.leak(),
            derived: self.derived.leak(),
            counters: self.counters,
            ports: self.ports.leak(),
            currents: self.currents.leak(),
            output: self.output,
        }));
        all.push(kept);
        kept
    }

    fn is(&self, known: &ModelInfo) -> bool {
        let Self { name, summary, parameters, variables, derived, counters, ports, currents, output } = self;
        let words = (*name, *summary) == (known.name, known.summary);
        let planes = variables == known.variables
            && derived == known.derived
            && *counters == known.counters
            && *output == known.output;
        words && planes && parameters == known.parameters && ports == known.ports && currents == known.currents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::Unit;

    fn described(port: &str) -> Description {
        Description {
            name: "cell",
            summary: "a cell",
            parameters: Vec::new(),
            variables: vec![Variable { symbol: interned("v"), unit: Unit::Mv, doc: "" }],
            derived: Vec::new(),
            counters: 1,
            ports: vec![Port { name: interned(port), ..Port::only(Unit::Pa) }],
            currents: Vec::new(),
            output: Output::Spikes,
        }
    }

    /// Would catch a program that grows with every network it builds, and one that takes a description for another.
    #[test]
    fn equal_descriptions_are_one() {
        let (first, other) = (described("a").interned(), described("b").interned());
        assert!(std::ptr::eq(first, described("a").interned()));
        assert!(std::ptr::eq(interned("a"), first.ports[0].name));
        assert_eq!((first.ports[0].name, other.ports[0].name), ("a", "b"));
    }
}
