//! Boxes of another tissue: `regions` of voxels.

use super::spec::Region;
use crate::document::{Node, join};
use crate::fields::{Reader, shown};
use neuropil_neuromod::field::Grid;

/// Names of the axes.
pub(crate) const AXES: [&str; 3] = ["x", "y", "z"];

impl Region {
    /// Reads one, of voxels that begin at `origin_um`; both unknown where they are faulty.
    pub(super) fn read(reader: &Reader<'_>, node: &Node, path: &str, room: Option<(Grid, [f64; 3])>) -> Option<Self> {
        let mut fields = reader.object(node, path, "region")?;
        let (low, high) = (fields.required_point("low_um"), fields.required_point("high_um"));
        let mut optional = |key: &str, expected: &str, holds: &dyn Fn(f64) -> bool| {
            fields.get(key).is_some().then(|| fields.number_or(key, 1.0, expected, holds))
        };
        let volume_fraction = optional("volume_fraction", "above 0, at most 1", &|alpha| alpha > 0.0 && alpha <= 1.0);
        let tortuosity = optional("tortuosity", "> 0", &|tortuosity| tortuosity > 0.0);
        fields.finish();
        let own = Self { low: low?, high: high?, volume_fraction, tortuosity };
        if own.volume_fraction.is_none() && own.tortuosity.is_none() {
            reader.fault(path, "has no effect: expected `volume_fraction`, `tortuosity` or both");
        }
        match own.misplaced(room) {
            None => Some(own),
            Some((key, message)) => {
                reader.fault(&join(path, key), message);
                None
            }
        }
    }

    /// Whether a place lies in it.
    pub(super) fn holds(&self, place: [f64; 3]) -> bool {
        (0..3).all(|axis| (self.low[axis]..self.high[axis]).contains(&place[axis]))
    }

    /// Why it holds the centre of no voxel: the field at fault, and what is wrong with it.
    fn misplaced(&self, room: Option<(Grid, [f64; 3])>) -> Option<(&'static str, String)> {
        let bounds = |axis: usize| [self.low[axis], self.high[axis]].map(shown);
        if let Some(axis) = (0..3).find(|axis| self.high[*axis] <= self.low[*axis]) {
            let ([low, high], name) = (bounds(axis), AXES[axis]);
            return Some(("high_um", format!("found {high} along {name}, must be above low_um = {low} there")));
        }
        let (grid, origin) = room?;
        for (axis, name) in AXES.iter().enumerate() {
            let (voxels, dx) = (grid.shape()[axis], grid.dx()[axis]);
            #[expect(clippy::cast_precision_loss, reason = "few voxels")]
            let place = |index: usize, part: f64| origin[axis] + (index as f64 + part) * dx;
            let [low, high] = bounds(axis);
            let (begin, end) = (place(0, 0.0), place(voxels, 0.0));
            if self.high[axis] <= begin || self.low[axis] >= end {
                let (begin, end) = (shown(begin), shown(end));
                let message = format!(
                    "found {low} to {high} along {name}, outside of the field, which reaches from {begin} to {end} um"
                );
                return Some(("low_um", message));
            }
            if !(0..voxels).any(|index| (self.low[axis]..self.high[axis]).contains(&place(index, 0.5))) {
                let message = format!(
                    "found {low} to {high} along {name}: the centre of no voxel lies there (a voxel is {} um long)",
                    shown(dx)
                );
                return Some(("low_um", message));
            }
        }
        None
    }
}
