//! A box of voxels and points in it.

use crate::error::NeuromodError;

/// Most voxels of a grid: what a 32-bit index holds.
const MOST_VOXELS: usize = 1 << 31;

/// A box from the origin, cut into equal voxels; x is the slowest index, z the fastest.
///
/// Voxel (i, j, k) is centred at ((i + ½) dx, (j + ½) dy, (k + ½) dz).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    shape: [usize; 3],
    dx: [f64; 3],
}

/// A point as the grid sees it: the first of its eight voxels, and how far it is towards the others.
///
/// Beyond the centres of the outermost voxels the wall's voxel takes both weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Index of the voxel with the lowest indices.
    pub base: u32,
    /// Weight of the upper neighbour along x, y, z.
    pub fraction: [f64; 3],
}

impl Grid {
    /// A grid of `shape` voxels with edges of `dx` um.
    ///
    /// # Errors
    /// [`NeuromodError::Grid`].
    pub fn new(shape: [usize; 3], dx_um: [f64; 3]) -> Result<Self, NeuromodError> {
        let wrong = |reason| Err(NeuromodError::Grid { shape, dx_um, reason });
        if shape.contains(&0) {
            return wrong("an axis has no voxels");
        }
        match shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n)) {
            Some(voxels) if voxels <= MOST_VOXELS => {}
            _ => return wrong("there are more than 2^31 voxels"),
        }
        if dx_um.iter().any(|dx| !(dx.is_finite() && *dx > 0.0)) {
            return wrong("an edge is no length > 0");
        }
        Ok(Self { shape, dx: dx_um })
    }

    /// Voxels along x, y, z.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Edges of a voxel, um.
    pub fn dx(&self) -> [f64; 3] {
        self.dx
    }

    /// All voxels.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// Volume of a voxel, um³ of tissue.
    pub fn voxel_volume(&self) -> f64 {
        self.dx.iter().product()
    }

    /// The far corner, um.
    #[expect(clippy::cast_precision_loss, reason = "few voxels")]
    pub fn size(&self) -> [f64; 3] {
        std::array::from_fn(|axis| self.shape[axis] as f64 * self.dx[axis])
    }

    /// Distance of neighbours along each axis in the list of voxels; 0 where there is one voxel only.
    pub fn strides(&self) -> [usize; 3] {
        let [nx, ny, nz] = self.shape;
        let stride = |n: usize, stride: usize| if n > 1 { stride } else { 0 };
        [stride(nx, ny * nz), stride(ny, nz), stride(nz, 1)]
    }

    /// The index of a voxel.
    pub fn index(&self, [i, j, k]: [usize; 3]) -> usize {
        (i * self.shape[1] + j) * self.shape[2] + k
    }

    /// The point as a site.
    ///
    /// # Errors
    /// [`NeuromodError::Outside`]; the walls belong to the box.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "in range"
    )]
    pub fn site(&self, position_um: [f64; 3]) -> Result<Site, NeuromodError> {
        let size_um = self.size();
        if position_um.iter().zip(size_um).any(|(p, size)| !(0.0..=size).contains(p)) {
            return Err(NeuromodError::Outside { position_um, size_um });
        }
        let mut fraction = [0.0; 3];
        let first = std::array::from_fn(|axis| {
            let last = self.shape[axis] - 1;
            let u = (position_um[axis] / self.dx[axis] - 0.5).clamp(0.0, last as f64);
            let first = (u as usize).min(last.saturating_sub(1));
            fraction[axis] = u - first as f64;
            first
        });
        Ok(Site { base: self.index(first) as u32, fraction })
    }
}

impl Site {
    /// (voxel, weight) of the eight neighbours; the weights add up to 1.
    #[inline]
    pub fn neighbours(&self, strides: [usize; 3]) -> [(usize, f64); 8] {
        let [fx, fy, fz] = self.fraction;
        std::array::from_fn(|corner| {
            let along = |axis: usize, bit: usize| strides[axis] * ((corner >> bit) & 1);
            let weight = |fraction: f64, bit: usize| if (corner >> bit) & 1 == 1 { fraction } else { 1.0 - fraction };
            let voxel = self.base as usize + along(0, 2) + along(1, 1) + along(2, 0);
            (voxel, weight(fx, 2) * weight(fy, 1) * weight(fz, 0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights add up to 1, and their mean place is the point itself, where no wall is near; near a wall the outermost
    /// voxel takes all. Would catch a shift by half a voxel.
    #[test]
    fn weights_centre_on_the_point() {
        let grid = Grid::new([6, 5, 1], [2.0, 4.0, 8.0]).unwrap();
        let strides = grid.strides();
        let mean = |position: [f64; 3]| {
            let neighbours = grid.site(position).unwrap().neighbours(strides);
            assert!((neighbours.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-15);
            neighbours.iter().fold([0.0; 2], |[x, y], &(voxel, weight)| {
                let (i, j) = (voxel / 5, voxel % 5);
                [x + weight * (i as f64 + 0.5) * 2.0, y + weight * (j as f64 + 0.5) * 4.0]
            })
        };
        for position in [[5.3, 9.1, 1.0], [1.0, 2.0, 8.0], [11.0, 17.999, 0.0]] {
            let found = mean(position);
            assert!(found.iter().zip(position).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {position:?}");
        }
        assert_eq!(mean([0.2, 20.0, 4.0]), [1.0, 18.0], "clamped");
    }

    #[test]
    fn impossible_grids_and_points_are_refused() {
        assert!(Grid::new([0, 1, 1], [1.0; 3]).is_err());
        assert!(Grid::new([1 << 20, 1 << 20, 1], [1.0; 3]).is_err());
        assert!(Grid::new([1, 1, 1], [1.0, 0.0, 1.0]).is_err());
        let grid = Grid::new([2, 2, 2], [5.0; 3]).unwrap();
        assert!(grid.site([10.0, 0.0, 5.0]).is_ok());
        let message = grid.site([10.5, 0.0, f64::NAN]).unwrap_err().to_string();
        assert!(message.contains("10.5") && message.contains("[10.0, 10.0, 10.0]"), "{message}");
    }
}
