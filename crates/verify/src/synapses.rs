//! Cases of format `neuropil-synapse/1`: weights of NEST's plastic synapses, as every presynaptic spike carried them. Nothing is random.
//!
//! `pairs`: explicit trains on both sides. `closed_loop`: explicit trains drive `iaf_psc_exp` cells through plastic synapses, static
//! synapses beside.

mod arrays;
mod of_file;
mod parts;
mod released;
mod simulated;
mod voltage;
mod watched;

use crate::cases::Case;
use crate::deviation::spike_check;
use crate::error::Error;
use crate::nest;
use crate::{Check, Report};
use neuropil_core::{CellSet, Clock};
use neuropil_model::nest::model_of;
use neuropil_network::connect::List;
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, model as cell_model};
use neuropil_network::population::Initial;
use neuropil_network::source::SpikeTrain;
use neuropil_network::synapse::third_factor::Origin;
use neuropil_network::synapse::{Entry, SynapseModel, ThirdFactor, model};
use neuropil_network::voice::Voice;
use neuropil_network::{Kind, Population, Projection, Property, Sign};
use neuropil_record::Arrays;
use parts::{Sent, population, projection, row_of, weight_check};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

pub(crate) const FORMAT: &str = "neuropil-synapse/1";

/// NEST's models that these cases may have, and ours.
const MODELS: [(&str, &str); 9] = [
    ("stdp_synapse", "stdp"),
    ("stdp_nn_symm_synapse", "stdp_nn_symm"),
    ("stdp_nn_restr_synapse", "stdp_nn_restr"),
    ("stdp_nn_pre_centered_synapse", "stdp_nn_pre_centered"),
    ("stdp_pl_synapse_hom", "stdp_power_law"),
    ("stdp_triplet_synapse", "stdp_triplet"),
    ("vogels_sprekeler_synapse", "vogels_sprekeler"),
    ("stdp_dopamine_synapse", "stdp_dopamine"),
    (released::NEST_MODEL, "short_term"),
];
/// Parameters that NEST calls otherwise than by our symbol in another case.
const NAMES: [(&str, &str); 10] = [
    ("lambda", "learning_rate"),
    ("eta", "learning_rate"),
    ("Wmax", "w_max"),
    ("Wmin", "w_min"),
    ("b", "baseline"),
    ("Aplus", "a_plus"),
    ("Aplus_triplet", "a_plus_triplet"),
    ("Aminus", "a_minus"),
    ("Aminus_triplet", "a_minus_triplet"),
    ("tau", "tau_plus"),
];
/// Of weights, over the largest of them; of membrane potentials, mV.
const TOLERANCE: f64 = 1e-9;
/// The populations of a case.
const POST: usize = 0;
const PRE: usize = 1;
const INH: usize = 2;

#[derive(Deserialize)]
struct Header {
    kind: String,
    synapse_model: String,
    post_model: String,
    dt_ms: f64,
    t_stop_ms: f64,
    n_pre: u32,
    n_post: u32,
    #[serde(default)]
    n_inh: u32,
    synapse_parameters: BTreeMap<String, f64>,
    /// A file of the same equations, beside the header: it is held to the case as well.
    #[serde(default)]
    equations: Option<String>,
    #[serde(deserialize_with = "parts::numbers")]
    post_parameters: BTreeMap<String, f64>,
    /// The start of receiving cells, where no `v_init` has each one's.
    #[serde(default)]
    post_initial_state: BTreeMap<String, f64>,
    /// From a dopamine spike to all synapses, where there are such.
    dopamine_delay_ms: Option<f64>,
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
    if !["pairs", "closed_loop"].contains(&header.kind.as_str()) {
        return Err(wrong(format!("kind is \"{}\", expected pairs or closed_loop", header.kind)));
    }
    let reader = Reader { case, arrays: Arrays::open(&case.arrays_path)?, header, clock };
    Ok(Report { case: case.name.clone(), checks: reader.checks()? })
}

/// A model with its values, one a parameter.
struct Chosen {
    entry: &'static Entry,
    values: Vec<f64>,
}

/// A synapse of the case.
struct Connection {
    kind: u64,
    source: u32,
    target: u32,
    weight: f64,
    delay_ms: f64,
}

/// A weight that a spike carried.
struct Carried {
    /// When it reached the cell, in steps.
    step: u64,
    source: u32,
    target: u32,
    weight: f64,
}

impl Reader<'_> {
    /// The model of the synapses, and its parameters in the case.
    fn synapse(&self) -> Result<Chosen, Error> {
        let own = MODELS.iter().find(|(nest, _)| *nest == self.header.synapse_model);
        let known =
            || format!("{}, {}, {}", MODELS.map(|(nest, _)| nest).join(", "), voltage::NEST_MODEL, watched::URBANCZIK);
        let entry: &'static Entry = own.and_then(|(_, own)| model(own)).ok_or_else(|| {
            self.wrong(format!("synapse_model is \"{}\", expected one of {}", self.header.synapse_model, known()))
        })?;
        self.check_starts()?;
        let table = entry.info.parameters;
        let mut values = self.values(table, &[])?;
        // What NEST keeps of receiving cells.
        for (name, value) in &self.header.post_parameters {
            if let Some(row) = row_of(table, &[], name).filter(|_| name.starts_with("tau_minus")) {
                values[row] = *value;
            }
        }
        Ok(Chosen { entry, values })
    }

    fn connections(&self) -> Result<Vec<Connection>, Error> {
        let (sources, targets) = (self.ids("conn_source")?, self.ids("conn_target")?);
        let (_, weights) = self.arrays.f64("conn_weight")?;
        let (_, delays) = self.arrays.f64("conn_delay_ms")?;
        let kinds = match self.header.kind.as_str() {
            "closed_loop" => self.arrays.u64("conn_kind")?.1,
            _ => vec![0; sources.len()],
        };
        let lengths = [targets.len(), weights.len(), delays.len(), kinds.len()];
        if lengths.iter().any(|length| *length != sources.len()) {
            return Err(self.bad_array("conn_source", format!("{} synapses beside {lengths:?}", sources.len())));
        }
        let all = sources.into_iter().zip(targets).zip(weights.into_iter().zip(delays)).zip(kinds);
        Ok(all
            .map(|(((source, target), (weight, delay_ms)), kind)| Connection { kind, source, target, weight, delay_ms })
            .collect())
    }

    /// The receiving cells, and what they send if it is given.
    fn post(&self) -> Result<(Population<f64>, Option<Voice>), Error> {
        let (cells, given) = (self.header.n_post, self.header.post_model == "parrot_neuron");
        let nest_model = if given { "iaf_psc_exp" } else { &self.header.post_model };
        let entry = model_of(nest_model).or_else(|| cell_model(nest_model));
        let entry = entry.ok_or_else(|| self.wrong(format!("post_model is \"{nest_model}\", which is not known")))?;
        let mut parameters = self.header.post_parameters.clone();
        parameters.retain(|name, _| !given && !name.starts_with("tau_minus"));
        let columns: Vec<Column> = nest::columns(entry, &parameters)
            .map_err(|name| self.wrong(format!("{nest_model} has no parameter `{name}`")))?;
        let built = entry.build(&columns, cells as usize, self.clock).map_err(|faults| {
            self.wrong(faults.iter().map(|fault| fault.fault.to_string()).collect::<Vec<_>>().join("; "))
        })?;
        let initial = match given {
            true => Vec::new(),
            false => match self.header.post_initial_state.get("V_m") {
                Some(v_m) => vec![Initial { variable: 0, values: vec![*v_m; cells as usize] }],
                None => vec![Initial { variable: 0, values: self.arrays.f64("v_init")?.1 }],
            },
        };
        let voice = |spikes| Voice {
            population: POST,
            cells: CellSet::new((0..cells).collect::<Vec<_>>()).expect("they ascend"),
            spikes: SpikeTrain::new(spikes),
        };
        let voice = given.then(|| self.spikes("post", cells)).transpose()?.map(voice);
        Ok((population("post", cells, Kind::Neurons(built), initial), voice))
    }

    /// The dopamine of the case, if there is such: a population of that number, and what synapses hear of it.
    fn dopamine(&self, number: usize) -> Result<Option<(Population<f64>, ThirdFactor)>, Error> {
        let Some(delay_ms) = self.header.dopamine_delay_ms else { return Ok(None) };
        let delay =
            self.clock.steps(delay_ms).ok().and_then(|steps| u32::try_from(steps).ok()).filter(|steps| *steps > 0);
        let delay_steps = delay.ok_or_else(|| self.wrong(format!("dopamine_delay_ms: {delay_ms} is no delay")))?;
        let spikes = self.steps("dopamine_times")?.into_iter().map(|step| (step, 0)).collect();
        let source = population("dopamine", 1, Kind::Source(Box::new(SpikeTrain::new(spikes))), Vec::new());
        let origin = Origin::Spikes { senders: vec![(number, None)], delay_steps };
        Ok(Some((source, ThirdFactor { gain: 1.0, origin })))
    }

    fn checks(&self) -> Result<Vec<Check>, Error> {
        match self.header.synapse_model.as_str() {
            voltage::NEST_MODEL => return self.voltage_checks(),
            watched::URBANCZIK => return self.dendrite_checks(),
            _ => {}
        }
        let chosen = self.synapse()?;
        let build = || Ok(chosen.entry.build(&chosen.values));
        let mut checks = self.checks_of(&build)?;
        if let Some(file) = &self.header.equations {
            let path = self.case.header_path.parent().unwrap_or(Path::new(".")).join(file);
            let wrong = |reason: String| Error::Header { file: path.clone(), reason };
            let synapse = of_file::understood(&path).map_err(wrong)?;
            let info = chosen.entry.info;
            let of_file =
                self.checks_of(&|| of_file::built(&synapse, info, &chosen.values, self.clock).map_err(wrong))?;
            let named = |check: Check| Check { what: format!("{} of the file", check.what), ..check };
            checks.extend(of_file.into_iter().map(named));
        }
        Ok(checks)
    }

    /// The checks of synapses of a model.
    fn checks_of(&self, synapse: &dyn Fn() -> Result<Box<dyn SynapseModel>, Error>) -> Result<Vec<Check>, Error> {
        let connections = self.connections()?;
        let (design, given) = self.design(&connections, synapse)?;
        let mut checks = Vec::new();
        let found = match synapse()?.sender() {
            Some(own) => {
                checks.push(self.released_check(own, &connections)?);
                self.simulate(design, &[])?
            }
            None => {
                let mut expected = self.carried(&connections)?;
                expected.sort_by_key(|own| own.step);
                let found = self.simulate(design, &expected)?;
                checks.push(weight_check(&expected, &found.weights));
                found
            }
        };
        if !given {
            checks.push(spike_check(&self.spikes("post", self.header.n_post)?, &found.spikes));
            checks.push(self.trace_check(&found.v_m)?);
        }
        Ok(checks)
    }

    /// The network of the case, and whether the receiving cells' spikes are given.
    fn design(
        &self,
        connections: &[Connection],
        synapse: &dyn Fn() -> Result<Box<dyn SynapseModel>, Error>,
    ) -> Result<(Design<f64>, bool), Error> {
        let (post, voice) = self.post()?;
        let train = |name: &str, cells| -> Result<_, Error> {
            let train = Kind::Source(Box::new(SpikeTrain::new(self.spikes(name, cells)?)));
            Ok(population(name, cells, train, Vec::new()))
        };
        let mut populations = vec![post, train("pre", self.header.n_pre)?];
        if self.header.n_inh > 0 {
            populations.push(train("inh", self.header.n_inh)?);
        }
        let dopamine = self.dopamine(populations.len())?;
        let third_factors: Vec<ThirdFactor> = dopamine
            .into_iter()
            .map(|(source, factor)| {
                populations.push(source);
                factor
            })
            .collect();
        let sources = [PRE, INH, POST];
        let mut projections = Vec::new();
        for (kind, source) in (0..).zip(sources) {
            let own: Vec<&Connection> = connections.iter().filter(|own| own.kind == kind).collect();
            if !own.is_empty() {
                let synapse = (kind == 0).then(synapse).transpose()?;
                let mut made = projection(source, &own, synapse);
                if kind == 0 {
                    made.third_factors.clone_from(&third_factors);
                }
                projections.push(made);
            }
        }
        let given = voice.is_some();
        let design = Design {
            clock: self.clock,
            seed: 0,
            populations,
            projections,
            poisson: Vec::new(),
            currents: Vec::new(),
            voices: voice.into_iter().collect(),
            weights: Weights::Full,
        };
        Ok((design, given))
    }

    fn carried(&self, connections: &[Connection]) -> Result<Vec<Carried>, Error> {
        let carried = |Sent { time, synapse, delay, weight }: Sent| {
            let own = &connections[synapse];
            Carried { step: time + delay, source: own.source, target: own.target, weight }
        };
        Ok(self.sent(connections)?.into_iter().map(carried).collect())
    }
}
