//! What of a model lies beyond the end of its run.

use crate::fields::shown;
use crate::interventions::InterventionSpec;
use crate::model::{InputKind, KindSpec, Model};
use crate::tissue::TissueSpec;
use neuropil_network::source::Rate;
use neuropil_neuromod::probe::{Measure, Probe};

/// The words for numbers over time that end before the run does.
pub(crate) const ENDS: &str = "asks for nothing";
/// The words for weights that would change after the end of the run.
pub(crate) const UNCHANGED: &str = "no weight changes";

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
        self.tell_late_spikes();
        self.tell_late_rates();
        self.tell_late_peptides();
        self.tell_late_changes();
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

    /// Tells of weights that would change after the end only.
    fn tell_late_changes(&mut self) {
        let end_ms = self.duration_ms;
        let Some(every_ms) = self.learning.as_ref().map(|own| self.clock.time_ms(own.apply_steps())) else { return };
        if end_ms > 0.0 && every_ms > end_ms {
            let (every, end) = (shown(every_ms), shown(end_ms));
            self.notes.push(format!(
                "learning.apply_every_ms: {every} ms, the run ends at {end} ms: {UNCHANGED} before its end"
            ));
        }
    }

    /// Tells of spikes of sources that would be sent after the end.
    fn tell_late_spikes(&mut self) {
        let (end_ms, clock) = (self.duration_ms, self.clock);
        let last = clock.nearest_step(end_ms).unwrap_or(u64::MAX);
        for own in self.populations.iter().filter(|own| end_ms > 0.0 && !own.replays) {
            let KindSpec::SpikeTrain(spikes) = &own.kind else { continue };
            let late = spikes.iter().filter(|(step, _)| *step > last);
            let Some(first) = late.clone().map(|own| own.0).min() else { continue };
            let (count, first, end) = (late.count(), shown(clock.time_ms(first)), shown(end_ms));
            let (path, all) = (&own.path, spikes.len());
            self.notes.push(format!(
                "{path}.spikes: {count} of {all} are later than the end of the run at {end} ms, from {first} ms on: never sent"
            ));
        }
    }

    /// Tells of rates that would hold after the end only.
    fn tell_late_rates(&mut self) {
        let end_ms = self.duration_ms;
        let mut told = Vec::new();
        for (path, rate) in self.rates().filter(|_| end_ms > 0.0) {
            let Rate::Steps(steps) = rate else { continue };
            let Some((first, _)) = steps.iter().find(|step| step.0 >= end_ms) else { continue };
            let (first, end) = (shown(*first), shown(end_ms));
            told.push(format!("{path}.rate_hz: rates from {first} ms on, the run ends at {end} ms: never in force"));
        }
        self.notes.extend(told);
    }

    /// The path and the rate of each source, then of each input that has one.
    pub(crate) fn rates(&self) -> impl Iterator<Item = (&str, &Rate)> {
        let sources = self.populations.iter().filter_map(|own| match &own.kind {
            KindSpec::Poisson(rate) => Some((own.path.as_str(), rate)),
            _ => None,
        });
        let inputs = self.inputs.iter().filter_map(|own| match &own.kind {
            InputKind::Poisson { rate, .. } => Some((own.path.as_str(), rate)),
            InputKind::Current { .. } => None,
        });
        sources.chain(inputs)
    }

    /// Tells of releases and edits of peptides that no field step of the run knows.
    fn tell_late_peptides(&mut self) {
        let Some(spec) = self.peptides.as_ref().filter(|_| self.duration_ms > 0.0) else { return };
        let (end_ms, step_ms, steps) = (self.duration_ms, spec.step_ms(), spec.steps());
        let end = shown(end_ms);
        if let Some((count, line)) = spec.drive.as_ref().and_then(|own| own.later_than(end_ms, step_ms)) {
            let rows = if count == 1 { "1 row begins".into() } else { format!("{count} rows begin") };
            self.notes.push(format!(
                "peptides.drive: {rows} later than the last field step before the end of the run at {end} ms, the first in \
                 line {line}: never in force"
            ));
        }
        let last = self.clock.nearest_step(end_ms).unwrap_or(u64::MAX);
        for (index, own) in self.interventions.iter().enumerate().filter(|(_, own)| own.from < last) {
            let same = self.interventions.iter().enumerate().filter(|(other, _)| *other != index).map(|own| own.1);
            let next = same.filter(|later| later.from > own.from && own.is_of_same_peptide(later)).map(|own| own.from);
            let until = own.until.or_else(|| next.min()).unwrap_or(last).min(last);
            if own.is_between_field_steps(until, steps) {
                let [from, until] = [own.from, until].map(|step| shown(self.clock.time_ms(step)));
                self.notes.push(format!(
                    "{}: edits of peptides act at the ends of field steps, every {} ms, and none lies between {from} and \
                     {until} ms, where another begins or the run ends: it never acts",
                    own.path,
                    shown(step_ms)
                ));
            }
        }
    }
}
