//! Each feature of the language, by what it computes.

use super::lines;
use crate::ir::{Linear, Takes};
use crate::machine::{Frame, Machine, Method, Settings};
use crate::{Cell, Role};
use neuropil_core::{Stream, StreamKey};

/// The cell of `features.nestml`.
fn everything() -> Cell {
    one(include_str!("features.nestml"))
}

fn one(text: &str) -> Cell {
    match crate::read(text, Some(Role::Cell)) {
        Ok(file) => file.cells.into_iter().next().expect("a model"),
        Err(findings) => panic!("{findings:#?}"),
    }
}

/// A cell that runs with these sums of arrivals in each step; the value of each recordable after the last step.
fn run(cell: &Cell, arrivals: &[f64], steps: u64) -> Vec<f64> {
    let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 4 }, timers_on_grid: true };
    let key = StreamKey::new(1, Stream::InitialState, 0);
    let machine = Machine::<f64>::new(cell, settings, &vec![None; cell.parameters.len()], 1, key).expect("sound cells");
    let mut planes: Vec<Vec<f64>> = (0..machine.planes()).map(|plane| vec![machine.start(plane, 0)]).collect();
    for step in 1..=steps {
        let mut sums: Vec<Vec<f64>> = arrivals.iter().map(|sum| vec![*sum]).collect();
        let mut views: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        let mut inputs: Vec<&mut [f64]> = sums.iter_mut().map(Vec::as_mut_slice).collect();
        let (mut fired, none) = ([0u8], cell.input_ports.iter().map(|_| &[][..]).collect::<Vec<&[f64]>>());
        let mut frame = Frame {
            planes: &mut views,
            arrivals: &mut inputs,
            currents: &none,
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        };
        assert!(machine.advance(&mut frame), "finite");
    }
    let observe = |recordable| machine.observe(recordable, 0, |plane| planes[plane][0], steps);
    (0..cell.recordables.len()).map(observe).collect()
}

fn recordable(cell: &Cell, values: &[f64], name: &str) -> f64 {
    let at = cell.recordables.iter().position(|own| own.name.text == name);
    values[at.unwrap_or_else(|| panic!("no recordable {name}"))]
}

/// What a statement leaves in the state `r`, after one step in which 2 arrives at the port.
fn computed(declarations: &str, statements: &str) -> f64 {
    let text = format!(
        "model m:\n    state:\n        r real = 0\n        n integer = 7\n        V mV = -65 mV\n        on boolean = true\n    parameters:\n        p real = 3\n        tau ms = 4 ms\n{declarations}    input:\n        port <- spike\n    output:\n        spike\n    update:\n{statements}"
    );
    let cell = one(&text);
    let values = run(&cell, &[2.0], 1);
    recordable(&cell, &values, "r")
}

fn expression(text: &str) -> f64 {
    computed("", &format!("        r = {text}\n"))
}

/// Would catch a wrong precedence, a wrong factor of a unit, and a wrong function.
#[test]
fn expressions() {
    let cases: [(&str, f64); 47] = [
        ("2 + 3 * 4", 14.0),
        ("-2**2", -4.0),
        ("2**3**2", 512.0),
        ("2**-1", 0.5),
        ("(2 + 3) * p", 15.0),
        ("7 / 2", 3.5),
        ("-7 / 2", -3.5),
        ("n / 2", 3.5),
        ("7 // 2", 3.0),
        ("-7 // 2", -3.0),
        ("n // 2 * 2", 6.0),
        ("n % 4", 3.0),
        ("7.5 % 2", 1.5),
        ("n & 3 | 8", 11.0),
        ("n ^ 1 << 2", 24.0),
        ("~n", -8.0),
        ("1 + 2 << 1", 6.0),
        ("p > 2 and p < 4 ? 1 : 0", 1.0),
        ("not on and p < 4 ? 1 : 0", 0.0),
        ("not (on and p < 4) or true ? 1 : 0", 1.0),
        ("p == 3 ? 1 : p <> 3 ? 2 : 4", 1.0),
        ("p != 3 or p >= 3 and p <= 3 ? 1 : 0", 1.0),
        ("V / mV", -65.0),
        ("V / 5 mV", -13.0),
        ("1 s / ms", 1000.0),
        ("tau / 1 s", 0.004),
        ("1 uS / nS", 1000.0),
        ("1 nA * 1 GOhm / mV", 1000.0),
        ("100 Hz * 1 s", 100.0),
        ("-1e3 * ms/s", -1.0),
        ("0.01 s**-1 * s", 0.01),
        ("1 / 2 ms**2 * ms**2", 0.5),
        ("(4 uS**2)**.5 / nS", 2000.0),
        ("port * s", 2.0),
        ("port * 1 s * p", 6.0),
        ("port / Hz", 2.0),
        ("port * ms", 0.002),
        ("min(p, 2) + max(p, 5) + abs(-p)", 10.0),
        ("clip(p, 4, 6) + clip(p, 0, 1)", 5.0),
        ("ceil(1.2) + floor(1.8) + round(2.5)", 6.0),
        ("resolution() / ms + timestep() / ms", 0.2),
        ("steps(2 ms) + steps(0.25 ms)", 23.0),
        ("t / ms", 0.0),
        (".5 + 1.e1", 10.5),
        ("pi - e", std::f64::consts::PI - std::f64::consts::E),
        ("1 < inf ? 1 : 0", 1.0),
        ("3p", 9.0),
    ];
    for (text, expected) in cases {
        let found = expression(text);
        assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{text} = {found}, expected {expected}");
    }
}

/// Would catch a function that is another one.
#[test]
fn functions_of_the_language() {
    let x = 0.7f64;
    let cases = [
        ("exp", x.exp()),
        ("ln", x.ln()),
        ("log10", x.log10()),
        ("expm1", x.exp_m1()),
        ("sin", x.sin()),
        ("cos", x.cos()),
        ("tan", x.tan()),
        ("sinh", x.sinh()),
        ("cosh", x.cosh()),
        ("tanh", x.tanh()),
        // Abramowitz & Stegun, table 7.1: erf(0.7).
        ("erf", 0.677_801_193_8),
        ("erfc", 1.0 - 0.677_801_193_8),
    ];
    for (name, expected) in cases {
        let found = expression(&format!("{name}(0.7 * p / 3)"));
        assert!((found - expected).abs() < 1e-10, "{name}(0.7) = {found}, expected {expected}");
    }
}

/// Would catch a statement that does something else, and a scope that leaks.
#[test]
fn statements() {
    let cases = [
        ("        r = 1\n        r += 4\n        r -= 1\n        r *= 3\n        r /= 8\n", 1.5),
        (
            "        if p > 5:\n            r = 1\n        elif p > 2:\n            r = 2\n        else:\n            r = 3\n",
            2.0,
        ),
        ("        if p > 5: r = 1\n        else: r = 3\n", 3.0),
        (
            "        x real = 2\n        if on:\n            x = 5\n            y real = x\n            r = y\n        r += x\n",
            10.0,
        ),
        ("        i integer = 0\n        for i in 0 ... 5 step 2:\n            r += i\n        r += 10 * i\n", 66.0),
        ("        i integer = 0\n        for i in 3 ... 0 step -1:\n            r = 10 * r + i\n", 321.0),
        ("        r = 1\n        while r < 100:\n            r *= 3\n", 243.0),
        ("        n = 2.9\n        r = n\n", 2.0),
        ("        on = not on\n        r = on ? 1 : 2\n", 2.0),
        ("        r = \\\n            1 + \\\n            2\n", 3.0),
        ("        r = (1 +\n  2)\n", 3.0),
        ("        a, b real = 4\n        r = a + b;\n", 8.0),
    ];
    for (text, expected) in cases {
        assert_eq!(computed("", text), expected, "{text}");
    }
}

/// Functions of the model: locals, branches, early returns, functions of functions, loops that are written out.
#[test]
fn functions_of_the_model() {
    let functions = "    function f(x real) real:\n        y real = 1\n        if x > 2:\n            return 10 * x\n        elif x > 1:\n            y = 5\n        else:\n            y += x\n        return y + 0.5\n    function power(x real) real:\n        i integer = 0\n        y real = 1\n        for i in 0 ... 3 step 1:\n            y *= f(x)\n        return y\n";
    let value = |text: &str| computed(functions, &format!("        r = {text}\n"));
    assert_eq!(
        [value("f(p)"), value("f(1.5)"), value("f(0.25)"), value("power(2.)")],
        [30.0, 5.5, 1.75, 5.5f64.powi(3)]
    );
}

/// The whole file reads without a finding, and every part became what it should.
#[test]
fn every_feature_is_understood() {
    assert_eq!(lines(include_str!("features.nestml")), Vec::<String>::new());
    let cell = everything();
    let columns: Vec<&str> = cell.recordables.iter().map(|own| own.name.column.as_str()).collect();
    let expected = [
        "V_m_mv",
        "g_x_ns",
        "g_x__d_ns_per_ms",
        "counter",
        "on",
        "timer_ms",
        "list_0_pa",
        "list_1_pa",
        "list_2_pa",
        "u_1",
        "u_2",
        "q",
        "I_leak_pa",
        "k_one__X__exc",
        "k_one__d__X__exc_per_ms",
        "k_two__X__inh",
        "k_two__DOLLAR__X__inh_per_ms",
        "k_wave__X__exc",
        "k_wave__d__X__exc_per_ms",
    ];
    assert_eq!(columns, expected);
    let ports: Vec<(&str, Takes)> = cell.spike_ports.iter().map(|own| (own.name.text.as_str(), own.takes)).collect();
    let any = Takes::Any;
    assert_eq!(ports, [("exc", Takes::Excitatory), ("inh", Takes::Inhibitory), ("both[0]", any), ("both[1]", any)]);
    let effects: Vec<Option<&str>> =
        cell.spike_ports.iter().map(|own| own.effect.as_ref().map(|unit| unit.text.as_str())).collect();
    assert_eq!(effects, [Some("pA"), Some("pA"), None, Some("mV")]);
    assert_eq!(cell.marks.threshold, Some(5));
    let timers: Vec<&str> =
        cell.states.iter().filter(|own| own.timer.is_some()).map(|own| own.name.text.as_str()).collect();
    assert_eq!(timers, ["timer"]);
    let priorities: Vec<Option<i64>> = cell.handlers.iter().map(|own| own.priority).collect();
    assert_eq!(priorities, [Some(2), Some(-1), None]);
    let affine: Vec<bool> = cell.handlers.iter().map(|own| own.affine.is_some()).collect();
    assert_eq!(affine, [true, false, false]);
    assert_eq!((cell.guards.len(), cell.jumps.len(), cell.random_sites), (4, 1, 3));
}

/// What is linear in each list: the oscillating `q` is not, a bounded membrane is not, the rest is.
#[test]
fn linear_parts() {
    let cell = everything();
    let shown = |list: usize| {
        let system = &cell.systems[list];
        let name = |of: &Linear| match of {
            Linear::State(state) => cell.states[*state as usize].name.text.clone(),
            Linear::Convolution { block, component } => {
                cell.convolutions[*block as usize].names[*component as usize].text.clone()
            }
        };
        let blocks: Vec<Vec<String>> =
            system.linear.iter().map(|block| block.rows.iter().map(|row| name(&row.of)).collect()).collect();
        let rest: Vec<String> =
            system.nonlinear.iter().map(|state| cell.states[*state as usize].name.text.clone()).collect();
        (blocks, rest)
    };
    let (blocks, rest) = shown(0);
    assert_eq!((blocks.concat(), rest), (vec!["g_x".to_owned(), "g_x'".into(), "timer".into()], Vec::new()));
    let (blocks, rest) = shown(2);
    assert_eq!(rest, ["V_m", "q"]);
    let place = |name: &str| blocks.iter().position(|block| block.iter().any(|own| own == name)).expect(name);
    assert_eq!(place("g_x"), place("g_x'"), "they depend on each other");
    assert!(place("k_two$__X__inh") < place("k_two__X__inh"), "a chain is two blocks, in its order");
    assert_eq!(blocks.concat().len(), 10);
}

/// Kernels against their closed forms.
#[test]
fn kernels() {
    let text = |kernel: &str| {
        format!(
            "model m:\n    state:\n        x real = 0\n        d real = 0\n        d$ real = 1\n    equations:\n        kernel k = {kernel}\n        kernel d' = d$ - d / b,\n               d$' = -d$ / a\n        x' = (convolve(k, in) + convolve(d, in)) / ms\n    parameters:\n        a ms = 2 ms\n        b ms = 5 ms\n    input:\n        in <- spike\n    output:\n        spike\n    update:\n        integrate_odes(x)\n"
        )
    };
    let (a, b, t) = (2.0f64, 5.0f64, 3.0f64);
    let cases: [(&str, f64); 6] = [
        ("exp(-t / a)", (-t / a).exp()),
        ("(e / a) * t * exp(-t / a)", std::f64::consts::E / a * t * (-t / a).exp()),
        ("exp(-t / b) - exp(-t / a)", (-t / b).exp() - (-t / a).exp()),
        ("2 * exp(1 - t / a) * sin(t / b)", 2.0 * (1.0 - t / a).exp() * (t / b).sin()),
        ("(1 + t / a + (t / b)**2) * exp(-t / a)", (1.0 + t / a + (t / b).powi(2)) * (-t / a).exp()),
        ("exp(-t / a) + 0.5", (-t / a).exp() + 0.5),
    ];
    for (kernel, expected) in cases {
        let cell = one(&text(kernel));
        // One arrival of weight 1, then 30 steps of 0.1 ms without any.
        let value = run_after_one_arrival(&cell, 30);
        let found = recordable(&cell, &value, "k__X__in");
        assert!((found - expected).abs() < 1e-12 * expected.abs().max(0.1), "{kernel}: {found}, expected {expected}");
        let beta = ((-t / b).exp() - (-t / a).exp()) / (1.0 / a - 1.0 / b);
        let found = recordable(&cell, &value, "d__X__in");
        assert!((found - beta).abs() < 1e-12, "coupled: {found}, expected {beta}");
    }
}

fn run_after_one_arrival(cell: &Cell, steps: u64) -> Vec<f64> {
    let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    let key = StreamKey::new(1, Stream::InitialState, 0);
    let machine = Machine::<f64>::new(cell, settings, &vec![None; cell.parameters.len()], 1, key).expect("sound cells");
    let mut planes: Vec<Vec<f64>> = (0..machine.planes()).map(|plane| vec![machine.start(plane, 0)]).collect();
    for step in 1..=steps + 1 {
        let mut sum = [if step == 1 { 1.0 } else { 0.0 }];
        let mut views: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        let mut inputs = [&mut sum[..]];
        let mut fired = [0u8];
        let mut frame = Frame {
            planes: &mut views,
            arrivals: &mut inputs,
            currents: &[],
            fired: &mut fired,
            first_cell: 0,
            lanes: 1,
            step,
        };
        assert!(machine.advance(&mut frame));
    }
    (0..cell.recordables.len()).map(|own| machine.observe(own, 0, |plane| planes[plane][0], steps + 1)).collect()
}

/// 0/0 at a round voltage is its limit: a gate that starts at V_m = -40 mV, where the rate is 0.1 (V + 40)/(1 - e^...).
#[test]
fn removable_quotients_have_their_limit() {
    let rate = |v: &str| expression(&format!("0.1 * ({v} + 40.) / (1 - exp(-({v} + 40.) / 10))"));
    assert_eq!(rate("(V / mV + 25)"), 1.0);
    assert_eq!(rate("(p - 43)"), 1.0, "of a parameter as well");
    let v = -55.0f64;
    let expected = 0.1 * (v + 40.0) / (1.0 - (-(v + 40.0) / 10.0).exp());
    assert!((rate("(V / mV + 10)") - expected).abs() < 1e-14);
    let minus = expression("0.28 * (V - -65 mV) / (exp((V - -65 mV) / 5 mV) - 1) / mV");
    assert!((minus - 1.4).abs() < 1e-15, "{minus}");
}

/// A weight is named by a unit only where a weight of 1 does 1 of that unit: a factor of 1000 or a parameter makes it a plain
/// number. Would catch a `weight_pa` of 10 that is 10 nA.
#[test]
fn weights_have_the_unit_that_one_of_them_does() {
    let text = |effect: &str, jump: &str| {
        format!(
            "model m:\n    state:\n        V mV = 0 mV\n    equations:\n        kernel k = exp(-t / tau)\n        V' = -V / tau + {effect}\n    parameters:\n        tau ms = 2 ms\n        C pF = 1 pF\n        w pA = 3 pA\n        g real = 2\n        R MOhm = 5 MOhm\n    input:\n        port <- spike\n    output:\n        spike\n    update:\n        integrate_odes()\n    onReceive(port):\n        V += {jump}\n    onCondition(V > w * R + g * mV * C / pF):\n        V = 0 mV\n        emit_spike()\n"
        )
    };
    let named = |effect: &str, jump: &str| {
        let unit = one(&text(effect, jump)).spike_ports[0].effect.clone();
        unit.map_or(String::new(), |unit| unit.text)
    };
    for (effect, expected) in [
        ("convolve(k, port) * 1 pA / C", "pA"),
        ("(convolve(k, port) * 1 pA) / C", "pA"),
        ("1 / C * (convolve(k, port) * pA)", "pA"),
        ("-convolve(k, port) * pA / C", "pA"),
        ("convolve(k, port) * 0.001 nA / C", "pA"),
        ("convolve(k, port) * 1 nS * (1 mV - V) / C", "nS"),
        ("convolve(k, port) * 1 nA / C", ""),
        ("convolve(k, port) * 2 pA / C", ""),
        ("convolve(k, port) * w / C", ""),
        ("w * convolve(k, port) / C", ""),
        ("convolve(k, port) * 1 pA * g / C", ""),
        ("convolve(k, port) * 1 uS * (1 mV - V) / C", ""),
        ("R * convolve(k, port) * 1 pA / tau", ""),
    ] {
        assert_eq!(named(effect, "0 mV"), expected, "{effect}");
    }
    for (jump, expected) in [("port * s * mV", "mV"), ("port * 1 mV * 1 ms", ""), ("port * 1 V * 1 s", "")] {
        assert_eq!(named("0 mV / ms", jump), expected, "{jump}");
    }
}

/// Times and capacitances that a file divides by are above 0 without a guard of its own; one that is compared with 0 may be 0.
/// Would catch cells of a negative membrane time constant, which run and run away.
#[test]
fn divisors_are_guarded() {
    let text = "model m:\n    state:\n        V mV = 0 mV\n    equations:\n        kernel k = exp(-t / tau_k)\n        V' = -V / tau + (fast == 0 ms ? 0 : 1 / fast) * mV + convolve(k, port) * pA / C\n    parameters:\n        tau ms = 2 ms\n        tau_k ms = 2 ms\n        C pF = 1 pF\n        fast ms = 0 ms\n        slope mV = -2 mV\n        t_ref ms = 0 ms\n    input:\n        port <- spike\n    output:\n        spike\n    update:\n        integrate_odes()\n    onCondition(V / slope > steps(t_ref)):\n        V = 0 mV\n        emit_spike()\n";
    let cell = one(text);
    let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    let built = |name: &str, value: f64| {
        let set: Vec<Option<crate::machine::Column>> = cell
            .parameters
            .iter()
            .map(|own| (own.name.text == name).then_some(crate::machine::Column::One(value)))
            .collect();
        let key = StreamKey::new(1, Stream::InitialState, 0);
        Machine::<f64>::new(&cell, settings, &set, 1, key).map(|_| ()).map_err(|faults| faults[0].to_string())
    };
    for (name, line) in [("tau", 8), ("tau_k", 9), ("C", 10)] {
        assert_eq!(built(name, 1.0), Ok(()));
        for value in [0.0, -1.0] {
            let told = format!(
                "cell 0: {name} = {value}: must be > 0: the file, which declares it in line {line}, divides by it"
            );
            assert_eq!(built(name, value), Err(told));
        }
    }
    let told = "cell 0: fast = -1: must be >= 0: the file, which declares it in line 11, divides by it";
    assert_eq!([built("fast", 0.0), built("fast", -1.0)], [Ok(()), Err(told.into())]);
    assert_eq!([built("slope", -1.0), built("t_ref", 0.0)], [Ok(()), Ok(())]);
}
