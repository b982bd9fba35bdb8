//! Programs against what the same equations give when they are written out.

use super::*;
use crate::graph::{Binary, Draw, Graph, Node, NodeId, Unary};
use crate::ir::{
    Block, Cell, Condition, Convolution, Kind, Linear, Marks, Name, Output, Parameter, Place, Row, SpikePort, State,
    Statement, System, Takes, Target,
};
use crate::unit::Unit;
use neuropil_core::{Stream, StreamKey};

/// A cell as it is put together by hand.
struct Sketch {
    cell: Cell,
}

fn name(text: &str) -> Name {
    Name { text: text.into(), column: text.into(), unit: Unit::one(), place: Place::default() }
}

impl Sketch {
    fn new() -> Self {
        let cell = Cell {
            name: "sketch".into(),
            graph: Graph::default(),
            parameters: Vec::new(),
            parameter_order: Vec::new(),
            internals: Vec::new(),
            states: Vec::new(),
            guards: Vec::new(),
            convolutions: Vec::new(),
            spike_ports: Vec::new(),
            input_ports: Vec::new(),
            locals: Vec::new(),
            update: Vec::new(),
            systems: Vec::new(),
            handlers: Vec::new(),
            jumps: Vec::new(),
            conditions: Vec::new(),
            recordables: Vec::new(),
            output: Output::Spikes,
            marks: Marks::default(),
            random_sites: 0,
        };
        Self { cell }
    }
    fn number(&mut self, value: f64) -> NodeId {
        self.cell.graph.constant(value)
    }
    fn parameter(&mut self, text: &str, value: f64) -> NodeId {
        let start = self.number(value);
        let index = u32::try_from(self.cell.parameters.len()).expect("few");
        self.cell.parameters.push(Parameter { name: name(text), kind: Kind::Real, start, homogeneous: false });
        self.cell.parameter_order.push(index);
        self.cell.graph.add(Node::Parameter(index))
    }
    fn state(&mut self, text: &str, start: f64) -> NodeId {
        let start = self.number(start);
        let index = u32::try_from(self.cell.states.len()).expect("few");
        self.cell.states.push(State { name: name(text), kind: Kind::Real, start, derivative: None, timer: None });
        self.cell.graph.add(Node::State(index))
    }
    fn op(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        self.cell.graph.binary(op, a, b)
    }
    fn of(&mut self, op: Unary, a: NodeId) -> NodeId {
        self.cell.graph.unary(op, a)
    }
    fn port(&mut self) {
        self.cell.spike_ports.push(SpikePort { name: name("in"), takes: Takes::Any, effect: None });
    }
    /// An exponential kernel of the port 0.
    fn kernel(&mut self, tau: NodeId) -> NodeId {
        let minus = self.number(-1.0);
        let rate = self.op(Binary::Div, minus, tau);
        let start = self.number(1.0);
        let convolution = Convolution {
            kernel: "k".into(),
            port: 0,
            names: vec![name("k__X__in")],
            matrix: vec![vec![rate]],
            start: vec![start],
        };
        self.cell.convolutions.push(convolution);
        self.cell.graph.add(Node::Convolution { block: 0, component: 0 })
    }
    fn set(&self, state: u32, value: NodeId) -> Statement {
        Statement::Assign { target: Target::State(state), value }
    }
    fn machine(&self, method: Method, set: &[Option<Column>], cells: usize) -> Machine<f64> {
        let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
        Machine::new(&self.cell, settings, set, cells, StreamKey::new(5, Stream::Equation, 0)).expect("a good cell")
    }
}

/// A population as a test runs it.
struct Run {
    machine: Machine<f64>,
    planes: Vec<Vec<f64>>,
    fired: Vec<u8>,
    step: u64,
}

impl Run {
    fn new(machine: Machine<f64>, cells: usize) -> Self {
        let plane = |plane| (0..cells).map(|cell| machine.start(plane, cell)).collect();
        let planes = (0..machine.planes()).map(plane).collect();
        Self { planes, machine, fired: vec![0; cells], step: 0 }
    }
    fn step(&mut self, arrivals: &[f64]) {
        self.step += 1;
        let mut arrivals = arrivals.to_vec();
        let mut planes: Vec<&mut [f64]> = self.planes.iter_mut().map(Vec::as_mut_slice).collect();
        let mut ports: Vec<&mut [f64]> = vec![&mut arrivals];
        let mut frame = Frame {
            planes: &mut planes,
            arrivals: &mut ports,
            currents: &[],
            fired: &mut self.fired,
            first_cell: 0,
            lanes: 1,
            step: self.step,
        };
        assert!(self.machine.advance(&mut frame), "finite");
        assert!(arrivals.iter().all(|sum| *sum == 0.0), "arrivals are taken");
    }
}

/// C V' = -g (V - E) + g Δ exp((V - VT)/Δ) - w + I, τw w' = a (V - E) - w, with a refractory time and a conductance that jumps.
fn adex() -> Sketch {
    let mut sketch = Sketch::new();
    let s = &mut sketch;
    let (c, g, e) = (s.parameter("C", 281.0), s.parameter("g", 30.0), s.parameter("E", -70.6));
    let (slope, th) = (s.parameter("slope", 2.0), s.parameter("th", -50.4));
    let (tau_w, a, b) = (s.parameter("tau_w", 144.0), s.parameter("a", 4.0), s.parameter("b", 80.5));
    let (current, tau) = (s.parameter("I", 800.0), s.parameter("tau", 3.0));
    s.port();
    let (v, w, r) = (s.state("V", -70.6), s.state("w", 0.0), s.state("r", 0.0));
    let conductance = s.kernel(tau);
    let peak = s.number(0.0);
    let bounded = s.op(Binary::Min, v, peak);
    let over = s.op(Binary::Sub, bounded, th);
    let over = s.op(Binary::Div, over, slope);
    let exponential = s.of(Unary::Exp, over);
    let spike = s.op(Binary::Mul, g, slope);
    let spike = s.op(Binary::Mul, spike, exponential);
    let from_rest = s.op(Binary::Sub, bounded, e);
    let leak = s.op(Binary::Mul, g, from_rest);
    let synaptic = s.op(Binary::Mul, conductance, bounded);
    let sum = s.op(Binary::Sub, spike, leak);
    let sum = s.op(Binary::Sub, sum, synaptic);
    let sum = s.op(Binary::Sub, sum, w);
    let sum = s.op(Binary::Add, sum, current);
    let slope_v = s.op(Binary::Div, sum, c);
    let adapted = s.op(Binary::Mul, a, from_rest);
    let adapted = s.op(Binary::Sub, adapted, w);
    let slope_w = s.op(Binary::Div, adapted, tau_w);
    let minus = s.number(-1.0);
    s.cell.states[0].derivative = Some(slope_v);
    s.cell.states[1].derivative = Some(slope_w);
    s.cell.states[2].derivative = Some(minus);
    s.cell.states[2].timer = Some(minus);
    let row = Row { of: Linear::State(2), terms: Vec::new(), constant: Some(minus) };
    s.cell.systems = vec![
        System { variables: vec![0, 1], linear: Vec::new(), nonlinear: vec![0, 1] },
        System { variables: vec![2], linear: vec![Block { rows: vec![row] }], nonlinear: Vec::new() },
    ];
    let zero = s.number(0.0);
    let refractory = s.op(Binary::Lt, zero, r);
    s.cell.update = vec![Statement::Branch {
        condition: refractory,
        yes: vec![Statement::Integrate(1)],
        no: vec![Statement::Integrate(0)],
    }];
    let fires = s.op(Binary::Le, peak, v);
    let (reset, raised, t_ref) = (s.number(-60.0), s.op(Binary::Add, w, b), s.number(2.0));
    let body = vec![
        s.set(0, reset),
        s.set(1, raised),
        s.set(2, t_ref),
        Statement::Emit { weight: None, place: Place::default() },
    ];
    s.cell.conditions = vec![Condition { when: fires, told: false, body, place: Place::default() }];
    sketch
}

/// The same written out: the state (V, w, steps left, conductance) after a step, and whether it fired.
fn adex_by_hand(state: &mut [f64; 4], current: f64, arrivals: f64) -> bool {
    use crate::function::exp;
    let slopes = |v: f64, w: f64, conductance: f64| {
        let v = v.min(0.0);
        let sum = 30.0 * 2.0 * exp((v + 50.4) / 2.0) - 30.0 * (v + 70.6) - conductance * v - w + current;
        (sum / 281.0, (4.0 * (v + 70.6) - w) / 144.0)
    };
    let [v, w, left, conductance] = *state;
    let h = 0.1;
    let at = |time: f64| conductance * exp(-time / 3.0);
    if left > 0.0 {
        state[2] -= 1.0;
    } else {
        let k1 = slopes(v, w, at(0.0));
        let k2 = slopes(v + h / 2.0 * k1.0, w + h / 2.0 * k1.1, at(h / 2.0));
        let k3 = slopes(v + h / 2.0 * k2.0, w + h / 2.0 * k2.1, at(h / 2.0));
        let k4 = slopes(v + h * k3.0, w + h * k3.1, at(h));
        state[0] = v + h / 6.0 * (k1.0 + 2.0 * (k2.0 + k3.0) + k4.0);
        state[1] = w + h / 6.0 * (k1.1 + 2.0 * (k2.1 + k3.1) + k4.1);
    }
    state[3] = at(h) + arrivals;
    let fires = state[0] >= 0.0;
    if fires {
        (state[0], state[1], state[2]) = (-60.0, state[1] + 80.5, 20.0);
    }
    fires
}

const RK4: Method = Method::RungeKutta { substeps: 1 };

/// Weights that differ by step and cell.
fn arrivals(step: u64, cells: usize) -> Vec<f64> {
    let of = |cell: u64| if (step * 7 + cell * 13).is_multiple_of(31) { 2.0 + (cell % 5) as f64 } else { 0.0 };
    (0..cells as u64).map(of).collect()
}

fn currents(cells: usize) -> Column {
    Column::Each((0..cells).map(|cell| 300.0 + 11.0 * cell as f64).collect())
}

fn set(sketch: &Sketch, place: usize, column: Column) -> Vec<Option<Column>> {
    let mut set = vec![None; sketch.cell.parameters.len()];
    set[place] = Some(column);
    set
}

/// A wrong stage, order of arrivals, mask or refractory time moves a spike or the last digits.
#[test]
fn a_cell_does_what_its_equations_say() {
    let (sketch, cells) = (adex(), 90);
    let mut run = Run::new(sketch.machine(RK4, &set(&sketch, 8, currents(cells)), cells), cells);
    let mut by_hand = vec![[-70.6, 0.0, 0.0, 0.0]; cells];
    let mut spikes = 0;
    for step in 1..=4000 {
        let arrivals = arrivals(step, cells);
        run.step(&arrivals);
        for (cell, state) in by_hand.iter_mut().enumerate() {
            let fires = adex_by_hand(state, 300.0 + 11.0 * cell as f64, arrivals[cell]);
            assert_eq!(run.fired[cell] == 1, fires, "cell {cell} in step {step}");
            spikes += usize::from(fires);
            let found = [0, 1, 3].map(|plane: usize| run.planes[plane][cell]);
            let expected = [state[0], state[1], state[3]];
            for (found, expected) in found.into_iter().zip(expected) {
                assert!(
                    (found - expected).abs() <= 1e-7 * (1.0 + expected.abs()),
                    "cell {cell}, step {step}: {found} {expected}"
                );
            }
            assert!((run.planes[2][cell] - 0.1 * state[2]).abs() < 1e-12);
        }
    }
    assert!(spikes > 1000, "{spikes} spikes");
}

fn digest(run: &Run) -> Vec<u64> {
    run.planes.iter().flatten().map(|value| value.to_bits()).collect()
}

/// Tiles, and neighbours that need other parts of a step, change no bit; nor does a column of equal values.
#[test]
fn bits_depend_on_the_cell_alone() {
    let (sketch, cells) = (adex(), 150);
    for method in [RK4, Method::RungeKutta { substeps: 4 }, Method::Auto { tolerance: 1e-5 }] {
        let built = |cells: usize, column: Column, tile: usize| {
            Run::new(sketch.machine(method, &set(&sketch, 8, column), cells).with_tile(tile), cells)
        };
        let mut runs = [64, 512, 7].map(|tile| built(cells, currents(cells), tile)).into_iter().collect::<Vec<_>>();
        // As it is without a word of tiles: where the solver adapts, those of the step are larger than those of its levels.
        runs.push(Run::new(sketch.machine(method, &set(&sketch, 8, currents(cells)), cells), cells));
        let mut alone = built(1, Column::One(300.0 + 11.0 * 40.0), 64);
        let mut equal = [built(70, Column::One(700.0), 64), built(70, Column::Each(vec![700.0; 70]), 64)];
        for step in 1..=1500 {
            runs.iter_mut().for_each(|run| run.step(&arrivals(step, cells)));
            alone.step(&arrivals(step, cells)[40..41]);
            equal.iter_mut().for_each(|run| run.step(&arrivals(step, 70)));
        }
        assert_eq!(digest(&runs[0]), digest(&runs[1]), "{method:?}");
        assert_eq!(digest(&runs[0]), digest(&runs[2]), "{method:?}");
        assert_eq!(digest(&runs[0]), digest(&runs[3]), "{method:?}");
        assert_eq!(digest(&equal[0]), digest(&equal[1]), "{method:?}");
        let own: Vec<u64> = runs[0].planes.iter().map(|plane| plane[40].to_bits()).collect();
        assert_eq!(own, digest(&alone), "{method:?}");
    }
}

/// Halved parts divide the error by 16, and the adaptive solver meets its tolerance.
#[test]
fn solvers_have_their_order() {
    let sketch = adex();
    let after = |method: Method| {
        let mut run = Run::new(sketch.machine(method, &set(&sketch, 8, Column::One(400.0)), 1), 1);
        (1..=200).for_each(|step| run.step(&[if step == 5 { 20.0 } else { 0.0 }]));
        run.planes[0][0]
    };
    let exact = after(Method::RungeKutta { substeps: 64 });
    let errors = [1, 2, 4].map(|substeps| (after(Method::RungeKutta { substeps }) - exact).abs());
    assert!(errors[0] / errors[1] > 14.0 && errors[1] / errors[2] > 14.0, "{errors:?}");
    assert!((after(Method::Auto { tolerance: 1e-8 }) - exact).abs() < 1e-5);
    let first = [1, 2, 4].map(|substeps| (after(Method::ExponentialEuler { substeps }) - exact).abs());
    assert!(first[0] > first[1] * 1.8 && first[1] > first[2] * 1.8, "{first:?}");
    let first = [1, 2, 4].map(|substeps| (after(Method::ForwardEuler { substeps }) - exact).abs());
    assert!(first[0] > first[1] * 1.8 && first[1] > first[2] * 1.8, "{first:?}");
}

/// Each cell leaves a loop when its own test fails: x is counted up to its own bound.
#[test]
fn loops_end_cell_by_cell() {
    let mut sketch = Sketch::new();
    let s = &mut sketch;
    let bound = s.parameter("bound", 1.0);
    let (x, y) = (s.state("x", 0.0), s.state("y", 0.0));
    let (one, zero) = (s.number(1.0), s.number(0.0));
    let goes_on = s.op(Binary::Lt, x, bound);
    let next = s.op(Binary::Add, x, one);
    let sum = s.op(Binary::Add, y, x);
    // y is given the old x, and x the next number: both at once.
    let body = vec![s.set(1, sum), s.set(0, next)];
    s.cell.update =
        vec![s.set(0, zero), s.set(1, zero), Statement::While { condition: goes_on, place: Place::default(), body }];
    s.port();
    let cells = 100;
    let bound = |cell: usize| (cell % 9) as f64;
    let column = Column::Each((0..cells).map(bound).collect());
    let mut run = Run::new(sketch.machine(RK4, &[Some(column)], cells), cells);
    run.step(&vec![0.0; cells]);
    for cell in 0..cells {
        let bound = bound(cell);
        let own = [0, 1].map(|plane: usize| run.planes[plane][cell]);
        assert_eq!(own, [bound, bound * (bound - 1.0) / 2.0], "cell {cell}");
    }
}

/// Draws have their moments, differ by cell and step, and do not depend on tiles.
#[test]
fn draws_are_of_cell_and_step() {
    let mut sketch = Sketch::new();
    let s = &mut sketch;
    s.state("normal", 0.0);
    s.state("poisson", 0.0);
    s.port();
    let (mean, std, rate) = (s.number(3.0), s.number(2.0), s.number(40.0));
    let normal = s.cell.graph.add(Node::Random { site: 0, draw: Draw::Normal, a: mean, b: std });
    let poisson = s.cell.graph.add(Node::Random { site: 1, draw: Draw::Poisson, a: rate, b: mean });
    s.cell.random_sites = 2;
    s.cell.update = vec![s.set(0, normal), s.set(1, poisson)];
    let cells = 2000;
    let mut runs = [64, 512].map(|tile| Run::new(sketch.machine(RK4, &[], cells).with_tile(tile), cells));
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..20 {
        runs.iter_mut().for_each(|run| run.step(&vec![0.0; cells]));
        assert_eq!(digest(&runs[0]), digest(&runs[1]));
        all.iter_mut().zip(&runs[0].planes).for_each(|(all, plane)| all.extend_from_slice(plane));
    }
    let moments = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n)
    };
    let ((mean, variance), (rate, spread)) = (moments(&all[0]), moments(&all[1]));
    assert!((mean - 3.0).abs() < 0.05 && (variance - 4.0).abs() < 0.15, "{mean} {variance}");
    assert!((rate - 40.0).abs() < 0.16 && (spread - 40.0).abs() < 1.5, "{rate} {spread}");
}
