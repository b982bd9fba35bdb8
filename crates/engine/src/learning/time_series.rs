//! Numbers that a network is given over time: targets, rewards, what was recorded of a readout.

/// Values at equal intervals from the start of the run, each held until the next.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeSeries {
    /// `[point][channel]`; not a number: nothing is asked for.
    pub values: Vec<f64>,
    /// Numbers of a point.
    pub channels: usize,
    /// Steps between points, at least 1.
    pub every_steps: u64,
    /// Whether it begins again behind its end; without, nothing is asked for there.
    pub repeats: bool,
}

impl TimeSeries {
    /// The values of a step, counted from 1; `None` behind the end.
    pub fn at(&self, step: u64) -> Option<&[f64]> {
        let points = (self.values.len() / self.channels.max(1)) as u64;
        let point = (step - 1) / self.every_steps;
        let point = if self.repeats { point.checked_rem(points)? } else { point };
        let first = usize::try_from(point).ok()?.checked_mul(self.channels)?;
        self.values.get(first..first + self.channels)
    }

    /// Writes the values of a step, no numbers behind the end; whether all are numbers.
    pub fn tell(&self, step: u64, out: &mut [f64]) -> bool {
        match self.at(step) {
            Some(values) => out.copy_from_slice(values),
            None => out.fill(f64::NAN),
        }
        out.iter().all(|value| !value.is_nan())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_held_and_repeated() {
        let series = TimeSeries { values: vec![1.0, -1.0, 2.0, -2.0], channels: 2, every_steps: 3, repeats: false };
        let of = |series: &TimeSeries| (1..=7).map(|step| series.at(step).map(|own| own[0])).collect::<Vec<_>>();
        assert_eq!(of(&series), [Some(1.0), Some(1.0), Some(1.0), Some(2.0), Some(2.0), Some(2.0), None]);
        assert_eq!(of(&TimeSeries { repeats: true, ..series.clone() })[6], Some(1.0));
        let mut out = [0.0; 2];
        assert!(series.tell(4, &mut out) && out == [2.0, -2.0]);
        assert!(!series.tell(7, &mut out) && out[0].is_nan());
    }
}
