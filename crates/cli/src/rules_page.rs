//! Which rule runs with which carrier: the table of docs/credit.md, made from the rules themselves.

use neuropil_engine::learning::can_run_online;
use neuropil_plasticity::carrier::{CarrierKind, Signal};
use neuropil_plasticity::rule::Emission;
use neuropil_plasticity::{RULES, Rule};

/// Marks of the notes below the table.
const MARKS: [&str; 5] = ["¹", "²", "³", "⁴", "⁵"];

/// What ⁶ says.
const UNFILTERED: &str = "Only where the readout has no memory (`readout.tau_ms` 0); elsewhere the `_online` rules.";

/// One row a rule: what is carried, or the note that says why nothing is, and with which carriers it runs in training and
/// while a network runs.
fn row(rule: &Rule, reasons: &[&str]) -> String {
    let signal = match rule.signal() {
        Ok(Signal::Emission) => "ψ D, summed over classes".to_owned(),
        Ok(Signal::Learning) => "the learning signal L".to_owned(),
        Err(reason) => {
            let place = reasons.iter().position(|own| *own == reason).expect("each reason of a rule is in the notes");
            format!("none{}", MARKS[place])
        }
    };
    let mark = |runs: bool| if runs { "yes" } else { "" };
    let carriers: String =
        CarrierKind::ALL.iter().map(|carrier| format!(" {} |", mark(rule.by(*carrier).is_ok()))).collect();
    let free = match (can_run_online(rule), rule.signal()) {
        (false, _) => "",
        (true, Ok(Signal::Emission)) if rule.emission == Emission::Online => "ideal, kernel, field",
        // Of what is not filtered the product does not split where the readout has a memory.
        (true, Ok(Signal::Emission)) => "ideal, kernel, field⁶",
        (true, _) => "ideal",
    };
    format!("| `{}` | {signal} |{carriers} {free} |", rule.name).replace("  ", " ")
}

/// The table and the notes below it; `cargo xtask pages` writes them into the page.
pub fn table() -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in RULES.iter().filter_map(|rule| rule.signal().err()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let head = format!("| Rule | What is carried | {} | While a network runs |", CarrierKind::NAMES.join(" | "));
    let line = format!("|{}", "---|".repeat(3 + CarrierKind::ALL.len()));
    let rows: Vec<String> = RULES.iter().map(|rule| row(rule, &reasons)).collect();
    let note = |(place, reason): (usize, &&str)| {
        let (first, rest) = reason.split_at(1);
        format!("{}. {}{rest}.", place + 1, first.to_uppercase())
    };
    let notes: Vec<String> = reasons.iter().enumerate().map(note).collect();
    let last = format!("6. {UNFILTERED}");
    [vec![head, line], rows, vec![String::new()], notes, vec![last]].concat().join("\n")
}
