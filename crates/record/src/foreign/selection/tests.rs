//! Expressions over a table of four rows.

use super::Selection;
use crate::foreign::nwb::{Table, Values};

fn table() -> Table {
    let texts = |all: [&str; 4]| Values::Texts(all.map(str::to_owned).to_vec());
    let columns = [
        ("quality", texts(["good", "mua", "good", "noise"])),
        ("depth_um", Values::Numbers(vec![100.0, 600.0, 700.0, f64::NAN])),
        ("is_fast", Values::Booleans(vec![true, false, false, true])),
        ("two words", Values::Numbers(vec![1.0, 2.0, 3.0, 4.0])),
    ];
    columns
        .into_iter()
        .fold(Table::of_ids(vec![3, 5, 7, 11]), |table, (name, values)| table.with(name, values).unwrap())
}

fn ids(expression: &str) -> Vec<u64> {
    let table = table();
    let selection = Selection::parse(expression, &table).unwrap_or_else(|error| panic!("{error}"));
    selection.rows(&table).into_iter().map(|row| table.ids()[row]).collect()
}

#[test]
fn expressions_choose_rows() {
    for (expression, expected) in [
        ("quality == 'good'", &[3, 7][..]),
        ("quality == 'good' and depth_um > 500 or id in [3, 11]", &[3, 7, 11]),
        ("quality == \"good\" and (depth_um > 500 or id in [11])", &[7]),
        ("not quality == 'good' and is_fast", &[11]),
        ("not (quality == 'good' and is_fast)", &[5, 7, 11]),
        ("is_fast == false", &[5, 7]),
        ("depth_um != 600", &[3, 7, 11]),
        ("depth_um == depth_um", &[3, 5, 7]),
        ("500 <= depth_um", &[5, 7]),
        ("depth_um < 6e2", &[3]),
        ("id not in [3, 5, 7]", &[11]),
        ("quality in ('mua', 'noise')", &[5, 11]),
        ("`two words` >= 3", &[7, 11]),
        ("id in []", &[]),
        ("id > -1", &[3, 5, 7, 11]),
    ] {
        assert_eq!(ids(expression), expected, "{expression}");
    }
}

/// The message, and the character that the mark stands under.
#[test]
fn faults_point_at_the_character() {
    let nested = format!("{}is_fast", "not ".repeat(200));
    for (expression, column, words) in [
        ("qualty == 'good'", 1, "no column `qualty`; did you mean `quality`?; the columns are id, quality, depth_um"),
        ("quality = 'good'", 9, "expected `==`"),
        ("quality == 'good", 12, "quote is not closed"),
        ("quality == 3", 9, "`quality` is text, but is compared with a number"),
        ("quality < 'good'", 9, "compares numbers, not text"),
        ("id in [3, 'a']", 11, "`id` is a number, but is compared with text"),
        ("id in [3 5]", 10, "found 5, expected `,` or `]`"),
        ("id in 3", 7, "expected `[`"),
        ("(id == 3", 9, "the expression ends here, expected `)`"),
        ("id == 3 id == 5", 9, "found `id`, expected `and`, `or` or the end"),
        ("1 < id < 3", 8, "do not chain"),
        ("id ==", 6, "the expression ends here, expected a column"),
        ("", 1, "the expression ends here"),
        ("id", 3, "expected one of =="),
        ("true", 1, "a value alone"),
        ("id == 1e999", 7, "no number"),
        ("id == 3 ; id", 9, "`;` has no meaning"),
        ("µ == 'a'", 1, "no column"),
        ("quality == 'µ' # b", 16, "`#` has no meaning"),
        (nested.as_str(), 261, "nested more than 64 levels"),
    ] {
        let error = Selection::parse(expression, &table()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words) && text.contains(&format!("character {column}:")), "{expression}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[2].trim() == "^" && lines.iter().all(|line| line.chars().count() < 300), "{text}");
    }
}

/// Would catch a mark that counts bytes.
#[test]
fn the_mark_stands_under_the_character() {
    let text = Selection::parse("quality == 'µm' and ids == 3", &table()).unwrap_err().to_string();
    let lines: Vec<&str> = text.lines().collect();
    let place = lines[2].chars().position(|c| c == '^').unwrap();
    assert_eq!(lines[1].chars().skip(place).take(3).collect::<String>(), "ids", "{text}");
}
