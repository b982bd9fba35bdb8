//! Why the spike of a cell has no slope that learning could follow.

/// Why a cell cannot learn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoSlope {
    /// The model emits no spikes.
    #[error("it emits no spikes and has no output marked `@neuropil::output`")]
    Silent,
    /// `emit_spike` stands in more than one place.
    #[error("it emits spikes in {} places (lines {}); one is needed", lines.len(), listed(lines))]
    Several {
        /// The line of each.
        lines: Vec<u32>,
    },
    /// `emit_spike` does not stand directly in an `onCondition`.
    #[error("line {line} emits a spike elsewhere than directly in an `onCondition`")]
    Elsewhere {
        /// Where it stands.
        line: u32,
    },
    /// Whether it spikes is drawn.
    #[error("line {line} emits a spike by chance: its condition has a random number, which has no derivative")]
    ByChance {
        /// Where the spike is emitted.
        line: u32,
    },
    /// The condition has an `or`, or a part that is no comparison.
    #[error("the condition of line {line} has a part that is no comparison `a >= b`, joined by `and`")]
    NoComparison {
        /// The line of the condition.
        line: u32,
    },
    /// Not exactly one comparison of the membrane.
    #[error(
        "the condition of line {line} compares {found} things that evolve; name the one that makes the spike: \
         `\"spike\": {{\"of\": \"V_m_mv\", \"threshold\": 0, \"width\": 20}}`"
    )]
    Comparisons {
        /// The line of the condition.
        line: u32,
        /// How many there are.
        found: usize,
    },
    /// A random number depends on the state.
    #[error("the random number that `{of}` (line {line}) is given depends on the state")]
    Random {
        /// What is assigned.
        of: String,
        /// Where that is declared.
        line: u32,
    },
    /// A condition reads something that is only there within a step.
    #[error("the condition of line {line} reads {what}; what is tested must be a matter of the state")]
    Passing {
        /// The line of the condition.
        line: u32,
        /// What it reads.
        what: &'static str,
    },
    /// The slope asks for a name that there is not.
    #[error("spike.{field}: nothing is called `{name}`{hint}")]
    Unknown {
        /// The field.
        field: &'static str,
        /// The name.
        name: String,
        /// What was meant.
        hint: String,
    },
    /// The slope asks for a variable that the condition of the spike does not test.
    #[error(
        "spike.of: the condition of line {line}, which emits the spike, does not test `{name}`, or it is a timer, an integer or a boolean"
    )]
    NotTested {
        /// The variable.
        name: String,
        /// The line of the condition.
        line: u32,
    },
    /// A threshold without a variable.
    #[error("spike.threshold needs `of`, the variable that it is the threshold of")]
    WithoutVariable,
    /// The width of the slope is not positive.
    #[error(
        "the slope of the spike of line {line} would be {width} wide: what is tested is not below its threshold at the \
         start; say `\"spike\": {{\"width\": ...}}`"
    )]
    Width {
        /// The line of the condition.
        line: u32,
        /// What came out.
        width: f64,
    },
}

fn listed(lines: &[u32]) -> String {
    lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
