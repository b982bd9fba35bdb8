//! What of a model lies beyond the end of its run.

use crate::fields::shown;
use crate::interventions::InterventionSpec;
use crate::model::Model;
use crate::tissue::TissueSpec;
use neuropil_neuromod::probe::{Measure, Probe};

/// The words for numbers over time that end before the run does.
pub(crate) const ENDS: &str = "asks for nothing";

impl Model {
    /// Tells of inputs that begin after the end of the run, and of targets that end before it.
    pub(crate) fn tell_outside(&mut self) {
        let end_ms = self.duration_ms;
        let inputs = self.inputs.iter().map(|own| (&own.path, own.window));
        let sources = self.populations.iter().map(|own| (&own.path, own.window));
        for (path, window) in inputs.chain(sources).filter(|(_, own)| own.start_ms >= end_ms && end_ms > 0.0) {
            let start = shown(window.start_ms);
            self.notes.push(format!("{path}: begins at {start} ms, the run ends at {} ms: never on", shown(end_ms)));
        }
        let beyond = |own: &&InterventionSpec| self.clock.time_ms(own.from) >= end_ms && end_ms > 0.0;
        let edits: Vec<&InterventionSpec> = self.interventions.iter().filter(beyond).collect();
        if let Some(first) = edits.first() {
            let (path, at, end) = (&first.path, shown(self.clock.time_ms(first.from)), shown(end_ms));
            let more =
                if edits.len() > 1 { format!(" ({} more begin so late)", edits.len() - 1) } else { String::new() };
            self.notes.push(format!("{path}: begins at {at} ms, the run ends at {end} ms: never in force{more}"));
        }
        self.tell_unsampled();
        self.tell_ending_factors();
        let timed = self.learning.iter().filter_map(|own| own.time_series());
        for (name, series) in timed.filter(|(_, series)| !series.repeats) {
            let points = (series.values.len() / series.channels.max(1)) as u64;
            let until_ms = self.clock.time_ms(points.saturating_mul(series.every_steps));
            if until_ms < end_ms {
                let (until, end) = (shown(until_ms), shown(end_ms));
                self.notes.push(format!(
                    "learning.{name}: its values end at {until} ms of {end} ms: then it {ENDS}, and nothing is learned \
                     (`repeats` lets it begin again)"
                ));
            }
        }
    }

    /// Tells of what is to be recorded more rarely than the run is long.
    fn tell_unsampled(&mut self) {
        let end_ms = self.duration_ms;
        let states = self.record.states.iter().map(|own| (own.path.clone(), self.clock.time_ms(own.every_steps)));
        let watch = &self.record.watch;
        let step_ms = self.peptides.as_ref().map_or(0.0, TissueSpec::step_ms);
        let heard = watch.heard.iter().map(|own| (own.path.clone(), own.every as f64 * step_ms));
        let is_field = |own: &&Probe| matches!(own.measure, Measure::Field { .. } | Measure::Slice { .. });
        let fields =
            watch.fields.iter().filter(is_field).map(|own| ("record.field".to_owned(), own.every as f64 * step_ms));
        let mut rare: Vec<(String, f64)> = states.chain(heard).chain(fields).collect();
        rare.retain(|(_, every_ms)| end_ms > 0.0 && *every_ms > end_ms);
        rare.dedup();
        for (path, every_ms) in rare {
            let (every, end) = (shown(every_ms), shown(end_ms));
            self.notes
                .push(format!("{path}: a sample every {every} ms, the run ends at {end} ms: nothing is recorded"));
        }
    }
}
