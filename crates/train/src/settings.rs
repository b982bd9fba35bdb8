//! What a task file says besides the task: cells, weights, loss, updates.

use crate::cells::Types;
use crate::times::whole_steps;
use neuropil_core::{Clock, did_you_mean};
use neuropil_engine::trial::ResetGradient;
use neuropil_model::fields::Reader;
use neuropil_model::sections::kinds::Words;
use neuropil_model::sections::task_file::TaskFile;
use neuropil_model::sections::training::{
    CreditSigns, ErrorOrder, RewireSection, SignRule, TrainingRecord, TrainingSection, TypeLabels, TypeMeans,
};
use neuropil_model::sections::{LossSection, MuKind, MuSection, MuSettings, PerturbationSection, refuse_unread};
use neuropil_model::taps::TapSettings;
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::feedback::Draw;
use neuropil_plasticity::optimizer::Schedule;
use neuropil_plasticity::{Controls, PseudoDerivative, RateRegulariser, RuleSettings};

/// What keeps the sign of weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signs {
    /// Nothing.
    Free,
    /// w ← s max(s w, 0), on W.
    Clamp,
    /// |w| ← max(s w − l₁ η, 10⁻¹²), on W and W_out.
    Shrink(f64),
    /// DEEP R, on W_in, W and W_out: see [`neuropil_plasticity::deep_r`].
    Rewire(RewireSection),
}

/// How weights are updated: what the file says, and what follows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The section `training`, in which fields that need no more than their own row are used as they stand.
    pub training: TrainingSection,
    /// Updates of a run.
    pub updates: u32,
    /// Updates between evaluations.
    pub evaluate_every: u32,
    /// Evaluations without a lower loss that end a run early; 0 for none.
    pub patience: u32,
    /// η.
    pub schedule: Schedule,
    /// What keeps signs.
    pub signs: Signs,
    /// How μ is had.
    pub mu: MuSettings,
    /// Random feedback, for the rules that want it.
    pub feedback: Draw,
    /// What the rules `*_S` make of their taps.
    pub taps: TapSettings,
    /// Which means by types rules take.
    pub type_means: TypeMeans,
    /// Which sign weights have where credit comes back over them.
    pub credit_signs: CreditSigns,
    /// The stages between what synapses remember and the signals that arrive.
    pub cascade: Option<Cascade>,
    /// How the rules move what they ask about that read losses alone.
    pub perturbation: Option<PerturbationSection>,
    /// Numbers of single rules.
    pub rules: RuleSettings,
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
    pub recorded: TrainingRecord,
}

/// What a task file says of its training, for a task of `steps` steps on a clock, whose cells have `types`; where fields
/// need one another, faults go to the reader.
pub(crate) fn settings(
    file: &TaskFile,
    reader: &Reader<'_>,
    (steps, clock): (usize, Clock),
    types: Option<&Types>,
) -> Option<Settings> {
    let own = &file.training;
    let last = last_steps(&file.loss, reader, steps, clock);
    let signs = signs(own, reader);
    let schedule = schedule(own, reader);
    check_lags(own.lags, reader, steps);
    check_type_labels(own, reader, types);
    let mu = mu(own.mu.clone(), reader, types);
    refuse_unread(reader, "pseudo_derivative", file.pseudo_derivative.kind);
    Some(Settings {
        training: own.clone(),
        updates: u32::try_from(own.updates).ok()?,
        evaluate_every: u32::try_from(own.evaluate_every).ok()?,
        patience: u32::try_from(own.patience).unwrap_or(u32::MAX),
        schedule: schedule?,
        signs: signs?,
        mu: mu?,
        feedback: own.feedback.draw(),
        taps: own.taps.clone().into(),
        type_means: type_means(own, reader, types)?,
        credit_signs: own.credit_signs,
        cascade: own.cascade.map(|cascade| cascade.cascade(clock)),
        perturbation: own.perturbation,
        rules: RuleSettings {
            window: own.s_tllr.into(),
            product: own.pp_prop.into(),
            hops: own.hops,
            controls: Controls { reversed: own.error_order == ErrorOrder::Reversed, ..Controls::default() },
            ..RuleSettings::default()
        },
        reset: file.reset_gradient,
        pseudo_derivative: file.pseudo_derivative.shape()?,
        last: last?,
        regulariser: file.loss.regulariser(clock.dt_ms()),
        bias: true,
        recorded: file.record.clone(),
    })
}

/// The learning rate; a decay needs to know how often.
fn schedule(own: &TrainingSection, reader: &Reader<'_>) -> Option<Schedule> {
    let rate = own.learning_rate;
    let lonely =
        |key: &str, other: &str| reader.fault(&format!("training.{key}"), format!("has no effect without `{other}`"));
    match (own.decay, own.decay_every) {
        (None, None) => Some(Schedule { rate, decay: 1.0, every: 0 }),
        (Some(decay), Some(every)) => Some(Schedule { rate, decay, every: u32::try_from(every).ok()? }),
        (Some(_), None) => {
            lonely("decay", "decay_every");
            None
        }
        (None, Some(_)) => {
            lonely("decay_every", "decay");
            None
        }
    }
}

/// What keeps signs, with what it needs and nothing else.
fn signs(own: &TrainingSection, reader: &Reader<'_>) -> Option<Signs> {
    let word = SignRule::WORDS.iter().find(|each| each.1 == own.signs).map_or("", |each| each.0);
    let mut fits = true;
    for (key, of, is_there, is_needed) in [
        ("shrink", "shrink", own.shrink.is_some(), own.signs == SignRule::Shrink),
        ("rewire", "rewire", own.rewire.is_some(), own.signs == SignRule::Rewire),
    ] {
        if is_there && !is_needed {
            let message = format!("has no effect where `signs` is `{word}`: it belongs to `{of}`");
            reader.fault(&format!("training.{key}"), message);
        }
        if is_needed && !is_there {
            reader.fault("training", format!("`{key}` is missing: `signs` is `{of}`"));
        }
        fits &= is_there == is_needed;
    }
    let signs = match own.signs {
        SignRule::Free => Signs::Free,
        SignRule::Clamp => Signs::Clamp,
        SignRule::Shrink => Signs::Shrink(own.shrink?),
        SignRule::Rewire => Signs::Rewire(own.rewire?),
    };
    fits.then_some(signs)
}

/// Labels that are shuffled, of cells of several types, and not beside taps of one order of the types.
fn check_type_labels(own: &TrainingSection, reader: &Reader<'_>, types: Option<&Types>) {
    let labels = own.type_labels;
    if labels != TypeLabels::Own && types.is_some_and(|own| own.names.len() < 2) {
        reader.fault("training.type_labels", "has no effect: all cells are of one type");
    } else if labels == TypeLabels::ShuffledPerUpdate && TapSettings::from(own.taps.clone()) == TapSettings::Chain {
        reader.fault(
            "training.type_labels",
            "`shuffled_per_update` goes not with the taps `chain`, which are of one order of the types: must be `shuffled` or `own`",
        );
    }
}

/// Means that are dealt anew, of several pairs of types, and not beside taps of one order of the types.
fn type_means(own: &TrainingSection, reader: &Reader<'_>, types: Option<&Types>) -> Option<TypeMeans> {
    let refused = |message: &str| {
        reader.fault("training.type_means", message);
        None
    };
    let means = own.type_means;
    if means != TypeMeans::Own && types.is_some_and(|own| own.names.len() < 2) {
        return refused("has no effect: all cells are of one type");
    }
    if means == TypeMeans::ResampledPerUpdate && TapSettings::from(own.taps.clone()) == TapSettings::Chain {
        return refused(
            "`resampled_per_update` goes not with the taps `chain`, which are of one order: must be `resampled` or `own`",
        );
    }
    Some(means)
}

/// S of the rules `*_S`, at most the steps of a trial.
fn check_lags(lags: usize, reader: &Reader<'_>, steps: usize) {
    if lags > steps {
        reader.fault("training.lags", format!("found {lags}, must be between 1 and {steps}"));
    }
}

/// Steps at a trial's end that count; `None` for all.
fn last_steps(own: &LossSection, reader: &Reader<'_>, steps: usize, clock: Clock) -> Option<Option<usize>> {
    let (Some(last_ms), path) = (own.last_ms, "loss.last_ms") else { return Some(None) };
    let all_ms = clock.time_ms(steps as u64);
    let last = whole_steps(reader, path, last_ms, clock)?;
    if last == 0 || last > steps {
        let message = format!("found {last_ms}, must be at least a step and at most the trial's {all_ms} ms");
        reader.fault(path, message);
        return None;
    }
    Some(Some(last))
}

/// μ of a task; values by type come in the order of the types.
fn mu(own: MuSection, reader: &Reader<'_>, types: Option<&Types>) -> Option<MuSettings> {
    let (path, settings) = ("training.mu.value", MuSettings::from(own));
    let MuKind::ByType(values) = &settings.kind else { return Some(settings) };
    let names = &types?.names;
    for (name, _) in values {
        if !names.contains(name) {
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            reader.fault(path, format!("there is no type `{name}`{hint}; the types are {}", names.join(", ")));
            return None;
        }
    }
    let of = |name: &String| {
        let found = values.iter().find(|own| own.0 == *name);
        if found.is_none() {
            reader.fault(path, format!("`{name}` is missing: expected a number for each type"));
        }
        found.cloned()
    };
    let values = names.iter().map(of).collect::<Option<Vec<_>>>()?;
    Some(MuSettings { kind: MuKind::ByType(values), ..settings })
}
