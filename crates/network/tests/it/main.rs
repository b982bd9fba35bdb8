//! Networks as they are drawn.

mod projections;
