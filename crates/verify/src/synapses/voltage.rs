//! Voltage-based plasticity: the rule is given the voltages of NEST's cell, so that nothing of how a cell is integrated is compared.

use super::parts::{Sent, row_of, weights_apart};
use super::watched::Cell;
use super::*;
use neuropil_core::ParameterSet;
use neuropil_network::synapse::clopath::{Clopath, ClopathParams};
use neuropil_network::synapse::timing::{Elapsed, Post, Pre, Timing, Watched};

/// NEST's model.
pub(super) const NEST_MODEL: &str = "clopath_synapse";

/// Of weights of a file, whose low passes take the potential of a step as the mean of both its ends; NEST's are solved with the cell.
const OF_POTENTIALS: f64 = 1e-3;

/// Parameters that NEST calls otherwise than by our symbol in another case.
const NAMES: [(&str, &str); 3] =
    [("tau_u_bar_plus", "tau_plus"), ("tau_u_bar_minus", "tau_minus"), ("tau_u_bar_bar", "tau_mean")];

/// What NEST recorded of the cell: u, ū₊, ū₋ and ū̄ at the ends of steps, the first of them step 1.
struct Voltages {
    planes: [Vec<f64>; 4],
    /// Steps of `delay_u_bars`.
    lag: i64,
}

impl Voltages {
    /// At a step; NEST's delay line holds 0 mV before.
    fn at(&self, step: i64) -> [f64; 4] {
        let place = usize::try_from(step - 1).ok();
        std::array::from_fn(|plane| place.and_then(|place| self.planes[plane].get(place)).copied().unwrap_or(0.0))
    }

    fn seen(&self, step: i64) -> Watched<[f64; 4]> {
        Watched { now: self.at(step), earlier: self.at(step - self.lag) }
    }
}

/// A synapse on its way.
struct Way {
    weight: f64,
    /// The last presynaptic spike, and the trace just after it.
    last: i64,
    trace: Option<[f64; 1]>,
}

impl Reader<'_> {
    /// How far the weights are that every presynaptic spike carries.
    pub(super) fn voltage_checks(&self) -> Result<Vec<Check>, Error> {
        let params = self.clopath_params()?;
        let model = Clopath::new(&params, self.clock);
        let lag = self.clock.steps(params.delay_u_bars.0);
        let lag = lag.map_err(|error| self.wrong(format!("delay_u_bars: {error}")))?.cast_signed();
        let plane = |name: &str| Ok::<_, Error>(self.arrays.f64(&format!("post/0/{name}"))?.1);
        let planes = [plane("V_m")?, plane("u_bar_plus")?, plane("u_bar_minus")?, plane("u_bar_bar")?];
        let voltages = Voltages { planes, lag };
        let connections = self.connections()?;
        let mut ways: Vec<Way> =
            connections.iter().map(|own| Way { weight: own.weight, last: 0, trace: None }).collect();
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        for Sent { time, synapse, delay, weight } in self.sent(&connections)? {
            let way = &mut ways[synapse];
            self.spike(&model, &voltages, way, (time.cast_signed(), delay.cast_signed()));
            expected.push(weight);
            found.push(way.weight);
        }
        let mut checks = vec![weights_apart(&expected, &found)];
        checks.extend(self.file_check(&params)?);
        Ok(checks)
    }

    /// A presynaptic spike: every step of the cell that has reached the synapse since the one before, then the spike itself.
    fn spike(&self, model: &Clopath, voltages: &Voltages, way: &mut Way, (time, delay): (i64, i64)) {
        let elapsed = |steps: i64| Elapsed { steps: steps.cast_unsigned(), dt_ms: self.clock.dt_ms() };
        for step in (way.last - delay + 1).max(1)..=time - delay {
            if let Some(post) = model.moment(voltages.seen(step), false) {
                let (pre, since_pre) = (way.trace.as_ref(), elapsed(step + delay - way.last));
                model.post(&mut way.weight, &mut [], Post { pre, since_pre, post: &post, first: false, factor: None });
            }
        }
        let since_pre = elapsed(time - way.last);
        let event = Pre {
            pre: way.trace.as_ref(),
            since_pre,
            post: None,
            since_post: Elapsed::FOREVER,
            paired: false,
            membrane: voltages.seen(time - delay),
            factor: None,
        };
        model.pre(&mut way.weight, &mut [], event);
        way.trace = Some(model.trace_pre(way.trace.as_ref().map(|trace| (trace, since_pre))));
        way.last = time;
    }

    /// How far weights of a file of the same equations are, which follows the potential itself.
    fn file_check(&self, params: &ClopathParams) -> Result<Option<Check>, Error> {
        let named = ClopathParams::TABLE.iter().zip(params.values()).map(|(row, value)| (row.symbol, value));
        let of_file = named.filter(|own| !["delay_u_bars", "axonal_delay"].contains(&own.0));
        let start = self.header.post_initial_state.get("V_m").copied();
        let start = start.ok_or_else(|| self.wrong("post_initial_state: `V_m` is missing"))?;
        let parameters: Vec<(&str, f64)> = of_file.chain([("u_start", start)]).collect();
        let lag = self.clock.nearest_step(params.delay_u_bars.0);
        let lag = lag.map_err(|error| self.wrong(format!("delay_u_bars: {error}")))?;
        let cell = Cell { v_m: self.arrays.f64("post/0/V_m")?.1, start, spikes: Vec::new() };
        self.shown_check(&cell, &parameters, (&[("V_post", 0), ("V_earlier", lag)], OF_POTENTIALS))
    }

    fn clopath_params(&self) -> Result<ClopathParams, Error> {
        let own = &self.header;
        let mut values = self.values(ClopathParams::TABLE, &NAMES)?;
        // What NEST keeps of receiving cells, among all that is said of them.
        for (name, value) in own.post_parameters.iter().filter(|own| own.0 != "tau_minus") {
            if let Some(row) = row_of(ClopathParams::TABLE, &NAMES, name) {
                values[row] = *value;
            }
        }
        let mut params = ClopathParams::from_values(&values);
        let number = |name: &str| {
            own.post_parameters.get(name).copied().ok_or_else(|| self.wrong(format!("`{name}` is missing")))
        };
        // NEST has the square of the mean itself.
        params.homeostasis.0 = if number("A_LTD_const")? == 1.0 { 0.0 } else { 2.0 };
        (params.u_rest.0, params.u_ref.0) = (0.0, number("u_ref_squared")?.sqrt());
        Ok(params)
    }
}
