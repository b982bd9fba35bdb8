//! The vocabulary that all neuropil crates share: units, parameters, clock, random streams.
//!
//! One coherent system of units is used inside the program: ms, mV, pA, pF, nS, um, nM. In it
//! nS x mV = pA, pF / nS = ms and pF x mV / ms = pA, so that no kernel holds a factor of 1000.

pub mod cell_set;
pub mod clock;
pub mod distribution;
pub mod exp;
pub mod half;
pub mod learnable;
pub mod memory;
pub mod parameter;
pub mod real;
pub mod rng;
pub mod simd;
pub mod suggestion;
pub mod units;

pub use cell_set::{CellSet, Disorder};
pub use clock::{Clock, ClockError};
pub use distribution::{Distribution, Outside, Shape};
pub use half::Half;
pub use learnable::Learnable;
pub use parameter::{BadParameter, Parameter, ParameterSet, Range};
pub use real::Real;
pub use rng::{CounterRng, Stream, StreamKey};
pub use suggestion::did_you_mean;
pub use units::{Quantity, Unit};
