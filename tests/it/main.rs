//! The whole of neuropil through its facade: what must be equal, what the world says, and what once went wrong.

mod identities;
mod physics;
mod regressions;
