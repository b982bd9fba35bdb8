//! `carrier`: what brings the signal of a rule to the cells, and the tissue that it takes.

use crate::fields::{Fields, Reader};
use neuropil_core::Clock;
use neuropil_engine::carrier::{CarrierError, Chemical, Hearing, Plan, Receptors, Report, Signed, Spread};
use neuropil_neuromod::field::{Grid, Transport, Wall};
use neuropil_plasticity::carrier::CarrierKind;

/// What the section says.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierSection {
    /// What carries the rules that are named without a carrier.
    pub kind: CarrierKind,
    /// The tissue, for these and for those that are named with one.
    pub tissue: Option<CarrierSettings>,
}

/// What says the tissue; the ideal carrier needs none of it.
const TISSUE: [&str; 11] = [
    "box_um",
    "voxels",
    "diffusivity_um2_per_ms",
    "loss_per_ms",
    "walls",
    "time_scale",
    "step_ms",
    "hold_back_ms",
    "signed",
    "messenger_tau_ms",
    "receptors",
];

/// The tissue, but for the cells in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierSettings {
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

const WALLS: [(&str, Wall); 3] = [("reflect", Wall::Reflect), ("absorb", Wall::Absorb), ("periodic", Wall::Periodic)];

fn positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}

fn rate(value: f64) -> bool {
    value >= 0.0 && value.is_finite()
}

/// Reads a section, of which the caller has read where the cells are: `is_placed` says whether there is such a field.
pub fn section(mut own: Fields, clock: Clock, is_placed: bool) -> Option<CarrierSection> {
    let kind = own.required_word("kind", &CarrierKind::NAMES).map(|kind| CarrierKind::ALL[kind]);
    let asked = TISSUE.iter().filter(|name| own.get(name).is_some()).count() > 0;
    if kind == Some(CarrierKind::Ideal) && !asked && !is_placed {
        own.finish();
        return Some(CarrierSection { kind: CarrierKind::Ideal, tissue: None });
    }
    let tissue = read(own, clock);
    Some(CarrierSection { kind: kind?, tissue: Some(tissue?) })
}

fn read(mut own: Fields, clock: Clock) -> Option<CarrierSettings> {
    let path = own.path.clone();
    let size = own.required_point("box_um");
    let voxels_path = own.path_of("voxels");
    let voxels = own.require("voxels").and_then(|node| own.reader.wholes(node, &voxels_path)).and_then(|voxels| {
        let shape = <[u64; 3]>::try_from(voxels).ok().filter(|shape| shape.iter().all(|n| (1..=256).contains(n)));
        if shape.is_none() {
            own.reader.fault(&voxels_path, "expected 3 whole numbers between 1 and 256 (voxels along x, y, z)");
        }
        shape
    });
    let diffusivity = own.required_number("diffusivity_um2_per_ms", "a number >= 0", rate);
    let loss = own.required_number("loss_per_ms", "a number >= 0", rate);
    let walls = own.word("walls", &WALLS.map(|(name, _)| name)).unwrap_or(0);
    let time_scale = own.number_or("time_scale", 1.0, "> 0", positive);
    let step_path = own.path_of("step_ms");
    let step_ms = own.number_or("step_ms", clock.dt_ms(), "at least a step", |ms| ms >= clock.dt_ms());
    let steps = whole_steps(&own, &step_path, clock, step_ms);
    let hold_path = own.path_of("hold_back_ms");
    let hold_ms = own.number_or("hold_back_ms", 0.0, ">= 0", rate);
    let hold_back = whole_steps(&own, &hold_path, clock, hold_ms);
    let signed = signed(&mut own);
    let stages_ms = match own.get("messenger_tau_ms") {
        Some(node) => own.reader.numbers(node, &own.path_of("messenger_tau_ms")),
        None => Some(Vec::new()),
    };
    let receptors = match own.get("receptors") {
        Some(_) => own.section("receptors").and_then(receptors),
        None => Some((Receptors::Linear { tau_ms: 0.0 }, Report::Level)),
    };
    let reader = own.reader;
    own.finish();
    let shape = voxels?.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let size = size?;
    let grid = match Grid::new(shape, std::array::from_fn(|axis| size[axis] / shape[axis] as f64)) {
        Ok(grid) => grid,
        Err(fault) => {
            reader.fault(&path, fault.to_string());
            return None;
        }
    };
    let (receptors, report) = receptors?;
    let settings = CarrierSettings {
        transport: Transport { grid, walls: [[WALLS[walls].1; 2]; 3], diffusivity: [diffusivity?; 3], loss: loss? },
        time_scale,
        steps: steps?,
        step_ms,
        signed: signed?,
        hearing: Hearing { receptors, stages_ms: stages_ms?, report },
        hold_back: hold_back?,
    };
    // What does not hang on where cells lie is told with its place: a cell in the middle stands for all.
    match Chemical::new(settings.plan(Spread::Field, vec![size.map(|size| 0.5 * size)])) {
        Ok(_) => Some(settings),
        Err(fault) => {
            tell(reader, &path, &fault);
            None
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

fn whole_steps(own: &Fields, path: &str, clock: Clock, ms: f64) -> Option<usize> {
    let steps = clock.nearest_step(ms).ok().filter(|steps| (clock.time_ms(*steps) - ms).abs() < 1e-6 * clock.dt_ms());
    if steps.is_none() {
        own.reader.fault(path, format!("found {ms}, must be whole steps of {} ms", clock.dt_ms()));
    }
    steps.and_then(|steps| usize::try_from(steps).ok())
}

fn signed(own: &mut Fields) -> Option<Signed> {
    if own.get("signed").is_none() {
        return Some(Signed::Opponent);
    }
    let mut own = own.section("signed")?;
    let kind = own.required_word("kind", &["opponent", "baseline"]);
    let credit = match kind {
        Some(1) => own.required_number("credit", "> 0", positive).map(|credit| Signed::Baseline { credit }),
        _ => Some(Signed::Opponent),
    };
    own.finish();
    kind.and(credit)
}

fn receptors(mut own: Fields) -> Option<(Receptors, Report)> {
    let kind = own.required_word("kind", &["linear", "binding"]);
    let report = own.word("report", &["level", "change"]).unwrap_or(0);
    let receptors = match kind? {
        0 => Some(Receptors::Linear { tau_ms: own.number_or("tau_ms", 0.0, ">= 0", rate) }),
        _ => {
            let k_d_nm = own.required_number("k_d_nm", "> 0", positive);
            let k_on = own.number_or("k_on_per_nm_per_ms", f64::INFINITY, "> 0", |k_on| k_on > 0.0);
            let nm_per_credit = own.required_number("nm_per_credit", "> 0", positive);
            k_d_nm.zip(nm_per_credit).map(|(k_d_nm, nm_per_credit)| Receptors::Binding { k_d_nm, k_on, nm_per_credit })
        }
    };
    own.finish();
    receptors.map(|receptors| (receptors, [Report::Level, Report::Change][report]))
}

impl CarrierSettings {
    /// The tissue with its cells, um.
    pub fn plan(&self, spread: Spread, positions: Vec<[f64; 3]>) -> Plan {
        Plan {
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
