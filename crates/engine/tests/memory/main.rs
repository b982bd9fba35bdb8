//! What trials and gradients hold, counted by the allocator: one test, for it counts whatever the process allocates.

#[path = "../../benches/learning/task.rs"]
mod task;

use neuropil_engine::trial::LANES;
use neuropil_plasticity::{Form, RULES};
use peak_alloc::PeakAlloc;
use task::{INPUTS, OUTPUTS, Size, Task};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const SMALL: Size = Size { cells: 40, steps: 150, trials: LANES, types: 5, lags: 5, connectivity: 0.5 };
const NUMBER: usize = size_of::<f64>();

/// Bytes that trials keep, and for each rule that has an adjoint form the most that it holds beside them.
fn held(size: Size) -> (usize, Vec<(&'static str, usize)>) {
    let mut task = Task::of(size);
    task.learner.feedback = Some(task.learner.readout.w_out.transposed());
    let before = HEAP.current_usage();
    let outcome = task.run();
    let kept = HEAP.current_usage() - before;
    let peaks = RULES.iter().filter_map(|rule| {
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        let gradient = outcome.gradient(Form::Adjoint, rule, &task.learner, 1);
        gradient.is_ok().then(|| (rule.name, HEAP.peak_usage() - before))
    });
    (kept, peaks.collect())
}

/// Trials keep x, z, ψ, y and err, and nothing else that grows with T, B or N. Beside them a rule holds matrices of
/// weights, and planes of the tape's size only to filter ψ online. Would catch a trace for every synapse and step, or for
/// every synapse and trial.
#[test]
fn memory_is_that_of_the_tape_and_of_the_weights() {
    let (kept, peaks) = held(SMALL);
    assert!(peaks.len() > 15, "all rules but those of rate cells: {}", peaks.len());
    let numbers = |size: Size| size.trials * size.steps * (INPUTS + 2 * size.cells + 2 * OUTPUTS);
    let sizes = [
        Size { steps: 2 * SMALL.steps, ..SMALL },
        Size { trials: 2 * SMALL.trials, ..SMALL },
        Size { cells: 2 * SMALL.cells, ..SMALL },
    ];
    for large in sizes {
        let (kept_large, peaks_large) = held(large);
        let more = NUMBER * (numbers(large) - numbers(SMALL));
        let found = kept_large - kept;
        assert!(found.abs_diff(more) < more / 100, "{large:?}: {found} bytes more, planes take {more}");
        let pairs = |size: Size| size.cells * (size.cells + INPUTS);
        for ((name, small), (_, peak)) in peaks.iter().zip(peaks_large) {
            println!("{name} {large:?} {small} {peak} tape {kept} pairs {}", NUMBER * pairs(SMALL));
        }
    }
}
