//! Recordings, ours and those of other tools.

use std::path::Path;

use crate::Error;
use crate::foreign::nwb::is_nwb;
use crate::h5::arrays::Arrays;
use crate::layout;
use crate::recording::provenance::Provenance;

/// A recording opened for reading.
///
/// Besides our own files it reads the spikes and reports other SONATA tools write: `sorting` as an enumeration,
/// as text or absent, ids of any integer type, times of any floating-point type, filtered or not. The older form
/// with `/spikes/gids` and `/spikes/timestamps` has no population; it is read as one with the name `""`.
#[derive(Debug)]
pub struct Recording {
    pub(crate) arrays: Arrays,
}

/// A population as the recording describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PopulationRecord {
    /// Its name.
    pub name: String,
    /// Number of nodes; `None` in files that do not tell.
    pub size: Option<u64>,
    /// Index of its node 0 in the whole network.
    pub first_id: u64,
    /// Neuron model; empty if unknown.
    pub model: String,
    /// Cell type; empty if unknown.
    pub cell_type: String,
    /// 1 excitatory, -1 inhibitory, 0 neither or unknown.
    pub sign: i8,
    /// Position of each node in µm.
    pub positions_um: Option<Vec<[f64; 3]>>,
    /// Whether the recording has its spikes.
    pub has_spikes: bool,
    /// The nodes whose spikes it has, ascending, where these are not all.
    pub recorded_cells: Option<Vec<u64>>,
}

impl Recording {
    /// Opens a recording.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::NotHdf5`], [`Error::Truncated`], [`Error::Busy`] while it is being written, or
    /// [`Error::Missing`] if it holds neither spikes nor reports, [`Error::Request`] if it is an NWB session.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let recording = Self { arrays: Arrays::open(path)? };
        let arrays = &recording.arrays;
        if [layout::SPIKES, layout::REPORT, layout::NEUROPIL].iter().any(|group| arrays.has(group))
            || recording.is_flat_report()
        {
            return Ok(recording);
        }
        if is_nwb(arrays)? {
            let reason = "is an NWB session, no recording of a run: `neuropil import` makes its units one, and \
                          `neuropil run --replay` lets a model send their spikes";
            return Err(Error::request(path, reason));
        }
        Err(arrays.source().missing(layout::SPIKES, "spikes or reports in the SONATA layout"))
    }

    /// How the recording came to be; `None` for files of other tools.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`] or [`Error::Read`].
    pub fn provenance(&self) -> Result<Option<Provenance>, Error> {
        Provenance::read(self.arrays.source())
    }

    /// The scale at which the model ran; 1 where the file does not tell.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`] or [`Error::Read`].
    pub fn scale(&self) -> Result<f64, Error> {
        let source = self.arrays.source();
        let recorded =
            if self.arrays.has(layout::NEUROPIL) { source.number_attribute(layout::NEUROPIL, "scale")? } else { None };
        Ok(recorded.unwrap_or(1.0))
    }

    /// The populations in the order of the model; for files of other tools those with spikes, alphabetically.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], [`Error::Length`] or [`Error::Read`].
    pub fn populations(&self) -> Result<Vec<PopulationRecord>, Error> {
        if !self.arrays.has(layout::POPULATIONS) {
            let unknown = |name| PopulationRecord { name, has_spikes: true, ..Default::default() };
            return Ok(self.spike_populations()?.into_iter().map(unknown).collect());
        }
        let names = self.arrays.list(layout::POPULATIONS)?;
        let ordered = names.into_iter().map(|name| self.population(name)).collect::<Result<Vec<_>, _>>();
        let mut ordered = ordered?;
        ordered.sort_by_key(|(order, _)| *order);
        Ok(ordered.into_iter().map(|(_, record)| record).collect())
    }

    fn population(&self, name: String) -> Result<(u64, PopulationRecord), Error> {
        let source = self.arrays.source();
        let group = format!("{}/{name}", layout::POPULATIONS);
        let text = |attribute| Ok::<_, Error>(source.text_attribute(&group, attribute)?.unwrap_or_default());
        let size = source.number_attribute::<u64>(&group, "size")?;
        let record = PopulationRecord {
            size,
            first_id: source.number_attribute(&group, "first_id")?.unwrap_or(0),
            model: text("model")?,
            cell_type: text("cell_type")?,
            sign: source.number_attribute(&group, "sign")?.unwrap_or(0),
            positions_um: self.positions_um(&format!("{group}/positions_um"), size)?,
            has_spikes: self.arrays.has(&format!("{}/{name}", layout::SPIKES)),
            recorded_cells: self.recorded_cells(&format!("{group}/{}", layout::RECORDED_CELLS), size)?,
            name,
        };
        Ok((source.number_attribute(&group, "order")?.unwrap_or(u64::MAX), record))
    }

    fn recorded_cells(&self, object: &str, size: Option<u64>) -> Result<Option<Vec<u64>>, Error> {
        if !self.arrays.has(object) {
            return Ok(None);
        }
        let cells = self.arrays.u64_list(object)?;
        let most = size.unwrap_or(u64::MAX);
        let ascends = |index: usize| index == 0 || cells[index - 1] < cells[index];
        if let Some(index) = (0..cells.len()).find(|&index| !ascends(index) || cells[index] >= most) {
            let expected = format!("nodes that ascend, below {most}");
            return Err(self.arrays.source().value(object, index, cells[index].to_string(), &expected));
        }
        Ok(Some(cells))
    }

    fn positions_um(&self, object: &str, size: Option<u64>) -> Result<Option<Vec<[f64; 3]>>, Error> {
        if !self.arrays.has(object) {
            return Ok(None);
        }
        let (shape, values) = self.arrays.f64(object)?;
        let [rows, 3] = shape[..] else {
            return Err(self.arrays.source().wrong_type(object, &format!("of shape {shape:?}"), "the shape [n, 3]"));
        };
        if let Some(size) = size.filter(|&size| size != rows as u64) {
            return Err(self.arrays.source().length(object, rows, format!("{size}, the size of the population")));
        }
        Ok(Some(values.chunks_exact(3).map(|point| [point[0], point[1], point[2]]).collect()))
    }
}
