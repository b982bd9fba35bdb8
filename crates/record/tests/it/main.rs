//! Recordings written, read back, cut short and damaged.

mod checkpoint;
mod circuit_damage;
mod contents;
mod convert;
mod damage;
mod foreign;
mod links;
mod nwb;
mod round_trip;
mod sample;
mod survival;
mod trains;
