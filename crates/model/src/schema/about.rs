//! What the fields of model files are, where their tables do not say it themselves: unit and default with it.

use serde_json::Value;

/// (definition, field, what it is). The kind of a definition stands behind a dot; one without it is for all kinds.
const ABOUT: [(&str, &str, &str); 78] = [
    ("distribution", "min", "Least value, in the unit of what is drawn; default: none."),
    ("distribution", "max", "Greatest value, in the unit of what is drawn; default: none."),
    ("distribution", "low", "Lower end, in the unit of what is drawn."),
    ("distribution", "high", "Upper end, in the unit of what is drawn."),
    ("distribution", "mean", "Mean before min and max cut it, in the unit of what is drawn."),
    ("distribution", "std", "Standard deviation before min and max cut it, in the unit of what is drawn."),
    ("distribution", "mu", "Mean of the logarithm."),
    ("distribution", "sigma", "Standard deviation of the logarithm."),
    ("distribution", "shape", "Shape, a number > 0; the mean is shape x scale."),
    ("distribution", "scale", "Scale, in the unit of what is drawn."),
    ("by_distance", "offset", "Value at distance 0, in the unit of weight or delay."),
    ("by_distance", "slope_per_um", "Change for each um."),
    ("by_distance", "amplitude", "Value at distance 0, in the unit of weight or delay."),
    ("by_distance", "length_um", "Distance at which it has fallen to 1/e, um."),
    ("by_distance", "sigma_um", "Standard deviation of the bell, um."),
    ("rate", "times_ms", "When each rate begins, ms, ascending."),
    ("rate", "rates_hz", "The rate from each of these times on, Hz; before the first it is 0."),
    ("rate", "mean_hz", "Mean, Hz."),
    ("rate", "amplitude_hz", "How far it goes from the mean, Hz."),
    ("rate", "frequency_hz", "Frequency of the sine, Hz."),
    ("rate", "phase_cycles", "Phase at time 0, in cycles; default 0."),
    ("positions", "size_x_um", "Extent along x, um."),
    ("positions", "size_y_um", "Extent along y, um."),
    ("positions", "z_min_um", "Lower end along z, um."),
    ("positions", "z_max_um", "Upper end along z, um."),
    ("positions", "size_um", "Extents along x, y, z, um."),
    ("positions", "origin_um", "Corner of least x, y, z, um; default [0, 0, 0]."),
    ("positions", "radius_um", "Radius, um."),
    ("positions", "center_um", "Centre (x, y, z), um; default [0, 0, 0]."),
    ("positions", "shape_cells", "Cells along x, y, z; their product is the size of the population."),
    ("positions", "spacing_um", "Distances between neighbours along x, y, z, um."),
    ("positions", "points_um", "A point (x, y, z) for each cell, um."),
    ("population", "cells", "Number of cells."),
    ("population", "positions", "Where the cells lie; default: nowhere."),
    ("population", "initial", "State at time 0, by variable, as in {\"v_m_mv\": -65}; default: rest."),
    ("population", "rate_hz", "Rate of each cell, Hz: one number, one a cell, steps in time or a sine."),
    ("population", "spikes", "The spikes: lists `times_ms` and `cells` (indices from 0) of equal length."),
    ("projection", "name", "Name in recordings; default: made of the populations, as in exc->inh."),
    ("projection", "from", "Population, or list of them, that sends."),
    ("projection", "to", "Population, or list of them, that receives."),
    ("projection", "delay_ms", "Time from a spike to its arrival, ms; at least dt_ms."),
    ("projection", "synapse", "The model of its synapses; default: static ones."),
    ("projection", "plastic", "How the weights learn while the network runs; default: they do not."),
    ("projection", "weight_mv", "Weight, mV; needed by cells whose membrane jumps."),
    ("projection", "weight_pa", "Weight, pA; needed by cells with synaptic currents."),
    ("projection", "weight_ns", "Weight, nS; needed by cells with synaptic conductances."),
    ("projection", "weight", "Weight; needed by cells without units."),
    ("projection", "probability", "Probability of each pair, 0 to 1; or [to][from], by pair of populations."),
    ("projection", "in_degree", "Synapses onto each receiving cell."),
    ("projection", "out_degree", "Synapses from each sending cell."),
    ("projection", "synapses", "Synapses in all; or `pair_probability`."),
    ("projection", "pair_probability", "Probability that a pair has a synapse at least, 0 to 1; or `synapses`."),
    ("projection", "p_max", "Probability at distance 0, 0 to 1."),
    ("projection", "kernel", "How the probability falls with the distance."),
    (
        "projection",
        "length_um",
        "Length of the kernel, um: standard deviation or decay length; needed, but not by a step.",
    ),
    ("projection", "cutoff_um", "Distance beyond which no pair is connected, um; default: none, but needed by a step."),
    ("projection", "sources", "Index of the sending cell of each synapse."),
    ("projection", "targets", "Index of the receiving cell of each synapse."),
    ("input", "to", "Population, or list of them, that receives."),
    ("input", "in_degree", "Trains onto each cell, each of this rate; default 1."),
    ("input", "rate_hz", "Rate of each train, Hz: one number, one a cell, steps in time or a sine."),
    ("input", "weight_mv", "Weight, mV; needed by cells whose membrane jumps."),
    ("input", "weight_pa", "Weight, pA; needed by cells with synaptic currents."),
    ("input", "weight_ns", "Weight, nS; needed by cells with synaptic conductances."),
    ("input", "weight", "Weight; needed by cells without units."),
    ("input", "start_ms", "When it begins, ms; default 0."),
    ("input", "stop_ms", "When it ends, ms; default: never."),
    ("time_series", "repeats", "Whether it begins again behind its end; else nothing is asked for there."),
    ("time_series", "values", "Numbers, or a list of numbers (one a readout) for each point; or `file`."),
    ("record", "spikes", "Populations whose spikes are recorded; true is all, false none."),
    ("record", "states", "State variables to record."),
    ("record", "field", "Concentrations to record."),
    ("record", "weights", "Projections, by name, whose synapses are recorded; true is all, false none."),
    ("state", "population", "Population, or list of them."),
    ("state", "variables", "Variable, or list of them, such as v_m_mv."),
    ("spikes", "times_ms", "When, ms."),
    ("spikes", "cells", "Index of the cell of each spike."),
    ("field", "species", "Peptide, or list of them; * is all."),
];

/// Adds descriptions to the fields of all definitions that lack one.
pub(super) fn describe(definitions: &mut Value) {
    let Some(definitions) = definitions.as_object_mut() else { return };
    for (name, definition) in definitions {
        for alternatives in ["oneOf", "anyOf"] {
            for own in definition.get_mut(alternatives).and_then(Value::as_array_mut).into_iter().flatten() {
                fields(name, own);
            }
        }
        fields(name, definition);
    }
}

fn fields(name: &str, definition: &mut Value) {
    let Some(properties) = definition.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (field, own) in properties {
        let known = ABOUT.iter().find(|own| (own.0, own.1) == (name, field.as_str()));
        if let (None, Some((_, _, about))) = (own.get("description"), known) {
            own["description"] = (*about).into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::schema;

    /// Parts of a network, which are classes and arguments in Python too.
    const DESCRIBED: [&str; 21] = [
        "distribution",
        "by_distance",
        "rate",
        "synapse",
        "positions",
        "population",
        "projection",
        "input",
        "plastic",
        "readout",
        "time_series",
        "pseudo_derivative",
        "learning",
        "task",
        "carrier",
        "signed",
        "receptors",
        "mu",
        "loss",
        "feedback",
        "dataset",
    ];

    fn described<'v>(name: &'v str, definition: &'v Value, missing: &mut Vec<String>) {
        let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| definition.get(key)?.as_array());
        alternatives.flatten().for_each(|own| described(name, own, missing));
        let properties = definition.get("properties").and_then(Value::as_object).into_iter().flatten();
        let words = ["description", "$schema"];
        let bare = properties.filter(|(field, own)| {
            !words.contains(&field.as_str()) && own.get("description").is_none() && own.get("const").is_none()
        });
        missing.extend(bare.map(|(field, _)| format!("{name}.{field}")));
    }

    /// Would catch a field of a part that nobody has said a word about.
    #[test]
    fn every_field_of_a_part_has_a_description() {
        let schema = schema();
        let mut missing = Vec::new();
        DESCRIBED.iter().for_each(|name| described(name, &schema["$defs"][name], &mut missing));
        assert_eq!(missing, Vec::<String>::new());
    }

    /// Would catch a row of a field that there is no more.
    #[test]
    fn every_description_is_of_a_field() {
        let schema = schema();
        let is_there = |name: &str, field: &str| {
            let own = &schema["$defs"][name];
            let all = ["oneOf", "anyOf"].into_iter().filter_map(|key| own.get(key)?.as_array()).flatten().chain([own]);
            all.into_iter().any(|own| own["properties"].get(field).is_some())
        };
        let stray: Vec<_> = ABOUT.iter().filter(|own| !is_there(own.0, own.1)).collect();
        assert!(stray.is_empty(), "{stray:?}");
    }
}
