//! How the weights of rows are stored.

use neuropil_core::Real;
use neuropil_core::half::{self, Half};

/// The numbers that weights are stored as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weights {
    /// Those of the state.
    #[default]
    Full,
    /// 16 bits ([`Half`]): a weight is rounded when it is drawn, within a relative 2^−11. In single precision graded outputs
    /// must stay below 2^16.
    Half,
}

impl Weights {
    /// The weight that is stored for one that was drawn; `None` if there is none.
    #[inline]
    pub fn stored(self, weight: f64) -> Option<f64> {
        match self {
            Weights::Full => Some(weight),
            Weights::Half => Half::nearest(weight).map(Half::to_f64),
        }
    }

    /// Bytes of one, where state is of type `R`.
    pub fn bytes<R: Real>(self) -> usize {
        match self {
            Weights::Full => R::BYTES,
            Weights::Half => Half::BYTES,
        }
    }
}

/// A weight as it is stored.
pub(super) trait Stored<R: Real>: Copy {
    /// Bytes of one.
    const BYTES: usize;
    /// What a number that was loaded is to be multiplied by.
    const UNIT: f64;
    /// Of a weight that [`Weights::stored`] has given.
    fn of(weight: f64) -> Self;
    /// Writes it into the first [`Self::BYTES`] of `bytes`.
    fn store(self, bytes: &mut [u8]);
    /// The number that [`Self::store`] wrote, divided by [`Self::UNIT`].
    fn load(bytes: &[u8]) -> R;
}

impl<R: Real> Stored<R> for R {
    const BYTES: usize = R::BYTES;
    const UNIT: f64 = 1.0;

    #[inline(always)]
    fn of(weight: f64) -> Self {
        R::from_f64(weight)
    }

    #[inline(always)]
    fn store(self, bytes: &mut [u8]) {
        Real::store(self, bytes);
    }

    #[inline(always)]
    fn load(bytes: &[u8]) -> R {
        <R as Real>::load(bytes)
    }
}

/// A weight of 16 bits.
#[derive(Clone, Copy)]
pub(super) struct HalfWeight(Half);

impl<R: Real> Stored<R> for HalfWeight {
    const BYTES: usize = Half::BYTES;
    const UNIT: f64 = half::UNIT;

    #[inline(always)]
    fn of(weight: f64) -> Self {
        Self(Half::nearest(weight).expect("it is one already"))
    }

    #[inline(always)]
    fn store(self, bytes: &mut [u8]) {
        bytes[..2].copy_from_slice(&self.0.to_bits().to_le_bytes());
    }

    #[inline(always)]
    fn load(bytes: &[u8]) -> R {
        R::from_f32(Half::from_bits(u16::from_le_bytes([bytes[0], bytes[1]])).pattern())
    }
}
