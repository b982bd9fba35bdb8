//! What learning rules make of recorded spikes: learning signals, modulators, eligibility and changes of weights.

mod rates;

use neuropil_engine::carrier::{CarrierError, CarrierPlan, Chemical, Spread};
use neuropil_engine::replay::{Replayed, replay};
use neuropil_engine::trial::Outline;
use neuropil_model::Faults;
use neuropil_model::clamped::{ClampedModel, Judged};
use neuropil_network::network::Design;
use neuropil_plasticity::carrier::{CarrierKind, TrialNumbers};
use neuropil_plasticity::cell::means::{Means, has_means};
use neuropil_plasticity::form::carried;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Credit, Form, Gradient, Learner, Matrix, Plane, Readout, Rule, Tape, gradient};
use neuropil_record::Table;

/// Why nothing could be learned from a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LessonError {
    /// The model file, or what it says of the recording.
    #[error(transparent)]
    Model(#[from] Faults),
    /// The recording cannot be replayed onto the network.
    #[error("{file}: {source}")]
    Replay {
        /// The model file.
        file: String,
        /// Why.
        source: neuropil_engine::replay::ReplayError,
    },
    /// A recording of the readout, or of its errors, that says nothing of this window.
    #[error(
        "{file}: what was recorded of the readout (learning.y, learning.err) has no number in any of the {steps} steps"
    )]
    Silent {
        /// The model file.
        file: String,
        /// Steps of the window.
        steps: usize,
    },
    /// A target that ends before the window does.
    #[error(
        "{file}: learning.target: it ends {known_s} s behind the beginning of the window, which is {needed_s} s long; \
         numbers that do not begin with the session (time 0) say so by --target-from-s"
    )]
    Short {
        /// The model file.
        file: String,
        /// How far it goes, s behind the beginning of the window.
        known_s: f64,
        /// How long the window is, s.
        needed_s: f64,
    },
    /// Tissue that makes no taps.
    #[error("{file}: learning.carrier.{source}")]
    Taps {
        /// The model file.
        file: String,
        /// Why.
        source: CarrierError,
    },
    /// Credit that grew without bound on its way.
    #[error(
        "rule `{rule}`: its gradient is not finite: credit grows from step to step (a mean slope, `learning.mu`, or weights that \
         are too large)"
    )]
    NotFinite {
        /// The rule.
        rule: &'static str,
    },
    /// A rule refused.
    #[error("rule `{rule}`: {source}")]
    Rule {
        /// The rule.
        rule: &'static str,
        /// Why.
        source: neuropil_plasticity::Error,
    },
}

/// What was learned.
pub struct Learned {
    /// Everything, by name.
    pub tables: Vec<Table>,
    /// Loss of the readout over all steps with a target.
    pub loss: f64,
    /// Spikes of the cells.
    pub spikes: usize,
    /// Steps.
    pub steps: usize,
    /// The step behind which nothing is asked any more, where that is before the end.
    pub asked_until: Option<u64>,
    /// What is to be said of the slopes of spikes of cells from equations.
    pub notes: Vec<String>,
    /// Steps of which the recorded readout, or the recorded errors, have no numbers; `None` where neither was recorded.
    pub unknown: Option<usize>,
    /// Each rule, with the norm of its change of weights, and its cosine with the exact gradient if that is there.
    pub rules: Vec<(&'static Rule, f64, Option<f64>)>,
}

/// The rule whose gradient is credit times eligibility.
const LOCAL: &str = "eprop";

/// What `rules` (that of the file, if there is none) make of the recording that a model is held to.
///
/// # Errors
/// [`LessonError`].
pub fn learn(held: &ClampedModel, rules: &[&'static Rule]) -> Result<Learned, LessonError> {
    let model = &held.model;
    let lesson = model.lesson(&held.design()?)?.starting(held.starts);
    let rules = if rules.is_empty() { vec![lesson.rule] } else { rules.to_vec() };
    let steps = model.clock.steps(model.duration_ms).ok().and_then(|steps| usize::try_from(steps).ok()).unwrap_or(0);
    let ends_early = lesson.ends_early(steps as u64);
    if let Some(known) = ends_early.filter(|_| held.is_strict) {
        let [known_s, needed_s] = [known, steps as u64].map(|step| model.clock.time_ms(step) * 1e-3);
        return Err(LessonError::Short { file: model.document.file.clone(), known_s, needed_s });
    }
    let refuse = |source| LessonError::Replay { file: model.document.file.clone(), source };
    let replayed = replay(held.design()?, &held.clamps, &lesson.teaching, steps).map_err(refuse)?;
    let mut learner = replayed.outline.learner.clone();
    let mu = |name: &String| lesson.mu.iter().find(|own| own.0 == *name).map(|own| own.1);
    learner.mu = replayed.outline.types.iter().map(mu).collect::<Option<_>>().unwrap_or_default();
    learner.feedback = Some(lesson.feedback.clone());
    (learner.lags, learner.cascade) = (lesson.lags, lesson.cascade);
    let unfit = |source| LessonError::Taps { file: model.document.file.clone(), source };
    lesson.taps.shape(&mut learner, lesson.carrier.as_ref()).map_err(unfit)?;
    let averaged = averaged(&learner, &rules, &replayed.tape)?;
    let y = learner.readout.run(&replayed.tape.z);
    let judged = lesson.judge(y).map_err(|source| LessonError::Rule { rule: lesson.rule.name, source })?;
    let Judged { y, targets, err, loss, unknown } = judged;
    if unknown == Some(steps) {
        return Err(LessonError::Silent { file: model.document.file.clone(), steps });
    }
    let credit = Credit { err, regulariser: Vec::new(), asked: None };
    let mut gradients = Vec::new();
    let apply_steps = usize::try_from(lesson.apply_steps).unwrap_or(usize::MAX);
    let rates = lesson.regulariser.map(|own| rates::by_window(&replayed.tape.z, own, apply_steps));
    for rule in rules {
        let learner = if rule.needs_mu() { averaged.as_ref().unwrap_or(&learner) } else { &learner };
        let made = made(rule, learner, (&replayed.tape, &credit), (lesson.carrier.as_ref(), rates.as_ref()));
        let made = made.map_err(|source| LessonError::Rule { rule: rule.name, source })?;
        if !norm(&made).is_finite() {
            return Err(LessonError::NotFinite { rule: rule.name });
        }
        gradients.push((rule, made));
    }
    let mut tables = vec![table("time_ms", &[steps], times_ms(held, steps))];
    tables.extend(signals(&replayed, &learner, &credit, (&y, targets)));
    tables.extend(populations(&held.design()?));
    let synapses = synapses(&held.design()?, &replayed.outline);
    let summed = eligibility(&learner, &replayed);
    let summed = summed.map_err(|source| LessonError::Rule { rule: LOCAL, source })?;
    tables.extend(synapses.iter().flat_map(|own| own.tables(&summed, &gradients)));
    let exact = gradients.iter().find(|own| own.0.name == "bptt").map(|own| own.1.clone());
    let compared =
        gradients.iter().map(|(rule, own)| (*rule, norm(own), exact.as_ref().map(|exact| cosine(own, exact))));
    let spikes = replayed.spikes.len();
    let (rules, notes) = (compared.collect(), replayed.notes);
    Ok(Learned { tables, loss, spikes, steps, asked_until: ends_early, notes, unknown, rules })
}

/// The network whose intermediate cells are means of what they did, for rules that have such cells; `None` where all have their own.
fn averaged(learner: &Learner, rules: &[&'static Rule], tape: &Tape) -> Result<Option<Learner>, LessonError> {
    let Some(rule) = rules.iter().find(|rule| rule.needs_mu()).filter(|_| has_means(learner)) else {
        return Ok(None);
    };
    let mut own = learner.clone();
    let given = Means::of(learner, tape).give(&mut own);
    given.map_err(|source| LessonError::Rule { rule: rule.name, source })?;
    Ok(Some(own))
}

/// The gradient of a rule, with what a regulariser asks of every cell in every step.
fn made(
    rule: &'static Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (tissue, rates): (Option<&CarrierPlan>, Option<&Plane>),
) -> Result<Gradient, neuropil_plasticity::Error> {
    let Some(rates) = rates else { return of_errors(rule, learner, (tape, credit), tissue) };
    let with = |(readout, credit)| (Learner { readout, feedback: None, ..learner.clone() }, credit);
    if rates::is_exact(rule) {
        let (learner, credit) = with(rates::beside(&learner.readout, &credit.err, rates));
        return of_errors(rule, &learner, (tape, &credit), tissue);
    }
    let mut made = of_errors(rule, learner, (tape, credit), tissue)?;
    let (learner, credit) = with(rates::alone(rates));
    let local = gradient(Form::Adjoint, neuropil_plasticity::rule::rule(LOCAL)?, &learner, tape, &credit)?;
    made.w_in.add(&local.w_in);
    made.w_rec.add(&local.w_rec);
    Ok(made)
}

/// The gradient of the errors, carried by the tissue of the model if it is one that is.
fn of_errors(
    rule: &'static Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    tissue: Option<&CarrierPlan>,
) -> Result<Gradient, neuropil_plasticity::Error> {
    if rule.carrier == CarrierKind::Blur {
        return Err(neuropil_plasticity::Error::Missing {
            rule: rule.name,
            what: "a task: `blur` is of `neuropil train`",
        });
    }
    let Some(spread) = Spread::of(rule.carrier) else {
        return gradient(Form::Adjoint, rule, learner, tape, credit);
    };
    let missing = neuropil_plasticity::Error::Missing {
        rule: rule.name,
        what: "the tissue of its carrier: add `learning.carrier`",
    };
    let plan = CarrierPlan { spread, ..tissue.cloned().ok_or(missing)? };
    let refused = |fault: CarrierError| neuropil_plasticity::Error::Carrier { fault: fault.to_string() };
    let chemical = Chemical::new(plan).map_err(refused)?;
    carried(Form::Adjoint, rule, learner, (tape, credit), (&chemical, TrialNumbers::default()))
}

fn table(object: impl Into<String>, shape: &[usize], values: Vec<f64>) -> Table {
    Table { object: object.into(), shape: shape.to_vec(), values }
}

/// The end of each step on the clock of what was recorded.
fn times_ms(held: &ClampedModel, steps: usize) -> Vec<f64> {
    let dt_ms = held.model.clock.dt_ms();
    #[expect(clippy::cast_precision_loss, reason = "few steps")]
    let in_window = (1..=steps).map(|step| step as f64 * dt_ms);
    match held.from_ms {
        0.0 => in_window.collect(),
        from_ms => in_window.map(|time_ms| ((from_ms + time_ms) * 1e9).round() / 1e9).collect(),
    }
}

/// What the cells did and were told, step by step.
fn signals(replayed: &Replayed, learner: &Learner, credit: &Credit, (y, targets): (&Plane, Vec<f64>)) -> Vec<Table> {
    let (steps, cells, types, outputs) = (y.steps(), learner.cells(), learner.types(), y.channels());
    let feedback = learner.readout.w_out.transposed();
    let direct = credit.direct(&learner.readout, &feedback);
    let mut modulators = vec![0.0; steps * types];
    for step in 0..steps {
        for (cell, a) in learner.type_id.iter().enumerate() {
            modulators[step * types + a] += replayed.tape.psi.at(step, cell, 0) * direct.at(step, cell, 0);
        }
    }
    vec![
        table("y", &[steps, outputs], y.values().to_vec()),
        table("target", &[steps, outputs], targets),
        table("err", &[steps, outputs], credit.err.values().to_vec()),
        table("cells/z", &[steps, cells], replayed.tape.z.values().to_vec()),
        table("cells/psi", &[steps, cells], replayed.tape.psi.values().to_vec()),
        table("cells/direct_credit", &[steps, cells], direct.values().to_vec()),
        table(
            "cells/type",
            &[cells],
            learner.type_id.iter().map(|a| f64::from(u32::try_from(*a).unwrap_or(0))).collect(),
        ),
        table("modulators", &[steps, types], modulators),
    ]
}

/// Which of the cells each population has, and its sign.
fn populations(design: &Design<f64>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut first = 0;
    for own in design.populations.iter().filter(|own| own.neurons().is_some()) {
        let cells = (first..first + own.cells).map(f64::from).collect();
        let place = format!("populations/{}", own.name);
        tables.push(table(format!("{place}/cells"), &[own.cells as usize], cells));
        tables.push(table(format!("{place}/sign"), &[1], vec![f64::from(own.sign.number())]));
        first += own.cells;
    }
    tables
}

/// Σ_t e of every pair: the gradient of e-prop where the direct credit is 1 at every step.
fn eligibility(learner: &Learner, replayed: &Replayed) -> Result<Gradient, neuropil_plasticity::Error> {
    let (cells, steps) = (learner.cells(), replayed.tape.steps());
    let readout = Readout { w_out: Matrix::from_fn(1, cells, |_, _| 1.0), b: vec![0.0], kappa: 0.0, scale: 1.0 };
    let plain = Learner { readout, feedback: None, ..learner.clone() };
    let credit = Credit { err: Plane::from_fn(steps, 1, 1, |_, _, _| 1.0), regulariser: Vec::new(), asked: None };
    gradient(Form::Adjoint, rule(LOCAL)?, &plain, &replayed.tape, &credit)
}

/// The synapses of a projection.
struct Projected {
    name: String,
    recurrent: bool,
    sources: Vec<f64>,
    targets: Vec<f64>,
    weights: Vec<f64>,
    /// (post, pre) among cells and among cells or inputs.
    pairs: Vec<(usize, usize)>,
}

fn synapses(design: &Design<f64>, outline: &Outline) -> Vec<Projected> {
    let (mut first, mut counts) = (Vec::new(), [0, 0]);
    for own in &design.populations {
        let count = &mut counts[usize::from(own.neurons().is_some())];
        first.push(*count);
        *count += own.cells as usize;
    }
    debug_assert_eq!(counts[1], outline.learner.cells());
    let of = |(index, own): (usize, &neuropil_network::Projection)| {
        let mut made = Projected {
            name: own.name.clone(),
            recurrent: design.populations[own.source].neurons().is_some(),
            sources: Vec::new(),
            targets: Vec::new(),
            weights: Vec::new(),
            pairs: Vec::new(),
        };
        let visited = design.synapses(index, &mut |synapse| {
            made.sources.push(f64::from(synapse.source));
            made.targets.push(f64::from(synapse.target));
            made.weights.push(synapse.weight);
            made.pairs.push((first[own.target] + synapse.target as usize, first[own.source] + synapse.source as usize));
        });
        visited.expect("the network was built of the same synapses");
        made
    };
    design.projections.iter().enumerate().map(of).collect()
}

impl Projected {
    fn values(&self, gradient: &Gradient, scale: f64) -> Vec<f64> {
        let matrix = if self.recurrent { &gradient.w_rec } else { &gradient.w_in };
        self.pairs.iter().map(|pair| scale * matrix[*pair]).collect()
    }

    fn tables(&self, eligibility: &Gradient, gradients: &[(&Rule, Gradient)]) -> Vec<Table> {
        let group = self.name.replace('/', "_");
        let count = [self.pairs.len()];
        let own = |name: &str, values: Vec<f64>| table(format!("synapses/{group}/{name}"), &count, values);
        let mut tables = vec![
            own("source", self.sources.clone()),
            own("target", self.targets.clone()),
            own("weight", self.weights.clone()),
            own("eligibility", self.values(eligibility, 1.0)),
        ];
        for (rule, gradient) in gradients {
            let object = format!("rules/{}/{group}/weight_change", rule.name);
            tables.push(table(object, &count, self.values(gradient, -1.0)));
        }
        tables
    }
}

fn norm(gradient: &Gradient) -> f64 {
    dot(gradient, gradient).sqrt()
}

fn cosine(own: &Gradient, exact: &Gradient) -> f64 {
    dot(own, exact) / (norm(own) * norm(exact))
}

/// Over the recurrent weights.
fn dot(a: &Gradient, b: &Gradient) -> f64 {
    a.w_rec.values().iter().zip(b.w_rec.values()).map(|(a, b)| a * b).sum()
}
