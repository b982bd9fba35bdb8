//! Does a tenth of the cortical microcircuit keep the rates of the whole? [Potjans2014]
//!
//! A smaller network has fewer synapses; stronger weights and a constant current give each cell input of the same mean and
//! variance. Correlations change, so rates are near those of the whole, not equal.

use neuropil::session::{Changes, Input, Session, Unwatched};
use std::error::Error;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/networks/potjans_diesmann_2014.json");
const PUBLISHED_HZ: [f64; 8] = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];
const SCALE: f64 = 0.1;

fn main() -> Result<(), Box<dyn Error>> {
    let changes = Changes { scale: SCALE, duration_ms: Some(1000.0), ..Changes::default() };
    let input = Input::read(Path::new(MODEL), &changes)?;
    let folder = tempfile::tempdir()?;
    let session = Session { scale: SCALE, ..Session::new(&input, folder.path().join("microcircuit.h5")) };
    let finished = session.run(input, &Unwatched)?;
    println!("{} synapses, {} spikes", finished.synapses, finished.counts.total());
    let rates = finished.counts.rates_hz(finished.from_to_ms.1);
    // Thalamus, the last, sends Poisson trains.
    for (((name, _), rate), published) in finished.populations.iter().zip(rates).zip(PUBLISHED_HZ) {
        println!("{name:<6} {rate:7.3} Hz, published {published:6.3}");
        assert!((rate - published).abs() < 0.3 + 0.35 * published, "{name}");
    }
    Ok(())
}
