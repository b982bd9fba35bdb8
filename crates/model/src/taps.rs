//! What rules of S lags make of their taps, as files say it.

use crate::sections::kinds::Whole;
use crate::sections::table::{section, variants};
use neuropil_engine::carrier::{self, CarrierError, CarrierPlan};
use neuropil_plasticity::Learner;
use neuropil_plasticity::taps::TapShape;

section! {
    /// Taps as the rule has them.
    pub struct WholeTaps = "taps" {}
}

section! {
    /// The modes alone that weigh most.
    pub struct ModalTaps = "taps" {
        /// How many, those that weigh most over all lags.
        modes: Whole<1, { u64::MAX }>, required;
    }
}

section! {
    /// The way through the tissue of `carrier`.
    pub struct ChainTaps = "taps" {}
}

variants! {
    /// What rules of S lags make of their taps.
    pub enum TapSection = "taps" {
        /// All of them.
        "whole" => WholeTaps,
        /// A few modes.
        "modal" => ModalTaps,
        /// Those of a peptide.
        "chain" => ChainTaps,
    }
}

/// What `taps` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TapSettings {
    /// Nothing.
    #[default]
    Whole,
    /// The so many modes that weigh most.
    Modal(usize),
    /// The way through the tissue of the file.
    Chain,
}

impl From<TapSection> for TapSettings {
    fn from(section: TapSection) -> Self {
        match section {
            TapSection::WholeTaps(_) => Self::Whole,
            TapSection::ModalTaps(own) => Self::Modal(own.modes),
            TapSection::ChainTaps(_) => Self::Chain,
        }
    }
}

impl TapSettings {
    /// Gives a learner its taps; `tissue` is that of the file, which `chain` needs.
    ///
    /// # Errors
    /// [`CarrierError::Unfit`]: tissue that there is not, or that makes no taps.
    pub fn shape(self, learner: &mut Learner, tissue: Option<&CarrierPlan>) -> Result<(), CarrierError> {
        let missing = || CarrierError::Unfit { what: "taps", reason: "`chain` needs a tissue".into() };
        learner.shape = match self {
            Self::Whole => TapShape::Whole,
            Self::Modal(modes) => TapShape::Modal(modes),
            Self::Chain => TapShape::Chain(carrier::courses(tissue.ok_or_else(missing)?, learner)?),
        };
        Ok(())
    }
}
