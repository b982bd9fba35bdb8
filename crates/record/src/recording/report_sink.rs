//! A report while it is written.

use hdf5::{Dataset, Group};

use crate::h5::attribute::{put, put_text};
use crate::h5::column::fixed;
use crate::layout;
use crate::recording::frame_sink::{FrameSink, create_data, create_time};
use crate::recording::header::ReportInfo;

/// How the columns of a report are laid out.
#[derive(Debug, Clone)]
pub(crate) struct Elements {
    /// Whether the values are kept in double precision too.
    pub(crate) exact: bool,
    /// How many frames to expect.
    pub(crate) frames: usize,
    /// The element of each column; all 0 where empty. Columns of one node stand together.
    pub(crate) ids: Vec<u32>,
    /// The place of each column along its element; all 0 where empty.
    pub(crate) positions: Vec<f32>,
}

impl Default for Elements {
    fn default() -> Self {
        Self { exact: true, frames: usize::MAX, ids: Vec::new(), positions: Vec::new() }
    }
}

/// Starts a report: `data` in single precision, the only one every SONATA reader takes, and the exact values beside it.
pub(crate) fn create(reports: &Group, name: &str, info: &ReportInfo, elements: Elements) -> hdf5::Result<FrameSink> {
    let group = reports.create_group(name)?;
    put_text(&group, "population", &info.population)?;
    put_text(&group, "variable", &info.variable)?;
    let shape = (&[info.node_ids.len()][..], elements.frames);
    let mut data = vec![create_data::<f32>(&group, "data", shape, &info.unit)?];
    if elements.exact {
        data.push(create_data::<f64>(&group, layout::DATA_F64, shape, &info.unit)?);
    }
    let time = create_mapping(&group, info, elements)?;
    Ok(sink(name, (data, time), info))
}

/// Goes on with a report after its first `frames` frames.
pub(crate) fn reopen(reports: &Group, (info, name): (&ReportInfo, &str), frames: usize) -> hdf5::Result<FrameSink> {
    let group = reports.group(name)?;
    let mut data = vec![group.dataset("data")?];
    if group.link_exists(layout::DATA_F64) {
        data.push(group.dataset(layout::DATA_F64)?);
    }
    sink(name, (data, group.dataset("mapping/time")?), info).after(frames)
}

fn sink(name: &str, datasets: (Vec<Dataset>, Dataset), info: &ReportInfo) -> FrameSink {
    let object = format!("{}/{name}/data", layout::REPORT);
    FrameSink::new(object, datasets, &[info.node_ids.len()], [info.first_ms, info.every_ms])
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
    create_time(&mapping, [info.first_ms, info.every_ms])
}
