//! The Allen Institute's generalized leaky integrate-and-fire cells as NEST has them: `glif_psc` and
//! `glif_psc_double_alpha`, as a text with the mechanisms, receptors and after-spike currents that a node asks for.
//!
//! # Equations
//! Those of `models/cells/glif.nestml` and `glif_double_alpha.nestml`, with any number of receptors and of currents.
//!
//! # References
//! \[Teeter2018\] equations 1 to 6.

use super::super::parameters::Taken;
use super::{Program, Recipe};
use neuropil_equations::machine::Method;
use std::fmt::Write;

/// Most receptors.
const PORTS: usize = 16;

/// Which of the mechanisms a cell has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mechanisms {
    /// A reset and a threshold that spikes move.
    spike_dependent: bool,
    /// After-spike currents.
    currents: bool,
    /// A threshold that follows the membrane.
    adapting: bool,
}

impl Mechanisms {
    fn take(taken: &mut Taken) -> Result<Self, String> {
        let own = Self {
            spike_dependent: taken.flag("spike_dependent_threshold", false)?,
            currents: taken.flag("after_spike_currents", false)?,
            adapting: taken.flag("adapting_threshold", false)?,
        };
        if own.adapting && !(own.spike_dependent && own.currents) {
            return Err(
                "adapting_threshold is true, which needs spike_dependent_threshold and after_spike_currents".into()
            );
        }
        Ok(own)
    }
}

/// Numbers of a cell, by their names in its text.
#[derive(Debug, Default)]
struct Numbers {
    values: Vec<(String, f64)>,
    start: Vec<(String, f64)>,
    notes: Vec<String>,
}

impl Numbers {
    fn add(&mut self, name: impl Into<String>, value: f64) {
        self.values.push((name.into(), value));
    }

    fn list(&mut self, stem: &str, values: &[f64]) {
        self.values.extend(values.iter().enumerate().map(|(place, value)| (format!("{stem}_{}", place + 1), *value)));
    }
}

/// A text while it is made.
struct Text {
    mechanisms: Mechanisms,
    /// How many after-spike currents.
    currents: usize,
    receptors: usize,
    parameters: String,
    kernels: String,
    /// The synaptic current.
    current: String,
}

/// `glif_psc`: each receptor a current of alpha shape.
pub(super) fn psc(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let tau = taken.numbers("tau_syn", &[2.0])?;
    let (mut text, mut numbers) = begun(taken, ("tau_syn", tau.len()))?;
    numbers.list("tau", &tau);
    let mut terms = Vec::new();
    for port in 1..=tau.len() {
        let _ = writeln!(text.parameters, "        tau_{port} ms = 2 ms [[ tau_{port} > 0 ms ]]");
        let _ = writeln!(text.kernels, "        kernel alpha_{port} = (e / tau_{port}) * t * exp(-t / tau_{port})");
        terms.push(format!("convolve(alpha_{port}, receptor_{port})"));
    }
    text.current = format!("({}) * 1 pA", terms.join(" + "));
    Ok(text.recipe("glif_psc", numbers))
}

/// `glif_psc_double_alpha`: each receptor a fast and a slow current of alpha shape.
pub(super) fn double_alpha(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let fast = taken.numbers("tau_syn_fast", &[2.0])?;
    let of = ("tau_syn_fast", fast.len());
    let slow = taken.as_many("tau_syn_slow", &[6.0], of)?;
    let size = taken.as_many("amp_slow", &[0.3], of)?;
    let (mut text, mut numbers) = begun(taken, of)?;
    numbers.list("tau_fast", &fast);
    numbers.list("tau_slow", &slow);
    numbers.list("amp_slow", &size);
    let mut terms = Vec::new();
    for port in 1..=fast.len() {
        for (kind, tau) in [("fast", 2), ("slow", 6)] {
            let own = format!("tau_{kind}_{port}");
            let _ = writeln!(text.parameters, "        {own} ms = {tau} ms [[ {own} > 0 ms ]]");
            let _ = writeln!(text.kernels, "        kernel {kind}_{port} = (e / {own}) * t * exp(-t / {own})");
        }
        let _ = writeln!(text.parameters, "        amp_slow_{port} real = 0.3");
        let slow = format!("amp_slow_{port} * convolve(slow_{port}, receptor_{port})");
        terms.push(format!("convolve(fast_{port}, receptor_{port}) + {slow}"));
    }
    text.current = format!("({}) * 1 pA", terms.join(" + "));
    Ok(text.recipe("glif_psc_double_alpha", numbers))
}

/// What all have: membrane, mechanisms, start.
fn begun(taken: &mut Taken, (list, receptors): (&str, usize)) -> Result<(Text, Numbers), String> {
    if !(1..=PORTS).contains(&receptors) {
        return Err(format!("{list} has {receptors} values, expected 1 to {PORTS}: one a receptor"));
    }
    let mechanisms = Mechanisms::take(taken)?;
    let mut numbers = Numbers::default();
    // NEST's `g` is a unit in texts.
    for (name, own, default) in [
        ("C_m", "C_m", 58.72),
        ("g", "g_m", 9.43),
        ("E_L", "E_L", -78.85),
        ("V_th", "V_th", -51.68),
        ("t_ref", "t_ref", 3.75),
    ] {
        numbers.add(own, taken.number(name, default)?);
    }
    let reset = taken.number("V_reset", -78.85)?;
    if !mechanisms.spike_dependent {
        numbers.add("V_reset", reset);
    }
    // NEST starts here whatever E_L is.
    numbers.start.push(("V_m".into(), taken.number("V_m", -78.85)?));
    let moved = [
        ("th_spike_add", 0.37),
        ("th_spike_decay", 0.009),
        ("voltage_reset_fraction", 0.2),
        ("voltage_reset_add", 18.51),
    ];
    let threshold = taken.number("threshold_spike", 0.0)?;
    for (name, default) in moved {
        let value = taken.number(name, default)?;
        if mechanisms.spike_dependent {
            numbers.add(name, value);
        }
    }
    if mechanisms.spike_dependent {
        numbers.start.push(("threshold_spike".into(), threshold));
    }
    let currents = after_spike(taken, mechanisms, &mut numbers)?;
    let follows = [("th_voltage_index", 0.005), ("th_voltage_decay", 0.09)];
    let threshold = taken.number("threshold_voltage", 0.0)?;
    for (name, default) in follows {
        let value = taken.number(name, default)?;
        if mechanisms.adapting {
            numbers.add(name, value);
        }
    }
    if mechanisms.adapting {
        numbers.start.push(("threshold_voltage".into(), threshold));
    }
    let (parameters, kernels, current) = (String::new(), String::new(), String::new());
    Ok((Text { mechanisms, currents, receptors, parameters, kernels, current }, numbers))
}

/// The after-spike currents: how many. NEST has as many as its state `ASCurrents`.
fn after_spike(taken: &mut Taken, mechanisms: Mechanisms, numbers: &mut Numbers) -> Result<usize, String> {
    let start = taken.numbers("ASCurrents", &[0.0, 0.0])?;
    let of = ("ASCurrents", start.len());
    let amplitudes = taken.given_numbers("asc_amps")?.unwrap_or_else(|| vec![-9.18, -198.94]);
    let decays = taken.given_numbers("asc_decay")?.unwrap_or_else(|| vec![0.003, 0.1]);
    let left = taken.given_numbers("asc_r")?.unwrap_or_else(|| vec![1.0, 1.0]);
    let idle = taken.numbers("asc_init", &[0.0, 0.0])?;
    if !mechanisms.currents {
        return Ok(0);
    }
    for (name, list) in [("asc_amps", &amplitudes), ("asc_decay", &decays), ("asc_r", &left)] {
        if list.len() != of.1 {
            return Err(format!("{name} has {} values, expected {} as {} has", list.len(), of.1, of.0));
        }
    }
    if idle.iter().any(|value| *value != 0.0) {
        numbers
            .notes
            .push("asc_init has no effect, as in NEST: ASCurrents says where after-spike currents start".into());
    }
    numbers.list("asc_amp", &amplitudes);
    numbers.list("asc_decay", &decays);
    numbers.list("asc_r", &left);
    numbers.start.extend(start.iter().enumerate().map(|(place, value)| (format!("asc_{}", place + 1), *value)));
    Ok(start.len())
}

impl Text {
    fn recipe(self, name: &str, numbers: Numbers) -> Recipe {
        let text = self.finished(name);
        let Numbers { values, start, notes } = numbers;
        let method = Method::RungeKutta { substeps: 1 };
        let program = Program::Written { name: name.to_owned(), text, method };
        Recipe { program, values, start, numbered: true, notes }
    }

    fn finished(&self, name: &str) -> String {
        let Mechanisms { spike_dependent, currents, adapting } = self.mechanisms;
        let each = |line: fn(usize) -> String| (1..=self.currents).map(line).collect::<String>();
        let when = |holds: bool, text: &str| if holds { text.to_owned() } else { String::new() };
        let states = [
            when(spike_dependent, "        V_before mV = E_L\n        threshold_spike mV = 0 mV\n"),
            each(|k| format!("        asc_{k} pA = 0 pA\n")),
            when(currents, "        ASCurrents_sum pA = 0 pA\n"),
            when(adapting, "        threshold_voltage mV = 0 mV\n        u mV = 0 mV\n"),
        ];
        let parameters = [
            if spike_dependent { SPIKE_DEPENDENT } else { RESET }.to_owned(),
            each(|k| {
                format!(
                    "        asc_amp_{k} pA = 0 pA\n        asc_decay_{k} 1/ms = 1 / 1 ms [[ asc_decay_{k} > 0 / 1 ms ]]\n        asc_r_{k} real = 1\n"
                )
            }),
            when(
                adapting,
                "        th_voltage_index 1/ms = 0.005 / 1 ms\n        th_voltage_decay 1/ms = 0.09 / 1 ms\n",
            ),
            self.parameters.clone(),
        ];
        let internals = each(|k| {
            format!(
                "        mean_{k} real = -expm1(-asc_decay_{k} * resolution()) / (asc_decay_{k} * resolution())\n        left_{k} real = asc_r_{k} * exp(-asc_decay_{k} * t_ref)\n"
            )
        });
        let sum = |term: fn(usize) -> String| (1..=self.currents).map(term).collect::<Vec<_>>().join(" + ");
        let drive = if currents { "I_stim + ASCurrents_sum" } else { "I_stim" };
        let threshold =
            ["V_th", &when(spike_dependent, " + threshold_spike"), &when(adapting, " + threshold_voltage")].concat();
        let equations = [
            self.kernels.clone(),
            format!("        recordable inline I_syn pA = {}\n", self.current),
            format!("        recordable inline threshold mV = {threshold}\n"),
            format!("        V_m' = -g_m / C_m * (V_m - E_L) + (I_syn + {drive}) / C_m\n"),
            when(spike_dependent, "        threshold_spike' = -th_spike_decay * threshold_spike\n"),
            each(|k| format!("        asc_{k}' = -asc_decay_{k} * asc_{k}\n")),
            when(adapting, &format!("        u' = -g_m / C_m * u + ({drive}) / C_m\n")),
            when(
                adapting,
                "        threshold_voltage' = th_voltage_index * u - th_voltage_decay * threshold_voltage\n",
            ),
        ];
        let ports: String = (1..=self.receptors).map(|port| format!("        receptor_{port} <- spike\n")).collect();
        let mut integrated = vec!["V_m".to_owned()];
        integrated.extend(spike_dependent.then(|| "threshold_spike".to_owned()));
        integrated.extend((1..=self.currents).map(|k| format!("asc_{k}")));
        let update = [
            when(spike_dependent, "            V_before = V_m\n"),
            when(currents, &format!("            ASCurrents_sum = {}\n", sum(|k| format!("mean_{k} * asc_{k}")))),
            when(adapting, "            u = V_m - E_L\n            integrate_odes(u, threshold_voltage)\n"),
            format!("            integrate_odes({})\n", integrated.join(", ")),
        ];
        let reset = if spike_dependent { MOVED_RESET } else { "        V_m = V_reset\n" };
        let spike = each(|k| format!("        asc_{k} = asc_amp_{k} + left_{k} * asc_{k}\n"));
        let internals = if internals.is_empty() { internals } else { format!("    internals:\n{internals}\n") };
        format!(
            "model {name}:\n    state:\n        V_m mV = E_L\n{}        refractory ms = 0 ms\n\n    parameters:\n{MEMBRANE}{}\n{internals}    equations:\n{}        refractory' = -1\n\n    input:\n{ports}        I_stim pA <- continuous\n\n    output:\n        spike\n\n    update:\n        if refractory > 0 ms:\n            integrate_odes(refractory)\n        else:\n{}\n    onCondition(V_m > threshold and refractory <= 0 ms):\n        refractory = t_ref\n{spike}{reset}        emit_spike()\n",
            states.concat(),
            parameters.concat(),
            equations.concat(),
            update.concat(),
        )
    }
}

const MEMBRANE: &str = "        C_m pF = 58.72 pF [[ C_m > 0 pF ]]
        g_m nS = 9.43 nS [[ g_m > 0 nS ]]
        E_L mV = -78.85 mV
        V_th mV = -51.68 mV
        t_ref ms = 3.75 ms [[ t_ref > 0 ms ]]
";

const RESET: &str = "        V_reset mV = -78.85 mV [[ V_reset < V_th ]]
";

const SPIKE_DEPENDENT: &str = "        th_spike_add mV = 0.37 mV
        th_spike_decay 1/ms = 0.009 / 1 ms [[ th_spike_decay > 0 / 1 ms ]]
        voltage_reset_fraction real = 0.2
        voltage_reset_add mV = 18.51 mV
";

const MOVED_RESET: &str = "        V_m = E_L + voltage_reset_fraction * (V_before - E_L) + voltage_reset_add
        threshold_spike = threshold_spike * exp(-th_spike_decay * t_ref) + th_spike_add
";
