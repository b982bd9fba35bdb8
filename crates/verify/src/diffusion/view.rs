//! What an entry looks at, taken from a field.

use super::Reader;
use super::compare::Found;
use super::header::{Expected, Quantity, Run};
use super::setup::Setup;
use crate::error::Error;
use neuropil_neuromod::field::{Field, Site};

/// Where values are taken.
enum Part {
    All,
    Voxels(Vec<usize>, [usize; 3]),
    Sites(Vec<Site>),
    Mode([f64; 3]),
}

/// What one entry looks at, and what it has seen.
pub(super) struct View<'e> {
    pub entry: &'e Expected,
    species: Vec<usize>,
    part: Part,
    frames: Vec<Vec<f64>>,
}

impl Reader<'_> {
    pub(super) fn view<'e>(&self, run: &Run, entry: &'e Expected, setup: &Setup) -> Result<View<'e>, Error> {
        let [nx, ny, nz] = setup.grid.shape();
        let part = match entry.at.as_ref() {
            Some(at) if at.voxels.is_some() => {
                let name = at.voxels.as_deref().unwrap_or_default();
                let (_, indices) = self.arrays.u64(name)?;
                let indices: Vec<usize> = indices.into_iter().filter_map(|i| usize::try_from(i).ok()).collect();
                let voxels = indices.chunks_exact(3).map(|v| [v[0], v[1], v[2]]);
                if !indices.len().is_multiple_of(3) || voxels.clone().any(|[i, j, k]| i >= nx || j >= ny || k >= nz) {
                    return Err(self.bad_array(name, format!("not indices into {:?} voxels", [nx, ny, nz])));
                }
                let voxels: Vec<usize> = voxels.map(|voxel| setup.grid.index(voxel)).collect();
                let count = voxels.len();
                Part::Voxels(voxels, [count, 1, 1])
            }
            Some(at) if at.within.is_some() => {
                let ranges = at.within.unwrap_or_default();
                if ranges.iter().zip([nx, ny, nz]).any(|([from, to], n)| from > to || *to > n) {
                    return Err(self.wrong(run, format!("box {ranges:?} is not inside {:?} voxels", [nx, ny, nz])));
                }
                let [x, y, z] = ranges.map(|[from, to]| from..to);
                let sizes = [x.len(), y.len(), z.len()];
                let rows = x.flat_map(|i| y.clone().map(move |j| (i, j)));
                let voxels = rows.flat_map(|(i, j)| z.clone().map(move |k| setup.grid.index([i, j, k])));
                Part::Voxels(voxels.collect(), sizes)
            }
            Some(at) if at.sites.is_some() => {
                let points = self.points(at.sites.as_deref().unwrap_or_default())?;
                let site = |point| setup.grid.site(point).map_err(|error| self.wrong(run, error));
                Part::Sites(points.into_iter().map(site).collect::<Result<_, _>>()?)
            }
            Some(at) if at.mode.is_some() => Part::Mode(at.mode.unwrap_or_default()),
            _ => Part::All,
        };
        Ok(View { entry, species: self.species_of(run, entry)?, part, frames: vec![Vec::new(); entry.times().len()] })
    }
}

impl View<'_> {
    /// Looks at the field, if `time_ms` is one of its times.
    pub fn look(&mut self, time_ms: f64, field: &Field, setup: &Setup) {
        for (time, frame) in self.entry.times().iter().zip(&mut self.frames) {
            if *time == time_ms {
                frame.clear();
                for &species in &self.species {
                    match self.entry.quantity {
                        Quantity::AmountMolecules => frame.push(field.amount(species)),
                        Quantity::MeanConcentrationNm => {
                            let c = field.concentration(species);
                            #[expect(clippy::cast_precision_loss, reason = "few voxels")]
                            frame.push(c.iter().sum::<f64>() / c.len() as f64);
                        }
                        _ => self.part.take(species, field, setup, frame),
                    }
                }
            }
        }
    }

    /// Everything seen; empty frames are times that never came.
    pub fn found(&self, setup: &Setup) -> Found {
        let places = match (&self.part, self.entry.quantity) {
            (_, Quantity::AmountMolecules | Quantity::MeanConcentrationNm) | (Part::Mode(_), _) => [1; 3],
            (Part::All, _) => setup.grid.shape(),
            (Part::Voxels(_, sizes), _) => *sizes,
            (Part::Sites(sites), _) => [sites.len(), 1, 1],
        };
        let shape = [self.frames.len(), self.species.len(), places.iter().product(), 1];
        Found { shape, places, values: self.frames.concat() }
    }
}

impl Part {
    fn take(&self, species: usize, field: &Field, setup: &Setup, frame: &mut Vec<f64>) {
        let c = field.concentration(species);
        match self {
            Part::All => frame.extend_from_slice(c),
            Part::Voxels(voxels, _) => frame.extend(voxels.iter().map(|voxel| c[*voxel])),
            Part::Sites(sites) => frame.extend(sites.iter().map(|site| field.sample(species, site))),
            Part::Mode(mode) => frame.push(amplitude(c, *mode, setup.grid.shape())),
        }
    }
}

/// Σ c m/Σ m², m = Π cos(n π x/L) at the centres.
#[expect(clippy::cast_precision_loss, reason = "few voxels")]
fn amplitude(c: &[f64], mode: [f64; 3], shape: [usize; 3]) -> f64 {
    let [_, ny, nz] = shape;
    let (mut sum, mut norm) = (0.0, 0.0);
    for (voxel, c) in c.iter().enumerate() {
        let index = [voxel / (ny * nz), voxel / nz % ny, voxel % nz];
        let along =
            |axis: usize| (mode[axis] * std::f64::consts::PI * (index[axis] as f64 + 0.5) / shape[axis] as f64).cos();
        let value = along(0) * along(1) * along(2);
        sum += c * value;
        norm += value * value;
    }
    sum / norm
}
