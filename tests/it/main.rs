//! The whole of neuropil through its facade: published networks in short form, and what once went wrong.

mod networks;
mod regressions;
