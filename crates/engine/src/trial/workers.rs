//! Independent pieces of work, shared by threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls `work` for 0..count on up to `threads` threads; results in their order, or the first error in that order.
pub(super) fn each<T: Send, E: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    if threads.min(count) <= 1 {
        return (0..count).map(work).collect();
    }
    let done: Vec<Mutex<Option<Result<T, E>>>> = (0..count).map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(place) = done.get(index) else { break };
                    let result = work(index);
                    *place.lock().expect("no thread panics while it holds the lock") = Some(result);
                }
            });
        }
    });
    let result = |place: Mutex<Option<_>>| place.into_inner().expect("all threads have ended").expect("all were done");
    done.into_iter().map(result).collect()
}
