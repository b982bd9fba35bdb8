//! Third factors of synapses, as files say them: a signal that is given, spikes of cells, a peptide or a messenger at each cell.

pub(crate) mod spec;

use crate::cells::{Chosen, some_chosen};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, brief, shown};
use crate::model::{Model, PopulationSpec};
use crate::time_series::time_series;
use neuropil_core::{Clock, did_you_mean};
use neuropil_engine::learning::TimeSeries;
use neuropil_engine::tissue::Felt;
use neuropil_network::projection::MAX_DELAY_STEPS;
use neuropil_network::synapse::third_factor::{Course, Port};
use neuropil_neuromod::Peptides;
use neuropil_neuromod::receptor::GClass;
use spec::{FactorKind, ThirdFactorSpec};
use std::path::PathBuf;

/// What says which factor it is: one of these.
pub(crate) const KINDS: [&str; 4] = ["signal", "spikes_of", "species", "messenger"];

/// What a projection may name.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'s> {
    pub populations: &'s [PopulationSpec],
    pub peptides: Option<&'s Peptides>,
    /// Whether there is a section of peptides, sound or not.
    pub tissue: bool,
    pub clock: Clock,
}

/// Reads the third factor of a port.
pub(crate) fn third_factor(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    port: &Port,
    around: Surroundings<'_>,
) -> Option<ThirdFactorSpec> {
    let mut fields = reader.object(node, path, "third_factor")?;
    let gain = fields.number_or("gain", 1.0, "a number", f64::is_finite);
    let found: Vec<&str> = KINDS.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
    let mut files = Vec::new();
    let kind = match found.as_slice() {
        ["signal"] => signal(&mut fields, around.clock, &mut files).map(FactorKind::Signal),
        ["spikes_of"] => spikes(&mut fields, around),
        ["species"] => species(&mut fields, around),
        ["messenger"] => messenger(&mut fields, around),
        _ => {
            let (kinds, count) = (KINDS.map(|kind| format!("`{kind}`")).join(", "), found.len());
            reader.fault(path, format!("expected one of {kinds}, found {count} of them"));
            fields.get("delay_ms");
            None
        }
    };
    if !found.contains(&"spikes_of") && fields.get("delay_ms").is_some() && found.len() == 1 {
        let message = format!("has no effect beside `{}`: only spikes travel", found[0]);
        reader.fault(&join(path, "delay_ms"), message);
    }
    fields.finish();
    let kind = kind?;
    let (allowed, other) = match kind {
        FactorKind::Spikes { .. } => (port.spikes, "a level: `signal`, `species` or `messenger`"),
        _ => (port.levels, "spikes: `spikes_of`"),
    };
    if !allowed {
        reader.fault(&join(path, found[0]), format!("`{}` takes {other}", port.name));
    }
    let largest = largest(&kind, around);
    if !(gain * largest).is_finite() {
        let message = format!("found {gain}: times a level of {largest} it is no finite number");
        reader.fault(&join(path, "gain"), message);
        return None;
    }
    Some(ThirdFactorSpec { path: path.into(), gain, kind, files })
}

/// The most that a third factor may be before its gain: of spikes those of all senders in a step, of a species far more than any water holds, nM,
/// and of variables of cells as much.
fn largest(kind: &FactorKind, around: Surroundings<'_>) -> f64 {
    match kind {
        FactorKind::Signal(course) => course.values.iter().fold(0.0, |most, value| most.max(value.abs())),
        FactorKind::Spikes { senders, .. } => {
            senders.iter().map(|own| f64::from(around.populations[own.population].cells)).sum()
        }
        FactorKind::Felt(_) | FactorKind::Watched(_) => 1e12,
    }
}

/// A number, or numbers over time.
fn signal(fields: &mut Fields<'_, '_>, clock: Clock, files: &mut Vec<(String, PathBuf)>) -> Option<Course> {
    let path = fields.path_of("signal");
    if let Some(Value::Number(value, _)) = fields.get("signal").map(|node| &node.value) {
        return Some(Course::constant(*value));
    }
    let TimeSeries { values, every_steps, repeats, .. } = time_series(fields, "signal", 1, clock, files)?;
    if let Some(point) = values.iter().position(|value| !value.is_finite()) {
        fields.reader.fault(&path, format!("found {} at point {point}, expected numbers", values[point]));
        return None;
    }
    Some(Course { values, every_steps, repeats })
}

fn spikes(fields: &mut Fields<'_, '_>, around: Surroundings<'_>) -> Option<FactorKind> {
    let senders = some_chosen(fields, "spikes_of", around.populations);
    let dt_ms = around.clock.dt_ms();
    let expected =
        format!("a multiple of dt_ms = {}, at least dt_ms and at most {MAX_DELAY_STEPS} steps", shown(dt_ms));
    let steps = |ms: f64| {
        let steps = around.clock.steps(ms).ok().and_then(|steps| u32::try_from(steps).ok());
        steps.filter(|steps| (1..=MAX_DELAY_STEPS).contains(steps))
    };
    let delay_ms = fields.required_number("delay_ms", &expected, |ms| steps(ms).is_some());
    Some(FactorKind::Spikes { senders: senders?, delay_steps: delay_ms.and_then(steps)? })
}

fn species(fields: &mut Fields<'_, '_>, around: Surroundings<'_>) -> Option<FactorKind> {
    let path = fields.path_of("species");
    let name = fields.get("species").and_then(|node| fields.reader.string(node, &path))?;
    let Some(peptides) = around.peptides else {
        // A section that is faulty has told so.
        if !around.tissue {
            fields.reader.fault(&path, format!("`{}` needs the section `peptides`, which is not there", brief(name)));
        }
        return None;
    };
    let known = || peptides.species.iter().map(|own| own.name.as_str());
    let Some(index) = known().position(|own| own == name) else {
        let (hint, all) = (did_you_mean(name, known()), known().collect::<Vec<_>>().join(", "));
        fields.reader.fault(&path, format!("there is no species `{}`{hint}; there are: {all}", brief(name)));
        return None;
    };
    Some(FactorKind::Felt(Felt::Concentration(index)))
}

fn messenger(fields: &mut Fields<'_, '_>, around: Surroundings<'_>) -> Option<FactorKind> {
    let path = fields.path_of("messenger");
    let class = fields.word("messenger", &GClass::ALL.map(GClass::name))?;
    if !around.tissue {
        fields.reader.fault(&path, "a messenger needs the section `peptides`, which is not there");
        return None;
    }
    Some(FactorKind::Felt(Felt::Messenger(GClass::ALL[class])))
}

impl ThirdFactorSpec {
    /// Tells of receiving populations whose cells feel nothing of it.
    pub(crate) fn reaches(&self, reader: &Reader<'_>, to: &[Chosen], around: Surroundings<'_>) {
        let (FactorKind::Felt(felt), Some(peptides)) = (&self.kind, around.peptides) else { return };
        for own in to {
            let population = &around.populations[own.population];
            if let Err(reason) = felt.reaches(peptides, &population.name, &population.cell_type) {
                let key = if matches!(felt, Felt::Concentration(_)) { "species" } else { "messenger" };
                reader.fault(&join(&self.path, key), reason);
            }
        }
    }
}

impl Model {
    /// What synapses hear of peptides; the place of each is the number of its signal.
    pub(crate) fn felt(&self) -> Vec<Felt> {
        let mut felt = Vec::new();
        for own in self.third_factors() {
            match own.kind {
                FactorKind::Felt(own) if !felt.contains(&own) => felt.push(own),
                _ => {}
            }
        }
        felt
    }

    /// Tells of signals that end before the run does.
    pub(crate) fn tell_ending_factors(&mut self) {
        let ending = |own: &ThirdFactorSpec| {
            let FactorKind::Signal(course) = &own.kind else { return None };
            let steps = (course.values.len() as u64).saturating_mul(course.every_steps);
            let until_ms = self.clock.time_ms(steps);
            (!course.repeats && until_ms < self.duration_ms).then(|| {
                let (until, end) = (shown(until_ms), shown(self.duration_ms));
                format!(
                    "{}.signal: its values end at {until} ms of {end} ms: then it is 0 (`repeats` lets it begin again)",
                    own.path
                )
            })
        };
        let notes: Vec<String> = self.third_factors().filter_map(ending).collect();
        self.notes.extend(notes);
    }
}
