//! What diffuses: its diffusivity, tortuosity, loss and uptake.

use neuropil_core::{BadParameter, ParameterSet};

/// Molecules in 1 um³ of fluid at 1 nM.
pub const MOLECULES_PER_NM_UM3: f64 = 0.602_214_076;

neuropil_core::parameters! {
    /// How a species moves and vanishes \[Sykova2008\].
    pub struct SpeciesParams {
        /// Diffusivity in water; the tissue's is this over the square of the tortuosity
        diffusivity_free: Um2PerMs = 0.2, NonNegative;
        /// How much longer the way around cells is
        tortuosity: One = 1.7, Positive;
        /// Rate of first-order loss
        loss: PerMs = 1e-5, NonNegative;
    }
}

neuropil_core::parameters! {
    /// Saturable uptake, −vmax c/(km + c).
    pub struct Uptake {
        /// Largest rate
        vmax: NmPerMs = 4.0, NonNegative;
        /// Concentration of half the largest rate
        km: Nm = 200.0, Positive;
    }
}

/// A kind of molecule.
#[derive(Debug, Clone, PartialEq)]
pub struct Species {
    /// Its name.
    pub name: String,
    /// The gene of its precursor; empty if there is none.
    pub gene: String,
    /// How it moves and vanishes.
    pub params: SpeciesParams,
    /// Saturable uptake, if any.
    pub uptake: Option<Uptake>,
}

impl Species {
    /// D* = D/λ², um²/ms: what the field diffuses with.
    pub fn diffusivity_effective(&self) -> f64 {
        let tortuosity = self.params.tortuosity.0;
        self.params.diffusivity_free.0 / (tortuosity * tortuosity)
    }

    /// sqrt(D*/k), um: how far a steady source reaches; infinite without loss.
    pub fn decay_length(&self) -> f64 {
        (self.diffusivity_effective() / self.params.loss.0).sqrt()
    }

    /// Values outside their ranges.
    pub fn out_of_range(&self) -> Vec<BadParameter> {
        let uptake = self.uptake.iter().flat_map(ParameterSet::out_of_range);
        self.params.out_of_range().into_iter().chain(uptake).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::Quantity;
    use neuropil_core::units::{One, PerMs, Um2PerMs};

    /// NPY in the neuropil: 0.198/1.7² = 0.0685 um²/ms; 83 um at 0.01 per s. Would catch λ for λ².
    #[test]
    fn tortuosity_counts_squared() {
        let params = SpeciesParams { diffusivity_free: Um2PerMs::new(0.198), tortuosity: One(1.7), loss: PerMs(1e-5) };
        let npy = Species { name: "NPY".into(), gene: "Npy".into(), params, uptake: None };
        assert!((npy.diffusivity_effective() - 0.068_512).abs() < 1e-6);
        assert!((npy.decay_length() - 83.0).abs() < 0.5);
    }
}
