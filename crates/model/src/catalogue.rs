//! The names that model files use. What a name means is decided where it is read, nowhere else.

/// Shapes of distributions.
pub const DISTRIBUTIONS: &[&str] = &["uniform", "normal", "lognormal", "exponential", "gamma"];
/// What happens to draws outside `min` and `max`.
pub const OUTSIDE: &[&str] = &["redraw", "clip"];
/// Weights and delays as functions of distance.
pub const BY_DISTANCE: &[&str] = &["linear", "exponential", "gaussian"];
/// Signs of populations.
pub const SIGNS: &[&str] = &["excitatory", "inhibitory", "mixed"];
/// Shapes of space that cells are placed in.
pub const PLACEMENTS: &[&str] = &["slab", "box", "sphere", "grid", "list", "recorded"];
/// Rules of wiring.
pub const RULES: &[&str] = &[
    "all_to_all",
    "one_to_one",
    "fixed_probability",
    "fixed_in_degree",
    "fixed_out_degree",
    "fixed_total_number",
    "by_distance",
    "list",
    "recorded",
];
/// How probability falls with distance.
pub const KERNELS: &[&str] = &["gaussian", "exponential", "step"];
/// The input of Poisson trains; all others are currents.
pub const POISSON_INPUT: &str = "poisson";
/// Cells that only send, besides those of [`neuropil_network::source::MODELS`].
pub const SOURCES: &[&str] = &["poisson_source", "spike_train", "task_source"];
/// How the units of a recording become cells.
pub const CELLS_OF_UNITS: &[&str] = &["by_id", "in_order"];
/// Precisions.
pub const PRECISIONS: &[&str] = &["double", "single"];
/// Numbers that weights are stored as.
pub const WEIGHTS: &[&str] = &["full", "half"];
/// The rule that needs no readout: eligibility times one number for all cells.
pub const THREE_FACTOR: &str = "three_factor";

/// The rules that a network can learn by while it runs.
pub fn rules_of_free_runs() -> Vec<&'static str> {
    let rules = neuropil_plasticity::RULES.iter().filter(|rule| neuropil_engine::learning::can_run_online(rule));
    rules.map(|rule| rule.name).chain([THREE_FACTOR]).collect()
}

/// The names of all inputs onto populations.
pub fn inputs() -> Vec<&'static str> {
    std::iter::once(POISSON_INPUT).chain(neuropil_network::current::KINDS.iter().map(|kind| kind.name)).collect()
}

/// The names of all models that a population can have.
pub fn models() -> Vec<&'static str> {
    let cells = neuropil_network::neuron::MODELS.iter().map(|entry| entry.info.name);
    let sources = neuropil_network::source::MODELS.iter().map(|entry| entry.info.name);
    cells.chain(SOURCES.iter().copied()).chain(sources).collect()
}
