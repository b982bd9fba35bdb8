//! What a task file says besides the task: cells, weights, loss, updates.

use crate::cells::Types;
use crate::checks;
use neuropil_core::{Clock, did_you_mean};
use neuropil_engine::trial::ResetGradient;
use neuropil_model::fields::Fields;
use neuropil_model::sections::kinds::{Sub, Whole, Word};
use neuropil_model::sections::table::{Section, optional};
use neuropil_model::sections::{self, CascadeSection, FeedbackSection, LossSection, MuKind, MuSection, MuSettings};
use neuropil_model::taps::{TapSection, TapSettings, WholeTaps};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::feedback::Draw;
use neuropil_plasticity::optimizer::Schedule;
use neuropil_plasticity::{PseudoDerivative, RateRegulariser};

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
    /// The stages between what synapses remember and the signals that arrive.
    pub cascade: Option<Cascade>,
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

/// Reads `loss` and `training` of a task of `steps` steps on a clock, whose cells have `types`.
pub(crate) fn read(fields: &mut Fields, (steps, clock): (usize, Clock), types: Option<&Types>) -> Option<Settings> {
    let loss = loss(fields, steps, clock);
    let reset = optional::<Word<ResetGradient>>(fields, "reset_gradient")?.unwrap_or(ResetGradient::Detached);
    let pseudo_derivative = sections::task_pseudo_derivative(fields);
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
    for (key, other, is_there) in
        [("decay", "decay_every", every > 0), ("decay_every", "decay", own.get("decay").is_some())]
    {
        if own.get(key).is_some() && !is_there {
            let path = own.path_of(key);
            own.reader.fault(&path, format!("has no effect without `{other}`"));
        }
    }
    let clip = own.get("clip_norm").is_some().then(|| own.number_or("clip_norm", 1.0, "> 0", positive));
    let weight_decay = own.number_or("weight_decay", 0.0, ">= 0", |decay| decay >= 0.0);
    let signs = own.required_word("signs", &["free", "clamp", "shrink", "rewire"]);
    let rewiring = if signs == Some(3) { own.section("rewire").and_then(rewiring) } else { None };
    let shrinking = if signs == Some(2) { own.required_number("shrink", ">= 0", |l1| l1 >= 0.0) } else { Some(0.0) };
    let mu = own.section("mu").and_then(|own| mu(own, types));
    let feedback = FeedbackSection::of(&mut own, "feedback", || FeedbackSection::USUAL);
    let lags = lags(&mut own, steps);
    let taps = TapSection::of(&mut own, "taps", || TapSection::WholeTaps(WholeTaps {}));
    let cascade = optional::<Sub<CascadeSection>>(&mut own, "cascade");
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
        feedback: feedback?.draw(),
        lags: lags?,
        taps: taps?.into(),
        cascade: cascade?.map(|own| own.cascade(clock)),
        reset,
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

/// S of the rules `*_S`, at most the steps of a trial.
fn lags(fields: &mut Fields, steps: usize) -> Option<usize> {
    let lags = optional::<Whole<0, { u64::MAX }>>(fields, "lags")?.unwrap_or(1);
    if lags == 0 || lags > steps {
        let path = fields.path_of("lags");
        fields.reader.fault(&path, format!("found {lags}, must be between 1 and {steps}"));
        return None;
    }
    Some(lags)
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

/// Steps at a trial's end that count, and the regulariser.
fn loss(fields: &mut Fields, steps: usize, clock: Clock) -> Option<(Option<usize>, Option<RateRegulariser>)> {
    LossSection::lonely(fields);
    let (own, path) = (LossSection::of(fields, "loss", || LossSection::PLAIN)?, "loss.last_ms");
    let regulariser = own.regulariser(clock.dt_ms());
    let Some(last_ms) = own.last_ms else { return Some((None, regulariser)) };
    let all_ms = clock.time_ms(steps as u64);
    let last = checks::whole_steps(fields.reader, path, last_ms, clock)?;
    if last == 0 || last > steps {
        let message = format!("found {last_ms}, must be at least a step and at most the trial's {all_ms} ms");
        fields.reader.fault(path, message);
        return None;
    }
    Some((Some(last), regulariser))
}

/// μ of a task; values by type come in the order of the types.
fn mu(own: Fields, types: Option<&Types>) -> Option<MuSettings> {
    let (reader, path) = (own.reader, own.path_of("value"));
    let settings = MuSettings::from(MuSection::whole(own)?);
    let MuKind::ByType(values) = &settings.kind else { return Some(settings) };
    let names = &types?.names;
    for (name, _) in values {
        if !names.contains(name) {
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            reader.fault(&path, format!("there is no type `{name}`{hint}; the types are {}", names.join(", ")));
            return None;
        }
    }
    let of = |name: &String| {
        let found = values.iter().find(|own| own.0 == *name);
        if found.is_none() {
            reader.fault(&path, format!("`{name}` is missing: expected a number for each type"));
        }
        found.cloned()
    };
    let values = names.iter().map(of).collect::<Option<Vec<_>>>()?;
    Some(MuSettings { kind: MuKind::ByType(values), ..settings })
}
