//! `carrier`: what brings the signal of a rule to the cells, and the tissue that it takes.

use super::kinds::{NonNegative, Point, Positive, Positives, Sub, Word, Words};
use super::table::{Kind, Section, section, variants};
use crate::document::Node;
use crate::fields::{Fields, Reader};
use neuropil_core::Clock;
use neuropil_engine::carrier::{
    CarrierError, CarrierPlan, Chemical, Hearing, OwnSignal, Receptors, Report, Signed, Spread,
};
use neuropil_neuromod::field::{Grid, Transport, Wall};
use neuropil_plasticity::carrier::CarrierKind;
use serde_json::{Value as Json, json};

/// What the section says.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierSettings {
    /// What carries the rules that are named without a carrier.
    pub kind: CarrierKind,
    /// The tissue, for these and for those that are named with one.
    pub tissue: Option<TissueSettings>,
    /// How signals blur, for rules that are brought so.
    pub blur: BlurSection,
}

impl CarrierSettings {
    /// Everywhere at once.
    pub const IDEAL: Self = Self { kind: CarrierKind::Ideal, tissue: None, blur: BlurSection::USUAL };
}

/// The tissue, but for the cells in it.
#[derive(Debug, Clone, PartialEq)]
pub struct TissueSettings {
    /// Grid, walls, diffusivity and loss.
    pub transport: Transport,
    /// Tissue ms in a ms of the network.
    pub time_scale: f64,
    /// Steps of the network in a field step.
    pub steps: usize,
    /// A field step on the clock of the network, ms.
    pub step_ms: f64,
    /// How credit gets a sign.
    pub signed: Signed,
    /// How cells hear.
    pub hearing: Hearing,
    /// Steps for which synapses hold their eligibility back.
    pub hold_back: usize,
}

impl Words for CarrierKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("ideal", Self::Ideal), ("kernel", Self::Kernel), ("field", Self::Field), ("blur", Self::Blur)];
}

impl Words for Wall {
    const WORDS: &'static [(&'static str, Self)] =
        &[("reflect", Self::Reflect), ("absorb", Self::Absorb), ("periodic", Self::Periodic)];
}

impl Words for Report {
    const WORDS: &'static [(&'static str, Self)] = &[("level", Self::Level), ("change", Self::Change)];
}

/// Voxels along x, y, z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voxels {}

impl Kind for Voxels {
    type Value = [u64; 3];

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<[u64; 3]> {
        let found = reader.wholes(node, path)?;
        let voxels = <[u64; 3]>::try_from(found).ok().filter(|own| own.iter().all(|n| (1..=256).contains(n)));
        if voxels.is_none() {
            reader.fault(path, "expected 3 whole numbers between 1 and 256 (voxels along x, y, z)");
        }
        voxels
    }

    fn schema() -> Json {
        let one = json!({"type": "integer", "minimum": 1, "maximum": 256});
        json!({"type": "array", "items": one, "minItems": 3, "maxItems": 3})
    }
}

section! {
    /// Two peptides, for the positive and for the negative part of a signal.
    pub struct Opponent = "signed" {}
}

section! {
    /// More or less than a baseline of one peptide.
    pub struct Baseline = "signed" {
        /// The baseline, in units of the summed signal of a class.
        credit: Positive, required;
    }
}

variants! {
    /// How a signal gets its sign.
    pub enum SignedSection = "signed" {
        /// By two peptides.
        "opponent" => Opponent,
        /// By one.
        "baseline" => Baseline,
    }
}

section! {
    /// Receptors far from saturation.
    pub struct LinearReceptors = "receptors" {
        /// Whether cells hear the level, or its change over a field step.
        report: Word<Report> = Report::Level;
        /// 1/k_off, ms of the tissue; 0: at once.
        tau_ms: NonNegative = 0.0;
    }
}

section! {
    /// Receptors that bind and saturate.
    pub struct BindingReceptors = "receptors" {
        /// Whether cells hear the level, or its change over a field step.
        report: Word<Report> = Report::Level;
        /// K_D, nM.
        k_d_nm: Positive, required;
        /// k_on, for each nM and ms of the tissue; default: in equilibrium.
        k_on_per_nm_per_ms: Positive, optional;
        /// How many nM a steady signal of 1 comes to.
        nm_per_credit: Positive, required;
    }
}

variants! {
    /// How cells hear peptides.
    pub enum ReceptorSection = "receptors" {
        /// Linear.
        "linear" => LinearReceptors,
        /// Binding.
        "binding" => BindingReceptors,
    }
}

/// Between which sites signals spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlurSites {
    /// Those beside each other.
    Near,
    /// Those beside each other in one random order of all sites.
    Shuffled,
    /// Those beside each other in a random order of every trial and step.
    ShuffledPerStep,
}

impl Words for BlurSites {
    const WORDS: &'static [(&'static str, Self)] =
        &[("near", Self::Near), ("shuffled", Self::Shuffled), ("shuffled_per_step", Self::ShuffledPerStep)];
}

/// How much of a signal arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlurGain {
    /// What is there.
    Sum,
    /// As much of a steady signal that is equal in all cells as was sent.
    Steady,
}

impl Words for BlurGain {
    const WORDS: &'static [(&'static str, Self)] = &[("sum", Self::Sum), ("steady", Self::Steady)];
}

impl Words for OwnSignal {
    const WORDS: &'static [(&'static str, Self)] =
        &[("returns", Self::Returns), ("once", Self::Once), ("none", Self::Nothing)];
}

section! {
    /// How a learning signal spreads over the sites of a square lattice on which the cells lie in random order.
    #[derive(Copy)]
    pub struct BlurSection = "blur" {
        /// Share of a signal that a step of the network leaves, over a site and its eight neighbours in equal parts.
        decay: NonNegative = 0.75;
        /// Whether signals spread to sites beside each other, or, as a control, to those beside each other in one random order of the sites, or in another one in every trial and step.
        spread: Word<BlurSites> = BlurSites::Near;
        /// Whether cells learn with the sum that is there, or with 1 - decay times it, so that a steady signal that is equal in all cells arrives as it is.
        gain: Word<BlurGain> = BlurGain::Sum;
        /// What a cell hears of its own signal: it at once and what comes back to its site, it at once and no more, or nothing.
        own: Word<OwnSignal> = OwnSignal::Returns;
    }
}

impl BlurSection {
    /// That of \[Barretto2026\].
    pub const USUAL: Self = Self { decay: 0.75, spread: BlurSites::Near, gain: BlurGain::Sum, own: OwnSignal::Returns };
}

section! {
    /// What brings the signal of a rule to the cells, and the tissue that it takes; `ideal` and `blur` need none.
    pub struct CarrierSection = "carrier" {
        /// What carries the rules that are named without +CARRIER: everywhere at once, by distances in unbounded tissue, peptides on a grid, or a blur over neighbours.
        kind: Word<CarrierKind>, required;
        /// Size of the box from the origin (x, y, z), um; needed by tissue.
        box_um: Point, optional;
        /// Voxels along x, y, z; needed by tissue.
        voxels: Voxels, optional;
        /// D* of all peptides, um^2 in a ms of the tissue; needed by tissue.
        diffusivity_um2_per_ms: NonNegative, optional;
        /// Share of all peptides that is lost in a ms of the tissue; needed by tissue.
        loss_per_ms: NonNegative, optional;
        /// What happens at the walls of the box.
        walls: Word<Wall> = Wall::Reflect;
        /// Tissue ms in a ms of the network.
        time_scale: Positive = 1.0;
        /// Field step, ms of the network; default: its step.
        step_ms: Positive, optional;
        /// How long synapses hold their eligibility back, ms; in training only.
        hold_back_ms: NonNegative = 0.0;
        /// How learning signals blur over neighbours, for rules +blur, to which no other field belongs; default: as published, 0.75, near, sum.
        blur: Sub<BlurSection> = BlurSection::USUAL;
        /// How a signal gets its sign; default: opponent.
        signed: Sub<SignedSection> = SignedSection::Opponent(Opponent {});
        /// Time constants of stages of messengers, ms of the tissue; default: none.
        messenger_tau_ms: Positives = Vec::new();
        /// How cells hear; default: linear, at once.
        receptors: Sub<ReceptorSection> = ReceptorSection::LinearReceptors(LinearReceptors { report: Report::Level, tau_ms: 0.0 });
    }
}

/// Reads a section, of which the caller has read where the cells are: `is_placed` says whether there is such a field.
pub fn carrier(mut own: Fields, clock: Clock, is_placed: bool) -> Option<CarrierSettings> {
    let (reader, path) = (own.reader, own.path.clone());
    let section = CarrierSection::fields(&mut own);
    let rows = CarrierSection::tables().into_iter().flat_map(|table| table.rows);
    let asks = rows.filter(|row| !["kind", "blur"].contains(&row.name) && own.get(row.name).is_some()).count() > 0;
    own.finish();
    let section = section?;
    if section.blur.decay >= 1.0 {
        let found = format!("found {}, must be at least 0 and below 1: nothing would ever fade", section.blur.decay);
        reader.fault(&format!("{path}.blur.decay"), found);
    }
    let needs_none = matches!(section.kind, CarrierKind::Ideal | CarrierKind::Blur);
    if needs_none && !asks && !is_placed {
        return Some(CarrierSettings { kind: section.kind, tissue: None, blur: section.blur });
    }
    let tissue = tissue(&section, (reader, &path), clock)?;
    // What does not hang on where cells lie is told with its place: a cell in the middle stands for all.
    let middle = section.box_um?.map(|size| 0.5 * size);
    match Chemical::new(tissue.plan(Spread::Field, vec![middle])) {
        Ok(_) => Some(CarrierSettings { kind: section.kind, tissue: Some(tissue), blur: section.blur }),
        Err(fault) => {
            tell(reader, &path, &fault);
            None
        }
    }
}

fn tissue(own: &CarrierSection, (reader, path): (&Reader<'_>, &str), clock: Clock) -> Option<TissueSettings> {
    let missing = |name: &str, is_there: bool| {
        if !is_there {
            reader.fault(path, format!("`{name}` is missing"));
        }
    };
    missing("box_um", own.box_um.is_some());
    missing("voxels", own.voxels.is_some());
    missing("diffusivity_um2_per_ms", own.diffusivity_um2_per_ms.is_some());
    missing("loss_per_ms", own.loss_per_ms.is_some());
    let step_ms = own.step_ms.unwrap_or_else(|| clock.dt_ms());
    let steps = whole_steps((reader, &format!("{path}.step_ms")), clock, step_ms, 1);
    let hold_back = whole_steps((reader, &format!("{path}.hold_back_ms")), clock, own.hold_back_ms, 0);
    let (size, voxels) = (own.box_um?, own.voxels?.map(|n| usize::try_from(n).unwrap_or(usize::MAX)));
    let grid = match Grid::new(voxels, std::array::from_fn(|axis| size[axis] / voxels[axis] as f64)) {
        Ok(grid) => grid,
        Err(fault) => {
            reader.fault(path, fault.to_string());
            return None;
        }
    };
    let (receptors, report) = own.receptors.heard();
    Some(TissueSettings {
        transport: Transport {
            grid,
            walls: [[own.walls; 2]; 3],
            diffusivity: [own.diffusivity_um2_per_ms?; 3],
            loss: own.loss_per_ms?,
        },
        time_scale: own.time_scale,
        steps: steps?,
        step_ms,
        signed: match &own.signed {
            SignedSection::Opponent(_) => Signed::Opponent,
            SignedSection::Baseline(own) => Signed::Baseline { credit: own.credit },
        },
        hearing: Hearing { receptors, stages_ms: own.messenger_tau_ms.clone(), report },
        hold_back: hold_back?,
    })
}

impl ReceptorSection {
    fn heard(&self) -> (Receptors, Report) {
        match self {
            Self::LinearReceptors(own) => (Receptors::Linear { tau_ms: own.tau_ms }, own.report),
            Self::BindingReceptors(own) => {
                let k_on = own.k_on_per_nm_per_ms.unwrap_or(f64::INFINITY);
                let (k_d_nm, nm_per_credit) = (own.k_d_nm, own.nm_per_credit);
                (Receptors::Binding { k_d_nm, k_on, nm_per_credit }, own.report)
            }
        }
    }
}

/// Reports what is wrong with a carrier at the field of its section `path` that says it.
pub fn tell(reader: &Reader<'_>, path: &str, fault: &CarrierError) {
    match fault {
        CarrierError::Unfit { what, reason } => reader.fault(&format!("{path}.{what}"), reason.clone()),
        _ => reader.fault(path, fault.to_string()),
    }
}

fn whole_steps((reader, path): (&Reader<'_>, &str), clock: Clock, ms: f64, least: u64) -> Option<usize> {
    let steps = clock.nearest_step(ms).ok().filter(|steps| (clock.time_ms(*steps) - ms).abs() < 1e-6 * clock.dt_ms());
    let steps = steps.filter(|steps| *steps >= least);
    if steps.is_none() {
        reader.fault(path, format!("found {ms}, must be whole steps of {} ms", clock.dt_ms()));
    }
    steps.and_then(|steps| usize::try_from(steps).ok())
}

impl TissueSettings {
    /// The tissue with its cells, um.
    pub fn plan(&self, spread: Spread, positions: Vec<[f64; 3]>) -> CarrierPlan {
        CarrierPlan {
            spread,
            transport: self.transport.clone(),
            positions,
            steps: self.steps,
            step_ms: self.step_ms * self.time_scale,
            signed: self.signed,
            hearing: self.hearing.clone(),
            hold_back: self.hold_back,
        }
    }
}
