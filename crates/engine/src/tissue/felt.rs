//! What synapses hear of peptides at their cells: the levels of third factors.

use super::{Tissue, TissueError};
use neuropil_core::Real;
use neuropil_network::network::Design;
use neuropil_network::synapse::third_factor::Origin;
use neuropil_neuromod::Peptides;
use neuropil_neuromod::receptor::GClass;

/// A level that a tissue has at each of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Felt {
    /// The concentration of a species there, nM.
    Concentration(usize),
    /// The level of a messenger in the cell.
    Messenger(GClass),
}

impl Felt {
    /// Whether it is there at the cells of a population of some type.
    ///
    /// # Errors
    /// Why not.
    pub fn reaches(self, peptides: &Peptides, population: &str, cell_type: &str) -> Result<(), String> {
        let Some(own) = peptides.cell_types.iter().find(|known| known.name == cell_type) else {
            let known: Vec<String> = peptides.cell_types.iter().map(|known| format!("`{}`", known.name)).collect();
            return Err(format!(
                "`{population}` takes no part in the exchange of peptides: its cell_type is `{cell_type}`, not one of {}",
                known.join(", ")
            ));
        };
        let Felt::Messenger(class) = self else { return Ok(()) };
        let heard = own.expresses.iter().any(|own| peptides.receptors[own.receptor].class == class);
        let class = class.name();
        heard.then_some(()).ok_or_else(|| {
            format!(
                "cells of type `{cell_type}` (`{population}`) have no receptor of class {class}: it stays 0 in them"
            )
        })
    }

    fn name(self, peptides: &Peptides) -> String {
        match self {
            Felt::Concentration(species) => {
                format!("the concentration of `{}`", peptides.species.get(species).map_or("?", |own| &own.name))
            }
            Felt::Messenger(class) => format!("the messenger {}", class.name()),
        }
    }
}

impl Tissue {
    /// The same, of which the synapses of a network hear these levels, by the numbers that its third factors give them.
    ///
    /// # Errors
    /// Every projection whose synapses are to hear what does not reach their cells.
    pub fn with_felt<R: Real>(mut self, design: &Design<R>, felt: Vec<Felt>) -> Result<Self, Vec<TissueError>> {
        let mut faults = Vec::new();
        for projection in &design.projections {
            for factor in &projection.third_factors {
                let Origin::Felt { signal } = factor.origin else { continue };
                let own = felt.get(signal).copied();
                let what = own.map_or_else(|| format!("signal {signal}"), |own| own.name(self.chain.peptides()));
                let target = &design.populations[projection.target];
                let reached = own.ok_or_else(|| "the tissue has no such signal".to_owned());
                let peptides = self.chain.peptides();
                if let Err(reason) = reached.and_then(|own| own.reaches(peptides, &target.name, &target.cell_type)) {
                    faults.push(TissueError::Unfelt { projection: projection.name.clone(), what, reason });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.felt = felt;
        Ok(self)
    }

    /// Whether synapses hear anything of it.
    pub(crate) fn is_felt(&self) -> bool {
        !self.felt.is_empty()
    }

    /// The level of a signal at the cell of a global id.
    pub(crate) fn level(&self, signal: usize, id: u32) -> f64 {
        let Some((felt, cell)) = self.felt.get(signal).zip(self.cell(id)) else { return 0.0 };
        match felt {
            Felt::Concentration(species) => self.chain.field().sample(*species, &self.chain.cells()[cell].site),
            Felt::Messenger(class) => self.chain.listeners().levels(self.chain.peptides(), cell)[class.index()],
        }
    }
}
