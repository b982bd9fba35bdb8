//! One binary for all processors: loops that are compiled for several widths of vectors, chosen when they run.

pub use pulp::{Simd, WithSimd};

/// Runs `work` as compiled for the widest vectors of this processor.
///
/// Only what is inlined into `work` gains. The bits of a result do not depend on the processor: a vector does what a
/// scalar does, and the compiler contracts no multiplication and addition into one rounding.
#[inline(always)]
pub fn vectorized<T>(work: impl FnOnce() -> T) -> T {
    pulp::Arch::new().dispatch(work)
}

/// Does `work`, whose vectors are those of [`vectorized`] and are written out: for loops that the compiler makes less of.
#[inline(always)]
pub fn dispatched<W: WithSimd>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(work)
}

/// Width, in bits, of the vectors that [`vectorized`] chooses on this processor; 64 where it has none.
pub fn vector_bits() -> usize {
    struct Width;
    impl WithSimd for Width {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            64 * S::F64_LANES
        }
    }
    pulp::Arch::new().dispatch(Width)
}
