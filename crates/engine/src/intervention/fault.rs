//! Why an edit cannot be made.

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditFault {
    /// It ends before it begins, or begins in the past.
    #[error("it begins at {from_ms} ms and ends at {until_ms} ms: it would never be in force")]
    Empty {
        /// Begin.
        from_ms: f64,
        /// End.
        until_ms: f64,
    },
    /// It begins before what was simulated already.
    #[error("it begins at {from_ms} ms, but {now_ms} ms are over")]
    Past {
        /// Begin.
        from_ms: f64,
        /// What is over.
        now_ms: f64,
    },
    /// Another edit of the same thing is in force at the same time.
    #[error("edits what another edit, from {from_ms} ms {until}, edits at the same time; {remedy}")]
    Overlap {
        /// Begin of the other.
        from_ms: f64,
        /// Its end, in words.
        until: String,
        /// What helps.
        remedy: &'static str,
    },
    /// Cells that send no spikes.
    #[error("the cells of `{population}` are graded and send no spikes: they cannot be silenced; cut what they reach")]
    Graded {
        /// The population.
        population: String,
    },
    /// Cells that take no such current.
    #[error("the cells of `{population}` {}", few(*ports, *port))]
    NoCurrent {
        /// The population.
        population: String,
        /// How many they have.
        ports: usize,
        /// That which is asked for.
        port: usize,
    },
    /// Trains without a rate.
    #[error("`{population}` has no rate: only Poisson inputs and populations of poisson_source have")]
    NoRate {
        /// The population.
        population: String,
    },
    /// Some cells of trains whose rate changes in time.
    #[error("the rate onto `{population}` changes in time: it can be replaced for all its cells only")]
    VaryingRate {
        /// The population.
        population: String,
    },
    /// Not one rate a cell.
    #[error("found {found} rates for `{population}`, expected one for each of the {expected} cells that are meant")]
    RateCount {
        /// The population.
        population: String,
        /// How many there are.
        found: usize,
        /// Its cells that are meant.
        expected: usize,
    },
    /// A number out of range.
    #[error("found {found}, {what} must be {expected}")]
    Number {
        /// What it is.
        what: String,
        /// The number.
        found: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// Cells whose parameters learning rules know.
    #[error(
        "the parameters of `{population}` cannot change in a network that learns: its rules know those of the beginning"
    )]
    Learns {
        /// The population.
        population: String,
    },
    /// Cells whose spikes a rule must see.
    #[error(
        "the cells of `{population}` learn by a rule, which counts with their spikes: they cannot be silenced; cut what they reach in a network that does not learn, or give a current"
    )]
    SilentLearner {
        /// The population.
        population: String,
    },
    /// Parameters that cells cannot have.
    #[error("population `{population}`: {fault}")]
    Parameter {
        /// The population.
        population: String,
        /// Why.
        fault: String,
    },
    /// States that cannot be written.
    #[error("states of `{population}` {why}")]
    State {
        /// The population.
        population: String,
        /// Why.
        why: String,
    },
    /// Weights that change by themselves.
    #[error("the weights of `{projection}` cannot be edited: {why}")]
    Changing {
        /// The projection.
        projection: String,
        /// Why.
        why: &'static str,
    },
    /// A weight that a projection cannot have.
    #[error("weight {found} of `{projection}`: must be {expected}")]
    Weight {
        /// The projection.
        projection: String,
        /// The weight.
        found: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// A weight that synapses whose weights follow spikes cannot have.
    #[error("`{projection}`: {why}")]
    Unfit {
        /// The projection.
        projection: String,
        /// The weight, and what it must be.
        why: String,
    },
    /// An end of what is done once.
    #[error("{what} at a moment and goes on from there: it has no end, leave out `until_ms`")]
    Moment {
        /// What is done.
        what: &'static str,
    },
    /// Not one weight a synapse.
    #[error("found {found} weights for `{projection}`, expected one for each of its {expected} synapses")]
    WeightCount {
        /// The projection.
        projection: String,
        /// How many there are.
        found: usize,
        /// Its synapses.
        expected: usize,
    },
}

/// How many ports of currents cells have, where they have not the one that is asked for.
fn few(ports: usize, port: usize) -> String {
    match ports {
        0 => "take no currents: they replay spikes, are sources, or have no port of currents".into(),
        _ => format!("have {ports} ports of currents, not {}", port + 1),
    }
}
