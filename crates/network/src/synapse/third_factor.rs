//! Third factors: what reaches synapses beside the spikes of their two cells.
//!
//! A *factor* is a signal in time, of one number. It comes to every synapse of a projection alike (a number that is given, the
//! spikes of a population) or is another at each receiving cell (a level that somebody outside of the network knows, such as
//! the concentration of a peptide there; a variable of the cell itself). A model of synapses has a [`Port`] for each factor that it can hear.
//!
//! # Time
//! A spike that leaves at s is at all synapses at s + delay, wherever they lie along their axons; the delay is a step at least. A
//! level is constant between changes. Of all that meets at a synapse at one time, changes of factors come last: a spike of either
//! side at that time still sees the level before. A variable of the receiving cell, as it is at the end of each step, is at the synapse after
//! the dendritic part of the delay.

use neuropil_core::CellSet;

/// A factor that a model can hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: &'static str,
    /// What it is to the model.
    pub doc: &'static str,
    /// Whether it may come in spikes.
    pub spikes: bool,
    /// Whether it may be a level.
    pub levels: bool,
    /// Whether it may be a variable of the receiving cell.
    pub watches: bool,
}

impl Port {
    /// Why it does not take such a factor.
    pub fn refuses(&self, factor: &ThirdFactor) -> Option<String> {
        let (allowed, found) = match factor.origin {
            Origin::Spikes { .. } => (self.spikes, "spikes"),
            Origin::Course(_) | Origin::Felt { .. } => (self.levels, "a level"),
            Origin::Watched { .. } => (self.watches, "a variable of the receiving cell"),
        };
        (!allowed).then(|| format!("`{}` takes {}, found {found}", self.name, self.takes()))
    }

    /// What it may be.
    fn takes(&self) -> &'static str {
        match (self.spikes, self.levels) {
            (true, true) => "spikes or a level",
            (true, false) => "spikes",
            (false, true) => "a level",
            (false, false) => "a variable of the receiving cell",
        }
    }
}

/// A signal to the synapses of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct ThirdFactor {
    /// Factor of every spike, and of every level.
    pub gain: f64,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a third factor comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A level that is given.
    Course(Course),
    /// Spikes of all these cells, which reach every synapse.
    Spikes {
        /// Populations, and which of their cells; all if `None`.
        senders: Vec<(usize, Option<CellSet>)>,
        /// From a spike to the synapses, in steps, at least 1.
        delay_steps: u32,
    },
    /// A level at each receiving cell, told from outside of the network, under this number.
    Felt {
        /// The number.
        signal: usize,
    },
    /// A variable of the receiving cell, at the end of each step.
    Watched {
        /// Its place among what can be observed of the cell.
        variable: usize,
        /// What makes a coherent number of it.
        factor: f64,
    },
}

/// A level at equal intervals from the start of the run, each held until the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// One a point.
    pub values: Vec<f64>,
    /// Steps between points, at least 1.
    pub every_steps: u64,
    /// Whether it begins again behind its end; without, it is 0 there.
    pub repeats: bool,
}

impl Course {
    /// The same level always.
    pub fn constant(value: f64) -> Self {
        Self { values: vec![value], every_steps: u64::MAX, repeats: true }
    }

    /// The level from `step` on, if it changes there.
    pub fn change(&self, step: u64) -> Option<f64> {
        let points = self.values.len() as u64;
        let (point, within) = (step / self.every_steps, step % self.every_steps);
        let there = within == 0 && (self.repeats || point <= points);
        let place = if self.repeats { point % points.max(1) } else { point };
        there.then(|| usize::try_from(place).ok().and_then(|place| self.values.get(place)).copied().unwrap_or(0.0))
    }
}

/// What comes of a factor at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coming<'s> {
    /// Spikes: their number, times the gain.
    Spikes(f64),
    /// The level from now on, at all synapses.
    Level(f64),
    /// The same at each receiving cell of the part.
    Levels(&'s [f64]),
}

/// What comes of a factor at one synapse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Spikes: their number, times the gain.
    Spikes(f64),
    /// The level from now on.
    Level(f64),
}

impl Coming<'_> {
    /// How many places it tells apart.
    pub fn places(&self) -> usize {
        if let Coming::Levels(levels) = self { levels.len() } else { 1 }
    }

    /// What comes at one of them.
    pub fn at(&self, place: usize) -> Change {
        match self {
            Coming::Spikes(count) => Change::Spikes(*count),
            Coming::Level(level) => Change::Level(*level),
            Coming::Levels(levels) => Change::Level(levels[place]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change at each point, and one to 0 behind the end. Would catch a point that is held too long, and an end that is not told.
    #[test]
    fn a_course_changes_at_its_points() {
        let course = Course { values: vec![2.0, 3.0], every_steps: 5, repeats: false };
        let changes = |course: &Course| -> Vec<(u64, f64)> {
            (0..26).filter_map(|step| Some((step, course.change(step)?))).collect()
        };
        assert_eq!(changes(&course), [(0, 2.0), (5, 3.0), (10, 0.0)]);
        let again = Course { repeats: true, ..course };
        assert_eq!(changes(&again), [(0, 2.0), (5, 3.0), (10, 2.0), (15, 3.0), (20, 2.0), (25, 3.0)]);
        assert_eq!(changes(&Course::constant(7.0)), [(0, 7.0)]);
    }
}
