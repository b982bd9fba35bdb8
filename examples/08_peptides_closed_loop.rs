//! When do peptides begin to matter? A tenth of a cortical slab, with and without 17 peptides, the same seed.
//!
//! Spikes release peptides, which diffuse, bind and change how cells fire, which changes what they release.

use neuropil::model::Document;
use neuropil::record::Recording;
use neuropil::session::{Changes, Input, Session, Unwatched};
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/networks/cortical_peptides.json");
const DURATION_MS: f64 = 2000.0;

type Spikes = BTreeSet<(u64, u64)>;

/// The spikes of each population, as (microsecond, cell).
fn spikes(listening: bool, folder: &Path) -> Result<Vec<(String, Spikes)>, Box<dyn Error>> {
    let mut model: Value = serde_json::from_str(&std::fs::read_to_string(MODEL)?)?;
    model.as_object_mut().ok_or("an object")?.remove("record");
    for population in model["populations"].as_object_mut().ok_or("an object")?.values_mut() {
        population["cells"] = (population["cells"].as_u64().ok_or("a number")? / 10).into();
    }
    model["peptides"]["shape_voxels"] = [16, 16, 40].as_slice().into();
    model["peptides"]["spacing_um"] = [25, 25, 25].as_slice().into();
    model["peptides"]["listening"] = listening.into();
    // Paths in the model are relative to where it lies.
    let document = Document::parse(MODEL, model.to_string())?;
    let changes = Changes { duration_ms: Some(DURATION_MS), ..Changes::default() };
    let input = Input::of(document, &changes)?;
    let finished = Session::new(&input, folder.join(format!("{listening}.h5"))).run(input, &Unwatched)?;
    let recording = Recording::open(&finished.output)?;
    let of = |(name, _): (String, bool)| {
        let own = recording.spikes(&name)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of a short run")]
        let spikes = own.times_ms.iter().map(|time| (time * 1e3).round() as u64).zip(own.node_ids).collect();
        Ok((name, spikes))
    };
    finished.populations.into_iter().map(of).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (heard, deaf) = (spikes(true, folder.path())?, spikes(false, folder.path())?);
    for ((name, with), (_, without)) in heard.iter().zip(&deaf) {
        // Release, diffusion, binding and messengers take their time: nothing is moved at first, then something.
        let (us, _) = with.symmetric_difference(without).next().ok_or("peptides moved no spike")?;
        println!("{name:<8} {:>5} spikes; the first that peptides have moved is at {} ms", with.len(), us / 1000);
        assert!(*us > 100_000, "{name}");
    }
    Ok(())
}
