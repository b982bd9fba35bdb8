//! What is drawn of weights that were recorded over time.

use crate::SessionError;
use neuropil_record::Arrays;
use neuropil_report::TraceSet;
use std::ops::RangeInclusive;

/// Weights over time, a group a projection.
const GROUP: &str = "/neuropil/learning/weights";
/// Projections that have a panel.
const MOST_PROJECTIONS: usize = 3;
/// Snapshots that are drawn at most.
const MOST_ROWS: usize = 400;
/// Synapses that are looked at in a snapshot at most, at equal distances among all.
const MOST_SYNAPSES: usize = 20_000;
/// What is drawn of a snapshot: the weight below which this share of the weights lies.
const SHARES: [(f64, &str); 3] = [(0.1, "10 % of the weights are below"), (0.5, "median"), (0.9, "90 % are below")];

/// The course of the weights of each projection that was recorded more than once; nothing of other recordings.
///
/// # Errors
/// Unreadable datasets.
pub fn courses(arrays: &Arrays, shown: &RangeInclusive<f64>) -> Result<Vec<TraceSet>, SessionError> {
    if !arrays.has(GROUP) {
        return Ok(Vec::new());
    }
    let names = arrays.list(GROUP).map_err(SessionError::Read)?;
    let courses = names.iter().map(|name| course(arrays, name, shown));
    courses.filter_map(Result::transpose).take(MOST_PROJECTIONS).collect()
}

fn course(arrays: &Arrays, name: &str, shown: &RangeInclusive<f64>) -> Result<Option<TraceSet>, SessionError> {
    let object = format!("{GROUP}/{name}/weight");
    let (_, times) = arrays.f64(&format!("{GROUP}/{name}/time_ms")).map_err(SessionError::Read)?;
    let [rows, synapses] = arrays.extents(&object).map_err(SessionError::Read)?;
    if rows != times.len() {
        let fault = arrays.fault(&object, &format!("{rows} rows"), &format!("{} rows, one a time", times.len()));
        return Err(SessionError::Read(fault));
    }
    let begin = times.partition_point(|time| time < shown.start());
    let end = times.partition_point(|time| time <= shown.end()).max(begin);
    if end - begin < 2 || synapses == 0 {
        return Ok(None);
    }
    let stride = (end - begin).div_ceil(MOST_ROWS);
    let apart = synapses.div_ceil(MOST_SYNAPSES);
    let mut data = Vec::new();
    for row in (begin..end).step_by(stride) {
        let all = arrays.row(&object, row).map_err(SessionError::Read)?;
        let mut own: Vec<f64> = all.into_iter().step_by(apart).collect();
        own.sort_by(f64::total_cmp);
        data.extend(SHARES.map(|(share, _)| own[place(share, own.len())]));
    }
    #[expect(clippy::cast_precision_loss, reason = "few rows")]
    let dt_ms = (times[end - 1] - times[begin]) / (end - 1 - begin) as f64 * stride as f64;
    let unit = arrays.string_attr(&format!("/neuropil/weights/{name}/weight"), "units").map_err(SessionError::Read)?;
    let looked_at = if apart > 1 { format!(", of every {apart}th synapse") } else { String::new() };
    let unit = unit.filter(|own| !own.is_empty()).map_or(String::new(), |own| format!(" ({own})"));
    Ok(Some(TraceSet {
        // The axis of a low panel has room for the projection, and for nothing besides.
        population: format!("weights{unit} of {name}{looked_at}"),
        variable: name.to_owned(),
        names: SHARES.map(|(_, words)| words.to_owned()).into(),
        node_ids: vec![0, 1, 2],
        start_ms: times[begin],
        dt_ms,
        data,
        ..TraceSet::default()
    }))
}

/// The place of a share among so many values in their order.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the values"
)]
fn place(share: f64, count: usize) -> usize {
    (share * (count - 1) as f64).round() as usize
}
