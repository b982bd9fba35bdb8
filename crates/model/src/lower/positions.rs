//! Where the cells of a design are.

use super::Lowering;
use crate::model::PopulationSpec;
use crate::placement::misfit;
use neuropil_network::position::Placement;

impl Lowering<'_> {
    /// The places of `cells` cells of a population, as many as it has at this scale; its random numbers are those of `number`.
    pub(super) fn positions(
        &mut self,
        spec: &PopulationSpec,
        placement: &Placement,
        (cells, number): (u32, u32),
    ) -> Option<Vec<[f64; 3]>> {
        let path = format!("{}.positions", spec.path);
        if let Some((field, message)) = misfit(placement, spec.cells) {
            self.fault(&format!("{path}.{field}"), message);
            return None;
        }
        match placement.place(cells, self.seed, number) {
            Ok(positions) => Some(positions),
            Err(points) => {
                self.fault(&path, format!("{points} points for {cells} cells"));
                None
            }
        }
    }
}
