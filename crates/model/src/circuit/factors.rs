//! What a weight of an edge is made of.

/// Rounding of three divisions leaves a number no further away than so many neighbours.
const NEIGHBOURS: usize = 4;

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
        let (mut above, mut below) = (near, near);
        for _ in 0..=NEIGHBOURS {
            for own in [above, below] {
                if self.after(own) == weight {
                    return Some(own);
                }
            }
            (above, below) = (above.next_up(), below.next_down());
        }
        Some(near)
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
                let after = |own: f64| own * factors[0] * factors[1] * factors[2];
                // All numbers nearby, found in another way: where one of them makes the weight to the bit, it has to.
                let step = own.abs() * f64::EPSILON / 2.0;
                let has_one = (-20..=20).any(|number| after(own + f64::from(number) * step) == weight);
                assert!(!has_one || after(own) == weight, "{factors:?} {weight} {own}");
                assert!((after(own) - weight).abs() <= 2.0 * weight * f64::EPSILON, "{factors:?} {weight} {own}");
            }
        }
        assert_eq!(Factors([5.0, 1.0, 1.0]).before(0.1), Some(0.02));
        assert_eq!((Factors([0.0, 1.0, 1.0]).before(0.0), Factors([0.0, 1.0, 1.0]).before(2.0)), (Some(0.0), None));
    }
}
