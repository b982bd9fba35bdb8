//! Damaged and random texts: no panic, no hang, no exhausted stack, and every fault has its place.

use super::lines;
use neuropil_core::{Stream, StreamKey};
use std::fmt::Write;

/// Pieces that texts are made of.
const PIECES: [&str; 64] = [
    "model",
    "state",
    "parameters",
    "internals",
    "equations",
    "input",
    "output",
    "update",
    "onReceive",
    "onCondition",
    "function",
    "if",
    "elif",
    "else",
    "while",
    "for",
    "in",
    "return",
    "kernel",
    "inline",
    "recordable",
    "integrate_odes",
    "convolve",
    "emit_spike",
    "exp",
    "random_normal",
    "V_m",
    "g",
    "x",
    "mV",
    "nS",
    "ms",
    "real",
    "integer",
    "boolean",
    "1",
    "0.5",
    "1e3",
    "1e999",
    ":",
    "(",
    ")",
    "[",
    "]",
    "[[",
    "]]",
    "=",
    "+",
    "-",
    "*",
    "/",
    "**",
    "'",
    ",",
    "?",
    "and",
    "not",
    "<-",
    "spike",
    "continuous",
    "@homogeneous",
    "...",
    "\n",
    "\n    ",
];

/// A number below `below`, of a case and a place in it.
fn draw(case: u32, place: u64, below: usize) -> usize {
    let below = u32::try_from(below).unwrap_or(u32::MAX);
    StreamKey::new(7, Stream::Parameter, 0).at(case, place).below(below) as usize
}

fn random_text(case: u32) -> String {
    let mut text = String::from("model m:\n    state:\n        V_m mV = 0 mV\n    ");
    let length = draw(case, 0, 60);
    for place in 0..length {
        let piece = PIECES[draw(case, place as u64 + 1, PIECES.len())];
        let _ = write!(text, "{piece}{}", if piece.starts_with('\n') { "    " } else { " " });
    }
    text
}

/// How many texts are made: as many as `NEUROPIL_FUZZ_INPUTS` says, or so many.
fn cases(otherwise: u32) -> u32 {
    let asked = std::env::var("NEUROPIL_FUZZ_INPUTS");
    asked.map_or(otherwise, |text| text.parse().expect("NEUROPIL_FUZZ_INPUTS is a number of texts"))
}

/// Would catch a panic or a loop without end in any stage.
#[test]
fn random_texts_are_refused_or_read() {
    for case in 0..cases(4000) {
        lines(&random_text(case));
    }
}

/// Would catch a stage that recurses as deep as a text asks it to.
#[test]
fn deep_and_long_texts_are_refused() {
    let cell = |value: &str| format!("model m:\n    parameters:\n        x real = {value}\n");
    let refused = |text: &str| {
        let found = lines(text);
        assert!(found.iter().any(|line| !line.contains("warning")), "a fault was expected");
    };
    for text in ["(", "-", "not ", "x[", "exp(", "1 ? ", "2 ** ", "~"] {
        refused(&cell(&text.repeat(100_000)));
    }
    refused(&cell(&"1 + ".repeat(100_000)));
    refused(&cell(&format!("{}1", "1 * ".repeat(1000))));
    refused(&cell("\"".repeat(100_000).as_str()));
    refused(&cell("]]".repeat(100_000).as_str()));
    let nested: String = (0..1000).map(|level| format!("{}if true:\n", " ".repeat(8 + level))).collect();
    refused(&format!("model m:\n    update:\n{nested}"));
    let doubled: String = (1..40).map(|n| format!("        inline x{n} real = x{0} * x{0} + x{0}\n", n - 1)).collect();
    let text = format!(
        "model m:\n    state:\n        x0 real = 0\n    equations:\n{doubled}        x0' = x39 / ms\n    update:\n        integrate_odes()\n"
    );
    assert_eq!(lines(&text), Vec::<String>::new(), "equal parts are one node: inlines may double 40 times");
    let functions: String = (1..40)
        .map(|n| format!("    function f{n}(x real) real:\n        return f{0}(x) + f{0}(x + 1)\n", n - 1))
        .collect();
    refused(&format!(
        "model m:\n    parameters:\n        x real = f39(0.)\n    function f0(x real) real:\n        return x\n{functions}"
    ));
}

/// A sound cell with one word changed: never a panic, and each fault within the text.
#[test]
fn damaged_cells_are_told_where() {
    let text = include_str!("features.nestml");
    let words: Vec<&str> = text.split_inclusive([' ', '\n', '(', ')']).collect();
    for case in 0..cases(400) {
        let place = draw(case, 0, words.len());
        let mut damaged: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        damaged[place] = match draw(case, 1, 3) {
            0 => String::new(),
            1 => damaged[place].chars().rev().collect(),
            _ => format!("{} ", PIECES[draw(case, 2, PIECES.len())]),
        };
        let damaged = damaged.concat();
        let count = damaged.lines().count().max(1);
        for line in lines(&damaged) {
            let number: usize = line.split(':').next().and_then(|own| own.parse().ok()).unwrap_or(0);
            assert!((1..=count + 1).contains(&number), "{line}");
        }
    }
}
