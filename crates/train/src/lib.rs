//! Training: tasks, the loop that learns them, and what is recorded of it.
//!
//! A [`Setup`] is a task file (`models/tasks/*.json`), checked: the task, the cells, how weights begin and how they are
//! updated. A [`Trainer`] runs it with one rule and one seed: at every [`Trainer::advance`] a new batch of trials, the
//! gradient of the rule, an update. Initial weights and trials are functions of the task and the seed alone, so that
//! all rules begin with the same and see the same. Results do not depend on the number of threads.
//!
//! What was learned is a [`TrainingRun`](neuropil_record::TrainingRun): tables of the evaluations, the weights, and the
//! state from which a run goes on as if it had never paused. [`compare`] lists runs and joins them.

mod begins;
mod cells;
mod changes;
mod checks;
pub mod compare;
mod costs;
pub mod curves;
mod error;
pub mod evaluation;
mod export;
pub mod field;
pub mod identify;
mod initial;
mod kept;
pub mod lesson;
mod mu;
pub mod notes;
pub mod remarks;
mod settings;
mod setup;
pub mod similar;
pub mod stages;
pub mod statistics;
pub mod sweep;
mod times;
mod trainer;
pub mod tune;
mod update;
mod watch;
mod written_cells;

pub use changes::Change;
pub use costs::Costs;
pub use error::TrainError;
pub use evaluation::{Aligned, Evaluation};
pub use neuropil_model::task;
pub use settings::Settings;
pub use setup::Setup;
pub use trainer::{Drawn, Progress, SetupRef, Trainer};
