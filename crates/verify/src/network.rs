//! Cases of format `neuropil-network/1`: spikes and membrane traces of NEST.
//!
//! `single`: one cell, an excitatory and an inhibitory train, step currents. `network`: explicit wiring and input
//! trains. All times, weights, delays and initial potentials are stored; nothing is random.

use crate::cases::Case;
use crate::deviation::{larger, spike_check};
use crate::error::Error;
use crate::nest;
use crate::{Check, Report};
use neuropil_core::{Clock, Distribution, Stream, StreamKey};
use neuropil_engine::{Probe, Runnable, Simulation};
use neuropil_model::nest::model_of;
use neuropil_network::Window;
use neuropil_network::connect::List;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::Entry;
use neuropil_network::population::Initial;
use neuropil_network::source::SpikeTrain;
use neuropil_network::{Kind, Network, Population, Projection, Property, Sign};
use neuropil_record::Arrays;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

pub(crate) const FORMAT: &str = "neuropil-network/1";

#[derive(Deserialize)]
struct Header {
    kind: String,
    model: String,
    dt_ms: f64,
    t_stop_ms: f64,
    parameters: BTreeMap<String, f64>,
    #[serde(default)]
    v_init_mv: f64,
    input_weights: Option<[f64; 2]>,
    input_delays_ms: Option<[f64; 2]>,
    #[serde(default)]
    step_currents: Vec<StepCurrent>,
    n_exc: Option<u32>,
    n_inh: Option<u32>,
    external_weight: Option<f64>,
    external_delay_ms: Option<f64>,
}

#[derive(Deserialize)]
struct StepCurrent {
    start_ms: f64,
    stop_ms: f64,
    #[serde(rename = "amplitude_pA")]
    amplitude_pa: f64,
}

/// The largest deviation of v_m allowed, mV: exact integration, or NEST's adaptive Runge-Kutta method.
fn v_m_tolerance(model: &str) -> f64 {
    if model == "iaf_cond_exp" { 1e-6 } else { 1e-9 }
}

struct Reader<'c> {
    case: &'c Case,
    arrays: Arrays,
    header: Header,
    clock: Clock,
    entry: &'static Entry,
}

pub(crate) fn run(case: &Case) -> Result<Report, Error> {
    let wrong = |reason: String| Error::Header { file: case.header_path.clone(), reason };
    let header: Header = serde_json::from_str(&case.header).map_err(|error| wrong(error.to_string()))?;
    let clock = Clock::new(header.dt_ms).map_err(|error| wrong(error.to_string()))?;
    let entry = model_of(&header.model).ok_or_else(|| {
        wrong(format!(
            "model is \"{}\", expected iaf_psc_delta, iaf_psc_exp, iaf_psc_alpha or iaf_cond_exp",
            header.model
        ))
    })?;
    let reader = Reader { case, arrays: Arrays::open(&case.arrays_path)?, header, clock, entry };
    let checks = match reader.header.kind.as_str() {
        "single" => reader.single()?,
        "network" => reader.network()?,
        other => return Err(wrong(format!("kind is \"{other}\", expected single or network"))),
    };
    Ok(Report { case: case.name.clone(), checks })
}

/// (step, cell) of each spike.
type Spikes = Vec<(u64, u32)>;

/// More senders are taken for a damaged file.
const MOST_INPUTS: u32 = 1 << 24;

/// The cell or cells come first, so that their ids in the design are those of the case.
const CELLS: usize = 0;

impl Reader<'_> {
    fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason: reason.into() }
    }

    fn given<T>(&self, value: Option<T>, name: &str) -> Result<T, Error> {
        value.ok_or_else(|| self.wrong(format!("`{name}` is missing")))
    }

    fn times(&self, object: &str) -> Result<Vec<u64>, Error> {
        let (_, times) = self.arrays.f64(object)?;
        let step =
            |time: &f64| self.clock.nearest_step(*time).map_err(|error| self.bad_array(object, error.to_string()));
        times.iter().map(step).collect()
    }

    fn ids(&self, object: &str) -> Result<Vec<u32>, Error> {
        let (_, ids) = self.arrays.u64(object)?;
        ids.into_iter()
            .map(|id| u32::try_from(id).map_err(|_| self.bad_array(object, format!("{id} is no cell"))))
            .collect()
    }

    fn bad_array(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    fn cells(&self, count: u32, v_init_mv: Vec<f64>) -> Result<Population<f64>, Error> {
        if count == 0 || v_init_mv.len() != count as usize {
            return Err(self.bad_array("v_init", format!("{} values for {count} cells", v_init_mv.len())));
        }
        if let Some(index) = v_init_mv.iter().position(|value| !value.is_finite()) {
            return Err(self.bad_array("v_init", format!("value {index} is {}", v_init_mv[index])));
        }
        let columns = nest::columns(self.entry, &self.header.parameters)
            .map_err(|name| self.wrong(format!("{} has no parameter `{name}`", self.header.model)))?;
        let model = self.entry.build(&columns, count as usize, self.clock).map_err(|faults| {
            self.wrong(faults.iter().map(|fault| fault.fault.to_string()).collect::<Vec<_>>().join("; "))
        })?;
        Ok(population("cells", count, Kind::Neurons(model), vec![Initial { variable: 0, values: v_init_mv }]))
    }

    fn design(
        &self,
        populations: Vec<Population<f64>>,
        projections: Vec<Projection>,
        currents: Vec<Current>,
    ) -> Design<f64> {
        Design {
            clock: self.clock,
            seed: 0,
            populations,
            projections,
            poisson: Vec::new(),
            currents,
            voices: Vec::new(),
            weights: Weights::Full,
        }
    }

    fn simulate(&self, design: Design<f64>, probes: Vec<Probe>) -> Result<(Spikes, Vec<f64>), Error> {
        let steps =
            self.clock.steps(self.header.t_stop_ms).map_err(|error| self.wrong(format!("t_stop_ms: {error}")))?;
        let network = Network::build(design, None, 1, &AtomicU64::new(0))
            .map_err(|faults| Error::Network { file: self.case.header_path.clone(), faults })?;
        let cells = network.design.populations[CELLS].cells;
        let mut simulation = Simulation::new(network, probes, 1);
        let (mut spikes, mut trace) = (Vec::new(), Vec::new());
        while simulation.step() < steps {
            let outcome = simulation.advance((steps - simulation.step()).min(1000));
            outcome.map_err(|reason| Error::Run { file: self.case.header_path.clone(), reason })?;
            spikes.extend(simulation.chunk().spikes.iter().filter(|(_, id)| *id < cells));
            trace.extend(simulation.chunk().frames.iter().flatten());
        }
        Ok((spikes, trace))
    }

    fn single(&self) -> Result<Vec<Check>, Error> {
        let weights = self.given(self.header.input_weights, "input_weights")?;
        let delays = self.given(self.header.input_delays_ms, "input_delays_ms")?;
        let mut populations = vec![self.cells(1, vec![self.header.v_init_mv])?];
        let mut projections = Vec::new();
        for (input, (weight, delay)) in
            ["spikes_in_exc", "spikes_in_inh"].into_iter().zip(weights.into_iter().zip(delays))
        {
            let spikes = self.times(input)?.into_iter().map(|step| (step, 0)).collect();
            projections.push(projection(input, populations.len(), List::new(vec![0], &[0]), vec![weight], vec![delay]));
            populations.push(population(input, 1, Kind::Source(Box::new(SpikeTrain::new(spikes))), Vec::new()));
        }
        // A generator's current reaches the cell one step late.
        let late = self.clock.dt_ms();
        let current = |step: &StepCurrent| Current {
            target: CELLS,
            port: 0,
            only: None,
            waveform: Waveform::Constant { amplitude: step.amplitude_pa },
            window: Window { start_ms: step.start_ms + late, stop_ms: step.stop_ms + late },
            key: StreamKey::new(0, Stream::Noise, 0),
        };
        let currents = self.header.step_currents.iter().map(current).collect();
        let probe = Probe { population: CELLS, variable: 0, cells: vec![0], every_steps: 1 };
        let (spikes, trace) = self.simulate(self.design(populations, projections, currents), vec![probe])?;
        let expected = self.times("spike_times")?.into_iter().map(|step| (step, 0)).collect::<Vec<_>>();
        Ok(vec![spike_check(&expected, &spikes), self.trace_check(&trace)?])
    }

    fn trace_check(&self, trace: &[f64]) -> Result<Check, Error> {
        let (_, expected) = self.arrays.f64("v_m")?;
        let steps = self.times("v_times")?;
        if expected.is_empty() {
            return Err(self.bad_array("v_m", "is empty, expected at least one sample".into()));
        }
        if steps.len() != expected.len() {
            return Err(self.bad_array("v_m", format!("{} values for {} times", expected.len(), steps.len())));
        }
        let mut deviation = 0.0;
        for (step, value) in steps.iter().zip(&expected) {
            let own = usize::try_from(*step).ok().and_then(|step| trace.get(step.checked_sub(1)?));
            let own =
                own.ok_or_else(|| self.bad_array("v_times", format!("step {step} lies outside 1..={}", trace.len())))?;
            deviation = larger(deviation, (own - value).abs());
        }
        Ok(Check {
            what: "v_m".into(),
            deviation,
            tolerance: v_m_tolerance(&self.header.model),
            unit: "mV",
            detail: format!("largest over {} samples", expected.len()),
        })
    }

    fn network(&self) -> Result<Vec<Check>, Error> {
        let (n_exc, n_inh) = (self.given(self.header.n_exc, "n_exc")?, self.given(self.header.n_inh, "n_inh")?);
        let count = n_exc
            .checked_add(n_inh)
            .ok_or_else(|| self.wrong(format!("n_exc = {n_exc} and n_inh = {n_inh} are more cells than ids")))?;
        let cells = self.cells(count, self.arrays.f64("v_init")?.1)?;
        let senders = self.ids("input_ids")?;
        // One damaged id must not ask for 2^32 senders.
        let inputs = senders.iter().chain(&self.ids("input_conn_source")?).max().map_or(0, |id| *id);
        if inputs >= MOST_INPUTS {
            return Err(self.bad_array("input_ids", format!("found sender {inputs}, expected ids below {MOST_INPUTS}")));
        }
        let inputs = inputs + 1;
        let times = self.times("input_times")?;
        if times.len() != senders.len() {
            return Err(self.bad_array("input_times", format!("{} times for {} ids", times.len(), senders.len())));
        }
        let train = SpikeTrain::new(times.into_iter().zip(senders).collect());
        let source = population("inputs", inputs, Kind::Source(Box::new(train)), Vec::new());
        let external = self.ids("input_conn_target")?.len();
        let projections = vec![
            self.listed(
                "recurrent",
                CELLS,
                "conn_source",
                "conn_target",
                self.arrays.f64("conn_weight")?.1,
                self.arrays.f64("conn_delay_ms")?.1,
            )?,
            self.listed(
                "external",
                1,
                "input_conn_source",
                "input_conn_target",
                vec![self.given(self.header.external_weight, "external_weight")?; external],
                vec![self.given(self.header.external_delay_ms, "external_delay_ms")?; external],
            )?,
        ];
        let (spikes, _) = self.simulate(self.design(vec![cells, source], projections, Vec::new()), Vec::new())?;
        let mut expected: Vec<(u64, u32)> =
            self.times("spike_times")?.into_iter().zip(self.ids("spike_ids")?).collect();
        expected.sort_unstable();
        Ok(vec![spike_check(&expected, &spikes)])
    }

    fn listed(
        &self,
        name: &str,
        source: usize,
        from: &str,
        to: &str,
        weights: Vec<f64>,
        delays: Vec<f64>,
    ) -> Result<Projection, Error> {
        let (sources, targets) = (self.ids(from)?, self.ids(to)?);
        let lengths = [sources.len(), targets.len(), weights.len(), delays.len()];
        if lengths.iter().any(|length| *length != lengths[0]) {
            return Err(
                self.bad_array(from, format!("sources, targets, weights and delays differ in length: {lengths:?}"))
            );
        }
        Ok(projection(name, source, List::new(sources, &targets), weights, delays))
    }
}

fn population(name: &str, cells: u32, kind: Kind<f64>, initial: Vec<Initial>) -> Population<f64> {
    Population { name: name.into(), cells, kind, cell_type: String::new(), sign: Sign::Mixed, positions: None, initial }
}

fn projection(name: &str, source: usize, pairs: List, weights: Vec<f64>, delays_ms: Vec<f64>) -> Projection {
    let property = |values: Vec<f64>| match values.as_slice() {
        [value] => Property::Drawn(Distribution::constant(*value)),
        _ => Property::List(values),
    };
    Projection {
        name: name.into(),
        source,
        target: CELLS,
        from: None,
        to: None,
        connector: Box::new(pairs),
        autapses: true,
        multapses: true,
        weight: property(weights),
        delay_ms: property(delays_ms),
        receptor: None,
        synapse: None,
        plastic: false,
        third_factors: Vec::new(),
        stream: None,
    }
}
