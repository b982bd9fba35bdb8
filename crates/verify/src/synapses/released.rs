//! Synapses that multiply a weight that stays by what a spike releases, kept once for each sending cell: short-term plasticity.

use super::parts::weights_apart;
use super::*;
use neuropil_network::synapse::{SenderModel, Sent};

/// NEST's model.
pub(super) const NEST_MODEL: &str = "tsodyks2_synapse";

impl Reader<'_> {
    /// Whether a parameter is a start value of NEST's model, which has those of its own; ours begins with all resources, and with U.
    pub(super) fn is_start(&self, name: &str) -> bool {
        self.header.synapse_model == NEST_MODEL && ["u", "x"].contains(&name)
    }

    /// Refuses other start values than ours.
    pub(super) fn check_starts(&self) -> Result<(), Error> {
        let own = &self.header.synapse_parameters;
        for (name, expected) in [("u", own.get("U").copied()), ("x", Some(1.0))] {
            if let (Some(found), Some(expected)) = (own.get(name).filter(|_| self.is_start(name)), expected)
                && *found != expected
            {
                return Err(
                    self.wrong(format!("synapse_parameters.{name} is {found}, expected {expected}: ours begins there"))
                );
            }
        }
        Ok(())
    }

    /// How far the weights are that every presynaptic spike carries.
    pub(super) fn released_check(&self, synapse: &dyn SenderModel, connections: &[Connection]) -> Result<Check, Error> {
        let factors = self.factors(synapse)?;
        let (times, of) = (self.steps("weight_times")?, self.ids("weight_conn")?);
        let (_, expected) = self.arrays.f64("weight")?;
        if times.len() != of.len() || expected.len() != of.len() || of.is_empty() {
            return Err(self.bad_array("weight", format!("{} weights for {} times", expected.len(), times.len())));
        }
        let mut found = Vec::new();
        for (time, conn) in times.into_iter().zip(of) {
            let own = connections.get(conn as usize);
            let own = own.ok_or_else(|| self.bad_array("weight_conn", format!("there is no synapse {conn}")))?;
            let factor = factors.get(&(time, own.source));
            let factor = factor.ok_or_else(|| self.bad_array("weight_times", format!("no spike at step {time}")))?;
            found.push(own.weight * factor);
        }
        Ok(weights_apart(&expected, &found))
    }

    /// What each presynaptic spike releases, by its step and cell.
    fn factors(&self, synapse: &dyn SenderModel) -> Result<HashMap<(u64, u32), f64>, Error> {
        let spikes = self.spikes("pre", self.header.n_pre)?;
        let mut state = synapse.rest(self.header.n_pre as usize);
        let mut all = HashMap::new();
        for own in spikes.chunk_by(|one, other| one.0 == other.0) {
            let fired: Vec<u32> = own.iter().map(|spike| spike.1).collect();
            let mut factors = Vec::new();
            let sent = Sent { clock: self.clock, step: own[0].0, fired: &fired, first_id: 0 };
            synapse.send(&mut state, sent, &mut factors);
            all.extend(own.iter().copied().zip(factors));
        }
        Ok(all)
    }
}
