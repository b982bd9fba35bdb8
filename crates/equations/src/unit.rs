//! Units: dimensions, factors to the coherent system, and names.
//!
//! Coherent are ms, mV, pA and what follows of them: nS = pA/mV, pF = nS ms, GOhm = mV/pA, kHz = 1/ms. The factors of
//! all units that models use are powers of ten, and are kept as exponents, so that `port * 1 s` cancels exactly.

/// How many twelfths of a power make one: exponents may be halves, thirds, quarters and sixths.
const TWELFTHS: i16 = 12;

/// The base quantities of [`Dimensions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// Length, m.
    Length,
    /// Mass, kg.
    Mass,
    /// Time, s.
    Time,
    /// Current, A.
    Current,
    /// Temperature, K.
    Temperature,
    /// Amount, mol.
    Amount,
    /// Luminous intensity, cd.
    Luminosity,
}

/// The powers of the base quantities that a unit is made of, in twelfths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dimensions([i16; 7]);

impl Dimensions {
    /// Of a pure number.
    pub const ONE: Self = Self([0; 7]);

    /// Of a base quantity.
    pub fn of(base: Base) -> Self {
        let mut powers = [0; 7];
        powers[base as usize] = TWELFTHS;
        Self(powers)
    }

    /// Of a product.
    pub fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].saturating_add(other.0[i])))
    }

    /// Of a quotient.
    pub fn over(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].saturating_sub(other.0[i])))
    }
}

/// A unit as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it measures.
    pub dimensions: Dimensions,
    /// The exponent of ten that makes a number in this unit a coherent one: 3 for `s`, 0 for `mV`.
    pub exponent: i32,
    /// As in the file, `nS/ms`; empty for a pure number.
    pub text: String,
}

impl Unit {
    /// Of pure numbers, integers and booleans.
    pub fn one() -> Self {
        Self { dimensions: Dimensions::ONE, exponent: 0, text: String::new() }
    }

    /// What makes a number in this unit a coherent one.
    pub fn factor(&self) -> f64 {
        10f64.powi(self.exponent)
    }
}
