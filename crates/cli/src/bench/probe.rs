//! What the memory of this machine can do: the bounds that a simulation is compared with.

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
