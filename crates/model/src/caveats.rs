//! What should be known of recorded spikes that are sent again: in models and in circuits.

use neuropil_record::trains::{Gap, Trains};

/// Gaps that a note lists.
const GAPS: usize = 3;

/// What should be known of recorded spikes that `name` sends.
pub(crate) fn caveats(trains: &Trains, name: &str) -> Vec<String> {
    let mut all = Vec::new();
    if trains.before_zero > 0 {
        let count = trains.before_zero;
        all.push(format!("{count} spikes before time 0 of {} are not sent by `{name}`", trains.path.display()));
    }
    if !trains.gaps.is_empty() {
        all.push(format!("`{name}` is silent where nothing was observed: {}", gaps_text(&trains.gaps)));
    }
    if trains.is_session && !trains.tells_gaps {
        all.push(format!("when the units of `{name}` were observed is unknown (no obs_intervals)"));
    }
    if trains.is_session && trains.is_beyond {
        let end_s = trains.end.at_s;
        all.push(format!(
            "`{name}` is silent after {end_s} s, the last that the file holds: it does not say where it ends"
        ));
    }
    all
}

/// The first gaps in words, those that units share as one, and how many there are besides.
fn gaps_text(gaps: &[Gap]) -> String {
    let mut gaps: Vec<&Gap> = gaps.iter().collect();
    gaps.sort_by(|a, b| a.from_s.total_cmp(&b.from_s).then(a.to_s.total_cmp(&b.to_s)));
    let shared: Vec<&[&Gap]> = gaps.chunk_by(|a, b| (a.from_s, a.to_s) == (b.from_s, b.to_s)).collect();
    let text = |units: &&[&Gap]| {
        let who = if let [one] = units { format!("unit {}", one.unit_id) } else { format!("{} units", units.len()) };
        format!("{who} from {} s to {} s", units[0].from_s, units[0].to_s)
    };
    let mut listed: Vec<String> = shared.iter().take(GAPS).map(text).collect();
    if shared.len() > GAPS {
        listed.push(format!("and {} more", shared.len() - GAPS));
    }
    listed.join(", ")
}
