//! Names of the groups, datasets and attributes of a recording; `docs/hdf5.md` gives their shapes and units.
//!
//! ```text
//! /                           magic, version
//! /spikes/<population>        sorting; timestamps, node_ids
//! /report/<name>              population, variable; data, data_f64, mapping/{node_ids, index_pointers, time, ..}
//! /neuropil                   format, seed, dt_ms, simulated_until_ms, complete, ..; model
//! /neuropil/populations/<p>   size, model, cell_type, sign, first_id, order; positions_um
//! /neuropil/checkpoint        step, synapses, ..; populations, senders, past, spike_rows, frame_rows
//! /neuropil/interventions     at_ms, until_ms, kind, edit
//! /neuropil/tissue            step_ms; species, cell_types, shape_voxels, spacing_um, origin_um
//! /neuropil/tissue/<a>        measure, species, axis, plane; data, time
//! /neuropil/weights/<q>       source_population, target_population, ..; source_node_ids, target_node_ids, weight, ..
//! /neuropil/learning          y, y_time_ms, loss, loss_time_ms; weights/<q>/{weight, time_ms}
//! /neuropil/windows           from_s, to_s, start_ms, trial_ids                      (imported spikes)
//! /neuropil/gaps              unit_ids, from_s, to_s                                 (imported spikes)
//! ```

/// Root attribute `magic` of a SONATA file.
pub const MAGIC: u32 = 0x0A7A;
/// Root attribute `version` of a SONATA file: major, minor.
pub const VERSION: [u32; 2] = [0, 1];
/// Attribute `format` of [`NEUROPIL`].
pub const FORMAT: &str = "neuropil-recording/1";

/// Attribute `format` of [`NEUROPIL`] in files of spike trains that were imported.
pub const IMPORT_FORMAT: &str = "neuropil-spikes/1";
/// `format` of files of gradients, and of the cases they are made of.
pub const GRADIENTS_FORMAT: &str = "neuropil-gradients/1";

/// `format` of files of training runs.
pub const TRAINING_FORMAT: &str = "neuropil-training/1";
/// `format` of files of trials.
pub const TRIALS_FORMAT: &str = "neuropil-trials/1";
/// Scalar string dataset holding the task file of training runs.
pub const TASK: &str = "/task";
/// Group of the trials of a task of one's own, in files of trials and of training runs.
pub const DATA: &str = "data";
/// Group of training runs: RULE/seed_N.
pub const RUNS: &str = "/runs";
/// Training runs of changed tasks, by what was changed, rule and seed.
pub const SWEEP: &str = "/sweep";

/// Group of the spikes, one subgroup a population.
pub const SPIKES: &str = "/spikes";
/// Group of the reports.
pub const REPORT: &str = "/report";
/// Group of what SONATA has no place for.
pub const NEUROPIL: &str = "/neuropil";
/// Scalar string dataset holding the model file.
pub const MODEL: &str = "/neuropil/model";
/// Group of the population descriptions.
pub const POPULATIONS: &str = "/neuropil/populations";
/// In the group of a population: the nodes whose spikes are recorded, where these are not all.
pub const RECORDED_CELLS: &str = "recorded_cells";
/// Group of what was edited of the network while it ran.
pub const EDITS: &str = "/neuropil/interventions";
/// Group of the recorded weights.
pub const WEIGHTS: &str = "/neuropil/weights";
/// Group of the peptides' field: what it is, and an array a group.
pub const TISSUE: &str = "/neuropil/tissue";
/// Group of the windows that spikes were imported from.
pub const WINDOWS: &str = "/neuropil/windows";
/// Group of what was not observed of imported spikes.
pub const GAPS: &str = "/neuropil/gaps";

/// Group of the state from which a run goes on; also in the file beside a recording that is being written.
pub const CHECKPOINT: &str = "/neuropil/checkpoint";

/// Group of what came of learning while the network ran.
pub const LEARNING: &str = "/neuropil/learning";
/// Group below [`LEARNING`] of weights over time, one subgroup a projection.
pub const WEIGHTS_OVER_TIME: &str = "weights";

/// Spike times in ms.
pub const TIMESTAMPS: &str = "timestamps";
/// Node ids, of a spike or of the columns of a report.
pub const NODE_IDS: &str = "node_ids";
/// The values of a report in double precision, beside `data`.
pub const DATA_F64: &str = "data_f64";
/// Attribute with the unit of a dataset.
pub const UNITS: &str = "units";
/// Attribute of a spike group: the order of its rows.
pub const SORTING: &str = "sorting";

/// The order of the rows of a spike group, stored as an enumeration of u8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, hdf5::H5Type)]
#[repr(u8)]
#[allow(non_camel_case_types, reason = "the variants are the names in the file")]
pub enum Sorting {
    /// No order.
    none = 0,
    /// By node id.
    by_id = 1,
    /// By time.
    by_time = 2,
}

/// The group of a report below [`REPORT`].
pub fn report_name(population: &str, variable: &str) -> String {
    format!("{population}.{variable}")
}

/// The groups of reports, given the population and variable of each: those of one name after the first are numbered.
pub fn report_names<'r>(reports: impl Iterator<Item = (&'r str, &'r str)>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (population, variable) in reports {
        let base = report_name(population, variable);
        let numbered = (1_u32..).map(|n| if n == 1 { base.clone() } else { format!("{base}.{n}") });
        let name = numbered.into_iter().find(|name| !names.contains(name)).unwrap_or_default();
        names.push(name);
    }
    names
}

/// The group of a projection below [`WEIGHTS`]: a slash would open another group.
pub fn weight_name(projection: &str) -> String {
    projection.replace('/', "_")
}
