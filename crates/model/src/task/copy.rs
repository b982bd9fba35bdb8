//! Copy: symbols are shown one after the other, and asked for in their order some time later.
//!
//! # Trials
//! `length` symbols of `symbol_ms`, each one of `symbols`, drawn with equal probability; then `delay_ms` in which nothing is shown; then
//! as many times `symbol_ms`, in each of which the class is the symbol of the same place. Inputs are `symbols` + 2 groups of equal size:
//! one a symbol, one that speaks while nothing is shown, and one that speaks while symbols are asked for. A group that speaks fires at
//! `rate_hz`, the others are silent. Steps of the answer count alike, and no other: without memory the best loss is ln A, A symbols, since
//! an answer is any of them.
//!
//! # Departures from the paper
//! \[Hochreiter1997\] shows one symbol a step to analogue cells, and the trigger of the answer once. Here symbols last, so that
//! spiking cells have time to fire, and the trigger lasts as long as the answer.
//!
//! # References
//! \[Hochreiter1997\], the long time lag problems.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, NonNegative, Whole};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;

struct Copy {
    symbols: usize,
    length: usize,
    /// Steps of a symbol, and between the last one shown and the first one asked for.
    symbol: usize,
    delay: usize,
    group: usize,
    /// Of a spike in a step.
    spike: f64,
}

section! {
    /// Which symbols were shown, in their order?
    pub struct CopySection = "task" {
        /// Different symbols, A.
        symbols: Whole<2, 100>, required;
        /// Symbols of a trial.
        length: Whole<1, 1000>, required;
        /// Length of a symbol, ms.
        symbol_ms: NonNegative, required;
        /// From the end of the last symbol to the beginning of the answer, ms.
        delay_ms: NonNegative, required;
        /// Inputs of each group: one a symbol, one of silence, one of the answer.
        inputs_per_group: Count, required;
        /// Rate of a group that speaks, Hz.
        rate_hz: NonNegative, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = CopySection::fields(fields)?;
    let symbol = steps(fields, ("symbol_ms", own.symbol_ms), context.clock, 1);
    let delay = steps(fields, ("delay_ms", own.delay_ms), context.clock, 0);
    let spike = probability(fields, ("rate_hz", own.rate_hz), context);
    let (symbols, length, group) = (own.symbols, own.length, own.inputs_per_group);
    Some(Box::new(Copy { symbols, length, symbol: symbol?, delay: delay?, group, spike: spike? }))
}

impl Copy {
    /// Steps of the symbols that are shown, or asked for.
    fn shown(&self) -> usize {
        self.length * self.symbol
    }
}

impl Task for Copy {
    fn shape(&self) -> Shape {
        let inputs = (self.symbols + 2) * self.group;
        let steps = 2 * self.shown() + self.delay;
        Shape { inputs, outputs: self.symbols, steps, answer: Answer::ClassEachStep }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], target: &mut [f64]) -> usize {
        let Shape { inputs, outputs, steps, .. } = self.shape();
        let mut rng = draw.trial();
        let (silence, answer) = (self.symbols, self.symbols + 1);
        let begin = self.shown() + self.delay;
        let mut speaking = vec![(silence, self.shown()..begin), (answer, begin..steps)];
        for place in 0..self.length {
            let symbol = rng.below(u32::try_from(self.symbols).unwrap_or(u32::MAX)) as usize;
            let own = place * self.symbol..(place + 1) * self.symbol;
            own.clone().for_each(|step| target[(begin + step) * outputs + symbol] = 1.0);
            speaking.push((symbol, own));
        }
        for (group, own) in speaking {
            scatter(&mut rng, self.spike, x, inputs, (own, group * self.group..(group + 1) * self.group));
        }
        0
    }

    fn loss_weights(&self) -> Option<Vec<f64>> {
        let (steps, asked) = (self.shape().steps, self.shown());
        Some((0..steps).map(|step| if step < steps - asked { 0.0 } else { 1.0 / asked as f64 }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::{Split, batch};
    use neuropil_engine::trial::{Target, Workers};

    const TASK: Copy = Copy { symbols: 5, length: 3, symbol: 4, delay: 7, group: 2, spike: 0.9 };

    fn draw(trial: u32) -> Draw {
        Draw { seed: 3, split: Split::Training, update: 1, trial }
    }

    /// Read from the spikes alone: one group speaks at a time, symbols, then silence, then the answer, and what is asked for is what was
    /// shown, in its order, and nothing else. Would catch another order, a class that is asked for early, and a group that says too much.
    #[test]
    fn what_was_shown_is_asked_for() {
        let Shape { inputs, outputs, steps, .. } = TASK.shape();
        assert_eq!((inputs, outputs, steps), (14, 5, 31));
        for trial in 0..200 {
            let (mut x, mut target) = (vec![0.0; steps * inputs], vec![0.0; steps * outputs]);
            TASK.trial(&draw(trial), &mut x, &mut target);
            let speaks = |steps: std::ops::Range<usize>| -> Vec<usize> {
                let says = |group: usize| steps.clone().any(|step| x[step * 14 + group * 2..][..2].contains(&1.0));
                (0..7).filter(|group| says(*group)).collect()
            };
            assert_eq!((speaks(12..19), speaks(19..31)), (vec![5], vec![6]));
            let asked = |step: usize| -> Vec<usize> { (0..5).filter(|k| target[step * 5 + k] == 1.0).collect() };
            assert!((0..19).all(|step| asked(step).is_empty()));
            for place in 0..3 {
                let shown = speaks(place * 4..(place + 1) * 4);
                assert!(shown.len() == 1 && shown[0] < 5, "{shown:?}");
                assert!((0..4).all(|step| asked(19 + place * 4 + step) == shown), "trial {trial}, place {place}");
            }
        }
    }

    /// Over 100,000 trials each place of the answer has an entropy of ln A, alone and given the symbol behind it: nothing but memory lowers
    /// the loss. Would catch symbols of unequal probability, and a place that follows another.
    #[test]
    fn without_memory_the_loss_is_the_logarithm_of_the_number_of_symbols() {
        let (task, trials) = (Copy { symbols: 4, length: 3, symbol: 1, delay: 0, group: 1, spike: 0.0 }, 100_000);
        let mut pairs = [[[0.0; 4]; 4]; 2];
        for trial in 0..trials {
            let mut target = vec![0.0; 6 * 4];
            task.trial(&draw(trial), &mut vec![0.0; 6 * 6], &mut target);
            let class = |place: usize| (0..4).find(|k| target[(3 + place) * 4 + k] == 1.0).unwrap();
            (0..2).for_each(|place| pairs[place][class(place)][class(place + 1)] += 1.0 / f64::from(trials));
        }
        for own in pairs {
            let of = |shares: &[f64]| -> f64 { shares.iter().map(|share| -share * share.ln()).sum() };
            let first = of(&own.map(|row| row.iter().sum()));
            let both = of(&own.concat());
            for entropy in [first, both - first] {
                assert!((entropy / 4.0_f64.ln() - 1.0).abs() < 0.01, "{entropy}");
            }
        }
    }

    /// A readout that says nothing loses ln A, one that remembers all loses nothing. Would catch weights of steps that do not sum to 1.
    #[test]
    fn the_loss_is_the_mean_over_the_answer() {
        let (trials, _) = batch(&TASK, draw(0), 8, &Workers::new(1));
        let Target::Classes(target) = trials.targets().next().unwrap() else { panic!("classes of steps") };
        let weights = TASK.loss_weights().unwrap();
        let lost = |size: f64| {
            let mut y = target.clone();
            y.values_mut().iter_mut().for_each(|y| *y *= size);
            Target::Classes(target.clone()).judge(&y, &weights, 8).unwrap().loss
        };
        assert!((lost(0.0) - 5.0_f64.ln()).abs() < 1e-14 && lost(50.0) < 1e-20);
    }
}
