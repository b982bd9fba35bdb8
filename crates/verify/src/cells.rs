//! Cases of format `neuropil-cell/1`: one cell of NEST with every recordable variable, trains at numbered ports, step
//! currents. Nothing is random.
//!
//! Ports are numbered from 1, in the order of the model's; port 0 is chosen by the sign of the weight.

use crate::cases::Case;
use crate::deviation::{larger, spike_check};
use crate::error::Error;
use crate::{Check, Report};
use neuropil_core::{Clock, Distribution, Stream, StreamKey};
use neuropil_engine::{Probe, Runnable, Simulation};
use neuropil_model::nest::symbol_of;
use neuropil_network::Window;
use neuropil_network::connect::List;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{AskedPort, Column, Entry, ModelInfo, SignRule, interned, model};
use neuropil_network::population::Initial;
use neuropil_network::source::SpikeTrain;
use neuropil_network::{Kind, Network, Population, Projection, Property, Sign};
use neuropil_record::Arrays;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

pub(crate) const FORMAT: &str = "neuropil-cell/1";

/// NEST's models that these cases may have, and ours.
const MODELS: [(&str, &str); 1] = [("iaf_psc_exp_multisynapse", "lif_exp_multi")];

#[derive(Deserialize)]
struct Header {
    kind: String,
    model: String,
    dt_ms: f64,
    t_stop_ms: f64,
    parameters: BTreeMap<String, Parameter>,
    initial_state: BTreeMap<String, f64>,
    inputs: Vec<Input>,
    step_currents: Vec<StepCurrent>,
    tolerance: f64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Parameter {
    Cell(f64),
    /// One a port.
    Ports(Vec<f64>),
}

#[derive(Deserialize)]
struct Input {
    dataset: String,
    port: usize,
    weight: f64,
    delay_ms: f64,
}

#[derive(Deserialize)]
struct StepCurrent {
    start_ms: f64,
    stop_ms: f64,
    #[serde(rename = "amplitude_pA")]
    amplitude_pa: f64,
}

struct Reader<'c> {
    case: &'c Case,
    arrays: Arrays,
    header: Header,
    clock: Clock,
}

pub(crate) fn run(case: &Case) -> Result<Report, Error> {
    let wrong = |reason: String| Error::Header { file: case.header_path.clone(), reason };
    let header: Header = serde_json::from_str(&case.header).map_err(|error| wrong(error.to_string()))?;
    let clock = Clock::new(header.dt_ms).map_err(|error| wrong(error.to_string()))?;
    if header.kind != "single" {
        return Err(wrong(format!("kind is \"{}\", expected single", header.kind)));
    }
    let reader = Reader { case, arrays: Arrays::open(&case.arrays_path)?, header, clock };
    Ok(Report { case: case.name.clone(), checks: reader.checks()? })
}

/// What a cell did.
struct Simulated {
    /// As (step, cell).
    spikes: Vec<(u64, u32)>,
    /// Of each variable, from the first step on.
    traces: Vec<Vec<f64>>,
}

impl Reader<'_> {
    fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason: reason.into() }
    }

    fn bad_array(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    fn steps(&self, object: &str) -> Result<Vec<u64>, Error> {
        let step =
            |time: &f64| self.clock.nearest_step(*time).map_err(|error| self.bad_array(object, error.to_string()));
        self.arrays.f64(object)?.1.iter().map(step).collect()
    }

    fn entry(&self) -> Result<&'static Entry, Error> {
        let found = MODELS.iter().find(|(nest, _)| *nest == self.header.model).and_then(|(_, ours)| model(ours));
        let known = || MODELS.map(|(nest, _)| nest).join(", ");
        found.ok_or_else(|| self.wrong(format!("model is \"{}\", expected {}", self.header.model, known())))
    }

    /// The model with as many ports as its lists of parameters are long, and the columns of its parameters.
    fn cell(&self, entry: &Entry) -> Result<(&'static ModelInfo, Vec<Column>), Error> {
        let lists: Vec<(&String, &Vec<f64>)> = (self.header.parameters.iter())
            .filter_map(|(name, value)| if let Parameter::Ports(list) = value { Some((name, list)) } else { None })
            .collect();
        let shape = entry.shape.ok_or_else(|| self.wrong(format!("{} has fixed ports", entry.info.name)))?;
        let ports = lists.first().map_or(0, |(_, list)| list.len());
        let asked = |port: usize| AskedPort { name: interned(&port.to_string()), sign: SignRule::Any };
        let info = (shape.info)(&(1..=ports).map(asked).collect::<Vec<_>>());
        let own = info.parameters.len() - ports * shape.parameters.len();
        let mut columns: Vec<Column> = info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
        for (name, value) in &self.header.parameters {
            let missing = || self.wrong(format!("{} has no parameter `{name}`", self.header.model));
            match value {
                Parameter::Cell(value) => {
                    let row = symbol_of(name).and_then(|own| info.parameters.iter().position(|row| row.symbol == own));
                    columns[row.ok_or_else(missing)?] = Column::Constant(*value);
                }
                Parameter::Ports(list) => {
                    let row = shape.parameters.iter().position(|row| row.symbol == name).ok_or_else(missing)?;
                    if list.len() != ports {
                        return Err(self.wrong(format!("`{name}` has {} values for {ports} ports", list.len())));
                    }
                    for (port, value) in list.iter().enumerate() {
                        columns[own + port * shape.parameters.len() + row] = Column::Constant(*value);
                    }
                }
            }
        }
        Ok((info, columns))
    }

    fn checks(&self) -> Result<Vec<Check>, Error> {
        let entry = self.entry()?;
        let (info, columns) = self.cell(entry)?;
        let built = entry.build_shaped(info, &columns, 1, self.clock).map_err(|faults| {
            self.wrong(faults.iter().map(|fault| fault.fault.to_string()).collect::<Vec<_>>().join("; "))
        })?;
        let initial = self.header.initial_state.iter().map(|(name, value)| {
            let variable = variable_of(info, name).ok_or_else(|| self.wrong(format!("no variable `{name}`")))?;
            Ok(Initial { variable, values: vec![*value] })
        });
        let mut populations = vec![population("cell", Kind::Neurons(built), initial.collect::<Result<_, Error>>()?)];
        let mut projections = Vec::new();
        for input in &self.header.inputs {
            if input.port > info.ports.len() {
                let (port, ports) = (input.port, info.ports.len());
                return Err(self.wrong(format!("input `{}`: port is {port}, there are {ports}", input.dataset)));
            }
            let spikes = self.steps(&input.dataset)?.into_iter().map(|step| (step, 0)).collect();
            projections.push(projection(input, populations.len()));
            let train = Kind::Source(Box::new(SpikeTrain::new(spikes)));
            populations.push(population(&input.dataset, train, Vec::new()));
        }
        let design = Design {
            clock: self.clock,
            seed: 0,
            populations,
            projections,
            poisson: Vec::new(),
            currents: self.header.step_currents.iter().map(|step| self.current(step)).collect(),
            voices: Vec::new(),
            weights: Weights::Full,
        };
        let Simulated { spikes, traces } = self.simulate(design, info.variables.len())?;
        let expected: Vec<_> = self.steps("spike_times")?.into_iter().map(|step| (step, 0)).collect();
        let mut checks = vec![spike_check(&expected, &spikes)];
        for name in self.arrays.datasets("trace")? {
            checks.push(self.trace_check(info, &name, &traces)?);
        }
        Ok(checks)
    }

    /// A generator's current reaches the cell one step late.
    fn current(&self, step: &StepCurrent) -> Current {
        let late = self.clock.dt_ms();
        let (start_ms, stop_ms) = (step.start_ms + late, step.stop_ms + late);
        Current {
            target: 0,
            port: 0,
            only: None,
            waveform: Waveform::Constant { amplitude: step.amplitude_pa },
            window: Window { start_ms, stop_ms },
            key: StreamKey::new(0, Stream::Noise, 0),
        }
    }

    fn simulate(&self, design: Design<f64>, variables: usize) -> Result<Simulated, Error> {
        let steps =
            self.clock.steps(self.header.t_stop_ms).map_err(|error| self.wrong(format!("t_stop_ms: {error}")))?;
        let probe = |variable| Probe { population: 0, variable, cells: vec![0], every_steps: 1 };
        let network = Network::build(design, None, 1, &AtomicU64::new(0))
            .map_err(|faults| Error::Network { file: self.case.header_path.clone(), faults })?;
        let mut simulation = Simulation::new(network, (0..variables).map(probe).collect(), 1);
        let (mut spikes, mut traces) = (Vec::new(), vec![Vec::new(); variables]);
        while simulation.step() < steps {
            let outcome = simulation.advance((steps - simulation.step()).min(1000));
            outcome.map_err(|reason| Error::Run { file: self.case.header_path.clone(), reason })?;
            spikes.extend(simulation.chunk().spikes.iter().filter(|(_, id)| *id == 0));
            traces.iter_mut().zip(&simulation.chunk().frames).for_each(|(trace, frames)| trace.extend(frames));
        }
        Ok(Simulated { spikes, traces })
    }

    /// The deviation of a variable, over the tolerance of the case times max(1, largest value).
    fn trace_check(&self, info: &ModelInfo, name: &str, traces: &[Vec<f64>]) -> Result<Check, Error> {
        let object = format!("trace/{name}");
        let (_, expected) = self.arrays.f64(&object)?;
        let own: Vec<usize> = match (variable_of(info, name), name) {
            (Some(variable), _) => vec![variable],
            // All currents together.
            (None, "I_syn") => info.lasting().map(|(_, variable)| variable).collect(),
            (None, _) => return Err(self.bad_array(&object, format!("{} has no variable `{name}`", info.name))),
        };
        if expected.is_empty() || expected.len() > traces[0].len() {
            let reason = format!("has {} samples, expected 1 to {}", expected.len(), traces[0].len());
            return Err(self.bad_array(&object, reason));
        }
        let (mut deviation, mut largest) = (0.0, 1.0);
        for (step, value) in expected.iter().enumerate() {
            let found: f64 = own.iter().map(|variable| traces[*variable][step]).sum();
            deviation = larger(deviation, (found - value).abs());
            largest = larger(largest, value.abs());
        }
        let unit = info.variables[own[0]].unit.symbol();
        let detail = format!("largest over {} samples", expected.len());
        Ok(Check { what: name.into(), deviation, tolerance: self.header.tolerance * largest, unit, detail })
    }
}

/// Our variable that NEST calls `nest`.
fn variable_of(info: &ModelInfo, nest: &str) -> Option<usize> {
    let symbol = nest.to_lowercase();
    info.variables.iter().position(|variable| variable.symbol == symbol)
}

fn population(name: &str, kind: Kind<f64>, initial: Vec<Initial>) -> Population<f64> {
    let cell_type = String::new();
    Population { name: name.into(), cells: 1, kind, cell_type, sign: Sign::Mixed, positions: None, initial }
}

fn projection(input: &Input, source: usize) -> Projection {
    let constant = |value| Property::Drawn(Distribution::constant(value));
    Projection {
        name: input.dataset.clone(),
        source,
        target: 0,
        from: None,
        to: None,
        connector: Box::new(List::new(vec![0], &[0])),
        autapses: true,
        multapses: true,
        receptor: input.port.checked_sub(1),
        weight: constant(input.weight),
        delay_ms: constant(input.delay_ms),
        synapse: None,
        plastic: false,
        third_factors: Vec::new(),
        stream: None,
    }
}
