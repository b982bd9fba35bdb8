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
    built_of(LIF_EXP, columns, cells)
}

fn built_of(text: &str, columns: &[(&str, super::super::Column)], cells: usize) -> Box<dyn NeuronModel<f64>> {
    let cell = read(text, Some(Role::Cell)).expect("a sound file").cells.remove(0);
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

fn by(v_th_mv: f64, gain: f64) -> Modulation {
    Modulation { v_th_mv, gain, ..Modulation::NONE }
}

/// The second and third of three cells, the threshold of which peptides may raise, under a modulation from step 1000 on, then again under
/// none; and, beside them, cells that were built with that threshold, and to which more arrives. Gives in how many steps the membrane was above
/// the threshold of the file.
fn beside(modulation: Modulation) -> usize {
    let text = LIF_EXP.replace("V_th mV = -50 mV", "V_th mV = -50 mV @neuropil::threshold");
    let currents = |all: &[f64]| ("I_e_pa", super::super::Column::PerCell(all.to_vec()));
    let model = built_of(&text, &[currents(&[350.0, 400.0, 450.0])], 3);
    let mut own = model.modulated(1..3).expect("a file that marks something");
    let mut state = model.rest(1..3, 1);
    let mut known = [0.0, modulation.v_th_mv].map(|by| {
        let columns = [("V_th_mv", super::super::Column::Constant(-50.0 + by)), currents(&[400.0, 450.0])];
        Bench::new(built(&columns, 2), 0..2, 1)
    });
    let mut expected = known[0].state.clone();
    let mut above = 0;
    for step in 1..=3000 {
        let under = (1000..2000).contains(&step);
        let now = if under { modulation } else { Modulation::NONE };
        (0..2).for_each(|slot| own.set(slot, &now).unwrap());
        let [mut exc, mut inh] = [0, 1].map(|port| vec![if noise(port, step) < 0.1 { 90.0 } else { 0.0 }; 2]);
        let bench = &mut known[usize::from(under)];
        bench.state = expected;
        for slot in 0..2 {
            bench.arrive(slot, exc[slot] * now.gain);
            bench.arrive(slot, -inh[slot]);
        }
        bench.advance();
        expected = bench.state.clone();
        let mut fired = [0; 2];
        let super::super::Planes { mut variables, .. } = state.planes();
        let frame = Frame {
            variables: &mut variables,
            counters: &mut [],
            input: &mut [&mut exc, &mut inh],
            currents: &[&[]],
            fired: &mut fired,
            step,
            range: 0..2,
        };
        assert!(own.advance(frame));
        drop(variables);
        let bits = |state: &State<f64>| state.variables.iter().flatten().map(|own| own.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&state), bits(&expected), "step {step}");
        assert_eq!(&fired[..], &bench.fired[..], "step {step}");
        above += usize::from(state.variables[0].iter().any(|v| *v > -50.0));
    }
    above
}

/// A cell under a threshold that is raised is one that was built with that threshold, to the bit, and when the modulation is gone it is
/// the cell that it was. Would catch a column of another cell, a constant that keeps the old value, and a value that is raised
/// once more at every step.
#[test]
fn a_marked_threshold_is_raised() {
    assert!(beside(by(3.0, 1.0)) > 10, "the raised threshold is passed by nothing else");
}

/// More arrives at excitatory ports, and only there.
#[test]
fn excitatory_ports_have_a_gain() {
    beside(by(0.0, 1.5));
    beside(by(-2.0, 0.5));
}

/// What no mark and no port of the file stands for is refused by name, and a guard holds for what a threshold becomes.
#[test]
fn what_a_file_does_not_mark_cannot_be_modulated() {
    let refused = |text: &str, by: Modulation| built_of(text, &[], 2).takes(&by).unwrap_err().1.to_string();
    let unmarked = refused(LIF_EXP, by(1.0, 1.0));
    assert!(
        unmarked.contains("`lif` take no change of the threshold") && unmarked.contains("@neuropil::threshold"),
        "{unmarked}"
    );
    let leak = refused(LIF_EXP, Modulation { leak: 0.9, ..Modulation::NONE });
    assert!(leak.contains("the leak"), "{leak}");
    let signed =
        LIF_EXP.replace("exc <- excitatory spike", "exc <- spike").replace("inh <- inhibitory spike", "inh <- spike");
    assert!(refused(&signed, by(0.0, 1.2)).contains("`excitatory` port"));
    assert_eq!(built_of(LIF_EXP, &[], 2).takes(&by(0.0, 1.2)), Ok(()));
    let guarded = LIF_EXP.replace("V_th mV = -50 mV", "V_th mV = -50 mV [[V_th > E_L]] @neuropil::threshold");
    let mut own = built_of(&guarded, &[], 3).modulated(1..3).unwrap();
    let fault = own.set(1, &by(-20.0, 1.0)).unwrap_err().to_string();
    assert!(fault.contains("modulated, cell 2: V_th = -70: guard"), "{fault}");
}

/// A part of a population that peptides reach, and do not change, has the bits of its cells, with a marked threshold and without: draws are those
/// of the population's cells, columns those of the part. Would catch the draws of its first cells, and the currents of theirs.
#[test]
fn a_part_draws_what_its_cells_draw() {
    let fires = "onCondition(V_m >= V_th and refractory <= 0 ms):";
    let by_chance =
        LIF_EXP.replace(fires, "onCondition(random_uniform(0, 1) < 0.02 and V_m >= V_th and refractory <= 0 ms):");
    let marked = by_chance.replace("V_th mV = -50 mV", "V_th mV = -50 mV @neuropil::threshold");
    for text in [by_chance, marked] {
        let currents = (0..5).map(|cell| 420.0 + 40.0 * f64::from(cell)).collect();
        let columns = [("I_e_pa", super::super::Column::PerCell(currents))];
        let model = built_of(&text, &columns, 5);
        let own = model.modulated(2..4).expect("a gain may change");
        let mut state = model.rest(2..4, 1);
        let mut whole = Bench::new(model, 0..5, 1);
        let mut spikes = [0; 2];
        for step in 1..=3000 {
            whole.advance();
            let (mut fired, mut none) = ([0; 2], [[0.0; 2]; 2]);
            let [exc, inh] = &mut none;
            let super::super::Planes { mut variables, .. } = state.planes();
            let frame = Frame {
                variables: &mut variables,
                counters: &mut [],
                input: &mut [exc, inh],
                currents: &[&[]],
                fired: &mut fired,
                step,
                range: 0..2,
            };
            assert!(own.advance(frame));
            drop(variables);
            assert_eq!(fired[..], whole.fired[2..4], "step {step}");
            for slot in 0..2 {
                let (own, all) = (state.variables[0][slot], whole.state.variables[0][2 + slot]);
                assert_eq!(own.to_bits(), all.to_bits(), "step {step}");
                spikes[slot] += u32::from(fired[slot]);
            }
        }
        assert!(spikes.iter().all(|own| *own > 3), "{spikes:?}");
    }
}
