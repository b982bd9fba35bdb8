//! Circuits of SONATA: what is read of them, damaged ones, their reports, the spikes of NEST.

mod circuit;
mod circuit_damage;
mod circuit_reports;
mod nest_circuits;
