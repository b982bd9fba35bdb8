//! How the weight of an edge follows from `syn_weight` and `nsyns`.
//!
//! # Equations
//! `wmax` and its kin: w = `syn_weight` x `nsyns`. The two functions of the mouse V1 of \[Billeh2020\], which its program in
//! bmtk defines, weaken edges between cells of different `tuning_angle`: with Δ the angle between them (0 to 180), θ that of
//! the target, d_x and d_z how far it lies from the source in um, and σ the `weight_sigma` of the edge
//! ```text
//! DirectionRule_others:  w exp(−(Δ/σ)²)
//! DirectionRule_EE:      w exp(−(Δ/σ)²) exp(−p²/2) (5.5/4 − 11 s/1680),     p = 0.07 d_x cos θ + 0.04 d_z sin θ (degrees of
//!                        the visual field),     s = ||180 − θ mod 360| − 90| − 90|, 0 to 90
//! ```
//! Test: `the_functions_of_v1_at_known_angles`.
//!
//! # References
//! \[Billeh2020\], methods on connection weights.

use neuropil_record::Nodes;

/// A function of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WeightFunction {
    /// The product alone.
    Product,
    /// And the difference of directions.
    Direction,
    /// And the distance along the direction.
    DirectionAndPhase,
}

impl WeightFunction {
    /// The function of that name; without one the product.
    ///
    /// # Errors
    /// Names of functions that are not known.
    pub(super) fn of(name: Option<&str>) -> Result<Self, String> {
        match name {
            None | Some("wmax" | "set_syn_weight" | "default_weight_fnc" | "") => Ok(Self::Product),
            Some("DirectionRule_others") => Ok(Self::Direction),
            Some("DirectionRule_EE") => Ok(Self::DirectionAndPhase),
            Some(other) => Err(format!(
                "weight_function `{other}` is not known; wmax, DirectionRule_others and DirectionRule_EE are"
            )),
        }
    }

    /// What multiplies the product.
    ///
    /// # Errors
    /// An edge without `weight_sigma`, and cells without what the function needs.
    pub(super) fn factor(
        self,
        sigma: Option<f64>,
        (sources, source): (&Tuned, usize),
        (targets, target): (&Tuned, usize),
    ) -> Result<f64, String> {
        if self == Self::Product {
            return Ok(1.0);
        }
        let sigma = sigma.ok_or("the edge has no weight_sigma, which its weight_function needs")?;
        if sigma.is_nan() || sigma <= 0.0 {
            return Err(format!("weight_sigma is {sigma}, must be > 0"));
        }
        let (from, to) = (sources.angle(source)?, targets.angle(target)?);
        let apart = (((to - from).abs().rem_euclid(360.0) - 180.0).abs() - 180.0).abs();
        let alike = (-(apart / sigma).powi(2)).exp();
        if self == Self::Direction {
            return Ok(alike);
        }
        let [x, z] = [0, 1].map(|axis| Ok::<f64, String>(targets.place(axis, target)? - sources.place(axis, source)?));
        let phase = 0.07 * x? * to.to_radians().cos() + 0.04 * z? * to.to_radians().sin();
        let steep = (((180.0 - to.abs().rem_euclid(360.0)).abs() - 90.0).abs() - 90.0).abs();
        Ok(alike * (-0.5 * phase * phase).exp() * (5.5 / 4.0 - 11.0 / 1680.0 * steep))
    }
}

/// What functions of weights know of the nodes of a population; NaN where a node has no such number.
#[derive(Debug, Default)]
pub(super) struct Tuned {
    population: String,
    angles: Vec<f64>,
    places: [Vec<f64>; 2],
}

impl Tuned {
    /// Of a population.
    pub(super) fn of(nodes: &Nodes) -> Self {
        let column = |name: &str| {
            let number = |item| nodes.attributes.number(item, name).unwrap_or(f64::NAN);
            (0..nodes.ids.len()).map(number).collect::<Vec<f64>>()
        };
        Self { population: nodes.population.clone(), angles: column("tuning_angle"), places: ["x", "z"].map(column) }
    }

    fn angle(&self, item: usize) -> Result<f64, String> {
        self.known("tuning_angle", self.angles[item])
    }

    fn place(&self, axis: usize, item: usize) -> Result<f64, String> {
        self.known(["x", "z"][axis], self.places[axis][item])
    }

    fn known(&self, name: &str, value: f64) -> Result<f64, String> {
        let missing = || format!("a node of `{}` has no {name}, which the weight_function needs", self.population);
        if value.is_nan() { Err(missing()) } else { Ok(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuned(angle: f64, x: f64, z: f64) -> Tuned {
        Tuned { population: "v1".into(), angles: vec![angle], places: [vec![x], vec![z]] }
    }

    /// Would catch an angle that is not taken the short way round, a scale of the wrong axis, and a wrong sign.
    #[test]
    fn the_functions_of_v1_at_known_angles() {
        let factor = |function: WeightFunction, from: &Tuned, to: &Tuned| {
            function.factor(Some(30.0), (from, 0), (to, 0)).unwrap()
        };
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        let alike = |apart: f64| (-(apart / 30.0_f64).powi(2)).exp();
        for (from, to, apart) in [(10.0, 350.0, 20.0), (0.0, 180.0, 180.0), (40.0, 70.0, 30.0)] {
            close(factor(WeightFunction::Direction, &tuned(from, 0.0, 0.0), &tuned(to, 0.0, 0.0)), alike(apart));
        }
        let phase = WeightFunction::DirectionAndPhase;
        close(factor(phase, &tuned(0.0, 3.0, 5.0), &tuned(0.0, 3.0, 5.0)), 5.5 / 4.0);
        close(factor(phase, &tuned(90.0, 0.0, 0.0), &tuned(90.0, 50.0, 0.0)), 5.5 / 7.0);
        close(factor(phase, &tuned(0.0, 0.0, 0.0), &tuned(0.0, 20.0, 0.0)), 5.5 / 4.0 * (-0.5 * 1.4_f64.powi(2)).exp());
        close(factor(phase, &tuned(90.0, 0.0, 0.0), &tuned(90.0, 0.0, 25.0)), 5.5 / 7.0 * (-0.5_f64).exp());
        let untuned =
            WeightFunction::Direction.factor(Some(30.0), (&tuned(f64::NAN, 0.0, 0.0), 0), (&tuned(0.0, 0.0, 0.0), 0));
        assert!(untuned.unwrap_err().contains("`v1` has no tuning_angle"));
        assert!(WeightFunction::of(Some("gaussianLL")).unwrap_err().contains("`gaussianLL` is not known"));
    }
}
