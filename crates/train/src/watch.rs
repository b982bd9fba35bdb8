//! The first trial of a batch, as its chosen cells and synapses saw it.

use neuropil_engine::trial::Outcome;
use neuropil_model::sections::training::TrainingRecord;
use neuropil_plasticity::carrier::TrialNumbers;
use neuropil_plasticity::form::{carried_modulators, eligibility, modulators};
use neuropil_plasticity::{Carrier, Error, Learner, Plane, Rule};
use neuropil_record::Table;

/// The trial at an update as tables: output and slope of the cells, what the rule tells them, eligibility of the synapses,
/// readout and error; with a carrier what it brings to the cells.
pub(crate) fn watch(
    recorded: &TrainingRecord,
    (rule, carrier): (&Rule, Option<&dyn Carrier>),
    learner: &Learner,
    outcome: &Outcome,
    update: u32,
) -> Result<Vec<Table>, Error> {
    let (Some(tape), Some(credit), Some(y)) =
        (outcome.tapes.first(), outcome.credits.first(), outcome.readouts.first())
    else {
        return Ok(Vec::new());
    };
    let trials = TrialNumbers { update, ..TrialNumbers::default() };
    let (told, arrived) = match carrier {
        None => (modulators(rule, learner, tape, credit)?, None),
        Some(carrier) => {
            let (told, arrived) = carried_modulators(rule, learner, (tape, credit), (carrier, trials))?;
            (told, Some(arrived))
        }
    };
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
    if let Some(arrived) = arrived {
        let (cells, chosen) = (learner.cells(), recorded.cells.len());
        let classes = arrived.channels() / cells;
        let channels: Vec<usize> =
            (0..classes).flat_map(|class| recorded.cells.iter().map(move |cell| class * cells + cell)).collect();
        let shape = vec![arrived.steps(), classes, chosen];
        tables.push(Table { shape, ..table("modulator", &arrived, &channels) });
    }
    Ok(tables)
}
