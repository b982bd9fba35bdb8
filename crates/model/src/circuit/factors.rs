//! What a weight of an edge is made of.

/// What `syn_weight` of an edge is multiplied by, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Factors(pub [f64; 3]);

impl Factors {
    /// The weight that comes of a `syn_weight`.
    pub(super) fn after(self, syn_weight: f64) -> f64 {
        self.0.iter().fold(syn_weight, |weight, factor| weight * factor)
    }

    /// The `syn_weight` that a weight comes of, to the bit where there is one; `None` where every one becomes 0.
    pub(super) fn before(self, weight: f64) -> Option<f64> {
        let near = self.0.iter().rev().fold(weight, |weight, factor| weight / factor);
        if weight == 0.0 {
            return Some(0.0);
        }
        if !near.is_finite() {
            return None;
        }
        let candidates =
            [near, near.next_up(), near.next_down(), near.next_up().next_up(), near.next_down().next_down()];
        Some(candidates.into_iter().find(|own| self.after(*own) == weight).unwrap_or(near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a factor that is left out, and a weight that comes back as its neighbour.
    #[test]
    fn a_weight_comes_of_what_stands_before_its_factors() {
        for factors in [[1.0, 1.0, 1.0], [7.0, -1.0, 1.0], [3.0, 1.0, 0.3], [10.0, 1.0, 0.7]] {
            for number in 1..500_u32 {
                let weight = f64::from(number) * 0.137;
                let own = Factors(factors).before(weight).unwrap();
                let found = own * factors[0] * factors[1] * factors[2];
                assert!((found - weight).abs() <= weight * f64::EPSILON, "{factors:?} {weight} {found}");
            }
        }
        assert_eq!(Factors([5.0, 1.0, 1.0]).before(0.1), Some(0.02));
        assert_eq!((Factors([0.0, 1.0, 1.0]).before(0.0), Factors([0.0, 1.0, 1.0]).before(2.0)), (Some(0.0), None));
    }
}
