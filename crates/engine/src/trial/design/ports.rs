//! The ports that synapses reach, where cells of files have ports of their own.

use super::{TrialError, unfit};
use neuropil_network::network::Design;
use neuropil_plasticity::{Learner, Receptors};

/// The port of every synapse: that which its projection names or the sign of its weight chooses, at cells of files; by signs at
/// others, and where there is no synapse. `first` is the first cell or input of each population.
///
/// # Errors
/// Two synapses of a pair onto different ports: rules see one weight a pair.
pub(super) fn named(design: &Design<f64>, first: &[usize], learner: &Learner) -> Result<Receptors, TrialError> {
    let (cells, inputs) = (learner.cells(), learner.inputs());
    let port = |receptor: usize| u8::try_from(receptor).expect("a cell has few ports");
    let recurrent = (0..cells * cells).map(|place| port(learner.receptor(place / cells, place % cells)));
    let input = (0..cells * inputs).map(|place| port(learner.input_receptor(place / inputs, place % inputs)));
    let mut found = Receptors { recurrent: recurrent.collect(), input: input.collect() };
    let mut seen = [vec![false; cells * cells], vec![false; cells * inputs]];
    for (index, projection) in design.projections.iter().enumerate() {
        let written = design.populations[projection.target].neurons().filter(|model| model.is_written());
        let Some(info) = written.map(|model| model.info()) else { continue };
        let Some(placement) = info.placement(projection.receptor) else { continue };
        let from_inputs = design.populations[projection.source].neurons().is_none();
        let (own, seen, width) = match from_inputs {
            true => (&mut found.input, &mut seen[1], inputs),
            false => (&mut found.recurrent, &mut seen[0], cells),
        };
        let mut clash = None;
        let visited = design.synapses(index, &mut |synapse| {
            let post = first[projection.target] + synapse.target as usize;
            let place = post * width + first[projection.source] + synapse.source as usize;
            let (at, _) = placement.place(synapse.weight);
            let known = usize::from(own[place]);
            if seen[place] && known != at {
                clash.get_or_insert([known, at]);
            }
            (own[place], seen[place]) = (port(at), true);
        });
        visited.map_err(|reason| unfit(reason.to_string()))?;
        if let Some([known, other]) = clash {
            let [known, other] = [known, other].map(|port| info.ports[port].name);
            return Err(unfit(format!(
                "two synapses of a pair, onto the ports `{known}` and `{other}` of `{}` (projection {}); rules see one weight \
                 a pair",
                info.name, projection.name
            )));
        }
    }
    Ok(found)
}
