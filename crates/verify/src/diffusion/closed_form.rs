//! Runs that are formulas: unbounded tissue, and taps.

use super::Reader;
use super::compare::Found;
use super::header::{At, Axis, Expected, Formula, Quantity, Run};
use crate::error::Error;
use neuropil_neuromod::field::closed_form::Unbounded;
use neuropil_neuromod::taps::Way;

impl Reader<'_> {
    pub(super) fn closed_form(&self, run: &Run, entry: &Expected) -> Result<Found, Error> {
        let formula = run.formula.ok_or_else(|| self.wrong(run, "`formula` is missing"))?;
        let [own] = self.species_of(run, entry)?[..] else {
            return Err(self.wrong(run, format!("`{}` has several species", entry.dataset)));
        };
        let species = &run.species[own];
        let tissue = Unbounded {
            diffusivity: species.diffusivity_effective_um2_per_ms[0],
            loss: species.loss_per_ms,
            volume_fraction: run.tissue.volume_fraction,
        };
        let radii = match &entry.at {
            Some(At { radii: Some(radii), .. }) if entry.quantity == Quantity::ConcentrationNm => {
                self.numbers(radii)?
            }
            _ => return Err(self.wrong(run, format!("`{}` is no concentration at radii", entry.dataset))),
        };
        let strength = self.strength(run, formula, &species.name)?;
        let at = |t: f64, r: f64| -> f64 {
            match formula {
                Formula::PointPulse => strength.iter().map(|(start, n)| tissue.point_pulse(*n, r, t - start)).sum(),
                Formula::PointSourceOn => {
                    strength.iter().map(|(start, q)| tissue.point_source_on(*q, r, t - start)).sum()
                }
                Formula::PointSourceSteady => strength.iter().map(|(_, q)| tissue.point_source_steady(*q, r)).sum(),
                Formula::SpherePulse => run
                    .filled_sphere
                    .as_ref()
                    .map_or(f64::NAN, |ball| tissue.sphere_pulse(ball.concentration_nm, ball.radius_um, r, t)),
            }
        };
        let times = entry.times();
        let values = times.iter().flat_map(|t| radii.iter().map(move |r| (*t, *r))).map(|(t, r)| at(t, r)).collect();
        Ok(Found { shape: [times.len(), 1, radii.len(), 1], places: [radii.len(), 1, 1], values })
    }

    /// (start, molecules or rate) of what is released.
    fn strength(&self, run: &Run, formula: Formula, species: &str) -> Result<Vec<(f64, f64)>, Error> {
        let mut all = Vec::new();
        let mut add = |starts: &str, amounts: &str| -> Result<(), Error> {
            all.extend(self.numbers(starts)?.into_iter().zip(self.numbers(amounts)?));
            Ok(())
        };
        if matches!(formula, Formula::PointPulse) {
            for own in run.deposits.iter().filter(|own| own.species == species) {
                add(&own.time_ms, &own.molecules)?;
            }
        }
        if matches!(formula, Formula::PointSourceOn | Formula::PointSourceSteady) {
            for own in run.sources.iter().filter(|own| own.species == species) {
                add(&own.start_ms, &own.rate_molecules_per_ms)?;
            }
        }
        Ok(all)
    }

    pub(super) fn taps(&self, run: &Run, entry: &Expected) -> Result<Found, Error> {
        let (Some(taps), Some(species)) = (&run.taps, run.species.first()) else {
            return Err(self.wrong(run, "`taps` or `species` is missing"));
        };
        let way = Way {
            distance: taps.distance_um,
            diffusivity: species.diffusivity_effective_um2_per_ms[0],
            loss: species.loss_per_ms,
            k_off: taps.k_off_per_ms,
            taus: taps.tau_ms.clone(),
        };
        match entry.quantity {
            Quantity::Taps => Ok(Found::list(Axis::Tap, way.taps(taps.bin_ms, taps.count))),
            Quantity::TapsCumulative => Ok(Found::list(Axis::TapEdge, way.edges(taps.bin_ms, taps.count))),
            Quantity::TapsDcGain => Ok(Found::list(Axis::Tap, vec![way.dc_gain()])),
            other => Err(self.wrong(run, format!("`{}`: taps have no {other:?}", entry.dataset))),
        }
    }
}
