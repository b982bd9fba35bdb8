//! Recorded weights while they are written.

use std::path::Path;

use hdf5::Group;
use hdf5::types::VarLenUnicode;

use crate::Error;
use crate::h5::attribute::{put, put_text};
use crate::h5::column::Column;
use crate::layout;
use crate::recording::header::{ChangedWeights, WeightBlock, WeightCourse};

/// The projections whose weights are recorded.
pub(crate) struct WeightSinks {
    parent: Group,
    sinks: Vec<WeightSink>,
}

impl WeightSinks {
    /// Those of a group, which has none yet that is still being written.
    pub(crate) fn new(parent: Group) -> Self {
        Self { parent, sinks: Vec::new() }
    }

    pub(crate) fn append(&mut self, path: &Path, block: WeightBlock) -> Result<(), Error> {
        let place = match self.sinks.iter().position(|sink| sink.projection == block.projection) {
            Some(place) => place,
            None => {
                let order = u32::try_from(self.sinks.len()).unwrap_or(u32::MAX);
                let sink = WeightSink::create(&self.parent, &block, order)
                    .map_err(|source| Error::write(path, layout::WEIGHTS, &source))?;
                self.sinks.push(sink);
                self.sinks.len() - 1
            }
        };
        let sink = &mut self.sinks[place];
        sink.append(block).map_err(|source| Error::write(path, &sink.object, &source))
    }

    pub(crate) fn store(&mut self, path: &Path) -> Result<(), Error> {
        self.sinks
            .iter_mut()
            .try_for_each(|sink| sink.store().map_err(|source| Error::write(path, &sink.object, &source)))
    }

    /// Puts weights in the place of those that were recorded before.
    pub(crate) fn change(&mut self, path: &Path, changed: &ChangedWeights) -> Result<(), Error> {
        self.store(path)?;
        let written = self.group_of(&changed.projection).and_then(|group| change(&group, changed));
        written.map_err(|source| Error::write(path, layout::WEIGHTS, &source))
    }

    /// The group of a projection, also where another session has written it.
    fn group_of(&self, projection: &str) -> hdf5::Result<Group> {
        for name in self.parent.member_names()? {
            let group = self.parent.group(&name)?;
            if group.attr("projection")?.read_scalar::<VarLenUnicode>()?.as_str() == projection {
                return Ok(group);
            }
        }
        Err(format!("there are no weights of a projection `{projection}`").into())
    }
}

/// When the weights of a dataset were as it says.
const TIME: &str = "time_ms";

fn change(group: &Group, changed: &ChangedWeights) -> hdf5::Result<()> {
    let dataset = group.dataset("weight")?;
    if dataset.shape() != [changed.weights.len()] {
        let found = changed.weights.len();
        return Err(format!("{found} weights of a projection with {:?} synapses", dataset.shape()).into());
    }
    dataset.write(&changed.weights)?;
    match dataset.attr(TIME) {
        Ok(time) => time.write_scalar(&changed.time_ms),
        Err(_) => put(&dataset, TIME, &changed.time_ms).map(drop),
    }
}

/// Growing datasets of equal length.
struct WeightSink {
    projection: String,
    object: String,
    sources: Column<u64>,
    targets: Column<u64>,
    weights: Column<f64>,
    /// The weights that the run began with, where they stay beside those of its end.
    initial_weights: Option<Column<f64>>,
    delays_ms: Column<f64>,
}

impl WeightSink {
    /// Opens the group of the `order`-th projection, described by its first block.
    fn create(parent: &Group, first: &WeightBlock, order: u32) -> hdf5::Result<Self> {
        let mut name = layout::weight_name(&first.projection);
        if parent.link_exists(&name) {
            name = format!("{name}_{order}");
        }
        let group = parent.create_group(&name)?;
        put_text(&group, "projection", &first.projection)?;
        put_text(&group, "source_population", &first.source_population)?;
        put_text(&group, "target_population", &first.target_population)?;
        if !first.receptor.is_empty() {
            put_text(&group, "receptor", &first.receptor)?;
        }
        put(&group, "order", &order)?;
        // One that is shorter than the others is the only one.
        let rows = first.sources.len() as u64;
        let weights = Column::sized(&group, "weight", rows)?;
        put_text(weights.dataset(), layout::UNITS, &first.unit)?;
        if first.course != WeightCourse::Fixed {
            put(weights.dataset(), TIME, &0.0)?;
        }
        let initial_weights = if first.course == WeightCourse::FirstAndLast {
            let initial = Column::sized(&group, "initial_weight", rows)?;
            put_text(initial.dataset(), layout::UNITS, &first.unit)?;
            Some(initial)
        } else {
            None
        };
        let delays_ms = Column::sized(&group, "delay_ms", rows)?;
        put_text(delays_ms.dataset(), layout::UNITS, "ms")?;
        Ok(Self {
            projection: first.projection.clone(),
            object: format!("{}/{name}", layout::WEIGHTS),
            sources: Column::sized(&group, "source_node_ids", rows)?,
            targets: Column::sized(&group, "target_node_ids", rows)?,
            weights,
            initial_weights,
            delays_ms,
        })
    }

    fn append(&mut self, block: WeightBlock) -> hdf5::Result<()> {
        self.sources.append(block.sources)?;
        self.targets.append(block.targets)?;
        if let Some(initial) = &mut self.initial_weights {
            initial.append(block.weights.clone())?;
        }
        self.weights.append(block.weights)?;
        self.delays_ms.append(block.delays_ms)
    }

    fn store(&mut self) -> hdf5::Result<()> {
        self.sources.store()?;
        self.targets.store()?;
        self.weights.store()?;
        self.initial_weights.iter_mut().try_for_each(Column::store)?;
        self.delays_ms.store()
    }
}
