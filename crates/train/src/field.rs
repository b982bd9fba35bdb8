//! The section `carrier` of a task file: the tissue that carries credit from cell to cell.

use neuropil_core::Clock;
use neuropil_engine::carrier::{CarrierError, Chemical, Spread};
use neuropil_model::fields::Fields;
use neuropil_model::placement;
use neuropil_model::sections::carrier::{self, CarrierSettings, TissueSettings};
use neuropil_network::position::Placement;
use neuropil_plasticity::carrier::CarrierKind;

/// The tissue of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSettings {
    /// Where cells are.
    pub positions: Placement,
    /// Everything else.
    pub tissue: TissueSettings,
}

/// Reads the section, of a task with `cells` cells: what carries rules that are named without a carrier, and the tissue.
pub(crate) fn read(mut own: Fields, clock: Clock, cells: usize) -> Option<(CarrierKind, Option<FieldSettings>)> {
    let (reader, path) = (own.reader, own.path.clone());
    let positions_path = own.path_of("positions");
    let positions = own.get("positions").map(|node| placement(reader, node, &positions_path, "cells"));
    let section = carrier::carrier(own, clock, positions.is_some());
    if positions.is_none() && section.as_ref().is_none_or(|own| own.tissue.is_some()) {
        reader.fault(&path, "`positions` is missing: where the cells are");
    }
    let CarrierSettings { kind, tissue } = section?;
    let Some(tissue) = tissue else { return Some((kind, None)) };
    let settings = FieldSettings { positions: positions??.0, tissue };
    // A first seed stands for all.
    match settings.carrier(Spread::Field, cells, 1) {
        Ok(_) => Some((kind, Some(settings))),
        Err(fault) => {
            carrier::tell(reader, &path, &fault);
            None
        }
    }
}

impl FieldSettings {
    /// The cells' places in a run of a seed, um.
    ///
    /// # Errors
    /// A list of places for another number of cells.
    pub fn places(&self, cells: usize, seed: u64) -> Result<Vec<[f64; 3]>, CarrierError> {
        let count = u32::try_from(cells).unwrap_or(u32::MAX);
        self.positions.place(count, seed, 0).map_err(|found| CarrierError::Unfit {
            what: "positions",
            reason: format!("found {found}, but there are {cells} cells"),
        })
    }

    /// The carrier of `cells` cells in a run of a seed.
    ///
    /// # Errors
    /// Cells outside of the box, tissue without a gain for steady emission.
    pub fn carrier(&self, spread: Spread, cells: usize, seed: u64) -> Result<Chemical, CarrierError> {
        Chemical::new(self.tissue.plan(spread, self.places(cells, seed)?))
    }
}
