//! The planes of a block: one a port, shared by populations, since each has cells of its own.

use super::{BLOCK_CELLS, Plane};
use crate::neuron::{ModelInfo, PORTS};
use neuropil_core::Real;
use std::ops::Range;

/// Most planes of a block.
pub(super) const MOST_PLANES: usize = 2 * PORTS;

/// How many planes a network needs, and which is whose.
///
/// Planes of ports whose cells are given arrivals before the test come first. The others are state variables: arrivals
/// are added once the cells have advanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    before_test: usize,
    after_test: usize,
}

impl Layout {
    /// The planes that cells of these models need.
    pub fn of<'i>(models: impl Iterator<Item = &'i ModelInfo>) -> Self {
        // There is always a plane that cells may be given.
        let mut layout = Self { before_test: 1, after_test: 0 };
        for info in models {
            let lasting = info.lasting().count();
            layout.before_test = layout.before_test.max(info.ports.len() - lasting);
            layout.after_test = layout.after_test.max(lasting);
        }
        layout
    }

    /// Planes of arrivals that cells are given as they advance.
    pub fn before_test(&self) -> Range<usize> {
        0..self.before_test
    }

    /// Planes that are state variables.
    pub fn after_test(&self) -> Range<usize> {
        self.before_test..self.planes()
    }

    /// How many planes there are.
    pub fn planes(&self) -> usize {
        self.before_test + self.after_test
    }

    /// The plane of a port of a model.
    pub fn plane(&self, info: &ModelInfo, port: usize) -> usize {
        let lasting = info.ports[port].into.is_some();
        let alike = info.ports[..port].iter().filter(|other| other.into.is_some() == lasting).count();
        if lasting { self.before_test + alike } else { alike }
    }

    /// Empty planes.
    pub fn empty<R: Real>(&self) -> Vec<Plane<R>> {
        let plane = |_| vec![R::ZERO; BLOCK_CELLS].into_boxed_slice().try_into().expect("it has that length");
        (0..self.planes()).map(plane).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::{Port, model};
    use neuropil_core::Unit;

    /// Models of each kind share planes with those of their kind only, and a model of both kinds has one plane a port.
    /// Would catch arrivals of one model in another's state.
    #[test]
    fn each_port_has_a_plane_of_its_kind() {
        let info = |name| model(name).unwrap().info;
        let (delta, exp, alpha) = (info("lif_delta"), info("lif_exp"), info("lif_alpha"));
        let ports =
            [Port::exc(Unit::Pa, Some(1)), Port::only(Unit::Pa), Port::exc(Unit::Pa, Some(2)), Port::only(Unit::Pa)];
        let mixed = ModelInfo { ports: Box::leak(Box::new(ports)), ..*exp };
        let layout = Layout::of([delta, exp, alpha, &mixed].into_iter());
        assert_eq!((layout.before_test(), layout.after_test()), (0..2, 2..4));
        assert_eq!([layout.plane(delta, 0), layout.plane(alpha, 0), layout.plane(alpha, 1)], [0, 0, 1]);
        assert_eq!([layout.plane(exp, 0), layout.plane(exp, 1)], [2, 3]);
        assert_eq!([0, 1, 2, 3].map(|port| layout.plane(&mixed, port)), [2, 0, 3, 1]);
    }
}
