//! What a header of format `neuropil-diffusion/1` says.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Header {
    pub runs: Vec<Run>,
}

#[derive(Deserialize)]
pub(super) struct Run {
    pub id: String,
    pub kind: Kind,
    pub grid: Option<GridSpec>,
    pub boundary: Option<[[Face; 2]; 3]>,
    pub tissue: Tissue,
    pub species: Vec<SpeciesSpec>,
    #[serde(default)]
    pub deposits: Vec<Deposits>,
    #[serde(default)]
    pub sources: Vec<Sources>,
    pub formula: Option<Formula>,
    pub filled_sphere: Option<FilledSphere>,
    pub release: Option<Release>,
    #[serde(default)]
    pub cells: Vec<CellSpec>,
    pub sites: Option<String>,
    #[serde(default)]
    pub receptors: Vec<ReceptorSpec>,
    #[serde(default)]
    pub messengers: Vec<MessengerSpec>,
    pub taps: Option<TapsSpec>,
    pub reference_field_step_ms: Option<f64>,
    pub expected: Vec<Expected>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Diffusion,
    Uptake,
    Source,
    Release,
    ClosedForm,
    Taps,
}

#[derive(Deserialize)]
pub(super) struct GridSpec {
    pub shape: [usize; 3],
    pub dx_um: [f64; 3],
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Face {
    Reflect,
    Absorb,
    Fixed,
    Periodic,
}

#[derive(Deserialize)]
pub(super) struct Tissue {
    pub volume_fraction: f64,
}

#[derive(Deserialize)]
pub(super) struct SpeciesSpec {
    pub name: String,
    pub diffusivity_free_um2_per_ms: Option<f64>,
    pub tortuosity: Option<f64>,
    pub diffusivity_effective_um2_per_ms: [f64; 3],
    pub loss_per_ms: f64,
    pub uptake: Option<UptakeSpec>,
    pub initial: Initial,
    pub fixed_value_nm: Option<[[Option<f64>; 2]; 3]>,
}

#[derive(Deserialize)]
pub(super) struct UptakeSpec {
    pub vmax_nm_per_ms: f64,
    pub km_nm: f64,
}

#[derive(Deserialize)]
pub(super) struct Initial {
    pub uniform_nm: f64,
    pub field: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Deposits {
    pub species: String,
    pub position_um: String,
    pub time_ms: String,
    pub molecules: String,
}

#[derive(Deserialize)]
pub(super) struct Sources {
    pub species: String,
    pub position_um: String,
    pub rate_molecules_per_ms: String,
    pub start_ms: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum Formula {
    PointPulse,
    PointSourceOn,
    PointSourceSteady,
    SpherePulse,
}

#[derive(Deserialize)]
pub(super) struct FilledSphere {
    pub radius_um: f64,
    pub concentration_nm: f64,
}

#[derive(Deserialize)]
pub(super) struct Release {
    pub mode: ReleaseMode,
    pub tau_facilitation_ms: f64,
    pub facilitation_exponent: f64,
    pub facilitation_half: f64,
    pub p_max: f64,
    pub releasable_vesicles: f64,
    pub tau_refill_ms: f64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReleaseMode {
    Mean,
}

#[derive(Deserialize)]
pub(super) struct CellSpec {
    pub name: String,
    pub position_um: String,
    pub spikes_ms: String,
    pub releases: Vec<CargoSpec>,
}

#[derive(Deserialize)]
pub(super) struct CargoSpec {
    pub species: String,
    pub molecules_per_vesicle: f64,
}

#[derive(Deserialize)]
pub(super) struct ReceptorSpec {
    pub name: String,
    pub ligands: Vec<LigandSpec>,
    pub desensitisation: Option<DesensitisationSpec>,
}

#[derive(Deserialize)]
pub(super) struct LigandSpec {
    pub species: String,
    pub k_on_per_nm_per_ms: f64,
    pub k_off_per_ms: f64,
}

#[derive(Deserialize)]
pub(super) struct DesensitisationSpec {
    pub k_desensitise_per_ms: f64,
    pub k_recover_per_ms: f64,
}

#[derive(Deserialize)]
pub(super) struct MessengerSpec {
    pub name: String,
    pub receptor: String,
    pub tau_ms: Vec<f64>,
}

#[derive(Deserialize)]
pub(super) struct TapsSpec {
    pub distance_um: f64,
    pub k_off_per_ms: f64,
    pub tau_ms: Vec<f64>,
    pub bin_ms: f64,
    pub count: usize,
}

#[derive(Deserialize)]
pub(super) struct Expected {
    pub dataset: String,
    pub quantity: Quantity,
    pub axes: Vec<Axis>,
    pub times_ms: Option<Times>,
    pub at: Option<At>,
    pub select: Option<Vec<Option<[usize; 2]>>>,
    pub species: Option<Names>,
    pub receptor: Option<Names>,
    pub messenger: Option<String>,
    pub cell: Option<String>,
    pub metric: Metric,
    pub tolerance: Tolerance,
    pub order_check: Option<OrderCheck>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Quantity {
    ConcentrationNm,
    MeanConcentrationNm,
    AmountMolecules,
    ModeAmplitudeNm,
    Vesicles,
    Occupancy,
    ReceptorState,
    Messenger,
    Taps,
    TapsCumulative,
    TapsDcGain,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Axis {
    Time,
    X,
    Y,
    Z,
    Voxel,
    Radius,
    Species,
    Site,
    Receptor,
    State,
    Spike,
    Tap,
    TapEdge,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Times {
    At(Vec<f64>),
    Steady(Steady),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Steady {
    Steady,
}

#[derive(Deserialize, Default)]
pub(super) struct At {
    pub voxels: Option<String>,
    #[serde(rename = "box")]
    pub within: Option<[[usize; 2]; 3]>,
    pub sites: Option<String>,
    pub radii: Option<String>,
    pub mode: Option<[f64; 3]>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    pub fn list(&self) -> Vec<&str> {
        match self {
            Names::One(name) => vec![name],
            Names::Many(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    #[serde(rename = "max_abs")]
    Absolute,
    #[serde(rename = "max_rel")]
    Relative,
    #[serde(rename = "max_rel_global")]
    Global,
    #[serde(rename = "max_rel_per_time")]
    PerTime,
    #[serde(rename = "max_rel_per_series")]
    PerSeries,
}

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Tolerance {
    pub exact_in_time: Option<f64>,
    pub second_order: Option<f64>,
    pub first_order: Option<f64>,
    pub step_ms: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct OrderCheck {
    pub step_ms: [f64; 2],
    pub ratio_second_order: [f64; 2],
}

impl Expected {
    /// The recording times; infinity for the steady state, none if it is no function of time.
    pub fn times(&self) -> &[f64] {
        match &self.times_ms {
            Some(Times::At(times)) => times,
            Some(Times::Steady(Steady::Steady)) => &[f64::INFINITY],
            None => &[],
        }
    }
}
