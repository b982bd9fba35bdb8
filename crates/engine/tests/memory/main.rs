//! What trials and gradients hold, counted by the allocator: one test, for it counts whatever the process allocates.

#[path = "../../benches/learning/task.rs"]
mod task;

use neuropil_engine::trial::GROUP_TRIALS;
use neuropil_plasticity::rule::{Emission, Memory, Reach};
use neuropil_plasticity::{Form, RULES, Rule};
use peak_alloc::PeakAlloc;
use task::{INPUTS, OUTPUTS, Size, Task};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const SMALL: Size = Size { cells: 40, steps: 150, trials: GROUP_TRIALS, types: 5, lags: 5, connectivity: 0.5 };
const NUMBER: usize = size_of::<f64>();

/// Bytes that were held at one size.
struct HeapUse {
    size: Size,
    /// What trials keep.
    kept: usize,
    /// The most that each rule in its adjoint form holds beside that, its gradient included.
    peaks: Vec<(Rule, usize)>,
}

impl HeapUse {
    fn at(size: Size) -> Self {
        let mut task = Task::of(size);
        task.learner.feedback = Some(task.learner.readout.w_out.transposed());
        let before = HEAP.current_usage();
        let outcome = task.run();
        let kept = HEAP.current_usage() - before;
        let peaks = RULES.iter().filter_map(|rule| {
            HEAP.reset_peak_usage();
            let before = HEAP.current_usage();
            let gradient = outcome.gradient(Form::Adjoint, rule, &task.learner, 1);
            gradient.is_ok().then(|| (*rule, HEAP.peak_usage() - before))
        });
        Self { size, kept, peaks: peaks.collect() }
    }

    /// Bytes of the planes z, ψ, y, err and what was asked.
    fn planes(&self) -> usize {
        NUMBER * self.size.trials * self.size.steps * (2 * self.size.cells + 3 * OUTPUTS)
    }

    /// What a rule holds besides planes of one group of trials: ψ̄ of the online rules, the two factors of rules whose synapses remember products, D, k and Γ of those that follow the cells behind each.
    fn bounded(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let plane = NUMBER * GROUP_TRIALS * self.size.steps * self.size.cells;
        let planes = |rule: &Rule| match (rule.emission, rule.memory, rule.reach) {
            (Emission::Online, ..) => 1,
            (_, Memory::Window | Memory::Product, _) => 2,
            (.., Reach::Hops(_)) => 3,
            _ => 0,
        };
        self.peaks.iter().map(move |(rule, peak)| (rule.name, peak - planes(rule) * plane))
    }
}

/// Trials keep z, ψ, y, err and what was asked, beside the x of their batch: T, B and N times as many bytes for as many times the steps, trials and cells. Beside
/// them no rule holds anything that grows with T, with B more than the gradient of each group, with N more than matrices;
/// but planes of a group: one of the online rules, ψ̄, two of rules whose synapses remember products, three of SnAp-n. Would catch a trace for every synapse and step, or for every synapse and trial.
#[test]
fn memory_is_that_of_the_tape_and_of_the_weights() {
    let small = HeapUse::at(SMALL);
    assert_eq!(
        small.peaks.len(),
        RULES.len() - 5,
        "all rules but the two of rate cells, the two of other runs and the one without an adjoint form"
    );
    let longer = HeapUse::at(Size { steps: 2 * SMALL.steps, ..SMALL });
    let more = HeapUse::at(Size { trials: 2 * SMALL.trials, ..SMALL });
    let larger = HeapUse::at(Size { cells: 2 * SMALL.cells, ..SMALL });
    for held in [&small, &longer, &more, &larger] {
        assert!(held.kept.abs_diff(held.planes()) < held.planes() / 100, "{:?}: {} bytes", held.size, held.kept);
    }
    let gradient = NUMBER * (SMALL.cells * (SMALL.cells + INPUTS) + OUTPUTS * (SMALL.cells + 1));
    let bookkeeping = 1024;
    for ((((name, small), (_, longer)), (_, more)), (_, larger)) in
        small.bounded().zip(longer.bounded()).zip(more.bounded()).zip(larger.bounded())
    {
        assert!(longer <= small + bookkeeping, "{name}: {small} bytes, {longer} for twice the steps");
        assert!(more <= small + gradient + bookkeeping, "{name}: {small} bytes, {more} for twice the trials");
        assert!(larger <= 4 * small, "{name}: {small} bytes, {larger} for twice the cells");
    }
}
