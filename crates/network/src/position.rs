//! Where cells are: layer slab, box, sphere, grid, list. All in um.

use neuropil_core::{Stream, StreamKey};

/// A rule that places cells.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// Uniform in a box (a layer slab is a flat one).
    Box {
        /// Lower corner.
        origin: [f64; 3],
        /// Edge lengths.
        size: [f64; 3],
    },
    /// Uniform in a ball.
    Sphere {
        /// Centre.
        center: [f64; 3],
        /// Radius.
        radius: f64,
    },
    /// On a grid, x fastest; cells beyond its points are refused.
    Grid {
        /// First point.
        origin: [f64; 3],
        /// Distance of neighbours along each axis.
        spacing: [f64; 3],
        /// Points along each axis.
        shape: [u32; 3],
    },
    /// One point a cell.
    List(Vec<[f64; 3]>),
}

impl Placement {
    /// The positions of `cells` cells of population number `population`.
    ///
    /// # Errors
    /// The number of points there are, where they do not suffice (grid) or do not match (list).
    pub fn place(&self, cells: u32, seed: u64, population: u32) -> Result<Vec<[f64; 3]>, usize> {
        let key = StreamKey::new(seed, Stream::Position, population);
        match self {
            Placement::Box { origin, size } => Ok((0..cells)
                .map(|cell| {
                    let mut rng = key.at(cell, 0);
                    std::array::from_fn(|axis| origin[axis] + size[axis] * rng.unit())
                })
                .collect()),
            Placement::Sphere { center, radius } => Ok((0..cells)
                .map(|cell| {
                    let mut rng = key.at(cell, 0);
                    loop {
                        let point: [f64; 3] = std::array::from_fn(|_| 2.0 * rng.unit() - 1.0);
                        if point.iter().map(|x| x * x).sum::<f64>() <= 1.0 {
                            return std::array::from_fn(|axis| center[axis] + radius * point[axis]);
                        }
                    }
                })
                .collect()),
            Placement::Grid { origin, spacing, shape } => {
                let points: u64 = shape.iter().map(|&n| u64::from(n)).product();
                if u64::from(cells) > points {
                    return Err(usize::try_from(points).unwrap_or(usize::MAX));
                }
                Ok((0..cells)
                    .map(|cell| {
                        let index = [cell % shape[0], cell / shape[0] % shape[1], cell / shape[0] / shape[1]];
                        std::array::from_fn(|axis| origin[axis] + spacing[axis] * f64::from(index[axis]))
                    })
                    .collect())
            }
            Placement::List(points) if points.len() == cells as usize => Ok(points.clone()),
            Placement::List(points) => Err(points.len()),
        }
    }
}

/// Euclidean distance, um.
pub fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform in a ball: the mean of (r/R)³ is 1/2; in a box: mean at the centre.
    #[test]
    fn random_placements_are_uniform() {
        let ball = Placement::Sphere { center: [1.0, 2.0, 3.0], radius: 5.0 }.place(20_000, 1, 0).unwrap();
        let mean = ball.iter().map(|p| (distance(p, &[1.0, 2.0, 3.0]) / 5.0).powi(3)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.011, "{mean}");
        let slab =
            Placement::Box { origin: [0.0, 0.0, -100.0], size: [400.0, 400.0, 100.0] }.place(20_000, 1, 0).unwrap();
        assert!(slab.iter().all(|p| (-100.0..=0.0).contains(&p[2])));
        assert!((slab.iter().map(|p| p[2]).sum::<f64>() / 20_000.0 + 50.0).abs() < 1.1);
    }

    #[test]
    fn a_grid_counts_x_first_and_refuses_too_many_cells() {
        let grid = Placement::Grid { origin: [0.0; 3], spacing: [10.0, 20.0, 30.0], shape: [2, 2, 2] };
        let points = grid.place(8, 0, 0).unwrap();
        assert_eq!(points[1], [10.0, 0.0, 0.0]);
        assert_eq!(points[2], [0.0, 20.0, 0.0]);
        assert_eq!(points[7], [10.0, 20.0, 30.0]);
        assert_eq!(grid.place(9, 0, 0), Err(8));
    }
}
