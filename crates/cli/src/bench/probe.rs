//! What the memory of this machine can do: the bounds that a simulation is compared with.

use super::timing::seconds;
use neuropil_core::memory::Numbers;
use neuropil_core::simd::{Simd, WithSimd, dispatched, vector_bits};
use neuropil_neuromod::field::Threads;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// Numbers of 8 bytes that are streamed, more than any cache holds.
const STREAMED: usize = 1 << 26;
/// Scattered additions that are timed.
const ADDS: usize = 1 << 24;
/// Sizes of the vector that is added into, bytes.
const TARGETS: [usize; 4] = [128 << 10, 512 << 10, 16 << 20, 1 << 30];

/// Measures, in some seconds.
pub fn measure(threads: usize) -> Value {
    let scattered = TARGETS.iter().map(|bytes| (format!("{}_kib", bytes >> 10), json!(scattered_add_ns(*bytes))));
    json!({
        "stream_gb_per_s": stream_gb_per_s(threads),
        "scattered_add_ns": scattered.collect::<serde_json::Map<_, _>>(),
    })
}

/// Bytes read by all threads together.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn stream_gb_per_s(threads: usize) -> f64 {
    let parts: Vec<Vec<u64>> = (0..threads).map(|_| vec![1; STREAMED / threads]).collect();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for part in &parts {
            scope.spawn(|| black_box(part.iter().fold(0_u64, |sum, number| sum.wrapping_add(*number))));
        }
    });
    (STREAMED * 8) as f64 / begun.elapsed().as_secs_f64() * 1e-9
}

/// Time of one addition at a random place of a vector, on one thread.
#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn scattered_add_ns(bytes: usize) -> f64 {
    let mut target = vec![0.0_f32; bytes / 4];
    let mask = target.len() - 1;
    // A full-period generator (Knuth's MMIX); the upper bits are the random ones.
    let mut state = 1_usize;
    let places: Vec<u32> = (0..ADDS)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from((state >> 33) & mask).unwrap_or(0)
        })
        .collect();
    let begun = Instant::now();
    for place in &places {
        target[*place as usize] += 1.0;
    }
    black_box(&target);
    begun.elapsed().as_secs_f64() * 1e9 / ADDS as f64
}

/// Numbers that are passed over, more than any cache holds.
const PASSED: usize = 1 << 25;
/// Vectors in registers that are added to: as many additions are under way as the processor can begin.
const SUMS: usize = 8;
/// Additions to each.
const ROUNDS: usize = 1 << 21;
/// Passes, of which the fastest counts.
const PASSES: usize = 5;

/// What all threads together can do at best.
#[derive(Clone, Copy)]
pub struct Arithmetic {
    /// Bytes read and written again, in place.
    pub gb_per_s: f64,
    /// Additions of numbers of 8 bytes that are in registers.
    pub adds_per_ns: f64,
}

impl Arithmetic {
    /// The larger of each.
    pub fn better(self, other: Self) -> Self {
        Self { gb_per_s: self.gb_per_s.max(other.gb_per_s), adds_per_ns: self.adds_per_ns.max(other.adds_per_ns) }
    }
}

/// Adds to vectors in registers, and gives one of the sums.
struct Additions;

impl WithSimd for Additions {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (mut sums, term) = ([simd.splat_f64s(0.0); SUMS], simd.splat_f64s(black_box(1e-9)));
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.add_f64s(*sum, term);
            }
        }
        black_box(sums.map(|sum| simd.reduce_sum_f64s(sum)))[0]
    }
}

/// Measures, in less than a second.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
pub fn arithmetic(threads: &Threads) -> Arithmetic {
    let count = threads.count();
    let mut numbers: Numbers = Numbers::zeroed(PASSED);
    let run = PASSED.div_ceil(count);
    let mut workers = vec![(); count];
    let mut pass = || threads.each(&mut numbers, run, &mut workers, |own, ()| own.iter_mut().for_each(|x| *x += 1.0));
    let least = |work: &mut dyn FnMut()| (0..PASSES).map(|_| seconds(work)).fold(f64::INFINITY, f64::min);
    let passed = least(&mut pass);
    let mut sums = vec![0.0; count];
    let mut workers = vec![(); count];
    let added = least(&mut || threads.each(&mut sums, 1, &mut workers, |own, ()| own[0] = dispatched(Additions)));
    Arithmetic {
        gb_per_s: (2 * size_of::<f64>() * PASSED) as f64 / passed * 1e-9,
        adds_per_ns: (count * SUMS * ROUNDS * vector_bits() / 64) as f64 / added * 1e-9,
    }
}
