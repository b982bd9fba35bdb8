//! How a rule's gradient lies to the exact one, over the same synapses of the same batch.
//!
//! # Equations
//! With g the exact gradient, g_r that of the rule, g_p the row of cell p,
//! ```text
//! C = <g_r, g>/(|g_r| |g|),     P = <g_r, g>/|g|² = C |g_r|/|g|         (E falls by η P |g|² where W moves by −η g_r, to first order)
//! U = Σ_{p unread} |g_p|²/|g|²,     U_r the same of g_r,     reach = Σ_{p unread} <g_r,p, g_p> / Σ_{p unread} |g_p|²
//! ```
//! A cell is unread that no synapse leads from to a readout. A rule that is exact for the cells that are read, and silent on the others, has
//! C = sqrt(1 − U), which may be high, P = 1 − U and a reach of 0.

use crate::Matrix;

/// Measures of one matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// <g, g*>/(|g| |g*|); NaN if one of them is 0.
    pub cosine: f64,
    /// Share of synapses whose signs agree, among those where the exact gradient is not 0.
    pub sign_agreement: f64,
    /// |g|/|g*|.
    pub norm_ratio: f64,
    /// P: useful progress.
    pub progress: f64,
}

/// Where the credit of a rule goes, over several matrices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreditShare {
    /// P over all of them.
    pub progress: f64,
    /// U: the share of the exact credit that cells have that are not read; NaN where there is none.
    pub unread: f64,
    /// U_r.
    pub unread_of_rule: f64,
    /// The useful progress of cells that are not read; NaN where all are.
    pub reach: f64,
}

/// Gradients of a matrix `[cell, presynaptic]` by a rule and exact, and which of its synapses exist.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// That of the rule.
    pub own: &'a Matrix,
    /// The exact one.
    pub exact: &'a Matrix,
    /// Whether there is a synapse, by its place.
    pub exists: &'a dyn Fn(usize) -> bool,
}

/// Of matrices with a row a cell; `is_read` says which cells a readout hears.
pub fn credit_share(pairs: &[Pair<'_>], is_read: &[bool]) -> CreditShare {
    // <g_r, g>, |g|², |g_r|² of the cells that are read, and of those that are not.
    let mut sums = [[0.0; 3]; 2];
    for Pair { own, exact, exists } in pairs {
        let columns = exact.columns().max(1);
        let values = own.values().iter().zip(exact.values()).enumerate();
        for (place, (own, exact)) in values.filter(|(place, _)| exists(*place)) {
            let sum = &mut sums[usize::from(!is_read[place / columns])];
            sum[0] += own * exact;
            sum[1] += exact * exact;
            sum[2] += own * own;
        }
    }
    let all = |number: usize| sums[0][number] + sums[1][number];
    CreditShare {
        progress: all(0) / all(1),
        unread: sums[1][1] / all(1),
        unread_of_rule: sums[1][2] / all(2),
        reach: sums[1][0] / sums[1][1],
    }
}

/// Of a gradient `own` and the exact gradient, over the synapses that `exists` names by their place.
pub fn alignment(own: &[f64], exact: &[f64], exists: impl Fn(usize) -> bool) -> Alignment {
    let (mut product, mut own_square, mut exact_square) = (0.0, 0.0, 0.0);
    let (mut agree, mut counted) = (0.0, 0.0);
    for (_, (own, exact)) in own.iter().zip(exact).enumerate().filter(|(place, _)| exists(*place)) {
        product += own * exact;
        own_square += own * own;
        exact_square += exact * exact;
        if *exact != 0.0 {
            counted += 1.0;
            agree += f64::from(u8::from(own * exact > 0.0));
        }
    }
    Alignment {
        cosine: product / (own_square.sqrt() * exact_square.sqrt()),
        sign_agreement: agree / counted,
        norm_ratio: own_square.sqrt() / exact_square.sqrt(),
        progress: product / exact_square,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (3, 4, 0) and (4, 3, 1) over two places of three; by hand. Would catch absent synapses that count.
    #[test]
    fn by_hand() {
        let found = alignment(&[3.0, 4.0, 9.0, 0.0], &[4.0, 3.0, 7.0, -1.0], |place| place != 2);
        assert!((found.cosine - 24.0 / (5.0 * 26.0_f64.sqrt())).abs() < 1e-15);
        assert!((found.sign_agreement - 2.0 / 3.0).abs() < 1e-15);
        assert!((found.norm_ratio - 5.0 / 26.0_f64.sqrt()).abs() < 1e-15);
        assert!((found.progress - 24.0 / 26.0).abs() < 1e-15);
        assert!(alignment(&[0.0], &[1.0], |_| true).cosine.is_nan());
    }

    fn matrix(rows: usize, values: &[f64]) -> Matrix {
        Matrix::new("g", rows, values.len() / rows, values.to_vec()).unwrap()
    }

    /// A gradient c times as large has P = c everywhere; the progress of all is that of each matrix, weighted by |g_i|²; one that is exact
    /// for the cells that are read has P = 1 − U, C = sqrt(1 − U) and no reach. Would catch absent synapses that count and rows of the wrong cell.
    #[test]
    fn progress_and_where_it_goes() {
        let (one, other) = (matrix(2, &[1.0, -2.0, 0.5, 9.0]), matrix(2, &[3.0, 1.0]));
        let scaled = |own: &Matrix| Matrix::from_fn(own.rows(), own.columns(), |p, q| 0.4 * own[(p, q)]);
        let (there, all) = (|place: usize| place != 3, |_: usize| true);
        let (one_scaled, other_scaled) = (scaled(&one), scaled(&other));
        let pairs = |a, b| [Pair { own: a, exact: &one, exists: &there }, Pair { own: b, exact: &other, exists: &all }];
        let found = credit_share(&pairs(&one_scaled, &other_scaled), &[true, false]);
        let unread = 1.25 / 15.25;
        let expected = CreditShare { progress: 0.4, unread, unread_of_rule: unread, reach: 0.4 };
        let off = |a: f64, b: f64| (a - b).abs() < 1e-15;
        assert!(off(found.progress, 0.4) && off(found.unread, expected.unread) && off(found.reach, 0.4), "{found:?}");
        assert!(off(found.unread_of_rule, expected.unread_of_rule));
        let silent = [matrix(2, &[1.0, -2.0, 0.0, 7.0]), matrix(2, &[3.0, 0.0])];
        let found = credit_share(&pairs(&silent[0], &silent[1]), &[true, false]);
        assert!(off(found.progress, 1.0 - unread) && found.reach == 0.0 && found.unread_of_rule == 0.0);
        let parts =
            [alignment(silent[0].values(), one.values(), there), alignment(silent[1].values(), other.values(), all)];
        assert!(off(found.progress, (5.25 * parts[0].progress + 10.0 * parts[1].progress) / 15.25));
        let flat = |a: &Matrix, b: &Matrix| [&a.values()[..3], b.values()].concat();
        let whole = alignment(&flat(&silent[0], &silent[1]), &flat(&one, &other), |_| true);
        assert!(off(whole.cosine, (1.0 - unread).sqrt()));
        assert!(credit_share(&pairs(&one, &other), &[true, true]).reach.is_nan());
    }
}
