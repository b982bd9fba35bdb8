//! `one_to_one`: cell i to cell i.

use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct OneToOne;

impl Connector for OneToOne {
    fn name(&self) -> &'static str {
        "one_to_one"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        for cell in targets.filter(|&cell| !wiring.forbids(cell, cell)) {
            emit(Pair { source: cell, target: cell, entity: cell, number: 0 });
        }
    }

    fn expected(&self, wiring: &Wiring) -> f64 {
        if wiring.within && !wiring.autapses { 0.0 } else { f64::from(wiring.n_post) }
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        if wiring.n_pre != wiring.n_post {
            return Some(format!(
                "one_to_one needs populations of equal size, found {} sending and {} receiving cells",
                wiring.n_pre, wiring.n_post
            ));
        }
        (wiring.within && !wiring.autapses)
            .then(|| "one_to_one within a population makes autapses only: set \"autapses\": true".into())
    }
}
