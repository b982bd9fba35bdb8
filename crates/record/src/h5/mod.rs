//! What lies between a file and the rest of the crate: datasets, attributes, links, and files that appear once they are whole.

pub(crate) mod arrays;
pub(crate) mod attribute;
pub(crate) mod column;
pub(crate) mod copy;
pub(crate) mod destination;
pub(crate) mod digest;
pub(crate) mod folder;
pub(crate) mod heaps;
pub(crate) mod links;
pub(crate) mod source;
pub(crate) mod written;
