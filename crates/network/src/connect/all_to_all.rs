//! `all_to_all`: every pair once.

use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct AllToAll;

impl Connector for AllToAll {
    fn name(&self) -> &'static str {
        "all_to_all"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        for target in targets {
            for source in (0..wiring.n_pre).filter(|&source| !wiring.forbids(source, target)) {
                emit(Pair { source, target, entity: target, number: u64::from(source) });
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected(&self, wiring: &Wiring) -> f64 {
        wiring.pairs() as f64
    }
}
