//! What do recorded spikes make a network do? Good units of an NWB session drive a population.

use neuropil::model::Document;
use neuropil::record::Recording;
use neuropil::record::trains::{Request, Span, TrainFile, Units};
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::error::Error;
use std::path::Path;

const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/nwb/session.nwb");
const GOOD: &str = "quality == 'good'";

fn main() -> Result<(), Box<dyn Error>> {
    let span = Span::Window { from_s: 1.0, to_s: 5.0 };
    let request = Request { population: None, units: Units::parse(GOOD), span, needed_until_s: None };
    let units = TrainFile::open(Path::new(SESSION))?.read(&request)?.unit_ids.len();
    let text = format!(
        r#"{{
          "simulation": {{"dt_ms": 0.1, "duration_ms": 4000, "seed": 3}},
          "populations": {{
            "exc": {{"cells": 200, "model": "lif_exp", "tau_m_ms": 20, "cell_type": "Pyr", "sign": "excitatory"}},
            "session": {{"cells": {units}, "model": "spike_train", "spikes": {{"times_ms": [], "cells": []}}}}
          }},
          "projections": [{{"from": "session", "to": "exc", "rule": "fixed_in_degree", "in_degree": 2, "weight_pa": 2500,
                           "delay_ms": {{"distribution": "normal", "mean": 1.5, "std": 0.75, "min": 0.1}}}}],
          "replay": [{{"population": "session", "file": "{SESSION}", "units": "{GOOD}", "from_s": 1, "to_s": 5}}]
        }}"#
    );
    let input = Input::of(Document::parse("replay.json", text)?, &Changes::default())?;
    input.notes().iter().for_each(|note| println!("{note}"));
    let folder = tempfile::tempdir()?;
    let finished = Session::new(&input, folder.path().join("replay.h5")).run(input, &Unwatched)?;
    let recording = Recording::open(&finished.output)?;
    let (sent, answered) = (recording.spikes("session")?.times_ms, recording.spikes("exc")?.times_ms);
    println!("{units} units sent {} spikes, {} cells answered {}", sent.len(), 200, answered.len());
    assert!(!sent.is_empty() && !answered.is_empty());
    // Nothing else drives the cells: each answer has a spike of the session in the 50 ms before it.
    for time in &answered {
        let before = sent.partition_point(|own| own < time);
        assert!(before > 0 && time - sent[before - 1] < 50.0, "at {time} ms");
    }
    Ok(())
}
