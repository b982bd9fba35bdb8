//! Binding of ligands to a receptor.
//!
//! # Equations
//! Bound fractions b_i of ligands that compete, d desensitised:
//! ```text
//! db_i/dt = k_on,i c_i (1 − Σ b − d) − k_off,i b_i − k_des b_i,      k_off = k_d k_on
//! dd/dt   = k_des Σ b − k_rec d
//! ```
//! For c held over a step this is linear. One ligand without desensitisation: b ← b_∞ + (b − b_∞) e^{−(k_on c + k_off)Δ},
//! b_∞ = c/(c + k_d). Otherwise y ← y + Σ_{k≥1} Δ^k M^{k−1} ẏ/k!, summed until terms vanish, in as many parts of the step
//! as keep the series short: exact to rounding. In equilibrium b_i = (c_i/k_d,i)^h/(1 + Σ (c/k_d)^h).
//! Tests: `occupancy_is_exact_for_a_held_concentration`, `competition_reaches_its_equilibrium`.
//!
//! Binding takes nothing out of the field.

use super::messenger::GClass;

neuropil_core::parameters! {
    /// Loss and return of receptors that were bound \[Williams2014\].
    pub struct Desensitisation {
        /// Rate at which bound receptors desensitise
        k_desensitise: PerMs = 2e-6, NonNegative;
        /// Rate at which they recover
        k_recover: PerMs = 5e-7, NonNegative;
    }
}

/// What binds, and how fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ligand {
    /// Index of the species.
    pub species: usize,
    /// Concentration of half occupancy, nM.
    pub k_d: f64,
    /// Rate of binding, 1/(nM ms).
    pub k_on: f64,
}

impl Ligand {
    /// Rate of unbinding, 1/ms.
    pub fn k_off(&self) -> f64 {
        self.k_d * self.k_on
    }
}

/// How occupancy follows concentration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Binding {
    /// With the rates of the ligands.
    Kinetic,
    /// At once, with a Hill coefficient.
    Equilibrium {
        /// 1 is Langmuir's law.
        hill: f64,
    },
}

/// A receptor.
#[derive(Debug, Clone, PartialEq)]
pub struct Receptor {
    /// Its name.
    pub name: String,
    /// The G protein it acts on.
    pub class: GClass,
    /// What binds to it; at least one.
    pub ligands: Vec<Ligand>,
    /// How.
    pub binding: Binding,
    /// Whether it desensitises.
    pub desensitisation: Option<Desensitisation>,
}

/// Longest part of a step, in units of the fastest rate.
const PART: f64 = 0.5;
/// Terms beyond this share of the sum change nothing.
const LAST: f64 = 1e-17;
/// Most ligands of a receptor.
pub const MOST_LIGANDS: usize = 7;

impl Receptor {
    /// Numbers of state: a bound fraction a ligand, and the desensitised fraction.
    pub fn states(&self) -> usize {
        self.ligands.len() + 1
    }

    /// Advances the state (bound fractions, then desensitised) with concentrations of its ligands held for `dt_ms`.
    pub fn advance(&self, state: &mut [f64], concentrations: &[f64], dt_ms: f64) {
        match (self.binding, &self.ligands[..], &self.desensitisation) {
            (Binding::Equilibrium { hill }, ..) => self.equilibrate(state, concentrations, hill),
            (Binding::Kinetic, [ligand], None) => {
                let on = ligand.k_on * concentrations[0];
                let rate = on + ligand.k_off();
                let settled = if rate > 0.0 { on / rate } else { 0.0 };
                state[0] = settled + (state[0] - settled) * (-rate * dt_ms).exp();
            }
            _ => self.series(state, concentrations, dt_ms),
        }
    }

    /// Desensitisation does not apply.
    fn equilibrate(&self, state: &mut [f64], concentrations: &[f64], hill: f64) {
        let mut free = 1.0;
        for ((state, ligand), c) in state.iter_mut().zip(&self.ligands).zip(concentrations) {
            *state = (c / ligand.k_d).powf(hill);
            free += *state;
        }
        state[..self.ligands.len()].iter_mut().for_each(|state| *state /= free);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of parts")]
    fn series(&self, state: &mut [f64], concentrations: &[f64], dt_ms: f64) {
        let n = self.ligands.len();
        let (out, back) = self.desensitisation.as_ref().map_or((0.0, 0.0), |d| (d.k_desensitise.0, d.k_recover.0));
        let mut on = [0.0; MOST_LIGANDS];
        let mut fastest = out + back;
        for ((on, ligand), c) in on.iter_mut().zip(&self.ligands).zip(concentrations) {
            *on = ligand.k_on * c;
            fastest += *on + ligand.k_off();
        }
        // The rate of change with `whole` receptors in all: 1 for the state, 0 for its derivatives.
        let slope = |y: &[f64], whole: f64| {
            let bound: f64 = y[..n].iter().sum();
            let free = whole - bound - y[n];
            let mut slope = [0.0; MOST_LIGANDS + 1];
            for i in 0..n {
                slope[i] = on[i] * free - (self.ligands[i].k_off() + out) * y[i];
            }
            slope[n] = out * bound - back * y[n];
            slope
        };
        let parts = (fastest * dt_ms / PART).ceil().clamp(1.0, 1e6);
        let h = dt_ms / parts;
        for _ in 0..parts as u32 {
            let mut term = slope(state, 1.0);
            let mut order = 1.0;
            loop {
                let mut largest = 0.0_f64;
                for (state, term) in state.iter_mut().zip(&mut term) {
                    *term *= h / order;
                    *state += *term;
                    largest = largest.max(term.abs());
                }
                if largest < LAST {
                    break;
                }
                term = slope(&term, 0.0);
                order += 1.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::Clock;
    use neuropil_core::units::PerMs;

    fn receptor(ligands: &[(f64, f64)], desensitisation: Option<(f64, f64)>) -> Receptor {
        let ligand = |(species, (k_d, k_on)): (usize, &(f64, f64))| Ligand { species, k_d: *k_d, k_on: *k_on };
        let desensitisation =
            desensitisation.map(|(out, back)| Desensitisation { k_desensitise: PerMs(out), k_recover: PerMs(back) });
        Receptor {
            name: "R".into(),
            class: GClass::Gi,
            ligands: ligands.iter().enumerate().map(ligand).collect(),
            binding: Binding::Kinetic,
            desensitisation,
        }
    }

    /// Classical Runge-Kutta of the equations with steps of 1/100 of the fastest rate.
    fn reference(receptor: &Receptor, c: &[f64], y: &[f64], t: f64) -> Vec<f64> {
        let n = receptor.ligands.len();
        let (out, back) = receptor.desensitisation.as_ref().map_or((0.0, 0.0), |d| (d.k_desensitise.0, d.k_recover.0));
        let f = |y: &[f64]| -> Vec<f64> {
            let bound: f64 = y[..n].iter().sum();
            let ligands = receptor.ligands.iter().zip(c).zip(y);
            let mut slope: Vec<f64> = ligands
                .map(|((l, c), y_i)| l.k_on * c * (1.0 - bound - y[n]) - l.k_d * l.k_on * y_i - out * y_i)
                .collect();
            slope.push(out * bound - back * y[n]);
            slope
        };
        let fastest: f64 = receptor.ligands.iter().zip(c).map(|(l, c)| l.k_on * (c + l.k_d)).sum::<f64>() + out + back;
        let steps = Clock::new(1.0).unwrap().nearest_step(fastest * t * 100.0 + 1.0).unwrap();
        let h = t / steps as f64;
        let mut y = y.to_vec();
        for _ in 0..steps {
            let add = |k: &[f64], by: f64| y.iter().zip(k).map(|(y, k)| y + by * k).collect::<Vec<_>>();
            let k1 = f(&y);
            let k2 = f(&add(&k1, 0.5 * h));
            let k3 = f(&add(&k2, 0.5 * h));
            let k4 = f(&add(&k3, h));
            for i in 0..y.len() {
                y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
        }
        y
    }

    /// One step is many steps is Runge-Kutta, at low and saturating concentrations. Would catch a wrong rate, a missing
    /// d among the receptors taken, or a series cut short.
    #[test]
    fn occupancy_is_exact_for_a_held_concentration() {
        for (ligands, desensitisation) in [
            (&[(10.0, 1e-4)][..], None),
            (&[(10.0, 1e-4)], Some((3e-4, 1e-5))),
            (&[(25.0, 2e-5), (33.0, 3e-5)], Some((3e-4, 1e-5))),
            (&[(1.0, 1e-3), (100.0, 1e-5), (5.0, 1e-4)], None),
        ] {
            let receptor = receptor(ligands, desensitisation);
            for scale in [0.0, 0.5, 40.0, 5000.0] {
                let c: Vec<f64> = (0..ligands.len()).map(|i| scale * (1.0 + i as f64)).collect();
                let mut start = vec![0.1; receptor.states()];
                if desensitisation.is_none() {
                    start[ligands.len()] = 0.0;
                }
                let expected = reference(&receptor, &c, &start, 120.0);
                let (mut once, mut often) = (start.clone(), start);
                receptor.advance(&mut once, &c, 120.0);
                (0..12).for_each(|_| receptor.advance(&mut often, &c, 10.0));
                for i in 0..receptor.states() {
                    assert!((once[i] - expected[i]).abs() < 1e-9, "{once:?} {expected:?}");
                    assert!((once[i] - often[i]).abs() < 1e-13, "{once:?} {often:?}");
                }
            }
        }
    }

    /// b_i = (c_i/k_i)/(1 + Σ c/k) after a long time, and at once in equilibrium; half at c = k_d.
    #[test]
    fn competition_reaches_its_equilibrium() {
        let mut receptor = receptor(&[(10.0, 1e-3), (40.0, 1e-3)], None);
        let mut state = vec![0.0; 3];
        (0..100).for_each(|_| receptor.advance(&mut state, &[20.0, 60.0], 1000.0));
        let expected = [2.0 / 4.5, 1.5 / 4.5, 0.0];
        assert!(state.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{state:?}");
        receptor.binding = Binding::Equilibrium { hill: 1.0 };
        let mut at_once = vec![0.0; 3];
        receptor.advance(&mut at_once, &[20.0, 60.0], 1.0);
        assert!(at_once.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15));
        receptor.binding = Binding::Equilibrium { hill: 2.0 };
        receptor.advance(&mut at_once, &[10.0, 0.0], 1.0);
        assert_eq!(at_once, [0.5, 0.0, 0.0]);
    }
}
