//! Where plastic weights may stay, beside the signs of their cells.

use super::spec::PlasticSpec;
use crate::document::join;
use crate::fault::Fault;
use crate::fields::shown;
use crate::model::{Model, ProjectionSpec};

impl Model {
    /// Faults of `min` and `max` that leave nothing of what the sign of the sending cells allows.
    pub(crate) fn bound_faults(&self) -> Vec<Fault> {
        self.projections.iter().filter_map(|own| self.bound_fault(own, own.plastic.as_ref()?)).collect()
    }

    fn bound_fault(&self, projection: &ProjectionSpec, plastic: &PlasticSpec) -> Option<Fault> {
        projection.from.iter().find_map(|chosen| {
            let source = &self.populations[chosen.population];
            let (key, found, expected) = plastic.against(source.sign.number())?;
            let sign = if key == "max" { "excitatory" } else { "inhibitory" };
            let path = join(&join(&projection.path, "plastic"), key);
            let name = &source.name;
            let message = format!("found {}, must be {expected}: the cells of `{name}` are {sign}", shown(found));
            Some(self.document.fault(&path, message))
        })
    }
}
