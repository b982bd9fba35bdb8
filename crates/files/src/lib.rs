//! Files as neuropil reads and writes them.
//!
//! A file is read up to a bound, and only if it is a regular one: a device never ends, and a pipe may never begin. A file
//! is written beside its name, synchronised and renamed, so that its name always stands for a whole file, the old one or
//! the new one. A [`Hold`] keeps two processes from writing one file in turns.

mod error;
mod hold;
mod memory;
mod read;
mod target;
mod write;

pub use error::FileError;
pub use hold::Hold;
pub use memory::memory_bytes;
pub use read::{MOST_TABLE, MOST_WRITTEN, bytes, length, text};
pub use target::{Target, target};
pub use write::{beside, give_name, sync, write};
