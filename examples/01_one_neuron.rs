//! How fast does one cell fire under a constant current? Forty cells with a current each, against theory.
//!
//! Without noise a leaky integrate-and-fire cell fires at f = 1 / (t_ref + τ_m ln(R I / (R I − (V_th − V_reset)))),
//! where R = τ_m / C_m and V_reset = E_L, and not at all while R I ≤ V_th − E_L. On a grid of time every interval is
//! longer than that, by less than a step.

use neuropil::engine::{Runnable, Simulation};
use neuropil::model::{Document, Model};
use neuropil::network::Network;
use std::error::Error;
use std::sync::atomic::AtomicU64;

const CELLS: u32 = 40;
const DURATION_MS: f64 = 10_000.0;
const DT_MS: f64 = 0.1;
const C_M_PF: f64 = 250.0;
const TAU_M_MS: f64 = 10.0;
const THRESHOLD_ABOVE_REST_MV: f64 = 15.0;
const T_REF_MS: f64 = 2.0;

/// The interval between spikes at a current, if there are any.
fn interval_ms(current_pa: f64) -> Option<f64> {
    let drive_mv = TAU_M_MS / C_M_PF * current_pa;
    let charging = || TAU_M_MS * (drive_mv / (drive_mv - THRESHOLD_ABOVE_REST_MV)).ln();
    (drive_mv > THRESHOLD_ABOVE_REST_MV).then(|| T_REF_MS + charging())
}

fn main() -> Result<(), Box<dyn Error>> {
    let currents_pa: Vec<f64> = (0..CELLS).map(|cell| 300.0 + 25.0 * f64::from(cell)).collect();
    let text = format!(
        r#"{{
          "simulation": {{"dt_ms": {DT_MS}, "duration_ms": {DURATION_MS}}},
          "populations": {{
            "cells": {{
              "cells": {CELLS}, "model": "lif_exp", "c_m_pf": {C_M_PF}, "tau_m_ms": {TAU_M_MS}, "t_ref_ms": {T_REF_MS},
              "e_l_mv": -70, "v_reset_mv": -70, "v_th_mv": {}, "i_e_pa": {currents_pa:?}
            }}
          }}
        }}"#,
        -70.0 + THRESHOLD_ABOVE_REST_MV
    );
    let model = Model::decode(Document::parse("one_neuron.json", text)?)?;
    let design = model.design::<f64>(model.seed, 1.0)?.design;
    let network = Network::build(design, model.blocks, 1, &AtomicU64::new(0)).expect("the design was checked");
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    simulation.advance(model.clock.steps(DURATION_MS)?)?;

    println!("current pA  measured Hz  theory Hz");
    for (cell, current_pa) in (0..CELLS).zip(currents_pa) {
        let spikes = simulation.chunk().spikes.iter().filter(|(_, id)| *id == cell);
        let times: Vec<f64> = spikes.map(|(step, _)| model.clock.time_ms(*step)).collect();
        let Some(expected) = interval_ms(current_pa) else {
            assert!(times.is_empty(), "{current_pa} pA is not enough for a spike");
            continue;
        };
        let measured = times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        println!("{current_pa:>10}  {:>11.3}  {:>9.3}", 1e3 / measured, 1e3 / expected);
        let excess = measured - expected;
        assert!((-1e-9..DT_MS + 1e-9).contains(&excess), "{current_pa} pA: {measured} ms instead of {expected} ms");
    }
    Ok(())
}
