//! Where the faults of a network stand in its file.

use super::Lowered;
use crate::fault::Faults;
use crate::model::Model;
use neuropil_network::{NetworkError, Scalar};

impl Model {
    /// Faults found while synapses were drawn, at their places in the file.
    pub fn place_all<R: Scalar>(&self, lowered_paths: &[(String, String)], faults: &[NetworkError]) -> Faults {
        let path = |fault: &NetworkError| match fault {
            NetworkError::Wiring { projection, .. } | NetworkError::Synapse { projection, .. } => {
                lowered_paths.iter().find(|(name, _)| name == projection).map_or("projections", |(_, path)| path)
            }
            NetworkError::Blocks { .. } | NetworkError::Ranks { .. } | NetworkError::TooManySynapses { .. } => {
                "simulation.blocks"
            }
            _ => "",
        };
        let faults = faults.iter().map(|fault| self.document.fault(path(fault), fault.to_string())).collect();
        Faults::new(self.document.file.as_str(), faults)
    }

    pub(super) fn place<R: Scalar>(&self, lowered: &Lowered<R>, fault: &NetworkError) -> crate::Fault {
        self.place_all::<R>(&lowered.projection_paths(), std::slice::from_ref(fault)).faults.remove(0)
    }
}
