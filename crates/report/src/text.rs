//! The font, how wide a text is in it, and how numbers are written.

use plotters::style::{FontStyle, IntoFont, register_font};
use std::sync::Once;

/// The bundled font, followed by what a viewer of an SVG may use in its place.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Height of the font from descender to ascender, in em.
pub(crate) const LINE_HEIGHT: f64 = 2384.0 / 2048.0;

/// Distance from the middle of a digit to the baseline, in em.
pub(crate) const HALF_DIGIT: f64 = 0.36;

static BUNDLED: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");
static REGISTERED: Once = Once::new();

/// Makes the bundled font known to the drawing library.
pub(crate) fn register() {
    REGISTERED.call_once(|| {
        assert!(register_font(FAMILY, FontStyle::Normal, BUNDLED).is_ok(), "the bundled font is damaged");
    });
}

/// Width of a text whose em has `size` pixels.
pub(crate) fn width(words: &str, size: f64) -> f64 {
    const FINE: f64 = 16.0;
    register();
    let layout = (FAMILY, size * LINE_HEIGHT * FINE).into_font().layout_box(words);
    // The font is registered, which is all that can fail.
    layout.map_or(0.0, |((left, _), (right, _))| f64::from(right - left) / FINE)
}

/// The text, its end replaced by an ellipsis if it is wider than `most`.
pub(crate) fn shortened(words: &str, size: f64, most: f64) -> String {
    if width(words, size) <= most {
        return words.to_owned();
    }
    let mut kept: Vec<char> = words.chars().collect();
    while kept.pop().is_some() {
        let candidate = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(&candidate, size) <= most {
            return candidate;
        }
    }
    String::new()
}

/// Clauses set in lines no wider than `most`, with dots between them.
pub(crate) fn lines(clauses: &[String], size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for clause in clauses {
        let joined = lines.last().map(|line| format!("{line}\u{2002}·\u{2002}{clause}"));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(line)) if width(&joined, size) <= most => *line = joined,
            _ => lines.push(shortened(clause, size, most)),
        }
    }
    lines
}

/// A count with its thousands apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A quantity with about three digits.
pub(crate) fn quantity(value: f64) -> String {
    match value.abs() {
        size if size < 1e-9 => "0".to_owned(),
        size if !(1e-2..1e6).contains(&size) => format!("{value:.2e}"),
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A time with no more digits than it needs.
pub(crate) fn time(time_ms: f64) -> String {
    let rounded = (time_ms * 1e4).round() / 1e4;
    format!("{rounded} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_readers() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([quantity(0.0), quantity(3.1449), quantity(12.34), quantity(250.4)], ["0", "3.14", "12.3", "250"]);
        assert_eq!([quantity(0.0004), quantity(-0.0), quantity(9.999)], ["4.00e-4", "0", "10.0"]);
        assert_eq!([time(1000.0), time(0.1 + 0.2)], ["1000 ms", "0.3 ms"]);
    }

    #[test]
    fn wider_text_is_shortened_to_fit() {
        assert!(width("mmmm", 12.0) > width("iiii", 12.0));
        assert_eq!(shortened("L5I", 12.0, 200.0), "L5I");
        let name = shortened("a population with a very long name", 12.0, 80.0);
        assert!(name.ends_with('…') && width(&name, 12.0) <= 80.0, "{name}");
        assert_eq!(shortened("anything", 12.0, 0.5), "");
    }

    #[test]
    fn clauses_are_broken_into_lines() {
        let clauses: Vec<String> = (0..6).map(|k| format!("clause number {k}")).collect();
        let set = lines(&clauses, 12.0, 260.0);
        assert_eq!(set.len(), 3);
        assert!(set.iter().all(|line| width(line, 12.0) <= 260.0));
    }
}
