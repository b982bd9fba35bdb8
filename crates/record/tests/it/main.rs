//! Recordings written, read back, cut short and damaged.

mod circuit_damage;
mod damage;
mod foreign;
mod round_trip;
mod sample;
mod survival;
