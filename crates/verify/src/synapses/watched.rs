//! Files of synapses that watch their receiving cell: they are shown the potential of NEST's cell, so that nothing of how a cell is
//! integrated is compared.

use super::of_file::Watching;
use super::parts::{Sent, population, projection, weights_apart};
use super::*;
use neuropil_network::Network;
use neuropil_network::delivery::PlasticTable;
use neuropil_network::synapse::timing::{Acted, Due, Seat, TimedSynapses};
use std::sync::atomic::AtomicU64;

/// NEST's model of the prediction of a soma by its dendrite.
pub(super) const URBANCZIK: &str = "urbanczik_synapse";
/// The factor of NEST's learning rate: one 15 is in its h, another beside its rate.
const FIFTEENS: f64 = 225.0;

/// What a cell did, as it is shown.
pub(super) struct Cell {
    /// The potential at the ends of steps, the first of them step 1.
    pub v_m: Vec<f64>,
    /// At the start of the run.
    pub start: f64,
    /// When it fired.
    pub spikes: Vec<u64>,
}

impl Reader<'_> {
    /// How far weights of the file are that every presynaptic spike carries, of synapses whose `ports` look so many steps earlier.
    pub(super) fn shown_check(
        &self,
        cell: &Cell,
        parameters: &[(&str, f64)],
        (ports, tolerance): (&[(&str, u64)], f64),
    ) -> Result<Option<Check>, Error> {
        let Some(file) = &self.header.equations else { return Ok(None) };
        let path = self.case.header_path.parent().unwrap_or(Path::new(".")).join(file);
        let wrong = |reason: String| Error::Header { file: path.clone(), reason };
        let watching = of_file::watching(&path, ports).map_err(wrong)?;
        let connections = self.connections()?;
        let mut sent = self.sent(&connections)?;
        sent.sort_by_key(|own| own.time + own.delay);
        let found = self.carried_by(&watching, parameters, (cell, &connections, &sent), wrong)?;
        let expected: Vec<f64> = sent.iter().map(|own| own.weight).collect();
        let check = weights_apart(&expected, &found);
        Ok(Some(Check { what: "weights of the file".into(), tolerance, ..check }))
    }

    /// The weights that spikes carry, in their order.
    fn carried_by(
        &self,
        watching: &Watching,
        parameters: &[(&str, f64)],
        (cell, connections, sent): (&Cell, &[Connection], &[Sent]),
        wrong: impl Fn(String) -> Error,
    ) -> Result<Vec<f64>, Error> {
        let model = watching.built(parameters, self.clock).map_err(wrong)?;
        let network = self.stage(watching, parameters, connections)?;
        let [table] = &network.blocks[0].timed.tables[..] else { return Err(self.wrong("there is no synapse")) };
        let Some(timing) = model.timing() else { return Err(self.wrong("weights of the file stay")) };
        let seat = Seat { offset: 0, cells: 1, max_delay: network.max_delay, clock: self.clock };
        let mut synapses = timing.synapses(table, seat);
        let settle = neuropil_network::synapse::timing::settle_steps(timing.settle_ms(), self.clock);
        let mut found = Vec::new();
        let last = sent.last().map_or(0, |own| own.time + own.delay);
        for step in 0..=last {
            let here = sent[found.len()..].iter().take_while(|own| own.time + own.delay == step);
            for own in here {
                found.push(arrive(table, &mut *synapses, &connections[own.synapse], (own.delay, step)));
            }
            let place = usize::try_from(step).ok().and_then(|step| step.checked_sub(1));
            let v_m = place.map_or(Some(cell.start), |place| cell.v_m.get(place).copied());
            let v_m = v_m.ok_or_else(|| self.wrong(format!("the potential at step {step} is missing")))?;
            let fired: &[u32] = if cell.spikes.binary_search(&step).is_ok() { &[0] } else { &[] };
            let watched = vec![v_m; watching.ports()];
            synapses.acted(Acted { step, fired, first_id: 0, v_m: &[], watched: &watched });
            if step > 0 && step.is_multiple_of(settle) {
                synapses.settle(table, step, step.saturating_sub(2 * u64::from(network.max_delay)));
            }
        }
        Ok(found)
    }

    /// A network that has the synapses of the case, and is not run.
    fn stage(
        &self,
        watching: &Watching,
        parameters: &[(&str, f64)],
        connections: &[Connection],
    ) -> Result<Network<f64>, Error> {
        let cell = cell_model("lif_delta").ok_or_else(|| self.wrong("there is no cell `lif_delta`"))?;
        let columns: Vec<Column> = cell.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
        let cells = cell.build(&columns, 1, self.clock).map_err(|_| self.wrong("`lif_delta` has no defaults"))?;
        let train = Kind::Source(Box::new(SpikeTrain::new(Vec::new())));
        let own: Vec<&Connection> = connections.iter().collect();
        let synapse = watching.built(parameters, self.clock).map_err(|reason| self.wrong(reason))?;
        let mut made = projection(PRE, &own, Some(synapse));
        let shown = ThirdFactor { gain: 1.0, origin: Origin::Watched { variable: 0, factor: 1.0 } };
        made.third_factors = vec![shown; watching.ports()];
        let pre = population("pre", self.header.n_pre, train, Vec::new());
        let design = Design {
            clock: self.clock,
            seed: 0,
            populations: vec![population("post", 1, Kind::Neurons(cells), Vec::new()), pre],
            projections: vec![made],
            poisson: Vec::new(),
            currents: Vec::new(),
            voices: Vec::new(),
            weights: Weights::Full,
        };
        Network::build(design, Some(1), 1, &AtomicU64::new(0))
            .map_err(|faults| Error::Network { file: self.case.header_path.clone(), faults })
    }

    /// The checks of a dendrite that predicts its soma.
    pub(super) fn dendrite_checks(&self) -> Result<Vec<Check>, Error> {
        let number = |of: &BTreeMap<String, f64>, name: &str| {
            of.get(name).copied().ok_or_else(|| self.wrong(format!("`{name}` is missing")))
        };
        let synapse = |name: &str| number(&self.header.synapse_parameters, name);
        let post = |name: &str| number(&self.header.post_parameters, name);
        let parameters = [
            ("eta", FIFTEENS * post("C_m_dendrite")? * synapse("eta")?),
            ("tau_delta", synapse("tau_Delta")?),
            ("w_min", synapse("Wmin")?),
            ("w_max", synapse("Wmax")?),
            ("g_L_s", post("g_L")?),
            ("E_L_s", post("E_L")?),
            ("g_sd", post("g_sp")?),
            ("C_d", post("C_m_dendrite")?),
            ("g_L_d", post("g_L_dendrite")?),
            ("tau_s", post("tau_syn_ex_dendrite")?),
            ("phi_max", post("phi_max")?),
            ("k", post("rate_slope")?),
            ("beta", post("beta")?),
            ("theta", post("theta")?),
        ];
        let spikes = self.spikes("post", 1)?.into_iter().map(|spike| spike.0).collect();
        let start = number(&self.header.post_initial_state, "V_m.p")?;
        let cell = Cell { v_m: self.arrays.f64("post/0/V_m.p")?.1, start, spikes };
        let check = self.shown_check(&cell, &parameters, (&[("V_dend", 0)], TOLERANCE))?;
        check.map(|check| vec![check]).ok_or_else(|| self.wrong("`equations` is missing: only a file has this rule"))
    }
}

/// A spike comes over a synapse; the weight that it carries.
fn arrive(table: &PlasticTable, synapses: &mut dyn TimedSynapses, own: &Connection, (delay, now): (u64, u64)) -> f64 {
    let row = table.each_row().find(|row| row.source == own.source && u64::from(row.delay) == delay);
    let Some(row) = row else { return f64::NAN };
    let due = Due { row: row.number, synapses: row.synapses.clone(), delay: row.delay };
    synapses.arrive(table, &[due], now);
    synapses.weights()[row.synapses.start]
}
