//! What the rows and the columns of a matrix of weights are, and which matrix it is.

use crate::cells::Types;
use neuropil_model::given::Axis;

/// What the rows and the columns of a matrix are.
pub(crate) struct Ends<'t> {
    pub rows: End<'t>,
    pub columns: End<'t>,
    pub is_recurrent: bool,
}

/// Cells, inputs or readouts.
pub(crate) struct End<'t> {
    /// What they are called, and one of them.
    pub what: &'static str,
    pub one: &'static str,
    pub count: usize,
    /// Of cells.
    pub types: Option<&'t Types>,
    /// Of cells under Dale's law; else empty.
    pub signs: &'t [i8],
}

impl<'t> Ends<'t> {
    /// Where both are known.
    pub fn of(rows: Option<End<'t>>, columns: Option<End<'t>>, is_recurrent: bool) -> Option<Self> {
        Some(Self { rows: rows?, columns: columns?, is_recurrent })
    }

    /// Their names and counts.
    pub fn axes(&self) -> [Axis<'static>; 2] {
        [(self.rows.what, self.rows.count), (self.columns.what, self.columns.count)]
    }
}

/// The matrices of a network, which are owners of random streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Input = 0,
    Recurrent = 1,
    Readout = 2,
}
