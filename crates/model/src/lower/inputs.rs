//! Poisson inputs and currents of a design.

use super::Lowering;
use crate::fields::shown;
use crate::model::InputKind;
use crate::scale::scaled_rate;
use neuropil_core::{CellSet, Stream, StreamKey};
use neuropil_network::Scalar;
use neuropil_network::current::Current;
use neuropil_network::network::Design;
use neuropil_network::source::poisson::MAX_MEAN_COUNT;
use neuropil_network::source::{PoissonInput, Rate};

impl Lowering<'_> {
    /// Adds them; streams are numbered whatever is replayed.
    pub(super) fn inputs<R: Scalar>(&mut self, design: &mut Design<R>) {
        let (clock, seed) = (self.model.clock, self.seed);
        // Numbers of their random streams, which do not depend on what is replayed.
        let (mut poisson, mut currents) = (0_u32.., 0_u32..);
        let number = |numbers: &mut std::ops::RangeFrom<u32>| numbers.next().expect("fewer than 2^32 inputs");
        for (place, spec) in self.model.inputs.iter().enumerate() {
            let sets = self.sets(&spec.to, design);
            for (index, (target, only)) in spec.to.iter().map(|own| own.population).zip(sets).enumerate() {
                let replays = self.model.populations[target].replays;
                match &spec.kind {
                    InputKind::Poisson { rate, weight, receptors, .. } => {
                        let number = number(&mut poisson);
                        if replays {
                            continue;
                        }
                        let key = StreamKey::new(seed, Stream::Poisson, number);
                        let all = design.populations[target].cells;
                        let cells = only.as_ref().map_or(all, CellSet::len) as usize;
                        if matches!(rate, Rate::PerCell(rates) if rates.len() != cells) {
                            self.fault(
                                &format!("{}.rate_hz", spec.path),
                                format!("expected one rate for each of the {cells} cells"),
                            );
                            continue;
                        }
                        let rate = scaled_rate(&by_cell(rate, only.as_ref(), all), self.scale);
                        let mean_count = rate.max_hz() * 1e-3 * clock.dt_ms();
                        if mean_count > MAX_MEAN_COUNT {
                            self.fault(
                                &format!("{}.rate_hz", spec.path),
                                format!(
                                    "{} spikes a step and cell at scale {}, at most {MAX_MEAN_COUNT} can be drawn",
                                    shown(mean_count),
                                    self.scale
                                ),
                            );
                            continue;
                        }
                        let placement =
                            design.populations[target].neurons().map(|own| own.info().placement(receptors[index]));
                        let sign = placement.flatten().map(|placement| placement.sign());
                        if let Some(sign) = sign.filter(|sign| !sign.allows(*weight)) {
                            let reason = format!("its weight is {}, must be {}", shown(*weight), sign.expected());
                            self.fault(&spec.path, reason);
                            continue;
                        }
                        let mut own = PoissonInput::new(target, rate, weight / self.scale.sqrt(), key, clock);
                        own.receptor = receptors[index];
                        self.poisson_of[place].push((target, design.poisson.len()));
                        design.poisson.push(own.within(spec.window).into_only(only));
                    }
                    InputKind::Current { waveform, ports } => {
                        let number = number(&mut currents);
                        if replays {
                            continue;
                        }
                        let key = StreamKey::new(seed, Stream::Noise, number);
                        let (port, waveform) = (ports[index], waveform.clone());
                        let window = spec.window;
                        design.currents.push(Current { target, port, only, waveform, window, key });
                    }
                }
            }
        }
    }
}

/// Rates of the cells of a set as rates of all `cells` of its population, 0 beside it.
fn by_cell(rate: &Rate, only: Option<&CellSet>, cells: u32) -> Rate {
    match (rate, only) {
        (Rate::PerCell(rates), Some(only)) => {
            let mut all = vec![0.0; cells as usize];
            only.cells().iter().zip(rates).for_each(|(cell, rate)| all[*cell as usize] = *rate);
            Rate::PerCell(all)
        }
        _ => rate.clone(),
    }
}
