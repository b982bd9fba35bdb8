//! A report while it is written.

use hdf5::{Dataset, Group};
use ndarray::ArrayView2;

use crate::attribute::{put, put_text};
use crate::column::{CHUNK, fixed, growing, truncate};
use crate::header::ReportInfo;
use crate::layout;

/// How the columns of a report are laid out.
#[derive(Debug, Clone)]
pub(crate) struct Elements {
    /// Whether the values are kept in double precision too.
    pub(crate) exact: bool,
    /// The element of each column; all 0 where empty. Columns of one node stand together.
    pub(crate) ids: Vec<u32>,
    /// The place of each column along its element; all 0 where empty.
    pub(crate) positions: Vec<f32>,
}

impl Default for Elements {
    fn default() -> Self {
        Self { exact: true, ids: Vec::new(), positions: Vec::new() }
    }
}

/// Columns of a chunk at most.
const CHUNK_COLUMNS: usize = 64 * 1024;

/// The growing datasets of shape `[frames, nodes]` and the times that go with them.
pub(crate) struct ReportSink {
    pub(crate) object: String,
    /// `data` in single precision, the only one every SONATA reader takes, and the exact values beside it.
    data: Vec<Dataset>,
    time: Dataset,
    frames: usize,
    columns: usize,
    first_ms: f64,
    every_ms: f64,
    pending: Vec<f64>,
}

impl ReportSink {
    pub(crate) fn create(reports: &Group, name: &str, info: &ReportInfo, elements: Elements) -> hdf5::Result<Self> {
        let group = reports.create_group(name)?;
        put_text(&group, "population", &info.population)?;
        put_text(&group, "variable", &info.variable)?;
        let columns = info.node_ids.len();
        let mut data = vec![create_data::<f32>(&group, "data", info)?];
        if elements.exact {
            data.push(create_data::<f64>(&group, layout::DATA_F64, info)?);
        }
        let time = create_mapping(&group, info, elements)?;
        Ok(Self {
            object: format!("{}/{name}/data", layout::REPORT),
            data,
            time,
            frames: 0,
            columns,
            first_ms: info.first_ms,
            every_ms: info.every_ms,
            pending: Vec::new(),
        })
    }

    /// Goes on with a report after its first `frames` frames.
    pub(crate) fn reopen(reports: &Group, (info, name): (&ReportInfo, &str), frames: usize) -> hdf5::Result<Self> {
        let group = reports.group(name)?;
        let mut data = vec![group.dataset("data")?];
        if group.link_exists(layout::DATA_F64) {
            data.push(group.dataset(layout::DATA_F64)?);
        }
        for data in &data {
            truncate(data, frames)?;
        }
        let time = group.dataset("mapping/time")?;
        let sink = Self {
            object: format!("{}/{name}/data", layout::REPORT),
            data,
            time,
            frames,
            columns: info.node_ids.len(),
            first_ms: info.first_ms,
            every_ms: info.every_ms,
            pending: Vec::new(),
        };
        sink.write_time()?;
        Ok(sink)
    }

    /// Frames stored.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Adds whole frames, row by row.
    pub(crate) fn append(&mut self, frames: Vec<f64>) -> hdf5::Result<()> {
        if self.pending.is_empty() {
            self.pending = frames;
        } else {
            self.pending.extend_from_slice(&frames);
        }
        if self.pending.len() >= CHUNK { self.store() } else { Ok(()) }
    }

    pub(crate) fn store(&mut self) -> hdf5::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let rows = pending.len() / self.columns;
        let end = self.frames + rows;
        let view = ArrayView2::from_shape((rows, self.columns), &pending)?;
        for data in &self.data {
            data.resize((end, self.columns))?;
            data.write_slice(view, (self.frames..end, ..))?;
        }
        self.frames = end;
        self.write_time()
    }

    fn write_time(&self) -> hdf5::Result<()> {
        self.time.write(&[self.first_ms, self.stop_ms(), self.every_ms])
    }

    /// The first time without a frame, in ms.
    #[allow(clippy::cast_precision_loss, reason = "frames stay far below 2^53")]
    fn stop_ms(&self) -> f64 {
        self.first_ms + self.frames as f64 * self.every_ms
    }
}

fn create_data<T: hdf5::H5Type>(group: &Group, name: &str, info: &ReportInfo) -> hdf5::Result<Dataset> {
    let columns = info.node_ids.len();
    let chunk_columns = columns.min(CHUNK_COLUMNS);
    let chunk = ((CHUNK / chunk_columns).max(1), chunk_columns);
    let data = growing(group).chunk(chunk).empty::<T>().shape((0.., columns)).create(name)?;
    put_text(&data, layout::UNITS, &info.unit)?;
    Ok(data)
}

/// Gives the first report of each population the name of its population too, which SONATA tools look for, unless a report
/// has that name. The reports, as (population, group), are all there.
pub(crate) fn link_populations<'r>(
    parent: &Group,
    reports: impl IntoIterator<Item = (&'r str, &'r str)>,
) -> hdf5::Result<()> {
    for (population, name) in reports {
        if !parent.link_exists(population) {
            parent.link_hard(name, population)?;
        }
    }
    Ok(())
}

/// Writes `mapping`, neighbouring columns of one node together, and returns its `time`.
fn create_mapping(group: &Group, info: &ReportInfo, elements: Elements) -> hdf5::Result<Dataset> {
    let mapping = group.create_group("mapping")?;
    let columns = info.node_ids.len();
    let mut nodes = info.node_ids.clone();
    nodes.dedup();
    let mut pointers = vec![0];
    pointers.extend(
        (1..columns as u64).zip(info.node_ids.windows(2)).filter(|(_, pair)| pair[0] != pair[1]).map(|at| at.0),
    );
    pointers.push(columns as u64);
    let node_ids = fixed(&mapping, layout::NODE_IDS, &nodes)?;
    put(&node_ids, "sorted", &u8::from(nodes.is_sorted()))?;
    fixed(&mapping, "index_pointers", &pointers)?;
    mapping.link_hard("index_pointers", "index_pointer")?;
    let Elements { mut ids, mut positions, .. } = elements;
    ids.resize(columns, 0);
    positions.resize(columns, 0.0);
    fixed(&mapping, "element_ids", &ids)?;
    fixed(&mapping, "element_pos", &positions)?;
    let time = fixed(&mapping, "time", &[info.first_ms, info.first_ms, info.every_ms])?;
    put_text(&time, layout::UNITS, "ms")?;
    Ok(time)
}
