//! What the networks of cases are made of, and how weights are compared.

use super::*;
use crate::deviation::larger;
use neuropil_core::Parameter;
use serde::Deserializer;
use serde_json::Value;

/// The deviation of weights, over the largest of them.
pub(super) fn weight_check(expected: &[Carried], found: &[f64]) -> Check {
    weights_apart(&expected.iter().map(|own| own.weight).collect::<Vec<_>>(), found)
}

/// The same of bare numbers.
pub(super) fn weights_apart(expected: &[f64], found: &[f64]) -> Check {
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |largest, own| larger(largest, own.abs()));
    let pairs = expected.iter().zip(found);
    let far = pairs.fold(0.0, |far, (own, found)| larger(far, (own - found).abs() / largest));
    let deviation = if found.len() == expected.len() { far } else { f64::NAN };
    let detail = format!("largest over {} weights, by the largest of them", expected.len());
    Check { what: "weights".into(), deviation, tolerance: TOLERANCE, unit: "", detail }
}

pub(super) fn population(name: &str, cells: u32, kind: Kind<f64>, initial: Vec<Initial>) -> Population<f64> {
    Population { name: name.into(), cells, kind, cell_type: String::new(), sign: Sign::Mixed, positions: None, initial }
}

pub(super) fn projection(source: usize, own: &[&Connection], synapse: Option<Box<dyn SynapseModel>>) -> Projection {
    let targets: Vec<u32> = own.iter().map(|own| own.target).collect();
    Projection {
        name: format!("from {source}"),
        source,
        target: POST,
        from: None,
        to: None,
        connector: Box::new(List::new(own.iter().map(|own| own.source).collect(), &targets)),
        autapses: true,
        multapses: true,
        weight: Property::List(own.iter().map(|own| own.weight).collect()),
        delay_ms: Property::List(own.iter().map(|own| own.delay_ms).collect()),
        receptor: None,
        synapse,
        plastic: false,
        third_factors: Vec::new(),
        stream: None,
    }
}

/// The row of a table that a parameter of NEST stands for; `names` are those that NEST calls otherwise, beside [`NAMES`].
pub(super) fn row_of(table: &[Parameter], names: &[(&str, &str)], nest: &str) -> Option<usize> {
    let renamed = names.iter().chain(&NAMES).find(|own| own.0 == nest);
    let symbol = renamed.map_or(nest.to_lowercase(), |own| own.1.into());
    table.iter().position(|row| row.symbol == symbol)
}

/// A weight as the case has it, at a presynaptic spike.
pub(super) struct Sent {
    /// When the spike leaves, in steps.
    pub time: u64,
    /// The number of the synapse.
    pub synapse: usize,
    /// Its delay, in steps.
    pub delay: u64,
    pub weight: f64,
}

impl Reader<'_> {
    /// The values of a model's parameters, one a row: its defaults, and what the header says of synapses.
    pub(super) fn values(&self, table: &[Parameter], names: &[(&str, &str)]) -> Result<Vec<f64>, Error> {
        let mut values: Vec<f64> = table.iter().map(|row| row.default).collect();
        for (name, value) in self.header.synapse_parameters.iter().filter(|own| !self.is_start(own.0)) {
            let unknown = || self.wrong(format!("{} has no parameter `{name}`", self.header.synapse_model));
            let row = row_of(table, names, name).ok_or_else(unknown)?;
            // Sizes: the sign is the weight's.
            values[row] = if name.starts_with('W') { value.abs() } else { *value };
        }
        Ok(values)
    }

    /// The weights of all presynaptic spikes, in the order of the case.
    pub(super) fn sent(&self, connections: &[Connection]) -> Result<Vec<Sent>, Error> {
        let (times, of) = (self.steps("weight_times")?, self.ids("weight_conn")?);
        let (_, weights) = self.arrays.f64("weight")?;
        if times.len() != of.len() || weights.len() != of.len() || of.is_empty() {
            return Err(self.bad_array("weight", format!("{} weights for {} times", weights.len(), times.len())));
        }
        let sent = |((time, conn), weight): ((u64, u32), f64)| {
            let synapse = conn as usize;
            let own = connections.get(synapse);
            let own = own.ok_or_else(|| self.bad_array("weight_conn", format!("there is no synapse {conn}")))?;
            let delay = self.clock.nearest_step(own.delay_ms);
            let delay = delay.map_err(|error| self.bad_array("conn_delay_ms", error.to_string()))?;
            Ok(Sent { time, synapse, delay, weight })
        };
        times.into_iter().zip(of).zip(weights).map(sent).collect()
    }
}

/// Numbers, and truths as 1 and 0.
pub(super) fn numbers<'d, D: Deserializer<'d>>(given: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let read = |(name, value): (String, Value)| {
        let number = value.as_f64().or_else(|| value.as_bool().map(|truth| f64::from(u8::from(truth))));
        let wrong = || serde::de::Error::custom(format!("{name} is {value}, expected a number, true or false"));
        Ok((name.clone(), number.ok_or_else(wrong)?))
    };
    BTreeMap::<String, Value>::deserialize(given)?.into_iter().map(read).collect()
}
