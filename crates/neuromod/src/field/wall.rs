//! Walls of the box, which act at the faces of voxels, and the images that stand for them.

use crate::error::NeuromodError;

/// What happens at a face of the box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wall {
    /// Nothing passes.
    Reflect,
    /// The concentration is 0 on the face.
    Absorb,
    /// The concentration on the face, nM.
    Fixed(f64),
    /// What leaves enters at the opposite face.
    Periodic,
}

impl Wall {
    /// Whether molecules leave or enter here.
    pub fn leaks(self) -> bool {
        matches!(self, Wall::Absorb | Wall::Fixed(_))
    }
}

/// Low and high face along x, y, z.
pub type Walls = [[Wall; 2]; 3];

/// Nothing passes anywhere.
pub const CLOSED: Walls = [[Wall::Reflect; 2]; 3];

/// Checks that periodic faces are opposite to periodic ones, and that concentrations are >= 0.
///
/// # Errors
/// [`NeuromodError::HalfPeriodic`] or [`NeuromodError::Property`].
pub fn check(walls: &Walls) -> Result<(), NeuromodError> {
    for (faces, axis) in walls.iter().zip(['x', 'y', 'z']) {
        if faces.iter().filter(|wall| **wall == Wall::Periodic).count() == 1 {
            return Err(NeuromodError::HalfPeriodic { axis });
        }
        for wall in faces {
            if let Wall::Fixed(value) = wall
                && !(value.is_finite() && *value >= 0.0)
            {
                let reason = format!("found {value} nM, must be >= 0 nM");
                return Err(NeuromodError::Property { name: "concentration at a wall", reason });
            }
        }
    }
    Ok(())
}

/// The voxel, and the sign, that stands at place `index` of an axis of `n` voxels, which may be beyond its ends.
///
/// A reflecting wall mirrors, an absorbing one mirrors with the opposite sign (a fixed one is absorbing for the
/// difference to its steady state): exact images of the semi-discrete equations.
pub fn image(index: isize, n: usize, walls: [Wall; 2]) -> (usize, f64) {
    let n = n.cast_signed();
    if walls[0] == Wall::Periodic {
        return (index.rem_euclid(n).cast_unsigned(), 1.0);
    }
    let (mut index, mut sign) = (index, 1.0);
    loop {
        let wall = match index {
            i if i < 0 => {
                index = -1 - i;
                walls[0]
            }
            i if i >= n => {
                index = 2 * n - 1 - i;
                walls[1]
            }
            i => return (i.cast_unsigned(), sign),
        };
        if wall.leaks() {
            sign = -sign;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_repeat_beyond_both_ends() {
        let at = |walls| (-5..8).map(|i| image(i, 2, walls)).collect::<Vec<_>>();
        let index = |found: &[(usize, f64)]| found.iter().map(|(i, _)| *i).collect::<Vec<_>>();
        let sign = |found: &[(usize, f64)]| found.iter().map(|(_, s)| *s).collect::<Vec<_>>();
        let mirrored = [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1].map(|i| 1 - i);
        let found = at([Wall::Reflect, Wall::Absorb]);
        assert_eq!(index(&found)[5..7], [0, 1]);
        assert_eq!(index(&found), index(&at([Wall::Reflect; 2])));
        assert_eq!(index(&found)[1..], mirrored[..12]);
        assert_eq!(sign(&found), [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0]);
        assert_eq!(index(&at([Wall::Periodic; 2])), [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn half_periodic_axes_are_refused() {
        let mut walls = CLOSED;
        walls[1][0] = Wall::Periodic;
        assert_eq!(check(&walls), Err(NeuromodError::HalfPeriodic { axis: 'y' }));
        walls[1][1] = Wall::Periodic;
        assert_eq!(check(&walls), Ok(()));
        walls[0][1] = Wall::Fixed(-1.0);
        assert!(check(&walls).is_err());
    }
}
