//! What a circuit of SONATA has no word for.

use super::*;

/// Everything for which SONATA and NEST have no word, each by name; empty if the network can be written.
pub fn refusals(design: &Design<f64>, run: &Run) -> Vec<String> {
    let mut found: Vec<String> = design.populations.iter().flat_map(unnamed).collect();
    for (index, model) in design.synapse_models() {
        let (name, title) = (&design.projections[index].name, model.info().title);
        found.push(format!("projection `{name}`: {title} as neuropil counts it"));
    }
    for current in design.currents.iter().filter(|current| !matches!(current.waveform, Waveform::Constant { .. })) {
        let kind = current.waveform.name();
        found.push(format!("input `{kind}` to population `{}`", design.populations[current.target].name));
    }
    // A current reaches cells a step late there, and bmtk leaves out what begins within the first step.
    let least_ms = 2.0 * design.clock.dt_ms();
    let is_step = |current: &Current| matches!(current.waveform, Waveform::Constant { .. });
    let lost = |current: &Current| is_step(current) && current.window.start_ms <= least_ms;
    for current in design.currents.iter().filter(|current| lost(current)) {
        let name = &design.populations[current.target].name;
        found.push(format!(
            "input `step_current` to population `{name}` that begins within {least_ms} ms, which bmtk leaves out; a current that \
             is always there is the parameter i_e_pa of the cells"
        ));
    }
    for voice in &design.voices {
        found.push(format!("spikes that some cells of `{}` replay", design.populations[voice.population].name));
    }
    found.extend(inputs::too_many(design, run.steps));
    found
}

fn unnamed(population: &Population<f64>) -> Vec<String> {
    let Some(model) = population.neurons() else { return Vec::new() };
    let name = &population.name;
    let info = model.info();
    if template(info.name).is_none() || info.output != Output::Spikes {
        return vec![format!("population `{name}`: cells of model {}", info.name)];
    }
    let mut found = Vec::new();
    for (row, parameter) in info.parameters.iter().enumerate() {
        let neuropil_core::Range::Choice(words) = parameter.range else { continue };
        let other = (0..population.cells as usize).map(|cell| model.parameters(cell)[row]).find(|value| *value != 0.0);
        if other.is_some() {
            found.push(format!("population `{name}`: {} other than {}", parameter.symbol, words[0]));
        }
    }
    for initial in population.initial.iter().filter(|initial| info.variables[initial.variable].symbol != "v_m") {
        found.push(format!("population `{name}`: initial values of {}", info.variables[initial.variable].name()));
    }
    found
}
