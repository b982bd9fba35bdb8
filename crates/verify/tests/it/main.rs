//! Reference cases, and what is wrong with damaged ones.

mod diffusion;
mod equations;
mod gradient_cases;
mod synapses;
