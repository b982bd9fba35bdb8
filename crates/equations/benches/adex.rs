//! What the bytecode of an AdEx cell costs beside the same step as a loop of Rust: `cargo bench -p neuropil-equations`.
//!
//! 4096 cells, Runge-Kutta of order 4 in one part, conductances exact. Divide a time by 4096 to have that of a cell and step.

use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_core::{Real, Stream, StreamKey};
use neuropil_equations::function::Elementary;
use neuropil_equations::machine::{Frame, Machine, Method, Settings};
use neuropil_equations::{Role, read};

const CELLS: usize = 4096;

fn main() {
    divan::main();
}

/// The cell of models/cells at its defaults, and without input.
fn bytecode<R: Elementary>(bencher: Bencher, method: Method) {
    let cell =
        &read(include_str!("../../../models/cells/adex.nestml"), Some(Role::Cell)).expect("a sound file").cells[0];
    let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
    let unset = vec![None; cell.parameters.len()];
    let machine = Machine::<R>::new(cell, settings, &unset, CELLS, StreamKey::new(1, Stream::Equation, 0));
    let machine = machine.expect("a sound cell");
    let mut planes: Vec<Vec<R>> =
        (0..machine.planes()).map(|plane| vec![R::from_f64(machine.start(plane, 0)); CELLS]).collect();
    let mut arrivals = vec![vec![R::ZERO; CELLS]; 2];
    let mut fired = vec![0; CELLS];
    let mut step = 0;
    bencher.counter(ItemsCount::new(CELLS)).bench_local(|| {
        step += 1;
        machine.advance(&mut Frame {
            planes: &mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            arrivals: &mut arrivals.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            currents: &[],
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        })
    });
}

#[divan::bench(types = [f64, f32])]
fn bytecode_rk4<R: Elementary>(bencher: Bencher) {
    bytecode::<R>(bencher, Method::RungeKutta { substeps: 1 });
}

#[divan::bench]
fn bytecode_auto(bencher: Bencher) {
    bytecode::<f64>(bencher, Method::Auto { tolerance: 1e-5 });
}

/// The planes of the loop: V, w, time of refractoriness left, two conductances.
struct Planes<R> {
    v: Vec<R>,
    w: Vec<R>,
    left: Vec<R>,
    exc: Vec<R>,
    inh: Vec<R>,
}

#[divan::bench(types = [f64, f32])]
fn straight_rk4<R: Elementary>(bencher: Bencher) {
    let plane = |value: f64| vec![R::from_f64(value); CELLS];
    let mut planes = Planes { v: plane(-70.6), w: plane(0.0), left: plane(0.0), exc: plane(0.0), inh: plane(0.0) };
    let (exc, inh) = (plane(0.0), plane(0.0));
    let mut fired = vec![0_u8; CELLS];
    bencher.counter(ItemsCount::new(CELLS)).bench_local(|| {
        let Planes { v, w, left, exc: g_exc, inh: g_inh } = &mut planes;
        neuropil_core::simd::vectorized(
            #[inline(always)]
            || straight(v, w, left, g_exc, g_inh, [&exc, &inh], &mut fired),
        );
    });
}

#[inline(always)]
fn straight<R: Elementary>(
    v: &mut [R],
    w: &mut [R],
    left: &mut [R],
    exc: &mut [R],
    inh: &mut [R],
    arrivals: [&[R]; 2],
    fired: &mut [u8],
) {
    let n = v.len();
    let (w, left, exc, inh, fired) = (&mut w[..n], &mut left[..n], &mut exc[..n], &mut inh[..n], &mut fired[..n]);
    let arrivals = [&arrivals[0][..n], &arrivals[1][..n]];
    let of = R::from_f64;
    let slopes = |v: R, w: R, exc: R, inh: R| {
        let bounded = if R::ZERO < v { R::ZERO } else { v };
        let upstroke = of(60.0) * Real::exp((bounded + of(50.4)) / of(2.0));
        let synapses = exc * (R::ZERO - bounded) + inh * (of(-85.0) - bounded);
        let sum = of(30.0) * (of(-70.6) - bounded) + upstroke - w + synapses;
        (sum / of(281.0), (of(4.0) * (bounded + of(70.6)) - w) / of(144.0))
    };
    let of_decay = |time: f64, tau: f64| of(neuropil_equations::function::exp(-time / tau));
    let (exc_middle, exc_whole) = (of_decay(0.05, 5.0), of_decay(0.1, 5.0));
    let (inh_middle, inh_whole) = (of_decay(0.05, 10.0), of_decay(0.1, 10.0));
    let (h, half, sixth, two) = (of(0.1), of(0.05), of(0.1 / 6.0), of(2.0));
    for i in 0..n {
        let (v0, w0, exc0, inh0) = (v[i], w[i], exc[i], inh[i]);
        let (exc_half, inh_half) = (exc0 * exc_middle, inh0 * inh_middle);
        let (exc_end, inh_end) = (exc0 * exc_whole, inh0 * inh_whole);
        let k1 = slopes(v0, w0, exc0, inh0);
        let k2 = slopes(v0 + half * k1.0, w0 + half * k1.1, exc_half, inh_half);
        let k3 = slopes(v0 + half * k2.0, w0 + half * k2.1, exc_half, inh_half);
        let k4 = slopes(v0 + h * k3.0, w0 + h * k3.1, exc_end, inh_end);
        let new_v = v0 + sixth * (k1.0 + two * (k2.0 + k3.0) + k4.0);
        let new_w = w0 + sixth * (k1.1 + two * (k2.1 + k3.1) + k4.1);
        let held = left[i] > R::ZERO;
        let new_v = if held { v0 } else { new_v };
        let fires = new_v >= R::ZERO;
        v[i] = if fires { of(-70.6) } else { new_v };
        w[i] = if fires { new_w + of(80.5) } else { new_w };
        left[i] = if held { left[i] - h } else { left[i] };
        exc[i] = exc_end + arrivals[0][i];
        inh[i] = inh_end + arrivals[1][i];
        fired[i] = u8::from(fires);
    }
}
