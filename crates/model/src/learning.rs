//! What learns while a network runs: `plastic` of a projection and the section `learning`.

mod bounds;
mod effect;
mod plan;
mod readable;
mod rule;
mod size;
mod spec;
mod weights;

use crate::document::{Node, join};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader, shown};
use crate::model::{KindSpec, Model, PopulationSpec};
use crate::sections::carrier::{self, CarrierSettings};
use crate::sections::learning::{LearningSection, PlasticSection, RecordCredit, TaughtSection, ThirdFactorSection};
use crate::sections::table::Section;
use crate::sections::{self, LossSection, MuKind, MuSection, MuSettings, ReadoutSection, decay};
use crate::taps::TapSettings;
use crate::time_series::{multiple, time_series};
use crate::trials::TaskSpec;
use neuropil_core::{Clock, Real};
use neuropil_engine::carrier::CarrierError;
use neuropil_engine::learning::{Learning, LearningError, SlopeChoice};
use neuropil_engine::ranks::Rank;
use neuropil_network::Network;
use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use std::path::PathBuf;
use weights::ReadCells;

pub(crate) use effect::NO_EFFECT;
pub use effect::unused;
pub(crate) use plan::Around;
pub(crate) use readable::Readable;
pub(crate) use spec::{LearningSpec, PlasticSpec};
use spec::{ReadoutSpec, TargetSpec, TeacherSpec};

/// Reads `plastic`; weights have the unit of the projection's.
pub(crate) fn plastic(reader: &Reader<'_>, node: &Node, path: &str) -> Option<PlasticSpec> {
    plastic_fields(reader.object(node, path, "plastic")?)
}

/// The same of fields of which some may have been read.
pub(crate) fn plastic_fields(fields: Fields<'_, '_>) -> Option<PlasticSpec> {
    let (reader, path) = (fields.reader, fields.path.clone());
    let own = PlasticSection::whole(fields)?;
    let (min, max) = (own.min.unwrap_or(f64::NEG_INFINITY), own.max.unwrap_or(f64::INFINITY));
    if min > max {
        reader.fault(&path, format!("`min` = {} is above `max` = {}", shown(min), shown(max)));
        return None;
    }
    Some(PlasticSpec { rate: own.learning_rate, descent: own.optimiser, min, max })
}

/// Reads the section.
pub(crate) fn learning(
    reader: &Reader<'_>,
    node: &Node,
    (populations, task): (&[PopulationSpec], Option<&TaskSpec>),
    clock: Clock,
) -> Option<LearningSpec> {
    let fields = reader.object(node, "learning", "learning")?;
    learning_fields(fields, &populations, task, clock)
}

/// The same of fields of which some may have been read, wherever the section stands.
pub(crate) fn learning_fields(
    mut fields: Fields<'_, '_>,
    readable: &dyn Readable,
    task: Option<&TaskSpec>,
    clock: Clock,
) -> Option<LearningSpec> {
    let section = LearningSection::fields(&mut fields);
    LossSection::lonely(&fields);
    LossSection::without_trials(&fields);
    let rule = rule::read(&mut fields);
    let carrier = match fields.get("carrier") {
        None => Some(CarrierSettings::IDEAL),
        Some(_) => fields.section("carrier").and_then(|own| carrier::carrier(own, clock, false)),
    };
    let cascade = section.as_ref().and_then(|own| own.cascade).map(|own| own.cascade(clock));
    if let (Some(Some(rule)), Some(carrier)) = (rule, &carrier) {
        rule::goes_with(&fields, rule, (carrier.kind, cascade));
    }
    let watch = fields.get("record_credit").map_or(Some(None), |node| watch(&fields, node, clock).map(Some));
    let last_ms = section.as_ref().and_then(|own| own.loss.last_ms);
    let mut files = Vec::new();
    let teacher = match rule {
        None => None,
        Some(None) => {
            effect::beside_third_factor(&fields, carrier.as_ref());
            third_factor(&mut fields, clock, &mut files)
        }
        Some(Some(named)) => readout(&mut fields, named.rule, (readable, task), (clock, last_ms), &mut files),
    };
    let section = section?;
    let apply_steps = multiple(&fields, "apply_every_ms", section.apply_every_ms, (clock, 1));
    let snapshot_steps = section.record_weights_every_ms.map_or(Some(None), |every_ms| {
        multiple(&fields, "record_weights_every_ms", every_ms, (clock, apply_steps.unwrap_or(1))).map(Some)
    });
    let horizon_steps =
        section.horizon_ms.map_or(Some(None), |ms| multiple(&fields, "horizon_ms", ms, (clock, 1)).map(Some));
    let shape = sections::pseudo_derivative(&mut fields);
    let mu = section.mu.map_or(Some(None), |own| mu(&fields, own));
    if rule.is_some() {
        fields.finish();
    }
    Some(LearningSpec {
        teacher: teacher?,
        pseudo_derivative: shape?,
        reset: section.reset_gradient,
        mu: mu?,
        feedback: section.feedback.draw(),
        regulariser: section.loss.regulariser(clock.dt_ms()),
        lags: section.lags,
        taps: section.taps.into(),
        carrier: carrier?,
        cascade,
        watch: watch?,
        apply_steps: apply_steps?,
        horizon_steps: horizon_steps?,
        snapshot_steps: snapshot_steps?,
        files,
    })
}

/// μ by cell type, of rules that have it.
fn mu(fields: &Fields<'_, '_>, section: MuSection) -> Option<Option<MuKind>> {
    let (reader, path) = (fields.reader, fields.path_of("mu"));
    let settings = MuSettings::from(section);
    if let MuKind::Adaptive { .. } = settings.kind {
        reader.fault(
            &join(&path, "kind"),
            "`adaptive` needs batches of trials; a network that runs free takes `constant`",
        );
        return None;
    }
    if settings.cap.is_some() {
        reader.fault(&join(&path, "cap"), "a network that runs free has no cap; lower `value` instead");
        return None;
    }
    Some(Some(settings.kind))
}

fn watch<'d>(section: &Fields<'_, 'd>, node: &'d Node, clock: Clock) -> Option<(u64, usize)> {
    let mut fields = section.reader.object(node, &section.path_of("record_credit"), "record_credit")?;
    let own = RecordCredit::fields(&mut fields);
    let every = own.as_ref().and_then(|own| multiple(&fields, "every_ms", own.every_ms, (clock, 1)));
    fields.finish();
    Some((every?, own?.cells))
}

fn third_factor(fields: &mut Fields<'_, '_>, clock: Clock, files: &mut Vec<(String, PathBuf)>) -> Option<TeacherSpec> {
    let own = ThirdFactorSection::fields(fields);
    let series = time_series(fields, "third_factor", 1, clock, files)?;
    Some(TeacherSpec::ThirdFactor { series, kappa: decay(clock, own?.tau_e_ms) })
}

fn readout(
    fields: &mut Fields<'_, '_>,
    rule: &'static Rule,
    (readable, task): (&dyn Readable, Option<&TaskSpec>),
    (clock, last_ms): (Clock, Option<f64>),
    files: &mut Vec<(String, PathBuf)>,
) -> Option<TeacherSpec> {
    let reader = fields.reader;
    let path = fields.path_of("readout");
    let taught = TaughtSection::fields(fields);
    let node = fields.require("readout");
    let mut known = None;
    let own = node.and_then(|node| {
        let mut own = reader.object(node, &path, "readout")?;
        let section = ReadoutSection::fields(&mut own);
        let from = readable.chosen(&mut own, "from");
        let outputs = section.as_ref().map(|own| own.outputs);
        let cells = from.as_deref().map(|from| readable.count(from).map_or(ReadCells::Unknown, ReadCells::Count));
        known = outputs;
        let start = weights::read(&mut own, (cells, known));
        own.finish();
        let section = section?;
        let filter = sections::filter(clock, section.tau_ms, section.scaling);
        for chosen in from.iter().flatten() {
            if let Some(name) = readable.only_sends(chosen.population) {
                let message = format!("the cells of `{name}` only send, they are not read out");
                reader.fault(&join(&path, "from"), message);
            }
        }
        let target = TargetSpec::Task(None);
        let (outputs, rate) = (section.outputs, section.learning_rate);
        let (from, start, kappa, scale) = (from?, start?, filter.kappa, filter.scale);
        Some(ReadoutSpec { from, outputs, kappa, scale, start, rate, target, said: None })
    });
    let Some(outputs) = known else {
        // How many numbers are asked for at a time is not known: of what is asked it is known only whether it is there.
        let asked = ["target", "err", "y"].map(|key| fields.get(key).is_some());
        if asked == [false; 3] && task.is_none() {
            fields.require("target");
        }
        return None;
    };
    let target = target(fields, outputs, task, (clock, last_ms), files);
    let said = fields.get("y").is_some().then(|| time_series(fields, "y", outputs, clock, files));
    if let (Some(_), Some(TargetSpec::Errors(_))) = (&said, &target) {
        reader.fault(&fields.path_of("y"), "`err` is there already: errors need no readout, leave one out");
    }
    let said = said.map_or(Some(None), |said| said.map(Some));
    taught?;
    let own = ReadoutSpec { target: target?, said: said?, ..own? };
    Some(TeacherSpec::Readout(rule, Box::new(own)))
}

/// What `outputs` readouts should say, or the errors in its place.
fn target(
    fields: &mut Fields<'_, '_>,
    outputs: usize,
    task: Option<&TaskSpec>,
    (clock, last_ms): (Clock, Option<f64>),
    files: &mut Vec<(String, PathBuf)>,
) -> Option<TargetSpec> {
    let reader = fields.reader;
    let last_path = join(&fields.path_of("loss"), "last_ms");
    if last_ms.is_some() && (task.is_none() || ["target", "err"].iter().any(|key| fields.get(key).is_some())) {
        let message =
            "has no effect: it counts the last steps of the trials of a `task`, and what is asked here is no task's";
        reader.fault(&last_path, message);
    }
    let asked =
        |fields: &mut Fields<'_, '_>, key: &str, files: &mut Vec<_>| time_series(fields, key, outputs, clock, files);
    if fields.get("err").is_some() {
        // Errors take its place, but what it says is checked.
        fields.get("target").is_some().then(|| asked(fields, "target", files));
        return asked(fields, "err", files).map(TargetSpec::Errors);
    }
    let Some(task) = task.filter(|_| fields.get("target").is_none()) else {
        return asked(fields, "target", files).map(TargetSpec::Series);
    };
    let expected = task.shape().outputs;
    if outputs != expected {
        let message = format!("found {outputs}, but the task asks for {expected}; for something else add `target`");
        reader.fault(&join(&fields.path_of("readout"), "outputs"), message);
    }
    if last_ms.is_some() && task.weighs_steps() {
        reader.fault(&last_path, "has no effect: the task says itself how much each step counts; leave it out");
        return None;
    }
    match last_ms {
        Some(ms) => task.last(reader, &last_path, (ms, clock)).map(|last| TargetSpec::Task(Some(last))),
        None => Some(TargetSpec::Task(None)),
    }
}

impl Model {
    /// Whether something learns.
    pub fn learns(&self) -> bool {
        self.learning.is_some()
    }

    /// What carries the signal of rules that are named without a carrier.
    pub fn carrier(&self) -> CarrierKind {
        self.learning.as_ref().map_or(CarrierKind::Ideal, |own| own.carrier.kind)
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
            (Some(own), _) if own.taps == TapSettings::Chain && own.carrier.tissue.is_none() => {
                vec![fault("learning.taps", "`chain` is the way through tissue: add `learning.carrier`")]
            }
            (Some(own), _) if own.carrier.tissue.is_some() => self.nowhere(),
            (None, None) => self.slopes_without_use(),
            _ => Vec::new(),
        }
    }

    /// Populations that say how the slope of a spike is had, where nothing learns.
    fn slopes_without_use(&self) -> Vec<Fault> {
        let own = |own: &PopulationSpec| {
            let slope = own.slope()?;
            let key = if slope.jacobian_limit.is_some() { "jacobian_limit" } else { "spike" };
            let message =
                "has no effect: nothing learns while the network runs; add a section `learning`, or leave it out";
            (*slope != SlopeChoice::default()).then(|| self.document.fault(&join(&own.path, key), message.to_owned()))
        };
        self.populations.iter().filter_map(own).collect()
    }

    /// Populations of cells without positions, where a carrier needs them.
    fn nowhere(&self) -> Vec<Fault> {
        let cells = self.populations.iter().filter(|own| matches!(own.kind, KindSpec::Neurons { .. }));
        let message = "its cells take part in the passage of credit (learning.carrier) and need `positions`";
        let nowhere = cells.filter(|own| own.placement.is_none());
        nowhere.map(|own| self.document.fault(&own.path, message.to_owned())).collect()
    }

    /// The learning of a network that was built of this model's design; none where the file has no such section. `paths`
    /// are the paths in the file of all projections, by name; `rank` is this one of those that share the network, if there are several.
    ///
    /// # Errors
    /// Cells that cannot learn, rules that cannot run online.
    pub fn learning<R: Real>(
        &self,
        network: &Network<R>,
        paths: &[(String, String)],
        (threads, rank): (usize, Option<Rank>),
    ) -> Result<Option<Learning>, Faults> {
        let Some(spec) = &self.learning else { return Ok(None) };
        let plan = spec.plan(self.around_learning(&network.design, paths), &network.design);
        Learning::on_rank(network, plan, threads, rank).map(Some).map_err(|fault| {
            let of_projection = |name: &str| {
                let known = paths.iter().find(|own| own.0 == name);
                known.map_or("projections".into(), |own| join(&own.1, "plastic"))
            };
            let of_population = |name: &str| format!("populations.{name}.model");
            let place = place_of(&fault, "learning", &of_population, &of_projection);
            Faults::new(self.document.file.as_str(), vec![self.document.fault(&place, fault.to_string())])
        })
    }
}

/// Where a fault stands in a file whose section is at `section`; populations and projections have their places by name.
pub(crate) fn place_of(
    fault: &LearningError,
    section: &str,
    of_population: &dyn Fn(&str) -> String,
    of_projection: &dyn Fn(&str) -> String,
) -> String {
    match fault {
        LearningError::CannotLearn { population, .. } => of_population(population),
        LearningError::Beyond { projection, .. } => of_projection(projection),
        LearningError::NoMu { .. } => join(section, "mu"),
        LearningError::Horizon(_) => join(section, "horizon_ms"),
        LearningError::NotOnline { .. } | LearningError::NothingCarried { .. } => join(section, "rule"),
        LearningError::Carrier(fault) => match &**fault {
            CarrierError::Unfit { what, .. } => join(section, &format!("carrier.{what}")),
            _ => join(section, "carrier"),
        },
        _ => section.into(),
    }
}
