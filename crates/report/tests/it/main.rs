//! Pictures and numbers of recordings that are made up.

mod pictures;
mod steps;
mod synthetic;
