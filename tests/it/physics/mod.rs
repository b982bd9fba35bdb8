//! What the world says: networks beside their papers.

mod published_networks;
mod voltage;
