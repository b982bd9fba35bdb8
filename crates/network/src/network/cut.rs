//! How cells are cut into blocks.

use super::{Design, Part};
use crate::delivery::BLOCK_CELLS;
use crate::error::NetworkError;
use neuropil_core::Real;

/// Blocks where the user asks for no number: enough for two threads once a network is worth dividing.
pub(super) fn default_blocks(cells: u64) -> u64 {
    let least = cells.div_ceil(BLOCK_CELLS as u64);
    if cells < 4096 { least.max(1) } else { least.max(2) }
}

/// Cuts the cells, in the order of global ids, into blocks of equal size up to one cell.
pub(super) fn cut<R: Real>(design: &Design<R>, blocks: Option<u32>) -> Result<Vec<Vec<Part>>, NetworkError> {
    let cells = design.cells();
    let wanted = design.blocks(blocks);
    if wanted == 0 || cells.div_ceil(wanted) > BLOCK_CELLS as u64 || (wanted > cells && wanted > 1) {
        return Err(NetworkError::Blocks { blocks: u32::try_from(wanted).unwrap_or(u32::MAX), cells });
    }
    let end_of = |block: u64| (block + 1) * cells / wanted;
    let mut cut = vec![Vec::new()];
    let mut id = 0_u64;
    let mut offset = 0_usize;
    for (population, own) in design.populations.iter().enumerate() {
        let mut start = 0_u32;
        while start < own.cells {
            if id == end_of(cut.len() as u64 - 1) {
                cut.push(Vec::new());
                offset = 0;
            }
            let room = end_of(cut.len() as u64 - 1) - id;
            let end = start
                + u32::try_from(room.min(u64::from(own.cells - start))).expect("at most the rest of the population");
            let first_id = u32::try_from(id).expect("ids are checked");
            let part = Part { population, cells: start..end, offset, first_id };
            cut.last_mut().expect("there is a first block").push(part);
            offset += (end - start) as usize;
            id += u64::from(end - start);
            start = end;
        }
    }
    Ok(cut)
}
