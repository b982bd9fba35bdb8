//! Whom a readout may read: populations of a model file, or nodes of a circuit.

use crate::cells::{count_of, some_chosen};
use crate::chosen::Chosen;
use crate::fields::Fields;
use crate::model::{KindSpec, PopulationSpec};

/// Cells that a readout may name.
pub(crate) trait Readable {
    /// The cells that a field names, in the order in which weights one by one are given.
    fn chosen(&self, fields: &mut Fields<'_, '_>, key: &str) -> Option<Vec<Chosen>>;

    /// How many these are; `None` where that depends on places.
    fn count(&self, chosen: &[Chosen]) -> Option<usize>;

    /// The name of a population, by number, whose cells only send.
    fn only_sends(&self, population: usize) -> Option<&str>;
}

impl Readable for &[PopulationSpec] {
    fn chosen(&self, fields: &mut Fields<'_, '_>, key: &str) -> Option<Vec<Chosen>> {
        some_chosen(fields, key, self)
    }

    fn count(&self, chosen: &[Chosen]) -> Option<usize> {
        count_of(chosen, self)
    }

    fn only_sends(&self, population: usize) -> Option<&str> {
        let own = &self[population];
        (!matches!(own.kind, KindSpec::Neurons { .. })).then_some(own.name.as_str())
    }
}
