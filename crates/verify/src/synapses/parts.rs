//! What the networks of cases are made of, and how weights are compared.

use super::*;
use crate::deviation::larger;
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

/// Numbers, and truths as 1 and 0.
pub(super) fn numbers<'d, D: Deserializer<'d>>(given: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let read = |(name, value): (String, Value)| {
        let number = value.as_f64().or_else(|| value.as_bool().map(|truth| f64::from(u8::from(truth))));
        let wrong = || serde::de::Error::custom(format!("{name} is {value}, expected a number, true or false"));
        Ok((name.clone(), number.ok_or_else(wrong)?))
    };
    BTreeMap::<String, Value>::deserialize(given)?.into_iter().map(read).collect()
}
