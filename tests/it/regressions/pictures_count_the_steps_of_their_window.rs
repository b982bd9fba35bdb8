//! A picture counted the spikes of [from, to) where numbers count those of (from, to]: the spikes at the end of the last bin were
//! in none, or in the bin behind their own, and the mean rate was of other spikes than `rates_hz`.

use neuropil::model::Document;
use neuropil::record::Recording;
use neuropil::report::{PlotOptions, population_statistics, rate_histogram};
use neuropil::session::{Changes, Input, Session, Unwatched, picture, populations, window};
use std::path::{Path, PathBuf};

/// Ten cells that fire every `period_ms` from then on, for 200 ms.
fn run(folder: &Path, period_ms: u32) -> PathBuf {
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 1, "duration_ms": 200}}, "populations": {{"clock": {{"cells": 10,
            "model": "regular_source", "period_ms": {period_ms}, "first_ms": {period_ms}}}}}}}"#
    );
    let input = Input::of(Document::parse("net.json", text).unwrap(), &Changes::default()).unwrap();
    let file = folder.join(format!("every_{period_ms}.h5"));
    Session::new(&input, file.clone()).run(input, &Unwatched).unwrap();
    file
}

#[test]
fn a_picture_says_what_numbers_say() {
    let folder = tempfile::tempdir().unwrap();
    let file = run(folder.path(), 10);
    for asked in [(None, Some(100.0)), (Some(0.0), Some(100.0)), (Some(100.0), Some(200.0)), (Some(100.0), None)] {
        let svg = picture(&file, asked, None, &PlotOptions::default()).unwrap().svg().unwrap();
        assert!(svg.contains("100 spikes of 10 cells") && svg.contains("mean 100 Hz per cell"), "{asked:?}");
    }
    let whole = picture(&file, (None, None), None, &PlotOptions::default()).unwrap().svg().unwrap();
    assert!(
        whole.contains("0 ms to 200 ms") && whole.contains("200 spikes of 10 cells"),
        "the end has no digits of its own"
    );
}

/// Cells that fire in every step have one rate in every bin, and no synchrony but 0.
#[test]
fn bins_hold_the_steps_that_end_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = run(folder.path(), 1);
    let recording = Recording::open(&file).unwrap();
    let clock = &populations(&recording).unwrap()[0];
    for asked in [(None, None), (Some(12.0), Some(24.0))] {
        let window = window(&file, &recording, asked, || 0.0).unwrap();
        let rates_hz = rate_histogram(clock, window, 1.0).unwrap().rates_hz;
        assert!(rates_hz.iter().all(|rate| *rate == 1000.0), "{asked:?}: {rates_hz:?}");
        let numbers = population_statistics(clock, window);
        assert_eq!((numbers.synchrony, numbers.rate_hz), (Some(0.0), Some(1000.0)), "{asked:?}");
    }
}
