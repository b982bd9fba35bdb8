//! What the firing-rate regulariser of a free run asks of the cells of a recording.
//!
//! # Equations
//! ```text
//! reg_p^t = c (f_p − f*)/T        f_p: spikes a step in the T steps between two changes of weights, of which t is one
//! ```
//! Rules add Σ_t reg_p e_pq, which no cell emits; the exact ones take it as errors of a readout that each cell is for itself.

use neuropil_plasticity::rule::{Feedback, Reach, Slope};
use neuropil_plasticity::{Credit, Matrix, Plane, RateRegulariser, Readout, Rule};

/// reg, `[step][cell]`.
pub(super) fn by_window(z: &Plane, own: RateRegulariser, apply_steps: usize) -> Plane {
    let mut reg = Plane::zeros(z.steps(), z.channels(), 1);
    for first in (0..z.steps()).step_by(apply_steps.max(1)) {
        let steps = apply_steps.min(z.steps() - first);
        let within = first..first + steps;
        let sum = |cell: usize| within.clone().map(|step| z.at(step, cell, 0)).sum::<f64>();
        let rates: Vec<f64> = (0..z.channels()).map(|cell| sum(cell) / steps as f64).collect();
        let credit = own.credit(&rates, 1, steps);
        within.clone().for_each(|step| reg.step_mut(step).copy_from_slice(&credit));
    }
    reg
}

/// Whether a rule follows what reg changes through the whole network.
pub(super) fn is_exact(rule: &Rule) -> bool {
    (rule.feedback, rule.slope, rule.reach) == (Feedback::Weights, Slope::Exact, Reach::All)
}

/// A readout that all cells are for themselves, without memory, and reg as its errors.
pub(super) fn alone(reg: &Plane) -> (Readout, Credit) {
    let cells = reg.channels();
    let readout = Readout { w_out: identity(0, cells), b: vec![0.0; cells], kappa: 0.0, scale: 1.0 };
    (readout, Credit { err: reg.clone(), regulariser: Vec::new(), asked: None })
}

/// The readout with all cells behind it, and errors whose credit is that of `err` and reg: (reg^t − κ reg^{t+1})/g_o.
pub(super) fn beside(own: &Readout, err: &Plane, reg: &Plane) -> (Readout, Credit) {
    let (outputs, cells) = (err.channels(), reg.channels());
    let mut w_out = identity(outputs, cells);
    for k in 0..outputs {
        (0..cells).for_each(|cell| w_out[(k, cell)] = own.w_out[(k, cell)]);
    }
    let at = |step: usize, cell: usize| if step < reg.steps() { reg.at(step, cell, 0) } else { 0.0 };
    let of_cell = |step: usize, cell: usize| (at(step, cell) - own.kappa * at(step + 1, cell)) / own.scale;
    let err = Plane::from_fn(reg.steps(), outputs + cells, 1, |step, k, _| match k.checked_sub(outputs) {
        None => err.at(step, k, 0),
        Some(cell) => of_cell(step, cell),
    });
    let b = own.b.iter().copied().chain(std::iter::repeat_n(0.0, cells)).collect();
    (Readout { w_out, b, ..own.clone() }, Credit { err, regulariser: Vec::new(), asked: None })
}

/// Rows of 0, then one a cell.
fn identity(rows: usize, cells: usize) -> Matrix {
    Matrix::from_fn(rows + cells, cells, |k, cell| f64::from(u8::from(k == rows + cell)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_plasticity::RateOver;

    /// Three intervals of 4, 4 and 2 steps by hand. Would catch an interval that begins a step late, and a share of a whole
    /// one for the last.
    #[test]
    fn rates_are_those_of_their_interval() {
        let z = Plane::from_fn(10, 2, 1, |step, cell, _| f64::from(u8::from(cell == 1 && [0, 3, 9].contains(&step))));
        let reg = by_window(&z, RateRegulariser { strength: 8.0, target: 0.25, over: RateOver::Batch }, 4);
        for step in 0..10 {
            let (rate, steps) = [(0.5, 4.0), (0.0, 4.0), (0.5, 2.0)][step / 4];
            assert_eq!([reg.at(step, 0, 0), reg.at(step, 1, 0)], [-2.0 / steps, 8.0 * (rate - 0.25) / steps], "{step}");
        }
    }

    /// Credit of errors and regulariser together is the sum of each.
    #[test]
    fn errors_of_cells_have_the_credit_of_the_regulariser() {
        let number = |index: usize| ((index * index) as f64).sin();
        let w_out = Matrix::from_fn(2, 3, |k, cell| number(3 * k + cell + 1));
        let own = Readout { w_out, b: vec![0.1, 0.2], kappa: 0.8, scale: 0.2 };
        let err = Plane::from_fn(7, 2, 1, |step, k, _| number(2 * step + k + 20));
        let reg = Plane::from_fn(7, 3, 1, |step, cell, _| number(3 * step + cell + 50));
        let direct = |own: &Readout, credit: &Credit| credit.direct(own, &own.w_out.transposed());
        let plain = direct(&own, &Credit { err: err.clone(), regulariser: Vec::new(), asked: None });
        let (readout, credit) = beside(&own, &err, &reg);
        let both = direct(&readout, &credit);
        let (readout, credit) = alone(&reg);
        let local = direct(&readout, &credit);
        for (step, cell) in (0..7).flat_map(|step| (0..3).map(move |cell| (step, cell))) {
            let expected = plain.at(step, cell, 0) + reg.at(step, cell, 0);
            assert!((both.at(step, cell, 0) - expected).abs() < 1e-14);
            assert_eq!(local.at(step, cell, 0), reg.at(step, cell, 0));
        }
    }
}
