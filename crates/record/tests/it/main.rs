//! Recordings written, read back, cut short and damaged.

mod damage;
mod foreign;
mod round_trip;
mod sample;
mod survival;
