//! Models of synapses by their names in NEST, and ours.

use super::parameters::Taken;
use neuropil_network::synapse::{Entry, SynapseModel, model};

/// How a model of NEST is one of ours.
struct Named {
    /// Its names in NEST.
    names: &'static [&'static str],
    /// Our name.
    ours: &'static str,
    /// NEST's name of each parameter, our symbol, and NEST's default.
    parameters: &'static [(&'static str, &'static str, f64)],
    /// Numbers of a synapse that evolve, which must start where they start by themselves.
    start: &'static [(&'static str, f64)],
}

const PAIRS: [(&str, &str, f64); 6] = [
    ("lambda", "learning_rate", 0.01),
    ("alpha", "alpha", 1.0),
    ("mu_plus", "mu_plus", 1.0),
    ("mu_minus", "mu_minus", 1.0),
    ("tau_plus", "tau_plus", 20.0),
    ("Wmax", "w_max", 100.0),
];
const TRACE: [(&str, f64); 1] = [("Kplus", 0.0)];
const TSODYKS: [(&str, &str, f64); 4] =
    [("U", "u", 0.5), ("tau_psc", "tau_psc", 3.0), ("tau_rec", "tau_rec", 800.0), ("tau_fac", "tau_fac", 0.0)];

static NAMED: [Named; 9] = [
    Named { names: &["stdp_synapse", "stdp_synapse_hom"], ours: "stdp", parameters: &PAIRS, start: &TRACE },
    Named { names: &["stdp_nn_symm_synapse"], ours: "stdp_nn_symm", parameters: &PAIRS, start: &[] },
    Named { names: &["stdp_nn_restr_synapse"], ours: "stdp_nn_restr", parameters: &PAIRS, start: &[] },
    Named { names: &["stdp_nn_pre_centered_synapse"], ours: "stdp_nn_pre_centered", parameters: &PAIRS, start: &TRACE },
    Named {
        names: &["stdp_pl_synapse_hom"],
        ours: "stdp_power_law",
        parameters: &[
            ("lambda", "learning_rate", 0.1),
            ("alpha", "alpha", 1.0),
            ("mu", "mu", 0.4),
            ("tau_plus", "tau_plus", 20.0),
        ],
        start: &TRACE,
    },
    Named {
        names: &["stdp_triplet_synapse"],
        ours: "stdp_triplet",
        parameters: &[
            ("Aplus", "a_plus", 5e-10),
            ("Aplus_triplet", "a_plus_triplet", 6.2e-3),
            ("Aminus", "a_minus", 7e-3),
            ("Aminus_triplet", "a_minus_triplet", 2.3e-4),
            ("tau_plus", "tau_plus", 16.8),
            ("tau_plus_triplet", "tau_plus_triplet", 101.0),
            ("Wmax", "w_max", 100.0),
        ],
        start: &[("Kplus", 0.0), ("Kplus_triplet", 0.0)],
    },
    Named {
        names: &["vogels_sprekeler_synapse"],
        ours: "vogels_sprekeler",
        parameters: &[
            ("eta", "learning_rate", 1e-3),
            ("alpha", "alpha", 0.12),
            ("tau", "tau_plus", 20.0),
            ("Wmax", "w_max", 1.0),
        ],
        start: &TRACE,
    },
    Named {
        names: &["tsodyks2_synapse"],
        ours: "short_term",
        parameters: &[("U", "u", 0.5), ("tau_rec", "tau_rec", 800.0), ("tau_fac", "tau_fac", 0.0)],
        start: &[("x", 1.0)],
    },
    Named {
        names: &["tsodyks_synapse", "tsodyks_synapse_hom"],
        ours: "tsodyks",
        parameters: &TSODYKS,
        start: &[("x", 1.0), ("y", 0.0), ("u", 0.0)],
    },
];

/// Time constants of a cell that its synapses follow, ms: `tau_minus`, `tau_minus_triplet`.
pub(super) type Traces = [f64; 2];
/// NEST's defaults.
pub(super) const TRACES: Traces = [20.0, 110.0];

/// What spikes do to weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// Our model, by its name.
    ours: &'static str,
    /// One value a parameter; NaN where the cell says it.
    values: Vec<f64>,
}

/// The rule that NEST calls `name`; `None` of static synapses.
///
/// # Errors
/// Models that cannot be run, and parameters.
pub(super) fn rule(name: &str, taken: &mut Taken) -> Result<Option<Rule>, String> {
    if ["static_synapse", "static_synapse_hom_w"].contains(&name) {
        return Ok(None);
    }
    let Some(own) = NAMED.iter().find(|own| own.names.contains(&name)) else {
        let known: Vec<&str> = NAMED.iter().flat_map(|own| own.names).copied().collect();
        return Err(format!("synapse model `{name}` is not known; static_synapse, {} are", known.join(", ")));
    };
    let entry = entry(own.ours)?;
    let mut values: Vec<f64> = entry.info.parameters.iter().map(|row| row.default).collect();
    for (theirs, symbol, default) in own.parameters {
        let row = entry.info.parameters.iter().position(|row| row.symbol == *symbol);
        let row = row.ok_or_else(|| format!("`{}` has no parameter {symbol}", own.ours))?;
        let value = taken.number(theirs, *default)?;
        // Weights that inhibit have a bound of their own sign.
        let value = if *symbol == "w_max" { value.abs() } else { value };
        if !entry.info.parameters[row].range.contains(value) {
            return Err(format!("{theirs} is {value}, must be {}", entry.info.parameters[row].range.expected()));
        }
        values[row] = value;
    }
    for symbol in ["tau_minus", "tau_minus_triplet"] {
        if let Some(row) = entry.info.parameters.iter().position(|row| row.symbol == symbol) {
            values[row] = f64::NAN;
        }
    }
    for (theirs, start) in own.start {
        let found = taken.number(theirs, *start)?;
        if found != *start {
            return Err(format!("{theirs} is {found}; synapses start at {start}"));
        }
    }
    if own.ours == "short_term" {
        // NEST starts at its own u, whatever U is.
        let (start, whole) = (taken.number("u", 0.5)?, values[0]);
        if start != whole {
            return Err(format!("u is {start} and U is {whole}; synapses start at u = U: give both"));
        }
    }
    Ok(Some(Rule { ours: own.ours, values }))
}

fn entry(name: &'static str) -> Result<&'static Entry, String> {
    let own = if name == "tsodyks" { Some(&neuropil_network::synapse::TSODYKS) } else { model(name) };
    own.ok_or_else(|| format!("there is no synapse model `{name}`"))
}

impl Rule {
    /// The values onto a cell whose traces have these time constants.
    pub(super) fn onto(&self, [minus, triplet]: Traces) -> Result<Self, String> {
        let rows = entry(self.ours)?.info.parameters;
        let value = |(value, symbol): (&f64, &str)| match symbol {
            "tau_minus" => minus,
            "tau_minus_triplet" => triplet,
            _ => *value,
        };
        let values = self.values.iter().zip(rows.iter().map(|row| row.symbol)).map(value).collect();
        Ok(Self { ours: self.ours, values })
    }

    /// The model.
    pub(super) fn model(&self) -> Option<Box<dyn SynapseModel>> {
        entry(self.ours).ok().map(|own| own.build(&self.values))
    }
}
