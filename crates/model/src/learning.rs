//! What learns while a network runs: `plastic` of a projection and the section `learning`.

mod plan;

use crate::carrier::{self, CarrierSettings};
use crate::catalogue::{CARRIERS, OPTIMISERS, READOUT_SCALES, RESET_GRADIENTS};
use crate::cells::{Chosen, some_chosen};
use crate::course::{course, steps_of};
use crate::document::{Node, Value, join};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader, shown};
use crate::model::{KindSpec, Model, PopulationSpec};
use crate::taps::{self, TapSettings};
use crate::trials::TaskSpec;
use crate::values::{PerCell, per_cell};
use neuropil_core::{Clock, Distribution, Real, did_you_mean};
use neuropil_engine::carrier::{CarrierError, Spread};
use neuropil_engine::learning::{Course, Descent, Learning, LearningError};
use neuropil_engine::trial::ResetGradient;
use neuropil_network::Network;
use neuropil_plasticity::{PseudoDerivative, RULES, RateRegulariser, Rule, pseudo_derivative};
use std::path::PathBuf;

/// The rule that needs no readout: eligibility times one number for all cells.
pub const THREE_FACTOR: &str = "three_factor";

/// S of the rules `*_S`, where a file does not say it.
const LAGS: u64 = 5;
/// Most lags: taps of each are kept for every pair of classes and types.
const MOST_LAGS: u64 = 100_000;

impl LearningSpec {
    /// Whether a readout is asked for numbers over time.
    pub fn has_course(&self) -> bool {
        matches!(&self.teacher, TeacherSpec::Readout(_, own) if matches!(own.target, TargetSpec::Course(_)))
    }

    /// Whether the readout, or its errors, were recorded.
    pub fn is_told(&self) -> bool {
        let told = |own: &ReadoutSpec| own.said.is_some() || matches!(own.target, TargetSpec::Errors(_));
        matches!(&self.teacher, TeacherSpec::Readout(_, own) if told(own))
    }
}

/// What `plastic` says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlasticSpec {
    rate: f64,
    descent: Descent,
    min: f64,
    max: f64,
}

/// What the section `learning` says.
#[derive(Debug, Clone)]
pub(crate) struct LearningSpec {
    teacher: TeacherSpec,
    pseudo_derivative: PseudoDerivative,
    reset: ResetGradient,
    mu: Vec<(String, f64)>,
    regulariser: Option<RateRegulariser>,
    /// S of the rules `*_S`, and what they make of their taps.
    pub lags: usize,
    pub taps: TapSettings,
    carrier: Option<(Spread, CarrierSettings)>,
    /// Steps between frames of credit, and cells of each population in them.
    watch: Option<(u64, usize)>,
    apply_steps: u64,
    snapshot_steps: Option<u64>,
    /// Files that it reads, and the paths in this file that name them.
    pub files: Vec<(String, PathBuf)>,
}

#[derive(Debug, Clone)]
enum TeacherSpec {
    Readout(&'static Rule, Box<ReadoutSpec>),
    ThirdFactor { course: Course, kappa: f64 },
}

#[derive(Debug, Clone)]
struct ReadoutSpec {
    from: Vec<Chosen>,
    outputs: usize,
    kappa: f64,
    scale: f64,
    weight: Option<Distribution>,
    feedback_sd: f64,
    rate: f64,
    target: TargetSpec,
    said: Option<Course>,
}

#[derive(Debug, Clone)]
enum TargetSpec {
    Course(Course),
    /// The answers of the model's task; the last so many steps of a trial count.
    Task(Option<usize>),
    /// Errors that were found elsewhere.
    Errors(Course),
}

/// Reads `plastic`; weights have the unit of the projection's.
pub(crate) fn plastic(reader: &Reader<'_>, node: &Node, path: &str) -> Option<PlasticSpec> {
    let mut fields = reader.object(node, path, "plastic")?;
    let rate = fields.required_number("learning_rate", ">= 0", |rate| rate >= 0.0);
    let descent = if fields.word("optimiser", OPTIMISERS) == Some(1) { Descent::Adam } else { Descent::Plain };
    let min = fields.number("min").unwrap_or(f64::NEG_INFINITY);
    let max = fields.number("max").unwrap_or(f64::INFINITY);
    fields.finish();
    if min > max {
        reader.fault(path, format!("`min` = {} is above `max` = {}", shown(min), shown(max)));
        return None;
    }
    Some(PlasticSpec { rate: rate?, descent, min, max })
}

/// Reads the section.
pub(crate) fn learning(
    reader: &Reader<'_>,
    node: &Node,
    (populations, task): (&[PopulationSpec], Option<&TaskSpec>),
    clock: Clock,
) -> Option<LearningSpec> {
    let mut fields = reader.object(node, "learning", "learning")?;
    let rule = rule(&mut fields);
    let apply_steps = steps_of(&mut fields, "apply_every_ms", clock, 1);
    let snapshot_steps = fields
        .get("record_weights_every_ms")
        .is_some()
        .then(|| steps_of(&mut fields, "record_weights_every_ms", clock, apply_steps.unwrap_or(1)));
    let shape = shape_of(&mut fields);
    let reset = fields.word("reset_gradient", RESET_GRADIENTS);
    let reset = if reset == Some(1) { ResetGradient::Attached } else { ResetGradient::Detached };
    let mu = fields.get("mu").map_or(Some(Vec::new()), |node| mu(reader, node));
    let strength = fields.number_or("rate_strength", 0.0, ">= 0", |strength| strength >= 0.0);
    let target_hz = fields.number_or("rate_target_hz", 10.0, ">= 0", |target| target >= 0.0);
    let regulariser = RateRegulariser { strength, target: target_hz * 1e-3 * clock.dt_ms() };
    let lags = taps::lags(&mut fields, LAGS, MOST_LAGS);
    let taps = taps::read(&mut fields);
    let mut files = Vec::new();
    let carrier = fields.get("carrier").map_or(Some(None), |node| carrier_of(reader, node, clock));
    let watch = fields.get("record_credit").map_or(Some(None), |node| watch(reader, node, clock).map(Some));
    let teacher = match rule? {
        None => third_factor(&mut fields, clock, &mut files),
        Some(rule) => readout(&mut fields, rule, (populations, task), clock, &mut files),
    };
    fields.finish();
    let snapshot_steps = snapshot_steps.map_or(Some(None), |every| every.map(Some));
    Some(LearningSpec {
        teacher: teacher?,
        pseudo_derivative: shape?,
        reset,
        mu: mu?,
        regulariser: (strength > 0.0).then_some(regulariser),
        lags: usize::try_from(lags).unwrap_or(usize::MAX),
        taps: taps?,
        carrier: carrier?,
        watch: watch?,
        apply_steps: apply_steps?,
        snapshot_steps: snapshot_steps?,
        files,
    })
}

/// The rule; `None` for one without a readout.
fn rule(fields: &mut Fields<'_, '_>) -> Option<Option<&'static Rule>> {
    let path = fields.path_of("rule");
    let reader = fields.reader;
    let name = fields.require("rule").and_then(|node| reader.string(node, &path))?;
    if name == THREE_FACTOR {
        return Some(None);
    }
    let found = RULES.iter().find(|rule| rule.name == name);
    if found.is_none() {
        let known = || RULES.iter().map(|rule| rule.name).chain([THREE_FACTOR]);
        let hint = did_you_mean(name, known());
        let known: Vec<&str> = known().collect();
        reader.fault(&path, format!("there is no rule `{name}`{hint}; the rules are {}", known.join(", ")));
    }
    found.map(Some)
}

fn shape_of(fields: &mut Fields<'_, '_>) -> Option<PseudoDerivative> {
    let reader = fields.reader;
    let Some(node) = fields.get("pseudo_derivative") else {
        return Some(PseudoDerivative::PiecewiseLinear { gamma: 0.3 });
    };
    let path = fields.path_of("pseudo_derivative");
    let mut own = reader.object(node, &path, "pseudo_derivative")?;
    let spiking: Vec<&str> = pseudo_derivative::NAMES.iter().copied().filter(|name| *name != "relu").collect();
    let kind = own.required_word("kind", &spiking);
    let gamma = own.number_or("gamma", 0.3, "> 0", |gamma| gamma > 0.0);
    let k = own.number_or("k", 1.0, "> 0", |k| k > 0.0);
    own.finish();
    PseudoDerivative::named(spiking[kind?], gamma, k).ok()
}

/// μ by cell type.
fn mu(reader: &Reader<'_>, node: &Node) -> Option<Vec<(String, f64)>> {
    let Value::Object(members) = &node.value else {
        reader.fault("learning.mu", "expected an object: a number for each cell type");
        return None;
    };
    let own = members.iter().filter(|member| !crate::fields::ALWAYS.contains(&member.key.as_str()));
    own.map(|member| Some((member.key.clone(), reader.number(&member.node, &join("learning.mu", &member.key))?)))
        .collect()
}

/// What carries credit; `None` within for what is everywhere at once.
fn carrier_of(reader: &Reader<'_>, node: &Node, clock: Clock) -> Option<Option<(Spread, CarrierSettings)>> {
    let mut own = reader.object(node, "learning.carrier", "carrier")?;
    let spread = match own.required_word("kind", CARRIERS)? {
        0 => {
            own.finish();
            return Some(None);
        }
        1 => Spread::Kernel,
        _ => Spread::Field,
    };
    carrier::read(own, clock).map(|tissue| Some((spread, tissue)))
}

fn watch(reader: &Reader<'_>, node: &Node, clock: Clock) -> Option<(u64, usize)> {
    let mut own = reader.object(node, "learning.record_credit", "record_credit")?;
    let every = steps_of(&mut own, "every_ms", clock, 1);
    let cells = own.whole("cells").unwrap_or(1);
    own.finish();
    Some((every?, usize::try_from(cells).unwrap_or(usize::MAX)))
}

fn third_factor(fields: &mut Fields<'_, '_>, clock: Clock, files: &mut Vec<(String, PathBuf)>) -> Option<TeacherSpec> {
    let tau = fields.number_or("tau_e_ms", 0.0, ">= 0", |tau| tau >= 0.0);
    let course = course(fields, "third_factor", 1, clock, files)?;
    Some(TeacherSpec::ThirdFactor { course, kappa: decay(clock, tau) })
}

fn decay(clock: Clock, tau_ms: f64) -> f64 {
    if tau_ms > 0.0 { (-clock.dt_ms() / tau_ms).exp() } else { 0.0 }
}

fn readout(
    fields: &mut Fields<'_, '_>,
    rule: &'static Rule,
    (populations, task): (&[PopulationSpec], Option<&TaskSpec>),
    clock: Clock,
    files: &mut Vec<(String, PathBuf)>,
) -> Option<TeacherSpec> {
    let reader = fields.reader;
    let path = fields.path_of("readout");
    let node = fields.require("readout");
    let own = node.and_then(|node| {
        let mut own = reader.object(node, &path, "readout")?;
        let from = some_chosen(&mut own, "from", populations);
        let outputs = own.required_whole("outputs").and_then(|outputs| usize::try_from(outputs).ok());
        if outputs == Some(0) {
            reader.fault(&join(&path, "outputs"), "found 0, must be > 0");
        }
        let tau = own.number_or("tau_out_ms", 20.0, ">= 0", |tau| tau >= 0.0);
        let unit = own.word("scaling", READOUT_SCALES) == Some(1);
        let weight = own.get("weight").map(|node| per_cell(reader, node, &join(&path, "weight"), 0));
        let feedback_sd = own.number_or("feedback_sd", 1.0, "> 0", |sd| sd > 0.0);
        let rate = own.number_or("learning_rate", 0.0, ">= 0", |rate| rate >= 0.0);
        own.finish();
        let weight = match weight {
            None => None,
            Some(Some(PerCell::Drawn(weight))) => Some(weight),
            Some(_) => return None,
        };
        for chosen in from.iter().flatten() {
            let population = &populations[chosen.population];
            if !matches!(population.kind, KindSpec::Neurons { .. }) {
                let message = format!("the cells of `{}` only send, they are not read out", population.name);
                reader.fault(&join(&path, "from"), message);
            }
        }
        let kappa = decay(clock, tau);
        let scale = if unit { 1.0 } else { 1.0 - kappa };
        let target = TargetSpec::Task(None);
        let outputs = outputs.filter(|outputs| *outputs > 0)?;
        Some(ReadoutSpec { from: from?, outputs, kappa, scale, weight, feedback_sd, rate, target, said: None })
    });
    let target = target(fields, own.as_ref().map(|own| own.outputs), task, clock, files);
    let outputs = own.as_ref().map_or(1, |own| own.outputs);
    let said = fields.get("y").is_some().then(|| course(fields, "y", outputs, clock, files));
    if let (Some(_), Some(TargetSpec::Errors(_))) = (&said, &target) {
        reader.fault(&fields.path_of("y"), "`err` is there already: errors need no readout, leave one out");
    }
    let said = said.map_or(Some(None), |said| said.map(Some));
    let own = ReadoutSpec { target: target?, said: said?, ..own? };
    Some(TeacherSpec::Readout(rule, Box::new(own)))
}

/// What `outputs` readouts should say, or the errors in its place.
fn target(
    fields: &mut Fields<'_, '_>,
    outputs: Option<usize>,
    task: Option<&TaskSpec>,
    clock: Clock,
    files: &mut Vec<(String, PathBuf)>,
) -> Option<TargetSpec> {
    let reader = fields.reader;
    let asked = |fields: &mut Fields<'_, '_>, key: &str, files: &mut Vec<_>| {
        course(fields, key, outputs.unwrap_or(1), clock, files)
    };
    if fields.get("err").is_some() {
        // Errors take its place, but what it says is checked.
        fields.get("target").is_some().then(|| asked(fields, "target", files));
        return asked(fields, "err", files).map(TargetSpec::Errors);
    }
    let Some(task) = task.filter(|_| fields.get("target").is_none()) else {
        return asked(fields, "target", files).map(TargetSpec::Course);
    };
    let expected = task.shape().outputs;
    if let Some(found) = outputs.filter(|found| *found != expected) {
        let message = format!("found {found}, but the task asks for {expected}; for something else add `target`");
        reader.fault(&join(&fields.path_of("readout"), "outputs"), message);
    }
    let last_path = fields.path_of("loss_last_ms");
    match fields.number("loss_last_ms") {
        Some(ms) => task.last(reader, &last_path, (ms, clock)).map(|last| TargetSpec::Task(Some(last))),
        None => Some(TargetSpec::Task(None)),
    }
}

impl LearningSpec {
    /// Whom the readout reads.
    pub(crate) fn reads(&self) -> &[Chosen] {
        match &self.teacher {
            TeacherSpec::Readout(_, own) => &own.from,
            TeacherSpec::ThirdFactor { .. } => &[],
        }
    }
}

impl Model {
    /// Whether something learns.
    pub fn learns(&self) -> bool {
        self.learning.is_some()
    }

    /// Whether a run changes the weights of its synapses.
    pub fn changes_weights(&self) -> bool {
        self.learns() && self.projections.iter().any(|own| own.plastic.is_some())
    }

    /// What is wrong between the section, the projections and the rest of the file.
    pub(crate) fn learning_faults(&self) -> Vec<Fault> {
        let fault = |path: &str, message: &str| self.document.fault(path, message.to_owned());
        let plastic = self.projections.iter().find(|own| own.plastic.is_some());
        match (&self.learning, plastic) {
            (None, Some(_)) if self.document.find("learning").is_some() => Vec::new(),
            (None, Some(own)) => vec![fault(
                &join(&own.path, "plastic"),
                "nothing says how it learns: add a section `learning` with a rule",
            )],
            (Some(own), None) if own.taps != TapSettings::Chain => Vec::new(),
            (Some(_), Some(_)) if self.single => {
                vec![fault("simulation.precision", "networks that learn run in double precision")]
            }
            (Some(_), Some(_)) if self.peptides.as_ref().is_some_and(|own| own.listening) => vec![fault(
                "peptides.listening",
                "slopes of cells that listen to peptides are not known yet: set it to false, or leave `learning` out",
            )],
            (Some(own), _) if own.taps == TapSettings::Chain && own.carrier.is_none() => {
                vec![fault("learning.taps", "`chain` is the way through tissue: add `learning.carrier`")]
            }
            (Some(own), _) if own.carrier.is_some() => self.nowhere(),
            _ => Vec::new(),
        }
    }

    /// Populations of cells without positions, where a carrier needs them.
    fn nowhere(&self) -> Vec<Fault> {
        let cells = self.populations.iter().filter(|own| matches!(own.kind, KindSpec::Neurons { .. }));
        let message = "its cells take part in the passage of credit (learning.carrier) and need `positions`";
        let nowhere = cells.filter(|own| own.placement.is_none());
        nowhere.map(|own| self.document.fault(&own.path, message.to_owned())).collect()
    }

    /// The learning of a network that was built of this model's design; none where the file has no such section. `paths`
    /// are the paths in the file of all projections, by name.
    ///
    /// # Errors
    /// Cells that cannot learn, rules that cannot run online.
    pub fn learning<R: Real>(
        &self,
        network: &Network<R>,
        paths: &[(String, String)],
        threads: usize,
    ) -> Result<Option<Learning>, Faults> {
        let Some(spec) = &self.learning else { return Ok(None) };
        let learning = Learning::new(network, spec.plan(self, &network.design, paths), threads);
        learning.map(Some).map_err(|fault| {
            let place = match &fault {
                LearningError::CannotLearn { population, .. } => format!("populations.{population}.model"),
                LearningError::NoMu { .. } => "learning.mu".into(),
                LearningError::NotOnline { .. } | LearningError::NothingCarried { .. } => "learning.rule".into(),
                LearningError::Carrier(fault) => match &**fault {
                    CarrierError::Unfit { what, .. } => format!("learning.carrier.{what}"),
                    _ => "learning.carrier".into(),
                },
                _ => "learning".into(),
            };
            Faults::new(self.document.file.as_str(), vec![self.document.fault(&place, fault.to_string())])
        })
    }
}
