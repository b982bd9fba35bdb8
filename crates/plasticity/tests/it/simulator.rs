//! A simulator of small networks in numbers that know their derivatives.
//!
//! It gives the tape that rules read, and, with the ways of credit cut or replaced as a rule says, what the rule must give.

use crate::graph::{Graph, Var, constant};
use crate::network::{Body, GROUP_TRIALS, Network, OUTPUTS, STEPS};
use neuropil_plasticity::cell::{LifDelta, LifExp, LocalStep, Reset, Rflo};
use neuropil_plasticity::loss::judge;
use neuropil_plasticity::tape::Clamped;
use neuropil_plasticity::{Credit, Dynamics, Gradient, Learner, Matrix, Plane, RateOver, Tape};

/// How derivatives pass from cell to cell.
pub enum Travel<'a> {
    /// As the equations say.
    Exact,
    /// Not at all.
    Detached,
    /// Through a shadow: a linear network beside the true one, of values 0.
    Shadow(Shadow<'a>),
}

/// The linear network of intermediate cells.
pub struct Shadow<'a> {
    /// Wfb of post, pre and receptor.
    pub feedback: &'a dyn Fn(usize, usize, usize) -> f64,
    /// Constants of each intermediate cell.
    pub dynamics: Vec<Dynamics>,
    /// μ of each cell.
    pub mu: Vec<f64>,
    /// One hop only, without memory of the cell.
    pub one_hop: bool,
    /// μ in place of ψ in the receiving cell, as far as others feel it.
    pub mu_first: bool,
    /// What others feel is not asked for the regulariser.
    pub local_regulariser: bool,
}

/// What came of a simulation.
pub struct Outcome {
    pub tape: Tape,
    pub credit: Credit,
    pub loss: f64,
    pub gradient: Gradient,
    /// The smallest |u| of a rectifier.
    pub margin: f64,
}

/// State of one cell; values and their derivatives.
#[derive(Clone, Copy)]
struct Cell {
    v: Var,
    a: Var,
    current: [Var; 2],
    /// Output, as the own cell and the readout feel it.
    z: Var,
    silent_for: usize,
}

/// State of one shadow cell.
#[derive(Clone, Copy)]
struct Dark {
    v: Var,
    a: Var,
    current: [Var; 2],
    z: Var,
}

struct Weights {
    w_in: Vec<Vec<Var>>,
    w_rec: Vec<Vec<Var>>,
    w_out: Vec<Vec<Var>>,
    b: Vec<Var>,
}

/// Runs all trials; errors come back by `broadcast` (cells x readouts) or, without, by W_out.
pub fn simulate(network: &Network, travel: &Travel<'_>, broadcast: Option<&Matrix>) -> Outcome {
    let learner = &network.learner;
    let n = learner.cells();
    let mut graph = Graph::default();
    let mut variables = |matrix: &Matrix| -> Vec<Vec<Var>> {
        let row = |row| matrix.row(row).iter().map(|value| graph.variable(*value)).collect();
        (0..matrix.rows()).map(row).collect()
    };
    let (w_in, w_rec, w_out) = (variables(&learner.w_in), variables(&learner.w_rec), variables(&learner.readout.w_out));
    let b = learner.readout.b.iter().map(|value| graph.variable(*value)).collect();
    let weights = Weights { w_in, w_rec, w_out, b };
    let mut tape = empty_tape(learner);
    tape.x = network.x.clone().into();

    let mut y = Plane::zeros(STEPS, OUTPUTS, GROUP_TRIALS);
    let mut outputs = Vec::new();
    // Of each cell and trial.
    let mut rates: Vec<Vec<(Var, f64)>> = vec![Vec::new(); n * GROUP_TRIALS];
    let mut margin = f64::INFINITY;
    for trial in 0..GROUP_TRIALS {
        let mut run = Run::new(network, travel, &weights, trial);
        let mut filtered = [constant(0.0); OUTPUTS];
        for step in 0..STEPS {
            let (seen, regulated) = run.step(&mut graph, &mut tape, step);
            for (k, filtered) in filtered.iter_mut().enumerate() {
                let mut terms = vec![(*filtered, learner.readout.kappa)];
                let mut value = learner.readout.kappa * filtered.value;
                for (j, z) in seen.iter().enumerate() {
                    let weight = weights.w_out[k][j];
                    let back = broadcast.map_or(weight.value, |broadcast| broadcast[(j, k)]);
                    value += learner.readout.scale * weight.value * z.value;
                    terms.extend([(*z, learner.readout.scale * back), (weight, learner.readout.scale * z.value)]);
                }
                *filtered = graph.custom(value, &terms);
                let out = graph.sum(&[(*filtered, 1.0), (weights.b[k], 1.0)]);
                y.row_mut(step, k)[trial] = out.value;
                outputs.push(((step, k, trial), out));
            }
            margin = margin.min(run.margin);
            for (j, z) in regulated.into_iter().enumerate() {
                rates[j * GROUP_TRIALS + trial].push((z, 1.0 / STEPS as f64));
            }
        }
    }
    if !learner.dynamics.iter().any(LocalStep::is_clamped) {
        tape.clamped = None;
    }
    let judged = judge(network.loss.as_ref(), &y, &network.weights, GROUP_TRIALS).unwrap();
    let mut terms: Vec<(Var, f64)> = Vec::new();
    for ((step, k, trial), out) in outputs {
        terms.push((out, judged.err.at(step, k, trial)));
    }
    let (mut loss, mut regulariser) = (judged.loss, Vec::new());
    if let Some(rule) = &network.regulariser {
        let trials = GROUP_TRIALS as f64;
        let rates: Vec<Var> = rates.iter().map(|rate| graph.sum(rate)).collect();
        for own in rates.chunks_exact(GROUP_TRIALS) {
            let mean = own.iter().map(|rate| rate.value).sum::<f64>() / trials;
            for rate in own {
                let (part, held) = match rule.over {
                    RateOver::Batch => (mean - rule.target, mean),
                    RateOver::Trial => (rate.value - rule.target, rate.value),
                };
                loss += 0.5 * rule.strength * part * part / trials;
                terms.push((*rate, rule.strength * part / trials));
                regulariser.extend(rule.credit(&[held], GROUP_TRIALS, STEPS));
            }
        }
    }
    let total = graph.custom(loss, &terms);
    let matrix = |rows: &[Vec<Var>]| {
        let all = rows.concat();
        Matrix::new("gradient", rows.len(), rows[0].len(), graph.gradient(total, &all)).unwrap()
    };
    let mut gradient = Gradient {
        w_in: matrix(&weights.w_in),
        w_rec: matrix(&weights.w_rec),
        w_out: matrix(&weights.w_out),
        b: graph.gradient(total, &weights.b),
    };
    without_absent(&mut gradient, learner);
    Outcome { margin, tape, credit: Credit { err: judged.err, regulariser, asked: Some(judged.asked) }, loss, gradient }
}

/// One trial that runs.
struct Run<'a> {
    network: &'a Network,
    travel: &'a Travel<'a>,
    weights: &'a Weights,
    trial: usize,
    cells: Vec<Cell>,
    dark: Vec<Dark>,
    /// What others feel of the outputs of the last steps, newest last.
    sent: Vec<Vec<Var>>,
    margin: f64,
}

impl<'a> Run<'a> {
    fn new(network: &'a Network, travel: &'a Travel<'a>, weights: &'a Weights, trial: usize) -> Self {
        let (zero, n) = (constant(0.0), network.learner.cells());
        let cell = Cell { v: zero, a: zero, current: [zero; 2], z: zero, silent_for: 0 };
        let dark = Dark { v: zero, a: zero, current: [zero; 2], z: zero };
        let sent = vec![vec![zero; n]; network.learner.delay];
        Self { network, travel, weights, trial, cells: vec![cell; n], dark: vec![dark; n], sent, margin: f64::INFINITY }
    }

    /// One step: outputs as the readout and as the regulariser feel them.
    fn step(&mut self, graph: &mut Graph, tape: &mut Tape, step: usize) -> (Vec<Var>, Vec<Var>) {
        let n = self.cells.len();
        let felt = self.sent[self.sent.len() - self.network.learner.delay].clone();
        let mut felt_now = Vec::new();
        for cell in 0..n {
            let arriving = self.arrivals(graph, cell, step, &felt);
            felt_now.push(self.advance(graph, tape, [step, cell], arriving));
        }
        let mut seen: Vec<Var> = self.cells.iter().map(|cell| cell.z).collect();
        let mut regulated = seen.clone();
        if let Travel::Shadow(shadow) = self.travel {
            for cell in 0..n {
                let psi = tape.psi.at(step, cell, self.trial);
                let linear = self.shade(graph, shadow, cell, &felt);
                self.dark[cell].z = graph.custom(0.0, &[(linear, if shadow.one_hop { 0.0 } else { shadow.mu[cell] })]);
                felt_now[cell] = graph.custom(felt_now[cell].value, &[(felt_now[cell], 1.0), (self.dark[cell].z, 1.0)]);
                let whole = graph.custom(seen[cell].value, &[(seen[cell], 1.0), (linear, psi)]);
                seen[cell] = whole;
                if !shadow.local_regulariser {
                    regulated[cell] = whole;
                }
            }
        }
        self.sent.push(felt_now);
        (seen, regulated)
    }

    /// Σ W x + Σ W z⁻ by receptor; the derivative by z⁻ only if others are felt exactly.
    fn arrivals(&self, graph: &mut Graph, cell: usize, step: usize, felt: &[Var]) -> [Var; 2] {
        let learner = &self.network.learner;
        let split = learner.dynamics[cell].ports() > 1;
        let mut terms: [Vec<(Var, f64)>; 2] = [Vec::new(), Vec::new()];
        let mut values = [0.0; 2];
        for (input, weight) in self.weights.w_in[cell].iter().enumerate() {
            let x = if split { learner.input_receptor(cell, input) } else { 0 };
            let pre = self.network.x.at(step, input, self.trial);
            terms[x].push((*weight, pre));
            values[x] += weight.value * pre;
        }
        for (pre, weight) in self.weights.w_rec[cell].iter().enumerate() {
            let x = if split { learner.receptor(cell, pre) } else { 0 };
            terms[x].push((*weight, felt[pre].value));
            values[x] += weight.value * felt[pre].value;
            if matches!(self.travel, Travel::Exact) {
                terms[x].push((felt[pre], weight.value));
            }
        }
        [0, 1].map(|x| graph.custom(values[x], &terms[x]))
    }

    /// One step of a true cell; what others feel of its output.
    fn advance(&mut self, graph: &mut Graph, tape: &mut Tape, [step, cell]: [usize; 2], arriving: [Var; 2]) -> Var {
        let body = self.network.bodies[cell];
        let dynamics = &self.network.learner.dynamics[cell];
        let mu_first = match self.travel {
            Travel::Shadow(shadow) if shadow.mu_first => Some(shadow.mu[cell]),
            _ => None,
        };
        let own = &mut self.cells[cell];
        let (value, psi, felt);
        match *dynamics {
            Dynamics::Rflo(Rflo { rate }) => {
                let u = arriving[0].value + body.drift;
                psi = 1.0 - u.tanh() * u.tanh();
                let h = (1.0 - rate) * own.z.value + rate * u.tanh();
                own.z = graph.custom(h, &[(own.z, 1.0 - rate), (arriving[0], rate * psi)]);
                value = h;
                felt = own.z;
            }
            Dynamics::Threshold(p) => {
                let subtracted = if body.spikes { body.v_th * own.z.value } else { 0.0 };
                let v = p.alpha * own.v.value + p.g * (arriving[0].value + body.drift) - subtracted;
                let a = graph.sum(&[(own.a, p.rho), (own.z, p.g_a)]);
                own.v = graph.custom(v, &[(own.v, p.alpha), (arriving[0], p.g), (own.z, -p.reset)]);
                own.a = a;
                let u = v - body.v_th - p.beta * a.value;
                let free = own.silent_for == 0;
                self.margin = if body.spikes { self.margin } else { self.margin.min(u.abs()) };
                (value, psi) = self.network.output(body, u, free);
                let fires = body.spikes && value == 1.0;
                own.silent_for = if fires { body.silent } else { own.silent_for.saturating_sub(1) };
                own.z = graph.custom(value, &[(own.v, psi), (own.a, -psi * p.beta)]);
                felt = mu_first.map_or(own.z, |mu| graph.custom(value, &[(own.v, mu), (own.a, -mu * p.beta)]));
            }
            Dynamics::LifDelta(LifDelta { alpha, reset }) | Dynamics::LifExp(LifExp { alpha, reset, .. }) => {
                let refractory = own.silent_for > 0;
                // The reset of the step before.
                let spiked = own.z.value == 1.0;
                let after = if spiked { body.v_reset } else { own.v.value };
                let of_reset = match reset {
                    Reset::Detached => 0.0,
                    Reset::Attached { v_reset } => v_reset - own.v.value,
                };
                let after = graph.custom(after, &[(own.v, f64::from(u8::from(!spiked))), (own.z, of_reset)]);
                let mut terms = vec![(after, alpha)];
                if let Dynamics::LifExp(LifExp { receptors, .. }) = *dynamics {
                    for ((current, receptor), arriving) in own.current.iter_mut().zip(receptors).zip(arriving) {
                        terms.push((*current, receptor.p21));
                        *current = graph.sum(&[(*current, receptor.chi), (arriving, 1.0)]);
                    }
                } else {
                    terms.push((arriving[0], 1.0));
                }
                let free = graph.sum(&terms);
                let free = graph.custom(free.value + body.drift, &[(free, 1.0)]);
                own.v = if refractory { constant(body.v_reset) } else { free };
                (value, psi) = self.network.output(body, own.v.value - body.v_th, !refractory);
                own.silent_for = if value == 1.0 { body.silent } else { own.silent_for.saturating_sub(1) };
                own.z = graph.custom(value, &[(own.v, psi)]);
                felt = own.z;
                let clamped = tape.clamped.as_mut().unwrap();
                clamped.v.row_mut(step, cell)[self.trial] = own.v.value;
                clamped.refractory.row_mut(step, cell)[self.trial] = f64::from(u8::from(refractory));
            }
            Dynamics::Linear(_) | Dynamics::Recorded(_) => unreachable!("no cell of these networks"),
        }
        tape.z.row_mut(step, cell)[self.trial] = value;
        tape.psi.row_mut(step, cell)[self.trial] = psi;
        felt
    }

    /// One step of a shadow cell: v − β a of what it feels.
    fn shade(&mut self, graph: &mut Graph, shadow: &Shadow<'_>, cell: usize, felt: &[Var]) -> Var {
        let arriving = [0, 1].map(|x| {
            let all = felt.iter().enumerate().map(|(pre, felt)| (*felt, (shadow.feedback)(cell, pre, x)));
            graph.custom(0.0, &all.collect::<Vec<_>>())
        });
        let own = &mut self.dark[cell];
        let kept = |kept: f64| if shadow.one_hop { 0.0 } else { kept };
        match shadow.dynamics[cell] {
            Dynamics::Threshold(p) => {
                let a = graph.custom(0.0, &[(own.a, kept(p.rho)), (own.z, kept(p.g_a))]);
                let terms = [(own.v, kept(p.alpha)), (arriving[0], p.g), (arriving[1], p.g), (own.z, -kept(p.reset))];
                (own.v, own.a) = (graph.custom(0.0, &terms), a);
                graph.custom(0.0, &[(own.v, 1.0), (own.a, -p.beta)])
            }
            Dynamics::LifDelta(LifDelta { alpha, .. }) => {
                own.v = graph.custom(0.0, &[(own.v, kept(alpha)), (arriving[0], 1.0), (arriving[1], 1.0)]);
                own.v
            }
            Dynamics::LifExp(LifExp { alpha, receptors, .. }) => {
                let [exc, inh] = receptors;
                let terms = [(own.v, kept(alpha)), (own.current[0], exc.p21), (own.current[1], inh.p21)];
                own.v = graph.custom(0.0, &terms);
                own.current =
                    [0, 1].map(|x| graph.custom(0.0, &[(own.current[x], kept(receptors[x].chi)), (arriving[x], 1.0)]));
                own.v
            }
            Dynamics::Rflo(_) | Dynamics::Linear(_) | Dynamics::Recorded(_) => unreachable!("no shadow"),
        }
    }
}

impl Network {
    /// z and ψ at a distance from the threshold.
    fn output(&self, body: Body, u: f64, free: bool) -> (f64, f64) {
        if !body.spikes {
            return (u.max(0.0), f64::from(u8::from(u > 0.0)));
        }
        let fires = free && u > 0.0;
        (f64::from(u8::from(fires)), if free { self.surrogate.slope(u, body.v_th) } else { 0.0 })
    }
}

/// The derivative of Σ credit z, each cell's output felt only by way of its own state: Σ credit e.
pub fn weighted(network: &Network, credit: &Plane) -> Gradient {
    let learner = &network.learner;
    let mut graph = Graph::default();
    let mut variables = |matrix: &Matrix| -> Vec<Vec<Var>> {
        let row = |row| matrix.row(row).iter().map(|value| graph.variable(*value)).collect();
        (0..matrix.rows()).map(row).collect()
    };
    let (w_in, w_rec) = (variables(&learner.w_in), variables(&learner.w_rec));
    let weights = Weights { w_in, w_rec, w_out: Vec::new(), b: Vec::new() };
    let mut tape = empty_tape(learner);
    let mut terms = Vec::new();
    for trial in 0..GROUP_TRIALS {
        let mut run = Run::new(network, &Travel::Detached, &weights, trial);
        for step in 0..STEPS {
            let (seen, _) = run.step(&mut graph, &mut tape, step);
            terms.extend(seen.into_iter().enumerate().map(|(cell, z)| (z, credit.at(step, cell, trial))));
        }
    }
    let total = graph.sum(&terms);
    let mut gradient = Gradient::zeros(learner);
    gradient.w_in.values_mut().copy_from_slice(&graph.gradient(total, &weights.w_in.concat()));
    gradient.w_rec.values_mut().copy_from_slice(&graph.gradient(total, &weights.w_rec.concat()));
    without_absent(&mut gradient, learner);
    gradient
}

fn empty_tape(learner: &Learner) -> Tape {
    let plane = || Plane::zeros(STEPS, learner.cells(), GROUP_TRIALS);
    Tape { clamped: Some(Clamped { v: plane(), refractory: plane() }), ..Tape::zeros(learner, STEPS, GROUP_TRIALS) }
}

/// 0 where no synapse exists.
pub fn without_absent(gradient: &mut Gradient, learner: &Learner) {
    let cells = learner.cells();
    for (post, pre) in (0..cells).flat_map(|post| (0..cells).map(move |pre| (post, pre))) {
        if !learner.exists(post, pre) {
            gradient.w_rec[(post, pre)] = 0.0;
        }
    }
}
