//! Store-recall: a bit to be kept over a stream of others until it is asked for.
//!
//! # Trials
//! `symbols` symbols of `symbol_ms`. Inputs are four groups of equal size: bit 0, bit 1, store, recall; a group that speaks
//! fires at `rate_hz`, the others are silent. A symbol is a random bit, or *store*, which comes with a random bit, or
//! *recall*, which comes alone. Store and recall take turns: either comes with `command_probability` where it may, and
//! the last symbol is a recall. The class is the bit of the last store.
//!
//! # Departures from the paper
//! \[Bellec2018\] asks for an answer at every recall of a trial; here the last one counts (give `loss.last_ms` the length
//! of a symbol).
//!
//! # References
//! \[Bellec2018\], store-recall.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, Fraction, NonNegative, Whole};
use crate::sections::table::{Section, section};
use neuropil_core::CounterRng;
use neuropil_engine::trial::Answer;

struct StoreRecall {
    symbols: usize,
    symbol: usize,
    group: usize,
    /// Of a spike in a step.
    spike: f64,
    /// Of a command where it may come.
    command: f64,
}

/// A symbol: the bit that it shows and the command that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Bit(usize),
    Store(usize),
    Recall,
}

/// Groups of the commands.
const STORE: usize = 2;
const RECALL: usize = 3;

section! {
    /// Which bit was shown with the last store?
    pub struct StoreRecallSection = "task" {
        /// Symbols of a trial.
        symbols: Whole<2, 1000>, required;
        /// Length of a symbol, ms.
        symbol_ms: NonNegative, required;
        /// Inputs of each of the four groups: 0, 1, store, recall.
        inputs_per_group: Count, required;
        /// Rate of a group that speaks, Hz.
        rate_hz: NonNegative, required;
        /// Probability of a command where it may come, between 0.01 and 0.99.
        command_probability: Fraction, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = StoreRecallSection::fields(fields)?;
    let symbol = steps(fields, ("symbol_ms", own.symbol_ms), context.clock, 1);
    let spike = probability(fields, ("rate_hz", own.rate_hz), context);
    let command = own.command_probability;
    if !(0.01..=0.99).contains(&command) {
        let message = format!("found {command}, must be between 0.01 and 0.99");
        fields.reader.fault(&fields.path_of("command_probability"), message);
    }
    let group = own.inputs_per_group;
    Some(Box::new(StoreRecall { symbols: own.symbols, symbol: symbol?, group, spike: spike?, command }))
}

impl StoreRecall {
    /// The symbols of a trial: drawn until something is stored at the end.
    fn symbols(&self, rng: &mut CounterRng) -> Vec<Symbol> {
        loop {
            let mut stored = false;
            let mut next = |rng: &mut CounterRng| {
                let bit = rng.below(2) as usize;
                if rng.unit() >= self.command {
                    return Symbol::Bit(bit);
                }
                stored = !stored;
                if stored { Symbol::Store(bit) } else { Symbol::Recall }
            };
            let mut symbols: Vec<Symbol> = (1..self.symbols).map(|_| next(rng)).collect();
            if stored {
                symbols.push(Symbol::Recall);
                return symbols;
            }
        }
    }
}

impl Task for StoreRecall {
    fn shape(&self) -> Shape {
        Shape { inputs: 4 * self.group, outputs: 2, steps: self.symbols * self.symbol, answer: Answer::Class }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let inputs = self.shape().inputs;
        let mut rng = draw.trial();
        let symbols = self.symbols(&mut rng);
        let mut class = 0;
        for (number, symbol) in symbols.into_iter().enumerate() {
            let speaking = match symbol {
                Symbol::Bit(bit) => vec![bit],
                Symbol::Store(bit) => vec![bit, STORE],
                Symbol::Recall => vec![RECALL],
            };
            if let Symbol::Store(bit) = symbol {
                class = bit;
            }
            let steps = number * self.symbol..(number + 1) * self.symbol;
            for group in speaking {
                let channels = group * self.group..(group + 1) * self.group;
                scatter(&mut rng, self.spike, x, inputs, (steps.clone(), channels));
            }
        }
        class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Split;

    /// Read from the spikes alone: store and recall take turns, a recall ends the trial, the class is the bit that was
    /// shown with the last store, both classes come, and stores come as often as they should.
    #[test]
    fn the_last_store_is_asked_for() {
        let task = StoreRecall { symbols: 12, symbol: 20, group: 5, spike: 0.9, command: 0.2 };
        let (mut classes, mut first_stored) = ([0; 2], 0.0);
        for trial in 0..400 {
            let mut x = vec![0.0; 240 * 20];
            let draw = Draw { seed: 4, split: Split::Training, update: 3, trial };
            let class = task.trial(&draw, &mut x, &mut []);
            let speaks = |symbol: usize, group: usize| {
                (symbol * 20..(symbol + 1) * 20).any(|step| x[step * 20 + group * 5..][..5].contains(&1.0))
            };
            let (mut stored, mut bit) = (false, None);
            for symbol in 0..12 {
                let groups = [0, 1, STORE, RECALL].map(|group| speaks(symbol, group));
                match groups {
                    [zero, one, true, false] if zero != one && !stored => {
                        (stored, bit) = (true, Some(usize::from(one)))
                    }
                    [false, false, false, true] if stored => stored = false,
                    [zero, one, false, false] => assert!(zero != one),
                    _ => panic!("symbol {symbol} of trial {trial} speaks in {groups:?}"),
                }
                first_stored += f64::from(u8::from(symbol == 0 && groups[STORE]));
            }
            assert!(!stored && speaks(11, RECALL));
            assert_eq!(bit, Some(class));
            classes[class] += 1;
        }
        assert!(classes.iter().all(|count| (150..250).contains(count)), "{classes:?}");
        // P(store first | something stored at the end) by Bayes: (1 + q)/2 p / ((1 - q')/2) with q = (1 - 2p)^10, q' = (1 - 2p)^11.
        let (p, q, all) = (0.2, 0.6_f64.powi(10), 0.6_f64.powi(11));
        let share = p * 0.5 * (1.0 + q) / (0.5 * (1.0 - all));
        let spread = (400.0 * share * (1.0 - share)).sqrt();
        assert!((first_stored - 400.0 * share).abs() < 4.0 * spread, "{first_stored}");
    }
}
