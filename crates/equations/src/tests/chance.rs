//! Cells that draw numbers have the statistics that their equations give them.

use super::runs::{cells, library};
use crate::machine::{Column, Frame, Machine, Method, Settings};
use neuropil_core::{Stream, StreamKey};

/// Cells that run without arrivals, under a current of 0.
struct Crowd {
    machine: Machine<f64>,
    planes: Vec<Vec<f64>>,
    fired: Vec<u8>,
    step: u64,
}

impl Crowd {
    fn of(file: &str, set: &[(&str, f64)], count: usize) -> Self {
        let cell = &cells(&library().join(file))[0];
        let column = |own: &crate::ir::Parameter| set.iter().find(|(name, _)| *name == own.name.column);
        let value = |own: &crate::ir::Parameter| column(own).map(|(_, value)| Column::One(*value));
        let set: Vec<Option<Column>> = cell.parameters.iter().map(value).collect();
        let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
        let key = StreamKey::new(11, Stream::Equation, 0);
        let machine: Machine<f64> = Machine::new(cell, settings, &set, count, key).expect("sound cells");
        let planes = (0..machine.planes()).map(|plane| vec![machine.start(plane, 0); count]).collect();
        Self { machine, planes, fired: vec![0; count], step: 0 }
    }

    fn advance(&mut self) {
        self.step += 1;
        let held = vec![0.0; self.fired.len()];
        let mut arrivals = vec![held.clone(); self.machine.model().spike_ports.len()];
        let sound = self.machine.advance(&mut Frame {
            planes: &mut self.planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            arrivals: &mut arrivals.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            currents: &vec![held.as_slice(); self.machine.model().input_ports.len()],
            fired: &mut self.fired,
            first_cell: 0,
            lanes: 1,
            step: self.step,
        });
        assert!(sound, "step {}", self.step);
    }

    fn plane(&self, name: &str) -> &[f64] {
        let place = self.machine.model().states.iter().position(|own| own.name.column == name);
        &self.planes[place.expect("a state of that name")]
    }
}

/// The fluctuating conductances of `hh_destexhe` (Destexhe et al. 2001): mean and variance are those of the file, and the correlation
/// of values at a distance t is exp(-t/tau), within five standard errors of 4000 independent cells.
#[test]
fn fluctuating_conductances_are_ornstein_uhlenbeck() {
    let mut crowd = Crowd::of("hh_destexhe.nestml", &[], 4000);
    // Fifteen time constants of the slower from the mean on; less, the variance would still lack exp(-2 t/tau).
    (0..1600).for_each(|_| crowd.advance());
    let first = ["G_exc_ns", "G_inh_ns"].map(|name| crowd.plane(name).to_vec());
    (0..50).for_each(|_| crowd.advance());
    for (start, (name, mean, std, tau)) in
        first.iter().zip([("G_exc_ns", 12.1, 3.0, 2.728), ("G_inh_ns", 57.3, 6.6, 10.49)])
    {
        let n = start.len() as f64;
        let moment = |of: &dyn Fn(usize) -> f64| (0..start.len()).map(of).sum::<f64>() / n;
        let found = moment(&|cell| start[cell]);
        assert!((found - mean).abs() < 5.0 * std / n.sqrt(), "{name}: mean {found}");
        let variance = moment(&|cell| (start[cell] - mean).powi(2));
        assert!((variance / (std * std) - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{name}: variance {variance}");
        let later = crowd.plane(name);
        let together = moment(&|cell| (start[cell] - mean) * (later[cell] - mean)) / (std * std);
        let expected = (-5.0_f64 / tau).exp();
        let error = ((1.0 + expected * expected) / n).sqrt();
        assert!((together - expected).abs() < 5.0 * error, "{name}: correlation {together}, not {expected}");
    }
}

/// `urbanczik_senn` (Urbanczik & Senn 2014) at rest and at threshold: its rate is phi_max/(1 + k), a step fires with the probability
/// 1 - exp(-rate h), within five standard errors of a million steps.
#[test]
fn escape_noise_has_its_rate() {
    let set = [("theta_mv", -70.0), ("t_ref_ms", 0.0)];
    let (mut crowd, mut spikes) = (Crowd::of("urbanczik_senn.nestml", &set, 500), 0_u32);
    for _ in 0..2000 {
        crowd.advance();
        spikes += crowd.fired.iter().map(|&own| u32::from(own)).sum::<u32>();
    }
    let (p, n) = (1.0 - (-0.1 * 0.15_f64 / 1.5).exp(), 1e6);
    let found = f64::from(spikes) / n;
    assert!((found - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(), "{found} of the steps, not {p}");
}

/// `burst_poisson` (Payeur et al. 2021) with a dendrite at rest: the share of events with a second spike 10 ms later is
/// 1/(1 + exp(-(E_L - E_d)/D)), and no other spike is there.
#[test]
fn bursts_come_with_their_probability() {
    let set = [("I_s_pa", 700.0), ("E_d_mv", -64.0)];
    let mut crowd = Crowd::of("burst_poisson.nestml", &set, 2000);
    let (mut events, mut bursts) = (0_u32, 0_u32);
    let mut last: Vec<Option<(u64, bool)>> = vec![None; 2000];
    for _ in 0..4000 {
        crowd.advance();
        for (cell, last) in last.iter_mut().enumerate().filter(|(cell, _)| crowd.fired[*cell] == 1) {
            let second = last.is_some_and(|(step, first)| first && crowd.step - step == 100);
            assert!(
                second || last.is_none_or(|(step, _)| crowd.step - step >= 200),
                "cell {cell}, step {}",
                crowd.step
            );
            // An event whose second spike would come after the end says nothing.
            match second {
                true => bursts += 1,
                false if crowd.step <= 3900 => events += 1,
                false => {}
            }
            *last = Some((crowd.step, !second));
        }
    }
    let p = 1.0 / (1.0 + (6.0_f64 / 6.0).exp());
    let n = f64::from(events);
    assert!(n > 10_000.0, "{n} events");
    let found = f64::from(bursts) / n;
    assert!((found - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(), "{found} of the events, not {p}");
}
