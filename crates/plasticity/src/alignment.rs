//! How a rule's gradient lies to the exact one, over the same synapses of the same batch.

/// Measures of one matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// <g, g*>/(|g| |g*|); NaN if one of them is 0.
    pub cosine: f64,
    /// Share of synapses whose signs agree, among those where the exact gradient is not 0.
    pub sign_agreement: f64,
    /// |g|/|g*|.
    pub norm_ratio: f64,
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
        assert!(alignment(&[0.0], &[1.0], |_| true).cosine.is_nan());
    }
}
