//! Cases of format `neuropil-equation-cell/1`: a cell from a file of equations, with what an independent program computed of
//! the same equations. Trains at named ports, step currents at named continuous ports; nothing is random.
//!
//! The header names the file (beside it), parameters, start values and traces by the names that model files have. An
//! input's weights may have factors, one a spike.

use crate::cases::Case;
use crate::error::Error;
use crate::{Check, Report};
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_equations::machine::{Column, Frame, Machine, Method, Settings};
use neuropil_equations::{Cell, Role, read};
use neuropil_record::Arrays;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

pub(crate) const FORMAT: &str = "neuropil-equation-cell/1";

#[derive(Deserialize)]
struct Header {
    cell: String,
    dt_ms: f64,
    t_stop_ms: f64,
    integration: Integration,
    parameters: BTreeMap<String, f64>,
    initial: BTreeMap<String, f64>,
    inputs: Vec<Input>,
    step_currents: Vec<StepCurrent>,
    /// Datasets of `trace`, and our names of them.
    traces: BTreeMap<String, String>,
    /// Those of `traces`, each a state, that take the reference's values behind a step with a spike, and are not compared there.
    #[serde(default)]
    taken_at_spikes: Vec<String>,
    tolerance: f64,
}

#[derive(Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
enum Integration {
    Rk4 { substeps: u32 },
    Auto { tolerance: f64 },
    ForwardEuler { substeps: u32 },
    ExponentialEuler { substeps: u32 },
}

#[derive(Deserialize)]
struct Input {
    dataset: String,
    port: String,
    weight: f64,
    delay_ms: f64,
    factors: Option<String>,
}

#[derive(Deserialize)]
struct StepCurrent {
    port: String,
    start_ms: f64,
    stop_ms: f64,
    amplitude: f64,
}

struct Reader<'c> {
    case: &'c Case,
    arrays: Arrays,
    header: Header,
    clock: Clock,
    cell: Cell,
}

/// A state that takes the reference's values.
struct Taken {
    plane: usize,
    factor: f64,
    values: Vec<f64>,
}

/// What a run leaves: steps of spikes, and each recordable by step.
struct Trajectory {
    spikes: Vec<u64>,
    values: Vec<Vec<f64>>,
}

pub(crate) fn run(case: &Case) -> Result<Report, Error> {
    let wrong = |reason: String| Error::Header { file: case.header_path.clone(), reason };
    let header: Header = serde_json::from_str(&case.header).map_err(|error| wrong(error.to_string()))?;
    let clock = Clock::new(header.dt_ms).map_err(|error| wrong(error.to_string()))?;
    let (file, name) = match header.cell.split_once('#') {
        Some((file, name)) => (file, Some(name)),
        None => (header.cell.as_str(), None),
    };
    let path = case.header_path.parent().unwrap_or(Path::new(".")).join(file);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::Read { path: path.clone(), reason: error.to_string() })?;
    let cells = read(&text, Some(Role::Cell)).map_err(|findings| {
        let shown =
            findings.faults.iter().map(|own| format!("{}:{}: {}", own.place.line, own.place.column, own.message));
        Error::Header { file: path.clone(), reason: shown.collect::<Vec<_>>().join("; ") }
    })?;
    let found = cells.cells.into_iter().find(|cell| name.is_none_or(|name| cell.name == name));
    let cell = found.ok_or_else(|| wrong(format!("`{}`: there is no such model in the file", header.cell)))?;
    let reader = Reader { case, arrays: Arrays::open(&case.arrays_path)?, header, clock, cell };
    Ok(Report { case: case.name.clone(), checks: reader.checks()? })
}

impl Reader<'_> {
    fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason: reason.into() }
    }

    fn bad_array(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    fn step(&self, time_ms: f64) -> Result<u64, Error> {
        self.clock.nearest_step(time_ms).map_err(|error| self.wrong(error.to_string()))
    }

    fn machine(&self) -> Result<Machine<f64>, Error> {
        let method = match self.header.integration {
            Integration::Rk4 { substeps } => Method::RungeKutta { substeps: substeps.max(1) },
            Integration::Auto { tolerance } => Method::Auto { tolerance },
            Integration::ForwardEuler { substeps } => Method::ForwardEuler { substeps: substeps.max(1) },
            Integration::ExponentialEuler { substeps } => Method::ExponentialEuler { substeps: substeps.max(1) },
        };
        let mut set = vec![None; self.cell.parameters.len()];
        for (name, value) in &self.header.parameters {
            let place = self.cell.parameters.iter().position(|own| own.name.column == *name);
            let place = place.ok_or_else(|| self.wrong(format!("{} has no parameter `{name}`", self.cell.name)))?;
            set[place] = Some(Column::One(value * self.cell.parameters[place].name.unit.factor()));
        }
        let settings = Settings { dt_ms: self.header.dt_ms, method, timers_on_grid: true };
        Machine::new(&self.cell, settings, &set, 1, StreamKey::new(0, Stream::Equation, 0))
            .map_err(|faults| self.wrong(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
    }

    /// The state before the first step.
    fn start(&self, machine: &Machine<f64>) -> Result<Vec<Vec<f64>>, Error> {
        let mut planes: Vec<Vec<f64>> = (0..machine.planes()).map(|plane| vec![machine.start(plane, 0)]).collect();
        for (name, value) in &self.header.initial {
            let place = self.cell.states.iter().position(|own| own.name.column == *name);
            let place = place.ok_or_else(|| self.wrong(format!("{} has no variable `{name}`", self.cell.name)))?;
            planes[place][0] = value * self.cell.states[place].name.unit.factor();
        }
        Ok(planes)
    }

    /// The sum of weights by port and step.
    fn arrivals(&self, steps: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut arrivals = vec![vec![0.0; steps + 1]; self.cell.spike_ports.len()];
        for input in &self.header.inputs {
            let port = self.cell.spike_ports.iter().position(|own| own.name.text == input.port);
            let port = port.ok_or_else(|| self.wrong(format!("{} has no port `{}`", self.cell.name, input.port)))?;
            let (_, times) = self.arrays.f64(&input.dataset)?;
            let factors = match &input.factors {
                Some(object) => self.arrays.f64(object)?.1,
                None => vec![1.0; times.len()],
            };
            if factors.len() != times.len() {
                let reason = format!("{} factors for {} spikes", factors.len(), times.len());
                return Err(self.bad_array(&input.dataset, reason));
            }
            for (time, factor) in times.iter().zip(factors) {
                let step = usize::try_from(self.step(time + input.delay_ms)?).unwrap_or(usize::MAX);
                if let Some(sum) = arrivals[port].get_mut(step) {
                    *sum += input.weight * factor;
                }
            }
        }
        Ok(arrivals)
    }

    /// The current by continuous port and step.
    fn currents(&self, steps: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut currents = vec![vec![0.0; steps + 1]; self.cell.input_ports.len()];
        for own in &self.header.step_currents {
            let port = self.cell.input_ports.iter().position(|port| port.name.text == own.port);
            let port = port.ok_or_else(|| self.wrong(format!("{} has no input `{}`", self.cell.name, own.port)))?;
            let factor = self.cell.input_ports[port].name.unit.factor();
            let (start, stop) = (self.step(own.start_ms)?, self.step(own.stop_ms)?);
            for (step, value) in (0_u64..).zip(&mut currents[port]) {
                if step > start && step <= stop {
                    *value += own.amplitude * factor;
                }
            }
        }
        Ok(currents)
    }

    /// What is taken of the reference behind its spikes.
    fn taken(&self) -> Result<Vec<Taken>, Error> {
        let of = |object: &String| {
            let name = self.header.traces.get(object);
            let place = name.and_then(|name| self.cell.states.iter().position(|own| own.name.column == *name));
            let plane =
                place.ok_or_else(|| self.wrong(format!("taken_at_spikes: `{object}` is no trace of a state")))?;
            let (_, values) = self.arrays.f64(&format!("trace/{object}"))?;
            Ok(Taken { plane, factor: self.cell.states[plane].name.unit.factor(), values })
        };
        self.header.taken_at_spikes.iter().map(of).collect()
    }

    fn simulate(&self, machine: &Machine<f64>, steps: usize, expected: &[u64]) -> Result<Trajectory, Error> {
        let mut planes = self.start(machine)?;
        let taken = self.taken()?;
        let (arrivals, currents) = (self.arrivals(steps)?, self.currents(steps)?);
        let mut trajectory = Trajectory { spikes: Vec::new(), values: vec![Vec::new(); self.cell.recordables.len()] };
        for step in 1..=steps {
            let mut own: Vec<[f64; 1]> = arrivals.iter().map(|plane| [plane[step]]).collect();
            let held: Vec<[f64; 1]> = currents.iter().map(|plane| [plane[step]]).collect();
            let held: Vec<&[f64]> = held.iter().map(<[f64; 1]>::as_slice).collect();
            let mut fired = [0];
            let sound = machine.advance(&mut Frame {
                planes: &mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
                arrivals: &mut own.iter_mut().map(<[f64; 1]>::as_mut_slice).collect::<Vec<_>>(),
                currents: &held,
                fired: &mut fired,
                first_cell: 0,
                lanes: 1,
                step: step as u64,
            });
            if !sound {
                return Err(self.wrong(format!("the state is no longer finite in step {step}")));
            }
            if fired[0] == 1 {
                trajectory.spikes.push(step as u64);
            }
            for (place, values) in trajectory.values.iter_mut().enumerate() {
                let factor = self.cell.recordables[place].name.unit.factor();
                values.push(machine.observe(place, 0, |plane| planes[plane][0], step as u64) / factor);
            }
            for own in taken.iter().filter(|_| expected.contains(&(step as u64))) {
                if let Some(value) = own.values.get(step - 1) {
                    planes[own.plane][0] = value * own.factor;
                }
            }
        }
        Ok(trajectory)
    }

    fn checks(&self) -> Result<Vec<Check>, Error> {
        let steps = usize::try_from(self.step(self.header.t_stop_ms)?).unwrap_or(usize::MAX) - 1;
        let machine = self.machine()?;
        let expected: Vec<u64> =
            self.arrays.f64("spike_times")?.1.iter().map(|time| self.step(*time)).collect::<Result<_, _>>()?;
        let trajectory = self.simulate(&machine, steps, &expected)?;
        let mut checks = vec![spikes(&trajectory.spikes, &expected)];
        for (object, name) in &self.header.traces {
            let left_out = if self.header.taken_at_spikes.contains(object) { expected.as_slice() } else { &[] };
            checks.push(self.trace((object, name), &trajectory, left_out)?);
        }
        Ok(checks)
    }

    /// The deviation of a variable, in units of the tolerance's: max(1, largest value). Some steps are left out.
    fn trace(&self, (object, name): (&str, &str), trajectory: &Trajectory, left_out: &[u64]) -> Result<Check, Error> {
        let place = self.cell.recordables.iter().position(|own| own.name.column == *name);
        let place = place.ok_or_else(|| self.wrong(format!("{} has no recordable `{name}`", self.cell.name)))?;
        let object = format!("trace/{object}");
        let (_, expected) = self.arrays.f64(&object)?;
        let found = &trajectory.values[place];
        if expected.is_empty() || expected.len() > found.len() {
            let reason = format!("has {} samples, expected 1 to {}", expected.len(), found.len());
            return Err(self.bad_array(&object, reason));
        }
        let (mut deviation, mut largest) = (0.0_f64, 1.0_f64);
        for ((step, found), expected) in (1_u64..).zip(found).zip(&expected) {
            let own = if left_out.contains(&step) { 0.0 } else { (found - expected).abs() };
            deviation = if own > deviation || own.is_nan() { own } else { deviation };
            largest = largest.max(expected.abs());
        }
        Ok(Check {
            what: name.into(),
            deviation,
            tolerance: self.header.tolerance * largest,
            unit: "",
            detail: format!("largest over {} samples", expected.len() - left_out.len().min(expected.len())),
        })
    }
}

/// How many spikes are not in the step that they should be in.
fn spikes(found: &[u64], expected: &[u64]) -> Check {
    let missing = expected.iter().filter(|step| !found.contains(step)).count();
    let more = found.iter().filter(|step| !expected.contains(step)).count();
    #[expect(clippy::cast_precision_loss, reason = "a count of spikes")]
    let deviation = (missing + more) as f64;
    let detail = format!("{} spikes, {missing} missing, {more} too many", expected.len());
    Check { what: "spikes".into(), deviation, tolerance: 0.0, unit: "spikes", detail }
}
