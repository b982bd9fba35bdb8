//! The header of a case.

use super::CaseError;
use neuropil_core::did_you_mean;
use neuropil_engine::trial::ResetGradient;
use neuropil_model::Faults;
use neuropil_model::document::{Document, Value};
use neuropil_model::fields::{Fields, Reader};
use neuropil_plasticity::pseudo_derivative::NAMES;
use neuropil_plasticity::{PseudoDerivative, RateOver, RateRegulariser};
use neuropil_record::layout::GRADIENTS_FORMAT;
use std::path::Path;

/// What the pair of files holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A network of threshold or rectifier cells and a batch.
    Case,
    /// A network of `rflo_tanh` cells and a batch.
    Rflo,
    /// A published training run.
    PublishedRun,
    /// Updates that start from a case.
    Trajectory,
    /// Steps of optimisers; no HDF5 file.
    Optimisers,
}

const LAYOUTS: [(&str, Layout); 5] = [
    ("case", Layout::Case),
    ("rflo", Layout::Rflo),
    ("published_run", Layout::PublishedRun),
    ("trajectory", Layout::Trajectory),
    ("optimisers", Layout::Optimisers),
];

impl Layout {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        LAYOUTS.iter().find(|(_, layout)| *layout == self).map_or("", |(name, _)| name)
    }
}

/// The cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `alif`.
    Spiking,
    /// `leaky_relu`.
    Relu,
    /// `rflo_tanh`.
    RfloTanh,
}

/// Where the constants of the cells are.
#[derive(Debug, Clone, PartialEq)]
pub enum Constants {
    /// In `params/alpha` and so on.
    Arrays,
    /// τ of `rflo_tanh`, in steps.
    Tau(f64),
    /// Scalars of a published run: first `lif` cells without adaptation, then those with.
    Scalars {
        /// τ_m in steps.
        tau_m: f64,
        /// Baseline threshold.
        vth: f64,
        /// Cells without adaptation.
        lif: usize,
        /// τ_a in steps and β of the others.
        adaptation: Option<(f64, f64)>,
    },
}

/// What a loss compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossKind {
    /// Half the squared error.
    SquaredError,
    /// Softmax cross-entropy.
    CrossEntropy,
}

/// Which steps count, where no dataset says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Every step, with weight 1.
    All,
    /// The last L steps, with weight 1/L.
    Last(usize),
}

/// Everything a header says that a run needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What the files hold.
    pub layout: Layout,
    /// The cells.
    pub kind: Kind,
    /// Inputs.
    pub inputs: usize,
    /// Cells.
    pub cells: usize,
    /// Readouts.
    pub readouts: usize,
    /// Trials of a batch.
    pub trials: usize,
    /// Steps of a trial.
    pub steps: usize,
    /// Cell types.
    pub types: usize,
    /// Delay of recurrent synapses, steps.
    pub delay: usize,
    /// Silent steps after a spike.
    pub silent: u32,
    /// κ of the readout.
    pub kappa: f64,
    /// g_o of the readout.
    pub readout_scale: f64,
    /// Whether gradients follow the reset.
    pub reset: ResetGradient,
    /// Of spiking cells.
    pub pseudo_derivative: PseudoDerivative,
    /// What the loss compares.
    pub loss: LossKind,
    /// Which steps count.
    pub window: Window,
    /// The rate regulariser.
    pub regulariser: Option<RateRegulariser>,
    /// S: lags of the rules `*_S`.
    pub lags: usize,
    /// Where the constants of the cells are.
    pub constants: Constants,
    /// Whether g is 1 − α where no array says so.
    pub one_minus_alpha: bool,
    /// Whether g_a is 1 − ρ where no array says so.
    pub one_minus_rho: bool,
    /// Iterations of a published run.
    pub iterations: usize,
}

impl Settings {
    /// Reads and checks a header.
    ///
    /// # Errors
    /// An unreadable file, or all faults of its text.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let text = neuropil_files::text(path, neuropil_files::MOST_WRITTEN)
            .map_err(|error| CaseError::Read { file: path.into(), reason: error.reason() })?;
        Ok(Self::decode(&Document::parse(&path.display().to_string(), text)?)?)
    }

    /// What a parsed header says.
    ///
    /// # Errors
    /// All its faults.
    pub fn decode(document: &Document) -> Result<Self, Faults> {
        let reader = Reader::new(document);
        let settings = reader.object(&document.root, "", "case").and_then(header);
        match settings {
            Some(settings) if reader.is_sound() => Ok(settings),
            _ => Err(reader.into_faults()),
        }
    }
}

/// Sizes above this are taken for damage.
const MOST: u64 = 1 << 24;

fn header(mut fields: Fields) -> Option<Settings> {
    fields.required_word("format", &[GRADIENTS_FORMAT]);
    let layout = LAYOUTS[fields.required_word("layout", &LAYOUTS.map(|(name, _)| name))?].1;
    if matches!(layout, Layout::Trajectory | Layout::Optimisers) {
        return Some(Settings { layout, ..empty() });
    }
    let settings = settings(&mut fields, layout);
    near_misses(&fields);
    settings
}

fn settings(fields: &mut Fields, layout: Layout) -> Option<Settings> {
    let rflo = layout == Layout::Rflo;
    let kind = fields.required_word("kind", if rflo { &["rflo_tanh"] } else { &["spiking", "relu"] });
    let kind = kind.map(|kind| [Kind::Spiking, Kind::Relu][kind]);
    let sizes = ["N_in", "N", "K", "B", "T"].map(|name| size(fields, name));
    let types = if layout == Layout::Case { size(fields, "C") } else { Some(1) };
    let loss = loss(fields, rflo);
    let own = if rflo { rflo_settings(fields) } else { threshold_settings(fields, layout, kind) };
    let [inputs, cells, readouts, trials, steps] = sizes;
    let (loss, window, regulariser) = loss?;
    if let (LossKind::CrossEntropy, Some(1)) = (loss, readouts) {
        let path = fields.path_of("K");
        fields.reader.fault(&path, "found 1 readout, but cross-entropy needs at least 2");
    }
    Some(Settings {
        layout,
        kind: if rflo { Kind::RfloTanh } else { kind? },
        inputs: inputs?,
        cells: cells?,
        readouts: readouts?,
        trials: trials?,
        steps: steps?,
        types: types?,
        loss,
        window,
        regulariser,
        ..own?
    })
}

/// A whole number of at least 1.
fn size(fields: &mut Fields, name: &str) -> Option<usize> {
    bounded(fields, name, 1)
}

fn bounded(fields: &mut Fields, name: &str, least: u64) -> Option<usize> {
    let found = fields.required_whole(name)?;
    if (least..=MOST).contains(&found) {
        return usize::try_from(found).ok();
    }
    let path = fields.path_of(name);
    fields.reader.fault(&path, format!("found {found}, must be between {least} and {MOST}"));
    None
}

/// What layout `rflo` cannot have otherwise, and why.
const RFLO: [(&str, f64, &str); 4] = [
    ("kappa", 0.0, "its readout has no memory"),
    ("readout_scale", 1.0, "its readout has no scale"),
    ("recurrent_delay_steps", 1.0, "its synapses take one step"),
    ("n_ref", 0.0, "its cells are never silent"),
];

fn rflo_settings(fields: &mut Fields) -> Option<Settings> {
    for (name, only, why) in RFLO {
        fields.number_or(name, only, &format!("{only} in layout rflo: {why}"), |found| found == only);
    }
    let tau = fields.required_number("tau", ">= 1 (steps)", |tau| tau >= 1.0)?;
    Some(Settings { constants: Constants::Tau(tau), ..empty() })
}

fn threshold_settings(fields: &mut Fields, layout: Layout, kind: Option<Kind>) -> Option<Settings> {
    let delay = size(fields, "recurrent_delay_steps");
    let silent = bounded(fields, "n_ref", 0);
    let kappa = fields.required_number("kappa", "in [0, 1)", |kappa| (0.0..1.0).contains(&kappa));
    let readout_scale = fields.required_number("readout_scale", "a number other than 0", |scale| scale != 0.0);
    let resets: &[&str] = if kind == Some(Kind::Relu) { &["none"] } else { &["subtract vth"] };
    fields.required_word("reset", resets);
    let reset = fields.required_word("reset_gradient", &["detached", "attached"]);
    let pseudo_derivative = surrogate(fields, kind);
    let scale = fields.word("input_scale", &["one", "one_minus_alpha"]);
    let adaptation = fields.word("adaptation_scale", &["one", "one_minus_rho"]);
    let case = layout == Layout::Case;
    let lags = if case { size(fields, "taps_S") } else { Some(1) };
    let constants = if case { Some(Constants::Arrays) } else { scalars(fields) };
    let iterations = if case { Some(1) } else { size(fields, "iterations") };
    Some(Settings {
        delay: delay?,
        silent: u32::try_from(silent?).ok()?,
        kappa: kappa?,
        readout_scale: readout_scale?,
        reset: [ResetGradient::Detached, ResetGradient::Attached][reset?],
        pseudo_derivative: pseudo_derivative?,
        lags: lags?,
        constants: constants?,
        one_minus_alpha: scale == Some(1),
        one_minus_rho: adaptation == Some(1),
        iterations: iterations?,
        ..empty()
    })
}

fn scalars(fields: &mut Fields) -> Option<Constants> {
    let tau_m = fields.required_number("tau_m", "> 0", |tau| tau > 0.0);
    let vth = fields.required_number("vth", "> 0", |vth| vth > 0.0);
    let lif = bounded(fields, "n_lif", 0);
    let alif = bounded(fields, "n_alif", 0)?;
    let adaptation = (alif > 0).then(|| {
        let tau_a = fields.required_number("tau_a", "> 0", |tau| tau > 0.0);
        let beta = fields.required_number("beta_adaptive", ">= 0", |beta| beta >= 0.0);
        Some((tau_a?, beta?))
    });
    Some(Constants::Scalars { tau_m: tau_m?, vth: vth?, lif: lif?, adaptation: adaptation.flatten() })
}

fn surrogate(fields: &mut Fields, kind: Option<Kind>) -> Option<PseudoDerivative> {
    let path = fields.path_of("surrogate");
    let node = fields.require("surrogate")?;
    let mut own = fields.reader.object(node, &path, "surrogate")?;
    let known: Vec<&str> = match kind {
        Some(Kind::Relu) => vec!["relu"],
        _ => NAMES.iter().copied().filter(|name| *name != "relu").collect(),
    };
    let name = own.required_word("kind", &known).map(|index| known[index]);
    let gamma = match name {
        Some("relu") | None => Some(own.number_or("gamma", 1.0, "> 0", |gamma| gamma > 0.0)),
        Some(_) => own.required_number("gamma", "> 0", |gamma| gamma > 0.0),
    };
    let k = match name {
        Some("fast_sigmoid") => own.required_number("k", "> 0", |k| k > 0.0),
        _ => Some(own.number_or("k", 1.0, "a number", |_| true)),
    };
    near_misses(&own);
    PseudoDerivative::named(name?, gamma?, k?).ok()
}

fn loss(fields: &mut Fields, rflo: bool) -> Option<(LossKind, Window, Option<RateRegulariser>)> {
    let path = fields.path_of("loss");
    let node = fields.require("loss")?;
    let mut own = fields.reader.object(node, &path, "loss")?;
    let kind = own.required_word("kind", if rflo { &["mse"] } else { &["mse", "ce"] });
    let window = match own.get("window").map(|node| &node.value) {
        None => Some(Window::All),
        Some(Value::String(word)) if word == "all" => Some(Window::All),
        Some(Value::String(word)) if word == "last" => Some(Window::Last(1)),
        Some(Value::Number(_, Some(last @ 1..=MOST))) => usize::try_from(*last).ok().map(Window::Last),
        Some(_) => {
            let path = own.path_of("window");
            own.reader.fault(&path, "must be \"all\", \"last\" or a number of last steps");
            None
        }
    };
    let (range, most) = if rflo { ("0 in layout rflo: it has no regulariser", 0.0) } else { (">= 0", f64::INFINITY) };
    let strength = own.number_or("c_reg", 0.0, range, |strength| (0.0..=most).contains(&strength));
    let target =
        own.number_or("f_target", 0.0, "between 0 and 1 (spikes a step)", |target| (0.0..=1.0).contains(&target));
    near_misses(&own);
    let regulariser = (strength > 0.0).then_some(RateRegulariser { strength, target, over: RateOver::Batch });
    Some(([LossKind::SquaredError, LossKind::CrossEntropy][kind?], window?, regulariser))
}

/// Names that a header may have for its readers, however they resemble a setting.
const FOR_READERS: [&str; 12] = [
    "name",
    "seed",
    "draw",
    "type_sizes",
    "mu_source",
    "tau_out",
    "rule",
    "feedback",
    "optimizer",
    "axes",
    "notes",
    "source",
];

/// Faults for names that resemble a setting which is not there; others may say what they like of the case.
fn near_misses(fields: &Fields) {
    let missing = fields.asked().filter(|name| fields.members().iter().all(|member| member.key != *name));
    let missing: Vec<&str> = missing.collect();
    let asked = |key: &str| fields.asked().any(|name| name == key) || FOR_READERS.contains(&key);
    for member in fields.members().iter().filter(|member| !asked(&member.key)) {
        let hint = did_you_mean(&member.key, missing.iter().copied());
        if !hint.is_empty() {
            let path = fields.path_of(&member.key);
            fields.reader.fault(&path, format!("unknown setting `{}`{hint}", member.key));
        }
    }
}

fn empty() -> Settings {
    Settings {
        layout: Layout::Rflo,
        kind: Kind::RfloTanh,
        inputs: 0,
        cells: 0,
        readouts: 0,
        trials: 0,
        steps: 0,
        types: 1,
        delay: 1,
        silent: 0,
        kappa: 0.0,
        readout_scale: 1.0,
        reset: ResetGradient::Detached,
        pseudo_derivative: PseudoDerivative::Relu,
        loss: LossKind::SquaredError,
        window: Window::All,
        regulariser: None,
        lags: 1,
        constants: Constants::Arrays,
        one_minus_alpha: false,
        one_minus_rho: false,
        iterations: 1,
    }
}
