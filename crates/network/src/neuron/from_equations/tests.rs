//! Cells of files as a population of a network.

use super::super::bench::{Bench, noise, one_cell};
use super::*;
use neuropil_core::Stream;
use neuropil_core::{Parameter, Unit};
use neuropil_equations::machine::Method;
use neuropil_equations::{Role, read};

/// The equations of `lif_exp`, as a file.
const LIF_EXP: &str = "
model lif:
    state:
        V_m mV = E_L
        refractory ms = 0 ms
    parameters:
        C_m pF = 250 pF
        tau_m ms = 10 ms
        E_L mV = -65 mV
        V_th mV = -50 mV
        V_reset mV = -65 mV
        t_ref ms = 2 ms
        tau_exc ms = 0.5 ms
        tau_inh ms = 0.5 ms
        I_e pA = 0 pA
    equations:
        kernel k_exc = exp(-t / tau_exc)
        kernel k_inh = exp(-t / tau_inh)
        V_m' = (E_L - V_m) / tau_m + (convolve(k_exc, exc) * pA - convolve(k_inh, inh) * pA + I_e + I_stim) / C_m
        refractory' = -1
    input:
        exc <- excitatory spike
        inh <- inhibitory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        if refractory > 0 ms:
            integrate_odes(refractory)
        else:
            integrate_odes(V_m)
    onCondition(V_m >= V_th and refractory <= 0 ms):
        refractory = t_ref
        V_m = V_reset
        emit_spike()
";

fn built(columns: &[(&str, super::super::Column)], cells: usize) -> Box<dyn NeuronModel<f64>> {
    let cell = read(LIF_EXP, Some(Role::Cell)).expect("a sound file").cells.remove(0);
    let model = EquationModel::new(cell, 0.1).expect("a cell");
    let rows = model.info().parameters;
    let column = |row: &Parameter| columns.iter().find(|(name, _)| *name == row.name()).map(|own| own.1.clone());
    let columns: Vec<Option<super::super::Column>> = rows.iter().map(column).collect();
    let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    model.build(&columns, cells, settings, StreamKey::new(1, Stream::Equation, 0)).expect("sound cells")
}

/// A file and the hand-written cell of the same equations: the same spikes, V to 1e-12 mV.
#[test]
fn a_file_is_the_cell_that_it_describes() {
    let constant = |value| super::super::Column::Constant(value);
    let own = [("tau_exc_ms", constant(2.0)), ("tau_inh_ms", constant(3.0)), ("I_e_pa", constant(450.0))];
    let mut file = Bench::new(built(&own, 1), 0..1, 1);
    let given = [("e_l", -65.0), ("v_th", -50.0), ("v_reset", -65.0), ("c_m", 250.0), ("tau_m", 10.0), ("t_ref", 2.0)];
    let more = [("tau_syn_exc", 2.0), ("tau_syn_inh", 3.0), ("i_e", 450.0)];
    let mut hand = one_cell("lif_exp", 0.1, &[&given[..], &more[..]].concat());
    let mut spikes = 0;
    for step in 0..5000 {
        for bench in [&mut file, &mut hand] {
            if noise(0, step) < 0.2 {
                bench.arrive(0, if noise(1, step) < 0.7 { 120.0 } else { -150.0 });
            }
        }
        let fires = file.advance();
        assert_eq!(fires, hand.advance(), "step {step}");
        spikes += usize::from(fires);
        assert!((file.value(0, 0) - hand.value(0, 0)).abs() < 1e-12, "step {step}");
    }
    assert!(spikes > 20, "{spikes} spikes");
}

/// Names, units and signs are those of the file; a part of the cells and copies side by side are the same cells.
#[test]
fn cells_are_described_and_cut() {
    let values: Vec<f64> = (0..9).map(|cell| 380.0 + 20.0 * f64::from(cell)).collect();
    let model = built(&[("I_e_pa", super::super::Column::PerCell(values.clone()))], 9);
    let info = model.info();
    assert_eq!(info.parameters[0].name(), "C_m_pf");
    assert_eq!((info.variables[0].name().as_str(), info.variables.len()), ("V_m_mv", 4));
    assert_eq!(
        info.ports.iter().map(|port| (port.name, port.unit)).collect::<Vec<_>>(),
        [("exc", Unit::Pa), ("inh", Unit::Pa)]
    );
    assert_eq!(info.placement(None).map(|own| own.place(-3.0)), Some((1, 3.0)));
    assert_eq!(model.parameters(4)[8], values[4]);
    let mut whole = Bench::new(model, 0..9, 1);
    let again = built(&[("I_e_pa", super::super::Column::PerCell(values))], 9);
    let mut part = Bench::new(again, 3..5, 3);
    for _ in 0..600 {
        whole.advance();
        part.advance();
    }
    for slot in 0..6 {
        assert_eq!(part.value(0, slot).to_bits(), whole.value(0, 3 + slot / 3).to_bits());
    }
}

/// Long runs of equal cells have programs of their own, with the bits of cells whose parameters are columns, also where a
/// part of the population begins and ends inside runs. Would catch a run that begins elsewhere, and constants that are folded
/// otherwise.
#[test]
fn runs_of_equal_cells_have_the_bits_of_columns() {
    let current = |run: usize| 350.0 + 90.0 * run as f64;
    let column = |of: &dyn Fn(usize) -> f64| super::super::Column::PerCell((0..300).map(of).collect());
    let (sorted, mixed) = (|cell: usize| cell / 100, |cell: usize| cell % 3);
    let (first, part) = (70, 70..260);
    let mut runs = Bench::new(built(&[("I_e_pa", column(&|cell| current(sorted(cell))))], 300), part.clone(), 1);
    let mut columns = Bench::new(built(&[("I_e_pa", column(&|cell| current(mixed(cell))))], 300), 0..300, 1);
    let mut spikes = 0;
    for step in 0..1000 {
        runs.advance();
        columns.advance();
        for cell in part.clone() {
            let twin = sorted(cell);
            assert_eq!(runs.fired[cell - first], columns.fired[twin], "cell {cell} step {step}");
            for variable in 0..4 {
                let (own, other) = (runs.value(variable, cell - first), columns.value(variable, twin));
                assert_eq!(own.to_bits(), other.to_bits(), "cell {cell} variable {variable} step {step}");
            }
        }
        spikes += runs.fired.iter().map(|fired| u32::from(*fired)).sum::<u32>();
    }
    assert!(spikes > 100, "{spikes} spikes");
}
