//! Sums over the classes of a network, in the order of cells.

use neuropil_core::simd::vectorized;
use std::ops::Range;

/// Steps that are summed side by side: the sum of one step waits for every addition.
const BESIDE: usize = 8;

/// Neighbouring cells of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    block: usize,
    places: Range<usize>,
    class: usize,
}

/// Which cells are summed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClassSums {
    runs: Vec<Run>,
    classes: usize,
}

impl ClassSums {
    /// Of cells of these classes, by global id, in blocks of so many cells.
    pub fn new(cells: &[usize], class_of: &[Option<usize>], classes: usize) -> Self {
        let places = cells.iter().enumerate().flat_map(|(block, own)| (0..*own).map(move |at| (block, at)));
        let mut runs: Vec<Run> = Vec::new();
        for ((block, place), class) in places.zip(class_of) {
            let Some(class) = *class else { continue };
            match runs.last_mut() {
                Some(run) if (run.block, run.places.end, run.class) == (block, place, class) => run.places.end += 1,
                _ => runs.push(Run { block, places: place..place + 1, class }),
            }
        }
        Self { runs, classes }
    }

    /// What cells emitted in a window of `steps` steps, `[step][class]`; `emitted` are all of a block and step.
    pub fn of<'e>(&self, steps: usize, emitted: impl Fn(usize, usize) -> &'e [f64]) -> Vec<f64> {
        let mut sums = vec![0.0; steps * self.classes];
        if self.classes == 0 {
            return sums;
        }
        for (group, sums) in sums.chunks_mut(BESIDE * self.classes).enumerate() {
            for Run { block, places, class } in &self.runs {
                let emitted = |step: usize| &emitted(*block, step)[places.clone()];
                if sums.len() == BESIDE * self.classes {
                    let rows: [&[f64]; BESIDE] = std::array::from_fn(|step| emitted(group * BESIDE + step));
                    let mut own: [f64; BESIDE] = std::array::from_fn(|step| sums[step * self.classes + class]);
                    add(&mut own, &rows, places.len());
                    own.iter().enumerate().for_each(|(step, own)| sums[step * self.classes + class] = *own);
                } else {
                    for (step, sums) in sums.chunks_exact_mut(self.classes).enumerate() {
                        emitted(group * BESIDE + step).iter().for_each(|own| sums[*class] += own);
                    }
                }
            }
        }
        sums
    }
}

/// Adds the numbers of each row to its sum, in their order.
fn add(sums: &mut [f64; BESIDE], rows: &[&[f64]; BESIDE], length: usize) {
    vectorized(
        #[inline(always)]
        || {
            let rows = rows.map(|row| &row[..length]);
            for at in 0..length {
                sums.iter_mut().zip(&rows).for_each(|(sum, row)| *sum += row[at]);
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two blocks, two classes, one cell without a class, and steps that are no multiple of those taken together. Would catch
    /// a step or a place of another.
    #[test]
    fn cells_are_summed_by_class() {
        let run = |block, places, class| Run { block, places, class };
        let own = ClassSums { runs: vec![run(0, 0..2, 1), run(0, 3..4, 0), run(1, 0..3, 0)], classes: 2 };
        let steps = BESIDE + 3;
        let number = |block: usize, step: usize, place: usize| (100 * block + 10 * place + step) as f64;
        let all: Vec<Vec<f64>> =
            (0..2 * steps).map(|at| (0..4).map(|place| number(at / steps, at % steps, place)).collect()).collect();
        let sums = own.of(steps, |block, step| &all[block * steps + step]);
        for step in 0..steps {
            let first = number(0, step, 3) + number(1, step, 0) + number(1, step, 1) + number(1, step, 2);
            assert_eq!(sums[2 * step..2 * step + 2], [first, number(0, step, 0) + number(0, step, 1)], "step {step}");
        }
    }
}
