//! What a case has as arrays, checked: times on the grid, ids of cells.

use super::Reader;
use crate::error::Error;

impl Reader<'_> {
    pub(super) fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason: reason.into() }
    }

    pub(super) fn bad_array(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    pub(super) fn steps(&self, object: &str) -> Result<Vec<u64>, Error> {
        let step =
            |time: &f64| self.clock.nearest_step(*time).map_err(|error| self.bad_array(object, error.to_string()));
        self.arrays.f64(object)?.1.iter().map(step).collect()
    }

    pub(super) fn ids(&self, object: &str) -> Result<Vec<u32>, Error> {
        let (_, ids) = self.arrays.u64(object)?;
        let id = |id: u64| u32::try_from(id).map_err(|_| self.bad_array(object, format!("{id} is no index")));
        ids.into_iter().map(id).collect()
    }

    /// The spikes of a train, ascending.
    pub(super) fn spikes(&self, name: &str, cells: u32) -> Result<Vec<(u64, u32)>, Error> {
        let (times, ids) = (self.steps(&format!("{name}_times"))?, self.ids(&format!("{name}_ids"))?);
        let object = format!("{name}_ids");
        if times.len() != ids.len() || ids.iter().any(|id| *id >= cells) {
            return Err(self.bad_array(&object, format!("expected {} ids below {cells}", times.len())));
        }
        let mut spikes: Vec<_> = times.into_iter().zip(ids).collect();
        spikes.sort_unstable();
        Ok(spikes)
    }
}
