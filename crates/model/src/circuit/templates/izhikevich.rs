//! `izhikevich`, with the numerics of whole steps or with those of its paper.
//!
//! # Equations
//! ```text
//! consistent_integration:  v ← v + h (0.04 v² + 5 v + 140 − u + I),  u ← u + h a (b v − u),  arrivals add to v
//! else:                    v ← v + h/2 (0.04 v² + 5 v + 140 − u + I + arrivals), twice;  u ← u + h a (b v − u)
//! v ≥ V_th:  spike, v ← c, u ← u + d
//! ```
//!
//! # References
//! \[Izhikevich2003\] equations 1 to 3, and the program of figure 3.

use super::super::parameters::Taken;
use super::{Program, Recipe};
use neuropil_equations::machine::Method;

/// Its numbers, with NEST's defaults.
const NUMBERS: [(&str, f64); 6] = [("a", 0.02), ("b", 0.2), ("c", -65.0), ("d", 8.0), ("V_th", 30.0), ("I_e", 0.0)];
/// Below every potential; NEST's default is the lowest of all numbers.
const V_MIN: f64 = -1e300;

const WHOLE: &str = "        V_m += resolution() / 1 ms * slope(v, u, I_e + I_stim)
        U_m += resolution() / 1 ms * a * (b * v / 1 mV - u)

    onReceive(syn):
        V_m += syn * 1 mV * 1 s

";
const HALVES: &str = "        I = syn * 1 pA * 1 s + I_e + I_stim
        V_m += 0.5 * resolution() / 1 ms * slope(V_m, u, I)
        V_m += 0.5 * resolution() / 1 ms * slope(V_m, u, I)
        U_m += resolution() / 1 ms * a * (b * V_m / 1 mV - U_m)
        V_m = max(V_m, V_min)

";

/// The recipe.
pub(super) fn recipe(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let whole = taken.flag("consistent_integration", true)?;
    let mut values = Vec::new();
    for (name, default) in NUMBERS {
        values.push((name.to_owned(), taken.number(name, default)?));
    }
    values.push(("V_min".into(), taken.number("V_min", V_MIN)?.max(V_MIN)));
    let start = vec![("V_m".to_owned(), taken.number("V_m", -65.0)?), ("U_m".to_owned(), taken.number("U_m", -13.0)?)];
    let (update, bound) = match whole {
        true => (WHOLE, "    onCondition(V_m < V_min):\n        V_m = V_min\n\n"),
        false => (HALVES, ""),
    };
    let text = format!(
        "model izhikevich:
    state:
        V_m mV = -65 mV
        U_m real = -13
        I pA = 0 pA

    parameters:
        a real = 0.02
        b real = 0.2
        c mV = -65 mV
        d real = 8
        V_th mV = 30 mV
        V_min mV = -1e300 mV
        I_e pA = 0 pA

    input:
        syn <- spike
        I_stim pA <- continuous

    output:
        spike

    update:
        v mV = V_m
        u real = U_m
{update}{bound}    onCondition(V_m >= V_th):
        V_m = c
        U_m += d
        emit_spike()

    function slope(v mV, u real, I pA) mV:
        return 0.04 * v * v / 1 mV + 5 * v + 140 mV - u * 1 mV + I * 1 GOhm
"
    );
    let method = Method::ForwardEuler { substeps: 1 };
    let program = Program::Written { name: "izhikevich".into(), text, method };
    Ok(Recipe { program, values, start, numbered: false, notes: Vec::new() })
}
