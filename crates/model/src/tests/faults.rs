//! Every way to be wrong: the path, the place and the words of the message.

mod table;

use super::decode;
use crate::fault::KEPT;
use crate::{Document, Faults, Model};
use table::{SOUND, TABLE};

fn faults_of(text: &str) -> Faults {
    match decode(text) {
        Err(faults) => faults,
        Ok(model) => model.design::<f64>(1, 1.0).err().unwrap_or_else(|| panic!("no fault in {text}")),
    }
}

#[test]
fn the_file_of_the_table_is_sound() {
    decode(SOUND).unwrap().design::<f64>(1, 1.0).map(|_| ()).unwrap();
}

/// Every row: the fault is there with its path and words, it is the only one, and line and column lead to the field.
#[test]
fn each_fault_has_its_path_its_place_and_its_words() {
    for (fragment, replacement, path, words) in TABLE {
        assert_eq!(SOUND.matches(fragment).count(), 1, "`{fragment}` is not unique");
        let text = SOUND.replace(fragment, replacement);
        let faults = faults_of(&text);
        let shown = faults.to_string();
        assert_eq!(faults.faults.len(), 1, "{replacement}: {shown}");
        let fault = &faults.faults[0];
        assert_eq!(fault.path, *path, "{replacement}: {shown}");
        assert!(fault.message.contains(words), "{replacement}: {shown}");
        let place = fault.place.as_ref().unwrap_or_else(|| panic!("{replacement}: no place"));
        let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap();
        let line = text.lines().nth(place.line - 1).unwrap();
        let here: String = line.chars().skip(place.column - 1).collect();
        let in_list = path.rsplit('.').next().is_some_and(|last| last.parse::<usize>().is_ok());
        assert!(in_list || here.starts_with(key), "{path}: {}:{} is {here}", place.line, place.column);
        assert!(shown.lines().count() <= 24 && shown.lines().all(|line| line.chars().count() < 300), "{shown}");
    }
}

#[test]
fn faults_that_need_the_whole_network_have_places_too() {
    let table = [
        (r#""tau_m_ms": 20"#, r#""tau_m_ms": -20"#, "populations.exc.tau_m_ms", "must be > 0"),
        (r#""tau_m_ms": 20"#, r#""tau_m_ms": 1e300, "v_th_mv": -80"#, "populations.exc.v_reset_mv", "must be"),
        (r#""weights": ["ee"]"#, r#""weights": ["ew"]"#, "record.weights.0", "there is no projection `ew`"),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "one_to_one""#,
            "projections.0",
            "one_to_one",
        ),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "fixed_in_degree", "in_degree": 9"#,
            "projections.0",
            "in_degree = 9",
        ),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "list", "sources": [0], "targets": [9]"#,
            "projections.0",
            "9",
        ),
        (
            r#""shape": "sphere", "radius_um": 10"#,
            r#""shape": "list", "points_um": [[0,0,0]]"#,
            "populations.inh.positions",
            "1 points for 2 cells",
        ),
    ];
    for (fragment, replacement, path, words) in table {
        let faults = faults_of(&SOUND.replace(fragment, replacement));
        let fault = faults.faults.iter().find(|fault| fault.path == path);
        let fault = fault.unwrap_or_else(|| panic!("{replacement}: {faults}"));
        assert!(fault.message.contains(words) && fault.place.is_some(), "{faults}");
    }
}

/// Ten rows of the table at once give ten faults, by line and column.
#[test]
fn all_faults_are_found_at_once_in_the_order_of_the_text() {
    let fragments = [
        r#""dt_ms": 0.1"#,
        r#""duration_ms": 100"#,
        r#""sign": "excitatory""#,
        r#""radius_um": 10"#,
        r#""rate_hz": 5"#,
        r#""cells": [0, 2]"#,
        r#""from": "exc""#,
        r#""probability": 0.5"#,
        r#""kind": "poisson""#,
        r#""every_ms": 0.5"#,
    ];
    let mut text = SOUND.to_owned();
    let mut paths = Vec::new();
    for fragment in fragments {
        let row = TABLE.iter().find(|row| row.0 == fragment).unwrap();
        text = text.replace(fragment, row.1);
        paths.push(row.2);
    }
    let faults = faults_of(&text).faults;
    let found: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let mut places: Vec<(usize, usize)> =
        faults.iter().map(|fault| fault.place.as_ref().map(|place| (place.line, place.column)).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    places.dedup();
    // dt_ms = 0 is replaced by the default; what follows from it is not reported.
    for path in paths {
        assert!(found.contains(&path), "{path} is not among {found:?}");
    }
}

#[test]
fn a_faulty_section_does_not_hide_the_others() {
    let text = SOUND
        .replace(r#"{"dt_ms": 0.1, "duration_ms": 100, "seed": 3}"#, "5")
        .replace("\"exc\", \"to\"", "\"exk\", \"to\"");
    let found: Vec<String> = faults_of(&text).faults.into_iter().map(|fault| fault.path).collect();
    assert_eq!(found, ["simulation", "projections.0.from"]);
}

/// Time and memory stay bounded, and the message fits a screen.
#[test]
fn a_million_faults_are_counted_not_kept() {
    let list = vec!["null"; 300_000].join(",");
    let text = SOUND.replace(r#""tau_m_ms": 20"#, &format!("\"tau_m_ms\": [{list}]"));
    let faults = faults_of(&text);
    assert_eq!((faults.faults.len(), faults.count()), (KEPT, 300_000));
    let shown = faults.to_string();
    assert!(shown.lines().count() < 42 && shown.len() < 10_000, "{shown}");
    assert!(shown.contains("and 299988 more"), "{shown}");
}

#[test]
fn long_names_and_numbers_are_cut() {
    let name = "n".repeat(5000);
    for text in [
        SOUND.replace(r#""from": "exc""#, &format!("\"from\": \"{name}\"")),
        SOUND.replace(r#""sign": "excitatory""#, &format!("\"sign\": \"{name}\"")),
        SOUND.replace(r#""seed": 3"#, "\"seed\": 1e300"),
        SOUND.replace(r#""dt_ms": 0.1"#, "\"dt_ms\": -1e300"),
    ] {
        let shown = faults_of(&text).to_string();
        assert!(shown.lines().all(|line| line.chars().count() < 250), "{shown}");
    }
}

/// A value set from outside is not shown beside the line that it replaced.
#[test]
fn overridden_values_have_no_line() {
    let mut document = Document::parse("m.json", SOUND.into()).unwrap();
    document.set("populations.exc.cells=0").unwrap();
    let faults = Model::decode(document).unwrap_err();
    assert_eq!(faults.faults[0].place, None);
    assert!(
        faults.to_string().starts_with("m.json (as changed by options): populations.exc.cells: found 0"),
        "{faults}"
    );
}

#[test]
fn a_population_is_not_shadowed_by_a_description() {
    let text =
        r#"{"populations": {"description": {"cells": 1, "model": "lif_exp"}, "a": {"cells": 1, "model": "lif_exp"}}}"#;
    assert_eq!(faults_of(text).faults[0].path, "populations.description");
}
