//! Edges of a SONATA circuit, streamed by target, with the indices that tell which edges a node has.

use crate::foreign::sonata_writer::create_file;
use crate::h5::attribute::put_text;
use crate::h5::column::Column;
use crate::{Error, h5::written};
use hdf5::{Dataset, File, Group};
use std::path::{Path, PathBuf};

/// Ranges of the index of sources that are held at a time, at least.
const RANGES: u64 = if cfg!(test) { 5 } else { 1 << 22 };
/// The sources are read back so many times, about, at most: two bytes an edge are held then.
const PASSES: u64 = 8;
/// Edges that are read back at a time.
const READ: usize = if cfg!(test) { 7 } else { 1 << 20 };

/// A population of edges.
#[derive(Debug, Clone)]
pub struct EdgeInfo<'a> {
    /// Its name.
    pub population: &'a str,
    /// Population of the sending nodes, and how many there are.
    pub source: (&'a str, u64),
    /// Population of the receiving nodes, and how many there are.
    pub target: (&'a str, u64),
    /// The type of all edges.
    pub type_id: i64,
    /// Whether each edge has a `syn_weight` of its own.
    pub weights: bool,
    /// Whether each edge has a `delay` (ms) of its own.
    pub delays: bool,
}

/// Some edges; lists that the population does not have stay empty.
#[derive(Debug, Clone, Default)]
pub struct EdgeBlock {
    /// Sending nodes.
    pub sources: Vec<u64>,
    /// Receiving nodes; they never fall.
    pub targets: Vec<u64>,
    /// Weights in the unit of the target's model.
    pub weights: Vec<f64>,
    /// Delays in ms.
    pub delays_ms: Vec<f64>,
}

/// A file of edges while it is written.
pub struct EdgeFile {
    path: PathBuf,
    file: File,
    group: Group,
    sources: Column<u64>,
    targets: Column<u64>,
    type_ids: Column<i64>,
    group_ids: Column<u32>,
    group_index: Column<u64>,
    weights: Option<Column<f64>>,
    delays: Option<Column<f64>>,
    type_id: i64,
    edges: u64,
    /// Runs of one source among consecutive edges, by source.
    runs: Vec<u64>,
    last_source: Option<u64>,
    /// Edges of each target.
    in_degrees: Vec<u64>,
}

impl EdgeFile {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn create(path: &Path, info: &EdgeInfo<'_>) -> Result<Self, Error> {
        let at = |source: hdf5::Error| Error::write(path, format!("/edges/{}", info.population), &source);
        let file = create_file(path)?;
        let group = file.create_group(&format!("/edges/{}", info.population)).map_err(at)?;
        let own = group.create_group("0").map_err(at)?;
        let end = |name: &str, population: &str| -> hdf5::Result<Column<u64>> {
            let column = Column::create(&group, name)?;
            put_text(column.dataset(), "node_population", population)?;
            Ok(column)
        };
        let count = |nodes: u64| usize::try_from(nodes).unwrap_or(usize::MAX);
        Ok(Self {
            path: path.to_owned(),
            sources: end("source_node_id", info.source.0).map_err(at)?,
            targets: end("target_node_id", info.target.0).map_err(at)?,
            type_ids: Column::create(&group, "edge_type_id").map_err(at)?,
            group_ids: Column::create(&group, "edge_group_id").map_err(at)?,
            group_index: Column::create(&group, "edge_group_index").map_err(at)?,
            weights: info.weights.then(|| Column::create(&own, "syn_weight")).transpose().map_err(at)?,
            delays: info.delays.then(|| Column::create(&own, "delay")).transpose().map_err(at)?,
            type_id: info.type_id,
            edges: 0,
            runs: vec![0; count(info.source.1)],
            last_source: None,
            in_degrees: vec![0; count(info.target.1)],
            file,
            group,
        })
    }

    /// Adds edges; their targets do not lie before those of the blocks before.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], [`Error::Refused`] for targets out of order or nodes that do not exist.
    pub fn append(&mut self, block: EdgeBlock) -> Result<(), Error> {
        let count = block.sources.len();
        let refused = |found: String, expected: &str| Error::refused("edges", found, expected);
        for (&source, &target) in block.sources.iter().zip(&block.targets) {
            let slots = (usize::try_from(source).ok(), usize::try_from(target).ok());
            let runs = slots.0.and_then(|source| self.runs.get_mut(source));
            let in_degree = slots.1.and_then(|target| self.in_degrees.get_mut(target));
            let (Some(runs), Some(in_degree)) = (runs, in_degree) else {
                return Err(refused(format!("an edge from node {source} to node {target}"), "nodes that exist"));
            };
            if self.last_source != Some(source) {
                *runs += 1;
            }
            *in_degree += 1;
            self.last_source = Some(source);
        }
        if !block.targets.is_sorted() || block.targets.len() != count {
            return Err(refused("targets out of order".into(), "edges by target"));
        }
        let lengths = [(&self.weights, &block.weights), (&self.delays, &block.delays_ms)];
        if lengths.iter().any(|(column, values)| values.len() != if column.is_some() { count } else { 0 }) {
            return Err(refused("lists of other lengths".into(), "one value an edge"));
        }
        self.store(block, count as u64).map_err(|source| Error::write(&self.path, "edges", &source))
    }

    fn store(&mut self, block: EdgeBlock, count: u64) -> hdf5::Result<()> {
        let length = block.sources.len();
        self.sources.append(block.sources)?;
        self.targets.append(block.targets)?;
        self.type_ids.append(vec![self.type_id; length])?;
        self.group_ids.append(vec![0; length])?;
        self.group_index.append((self.edges..self.edges + count).collect())?;
        if let Some(weights) = &mut self.weights {
            weights.append(block.weights)?;
        }
        if let Some(delays) = &mut self.delays {
            delays.append(block.delays_ms)?;
        }
        self.edges += count;
        Ok(())
    }

    /// Writes the indices, closes the file and returns the number of edges.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<u64, Error> {
        let path = self.path.clone();
        let at = |source: hdf5::Error| Error::write(&path, "the indices of edges", &source);
        self.close_columns().map_err(at)?;
        let indices = self.group.create_group("indices").map_err(at)?;
        self.index_targets(&indices).map_err(at)?;
        self.index_sources(&indices).map_err(at)?;
        let edges = self.edges;
        let Self { file, group, sources, targets, type_ids, group_ids, group_index, weights, delays, .. } = self;
        drop((indices, group, sources, targets, type_ids, group_ids, group_index, weights, delays));
        written::finish(file, &path)?;
        Ok(edges)
    }

    fn close_columns(&mut self) -> hdf5::Result<()> {
        for column in [&mut self.sources, &mut self.targets, &mut self.group_index] {
            column.store()?;
        }
        self.type_ids.store()?;
        self.group_ids.store()?;
        [&mut self.weights, &mut self.delays].into_iter().flatten().try_for_each(Column::store)
    }

    /// Edges lie by target: each has one range.
    fn index_targets(&self, indices: &Group) -> hdf5::Result<()> {
        let owners = self.in_degrees.iter().map(|edges| u64::from(*edges > 0)).collect::<Vec<_>>();
        let mut edge = 0;
        let ranges = self.in_degrees.iter().filter(|edges| **edges > 0).map(|edges| {
            edge += edges;
            [edge - edges, edge]
        });
        let ranges: Vec<u64> = ranges.flatten().collect();
        let (dataset, _) = index(indices, "target_to_source", &owners)?;
        write_rows(&dataset, 0, &ranges)
    }

    /// A source has as many ranges as there are runs of its edges. They are gathered for as many sources at a time as
    /// memory allows, by reading the sources back.
    fn index_sources(&self, indices: &Group) -> hdf5::Result<()> {
        let (dataset, starts) = index(indices, "source_to_target", &self.runs)?;
        let held = RANGES.max(starts[self.runs.len()].div_ceil(PASSES));
        let mut first = 0;
        while first < self.runs.len() {
            let mut end = first + 1;
            while end < self.runs.len() && starts[end + 1] - starts[first] <= held {
                end += 1;
            }
            let gathered = self.gather(first..end, &starts)?;
            write_rows(&dataset, starts[first], &gathered)?;
            first = end;
        }
        Ok(())
    }

    fn gather(&self, sources: std::ops::Range<usize>, starts: &[u64]) -> hdf5::Result<Vec<u64>> {
        let size = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        let base = starts[sources.start];
        let mut ranges = vec![0_u64; 2 * size(starts[sources.end] - base)];
        let mut next: Vec<u64> = starts[sources.clone()].iter().map(|start| start - base).collect();
        let mut last = None;
        let mut edge = 0_u64;
        let total = size(self.edges);
        let mut from = 0;
        while from < total {
            let to = total.min(from + READ);
            let piece = self.sources.dataset().read_slice_1d::<u64, _>(from..to)?;
            for &source in &piece {
                let slot = size(source);
                if sources.contains(&slot) {
                    let own = &mut next[slot - sources.start];
                    if last != Some(source) {
                        ranges[2 * size(*own)] = edge;
                        *own += 1;
                    }
                    ranges[2 * size(*own) - 1] = edge + 1;
                }
                last = Some(source);
                edge += 1;
            }
            from = to;
        }
        Ok(ranges)
    }
}

/// Creates an index: where the ranges of each node lie, and room for the ranges. Returns that, and the first range of
/// each node (one more than nodes).
fn index(indices: &Group, name: &str, counts: &[u64]) -> hdf5::Result<(Dataset, Vec<u64>)> {
    let group = indices.create_group(name)?;
    let mut starts = vec![0];
    for count in counts {
        starts.push(starts[starts.len() - 1] + count);
    }
    let pairs: Vec<u64> = starts.windows(2).flat_map(|pair| [pair[0], pair[1]]).collect();
    let nodes = group.new_dataset::<u64>().shape((counts.len(), 2)).obj_track_times(false);
    write_rows(&nodes.create("node_id_to_ranges")?, 0, &pairs)?;
    // bmtk knows the singular name only.
    group.link_hard("node_id_to_ranges", "node_id_to_range")?;
    let total = usize::try_from(starts[counts.len()]).unwrap_or(usize::MAX);
    let ranges = group.new_dataset::<u64>().shape((total, 2)).obj_track_times(false).create("range_to_edge_id")?;
    Ok((ranges, starts))
}

/// Writes pairs from row `first` on.
fn write_rows(dataset: &Dataset, first: u64, pairs: &[u64]) -> hdf5::Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let rows = pairs.len() / 2;
    dataset.write_slice(ndarray::ArrayView2::from_shape((rows, 2), pairs)?, (first..first + rows, ..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arrays;

    fn file(path: &Path) -> EdgeFile {
        let info = EdgeInfo {
            population: "a_b",
            source: ("a", 6),
            target: ("b", 4),
            type_id: 100,
            weights: true,
            delays: false,
        };
        EdgeFile::create(path, &info).unwrap()
    }

    fn block(pairs: &[(u64, u64)]) -> EdgeBlock {
        EdgeBlock {
            sources: pairs.iter().map(|pair| pair.0).collect(),
            targets: pairs.iter().map(|pair| pair.1).collect(),
            weights: vec![1.5; pairs.len()],
            delays_ms: Vec::new(),
        }
    }

    /// Sources with many ranges, with one over the border of two targets and of two blocks, and with none; more ranges than
    /// are gathered at a time.
    #[test]
    fn the_indices_give_the_edges_of_every_node() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edges.h5");
        let pairs = [
            (0, 0),
            (0, 0),
            (1, 0),
            (0, 0),
            (2, 0),
            (2, 1),
            (1, 1),
            (5, 1),
            (5, 3),
            (0, 3),
            (1, 3),
            (0, 3),
            (2, 3),
            (0, 3),
            (5, 3),
        ];
        let mut edges = file(&path);
        pairs.chunks(4).for_each(|pairs| edges.append(block(pairs)).unwrap());
        assert_eq!(edges.finish().unwrap(), 15);
        let arrays = Arrays::open(&path).unwrap();
        let list = |object: &str| arrays.u64(&format!("/edges/a_b/{object}")).unwrap().1;
        let size = |number: u64| usize::try_from(number).unwrap();
        for (index, by_source, nodes) in [("source_to_target", true, 6), ("target_to_source", false, 4)] {
            let end = |pair: &(u64, u64)| if by_source { pair.0 } else { pair.1 };
            let of_node = list(&format!("indices/{index}/node_id_to_ranges"));
            let ranges = list(&format!("indices/{index}/range_to_edge_id"));
            for node in 0..nodes {
                let own = size(of_node[size(2 * node)])..size(of_node[size(2 * node + 1)]);
                let found: Vec<u64> = own.flat_map(|range| ranges[2 * range]..ranges[2 * range + 1]).collect();
                let expected: Vec<u64> =
                    (0..).zip(&pairs).filter(|(_, pair)| end(pair) == node).map(|(edge, _)| edge).collect();
                assert_eq!(found, expected, "{index} of node {node}");
            }
        }
        assert_eq!(list("edge_group_index"), (0..15).collect::<Vec<u64>>());
    }

    #[test]
    fn edges_that_cannot_be_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut edges = file(&folder.path().join("edges.h5"));
        assert!(matches!(edges.append(block(&[(6, 0)])), Err(Error::Refused { .. })));
        assert!(matches!(edges.append(block(&[(0, 2), (0, 1)])), Err(Error::Refused { .. })));
        let bare = EdgeBlock { weights: Vec::new(), ..block(&[(0, 0)]) };
        assert!(matches!(edges.append(bare), Err(Error::Refused { .. })));
    }
}
