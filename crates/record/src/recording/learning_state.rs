//! The state of learning in a checkpoint.

use hdf5::Group;
use neuropil_engine::carrier::StreamState;
use neuropil_engine::learning::{LearningState, ProjectionState};

use crate::Error;
use crate::h5::attribute::put;
use crate::h5::column::fixed;
use crate::h5::source::{Source, at};

/// The arrays of the readout, in the order of [`LearningState::readout`].
const READOUT: [&str; 7] = ["y", "z", "w_out", "b", "w_out_sum", "b_sum", "trial"];

/// What was in force before, where synapses carry nothing: last steps, and sums of weights.
const PAST: [&str; 2] = ["past_steps", "past_sums"];

/// Credit on its way.
const CARRIER: &str = "carrier";

/// Writes the state into a group of its own.
pub(crate) fn write(group: &Group, state: &LearningState) -> hdf5::Result<()> {
    put(group, "begun", &state.begun)?;
    put(group, "loss", &state.loss)?;
    put(group, "first_step", &state.first_step)?;
    for (index, own) in state.projections.iter().enumerate() {
        let projection = group.create_group(&format!("projection_{index}"))?;
        put(&projection, "updates", &u64::from(own.updates))?;
        fixed(&projection, "weights", &own.weights)?;
        fixed(&projection, "traces", &own.traces)?;
        fixed(&projection, "mean", &own.mean)?;
        fixed(&projection, "square", &own.square)?;
    }
    fixed(group, "psi", &state.psi)?;
    fixed(group, "fired", &state.fired)?;
    fixed(group, "refractory", &state.refractory)?;
    fixed(group, "v", &state.v)?;
    fixed(group, "records", &state.records)?;
    fixed(group, "tested", &state.tested)?;
    fixed(group, "means", &state.means)?;
    fixed(group, "slow_psi", &state.slow_psi)?;
    fixed(group, "counts", &state.counts)?;
    for (name, values) in READOUT.iter().zip(&state.readout) {
        fixed(group, name, values)?;
    }
    if let Some(own) = &state.carrier {
        let carrier = group.create_group(CARRIER)?;
        fixed(&carrier, "concentrations", &own.concentrations)?;
        fixed(&carrier, "deposits", &own.deposits)?;
        fixed(&carrier, "receptors", &own.receptors)?;
        fixed(&carrier, "pending", &own.pending)?;
        fixed(&carrier, "modulators", &own.modulators)?;
    }
    if !state.past.0.is_empty() {
        fixed(group, PAST[0], &state.past.0)?;
        fixed(group, PAST[1], &state.past.1)?;
    }
    fixed(group, "spike_steps", &state.spikes.0)?;
    fixed(group, "spike_ids", &state.spikes.1)?;
    Ok(())
}

/// The state in the group `place`.
pub(crate) fn read(source: &Source, place: &str) -> Result<LearningState, Error> {
    let name = |name: &str| format!("{place}/{name}");
    let numbers = |what: &str| source.list::<f64>(&name(what));
    let count = |place: &str, what: &str| {
        let value = source.number_attribute::<u64>(place, what)?;
        value.ok_or_else(|| source.missing(&at(place, what), "a number"))
    };
    let loss = source.number_attribute::<f64>(place, "loss")?;
    let projections = source.members(place)?.iter().filter(|name| name.starts_with("projection_")).count();
    let projection = |index: usize| {
        let place = name(&format!("projection_{index}"));
        let list = |what: &str| source.list::<f64>(&format!("{place}/{what}"));
        Ok(ProjectionState {
            weights: list("weights")?,
            traces: list("traces")?,
            updates: u32::try_from(count(&place, "updates")?).unwrap_or(u32::MAX),
            mean: list("mean")?,
            square: list("square")?,
        })
    };
    let carried = source.members(place)?.iter().any(|name| name == CARRIER);
    let on_the_way = || {
        let list = |what: &str| source.list::<f64>(&format!("{place}/{CARRIER}/{what}"));
        Ok::<_, Error>(StreamState {
            concentrations: list("concentrations")?,
            deposits: list("deposits")?,
            receptors: list("receptors")?,
            pending: list("pending")?,
            modulators: list("modulators")?,
        })
    };
    let has_past = source.members(place)?.iter().any(|name| name == PAST[0]);
    let past = match has_past {
        true => (source.list(&name(PAST[0]))?, numbers(PAST[1])?),
        false => (Vec::new(), Vec::new()),
    };
    let mut readout: [Vec<f64>; 7] = Default::default();
    for (what, values) in READOUT.iter().zip(&mut readout) {
        *values = numbers(what)?;
    }
    Ok(LearningState {
        begun: count(place, "begun")?,
        loss: loss.ok_or_else(|| source.missing(&at(place, "loss"), "a number"))?,
        projections: (0..projections).map(projection).collect::<Result<_, Error>>()?,
        psi: numbers("psi")?,
        fired: source.list(&name("fired"))?,
        refractory: source.list(&name("refractory"))?,
        v: numbers("v")?,
        records: numbers("records")?,
        tested: numbers("tested")?,
        means: numbers("means")?,
        slow_psi: numbers("slow_psi")?,
        counts: numbers("counts")?,
        readout,
        carrier: if carried { Some(on_the_way()?) } else { None },
        past,
        first_step: count(place, "first_step")?,
        spikes: (source.list(&name("spike_steps"))?, source.list(&name("spike_ids"))?),
    })
}
