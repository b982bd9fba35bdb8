//! Networks whose populations are held to recorded spikes, and what they should have said.

use crate::document::Document;
use crate::fault::Faults;
use crate::learning::LearningSpec;
use crate::model::{KindSpec, Model};
use crate::taps::TapSettings;
use neuropil_engine::carrier;
use neuropil_engine::clamp::Clamp;
use neuropil_engine::learning::{Course, Plan, Target, Teacher};
use neuropil_engine::trial::Teaching;
use neuropil_network::network::Design;
use neuropil_plasticity::{Matrix, Plane, RateRegulariser, Readout, Rule};

/// A model and the spikes that its cells are held to.
#[derive(Debug, Clone)]
pub struct Held {
    /// The model; sources that were recorded send what was recorded.
    pub model: Model,
    /// The populations whose cells are held.
    pub clamps: Vec<Clamp>,
    /// What was read, rounded, dropped, and what was not there.
    pub notes: Vec<String>,
    /// The step of the target before the first of the window: 0 where target and window begin together.
    pub target_from: u64,
}

/// What the cells of a network should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The readout, over all cells that are no sources.
    pub teaching: Teaching,
    /// The rule of the file.
    pub rule: &'static Rule,
    /// B, cells x readouts, where the rule has one.
    pub feedback: Option<Matrix>,
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
    /// The tissue between the cells, for rules that are carried.
    pub carrier: Option<carrier::Plan>,
    target: Target,
    /// The step of the target before the first of the window.
    target_from: u64,
    /// What was recorded of the readout.
    said: Option<Course>,
}

impl Model {
    /// A model whose populations are held to the spikes that `replays` say, items of the list `replay`.
    ///
    /// # Errors
    /// All faults of the file and of the recordings; a recording without a spike in its window.
    pub fn held(document: Document, replays: &[String]) -> Result<Held, Faults> {
        let mut replaying = document.clone();
        for item in replays {
            replaying.append("replay", item)?;
        }
        let replaying = Model::decode(replaying)?;
        let mut bare = document;
        if bare.find("replay").is_some() {
            bare.set("replay=[]")?;
        }
        let mut model = Model::decode(bare)?;
        let left_out = |note: &String| note.contains("without effect on");
        let mut notes: Vec<String> = replaying.notes.iter().filter(|note| !left_out(note)).cloned().collect();
        let mut clamps = Vec::new();
        let mut sent = 0;
        for (population, own) in replaying.populations.iter().enumerate() {
            let known = &mut model.populations[population];
            match &own.kind {
                KindSpec::SpikeTrain(spikes) if own.replays => {
                    sent += spikes.len();
                    if matches!(known.kind, KindSpec::Neurons { .. }) {
                        let mut spikes = spikes.clone();
                        spikes.sort_unstable();
                        notes.extend(silent(&known.name, known.cells, &spikes));
                        clamps.push(Clamp { population, spikes });
                    } else if !matches!(known.kind, KindSpec::Task { .. }) {
                        // The trials of a task are functions of the seed, and begin with the run.
                        known.kind = own.kind.clone();
                    }
                }
                KindSpec::Neurons { .. } => {
                    notes.push(format!("`{}` is not in the recording: its cells run free", own.name));
                }
                _ => {
                    notes.push(format!("`{}` is not in the recording: it sends as the model says", own.name));
                }
            }
        }
        let fault = |path: &str, message: &str| {
            Faults::new(model.document.file.as_str(), vec![model.document.fault(path, message)])
        };
        if clamps.is_empty() {
            return Err(fault("populations", "the recording holds no population whose cells could be held to it"));
        }
        if sent == 0 {
            return Err(fault("simulation.duration_ms", "the recording has no spike in this window"));
        }
        Ok(Held { model, clamps, notes, target_from: 0 })
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
        let plan = LearningSpec::plan(spec, self, design, &[]);
        let Plan { teacher, pseudo_derivative, reset, mu, carrier, regulariser, apply_steps, .. } = plan;
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
        let of_cells = |all: Matrix| Matrix::from_fn(neurons.len(), all.columns(), |cell, k| all[(neurons[cell], k)]);
        let readout = Readout { w_out, b: own.b, kappa: own.kappa, scale: own.scale };
        Ok(Lesson {
            teaching: Teaching { pseudo_derivative, reset, readout },
            rule,
            feedback: own.feedback.map(of_cells),
            mu,
            regulariser,
            apply_steps,
            lags: spec.lags,
            taps: spec.taps,
            carrier,
            target: own.target,
            target_from: 0,
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
    /// The same, its target so many steps on: what is recorded later in a run meets what was asked there.
    #[must_use]
    pub fn later(self, steps: u64) -> Self {
        Self { target_from: steps, ..self }
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
        let from = if found.is_some() { 0 } else { self.target_from };
        let mut numbers = vec![0.0; y.channels()];
        for (at, step) in (0..y.steps()).zip(1..) {
            targets.extend(self.target.asked(from + step, y.channels()));
            let known = self.said.as_ref().is_none_or(|said| said.tell(step, y.step_mut(at)));
            unknown += usize::from(!known || found.is_some_and(|found| !found.tell(step, &mut numbers)));
            if known {
                loss += self.target.judge(from + step, y.step(at), err.step_mut(at))?;
            }
        }
        let is_recorded = self.said.is_some() || found.is_some();
        Ok(Judged { y, targets, err, loss, unknown: is_recorded.then_some(unknown) })
    }
}

/// A word on cells that never spike: whether they were recorded cannot be told.
fn silent(name: &str, cells: u32, spikes: &[(u64, u32)]) -> Option<String> {
    let mut heard: Vec<u32> = spikes.iter().map(|spike| spike.1).collect();
    heard.sort_unstable();
    heard.dedup();
    let silent = cells as usize - heard.len();
    (silent > 0).then(|| format!("{silent} of the {cells} cells of `{name}` never spike: held silent, recorded or not"))
}
