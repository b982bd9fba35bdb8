//! `one_to_one`: cell i to cell i, of two populations or of two sets of cells.

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
        let twins = (0..wiring.n_post.min(wiring.n_pre)).filter(|&cell| wiring.forbids(cell, cell)).count();
        f64::from(wiring.n_post) - f64::from(u32::try_from(twins).unwrap_or(u32::MAX))
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        if wiring.n_pre != wiring.n_post {
            return Some(format!(
                "one_to_one needs populations, or parts, of equal size, found {} sending and {} receiving cells",
                wiring.n_pre, wiring.n_post
            ));
        }
        (wiring.n_post > 0 && (0..wiring.n_post).all(|cell| wiring.forbids(cell, cell)))
            .then(|| "one_to_one within a population makes autapses only: set \"autapses\": true".into())
    }
}
