//! Damaged files: no panic, and an answer within a bounded time.

use super::shipped;
use crate::{Document, Model};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// No input takes so long.
const HANG: Duration = Duration::from_secs(120);

/// Parses, decodes and lowers as the command does, but nothing that would need a lot of memory.
fn digest(text: String) {
    let started = Instant::now();
    let shown = Document::parse("fuzz.json", text).and_then(Model::decode).and_then(|model| {
        for scale in [1.0, 0.1] {
            let (_, bytes) = model.cells_and_bytes(scale);
            if bytes < 100_000_000 {
                model.design::<f64>(1, scale)?;
            }
        }
        Ok(())
    });
    if let Err(faults) = shown {
        assert!(faults.count() > 0);
        let shown = faults.to_string();
        assert!(shown.lines().count() < 42, "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() < 1000), "{shown}");
    }
    // That it hangs is a fault; how fast it is depends on what else the machine does.
    assert!(started.elapsed() < HANG, "{:?}", started.elapsed());
}

/// Byte ranges of scalars: what can be swapped without breaking the syntax.
fn scalars(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c == '"' {
            match start {
                Some(from) if quoted => {
                    found.push((from, at + 1));
                    (start, quoted) = (None, false);
                }
                _ => (start, quoted) = (Some(at), true),
            }
        } else if !quoted {
            let part = c.is_ascii_alphanumeric() || "+-.".contains(c);
            match start {
                None if part => start = Some(at),
                Some(from) if !part => {
                    found.push((from, at));
                    start = None;
                }
                _ => {}
            }
        }
    }
    found
}

const ODD: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "1e308",
    "-1e308",
    "1e-320",
    "18446744073709551616",
    "2147483648",
    "4294967296",
    "0.1",
    "[]",
    "{}",
    "\"\"",
    "\"exc\"",
    "\"..\"",
    "\"a/b\"",
    "\"\\u0000\"",
    "[[]]",
    "[1, 2, 3]",
    "{\"distribution\": \"normal\", \"mean\": 0, \"std\": 1e300}",
    "{\"by_distance\": \"linear\", \"offset\": 0, \"slope_per_um\": 0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes(which in 0_usize..64, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let files = shipped();
        let mut bytes = files[which % files.len()].1.clone().into_bytes();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        digest(String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn truncated_files(which in 0_usize..64, cut in any::<prop::sample::Index>()) {
        let files = shipped();
        let text = &files[which % files.len()].1;
        let mut end = cut.index(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        digest(text[..end].to_owned());
    }

    #[test]
    fn swapped_and_odd_values(
        which in 0_usize..64,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::option::of(prop::sample::select(ODD))), 1..4),
    ) {
        let files = shipped();
        let mut text = files[which % files.len()].1.clone();
        for (to, from, odd) in changes {
            let scalars = scalars(&text);
            let ((start, end), (from_start, from_end)) = (scalars[to.index(scalars.len())], scalars[from.index(scalars.len())]);
            let new = odd.map_or_else(|| text[from_start..from_end].to_owned(), str::to_owned);
            text.replace_range(start..end, &new);
        }
        digest(text);
    }

    #[test]
    fn any_text(text in ".{0,200}") {
        digest(text);
    }

    /// `--set` takes any words.
    #[test]
    fn any_assignment(path in "[a-z.0-9_]{0,20}", value in ".{0,20}") {
        let mut document = Document::parse("m.json", shipped().remove(0).1).unwrap();
        if document.set(&format!("{path}={value}")).is_ok() {
            digest(document.to_json());
        }
    }
}
