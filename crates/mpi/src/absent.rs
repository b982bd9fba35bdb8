//! A build without MPI: there is one process.

use crate::MpiError;
use neuropil_engine::ranks::Exchange;

/// Nothing: there never is one.
pub enum World {}

impl World {
    pub fn start(variable: &'static str, processes: usize) -> Result<Option<Self>, MpiError> {
        if processes > 1 { Err(MpiError::NotBuilt { processes, variable }) } else { Ok(None) }
    }

    pub fn exchange(&self) -> Box<dyn Exchange> {
        match *self {}
    }

    pub fn leave(self) {
        match self {}
    }
}

pub fn abort(_: u8) {}

pub fn library() -> Option<String> {
    None
}
