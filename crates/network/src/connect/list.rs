//! `list`: explicit pairs.

use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule: synapse k joins `sources[k]` to `targets[k]`.
#[derive(Debug, Clone)]
pub struct List {
    sources: Vec<u32>,
    /// Target and index of each pair, by target and then index.
    by_target: Vec<(u32, u32)>,
}

impl List {
    /// Pairs by index in their populations; both slices have one entry a synapse.
    pub fn new(sources: Vec<u32>, targets: &[u32]) -> Self {
        assert_eq!(sources.len(), targets.len(), "one source and one target a synapse");
        let mut by_target: Vec<(u32, u32)> = targets.iter().copied().zip(0..).collect();
        by_target.sort_unstable();
        Self { sources, by_target }
    }
}

impl Connector for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn visit(&self, _: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        let first = self.by_target.partition_point(|(target, _)| *target < targets.start);
        let wanted = self.by_target[first..].iter().take_while(|(target, _)| *target < targets.end);
        for &(target, index) in wanted {
            emit(Pair { source: self.sources[index as usize], target, entity: index, number: u64::from(index) });
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected(&self, _: &Wiring) -> f64 {
        self.sources.len() as f64
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        for &(target, index) in &self.by_target {
            let source = self.sources[index as usize];
            if target >= wiring.n_post || source >= wiring.n_pre {
                return Some(format!(
                    "synapse {index} joins cell {source} to cell {target}, but there are {} sending and {} receiving cells",
                    wiring.n_pre, wiring.n_post
                ));
            }
            if wiring.forbids(source, target) {
                let cell = wiring.source_cell(source);
                return Some(format!("synapse {index} joins cell {cell} to itself: set \"autapses\": true"));
            }
        }
        if !wiring.multapses {
            let mut pairs: Vec<(u32, u32)> =
                self.by_target.iter().map(|(target, index)| (*target, self.sources[*index as usize])).collect();
            pairs.sort_unstable();
            if let Some(twice) = pairs.windows(2).find(|pair| pair[0] == pair[1]) {
                let (source, target) = (wiring.source_cell(twice[0].1), wiring.target_cell(twice[0].0));
                return Some(format!("cell {source} reaches cell {target} twice: set \"multapses\": true"));
            }
        }
        None
    }
}
