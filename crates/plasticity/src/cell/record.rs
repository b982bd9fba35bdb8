//! What cells from equations write down at every step: what a number is, and where it stands.

/// Most numbers of the state of a cell.
pub const MOST_STATES: usize = 64;

/// What a number of the derivative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A: how a number of the state depends on one of the step before.
    Transition {
        /// Of which.
        to: usize,
        /// By which.
        from: usize,
    },
    /// k: what a spike of the step before adds.
    Jump {
        /// To which.
        to: usize,
        /// Whether it is the membrane's, which a detached reset holds constant.
        membrane: bool,
        /// Whether it is a constant, which intermediate cells follow too.
        constant: bool,
    },
    /// b: what an arrival adds.
    Arrival {
        /// To which.
        to: usize,
        /// By which port.
        port: usize,
    },
    /// c: how what is tested grows.
    Seen {
        /// With which.
        from: usize,
    },
}

/// Where a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Among those that never change.
    Fixed(usize),
    /// Among those of a step.
    Recorded(usize),
}

/// The numbers of one cell at one step; none of an intermediate cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Record<'a> {
    values: &'a [f64],
    stride: usize,
    place: usize,
}

impl<'a> Record<'a> {
    /// None.
    pub const NONE: Record<'static> = Record { values: &[], stride: 0, place: 0 };

    /// At `place` of planes of `stride` numbers.
    pub fn new(values: &'a [f64], stride: usize, place: usize) -> Self {
        Self { values, stride, place }
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.stride == 0
    }

    /// Those of the cell so many places behind; none where there are none.
    #[inline(always)]
    pub(super) fn of_next(self, cells: usize) -> Self {
        if self.is_none() { self } else { Self { place: self.place + cells, ..self } }
    }

    /// One of them.
    #[inline(always)]
    pub(super) fn at(&self, number: usize) -> f64 {
        self.values[number * self.stride + self.place]
    }

    /// The same number of this cell and those behind it.
    #[inline(always)]
    pub(super) fn beside(&self, number: usize, first: usize, width: usize) -> &'a [f64] {
        let start = number * self.stride + self.place + first;
        &self.values[start..start + width]
    }
}
