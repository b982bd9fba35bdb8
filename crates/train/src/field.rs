//! The section `carrier` of a task file: what carries credit from cell to cell.

use crate::initial::{Lattice, Owner, shuffled};
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::carrier::{Blur, BlurPlan, CarrierError, Chemical, OwnSignal, SiteOrder, Spread};
use neuropil_model::fields::Fields;
use neuropil_model::sections::carrier::{self, BlurGain, BlurSection, BlurSites, CarrierSettings, TissueSettings};
use neuropil_model::sections::table::Section;
use neuropil_model::sections::task_file::CarrierPlaces;
use neuropil_model::{misfit, placement};
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

/// What carries the rules of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Carriers {
    /// What carries those that are named without a carrier.
    pub kind: CarrierKind,
    /// The tissue, if there is any.
    pub field: Option<FieldSettings>,
    /// How learning signals blur.
    pub blur: BlurSection,
}

impl Carriers {
    /// Of a file without the section.
    pub const IDEAL: Self = Self { kind: CarrierKind::Ideal, field: None, blur: BlurSection::USUAL };

    /// The blur between `cells` cells in a run of a seed; they lie where
    /// `local_sigma` has them, if it `connects` them.
    ///
    /// # Errors
    /// Fewer cells than the lattice needs.
    pub fn blur(&self, cells: usize, seed: u64, connects: bool) -> Result<Blur, CarrierError> {
        let Lattice { edge, sites } = Lattice::of(seed, cells, connects);
        let order =
            || shuffled(&mut StreamKey::new(seed, Stream::Wiring, Owner::Recurrent as u32).at(0, 2), edge * edge);
        Blur::new(BlurPlan {
            edge,
            sites: sites[..cells].to_vec(),
            decay: self.blur.decay,
            is_normalised: self.blur.gain == BlurGain::Steady,
            order: match self.blur.spread {
                BlurSites::Near => SiteOrder::Near,
                BlurSites::Shuffled => SiteOrder::Shuffled(order()),
                BlurSites::ShuffledPerStep => SiteOrder::EachStep(seed),
            },
            own: self.blur.own,
        })
    }
}

/// Reads the section, of a task with `cells` cells.
pub(crate) fn read(mut own: Fields, clock: Clock, cells: usize) -> Option<Carriers> {
    let (reader, path) = (own.reader, own.path.clone());
    let positions_path = own.path_of("positions");
    CarrierPlaces::fields(&mut own);
    let positions = own.get("positions").map(|node| placement(reader, node, &positions_path, "cells"));
    let placed = positions.as_ref().and_then(|own| own.as_ref());
    let wrong = placed.and_then(|own| misfit(&own.0, u32::try_from(cells).unwrap_or(u32::MAX)));
    if let Some((field, message)) = wrong {
        reader.fault(&format!("{positions_path}.{field}"), message);
    }
    let section = carrier::carrier(own, clock, positions.is_some());
    if positions.is_none() && section.as_ref().is_none_or(|own| own.tissue.is_some()) {
        reader.fault(&path, "`positions` is missing: where the cells are");
    }
    let CarrierSettings { kind, tissue, blur } = section?;
    let none = Carriers { kind, field: None, blur };
    if let Err(fault) = none.blur(cells, 1, true)
        && (kind == CarrierKind::Blur || blur.own != OwnSignal::Returns)
        && blur.decay < 1.0
    {
        carrier::tell(reader, &path, &fault);
        return None;
    }
    let Some(tissue) = tissue else { return Some(none) };
    let settings = FieldSettings { positions: positions??.0, tissue };
    // A first seed stands for all.
    match settings.carrier(Spread::Field, cells, 1) {
        Ok(_) => Some(Carriers { field: Some(settings), ..none }),
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
