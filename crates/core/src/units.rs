//! Units of the quantities that cross a border of the program (model files, HDF5, Python).

/// A unit, its symbol and the suffix that a name in it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Millivolts.
    Mv,
    /// Picofarads.
    Pf,
    /// Picoamperes.
    Pa,
    /// Nanosiemens.
    Ns,
    /// Micrometres.
    Um,
    /// Hertz; only at the border, 1/ms inside.
    Hz,
    /// Per millisecond.
    PerMs,
    /// Nanomolar, in the extracellular fluid.
    Nm,
    /// Nanomolar per millisecond.
    NmPerMs,
    /// Per nanomolar and millisecond.
    PerNmPerMs,
    /// Square micrometres per millisecond.
    Um2PerMs,
    /// A pure number.
    One,
}

impl Unit {
    /// The symbol, as written in `units` attributes; empty for pure numbers.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::Ms => "ms",
            Unit::Mv => "mV",
            Unit::Pf => "pF",
            Unit::Pa => "pA",
            Unit::Ns => "nS",
            Unit::Um => "um",
            Unit::Hz => "Hz",
            Unit::PerMs => "1/ms",
            Unit::Nm => "nM",
            Unit::NmPerMs => "nM/ms",
            Unit::PerNmPerMs => "1/(nM ms)",
            Unit::Um2PerMs => "um2/ms",
            Unit::One => "",
        }
    }

    /// What a name in this unit ends with: `_ms`, `_mv`, ...; empty for pure numbers.
    pub const fn suffix(self) -> &'static str {
        match self {
            Unit::Ms => "_ms",
            Unit::Mv => "_mv",
            Unit::Pf => "_pf",
            Unit::Pa => "_pa",
            Unit::Ns => "_ns",
            Unit::Um => "_um",
            Unit::Hz => "_hz",
            Unit::PerMs => "_per_ms",
            Unit::Nm => "_nm",
            Unit::NmPerMs => "_nm_per_ms",
            Unit::PerNmPerMs => "_per_nm_per_ms",
            Unit::Um2PerMs => "_um2_per_ms",
            Unit::One => "",
        }
    }

    /// The name that `symbol` has in files: `tau_m` in ms is `tau_m_ms`.
    pub fn name_of(self, symbol: &str) -> String {
        format!("{symbol}{}", self.suffix())
    }
}

/// A number with its unit in the type.
pub trait Quantity: Copy {
    /// The unit of the number inside.
    const UNIT: Unit;
    /// Wraps a bare number that is known to be in [`Self::UNIT`].
    fn new(value: f64) -> Self;
    /// The bare number.
    fn value(self) -> f64;
}

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(pub f64);

        impl Quantity for $name {
            const UNIT: Unit = Unit::$name;
            fn new(value: f64) -> Self {
                Self(value)
            }
            fn value(self) -> f64 {
                self.0
            }
        }
    )+};
}

quantities! {
    /// A time in ms.
    Ms,
    /// A voltage in mV.
    Mv,
    /// A capacitance in pF.
    Pf,
    /// A current in pA.
    Pa,
    /// A conductance in nS.
    Ns,
    /// A length in um.
    Um,
    /// A rate in Hz.
    Hz,
    /// A rate in 1/ms.
    PerMs,
    /// A concentration in nM.
    Nm,
    /// A change of concentration in nM/ms.
    NmPerMs,
    /// A rate of binding in 1/(nM ms).
    PerNmPerMs,
    /// A diffusivity in um2/ms.
    Um2PerMs,
    /// A pure number.
    One,
}
