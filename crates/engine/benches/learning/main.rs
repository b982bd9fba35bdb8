//! What an iteration of learning costs: seconds and bytes of the trials and of each rule, against the number of cells N,
//! steps T, trials B, types C and lags S: `cargo bench -p neuropil-engine --bench learning`.
//!
//! One thread. Seconds are of its processor time, the least of several runs; bytes are those that the allocator gave: of the trials what stays
//! (tapes, readouts, errors), of a rule the most it held at a time beside them, its gradient included.

mod task;

use clap::{Parser, ValueEnum};
use cpu_time::ThreadTime;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Form, Rule};
use peak_alloc::PeakAlloc;
use serde_json::json;
use task::{INPUTS, Size, Task};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What does not vary along a curve.
const BASE: Size = Size { cells: 100, steps: 200, trials: 16, types: 5, lags: 5, connectivity: 0.2 };

/// Measures time and memory of learning rules.
#[derive(Parser)]
struct Options {
    /// One JSON object a line in place of a table
    #[arg(long)]
    json: bool,
    /// The curves wanted
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Axis::ALL)]
    axes: Vec<Axis>,
    /// Runs of a point, the fastest counts
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// Points of other forms than the adjoint with more operations than this are left out
    #[arg(long, default_value_t = 1e9)]
    most_operations: f64,
    /// Share of pairs of cells that are synapses
    #[arg(long, default_value_t = BASE.connectivity)]
    connectivity: f64,
    /// What cargo says to benches
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Axis {
    Cells,
    Steps,
    Trials,
    Types,
    Lags,
}

impl Axis {
    const ALL: [Axis; 5] = [Axis::Cells, Axis::Steps, Axis::Trials, Axis::Types, Axis::Lags];

    fn name(self) -> &'static str {
        match self {
            Axis::Cells => "cells",
            Axis::Steps => "steps",
            Axis::Trials => "trials",
            Axis::Types => "types",
            Axis::Lags => "lags",
        }
    }

    fn values(self) -> &'static [usize] {
        match self {
            Axis::Cells => &[10, 20, 30, 50, 100, 200, 400, 800],
            Axis::Steps => &[50, 100, 200, 400, 800, 1600],
            Axis::Trials => &[1, 4, 16, 32, 64, 128],
            Axis::Types => &[1, 2, 5, 10, 20, 50],
            Axis::Lags => &[1, 2, 5, 10, 20, 50],
        }
    }

    /// The size that has `value` on this axis.
    fn at(self, value: usize, base: Size) -> Size {
        match self {
            Axis::Cells => Size { cells: value, ..base },
            Axis::Steps => Size { steps: value, ..base },
            Axis::Trials => Size { trials: value, ..base },
            Axis::Types => Size { types: value, ..base },
            Axis::Lags => Size { lags: value, ..base },
        }
    }
}

/// Rules and forms that are measured.
const LINES: [(&str, Form); 11] = [
    ("eprop", Form::Adjoint),
    ("mdgl_type_all", Form::Adjoint),
    ("modprop_type", Form::Adjoint),
    ("modprop_type_S", Form::Adjoint),
    ("modprop_cell", Form::Adjoint),
    ("bptt", Form::Adjoint),
    ("eprop", Form::Causal),
    ("modprop_type", Form::Forward),
    ("modprop_type_S", Form::Forward),
    ("modprop_cell", Form::Forward),
    ("bptt", Form::Causal),
];

/// What forms other than the adjoint cost by the table in docs/learning.md, where M counts pairs, existing or not.
fn operations(size: Size, rule: &Rule) -> f64 {
    let [cells, types, lags] = [size.cells, size.types, size.lags].map(|count| count as f64);
    let pairs = cells * (cells + INPUTS as f64);
    let synapses = size.connectivity * cells * cells;
    let factor = match rule.name {
        "eprop" => 1.0,
        "modprop_type" => types * types,
        "modprop_type_S" => lags,
        _ => synapses,
    };
    (size.steps * size.trials) as f64 * pairs * factor
}

/// What the runs of one piece of work took.
struct Cost {
    /// The least.
    seconds: f64,
    /// What the result holds.
    kept: usize,
    /// The most that was held at a time, the result included.
    peak: usize,
}

/// Runs `work` up to `repeats` times, fewer where that takes long.
fn measure<T>(repeats: usize, work: impl Fn() -> T) -> (Cost, T) {
    const LONG_S: f64 = 0.5;
    let begun = ThreadTime::now();
    let once = || {
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let run = ThreadTime::now();
        let result = work();
        let seconds = run.elapsed().as_secs_f64();
        (Cost { seconds, kept: HEAP.current_usage() - before, peak: HEAP.peak_usage() - before }, result)
    };
    let (mut least, mut result) = once();
    for _ in 1..repeats {
        if begun.elapsed().as_secs_f64() > LONG_S {
            break;
        }
        drop(result);
        let (cost, again) = once();
        least.seconds = least.seconds.min(cost.seconds);
        result = again;
    }
    (least, result)
}

/// One measured point of one curve.
struct Point {
    axis: Axis,
    value: usize,
    size: Size,
    /// Recurrent synapses.
    synapses: usize,
    /// Spikes of a cell, a step.
    rate: f64,
    line: &'static str,
    form: String,
    seconds: f64,
    bytes: usize,
}

impl Point {
    fn say(&self, json: bool) {
        let Size { cells, steps, trials, types, lags, .. } = self.size;
        let (axis, line) = (self.axis.name(), self.line);
        if json {
            let own = json!({
                "axis": axis, "value": self.value, "cells": cells, "steps": steps, "trials": trials, "types": types,
                "lags": lags, "inputs": INPUTS, "synapses": self.synapses, "rate": self.rate, "line": line,
                "form": self.form, "seconds": self.seconds, "bytes": self.bytes,
            });
            println!("{own}");
        } else {
            let (milliseconds, mib) = (self.seconds * 1e3, self.bytes as f64 / f64::from(1 << 20));
            println!("{axis:6} {:5}  {line:16} {:8} {milliseconds:10.3} ms {mib:10.3} MiB", self.value, self.form);
        }
    }
}

/// Measures all rules on one network.
fn point(axis: Axis, (value, size): (usize, Size), options: &Options) {
    let task = Task::of(size);
    let (trial, outcome) = measure(options.repeats, || task.run());
    let rate = outcome.rates.iter().sum::<f64>() / size.cells as f64;
    assert!(rate > 0.0, "a silent network measures nothing");
    let synapses = task.learner.w_rec.values().iter().filter(|weight| **weight != 0.0).count();
    let say = |line: &'static str, form: String, seconds: f64, bytes: usize| {
        Point { axis, value, size, synapses, rate, line, form, seconds, bytes }.say(options.json);
    };
    say("trials", "forward".into(), trial.seconds, trial.kept);
    for (name, form) in LINES {
        let rule = rule(name).expect("a rule of that name");
        if form == Form::Adjoint || operations(size, rule) <= options.most_operations {
            let gradient = || outcome.gradient(form, rule, &task.learner, 1).expect("the form exists for alif cells");
            let (cost, _) = measure(options.repeats, gradient);
            say(rule.name, form.to_string(), cost.seconds, cost.peak);
        }
    }
}

fn main() {
    let options = Options::parse();
    let base = Size { connectivity: options.connectivity, ..BASE };
    for axis in &options.axes {
        for value in axis.values() {
            point(*axis, (*value, axis.at(*value, base)), &options);
        }
    }
}
