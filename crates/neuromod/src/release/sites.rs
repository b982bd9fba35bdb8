//! Where cells release: points around the soma, fixed for a run.

use crate::error::NeuromodError;
use crate::field::{Site, Space};
use neuropil_core::{Stream, StreamKey};
use rand_distr::{Distribution, StandardNormal};

/// How the release points of a cell lie around its soma.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scatter {
    /// Points a cell.
    pub points: u32,
    /// Standard deviation along each axis, um; 0 is the soma.
    pub sd_um: f64,
}

impl Default for Scatter {
    /// 32 points, 60 um: an axon fills a volume.
    fn default() -> Self {
        Self { points: 32, sd_um: 60.0 }
    }
}

/// The release points of all cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    sites: Vec<Site>,
    /// Points of cell i are `first[i] .. first[i + 1]`.
    first: Vec<usize>,
}

impl Sites {
    /// Points around each of `somata`, cells of population `population`. Points beyond a wall are mirrored at it.
    ///
    /// # Errors
    /// A soma outside of the box, or a spread that is no length.
    pub fn scattered(
        space: &Space,
        somata: &[[f64; 3]],
        scatter: Scatter,
        (seed, population): (u64, u32),
    ) -> Result<Self, NeuromodError> {
        if !(scatter.sd_um.is_finite() && scatter.sd_um >= 0.0) || scatter.points == 0 {
            let reason =
                format!("found {} points of {} um, must be at least 1 of >= 0 um", scatter.points, scatter.sd_um);
            return Err(NeuromodError::Property { name: "release sites", reason });
        }
        let Space::Voxels { grid, .. } = space else {
            return Err(NeuromodError::Property {
                name: "release sites",
                reason: "compartments have no points".into(),
            });
        };
        let key = StreamKey::new(seed, Stream::ReleaseSite, population);
        let points = if scatter.sd_um == 0.0 { 1 } else { scatter.points };
        let mut sites = Vec::with_capacity(somata.len() * points as usize);
        for (cell, soma) in (0..).zip(somata) {
            grid.site(*soma)?;
            for point in 0..points {
                let mut rng = key.at(cell, u64::from(point));
                let place = std::array::from_fn(|axis| {
                    let step: f64 = StandardNormal.sample(&mut rng);
                    mirrored(soma[axis] + scatter.sd_um * step, grid.size()[axis])
                });
                sites.push(grid.site(place)?);
            }
        }
        Ok(Self { sites, first: (0..=somata.len()).map(|cell| cell * points as usize).collect() })
    }

    /// One point a cell: a soma, or its compartment.
    pub fn single(sites: Vec<Site>) -> Self {
        Self { first: (0..=sites.len()).collect(), sites }
    }

    /// Adds the cells of `other` behind those here.
    pub fn append(&mut self, other: &Self) {
        let before = self.sites.len();
        self.sites.extend_from_slice(&other.sites);
        self.first.extend(other.first[1..].iter().map(|first| before + first));
    }

    /// Those of a cell.
    pub fn of(&self, cell: usize) -> &[Site] {
        &self.sites[self.first[cell]..self.first[cell + 1]]
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.first.len() - 1
    }
}

/// The point folded into 0 … size.
fn mirrored(x: f64, size: f64) -> f64 {
    let x = x.rem_euclid(2.0 * size);
    if x > size { 2.0 * size - x } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Grid;

    fn space() -> Space {
        Space::voxels(Grid::new([100; 3], [10.0; 3]).unwrap(), 0.2).unwrap()
    }

    /// Position of a site on the grid of 10 um.
    fn place(site: &Site, axis: usize) -> f64 {
        let index = [site.base / 10_000, site.base / 100 % 100, site.base % 100][axis];
        10.0 * (f64::from(index) + site.fraction[axis] + 0.5)
    }

    /// Variance 60² along each axis, within five standard errors of 6,400 points; the same points for the same seed.
    #[test]
    fn points_are_gaussian_around_the_soma() {
        let somata = vec![[500.0; 3]; 200];
        let sites = Sites::scattered(&space(), &somata, Scatter::default(), (1, 0)).unwrap();
        for axis in 0..3 {
            let all: Vec<f64> =
                (0..200).flat_map(|cell| sites.of(cell)).map(|site| place(site, axis) - 500.0).collect();
            let variance = all.iter().map(|x| x * x).sum::<f64>() / all.len() as f64;
            assert!((variance / 3600.0 - 1.0).abs() < 5.0 * (2.0 / all.len() as f64).sqrt(), "{variance}");
        }
        assert_eq!(sites, Sites::scattered(&space(), &somata, Scatter::default(), (1, 0)).unwrap());
        assert_ne!(sites, Sites::scattered(&space(), &somata, Scatter::default(), (2, 0)).unwrap());
    }

    #[test]
    fn points_stay_inside_and_zero_spread_is_the_soma() {
        assert_eq!([mirrored(-3.0, 10.0), mirrored(12.0, 10.0), mirrored(27.0, 10.0)], [3.0, 8.0, 7.0]);
        let soma =
            Sites::scattered(&space(), &[[333.0, 0.0, 999.0]], Scatter { points: 5, sd_um: 0.0 }, (1, 0)).unwrap();
        assert_eq!(soma.of(0).len(), 1);
        assert!((place(&soma.of(0)[0], 0) - 333.0).abs() < 1e-9);
        assert!(Sites::scattered(&space(), &[[1001.0, 0.0, 0.0]], Scatter::default(), (1, 0)).is_err());
        assert!(Sites::scattered(&space(), &[[1.0; 3]], Scatter { points: 1, sd_um: -1.0 }, (1, 0)).is_err());
    }
}
