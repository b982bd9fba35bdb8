//! Pictures of recordings that are made up.

mod pictures;
mod synthetic;
