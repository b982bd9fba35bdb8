//! `add`: synapses that appear, as a projection of the file says them: it is a part of the network from the start, and lets nothing through until then.

use super::{EditSpec, Known};
use crate::document::{Node, join};
use crate::fields::Reader;
use crate::projection::projection;
use crate::third_factor::Surroundings;

/// What a projection may say that synapses which are added cannot have, and why.
const REFUSED: [(&str, &str); 2] = [
    ("synapse", "synapses that are added are static: their model would have seen the spikes before"),
    ("plastic", "synapses that are added do not learn: the rule counts with the synapses of the beginning"),
];

pub(super) fn read(reader: &Reader<'_>, node: &Node, path: &str, known: Known<'_>) -> Option<EditSpec> {
    let Known { populations, peptides, clock, .. } = known;
    let around = Surroundings { populations, peptides, tissue: peptides.is_some(), clock };
    let spec = projection(reader, node, path, around)?;
    let found = [spec.synapse.is_some(), spec.plastic.is_some()];
    for ((field, message), _) in REFUSED.iter().zip(found).filter(|(_, found)| *found) {
        reader.fault(&join(path, field), *message);
    }
    (!found.contains(&true)).then(|| EditSpec::Add(Box::new(spec)))
}
