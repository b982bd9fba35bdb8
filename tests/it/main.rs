//! The whole of neuropil through its facade: published networks in short form.

mod networks;
