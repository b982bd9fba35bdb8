//! Rule x carrier: the table of the pages is the one of the code.

use neuropil_engine::learning::can_run_online;
use neuropil_plasticity::carrier::{CarrierKind, Signal};
use neuropil_plasticity::{RULES, Rule};

/// One row a rule: what is carried, or why nothing is, and with which carriers it runs in training and while a network runs.
fn row(rule: &Rule) -> String {
    let signal = match rule.signal() {
        Ok(Signal::Emission) => "ψ D, summed over classes".to_owned(),
        Ok(Signal::Learning) => "the learning signal L".to_owned(),
        Err(reason) => format!("none: {reason}"),
    };
    let mark = |runs: bool| if runs { "yes" } else { "" };
    let carriers: String =
        CarrierKind::ALL.iter().map(|carrier| format!(" {} |", mark(rule.by(*carrier).is_ok()))).collect();
    let free = match (can_run_online(rule), rule.signal()) {
        (false, _) => "",
        (true, Ok(Signal::Emission)) => "ideal, kernel, field",
        (true, _) => "ideal",
    };
    format!("| `{}` | {signal} |{carriers} {free} |", rule.name).replace("  ", " ")
}

fn table() -> String {
    let head = format!("| Rule | What is carried | {} | While a network runs |", CarrierKind::NAMES.join(" | "));
    let rule = format!("|{}", "---|".repeat(3 + CarrierKind::ALL.len()));
    let rows: Vec<String> = RULES.iter().map(row).collect();
    [vec![head, rule], rows].concat().join("\n")
}

/// Would catch a rule or a carrier that the page does not have, and a pair that runs and is not said to, or the other way.
#[test]
fn the_page_has_the_table_of_the_code() {
    let page = include_str!("../../../../docs/credit.md");
    let table = table();
    assert!(page.contains(&table), "docs/credit.md should have this table:\n{table}");
}
