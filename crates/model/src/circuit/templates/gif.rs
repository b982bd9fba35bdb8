//! Generalized integrate-and-fire cells with escape noise: `gif_psc_exp`, `gif_psc_exp_multisynapse`.
//!
//! # Equations
//! Those of `models/cells/gif.nestml`, in NEST's order: synaptic currents of `gif_psc_exp` decay and take the arrivals of a
//! step before they drive the membrane in the same step, those of the other after. Draws are ours: spikes are NEST's where `Delta_V` is so small that nothing is left to
//! chance.
//!
//! # References
//! \[Mensi2012\] equations 1 to 4.

use super::super::parameters::Taken;
use super::{Program, Recipe};
use neuropil_equations::machine::Method;
use std::fmt::Write;

/// Most receptors, and most currents and movements of the threshold.
const PORTS: usize = 16;

/// NEST's names and defaults of the membrane.
const MEMBRANE: [(&str, f64); 9] = [
    ("C_m", 80.0),
    ("g_L", 4.0),
    ("E_L", -70.0),
    ("V_T_star", -35.0),
    ("V_reset", -55.0),
    ("t_ref", 4.0),
    ("lambda_0", 1.0),
    ("Delta_V", 0.5),
    ("I_e", 0.0),
];

const PARAMETERS: &str = "        C_m pF = 80 pF [[ C_m > 0 pF ]]
        g_L nS = 4 nS [[ g_L > 0 nS ]]
        E_L mV = -70 mV
        V_T_star mV = -35 mV
        V_reset mV = -55 mV
        t_ref ms = 4 ms [[ t_ref >= 0 ms ]]
        lambda_0 1/s = 1 / 1 s [[ lambda_0 >= 0 / 1 s ]]
        Delta_V mV = 0.5 mV [[ Delta_V > 0 mV ]]
        I_e pA = 0 pA
";

/// A receptor: its port in the text, what it takes, and its time constant.
struct Receptor {
    port: String,
    takes: &'static str,
    sign: &'static str,
    tau: f64,
}

/// `gif_psc_exp`: two receptors, by the sign of weights.
pub(super) fn by_sign(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let receptor = |port: &str, takes, sign, tau| Receptor { port: port.to_owned(), takes, sign, tau };
    let receptors = vec![
        receptor("exc", "excitatory ", "", taken.number("tau_syn_ex", 2.0)?),
        receptor("inh", "inhibitory ", "-", taken.number("tau_syn_in", 2.0)?),
    ];
    recipe("gif_psc_exp", &receptors, taken, false)
}

/// `gif_psc_exp_multisynapse`: receptors by number.
pub(super) fn numbered(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let tau = taken.numbers("tau_syn", &[2.0])?;
    if !(1..=PORTS).contains(&tau.len()) {
        return Err(format!("tau_syn has {} values, expected 1 to {PORTS}: one a receptor", tau.len()));
    }
    let receptor =
        |(tau, port): (&f64, usize)| Receptor { port: format!("receptor_{port}"), takes: "", sign: "", tau: *tau };
    let receptors: Vec<Receptor> = tau.iter().zip(1..).map(receptor).collect();
    recipe("gif_psc_exp_multisynapse", &receptors, taken, true)
}

fn recipe(name: &str, receptors: &[Receptor], taken: &mut Taken, numbered: bool) -> Result<Recipe, String> {
    let mut values = Vec::new();
    for (own, default) in MEMBRANE {
        values.push((own.to_owned(), taken.number(own, default)?));
    }
    let mut moves = Vec::new();
    for (kind, unit, size, tau) in [("stc", "pA", "q_stc", "tau_stc"), ("sfa", "mV", "q_sfa", "tau_sfa")] {
        let sizes = taken.numbers(size, &[])?;
        let times = taken.as_many(tau, &[], (size, sizes.len()))?;
        if sizes.len() > PORTS {
            return Err(format!("{size} has {} values, expected at most {PORTS}", sizes.len()));
        }
        for (number, (size, tau)) in (1..).zip(sizes.iter().zip(&times)) {
            let number: usize = number;
            values.push((format!("q_{kind}_{number}"), *size));
            values.push((format!("tau_{kind}_{number}"), *tau));
            moves.push((kind, unit, number));
        }
    }
    values.extend(receptors.iter().map(|own| (format!("tau_{}", own.port), own.tau)));
    let start = vec![("V_m".to_owned(), taken.number("V_m", -70.0)?)];
    let text = text((name, !numbered), receptors, &moves);
    let program = Program::Written { name: name.into(), text, method: Method::RungeKutta { substeps: 1 } };
    let notes = vec!["spikes are drawn with random numbers of our own".to_owned()];
    Ok(Recipe { program, values, start, numbered, notes })
}

/// The text with these receptors, whose currents take arrivals before they drive the membrane where `early`, currents (`stc`) and movements of the threshold (`sfa`).
fn text((name, early): (&str, bool), receptors: &[Receptor], moves: &[(&str, &str, usize)]) -> String {
    let (mut states, mut parameters, mut equations) = (String::new(), String::new(), String::new());
    let (mut ports, mut arrivals, mut jumps) = (String::new(), String::new(), String::new());
    let mut driven = vec!["V_m".to_owned()];
    let mut current = String::new();
    for Receptor { port, takes, sign, .. } in receptors {
        let _ = writeln!(states, "        I_{port} pA = 0 pA\n        J_{port} pA = 0 pA");
        let _ = writeln!(parameters, "        tau_{port} ms = 2 ms [[ tau_{port} > 0 ms ]]");
        let _ = writeln!(equations, "        J_{port}' = -J_{port} / tau_{port}");
        let _ = writeln!(ports, "        {port} <- {takes}spike");
        let drives = format!("        J_{port} = I_{port}\n");
        let decays =
            format!("        I_{port} = I_{port} * exp(-resolution() / tau_{port}) + {sign}{port} * 1 pA * 1 s\n");
        let [first, second] = if early { [decays, drives] } else { [drives, decays] };
        arrivals.extend([first, second]);
        let _ = write!(current, "J_{port} + ");
        driven.push(format!("J_{port}"));
    }
    let mut decaying = Vec::new();
    for (kind, unit, number) in moves {
        let _ = writeln!(states, "        {kind}_{number} {unit} = 0 {unit}");
        let _ = writeln!(parameters, "        q_{kind}_{number} {unit} = 0 {unit}");
        let own = format!("tau_{kind}_{number}");
        let _ = writeln!(parameters, "        {own} ms = 1 ms [[ {own} > 0 ms ]]");
        let _ = writeln!(equations, "        {kind}_{number}' = -{kind}_{number} / {own}");
        let _ = writeln!(jumps, "                {kind}_{number} += q_{kind}_{number}");
        decaying.push(format!("{kind}_{number}"));
    }
    let sum = |kind: &str| {
        let own = moves.iter().filter(|(own, ..)| *own == kind);
        own.map(|(kind, _, number)| format!(" + {kind}_{number}")).collect::<String>()
    };
    let held: Vec<String> = decaying.iter().cloned().chain(["refractory".to_owned()]).collect();
    let decays = match decaying.is_empty() {
        true => String::new(),
        false => format!("            integrate_odes({})\n", decaying.join(", ")),
    };
    format!(
        "model {name}:
    state:
        V_m mV = E_L
{states}        I_stc pA = 0 pA
        E_sfa mV = V_T_star
        refractory ms = 0 ms

    parameters:
{PARAMETERS}{parameters}
    equations:
        V_m' = (g_L * (E_L - V_m) + {current}I_e + I_stim - I_stc) / C_m
{equations}        refractory' = -1

    input:
{ports}        I_stim pA <- continuous

    output:
        spike

    update:
{arrivals}        I_stc = 0 pA{}
        E_sfa = V_T_star{}
        if refractory > 0 ms:
            V_m = V_reset
            integrate_odes({})
        else:
            integrate_odes({})
{decays}            if random_uniform(0, 1) < -expm1(-lambda_0 * resolution() * exp((V_m - E_sfa) / Delta_V)):
{jumps}                refractory = t_ref
                emit_spike()
",
        sum("stc"),
        sum("sfa"),
        held.join(", "),
        driven.join(", "),
    )
}
