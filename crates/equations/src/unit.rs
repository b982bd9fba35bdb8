//! Units: dimensions, factors to the coherent system, and names.
//!
//! Coherent are ms, mV, pA and what follows of them: nS = pA/mV, pF = nS ms, GOhm = mV/pA, kHz = 1/ms. Metres, kelvins,
//! candelas and millimoles are carried as they are. The factors of all units but the minute are powers of ten, and are
//! kept as exponents.

use std::fmt;

/// How many twelfths of a power make one: exponents may be halves, thirds, quarters and sixths.
const TWELFTHS: i16 = 12;
/// The exponents of ten that turn m, kg, s, A, K, mol and cd into the coherent units; kg so that V = kg m2/(A s3).
const COHERENT: [i32; 7] = [0, 24, 3, 12, 0, 3, 0];
const SYMBOLS: [&str; 7] = ["m", "kg", "s", "A", "K", "mol", "cd"];

/// The powers of m, kg, s, A, K, mol and cd that a unit is made of, in twelfths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dimensions([i16; 7]);

impl Dimensions {
    /// Of a pure number.
    pub const ONE: Self = Self([0; 7]);
    /// Of a time.
    pub const TIME: Self = Self::si([0, 0, 1, 0, 0, 0, 0]);
    /// Of a rate.
    pub const RATE: Self = Self::si([0, 0, -1, 0, 0, 0, 0]);
    /// Of a voltage.
    pub const VOLTAGE: Self = Self::si([2, 1, -3, -1, 0, 0, 0]);
    /// Of a current.
    pub const CURRENT: Self = Self::si([0, 0, 0, 1, 0, 0, 0]);

    const fn si(powers: [i16; 7]) -> Self {
        let mut twelfths = [0; 7];
        let mut at = 0;
        while at < 7 {
            twelfths[at] = powers[at] * TWELFTHS;
            at += 1;
        }
        Self(twelfths)
    }

    /// Whether weights have a name with this unit: mV, pA, nS.
    pub fn is_of_weights(self) -> bool {
        let conductance = Self::CURRENT.over(Self::VOLTAGE);
        [Self::VOLTAGE, Self::CURRENT, conductance].contains(&self)
    }

    /// Of a product.
    pub fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].saturating_add(other.0[i])))
    }

    /// Of a quotient.
    pub fn over(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].saturating_sub(other.0[i])))
    }

    /// Of a power; `None` where the result has none of the exponents that are supported.
    pub fn power(self, exponent: f64) -> Option<Self> {
        let mut powers = [0; 7];
        for (new, old) in powers.iter_mut().zip(self.0) {
            let exact = f64::from(old) * exponent;
            if (exact - exact.round()).abs() > 1e-9 || exact.abs() > 4000.0 {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "at most 4000")]
            let rounded = exact.round() as i16;
            *new = rounded;
        }
        Some(Self(powers))
    }

    /// The exponent of ten that turns the SI unit of these dimensions into the coherent one; `None` if it is no whole
    /// number.
    fn exponent(self) -> Option<i32> {
        let sum: i32 = self.0.iter().zip(COHERENT).map(|(power, own)| i32::from(*power) * own).sum();
        (sum % i32::from(TWELFTHS) == 0).then_some(sum / i32::from(TWELFTHS))
    }
}

/// Names of coherent units by their dimensions, for messages and for weights.
const NAMED: [(&str, Dimensions); 14] = [
    ("ms", Dimensions::TIME),
    ("mV", Dimensions::VOLTAGE),
    ("pA", Dimensions::CURRENT),
    ("nS", Dimensions::si([-2, -1, 3, 2, 0, 0, 0])),
    ("pF", Dimensions::si([-2, -1, 4, 2, 0, 0, 0])),
    ("GOhm", Dimensions::si([2, 1, -3, -2, 0, 0, 0])),
    ("1/ms", Dimensions::RATE),
    ("mV/ms", Dimensions::si([2, 1, -4, -1, 0, 0, 0])),
    ("pA/ms", Dimensions::si([0, 0, -1, 1, 0, 0, 0])),
    ("nS/ms", Dimensions::si([-2, -1, 2, 2, 0, 0, 0])),
    ("1/mV", Dimensions::si([-2, -1, 3, 1, 0, 0, 0])),
    ("mmol", Dimensions::si([0, 0, 0, 0, 0, 1, 0])),
    ("mV/pF", Dimensions::si([4, 2, -7, -3, 0, 0, 0])),
    ("ms*mV", Dimensions::si([2, 1, -2, -1, 0, 0, 0])),
];

impl fmt::Display for Dimensions {
    /// The coherent unit: `mV`, `nS/ms`; `a pure number`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ONE {
            return write!(f, "a pure number");
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, own)| own == self) {
            return write!(f, "{name}");
        }
        let mut first = true;
        for (power, symbol) in self.0.iter().zip(SYMBOLS).filter(|(power, _)| **power != 0) {
            let dot = if first { "" } else { "*" };
            first = false;
            match power {
                12 => write!(f, "{dot}{symbol}")?,
                power if power % TWELFTHS == 0 => write!(f, "{dot}{symbol}**{}", power / TWELFTHS)?,
                power => write!(f, "{dot}{symbol}**({power}/{TWELFTHS})")?,
            }
        }
        Ok(())
    }
}

/// A unit as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it measures.
    pub dimensions: Dimensions,
    /// The exponent of ten that makes a number in this unit a coherent one: 3 for `s`, 0 for `mV`.
    pub exponent: i32,
    /// The exponent of sixty that does, besides: 1 for `min`.
    pub sixties: i32,
    /// As in the file, `nS/ms`; empty for a pure number.
    pub text: String,
    /// What names in this unit end with: `_ns_per_ms`; empty for a pure number.
    pub suffix: String,
}

impl Unit {
    /// Of pure numbers, integers and booleans.
    pub fn one() -> Self {
        Self { dimensions: Dimensions::ONE, exponent: 0, sixties: 0, text: String::new(), suffix: String::new() }
    }

    /// What makes a number in this unit a coherent one.
    pub fn factor(&self) -> f64 {
        10f64.powi(self.exponent) * 60f64.powi(self.sixties)
    }

    /// A unit by its name, with a prefix or without: `mV`, `GOhm`.
    pub fn named(name: &str) -> Option<Self> {
        let (dimensions, si) = symbol(name)?;
        let exponent = dimensions.exponent()? + si;
        let sixties = i32::from(name == "min");
        Some(Self { dimensions, exponent, sixties, text: name.to_owned(), suffix: format!("_{}", name.to_lowercase()) })
    }

    /// The coherent unit of some dimensions, if it has a name: `nS`, `mV/ms`.
    pub fn coherent(dimensions: Dimensions) -> Option<Self> {
        if dimensions == Dimensions::ONE {
            return Some(Self::one());
        }
        let (text, _) = NAMED.iter().find(|(_, own)| *own == dimensions)?;
        let suffix = format!("_{}", text.to_lowercase().replace("1/", "per_").replace('/', "_per_").replace('*', "_"));
        Some(Self { dimensions, exponent: 0, sixties: 0, text: (*text).to_owned(), suffix })
    }

    /// Names with their powers, joined. `Err` is the place of the factor that cannot be, and why.
    pub(crate) fn of(unit: &crate::syntax::UnitName, text: &str) -> Result<Self, (usize, String)> {
        let mut whole = Self { text: text.split_whitespace().collect(), ..Self::one() };
        let (mut above, mut below) = (String::new(), String::new());
        let mut twelfths = 0;
        for (at, factor) in unit.factors.iter().enumerate() {
            let Some(own) = Self::named(&factor.name) else {
                return Err((at, format!("no unit is called `{}`{}", factor.name, meant(&factor.name))));
            };
            let [numerator, denominator] = factor.power;
            let power = f64::from(numerator) / f64::from(denominator);
            let Some(dimensions) = own.dimensions.power(power) else {
                return Err((at, format!("`{}` cannot have the power {numerator}/{denominator}", factor.name)));
            };
            whole.dimensions = whole.dimensions.times(dimensions);
            let share = |exponent: i32| exponent * i32::from(numerator) * 12 / i32::from(denominator);
            twelfths += share(own.exponent);
            whole.sixties += own.sixties * i32::from(numerator);
            if own.sixties != 0 && denominator != 1 {
                return Err((at, "roots of minutes are not supported: write them in ms".into()));
            }
            let size = match (numerator.unsigned_abs(), denominator.unsigned_abs()) {
                (1, 1) => String::new(),
                (power, 1) => power.to_string(),
                (power, root) => format!("{power}_{root}"),
            };
            let lower = factor.name.to_lowercase();
            match numerator {
                0 => {}
                1.. => above += &format!("_{lower}{size}"),
                _ => below += &format!("_per_{lower}{size}"),
            }
        }
        if twelfths % 12 != 0 {
            let why =
                format!("`{}` is no whole power of ten of the units used inside: write it in ms, mV, pA", whole.text);
            return Err((0, why));
        }
        whole.exponent = twelfths / 12;
        whole.suffix = above + &below;
        Ok(whole)
    }
}

const UNITS: [(&str, [i16; 7]); 30] = [
    ("m", [1, 0, 0, 0, 0, 0, 0]),
    ("kg", [0, 1, 0, 0, 0, 0, 0]),
    ("g", [0, 1, 0, 0, 0, 0, 0]),
    ("s", [0, 0, 1, 0, 0, 0, 0]),
    ("min", [0, 0, 1, 0, 0, 0, 0]),
    ("A", [0, 0, 0, 1, 0, 0, 0]),
    ("K", [0, 0, 0, 0, 1, 0, 0]),
    ("mol", [0, 0, 0, 0, 0, 1, 0]),
    ("cd", [0, 0, 0, 0, 0, 0, 1]),
    ("rad", [0; 7]),
    ("sr", [0; 7]),
    ("Hz", [0, 0, -1, 0, 0, 0, 0]),
    ("N", [1, 1, -2, 0, 0, 0, 0]),
    ("Pa", [-1, 1, -2, 0, 0, 0, 0]),
    ("J", [2, 1, -2, 0, 0, 0, 0]),
    ("W", [2, 1, -3, 0, 0, 0, 0]),
    ("C", [0, 0, 1, 1, 0, 0, 0]),
    ("V", [2, 1, -3, -1, 0, 0, 0]),
    ("F", [-2, -1, 4, 2, 0, 0, 0]),
    ("Ohm", [2, 1, -3, -2, 0, 0, 0]),
    ("S", [-2, -1, 3, 2, 0, 0, 0]),
    ("Wb", [2, 1, -2, -1, 0, 0, 0]),
    ("T", [0, 1, -2, -1, 0, 0, 0]),
    ("H", [2, 1, -2, -2, 0, 0, 0]),
    ("lm", [0, 0, 0, 0, 0, 0, 1]),
    ("lx", [-2, 0, 0, 0, 0, 0, 1]),
    ("Bq", [0, 0, -1, 0, 0, 0, 0]),
    ("Gy", [2, 0, -2, 0, 0, 0, 0]),
    ("Sv", [2, 0, -2, 0, 0, 0, 0]),
    ("kat", [0, 0, -1, 0, 0, 1, 0]),
];

const PREFIXES: [(&str, i32); 20] = [
    ("y", -24),
    ("z", -21),
    ("a", -18),
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("c", -2),
    ("da", 1),
    ("d", -1),
    ("h", 2),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
    ("Z", 21),
    ("Y", 24),
];

/// The dimensions of a name and its exponent of ten against SI.
fn symbol(name: &str) -> Option<(Dimensions, i32)> {
    let bare = |name: &str| {
        let (_, powers) = UNITS.iter().find(|(own, _)| *own == name)?;
        let exponent = match name {
            "g" => -3,
            _ => 0,
        };
        Some((Dimensions::si(*powers), exponent))
    };
    if let Some(known) = bare(name) {
        return Some(known);
    }
    PREFIXES.iter().find_map(|(prefix, size)| {
        let rest = name.strip_prefix(prefix)?;
        if rest == "kg" || rest == "min" {
            return None;
        }
        let (dimensions, exponent) = bare(rest)?;
        Some((dimensions, exponent + size))
    })
}

/// What was probably meant by a unit.
fn meant(name: &str) -> String {
    const USUAL: [&str; 16] =
        ["ms", "s", "Hz", "kHz", "mV", "V", "pA", "nA", "nS", "uS", "pF", "nF", "MOhm", "GOhm", "mmol", "um"];
    let same = USUAL.iter().find(|usual| usual.eq_ignore_ascii_case(name));
    match same {
        Some(usual) => format!("; did you mean `{usual}`?"),
        None => neuropil_core::did_you_mean(name, USUAL.into_iter()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponent(name: &str) -> i32 {
        Unit::named(name).expect(name).exponent
    }

    /// Would catch a factor that is off: the products of the coherent units have none.
    #[test]
    fn units_are_coherent() {
        for coherent in ["ms", "mV", "pA", "nS", "pF", "GOhm", "kHz", "mmol"] {
            assert_eq!(exponent(coherent), 0, "{coherent}");
        }
        assert_eq!([exponent("s"), exponent("uS"), exponent("V"), exponent("nA"), exponent("Hz")], [3, 3, 3, 3, -3]);
        let product = |a: &str, b: &str| Unit::named(a).unwrap().dimensions.times(Unit::named(b).unwrap().dimensions);
        assert_eq!(product("nS", "mV"), Unit::named("pA").unwrap().dimensions);
        assert_eq!(product("GOhm", "pF"), Dimensions::TIME);
        assert_eq!(product("V", "C"), Unit::named("J").unwrap().dimensions);
        assert_eq!(Unit::named("J").unwrap().exponent, exponent("V") + exponent("C"), "SI stays consistent");
        assert_eq!(Unit::named("min").unwrap().factor(), 60_000.0);
        assert_eq!(Unit::named("mmin"), None);
    }

    /// Would catch roots that are refused, or wrong ones that are not.
    #[test]
    fn powers_of_dimensions() {
        let siemens = Unit::named("uS").unwrap().dimensions;
        assert_eq!(siemens.power(2.0).unwrap().power(0.5), Some(siemens));
        assert_eq!(siemens.power(0.1), None);
        assert_eq!(Unit::coherent(siemens).unwrap().suffix, "_ns");
    }
}
