//! The threads that a field is advanced with.

use crate::error::NeuromodError;
use std::fmt;
use std::sync::Arc;

/// A number of threads; results do not depend on it.
#[derive(Clone)]
pub struct Threads {
    pool: Option<Arc<rayon::ThreadPool>>,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads", self.count())
    }
}

impl Threads {
    /// The caller's own.
    pub const ONE: Self = Self { pool: None };

    /// `count` threads, which sleep between steps; 0 counts as 1.
    ///
    /// # Errors
    /// [`NeuromodError::Threads`] if the system does not give them.
    pub fn new(count: usize) -> Result<Self, NeuromodError> {
        if count <= 1 {
            return Ok(Self::ONE);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
        let pool = pool.map_err(|error| NeuromodError::Threads { count, reason: error.to_string() })?;
        Ok(Self { pool: Some(Arc::new(pool)) })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.pool.as_ref().map_or(1, |pool| pool.current_num_threads())
    }

    /// Cuts `values` into runs of `length`, gives each to one of `workers` (as many), and returns when all are done.
    pub fn each<T: Send, W: Send>(
        &self,
        values: &mut [T],
        length: usize,
        workers: &mut [W],
        work: impl Fn(&mut [T], &mut W) + Sync,
    ) {
        match &self.pool {
            Some(pool) if workers.len() > 1 => pool.install(|| divide(values, length, workers, &work)),
            _ => divide_alone(values, length, workers, &work),
        }
    }
}

fn divide_alone<T, W>(values: &mut [T], length: usize, workers: &mut [W], work: &impl Fn(&mut [T], &mut W)) {
    let mut rest = values;
    for worker in workers {
        let (own, others) = rest.split_at_mut(length.min(rest.len()));
        work(own, worker);
        rest = others;
    }
}

fn divide<T: Send, W: Send>(
    values: &mut [T],
    length: usize,
    workers: &mut [W],
    work: &(impl Fn(&mut [T], &mut W) + Sync),
) {
    if workers.len() == 1 {
        return work(values, &mut workers[0]);
    }
    let half = workers.len() / 2;
    let (low_workers, high_workers) = workers.split_at_mut(half);
    let (low, high) = values.split_at_mut((half * length).min(values.len()));
    rayon::join(|| divide(low, length, low_workers, work), || divide(high, length, high_workers, work));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_meets_its_worker() {
        for count in [1, 2, 3] {
            let threads = Threads::new(count).unwrap();
            assert_eq!(threads.count(), count);
            let mut values: Vec<usize> = (0..10).collect();
            let mut sums = [0; 4];
            threads.each(&mut values, 3, &mut sums, |own, sum| *sum = own.iter().sum());
            assert_eq!(sums, [3, 12, 21, 9]);
        }
    }
}
