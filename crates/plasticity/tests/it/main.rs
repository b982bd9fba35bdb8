//! Learning rules through the public interface.

mod carried;
mod cascade;
mod controls;
mod exact;
mod faults;
mod graph;
mod identities;
mod labels;
mod local_rules;
mod network;
mod product_rules;
mod simulator;
mod snap;
mod uoro;
mod way;
mod window;
