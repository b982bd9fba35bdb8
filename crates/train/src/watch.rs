//! The first trial of a batch, as its chosen cells and synapses saw it.

use crate::settings::Recorded;
use neuropil_engine::trial::Outcome;
use neuropil_plasticity::form::{eligibility, modulators};
use neuropil_plasticity::{Error, Learner, Plane, Rule};
use neuropil_record::Table;

/// The trial at an update as tables: output and slope of the cells, what the rule tells them, eligibility of the synapses,
/// readout and error.
pub(crate) fn watch(
    recorded: &Recorded,
    rule: &Rule,
    learner: &Learner,
    outcome: &Outcome,
    update: u32,
) -> Result<Vec<Table>, Error> {
    let (Some(tape), Some(credit), Some(y)) =
        (outcome.tapes.first(), outcome.credits.first(), outcome.readouts.first())
    else {
        return Ok(Vec::new());
    };
    let told = modulators(rule, learner, tape, credit)?;
    let traces = eligibility(learner, tape, &recorded.synapses)?;
    let table = |name: &str, plane: &Plane, chosen: &[usize]| {
        let values = (0..plane.steps()).flat_map(|step| chosen.iter().map(move |channel| plane.at(step, *channel, 0)));
        Table {
            object: format!("trials/update_{update}/{name}"),
            shape: vec![plane.steps(), chosen.len()],
            values: values.collect(),
        }
    };
    let all = |plane: &Plane| (0..plane.channels()).collect::<Vec<_>>();
    let mut tables = vec![table("readout", y, &all(y)), table("error", &credit.err, &all(&credit.err))];
    let of_cells = [
        ("output", &tape.z),
        ("pseudo_derivative", &tape.psi),
        ("learning_signal", &told.direct),
        ("emission", &told.emission),
        ("returned_credit", &told.returned),
    ];
    tables.extend(of_cells.map(|(name, plane)| table(name, plane, &recorded.cells)));
    tables.push(table("eligibility", &traces, &all(&traces)));
    Ok(tables)
}
