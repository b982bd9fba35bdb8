//! Templates of cells: what a circuit calls a cell (`nest:glif_psc`), and what is run for it.
//!
//! A template makes a [`Recipe`] of the parameters of a node. Where the equations depend on parameters (how many receptors,
//! which mechanisms), the recipe has a text of its own in the language of cells; nodes of one text are one population.

pub(super) mod allen;
mod gif;
mod glif;
mod izhikevich;
mod multisynapse;
pub(super) mod nestml;
mod stepwise;
mod written;

use super::parameters::{BOUND, Parameters, Taken};
use crate::nest;
use neuropil_equations::machine::Method;
use neuropil_network::neuron::model;
pub(super) use written::that_learns;

/// What runs a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Program {
    /// A model of ours, by its name.
    Built(&'static str),
    /// A model of ours that has as many receptors as are asked for: `receptor_1` and so on.
    Shaped {
        /// Its name.
        name: &'static str,
        /// How many.
        receptors: usize,
    },
    /// A cell that is integrated in parts of a step, by its name in NEST.
    Stepwise {
        /// Its name.
        name: &'static str,
        /// How many receptors, where they have numbers.
        receptors: usize,
    },
    /// Equations.
    Written {
        /// The model in the text.
        name: String,
        /// The text.
        text: String,
        /// How what is not linear is solved.
        method: Method,
    },
}

/// What the parameters of a node make of its template.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipe {
    /// What runs it.
    pub program: Program,
    /// Values of parameters by their names in the program: symbols of a built model, names of a text. The others have the
    /// program's defaults.
    pub values: Vec<(String, f64)>,
    /// Where variables start, by name; the membrane is the first variable.
    pub start: Vec<(String, f64)>,
    /// Whether edges name their port by a number from 1 on; else the sign of a weight chooses.
    pub numbered: bool,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// A template.
pub(super) struct Template {
    /// Its name, with the tool that has it.
    pub name: &'static str,
    /// Makes a recipe of parameters.
    pub recipe: fn(&'static str, &mut Taken) -> Result<Recipe, String>,
}

/// Every template.
pub(super) static TEMPLATES: [Template; 28] = [
    Template { name: "nrn:IntFire1", recipe: int_fire1 },
    Template { name: "nest:iaf_psc_delta", recipe: built },
    Template { name: "nest:iaf_psc_exp", recipe: built },
    Template { name: "nest:iaf_psc_alpha", recipe: built },
    Template { name: "nest:iaf_cond_exp", recipe: built },
    Template { name: "nest:glif_psc", recipe: glif::psc },
    Template { name: "nest:glif_psc_double_alpha", recipe: glif::double_alpha },
    Template { name: "nest:glif_lif_psc", recipe: glif::psc },
    Template { name: "nest:glif_lif_r_psc", recipe: glif::psc },
    Template { name: "nest:glif_lif_asc_psc", recipe: glif::psc },
    Template { name: "nest:glif_lif_r_asc_psc", recipe: glif::psc },
    Template { name: "nest:glif_lif_r_asc_a_psc", recipe: glif::psc },
    Template { name: "nest:aeif_cond_exp", recipe: stepwise::recipe },
    Template { name: "nest:aeif_cond_alpha", recipe: stepwise::recipe },
    Template { name: "nest:aeif_cond_alpha_multisynapse", recipe: stepwise::recipe },
    Template { name: "nest:aeif_cond_beta_multisynapse", recipe: stepwise::recipe },
    Template { name: "nest:aeif_psc_exp", recipe: stepwise::recipe },
    Template { name: "nest:aeif_psc_alpha", recipe: stepwise::recipe },
    Template { name: "nest:aeif_psc_delta", recipe: stepwise::recipe },
    Template { name: "nest:hh_psc_alpha", recipe: stepwise::recipe },
    Template { name: "nest:hh_cond_exp_traub", recipe: stepwise::recipe },
    Template { name: "nest:iaf_cond_alpha", recipe: stepwise::recipe },
    Template { name: "nest:iaf_cond_beta", recipe: stepwise::recipe },
    Template { name: "nest:iaf_psc_exp_multisynapse", recipe: multisynapse::exponential },
    Template { name: "nest:iaf_psc_alpha_multisynapse", recipe: multisynapse::alpha },
    Template { name: "nest:gif_psc_exp", recipe: gif::by_sign },
    Template { name: "nest:gif_psc_exp_multisynapse", recipe: gif::numbered },
    Template { name: "nest:izhikevich", recipe: izhikevich::recipe },
];

/// The template of that name.
pub(super) fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|own| own.name == name)
}

/// Their names, for messages.
pub(super) fn names() -> String {
    TEMPLATES.iter().map(|own| own.name).chain(["nestml:FILE.nestml"]).collect::<Vec<_>>().join(", ")
}

/// A cell that we have under a name of ours.
fn built(template: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let entry = template.strip_prefix("nest:").and_then(nest::model_of).ok_or("no model of ours")?;
    let mut values = Vec::new();
    for name in nest::NAMES {
        let symbol = nest::symbol_of(name).unwrap_or(name);
        if entry.info.parameters.iter().any(|row| row.symbol == symbol) {
            values.extend(taken.given_number(name)?.map(|value| (symbol.to_owned(), value)));
        }
    }
    let start = taken.number("V_m", nest::V_M_MV)?;
    let mut notes = Vec::new();
    if taken.given_number(BOUND)?.is_some() {
        notes.push(format!("{BOUND} is not used here"));
    }
    Ok(Recipe {
        program: Program::Built(entry.info.name),
        values,
        start: vec![(entry.info.variables[0].symbol.to_owned(), start)],
        numbered: false,
        notes,
    })
}

/// NEURON's IntFire1, whose times are in seconds.
fn int_fire1(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let entry = model("int_fire1").ok_or("no model of ours")?;
    let mut values = Vec::new();
    for (name, symbol) in [("tau", "tau_m"), ("refrac", "t_ref")] {
        values.extend(taken.given_number(name)?.map(|value| (symbol.to_owned(), value * 1e3)));
    }
    Ok(Recipe {
        program: Program::Built(entry.info.name),
        values,
        start: Vec::new(),
        numbered: false,
        notes: Vec::new(),
    })
}

/// Names of numbers that single nodes may have (columns `dynamics_params/NAME`): all that templates ask for.
pub(super) fn names_of_numbers() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = TEMPLATES.iter().flat_map(|own| asked_of(own)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The names that a template asks for.
fn asked_of(template: &Template) -> Vec<&'static str> {
    let mut taken = Taken::new(Parameters::new());
    // Defaults alone are sound.
    drop((template.recipe)(template.name, &mut taken));
    taken.known()
}
