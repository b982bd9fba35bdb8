//! Networks whose populations are held to recorded spikes, and what they should have said.

mod spikes;

use crate::document::Document;
use crate::fault::Faults;
use crate::learning::{LearningSpec, NO_EFFECT};
use crate::model::{KindSpec, Model, SourceSpec};
use crate::outside;
use crate::scale::scaled_cells;
use crate::taps::TapSettings;
use neuropil_engine::carrier::{CarrierPlan, Spread};
use neuropil_engine::clamp::Clamp;
use neuropil_engine::learning::{LearningPlan, Target, Teacher, TimeSeries};
use neuropil_engine::trial::Teaching;
use neuropil_network::Kind;
use neuropil_network::network::Design;
use neuropil_network::source::SpikeTrain;
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::feedback;
use neuropil_plasticity::{Matrix, Plane, RateRegulariser, Readout, Rule};
use spikes::{clamp, later, merged, model_replays, names_population, silent};

/// A model and the spikes that its cells are held to.
#[derive(Debug, Clone)]
pub struct ClampedModel {
    /// The model; sources that were recorded send what was recorded.
    pub model: Model,
    /// The populations whose cells are held.
    pub clamps: Vec<Clamp>,
    /// What was read, rounded, dropped, and what was not there.
    pub notes: Vec<String>,
    /// Where the window lies on the clocks of session and target.
    pub starts: Starts,
    /// Where it begins, ms of the session.
    pub from_ms: f64,
    /// What the design is made of: the model at its scale, before its sources sent what was recorded.
    as_run: Model,
    /// Size relative to the model, as it was when it was recorded.
    pub scale: f64,
    /// Whether a target that ends before the window does is refused: of a network that was not run with it.
    pub is_strict: bool,
}

/// The steps before the first of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Starts {
    /// On the clock of the session, which the model has too.
    pub session: u64,
    /// On the clock of the target: those of the session, unless its numbers begin elsewhere.
    pub target: u64,
}

/// The window of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stretch {
    /// Its beginning, s of the session.
    pub from_s: f64,
    /// Where the numbers of the target begin, s of the session.
    pub target_from_s: f64,
}

/// What the cells of a network should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The readout, over all cells that are no sources.
    pub teaching: Teaching,
    /// The rule of the file.
    pub rule: &'static Rule,
    /// B, cells x readouts, for the rules that have it.
    pub feedback: Matrix,
    /// μ by cell type.
    pub mu: Vec<(String, f64)>,
    /// The firing-rate regulariser.
    pub regulariser: Option<RateRegulariser>,
    /// Steps between two changes of weights, over which rates are taken.
    pub apply_steps: u64,
    /// S of the rules `*_S`.
    pub lags: usize,
    /// What those make of their taps.
    pub taps: TapSettings,
    /// The stages between what synapses remember and what arrives.
    pub cascade: Option<Cascade>,
    /// The tissue between the cells, for rules that are carried.
    pub carrier: Option<CarrierPlan>,
    target: Target,
    starts: Starts,
    /// What was recorded of the readout.
    said: Option<TimeSeries>,
}

impl Model {
    /// A model whose populations are held to the spikes that `replays` say, items of the list `replay`, in a window of a
    /// session. What the model itself replays holds for populations that `replays` do not have.
    /// `scale` is that of the network that was recorded.
    ///
    /// # Errors
    /// All faults of the file and of the recordings; a recording without a spike in its window; a window that begins
    /// before the target; a model that has no such scale.
    pub fn clamped(
        document: Document,
        replays: &[String],
        stretch: Stretch,
        scale: f64,
    ) -> Result<ClampedModel, Faults> {
        let mut bare = document.clone();
        let has_replays = bare.find("replay").is_some();
        if has_replays {
            bare.set("replay=[]")?;
        }
        let as_run = Model::decode(bare.clone())?;
        if as_run.is_edited() {
            let why = "learning rules know nothing of interventions: leave them out (`--set 'interventions=[]'`)";
            return Err(Faults::new(bare.file.as_str(), vec![bare.fault("interventions", why)]));
        }
        if scale != 1.0 {
            as_run.design::<f64>(as_run.seed, scale)?;
        }
        let mut replaying = scaled(bare.clone(), &as_run, scale)?;
        for item in replays {
            replaying.append("replay", item)?;
        }
        let replaying = Model::decode(replaying)?;
        let mut model = as_run.clone();
        let starts = stretch.starts(&model, has_replays)?;
        let own = model_replays(document, &replaying)?;
        let named = replays.iter().any(|item| Document::parse("", item.clone()).is_ok_and(names_population));
        let has_none = ["without effect on", outside::ENDS, outside::UNCHANGED, NO_EFFECT];
        let left_out = |note: &String| has_none.iter().any(|words| note.contains(words));
        let mut notes: Vec<String> = replaying.notes.iter().filter(|note| !left_out(note)).cloned().collect();
        let mut clamps = Vec::new();
        let mut sent = 0;
        for (population, (recorded, own)) in replaying.populations.iter().zip(&own).enumerate() {
            let known = &mut model.populations[population];
            match (&recorded.kind, own) {
                (KindSpec::SpikeTrain(spikes), _) if recorded.replays => {
                    sent += spikes.len();
                    match known.kind {
                        KindSpec::Neurons { .. } => {
                            notes.extend(silent(&known.name, recorded.cells, spikes));
                            notes.extend(merged(&known.name, spikes));
                            clamps.push(clamp(population, spikes.clone()));
                        }
                        // The trials of a task are functions of the seed, and begin with the run.
                        KindSpec::Task { .. } => {}
                        _ => known.kind = recorded.kind.clone(),
                    }
                }
                (kind, Some(spikes)) => {
                    notes.push(format!("`{}` sends what the model replays", known.name));
                    let spikes = later(spikes, starts.session);
                    match kind {
                        KindSpec::Neurons { .. } => clamps.push(clamp(population, spikes)),
                        _ => known.kind = KindSpec::SpikeTrain(spikes),
                    }
                }
                (kind, None) => {
                    let is_cells = matches!(kind, KindSpec::Neurons { .. });
                    let why = if named { "is not held to the recording" } else { "is not in the recording" };
                    let does = if is_cells { "its cells run free" } else { "it sends as the model says" };
                    notes.push(format!("`{}` {why}: {does}", known.name));
                    match kind {
                        KindSpec::SpikeTrain(spikes) => {
                            known.kind = KindSpec::SpikeTrain(later(spikes, starts.session));
                        }
                        KindSpec::Source(own) => {
                            known.kind = KindSpec::Source(SourceSpec { since: starts.session, ..own.clone() });
                        }
                        _ => {}
                    }
                }
            }
        }
        model.start_trials(starts.session);
        let fault = |path: &str, message: &str| {
            Faults::new(model.document.file.as_str(), vec![model.document.fault(path, message)])
        };
        if clamps.is_empty() {
            return Err(fault("populations", "the recording holds no population whose cells could be held to it"));
        }
        if sent == 0 {
            return Err(fault("simulation.duration_ms", "the recording has no spike in this window"));
        }
        if scale != 1.0 {
            notes.push(format!("the network is built at scale {scale}, as it was recorded"));
        }
        // The same decimal as in s.
        let from_ms = (stretch.from_s * 1e9).round() / 1e6;
        Ok(ClampedModel { model, clamps, notes, starts, from_ms, as_run, scale, is_strict: true })
    }

    /// Trials of the model's task from a step of the session on.
    fn start_trials(&mut self, session: u64) {
        let steps = self.clock.nearest_step(self.duration_ms).unwrap_or(0);
        let Some(task) = self.task.as_mut().filter(|_| session > 0) else { return };
        task.reach(session.saturating_add(steps));
        for own in &mut self.populations {
            if let KindSpec::Task { inputs } = &own.kind {
                own.kind = KindSpec::SpikeTrain(later(&task.spikes(self.seed, inputs), session));
            }
        }
    }

    /// What the section `learning` asks of the cells of `design`.
    ///
    /// # Errors
    /// A file without that section, or without a readout.
    pub fn lesson(&self, design: &Design<f64>) -> Result<Lesson, Faults> {
        let fault = |path: &str, message: &str| {
            Faults::new(self.document.file.as_str(), vec![self.document.fault(path, message)])
        };
        let Some(spec) = &self.learning else {
            let message = "nothing says what its cells should do: add a section `learning` with `readout` and `target`";
            return Err(fault("", message));
        };
        let plan = LearningSpec::plan(spec, self.around_learning(design, &[]), design);
        let LearningPlan { teacher, pseudo_derivative, slopes, reset, mu, regulariser, apply_steps, .. } = plan;
        let Teacher::Readout(rule, own) = teacher else {
            return Err(fault("learning.rule", "a recording is learned from with a readout: choose another rule"));
        };
        let neurons: Vec<usize> = design
            .populations
            .iter()
            .zip(design.first_ids())
            .filter(|(population, _)| population.neurons().is_some())
            .flat_map(|(population, first)| (first..first + population.cells).map(|id| id as usize))
            .collect();
        let w_out = Matrix::from_fn(own.w_out.rows(), neurons.len(), |k, cell| own.w_out[(k, neurons[cell])]);
        // Rules are named that the file does not have: B is there for those that need it.
        let b = own.feedback.unwrap_or_else(|| feedback::fixed(design.seed, &own.w_out, spec.feedback));
        let of_cells = |all: Matrix| Matrix::from_fn(neurons.len(), all.columns(), |cell, k| all[(neurons[cell], k)]);
        let readout = Readout { w_out, b: own.b, kappa: own.kappa, scale: own.scale };
        let rule = rule.by(spec.carrier.kind).map_err(|unmet| fault("learning.rule", &unmet.to_string()))?;
        Ok(Lesson {
            teaching: Teaching { pseudo_derivative, slopes, reset, readout },
            rule,
            feedback: of_cells(b),
            mu,
            regulariser,
            apply_steps,
            lags: spec.lags,
            taps: spec.taps,
            cascade: spec.cascade,
            carrier: spec.tissue(Spread::Kernel, design),
            target: own.target,
            starts: Starts::default(),
            said: own.said,
        })
    }
}

/// What a readout comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What it said, `[step][readout]`: y, or what was recorded of it.
    pub y: Plane,
    /// What was asked, `[step][readout]`: values, 1 for the right class; no number where nothing was.
    pub targets: Vec<f64>,
    /// Errors, 0 there.
    pub err: Plane,
    /// The loss.
    pub loss: f64,
    /// Steps of which the recording of readout or errors has no numbers; `None` without such a recording.
    pub unknown: Option<usize>,
}

impl Lesson {
    /// The same in a window that begins there.
    #[must_use]
    pub fn starting(self, starts: Starts) -> Self {
        Self { starts, ..self }
    }

    /// The step of the window behind which its target ends, if that is before its end, of `steps`.
    pub fn ends_early(&self, steps: u64) -> Option<u64> {
        let Target::Series(series) = &self.target else { return None };
        let points = (series.values.len() / series.channels.max(1)) as u64;
        let known = (points * series.every_steps).saturating_sub(self.starts.target);
        (!series.repeats && known < steps).then_some(known)
    }

    /// The target's step of a step of the window, counted from 1.
    fn asked_at(&self, step: u64) -> u64 {
        let is_series = matches!(self.target, Target::Series(_));
        step + if is_series { self.starts.target } else { self.starts.session }
    }

    /// What y, `[step][readout]`, comes to, or what was recorded in its place.
    ///
    /// # Errors
    /// Labels beyond the readouts.
    pub fn judge(&self, mut y: Plane) -> Result<Judged, neuropil_plasticity::Error> {
        let mut targets = Vec::with_capacity(y.values().len());
        let mut err = Plane::zeros(y.steps(), y.channels(), 1);
        let (mut loss, mut unknown) = (0.0, 0);
        let found = if let Target::Errors(found) = &self.target { Some(found) } else { None };
        let mut numbers = vec![0.0; y.channels()];
        for (at, step) in (0..y.steps()).zip(1..) {
            let (asked_at, session) = (self.asked_at(step), self.starts.session + step);
            targets.extend(self.target.asked(asked_at, y.channels()));
            let known = self.said.as_ref().is_none_or(|said| said.tell(session, y.step_mut(at)));
            unknown += usize::from(!known || found.is_some_and(|found| !found.tell(session, &mut numbers)));
            if known {
                loss += self.target.judge(asked_at, y.step(at), err.step_mut(at))?;
            }
        }
        let is_recorded = self.said.is_some() || found.is_some();
        Ok(Judged { y, targets, err, loss, unknown: is_recorded.then_some(unknown) })
    }
}

impl Stretch {
    /// Where the window lies on the clocks of a model's session and target.
    fn starts(self, model: &Model, replays: bool) -> Result<Starts, Faults> {
        let Some(learning) = &model.learning else { return Ok(Starts::default()) };
        let fault = |message: String| {
            Faults::new(model.document.file.as_str(), vec![model.document.fault("learning", message)])
        };
        if self.target_from_s != 0.0 && !learning.has_time_series() {
            let message = "--target-from-s: there is no target of numbers over time that could begin elsewhere";
            return Err(fault(message.into()));
        }
        let after = |begin_s: f64, what: &str| {
            let lead_ms = ((self.from_s - begin_s) * 1e9).round() / 1e6;
            model.clock.nearest_step(lead_ms).map_err(|_| {
                fault(format!("--from-s {}: the window begins before {what}, must be >= {begin_s}", self.from_s))
            })
        };
        let target =
            if learning.has_time_series() { after(self.target_from_s, "the target (--target-from-s)")? } else { 0 };
        let is_on_session = replays || model.task.is_some() || learning.is_told();
        let session = match self.from_s < 0.0 && !is_on_session {
            true => 0,
            false => after(0.0, "what the model replays, its task, or what was recorded of its readout")?,
        };
        Ok(Starts { session, target })
    }
}

/// The document with the cells that its populations have at `scale`, to whom a recording is given.
fn scaled(mut document: Document, model: &Model, scale: f64) -> Result<Document, Faults> {
    for own in model.populations.iter().filter(|_| scale != 1.0) {
        document.set(&format!("{}.cells={}", own.path, scaled_cells(own.cells, scale)))?;
    }
    Ok(document)
}

impl ClampedModel {
    /// The network, whose sources send what was recorded.
    ///
    /// # Errors
    /// Faults of the model.
    pub fn design(&self) -> Result<Design<f64>, Faults> {
        if self.scale == 1.0 {
            return Ok(self.model.design::<f64>(self.model.seed, 1.0)?.design);
        }
        let mut design = self.as_run.design::<f64>(self.as_run.seed, self.scale)?.design;
        for (population, own) in design.populations.iter_mut().zip(&self.model.populations) {
            if let KindSpec::SpikeTrain(spikes) = &own.kind {
                population.kind = Kind::Source(Box::new(SpikeTrain::new(spikes.clone())));
            }
        }
        Ok(design)
    }
}
