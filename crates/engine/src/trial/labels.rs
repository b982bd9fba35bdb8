//! What kind of answer a task asks for, and the right readouts of trials.

/// What a trial asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One class: softmax cross-entropy.
    Class,
    /// A class at each step that asks for one: softmax cross-entropy.
    ClassEachStep,
    /// Values at every step: squared error.
    Values,
}

impl Answer {
    /// Whether answers are right or wrong.
    pub fn has_classes(self) -> bool {
        self != Self::Values
    }
}

/// The right readouts of trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels {
    /// Of each trial.
    Trials(Vec<usize>),
    /// Of each step, `[trial][step]`; `None` where nothing is asked.
    Steps(Vec<Option<usize>>),
    /// Values are asked for.
    None,
}
