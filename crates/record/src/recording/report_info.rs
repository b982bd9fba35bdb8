//! What a recorder is told of a report.

/// A variable recorded from some nodes of a population at a fixed interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportInfo {
    /// Population of the nodes.
    pub population: String,
    /// The variable, such as `v_m`.
    pub variable: String,
    /// Its unit, such as `mV`; may be empty.
    pub unit: String,
    /// The nodes, one column each.
    pub node_ids: Vec<u64>,
    /// Time of the first frame in ms.
    pub first_ms: f64,
    /// Time between frames in ms.
    pub every_ms: f64,
}
