//! The Runge-Kutta-Fehlberg method of order 5 with an error of order 4, in parts of a step whose size follows the error.
//!
//! # Equations
//! With the coefficients of \[Fehlberg1969\] a part of size h gives y and the estimate e of its error. With the bound D of each
//! variable, and r the largest |e|/D:
//! ```text
//! D = absolute + relative |y|           or  absolute + relative |h dy/dt|       at the end of the part
//! r > 1.1:  the part is made again with h max(0.2, 0.9 r^(-1/5))
//! r < 0.5:  the next part has h min(5, max(1, 0.9 r^(-1/6)))
//! ```
//! A part never passes the end of the step, and the size of the last part is where the next step begins: that is what NEST's
//! cells do, which take these rules from the GNU Scientific Library (its manual, chapter on ordinary differential equations).
//!
//! # References
//! \[Fehlberg1969\] table III, formula 2 (five-stage error of order 4).

use crate::neuron::VARIABLES;

/// How large the error of a part may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Control {
    /// Of each variable, in its unit.
    pub absolute: f64,
    /// Relative to the variable, or to what it changes in the part.
    pub relative: f64,
    /// Whether `relative` is of the change.
    pub of_change: bool,
}

/// Where in a step a cell is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// Since the step's begin, ms.
    pub time: f64,
    /// The size of the next part, ms.
    pub size: f64,
}

/// Room for the slopes of a part.
pub(super) struct Room {
    slopes: [[f64; VARIABLES]; 6],
    between: [f64; VARIABLES],
    new: [f64; VARIABLES],
}

impl Room {
    /// Empty.
    pub(super) fn new() -> Self {
        Self { slopes: [[0.0; VARIABLES]; 6], between: [0.0; VARIABLES], new: [0.0; VARIABLES] }
    }
}

/// Weights of the slopes before each stage.
const STAGES: [&[f64]; 5] = [
    &[1.0 / 4.0],
    &[3.0 / 32.0, 9.0 / 32.0],
    &[1932.0 / 2197.0, -7200.0 / 2197.0, 7296.0 / 2197.0],
    &[8341.0 / 4104.0, -32832.0 / 4104.0, 29440.0 / 4104.0, -845.0 / 4104.0],
    &[-6080.0 / 20520.0, 41040.0 / 20520.0, -28352.0 / 20520.0, 9295.0 / 20520.0, -5643.0 / 20520.0],
];
/// Weights of the slopes in the end of a part, and in its error.
const END: [f64; 6] = [
    902_880.0 / 7_618_050.0,
    0.0,
    3_953_664.0 / 7_618_050.0,
    3_855_735.0 / 7_618_050.0,
    -1_371_249.0 / 7_618_050.0,
    277_020.0 / 7_618_050.0,
];
const ERROR: [f64; 6] = [1.0 / 360.0, 0.0, -128.0 / 4275.0, -2197.0 / 75240.0, 1.0 / 50.0, 2.0 / 55.0];

/// Advances `y` by one part that meets the bound, at most up to `end`.
#[inline(always)]
pub(super) fn part(
    slopes_of: impl Fn(&[f64], &mut [f64]),
    control: Control,
    moment: &mut Moment,
    end: f64,
    y: &mut [f64],
    room: &mut Room,
) {
    let count = y.len();
    let left = end - moment.time;
    slopes_of(y, &mut room.slopes[0][..count]);
    let mut h = moment.size;
    loop {
        let last = h > left;
        if last {
            h = left;
        }
        for (stage, weights) in STAGES.iter().enumerate() {
            for (variable, between) in room.between[..count].iter_mut().enumerate() {
                let sum: f64 = weights.iter().zip(&room.slopes).map(|(weight, slope)| weight * slope[variable]).sum();
                *between = y[variable] + h * sum;
            }
            slopes_of(&room.between[..count], &mut room.slopes[stage + 1][..count]);
        }
        for (variable, new) in room.new[..count].iter_mut().enumerate() {
            let sum: f64 = END.iter().zip(&room.slopes).map(|(weight, slope)| weight * slope[variable]).sum();
            *new = y[variable] + h * sum;
        }
        if control.of_change {
            slopes_of(&room.new[..count], &mut room.between[..count]);
        }
        let mut worst = f64::MIN_POSITIVE;
        for variable in 0..count {
            let error: f64 = ERROR.iter().zip(&room.slopes).map(|(weight, slope)| weight * slope[variable]).sum();
            let size = if control.of_change { h * room.between[variable] } else { room.new[variable] };
            let bound = control.relative * size.abs() + control.absolute;
            worst = worst.max((h * error).abs() / bound);
        }
        let next = if worst > 1.1 {
            h * (0.9 / worst.powf(1.0 / 5.0)).max(0.2)
        } else if worst < 0.5 {
            h * (0.9 / worst.powf(1.0 / 6.0)).clamp(1.0, 5.0)
        } else {
            h
        };
        if worst > 1.1 && next < h && moment.time + h + next != moment.time + h {
            h = next;
            continue;
        }
        y.copy_from_slice(&room.new[..count]);
        moment.time = if last { end } else { moment.time + h };
        moment.size = if worst > 1.1 { h } else { next };
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One part without control has order 5: the error of x' = x falls 2^6-fold for half the part. Would catch a wrong
    /// coefficient.
    #[test]
    fn a_part_has_order_five() {
        let wide = Control { absolute: 1e9, relative: 0.0, of_change: false };
        let error = |h: f64| {
            let (mut y, mut moment) = ([1.0], Moment { time: 0.0, size: h });
            part(|y, dy| dy[0] = y[0], wide, &mut moment, h, &mut y, &mut Room::new());
            assert_eq!(moment.time, h);
            (y[0] - h.exp()).abs()
        };
        for h in [0.4, 0.2] {
            assert!((error(h) / error(h / 2.0) / 64.0 - 1.0).abs() < 0.2, "{}", error(h) / error(h / 2.0));
        }
    }

    /// Parts meet the bound, and reach the end. Would catch an error that is not estimated, and a step that is passed.
    #[test]
    fn parts_meet_the_bound() {
        for of_change in [false, true] {
            let control = Control { absolute: 1e-6, relative: 1e-6, of_change };
            let (mut y, mut moment, mut parts) = ([1.0, 0.0], Moment { time: 0.0, size: 10.0 }, 0);
            while moment.time < 10.0 {
                part(|y, dy| (dy[0], dy[1]) = (-y[1], y[0]), control, &mut moment, 10.0, &mut y, &mut Room::new());
                parts += 1;
            }
            assert!((y[0] - 10.0_f64.cos()).abs() < 1e-4 && (y[1] - 10.0_f64.sin()).abs() < 1e-4, "{y:?}");
            assert!((5..200).contains(&parts), "{parts} parts");
        }
    }
}
