//! One binary for all processors: loops that are compiled for several widths of vectors, chosen when they run.

/// Runs `work` as compiled for the widest vectors of this processor.
///
/// Only what is inlined into `work` gains. The bits of a result do not depend on the processor: a vector does what a
/// scalar does, and the compiler contracts no multiplication and addition into one rounding.
#[inline(always)]
pub fn vectorized<T>(work: impl FnOnce() -> T) -> T {
    pulp::Arch::new().dispatch(work)
}

/// Width, in bits, of the vectors that [`vectorized`] chooses on this processor; 64 where it has none.
pub fn vector_bits() -> usize {
    struct Width;
    impl pulp::WithSimd for Width {
        type Output = usize;
        fn with_simd<S: pulp::Simd>(self, _: S) -> usize {
            64 * S::F64_LANES
        }
    }
    pulp::Arch::new().dispatch(Width)
}
