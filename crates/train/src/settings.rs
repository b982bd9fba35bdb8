//! What a task file says besides the task: cells, weights, loss, updates.

use neuropil_engine::trial::ResetGradient;
use neuropil_model::fields::Fields;
use neuropil_model::taps::{self, TapSettings};
use neuropil_plasticity::feedback::Draw;
use neuropil_plasticity::optimizer::Schedule;
use neuropil_plasticity::pseudo_derivative::NAMES;
use neuropil_plasticity::{PseudoDerivative, RateRegulariser};

/// How μ is had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MuKind {
    /// The same for all types, for ever.
    Constant(f64),
    /// Follows the mean slope of its type.
    Adaptive {
        /// r.
        rate: f64,
        /// The first value; the mean slope of the first batch if there is none.
        start: Option<f64>,
        /// Whether an update uses the mean of its own batch, or of those before.
        before: bool,
    },
}

/// μ, and the largest spectral radius that it may give the way of credit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MuSettings {
    /// How it is had.
    pub kind: MuKind,
    /// The radius above which all μ are scaled down.
    pub cap: Option<f64>,
}

/// What keeps the sign of weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signs {
    /// Nothing.
    Free,
    /// w ← s max(s w, 0), on W.
    Clamp,
    /// |w| ← max(s w − l₁ η, 10⁻¹²), on W and W_out.
    Shrink(f64),
    /// DEEP R, on W_in, W and W_out.
    Rewire(Rewiring),
}

/// How synapses move: see [`neuropil_plasticity::deep_r`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewiring {
    /// l₁.
    pub l1: f64,
    /// T.
    pub temperature: f64,
    /// Whether synapses wake only where there was one at the start, or anywhere.
    pub initial_only: bool,
}

/// What is recorded of a run besides its evaluations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// Updates between two records of all weights; 0 for none.
    pub weights_every: u32,
    /// Updates between two records of a trial; 0 for none.
    pub trial_every: u32,
    /// Cells of that trial.
    pub cells: Vec<usize>,
    /// Recurrent synapses of that trial, `[post, pre]`.
    pub synapses: Vec<[usize; 2]>,
}

/// What moves weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Adam, ε outside the correction of the bias.
    Adam,
    /// Gradient descent.
    GradientDescent,
}

/// How weights are updated.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Updates of a run.
    pub updates: u32,
    /// Trials of a batch.
    pub batch: usize,
    /// Updates between evaluations.
    pub evaluate_every: u32,
    /// Trials of an evaluation on held-out trials; 0 for none.
    pub validation_trials: usize,
    /// The accuracy of an evaluation that ends a run early.
    pub stop_at_accuracy: Option<f64>,
    /// Evaluations without a lower loss that end a run early; 0 for none.
    pub patience: u32,
    /// What moves weights.
    pub method: Method,
    /// η.
    pub schedule: Schedule,
    /// The largest norm of a gradient.
    pub clip_norm: Option<f64>,
    /// λ of λ/2 Σ w² over W_in, W and W_out.
    pub weight_decay: f64,
    /// What keeps signs.
    pub signs: Signs,
    /// How μ is had.
    pub mu: MuSettings,
    /// Random feedback, for the rules that want it.
    pub feedback: Draw,
    /// S of the rules `*_S`.
    pub lags: usize,
    /// What those make of their taps.
    pub taps: TapSettings,
    /// Whether gradients follow the reset.
    pub reset: ResetGradient,
    /// Of spiking cells.
    pub pseudo_derivative: PseudoDerivative,
    /// Steps at the end that count in the loss; `None` for all.
    pub last: Option<usize>,
    /// The rate regulariser.
    pub regulariser: Option<RateRegulariser>,
    /// Whether b of the readout is learned; it begins as 0.
    pub bias: bool,
    /// What is recorded.
    pub recorded: Recorded,
}

fn positive(value: f64) -> bool {
    value > 0.0
}

/// Reads `loss` and `training` of a task of `steps` steps and step `dt_ms`.
pub(crate) fn read(fields: &mut Fields, steps: usize, dt_ms: f64) -> Option<Settings> {
    let loss = fields.section("loss").and_then(|own| loss(own, steps, dt_ms));
    let reset = fields.word("reset_gradient", &["detached", "attached"]).unwrap_or(0);
    let pseudo_derivative = match fields.get("pseudo_derivative") {
        Some(_) => fields.section("pseudo_derivative").and_then(slope),
        None => Some(PseudoDerivative::PiecewiseLinear { gamma: 0.3 }),
    };
    let mut own = fields.section("training")?;
    let updates = whole(&mut own, "updates", 1);
    let batch = whole(&mut own, "batch", 1);
    let evaluate_every = whole(&mut own, "evaluate_every", 1);
    let validation = own.whole("validation_trials").unwrap_or(0);
    let stop = own.get("stop_at_accuracy").is_some();
    let stop =
        stop.then(|| own.number_or("stop_at_accuracy", 1.0, "between 0 and 1", |part| (0.0..=1.0).contains(&part)));
    let patience = own.whole("patience").unwrap_or(0);
    let method = own.required_word("optimiser", &["adam", "gradient_descent"]);
    let rate = own.required_number("learning_rate", "> 0", positive);
    let decay = own.number_or("decay", 1.0, "> 0", positive);
    let every = own.whole("decay_every").unwrap_or(0);
    let clip = own.get("clip_norm").is_some().then(|| own.number_or("clip_norm", 1.0, "> 0", positive));
    let weight_decay = own.number_or("weight_decay", 0.0, ">= 0", |decay| decay >= 0.0);
    let signs = own.required_word("signs", &["free", "clamp", "shrink", "rewire"]);
    let rewiring = if signs == Some(3) { own.section("rewire").and_then(rewiring) } else { None };
    let shrinking = if signs == Some(2) { own.required_number("shrink", ">= 0", |l1| l1 >= 0.0) } else { Some(0.0) };
    let mu = own.section("mu").and_then(mu);
    let feedback = match own.get("random_feedback") {
        Some(_) => own.section("random_feedback").and_then(random),
        None => Some(Draw::Normal(1.0)),
    };
    let lags = usize::try_from(taps::lags(&mut own, 1, steps as u64)).unwrap_or(1);
    let taps = taps::read(&mut own);
    own.finish();
    let recorded = match fields.get("record") {
        Some(_) => fields.section("record").and_then(recorded),
        None => Some(Recorded::default()),
    };
    let (last, regulariser) = loss?;
    Some(Settings {
        updates: u32::try_from(updates?).ok()?,
        batch: usize::try_from(batch?).ok()?,
        evaluate_every: u32::try_from(evaluate_every?).ok()?,
        validation_trials: usize::try_from(validation).ok()?,
        stop_at_accuracy: stop,
        patience: u32::try_from(patience).unwrap_or(u32::MAX),
        method: [Method::Adam, Method::GradientDescent][method?],
        schedule: Schedule { rate: rate?, decay, every: u32::try_from(every).unwrap_or(0) },
        clip_norm: clip,
        weight_decay,
        signs: match signs? {
            0 => Signs::Free,
            1 => Signs::Clamp,
            2 => Signs::Shrink(shrinking?),
            _ => Signs::Rewire(rewiring?),
        },
        mu: mu?,
        feedback: feedback?,
        lags,
        taps: taps?,
        reset: [ResetGradient::Detached, ResetGradient::Attached][reset],
        pseudo_derivative: pseudo_derivative?,
        last,
        regulariser,
        bias: true,
        recorded: recorded?,
    })
}

fn rewiring(mut own: Fields) -> Option<Rewiring> {
    let l1 = own.required_number("l1", ">= 0", |l1| l1 >= 0.0);
    let temperature = own.number_or("temperature", 0.0, ">= 0", |temperature| temperature >= 0.0);
    let candidates = own.required_word("candidates", &["initial", "all"]);
    own.finish();
    Some(Rewiring { l1: l1?, temperature, initial_only: candidates? == 0 })
}

fn recorded(mut own: Fields) -> Option<Recorded> {
    let every = |own: &mut Fields, name: &str| u32::try_from(own.whole(name).unwrap_or(0)).unwrap_or(u32::MAX);
    let (weights_every, trial_every) = (every(&mut own, "weights_every"), every(&mut own, "trial_every"));
    let numbers = |own: &mut Fields, name: &str| -> Option<Vec<usize>> {
        let path = own.path_of(name);
        let Some(node) = own.get(name) else { return Some(Vec::new()) };
        own.reader.wholes(node, &path)?.into_iter().map(|number| usize::try_from(number).ok()).collect()
    };
    let cells = numbers(&mut own, "cells");
    let path = own.path_of("synapses");
    let pairs = own.get("synapses").map_or(Some(Vec::new()), |node| {
        let pairs = own.reader.array(node, &path)?.iter().enumerate();
        let pair = |(index, node)| {
            let path = format!("{path}.{index}");
            let found = own.reader.wholes(node, &path)?;
            let pair = <[u64; 2]>::try_from(found).map_err(|_| own.reader.fault(&path, "expected [post, pre]"));
            Some(pair.ok()?.map(|cell| usize::try_from(cell).unwrap_or(usize::MAX)))
        };
        pairs.map(pair).collect::<Option<Vec<_>>>()
    });
    own.finish();
    Some(Recorded { weights_every, trial_every, cells: cells?, synapses: pairs? })
}

/// A whole number between `least` and 2^24.
fn whole(fields: &mut Fields, name: &str, least: u64) -> Option<u64> {
    let found = fields.required_whole(name)?;
    if (least..=1 << 24).contains(&found) {
        return Some(found);
    }
    let path = fields.path_of(name);
    fields.reader.fault(&path, format!("found {found}, must be between {least} and {}", 1 << 24));
    None
}

fn loss(mut own: Fields, steps: usize, dt_ms: f64) -> Option<(Option<usize>, Option<RateRegulariser>)> {
    let all = steps as f64 * dt_ms;
    let last = own.get("last_ms").is_some().then(|| {
        let expected = format!("at least a step and at most the trial's {all} ms");
        let last_ms = own.required_number("last_ms", &expected, |last| last >= dt_ms && last <= all)?;
        (1..=steps).find(|steps| *steps as f64 * dt_ms >= last_ms * (1.0 - 1e-9))
    });
    let strength = own.number_or("rate_strength", 0.0, ">= 0", |strength| strength >= 0.0);
    let target_hz = own.number_or("rate_target_hz", 10.0, ">= 0", |target| target >= 0.0);
    own.finish();
    let regulariser = (strength > 0.0).then_some(RateRegulariser { strength, target: target_hz * 1e-3 * dt_ms });
    if last == Some(None) { None } else { Some((last.flatten(), regulariser)) }
}

fn slope(mut own: Fields) -> Option<PseudoDerivative> {
    let kind = own.required_word("kind", NAMES);
    let gamma = own.number_or("gamma", 0.3, "> 0", positive);
    let k = own.number_or("k", 1.0, "> 0", positive);
    own.finish();
    PseudoDerivative::named(NAMES[kind?], gamma, k).ok()
}

fn mu(mut own: Fields) -> Option<MuSettings> {
    let share = |value: f64| value > 0.0 && value <= 1.0;
    let kind = match own.required_word("kind", &["constant", "adaptive"]) {
        Some(0) => own.required_number("value", ">= 0", |value| value >= 0.0).map(MuKind::Constant),
        Some(_) => {
            let rate = own.required_number("rate", "in (0, 1]", share);
            let start = own.get("start").is_some().then(|| own.number_or("start", 0.0, ">= 0", |start| start >= 0.0));
            let before = own.required_word("takes_batch", &["before_use", "after_use"]);
            rate.zip(before).map(|(rate, before)| MuKind::Adaptive { rate, start, before: before == 0 })
        }
        None => None,
    };
    let cap = own.get("cap").is_some().then(|| own.number_or("cap", 0.8, "> 0", positive));
    own.finish();
    Some(MuSettings { kind: kind?, cap })
}

fn random(mut own: Fields) -> Option<Draw> {
    let kind = own.required_word("kind", &["normal", "uniform"]);
    let scale = own.required_number("scale", "> 0", positive);
    own.finish();
    let scale = scale?;
    Some(if kind? == 0 { Draw::Normal(scale) } else { Draw::Uniform(scale) })
}
