//! The kinds of current as files name them, with the numbers that a file tells of each.

use super::Waveform;
use neuropil_core::{Clock, ClockError, Range, Unit};

/// A kind of current by name.
#[derive(Debug, Clone, Copy)]
pub struct CurrentKind {
    /// Its name: `kind` of an input.
    pub name: &'static str,
    /// What it is, in a line: the title of its part of the schema, and of its class in Python.
    pub summary: &'static str,
    /// What a file tells of it.
    pub numbers: &'static [CurrentNumber],
    make: fn(&[f64], Clock) -> Result<Waveform, ClockError>,
}

/// A number that a file tells of a current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurrentNumber {
    /// The symbol, without unit: `amplitude`.
    pub symbol: &'static str,
    /// Its unit; `None` for that of the port that the current enters by.
    pub unit: Option<Unit>,
    /// Values allowed.
    pub range: Range,
    /// What is there where the file says nothing.
    pub absent: Absent,
    /// Meaning.
    pub doc: &'static str,
}

/// What is there where a file says nothing of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Absent {
    /// A fault: it must be there.
    Fault,
    /// This number.
    Number(f64),
    /// The step dt, in ms, of which the number is a multiple.
    Step,
}

impl CurrentNumber {
    /// The name in files, of a current into a port of this unit: `amplitude_pa`.
    pub fn name(&self, of_port: Unit) -> String {
        self.unit.unwrap_or(of_port).name_of(self.symbol)
    }
}

impl CurrentKind {
    /// The waveform of these values, one a number.
    ///
    /// # Errors
    /// A duration that is off the grid.
    pub fn waveform(&self, values: &[f64], clock: Clock) -> Result<Waveform, ClockError> {
        (self.make)(values, clock)
    }
}

impl Waveform {
    /// What files call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Constant { .. } => "step_current",
            Self::Sine { .. } => "sine_current",
            Self::Noise { .. } => "noise_current",
            Self::OrnsteinUhlenbeck { .. } => "ou_current",
        }
    }
}

const AMPLITUDE: CurrentNumber = CurrentNumber {
    symbol: "amplitude",
    unit: None,
    range: Range::Any,
    absent: Absent::Fault,
    doc: "Height of the current",
};
const MEAN: CurrentNumber =
    CurrentNumber { symbol: "mean", unit: None, range: Range::Any, absent: Absent::Number(0.0), doc: "Mean current" };
const STD: CurrentNumber = CurrentNumber {
    symbol: "std",
    unit: None,
    range: Range::NonNegative,
    absent: Absent::Fault,
    doc: "Standard deviation of the draws",
};

/// Every kind of current; a new one is a row here beside its variant of [`Waveform`].
pub static KINDS: &[CurrentKind] = &[
    CurrentKind {
        name: "step_current",
        summary: "A current that is on for a time",
        numbers: &[AMPLITUDE],
        make: |values, _| Ok(Waveform::Constant { amplitude: values[0] }),
    },
    CurrentKind {
        name: "sine_current",
        summary: "A current that goes up and down as a sine",
        numbers: &[
            AMPLITUDE,
            CurrentNumber {
                symbol: "frequency",
                unit: Some(Unit::Hz),
                range: Range::NonNegative,
                absent: Absent::Fault,
                doc: "Frequency",
            },
            CurrentNumber { symbol: "offset", ..MEAN },
            CurrentNumber {
                symbol: "phase_cycles",
                unit: Some(Unit::One),
                range: Range::Any,
                absent: Absent::Number(0.0),
                doc: "Phase at time 0, in cycles",
            },
        ],
        make: |values, _| {
            let [amplitude, frequency_hz, offset, phase] = [values[0], values[1], values[2], values[3]];
            Ok(Waveform::Sine { offset, amplitude, frequency_hz, phase })
        },
    },
    CurrentKind {
        name: "noise_current",
        summary: "A current that is drawn anew at equal intervals, for each cell",
        numbers: &[
            MEAN,
            STD,
            CurrentNumber {
                symbol: "hold",
                unit: Some(Unit::Ms),
                range: Range::Positive,
                absent: Absent::Step,
                doc: "For how long each draw holds",
            },
        ],
        make: |values, clock| {
            Ok(Waveform::Noise { mean: values[0], std: values[1], hold_steps: clock.steps(values[2])? })
        },
    },
    CurrentKind {
        name: "ou_current",
        summary: "A current that fluctuates as an Ornstein-Uhlenbeck process, of each cell its own",
        numbers: &[
            MEAN,
            STD,
            CurrentNumber {
                symbol: "tau",
                unit: Some(Unit::Ms),
                range: Range::Positive,
                absent: Absent::Fault,
                doc: "How long its correlation lasts, e^(-t/tau)",
            },
        ],
        make: |values, _| Ok(Waveform::OrnsteinUhlenbeck { mean: values[0], std: values[1], tau_ms: values[2] }),
    },
];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static CurrentKind> {
    KINDS.iter().find(|own| own.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Of each kind the waveform that it makes has its name, every number acts, and defaults are in range. Would catch a row
    /// that makes another waveform, two numbers of one name, and a number that is read and forgotten.
    #[test]
    fn each_kind_makes_its_own_waveform_of_all_its_numbers() {
        let clock = Clock::new(0.5).unwrap();
        let names: BTreeSet<&str> = KINDS.iter().map(|own| own.name).collect();
        assert_eq!(names.len(), KINDS.len());
        for own in KINDS {
            let values: Vec<f64> = (1_u8..).take(own.numbers.len()).map(f64::from).collect();
            let made = own.waveform(&values, clock).unwrap();
            assert_eq!((made.name(), kind(made.name()).map(|own| own.name)), (own.name, Some(own.name)));
            let symbols: BTreeSet<&str> = own.numbers.iter().map(|number| number.symbol).collect();
            assert_eq!(symbols.len(), own.numbers.len(), "{}", own.name);
            for (index, number) in own.numbers.iter().enumerate() {
                let mut other = values.clone();
                other[index] += 10.0;
                assert_ne!(own.waveform(&other, clock).unwrap(), made, "{} of {}", number.symbol, own.name);
                if let Absent::Number(default) = number.absent {
                    assert!(number.range.contains(default), "{} of {}", number.symbol, own.name);
                }
            }
        }
    }
}
