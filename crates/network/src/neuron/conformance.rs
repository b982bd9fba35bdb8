//! The kit that every cell model passes, run for each entry of [`MODELS`].

use super::bench::{Bench, columns, gentle, noise, one_cell, strong};
use super::{Column, Entry, Equations, MODELS, ModelInfo, Output};
use crate::Scalar;
use neuropil_core::{Clock, ParameterSet, Range as Allowed, Unit};

/// Step of the kit, ms.
const DT: f64 = 0.1;
/// Steps of a run of the kit: long enough for spikes and refractoriness.
const STEPS: u64 = 150;

pub(super) fn clock() -> Clock {
    Clock::new(DT).unwrap()
}

fn spiking() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| entry.info.output == Output::Spikes)
}

/// Drives element e with arrivals of both signs and a current, all functions of (`names[e]`, step); returns all
/// state after all steps by element, and all spikes (step, element).
fn driven<R: Scalar>(mut bench: Bench<R>, names: &[usize], strength: f64) -> (Vec<Vec<f64>>, Vec<(u64, usize)>) {
    let info = bench.model.info();
    let mut trace = vec![Vec::new(); names.len()];
    let mut spikes = Vec::new();
    for step in 1..=STEPS {
        for (element, &name) in names.iter().enumerate() {
            let draw = noise(name, step);
            if draw < 0.3 {
                bench.arrive(element, strength * gentle(info) * (1.0 + draw));
            }
            if draw > 0.9 {
                bench.arrive(element, -strength * gentle(info) * draw);
            }
            if info.current_unit().is_some() {
                bench.current[element] = R::from_f64(strength * gentle(info) * draw);
            }
        }
        bench.advance();
        for (element, row) in trace.iter_mut().enumerate() {
            row.extend((0..info.variables.len()).map(|variable| bench.value(variable, element)));
            if bench.fired[element] == 1 {
                spikes.push((step, element));
            }
        }
    }
    (trace, spikes)
}

/// Parameters that differ from cell to cell: time constants, and the constant input where there is one.
fn varied(info: &ModelInfo, cells: usize) -> Vec<Column> {
    let factor = |cell: usize| 1.0 + 0.1 * cell as f64;
    let column = |row: &neuropil_core::Parameter| match row.symbol {
        "tau_m" | "g_l" | "tau_syn_inh" => Column::PerCell((0..cells).map(|cell| row.default * factor(cell)).collect()),
        "i_e" => Column::PerCell((0..cells).map(|cell| gentle(info) * cell as f64).collect()),
        _ => Column::Constant(row.default),
    };
    info.parameters.iter().map(column).collect()
}

fn of_cell(columns: &[Column], cell: usize) -> Vec<Column> {
    columns.iter().map(|column| Column::Constant(column.value(cell))).collect()
}

/// Would catch a drift, a spike or a decay towards anything but the declared rest.
#[test]
fn rest_is_a_fixed_point() {
    for entry in MODELS {
        let mut bench = Bench::<f64>::new(entry.build(&columns(entry.info, &[]), 3, clock()).unwrap(), 0..3, 1);
        let rest = bench.state.variables.clone();
        for _ in 0..200 {
            bench.advance();
            assert_eq!(bench.fired, [0; 3], "{}", entry.info.name);
        }
        assert_eq!(bench.state.variables, rest, "{}", entry.info.name);
    }
}

/// Would catch cells that share scratch, propagators taken by position in the frame instead of in the population, and
/// a loop over the wrong part of the planes. Parameters differ from cell to cell.
#[test]
fn many_cells_are_as_many_single_cells() {
    let names = [0, 1, 2, 3, 4];
    for entry in MODELS {
        let columns = varied(entry.info, 5);
        let build = || entry.build::<f64>(&columns, 5, clock()).unwrap();
        let (all, spikes) = driven(Bench::new(build(), 0..5, 1), &names, strong(entry.info));
        if entry.info.output == Output::Spikes {
            assert!(spikes.len() > 10, "{}: the test needs spikes", entry.info.name);
        }
        let (middle, _) = driven(Bench::new(build(), 1..4, 1), &names[1..4], strong(entry.info));
        assert_eq!(middle, all[1..4], "{}: a part of the population", entry.info.name);
        for cell in names {
            let alone = entry.build::<f64>(&of_cell(&columns, cell), 1, clock()).unwrap();
            let (trace, own) = driven(Bench::new(alone, 0..1, 1), &[cell], strong(entry.info));
            assert_eq!(trace[0], all[cell], "{}: cell {cell}", entry.info.name);
            let of_all: Vec<u64> = spikes.iter().filter(|(_, of)| *of == cell).map(|(step, _)| *step).collect();
            assert_eq!(own.iter().map(|(step, _)| *step).collect::<Vec<_>>(), of_all, "{}", entry.info.name);
        }
    }
}

/// Would catch a different equation or rounding on the path of cells with their own parameters.
#[test]
fn equal_parameters_per_cell_give_the_bits_of_uniform_ones() {
    for entry in MODELS {
        let uniform = columns(entry.info, &[]);
        let each: Vec<Column> = uniform.iter().map(|column| Column::PerCell(vec![column.value(0); 4])).collect();
        let run = |columns: &[Column]| {
            driven(
                Bench::<f64>::new(entry.build(columns, 4, clock()).unwrap(), 0..4, 1),
                &[0, 1, 2, 3],
                strong(entry.info),
            )
        };
        assert_eq!(run(&uniform), run(&each), "{}", entry.info.name);
    }
}

/// Would catch lanes that read each other's planes, uniform and per cell.
#[test]
fn three_lanes_are_three_runs() {
    for entry in MODELS {
        for columns in [columns(entry.info, &[]), varied(entry.info, 2)] {
            let build = || entry.build::<f64>(&columns, 2, clock()).unwrap();
            // Element cell * 3 + lane; its drive has the name 10 lane + cell.
            let (lanes, _) = driven(Bench::new(build(), 0..2, 3), &[0, 10, 20, 1, 11, 21], strong(entry.info));
            for lane in 0..3 {
                let (run, _) = driven(Bench::new(build(), 0..2, 1), &[10 * lane, 10 * lane + 1], strong(entry.info));
                assert_eq!(run, [lanes[lane].clone(), lanes[3 + lane].clone()], "{} lane {lane}", entry.info.name);
            }
        }
    }
}

/// Under huge input in every step the cells fire again in the first step after refractoriness: intervals of exactly
/// t_ref + dt. Would catch a refractory period that is a step too short or too long.
#[test]
fn refractoriness_lasts_exactly_t_ref() {
    for entry in spiking() {
        for ref_steps in [0_u32, 1, 23] {
            let t_ref = f64::from(ref_steps) * DT;
            let columns = columns(entry.info, &[("t_ref", t_ref)]);
            let mut bench = Bench::<f64>::new(entry.build(&columns, 1, clock()).unwrap(), 0..1, 1);
            let mut spikes = Vec::new();
            for step in 1..=300_u64 {
                // Conductances must stay where rk4 is stable.
                let factor = if entry.info.weight_unit(None) == Some(Unit::Ns) { 5.0 } else { 1e4 };
                bench.arrive(0, factor * strong(entry.info) * gentle(entry.info));
                if bench.advance() {
                    spikes.push(step);
                }
            }
            assert!(spikes.len() > 10, "{}: {} spikes", entry.info.name, spikes.len());
            let expected = u64::from(ref_steps) + 1;
            assert!(spikes.windows(2).all(|pair| pair[1] - pair[0] == expected), "{} {spikes:?}", entry.info.name);
        }
    }
}

/// Would catch a `stored` without the matching `observed`.
#[test]
fn what_is_set_is_observed() {
    for entry in MODELS {
        let columns = varied(entry.info, 3);
        let mut bench = Bench::<f64>::new(entry.build(&columns, 3, clock()).unwrap(), 0..3, 1);
        for variable in 0..entry.info.variables.len() {
            for cell in 0..3 {
                let value = -61.25 + 10.5 * cell as f64 + variable as f64;
                bench.set(variable, cell, value);
                assert!((bench.value(variable, cell) - value).abs() < 1e-13, "{} {variable}", entry.info.name);
            }
        }
        for cell in 0..3 {
            let last = entry.info.variables.len() - 1;
            assert!((bench.value(last, cell) + 61.25 - 10.5 * cell as f64 - last as f64).abs() < 1e-13);
        }
    }
}

fn faults(entry: &Entry, columns: &[Column], cells: usize) -> Vec<(usize, String)> {
    let built = entry.build::<f64>(columns, cells, clock());
    built.err().unwrap_or_default().into_iter().map(|bad| (bad.cell, bad.fault.name)).collect()
}

/// Would catch a parameter whose range does not reject what its equation cannot take, and a message without its name.
#[test]
fn parameters_out_of_range_are_refused_by_name() {
    for entry in MODELS {
        let defaults = columns(entry.info, &[]);
        assert_eq!(faults(entry, &defaults, 1), [], "{}: the defaults", entry.info.name);
        for (index, row) in entry.info.parameters.iter().enumerate() {
            let bad: &[f64] = match row.range {
                Allowed::Any => &[],
                Allowed::Positive => &[0.0, -1.0],
                Allowed::NonNegative => &[-1.0],
                Allowed::Fraction => &[-0.1, 1.1],
                Allowed::Choice(_) => &[-1.0, 0.5, 99.0],
            };
            for value in bad.iter().copied().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
                let mut columns = defaults.clone();
                columns[index] = Column::Constant(value);
                assert_eq!(faults(entry, &columns, 1), [(0, row.name())], "{} {value}", entry.info.name);
                columns[index] = Column::PerCell(vec![row.default, row.default, value, value]);
                assert_eq!(faults(entry, &columns, 4), [(2, row.name())], "{}: the first bad cell", entry.info.name);
            }
        }
        for tau in entry.info.parameters.iter().filter(|row| row.symbol.starts_with("tau")) {
            assert_eq!(tau.range, Allowed::Positive, "{}: {}", entry.info.name, tau.symbol);
        }
    }
}

/// Would catch a check that stops at its first fault.
#[test]
fn all_faults_are_reported_at_once() {
    for entry in MODELS {
        let all: Vec<(&str, f64)> = entry.info.parameters.iter().map(|row| (row.symbol, f64::NAN)).collect();
        let expected: Vec<_> = entry.info.parameters.iter().map(|row| (0, row.name())).collect();
        assert_eq!(faults(entry, &columns(entry.info, &all), 1), expected, "{}", entry.info.name);
    }
}

/// Would catch combinations and durations that are accepted and then misbehave.
#[test]
fn a_reset_above_threshold_and_a_t_ref_off_the_grid_are_refused() {
    for entry in MODELS {
        let has = |symbol| entry.info.parameters.iter().any(|row| row.symbol == symbol);
        if has("v_reset") {
            for v_reset in [-55.0, -54.0] {
                let found = faults(entry, &columns(entry.info, &[("v_reset", v_reset)]), 1);
                assert_eq!(found, [(0, "v_reset_mv".into())], "{}", entry.info.name);
            }
        }
        if has("t_ref") {
            let found = faults(entry, &columns(entry.info, &[("t_ref", 0.25)]), 1);
            assert_eq!(found, [(0, "t_ref_ms".into())], "{}", entry.info.name);
            assert_eq!(faults(entry, &columns(entry.info, &[("t_ref", 0.3)]), 1), [], "{}", entry.info.name);
        }
        assert_eq!(entry.info.output == Output::Spikes, has("t_ref"), "{}", entry.info.name);
    }
}

/// Below threshold, single precision follows double within 2e-5 of the range that the membrane covers. Would catch a
/// constant that is rounded before it is used, or voltages stored with their offset.
#[test]
fn single_precision_is_close_to_double() {
    for entry in MODELS {
        let columns = columns(entry.info, &[]);
        let single = driven(Bench::<f32>::new(entry.build(&columns, 1, clock()).unwrap(), 0..1, 1), &[0], 1.0);
        let double = driven(Bench::<f64>::new(entry.build(&columns, 1, clock()).unwrap(), 0..1, 1), &[0], 1.0);
        assert_eq!((single.1.len(), double.1.len()), (0, 0), "{} must not fire here", entry.info.name);
        let variables = entry.info.variables.len();
        for variable in 0..variables {
            let of = |trace: &[f64]| trace.iter().skip(variable).step_by(variables).copied().collect::<Vec<f64>>();
            let (single, double) = (of(&single.0[0]), of(&double.0[0]));
            let span = double.iter().map(|x| (x - double[0]).abs()).fold(0.0, f64::max);
            assert!(span > 0.0 || ["a", "z"].contains(&entry.info.variables[variable].symbol), "{}", entry.info.name);
            let worst = single.iter().zip(&double).map(|(s, d)| (s - d).abs()).fold(0.0, f64::max);
            assert!(worst <= 2e-5 * span, "{} variable {variable}: {worst} of {span}", entry.info.name);
        }
    }
}

fn round_trip<M: Equations>(names: &mut Vec<&'static str>) {
    let values: Vec<f64> = (0..M::Params::TABLE.len()).map(|row| 1.5 + row as f64).collect();
    assert_eq!(M::Params::from_values(&values).values(), values, "{}", M::INFO.name);
    assert_eq!(M::INFO.parameters, M::Params::TABLE, "{}", M::INFO.name);
    assert_eq!(M::Params::defaults().out_of_range(), [], "{}", M::INFO.name);
    names.push(M::INFO.name);
}

/// Would catch a field that is written to another's place, and a table that belongs to another model.
#[test]
fn values_return_as_they_came() {
    let mut names = Vec::new();
    round_trip::<super::lif_delta::LifDelta>(&mut names);
    round_trip::<super::lif_exp::LifExp>(&mut names);
    round_trip::<super::lif_exp_multi::LifExpMulti>(&mut names);
    round_trip::<super::lif_alpha::LifAlpha>(&mut names);
    round_trip::<super::lif_cond_exp::LifCondExp>(&mut names);
    round_trip::<super::alif::Alif>(&mut names);
    round_trip::<super::int_fire1::IntFire1>(&mut names);
    round_trip::<super::leaky_relu::LeakyRelu>(&mut names);
    round_trip::<super::rflo_tanh::RfloTanh>(&mut names);
    assert_eq!(names, MODELS.iter().map(|entry| entry.info.name).collect::<Vec<_>>(), "a model is not listed here");
}

/// An arrival of 20 mV takes u from 0 to 20 = threshold + 5: v_reset, or 20 - 15 above rest. Would catch a reset by
/// subtraction of v_th - E_L or to a wrong level.
#[test]
fn resets_go_to_the_value_or_subtract() {
    let given = |reset| [("v_reset", -68.0), ("reset", reset), ("t_ref", 0.5)];
    for (reset, expected) in [(0.0, -68.0), (1.0, -50.0 - 13.0)] {
        let mut bench = one_cell("lif_delta", DT, &given(reset));
        bench.arrive(0, 20.0);
        assert!(bench.advance());
        for _ in 0..5 {
            assert!((bench.value(0, 0) - expected).abs() < 1e-13, "{}", bench.value(0, 0));
            bench.advance();
        }
        bench.advance();
        assert!((bench.value(0, 0) - expected).abs() > 1e-3, "the membrane moves again after t_ref");
    }
}

/// Constant current I: intervals of t_ref + tau_m ln((R I - u_reset)/(R I - u_th)), rounded up to the grid. Would catch
/// any error in leak, drive, threshold, reset or refractoriness of the cells whose f-I curve is known.
#[test]
fn f_i_curve_follows_the_closed_form() {
    for model in ["lif_delta", "lif_exp", "lif_alpha"] {
        for (i_e, injected) in [(380.0, 0.0), (0.0, 500.0), (400.0, 600.0)] {
            let mut bench = one_cell(model, DT, &[("i_e", i_e), ("v_reset", -67.0), ("t_ref", 2.0)]);
            bench.current[0] = injected;
            let spikes: Vec<u64> = (1..=5000).filter(|_| bench.advance()).collect();
            // R = 10 ms / 250 pF; u_reset = 3 mV, u_th = 15 mV.
            let u_inf: f64 = (i_e + injected) * 10.0 / 250.0;
            let interval = 2.0 + 10.0 * ((u_inf - 3.0) / (u_inf - 15.0)).ln();
            assert!(spikes.len() > 5, "{model}: {} spikes", spikes.len());
            for pair in spikes.windows(2) {
                let found = (pair[1] - pair[0]) as f64 * DT;
                let late = found - interval;
                assert!((-1e-9..DT).contains(&late), "{model} {u_inf}: {found} instead of {interval}");
            }
        }
    }
}

/// The current that stands for a train of arrivals has its mean effect: after 20 s of a regular train of period
/// 1 ms and of that current, the time averages agree. Would catch a factor (1000, e, tau) in `mean_current`.
#[test]
fn mean_currents_have_the_mean_effect_of_arrivals() {
    for entry in spiking() {
        let weight = gentle(entry.info) * 0.2;
        for weight in [weight, -weight] {
            let model = entry.build::<f64>(&columns(entry.info, &[]), 1, clock()).unwrap();
            let port = entry.info.placement(None).unwrap().place(weight).0;
            let Some(current) = model.mean_current(0, port, weight, 1000.0) else { continue };
            let mut train = Bench::new(model, 0..1, 1);
            let mut constant = one_cell(entry.info.name, DT, &[]);
            constant.current[0] = current;
            let mut sums = [0.0; 2];
            for step in 1..=20_000 {
                if step % 10 == 0 {
                    train.arrive(0, weight);
                }
                assert!(!train.advance() && !constant.advance(), "{} must not fire here", entry.info.name);
                if step > 10_000 {
                    sums[0] += train.value(0, 0) + 70.0;
                    sums[1] += constant.value(0, 0) + 70.0;
                }
            }
            // Sampling at the end of steps weighs the decay within a step by O(dt / tau).
            assert!((sums[0] / sums[1] - 1.0).abs() < 0.03, "{} {weight}: {sums:?}", entry.info.name);
        }
    }
}
