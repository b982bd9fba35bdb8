//! The recorded weights of a projection while they are written.

use hdf5::Group;

use crate::h5::attribute::{put, put_text};
use crate::h5::column::Column;
use crate::layout;
use crate::recording::header::WeightBlock;

/// Four growing datasets of equal length.
pub(crate) struct WeightSink {
    pub(crate) projection: String,
    pub(crate) object: String,
    sources: Column<u64>,
    targets: Column<u64>,
    weights: Column<f64>,
    delays_ms: Column<f64>,
}

impl WeightSink {
    /// Opens the group of the `order`-th projection, described by its first block.
    pub(crate) fn create(parent: &Group, first: &WeightBlock, order: u32) -> hdf5::Result<Self> {
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
        let delays_ms = Column::sized(&group, "delay_ms", rows)?;
        put_text(delays_ms.dataset(), layout::UNITS, "ms")?;
        Ok(Self {
            projection: first.projection.clone(),
            object: format!("{}/{name}", layout::WEIGHTS),
            sources: Column::sized(&group, "source_node_ids", rows)?,
            targets: Column::sized(&group, "target_node_ids", rows)?,
            weights,
            delays_ms,
        })
    }

    pub(crate) fn append(&mut self, block: WeightBlock) -> hdf5::Result<()> {
        self.sources.append(block.sources)?;
        self.targets.append(block.targets)?;
        self.weights.append(block.weights)?;
        self.delays_ms.append(block.delays_ms)
    }

    pub(crate) fn store(&mut self) -> hdf5::Result<()> {
        self.sources.store()?;
        self.targets.store()?;
        self.weights.store()?;
        self.delays_ms.store()
    }
}
