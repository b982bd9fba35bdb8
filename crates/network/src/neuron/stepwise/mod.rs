//! Cells that are integrated in parts of a step whose size follows the error, each cell by itself: the numerics, and so the
//! spikes, of NEST's cells of the same names.
//!
//! A converged solution would be as good, but a network that is chaotic has other spikes after the first that falls into
//! another step: whoever compares with NEST needs NEST's own error. The size of the last part is state.
//!
//! # Parameters
//! NEST's, in small letters, with the number of the receptor behind those of receptors (`tau_syn_1`).

mod aeif;
mod cells;
mod fehlberg;
mod hh;
mod iaf;
mod membrane;
mod receptors;

pub use receptors::{Receptors, Shape};

use super::{BadCell, Column, CurrentPort, Description, ModelInfo, NeuronModel, Output, STEP_PART, Variable, interned};
use cells::boxed;
use neuropil_core::{Clock, Parameter, Real, Unit};

/// A membrane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembraneKind {
    /// Adaptive exponential.
    Aeif,
    /// Leaky.
    Iaf,
    /// The squid's axon.
    HodgkinHuxley,
    /// The cortical cell of Traub and Miles.
    TraubMiles,
}

/// A model: a membrane with receptors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepwiseModel {
    membrane: MembraneKind,
    shape: Shape,
    receptors: Receptors,
    info: &'static ModelInfo,
}

/// A model by its name in NEST.
struct Named {
    name: &'static str,
    membrane: MembraneKind,
    shape: Shape,
    /// Whether receptors have numbers.
    numbered: bool,
    /// Defaults of receptors: a pair (excitatory, inhibitory) a stem.
    defaults: &'static [[f64; 2]],
}

const fn named(
    name: &'static str,
    membrane: MembraneKind,
    shape: Shape,
    numbered: bool,
    defaults: &'static [[f64; 2]],
) -> Named {
    Named { name, membrane, shape, numbered, defaults }
}

use MembraneKind::{Aeif, HodgkinHuxley, Iaf, TraubMiles};
use Shape::{AlphaConductance, AlphaCurrent, BetaConductance, Delta, ExpConductance, ExpCurrent};

/// All of them.
static NAMED: [Named; 11] = [
    named("aeif_cond_exp", Aeif, ExpConductance, false, &[[0.2, 2.0], [0.0, -85.0]]),
    named("aeif_cond_alpha", Aeif, AlphaConductance, false, &[[0.2, 2.0], [0.0, -85.0]]),
    named("aeif_psc_exp", Aeif, ExpCurrent, false, &[[0.2, 2.0]]),
    named("aeif_psc_alpha", Aeif, AlphaCurrent, false, &[[0.2, 2.0]]),
    named("aeif_psc_delta", Aeif, Delta, false, &[]),
    named("aeif_cond_alpha_multisynapse", Aeif, AlphaConductance, true, &[[2.0; 2], [0.0; 2]]),
    named("aeif_cond_beta_multisynapse", Aeif, BetaConductance, true, &[[2.0; 2], [20.0; 2], [0.0; 2]]),
    named("iaf_cond_alpha", Iaf, AlphaConductance, false, &[[0.2, 2.0], [0.0, -85.0]]),
    named("iaf_cond_beta", Iaf, BetaConductance, false, &[[0.2, 2.0], [0.2, 2.0], [0.0, -85.0]]),
    named("hh_psc_alpha", HodgkinHuxley, AlphaCurrent, false, &[[0.2, 2.0]]),
    named("hh_cond_exp_traub", TraubMiles, ExpConductance, false, &[[5.0, 10.0], [0.0, -80.0]]),
];

impl MembraneKind {
    fn parameters(self) -> &'static [Parameter] {
        match self {
            Aeif => &aeif::PARAMETERS,
            Iaf => &iaf::PARAMETERS,
            HodgkinHuxley => &hh::AXON,
            TraubMiles => &hh::CORTEX,
        }
    }

    fn variables(self) -> &'static [Variable] {
        match self {
            Aeif => &aeif::VARIABLES,
            Iaf => &[membrane::V_M],
            HodgkinHuxley | TraubMiles => &hh::VARIABLES,
        }
    }

    /// Where its own variables start.
    fn start(self) -> &'static [f64] {
        match self {
            Aeif => &[-70.6, 0.0],
            Iaf => &[-70.0],
            HodgkinHuxley => &hh::AXON_START,
            TraubMiles => &hh::CORTEX_START,
        }
    }
}

impl StepwiseModel {
    /// The model that NEST calls `name`, with so many receptors where they have numbers; `None` for names of other models.
    pub fn new(name: &str, numbered: usize) -> Option<Self> {
        let own = NAMED.iter().find(|own| own.name == name)?;
        let receptors = if own.numbered { Receptors::Numbered(numbered) } else { Receptors::BySign };
        let (membrane, shape) = (own.membrane, own.shape);
        let part = Variable { symbol: STEP_PART, unit: Unit::Ms, doc: "the part of a step that comes next" };
        let of_receptors = receptors::parameters(shape, receptors, own.defaults);
        let variables = membrane.variables().iter().copied();
        let info = Description {
            name: interned(own.name),
            summary: "a cell of NEST, in parts of a step as NEST takes them",
            parameters: membrane.parameters().iter().copied().chain(of_receptors).collect(),
            variables: variables.chain(receptors::variables(shape, receptors)).chain([part]).collect(),
            derived: Vec::new(),
            counters: 1,
            ports: receptors::ports(shape, receptors),
            currents: vec![CurrentPort::only(Unit::Pa)],
            output: Output::Spikes,
        };
        Some(Self { membrane, shape, receptors, info: info.interned() })
    }

    /// Whether receptors of the model of that name have numbers; `None` for names of other models.
    pub fn is_numbered(name: &str) -> Option<bool> {
        NAMED.iter().find(|own| own.name == name).map(|own| own.numbered)
    }

    /// Where a variable starts by itself; `None` for names of no variable.
    pub fn start(&self, symbol: &str) -> Option<f64> {
        let place = self.info.variables.iter().position(|own| own.symbol == symbol)?;
        Some(self.membrane.start().get(place).copied().unwrap_or(0.0))
    }

    /// What the model is.
    pub fn info(&self) -> &'static ModelInfo {
        self.info
    }

    /// Builds `cells` cells, one column a parameter of the table.
    ///
    /// # Errors
    /// The first cell of each fault.
    pub fn build<R: Real>(
        &self,
        columns: &[Column],
        cells: usize,
        clock: Clock,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        match self.membrane {
            Aeif => boxed::<aeif::Aeif, R>(*self, columns, cells, clock),
            Iaf => boxed::<iaf::Iaf, R>(*self, columns, cells, clock),
            HodgkinHuxley => boxed::<hh::Axon, R>(*self, columns, cells, clock),
            TraubMiles => boxed::<hh::Cortex, R>(*self, columns, cells, clock),
        }
    }
}

#[cfg(test)]
mod tests;
