//! Cells that can learn, held to the constants that they declare, and to spikes that were recorded.

use super::State;
use neuropil_core::Real;
use neuropil_core::learnable::{AfterSpike, Learnable};

/// Gives a cell that has advanced the reset of a spike that it did not have, or takes back that of one that it had;
/// `tested` is its membrane at the test. Refractoriness is for the caller.
pub fn force<R: Real>(own: &Learnable, state: &mut State<R>, cell: usize, spikes: bool, tested: impl FnOnce() -> R) {
    match own.after_spike() {
        AfterSpike::Nothing => {}
        AfterSpike::Marked { plane } => state.variables[plane][cell] = if spikes { R::ONE } else { R::ZERO },
        AfterSpike::Reset { value } => state.variables[0][cell] = if spikes { R::from_f64(value) } else { tested() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::bench::{Bench, columns, gentle, noise, strong};
    use crate::neuron::conformance::clock;
    use crate::neuron::{MODELS, Output};
    use neuropil_core::learnable::Recursion;

    /// Every cell that can learn follows the recursion of the constants it declares, and the planes (of the cell without
    /// threshold, where there is one) hold the membrane that was tested. Would catch a constant of another step or
    /// convention, a membrane after its reset, and a model that declares traces it does not have.
    #[test]
    fn learnable_constants_are_those_of_the_recursion() {
        let mut learnable = Vec::new();
        for entry in MODELS {
            let given: &[(&str, f64)] = match entry.info.name {
                "alif" => &[("beta", 0.2), ("t_ref", 0.3), ("input_gain", 0.8), ("adaptation_scaling", 1.0)],
                "leaky_relu" => &[("theta", 0.01)],
                _ if entry.info.parameters.iter().all(|row| row.symbol != "t_ref") => &[],
                _ => &[("t_ref", 0.3)],
            };
            let columns = columns(entry.info, given);
            let mut bench = Bench::<f64>::new(entry.build(&columns, 1, clock()).unwrap(), 0..1, 1);
            let Some(own) = bench.model.learnable(0) else { continue };
            learnable.push(entry.info.name);
            let free = bench.model.without_threshold();
            assert_eq!(free.is_some(), matches!(own.after_spike(), AfterSpike::Reset { .. }), "{}", entry.info.name);
            let mut recursion = Recursion::new(own);
            let mut spikes = 0;
            for step in 1..=300 {
                let input = strong(entry.info) * gentle(entry.info) * (1.6 * noise(0, step) - 0.4);
                let held = bench.state.counters.first().is_some_and(|left| left[0] > 0);
                let mut twin = free.as_ref().map(|_| {
                    let mut twin = Bench::new(bench.model.without_threshold().unwrap(), 0..1, 1);
                    twin.state = bench.state.clone();
                    twin
                });
                for bench in twin.iter_mut().chain(std::iter::once(&mut bench)) {
                    bench.arrive(0, input);
                    bench.advance();
                }
                let fires = recursion.step(input, held);
                assert_eq!(bench.fired[0] == 1, fires, "{} step {step}", entry.info.name);
                let tested = twin.as_ref().unwrap_or(&bench).state.variables[0][0];
                let error = (tested - recursion.v).abs();
                assert!(error < 1e-12 * (1.0 + tested.abs()), "{} step {step}: {tested}, {error}", entry.info.name);
                spikes += u32::from(fires);
            }
            assert_eq!(spikes > 10, entry.info.output == Output::Spikes, "{}: {spikes} spikes", entry.info.name);
        }
        assert_eq!(learnable, crate::neuron::learning_models().collect::<Vec<_>>());
    }

    /// A cell in mV whose reset subtracts has no traces. Would catch traces of the wrong reset.
    #[test]
    fn a_reset_by_subtraction_in_mv_cannot_learn() {
        for name in ["lif_delta", "lif_exp"] {
            let entry = crate::neuron::model(name).unwrap();
            let built = entry.build::<f64>(&columns(entry.info, &[("reset", 1.0)]), 1, clock()).unwrap();
            assert_eq!(built.learnable(0), None);
        }
    }
}
