//! What rules of S lags make of their taps, as files say it.

use crate::fields::Fields;
use neuropil_engine::carrier::{self, CarrierError, Plan};
use neuropil_plasticity::Learner;
use neuropil_plasticity::taps::TapShape;

/// Kinds of taps.
pub const KINDS: [&str; 3] = ["whole", "modal", "chain"];

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

/// Reads `taps`, which may be missing.
pub fn read(fields: &mut Fields<'_, '_>) -> Option<TapSettings> {
    if fields.get("taps").is_none() {
        return Some(TapSettings::Whole);
    }
    let mut own = fields.section("taps")?;
    let kind = own.required_word("kind", &KINDS);
    let modes = if kind == Some(1) { own.required_whole("modes") } else { Some(1) };
    let path = own.path_of("modes");
    own.finish();
    if modes == Some(0) {
        fields.reader.fault(&path, "found 0, must be > 0");
        return None;
    }
    let modes = usize::try_from(modes?).unwrap_or(usize::MAX);
    Some([TapSettings::Whole, TapSettings::Modal(modes), TapSettings::Chain][kind?])
}

/// Reads `lags`, S: at most `most`.
pub fn lags(fields: &mut Fields<'_, '_>, default: u64, most: u64) -> u64 {
    let found = fields.whole("lags").unwrap_or(default);
    if found == 0 || found > most {
        let path = fields.path_of("lags");
        fields.reader.fault(&path, format!("found {found}, must be between 1 and {most}"));
        return 1;
    }
    found
}

impl TapSettings {
    /// Gives a learner its taps; `tissue` is that of the file, which `chain` needs.
    ///
    /// # Errors
    /// [`CarrierError::Unfit`]: tissue that there is not, or that makes no taps.
    pub fn shape(self, learner: &mut Learner, tissue: Option<&Plan>) -> Result<(), CarrierError> {
        let missing = || CarrierError::Unfit { what: "taps", reason: "`chain` needs a tissue".into() };
        learner.shape = match self {
            Self::Whole => TapShape::Whole,
            Self::Modal(modes) => TapShape::Modal(modes),
            Self::Chain => TapShape::Chain(carrier::courses(tissue.ok_or_else(missing)?, learner)?),
        };
        Ok(())
    }
}
