//! Files of training: a task and its runs, trials between stages, gradients, data of a task of one's own.

pub(crate) mod gradient_file;
pub(crate) mod task_data_file;
pub(crate) mod training_file;
pub(crate) mod trial_file;
