//! What a recording says of each population: a group of its own.

use crate::h5::attribute::{put, put_text};
use crate::layout::{self, RECORDED_CELLS};
use crate::recording::header::Header;
use hdf5::{Dataset, File, Group};
use ndarray::ArrayView2;

/// Makes the groups, in the order of the header.
pub(crate) fn create_populations(file: &File, header: &Header) -> hdf5::Result<()> {
    let parent = file.create_group(layout::POPULATIONS)?;
    for (order, population) in (0_u32..).zip(&header.populations) {
        let group = parent.create_group(&population.name)?;
        put(&group, "size", &population.size)?;
        put_text(&group, "model", &population.model)?;
        put_text(&group, "cell_type", &population.cell_type)?;
        put(&group, "sign", &population.sign)?;
        put(&group, "first_id", &population.first_id)?;
        put(&group, "order", &order)?;
        if let Some(cells) = &population.recorded_cells {
            let dataset =
                group.new_dataset::<u64>().shape(cells.len()).obj_track_times(false).create(RECORDED_CELLS)?;
            dataset.write(cells)?;
        }
        if let Some(positions_um) = &population.positions_um {
            write_positions(&group, positions_um)?;
        }
    }
    Ok(())
}

fn write_positions(group: &Group, positions_um: &[[f64; 3]]) -> hdf5::Result<Dataset> {
    let dataset =
        group.new_dataset::<f64>().shape((positions_um.len(), 3)).obj_track_times(false).create("positions_um")?;
    dataset.write(ArrayView2::from(positions_um))?;
    Ok(dataset)
}
