//! Training runs: the loop, what it keeps, carriers in stages, what is refused.

mod carried;
mod training;
