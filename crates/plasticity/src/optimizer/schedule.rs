//! Learning rates: η · decay^⌊update/every⌋.

/// A rate that is multiplied by `decay` every so many updates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// η of the first update.
    pub rate: f64,
    /// The factor; 1 for a constant rate.
    pub decay: f64,
    /// Updates between factors; 0 for a constant rate.
    pub every: u32,
}

impl Schedule {
    /// The same rate for ever.
    pub fn constant(rate: f64) -> Self {
        Self { rate, decay: 1.0, every: 0 }
    }

    /// The rate of an update, counted from 0.
    pub fn at(&self, update: u32) -> f64 {
        let factors = update.checked_div(self.every).unwrap_or(0);
        self.rate * self.decay.powi(i32::try_from(factors).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_in_steps() {
        let schedule = Schedule { rate: 0.8, decay: 0.5, every: 2 };
        assert_eq!([0, 1, 2, 3, 4].map(|update| schedule.at(update)), [0.8, 0.8, 0.4, 0.4, 0.2]);
        assert_eq!(Schedule::constant(0.1).at(1000), 0.1);
    }
}
