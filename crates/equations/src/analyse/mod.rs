//! What the equations of a cell are: linear parts, timers, handlers that only add.

mod affine;
pub(crate) mod linear;
mod systems;
mod timers;

use crate::fault::Notes;
use crate::ir::Cell;
use crate::lower::Lowered;
use crate::syntax::Span;

/// Most spike ports of a cell.
pub const MOST_PORTS: usize = 16;
/// Most numbers of a cell: state variables and components of convolutions.
pub const MOST_VARIABLES: usize = 64;

/// Completes a cell that has no fault. `place` is that of the model's name.
pub(crate) fn analyse(notes: &mut Notes<'_>, lowered: Lowered, place: Span) -> Cell {
    let Lowered { mut cell, lists } = lowered;
    let components: usize = cell.convolutions.iter().map(|own| own.start.len()).sum();
    let numbers = cell.states.len() + components;
    if numbers > MOST_VARIABLES {
        let message = format!(
            "{} state variables and {components} numbers of convolutions are {numbers}; a cell has at most {MOST_VARIABLES}",
            cell.states.len()
        );
        notes.fault(place, message);
    }
    if cell.spike_ports.len() > MOST_PORTS {
        let message = format!("{} spike ports; a cell has at most {MOST_PORTS}", cell.spike_ports.len());
        notes.fault(place, message);
    }
    cell.systems = lists.into_iter().map(|list| systems::system(&mut cell, list)).collect();
    timers::find(&mut cell);
    affine::find(&mut cell);
    cell
}
