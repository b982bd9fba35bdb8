//! What rules of S lags make of their taps.

/// What rules of S lags make of their taps.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum TapShape {
    /// Nothing.
    #[default]
    Whole,
    /// The modes that weigh most alone: so many, and with a mode its pair and its equals.
    Modal(usize),
    /// Another course over time: f, `[s − 1][r][b]`, of S lags, for each class and type of sum 1.
    Chain(Vec<f64>),
}
