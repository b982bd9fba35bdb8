//! Each message that a faulty text gets, with its place.

use super::lines;

/// A cell of the usual parts, in which one line is replaced.
fn cell(place: &str, line: &str) -> String {
    let text = "model tiny:
    state:
        V_m mV = E_L
        I_syn pA = 0 pA
    equations:
        V_m' = -(V_m - E_L) / tau_m + (I_syn + I_stim) / C_m
        I_syn' = -I_syn / tau_syn
    parameters:
        E_L mV = -70 mV
        C_m pF = 250 pF
        tau_m ms = 10 ms
        tau_syn ms = 2 ms
    input:
        exc_spikes <- excitatory spike
        inh_spikes <- inhibitory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        integrate_odes()
    onReceive(exc_spikes):
        I_syn += exc_spikes * pA * s
    onReceive(inh_spikes):
        I_syn -= inh_spikes * pA * s
    onCondition(V_m >= -50 mV):
        V_m = E_L
        emit_spike()
";
    assert!(text.contains(place), "{place}");
    text.replacen(place, line, 1)
}

/// Whether the only fault, or the only warning, is the one expected; it may go on behind that.
fn check(place: &str, line: &str, expected: &str) {
    let mut found = lines(&cell(place, line));
    if !expected.is_empty() && !expected.contains(": warning: ") {
        found.retain(|line| !line.contains(": warning: "));
    }
    if expected.is_empty() {
        assert!(found.is_empty(), "`{line}`: {found:#?}");
        return;
    }
    assert!(found.len() == 1 && found[0].starts_with(expected), "`{line}`\nexpected {expected}\nfound    {found:#?}");
}

/// Would catch a model of the test that is faulty itself.
#[test]
fn the_cell_of_these_tests_is_sound() {
    assert_eq!(lines(&cell("model", "model")), Vec::<String>::new());
}

/// Units: the same dimension is right, a pure number a warning, another dimension a fault that says what was meant.
#[test]
fn units() {
    let equation = "V_m' = -(V_m - E_L) / tau_m + (I_syn + I_stim) / C_m";
    check(
        equation,
        "V_m' = -(V_m - E_L) / tau_m + I_stim",
        "6:39: `V_m'` has mV/ms, but this is pA: `... + I_stim` is added to mV/ms; did you mean `I_stim / C_m`?",
    );
    check(equation, "V_m' = -(V_m - E_L) + I_syn * 0 / pA * mV", "6:16: `V_m'` has mV/ms, but this is mV");
    check("C_m pF = 250 pF", "C_m pF = 0.25 nF", "");
    check(
        "V_m = E_L\n        emit",
        "V_m = E_L * exp(V_m)\n        emit",
        "26:25: warning: exp of a number in mV; it is taken as the number of millivolts",
    );
    check("-50 mV", "-50", "25:24: warning: a pure number stands beside mV");
    check("E_L mV = -70 mV", "E_L mV = -70 pA", "9:18: `E_L` has mV, but this is pA");
    check("E_L mV", "E_L mv", "9:13: no unit is called `mv`; did you mean `mV`?");
    check("V_m >= -50 mV", "V_m >= 50 pA", "25:24: this is pA, but stands beside mV");
    check("tau_m ms = 10 ms", "tau_m ms = 10 ms ** (2 ms)", "11:29: an exponent is a pure number, but this is ms");
}

/// Names that mean nothing, and what is meant.
#[test]
fn names() {
    check("-I_syn / tau_syn", "-I_syn / tau_synexc", "7:27: nothing is called `tau_synexc`; did you mean `tau_syn`?");
    check("I_syn pA = 0 pA", "I_syn pA", "4:9: `I_syn` has no initial value: write `I_syn pA = 0 pA`");
    check(
        "I_syn' = -I_syn / tau_syn",
        "I_syn' = -I_syn / tau_syn\n        g' = -1",
        "8:9: equation of `g`, which is not in `state`; did you mean `kernel g' = ...`?",
    );
    check(
        "        V_m = E_L\n",
        "        C_m = 1 pF\n",
        "26:9: `C_m` is a parameter and cannot be assigned; make it a state variable",
    );
    check(
        "onReceive(exc_spikes)",
        "onReceive(exc_spike)",
        "21:5: onReceive(exc_spike): no such spike port; ports: exc_spikes, inh_spikes",
    );
    check(
        "(I_syn + I_stim) / C_m",
        "(I_syn + V_m(t - 1 ms) / mV * pA) / C_m",
        "6:48: `V_m(t - 1 ms)`: delayed variables are not supported",
    );
    check(
        "V_m = E_L\n        emit",
        "V_m mV = E_L\n        emit",
        "26:9: warning: local `V_m` hides the state variable of line 3",
    );
    check("emit_spike()", "emit_spikes()", "27:9: no statement is called `emit_spikes`; did you mean `emit_spike`?");
    check("I_syn pA = 0 pA", "I_syn pA = 0 pA\n        I_syn pA = 1 pA", "5:9: `I_syn` is declared twice");
    check("-I_syn / tau_syn", "-I_syn / (tau_syn * b * d)\n    internals:\n        b real = 1\n        d real = 2", "");
    check(
        "-I_syn / tau_syn",
        "-I_syn / (tau_syn * m)\n    internals:\n        m real = 1",
        "9:9: warning: `m` is also a unit",
    );
    check(
        "tau_syn ms = 2 ms",
        "tau_syn ms = 2 ms\n        tau_syn_ms real = 2",
        "13:9: `tau_syn_ms` and `tau_syn` are both `tau_syn_ms` in files",
    );
}

/// What is declared and does nothing: what is sent to such a port is lost, and cells are silent without a word.
#[test]
fn what_nothing_reads() {
    let current = "(I_syn + I_stim) / C_m";
    check(current, "I_syn / C_m", "16:9: warning: nothing reads the port `I_stim`: what is sent there is lost");
    check(
        "    onReceive(inh_spikes):\n        I_syn -= inh_spikes * pA * s\n",
        "",
        "15:9: warning: nothing reads the spike port `inh_spikes`: what is sent there is lost",
    );
    check(
        "tau_syn ms = 2 ms",
        "tau_syn ms = 2 ms\n        tau_slow ms = 9 ms",
        "13:9: warning: nothing reads the parameter `tau_slow`",
    );
    check(
        "I_syn pA = 0 pA",
        "I_syn pA = 0 pA\n        n real = 1",
        "5:9: warning: nothing changes the state `n`: it has no equation, and nothing is assigned to it",
    );
}

/// A rate as a type may be `1/ms`; behind a number it is a division, and the message says so.
#[test]
fn a_number_per_unit() {
    let expected = "13:26: expected the end of the line, found `1`; a number per unit is `0.1 / ms`";
    check("tau_syn ms = 2 ms", "tau_syn ms = 2 ms\n        phi 1/ms = 0.067 1/ms", expected);
}

/// Values that depend on each other, and kernels that follow no equation.
#[test]
fn cycles_and_kernels() {
    let add = |line: &str| format!("I_syn' = -I_syn / tau_syn\n        {line}");
    check(
        "I_syn' = -I_syn / tau_syn",
        &add("inline I_a pA = I_b\n        inline I_b pA = I_a"),
        "8:16: inlines depend on each other: I_a -> I_b -> I_a",
    );
    check("E_L mV = -70 mV", "E_L mV = V_m", "9:9: start values depend on each other: E_L -> V_m -> E_L");
    check(
        "I_syn' = -I_syn / tau_syn",
        &add("kernel k = t**2 * exp(-t**2)"),
        "8:16: kernel `k` = t**2 * exp(-t**2) follows no linear equation with constant coefficients (tried up to order 4)",
    );
    check(
        "I_syn' = -I_syn / tau_syn",
        &add("kernel k' = -k"),
        "8:16: kernel `k` has no start value: declare it in `state`",
    );
}

/// Blocks and what they need.
#[test]
fn blocks() {
    check("    output:\n        spike\n", "", "25:9: this emits spikes, but the model has no `output: spike`");
    check(
        "        integrate_odes()\n",
        "        I_syn = 0 pA\n",
        "6:9: there are equations, but nothing solves them: call `integrate_odes()` in `update`",
    );
    check(
        "integrate_odes()",
        "integrate_odes(V_m')",
        "20:24: name the variable, `V_m`: its derivatives are integrated with it",
    );
    check(
        "integrate_odes()",
        "integrate_odes(E_L)",
        "20:24: `E_L` is a parameter, not a state variable with an equation",
    );
    check("    output:", "    output:\n        spike\n    output:", "19:5: a second block `output`; join the two");
    check("        V_m = E_L\n", "\tV_m = E_L\n", "26:1: tabs and spaces are mixed");
    check("    parameters:", "    parametres:", "8:5: no block is called `parametres`; did you mean `parameters`?");
    check("emit_spike()", "emit_spike(1, 2)", "27:9: `emit_spike` takes at most one number, the weight");
}

/// All faults at once, in the order of the text.
#[test]
fn all_faults_are_told() {
    let text = cell("-I_syn / tau_syn", "-I_sym / tau_syn").replace("emit_spike()", "emit()").replace("10 ms", "10 pA");
    let found = lines(&text);
    let places: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(places, ["7:19", "11:20", "27:9"], "{found:#?}");
}

/// A spike that no slope follows: the message names the line of each, and why. Would catch lines that are counted from
/// the model's beginning, and a chance that is taken for a branch like any other.
#[test]
fn a_spike_without_slope_is_named_by_its_line() {
    use crate::spike::{SpikeChoice, firing};
    let why = |first: (&str, &str), second: (&str, &str)| {
        let text = cell(first.0, first.1).replacen(second.0, second.1, 1);
        let mut file = crate::read(&text, None).unwrap();
        firing(&mut file.cells[0], &SpikeChoice::default()).unwrap_err().to_string()
    };
    let step = "        integrate_odes()\n";
    let silent = ("        V_m = E_L\n        emit_spike()\n", "        V_m = E_L\n");
    let spiking = |condition: &str| format!("{step}        if {condition}:\n            emit_spike()\n");
    let branch = spiking("V_m > -50 mV");
    assert_eq!(why((step, &branch), silent), "line 22 emits a spike elsewhere than directly in an `onCondition`");
    let chance = spiking("random_uniform(0, 1) < 0.1");
    let found = why((step, &chance), silent);
    assert!(found.starts_with("line 22 emits a spike by chance"), "{found}");
    assert_eq!(why((step, &branch), ("", "")), "it emits spikes in 2 places (lines 22, 29); one is needed");
}
