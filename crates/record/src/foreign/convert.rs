//! Spike and report files of any tool, rewritten so that every reader takes them.

use crate::foreign::report_copy::{ELEMENT_IDS, ELEMENT_POS};
use crate::foreign::sonata_writer::{SpikeFile, create_file};
use crate::h5::destination::Destination;
use crate::layout;
use crate::recording::report_sink::link_populations;
use crate::{Error, Recording, ReportRecord, h5::written};
use hdf5::File;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the population of a file of spikes is called that names none.
pub const UNNAMED: &str = "spikes";

/// Rewrites `from` as `to` and returns what is different now, one line a change.
///
/// Spikes and reports without a population are given `population`, or, where the file has nothing but spikes, [`UNNAMED`]; so
/// are those of a file with one population, if it is named. Values, times and ids stay what they are; what is neither spikes nor reports is left out, and named.
///
/// # Errors
///
/// As of [`Recording`]; [`Error::Request`] for recordings of neuropil; [`Error::Missing`] for spikes and reports that need
/// a name; as of [`Recorder::create`](crate::Recorder) for a `to` that exists, unless `force`.
pub fn convert(from: &Path, to: &Path, force: bool, population: Option<&str>) -> Result<Vec<String>, Error> {
    let recording = Recording::open(from)?;
    if recording.arrays.has(layout::NEUROPIL) {
        let reason = "is a file of neuropil, which SONATA readers take as it is; `neuropil export --to sonata` writes the \
                      spikes, reports and network of a run as files of their own";
        return Err(Error::request(from, reason));
    }
    let mut changes = Vec::new();
    let source = recording.arrays.source();
    for name in ["magic", "version"] {
        if source.attribute("/", name)?.is_none() {
            changes.push(format!("/: attribute {name} added"));
        }
    }
    let reports = recording.reports()?;
    let mut kept = reports.iter().filter(|report| !report.node_ids.is_empty());
    kept.try_for_each(|report| check_frames(&recording, report))?;
    let names = names((from, &recording), &reports, population)?;
    let plan = ConversionPlan { recording: &recording, names, reports };
    let destination = Destination::claim(to, force)?;
    let made = plan.write(&destination.new, &mut changes).and_then(|()| plan.left_out(&mut changes));
    made.and_then(|()| destination.publish_new()).inspect_err(|_| destination.withdraw())?;
    Ok(changes)
}

/// Refuses a report whose times are not those of its frames; some tools count one at the end.
fn check_frames(recording: &Recording, report: &ReportRecord) -> Result<(), Error> {
    let ReportRecord { start_ms, stop_ms, dt_ms, frames, group, .. } = report;
    let told = (stop_ms - start_ms) / dt_ms;
    #[expect(clippy::cast_precision_loss, reason = "a difference of one frame is allowed")]
    let differ = (told - *frames as f64).abs();
    if differ < 1.5 {
        return Ok(());
    }
    let object = format!("{group}/mapping/time");
    let found = format!("[{start_ms}, {stop_ms}, {dt_ms}], which makes {told:.0} frames");
    let expected = format!("the times of the {frames} frames of {}", recording.data_object(group));
    Err(recording.arrays.source().wrong_type(&object, &found, &expected))
}

/// What is converted.
struct ConversionPlan<'r> {
    recording: &'r Recording,
    /// The populations: their names there, and here.
    names: BTreeMap<String, String>,
    reports: Vec<ReportRecord>,
}

/// The populations with spikes or reports: their names there, and here.
fn names(
    (from, recording): (&Path, &Recording),
    reports: &[ReportRecord],
    population: Option<&str>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut found = recording.spike_populations()?;
    found.extend(reports.iter().map(|report| report.population.clone()));
    found.sort_unstable();
    found.dedup();
    let source = recording.arrays.source();
    if let Some(name) = population
        && (matches!(name, "" | "." | "..") || name.contains(['/', '\0']))
    {
        return Err(Error::refused("a population", format!("the name `{name}`"), "a name without `/`"));
    }
    match (&found[..], population) {
        ([only], Some(name)) => Ok(BTreeMap::from([(only.clone(), name.to_owned())])),
        ([only], None) if only.is_empty() && reports.is_empty() => {
            Ok(BTreeMap::from([(only.clone(), UNNAMED.to_owned())]))
        }
        ([only], None) if only.is_empty() => {
            let reason = "a name for the population of its report is missing: give it with --population";
            Err(Error::request(from, reason))
        }
        (_, Some(name)) if found.iter().any(String::is_empty) => {
            let called = |own: String| (own.clone(), if own.is_empty() { name.to_owned() } else { own });
            Ok(found.into_iter().map(called).collect())
        }
        (_, Some(name)) => {
            let expected = format!("one population to be called `{name}`; the file has {found:?}");
            Err(source.missing(layout::SPIKES, &expected))
        }
        (_, None) => Ok(found.into_iter().map(|name| (name.clone(), name)).collect()),
    }
}

impl ConversionPlan<'_> {
    fn write(&self, to: &Path, changes: &mut Vec<String>) -> Result<(), Error> {
        let with_spikes = self.recording.spike_populations()?;
        if with_spikes.is_empty() {
            return self.write_reports(create_file(to)?, to, changes);
        }
        let mut file = SpikeFile::create(to)?;
        for theirs in &with_spikes {
            let ours = self.ours(theirs);
            spike_changes(self.recording, (theirs, ours), changes)?;
            file.whole(ours, self.recording.spikes(theirs)?)?;
        }
        file.finish()?;
        if self.reports.is_empty() {
            return Ok(());
        }
        let file = written::open_again(to).map_err(|source| Error::write(to, "the file", &source))?;
        self.write_reports(file, to, changes)
    }

    /// The name here of a population there.
    fn ours<'s>(&'s self, theirs: &'s str) -> &'s str {
        self.names.get(theirs).map_or(theirs, String::as_str)
    }

    fn write_reports(&self, file: File, to: &Path, changes: &mut Vec<String>) -> Result<(), Error> {
        let at = |source: hdf5::Error| Error::write(to, layout::REPORT, &source);
        let parent = file.create_group(layout::REPORT).map_err(at)?;
        let mut written: Vec<(&str, String)> = Vec::new();
        for report in &self.reports {
            if report.node_ids.is_empty() {
                changes.push(format!("{}: left out, it has no columns", report.group));
                continue;
            }
            let population = self.ours(&report.population);
            let name = self.report_group(report, population);
            report_changes(self.recording, report, &name, changes)?;
            self.recording.copy_report(report, &parent, (&name, population), to)?;
            written.push((population, name));
        }
        link_populations(&parent, written.iter().map(|(population, name)| (*population, name.as_str()))).map_err(at)?;
        drop(parent);
        written::finish(file, to)
    }

    /// The group of a report, which has the name of its population in it where theirs has.
    fn report_group(&self, report: &ReportRecord, population: &str) -> String {
        let theirs = report.group.rsplit('/').next().unwrap_or_default();
        match theirs.strip_prefix(report.population.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('.') => format!("{population}{rest}"),
            _ => theirs.to_owned(),
        }
    }

    /// Names what is neither spikes nor reports.
    fn left_out(&self, changes: &mut Vec<String>) -> Result<(), Error> {
        let mut known = BTreeSet::from([layout::SPIKES.to_owned(), layout::REPORT.to_owned()]);
        let mut groups = vec![String::new()];
        for theirs in self.recording.spike_populations()? {
            let place = self.recording.spike_place(&theirs)?;
            known.extend([place.group.clone(), place.times, place.ids]);
            groups.extend([layout::SPIKES.to_owned(), place.group]);
        }
        for report in &self.reports {
            let mapping = format!("{}/mapping", report.group);
            let own = ["data", layout::DATA_F64, "mapping"].map(|name| format!("{}/{name}", report.group));
            known.extend(own.into_iter().chain(MAPPING.map(|name| format!("{mapping}/{name}"))));
            known.insert(report.group.clone());
            groups.extend([report.group.clone(), mapping]);
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let place = if group.is_empty() { "/" } else { &group };
            let members = self.recording.arrays.list(place)?.into_iter().map(|name| format!("{group}/{name}"));
            let lost = members.filter(|object| !known.contains(object));
            changes.extend(lost.map(|object| format!("{object}: left out, no reader of SONATA asks for it")));
        }
        Ok(())
    }
}

/// What is kept of `mapping`, under all its names.
const MAPPING: [&str; 8] =
    [layout::NODE_IDS, "gids", "index_pointers", "index_pointer", ELEMENT_IDS[0], ELEMENT_IDS[1], ELEMENT_POS, "time"];

fn spike_changes(recording: &Recording, (theirs, ours): (&str, &str), changes: &mut Vec<String>) -> Result<(), Error> {
    let source = recording.arrays.source();
    let place = recording.spike_place(theirs)?;
    let mut say = |change: String| changes.push(format!("/spikes/{ours}: {change}"));
    if theirs != ours {
        let before =
            if theirs.is_empty() { "/spikes/gids, without a population".into() } else { format!("/spikes/{theirs}") };
        say(format!("was {before}"));
    }
    match source.attribute(&place.group, layout::SORTING)? {
        None => say("sorting added".into()),
        Some(attribute) => {
            let kind = attribute.dtype().and_then(|kind| kind.to_descriptor());
            if !matches!(kind, Ok(TypeDescriptor::Enum(_))) {
                let text = source.text_attribute(&place.group, layout::SORTING).ok().flatten().unwrap_or_default();
                say(format!("sorting `{text}` is an enumeration now"));
            }
        }
    }
    let times = recording.arrays.f64_list(&place.times)?;
    if !times.is_sorted() {
        say("sorted by time".into());
    }
    drop(times);
    if recording.ms_per_unit(&place.times)? != 1.0 {
        say("times in ms, were in seconds".into());
    } else if recording.arrays.string_attr(&place.times, layout::UNITS)?.is_none() {
        say("unit of times added (ms)".into());
    }
    for (object, wanted, what) in [
        (&place.times, TypeDescriptor::Float(FloatSize::U8), "times"),
        (&place.ids, TypeDescriptor::Unsigned(IntSize::U8), "node ids"),
    ] {
        let dataset = source.dataset(object)?;
        let found = source.check_number(object, &dataset)?;
        if found != wanted {
            say(format!("{what} of type {wanted}, were {found}"));
        }
        if !dataset.filters().is_empty() {
            say(format!("{what} not compressed any more"));
        }
    }
    Ok(())
}

fn report_changes(
    recording: &Recording,
    report: &ReportRecord,
    name: &str,
    changes: &mut Vec<String>,
) -> Result<(), Error> {
    let source = recording.arrays.source();
    let ours = format!("{}/{name}", layout::REPORT);
    let mut say = |change: &str| changes.push(format!("{ours}: {change}"));
    if report.group.is_empty() {
        say("was /data and /mapping, without a population");
    } else if report.group != ours {
        say(&format!("was {}", report.group));
    }
    let data = format!("{}/data", report.group);
    let dataset = source.dataset(&data)?;
    if source.check_number(&data, &dataset)? != TypeDescriptor::Float(FloatSize::U4) {
        say("data in single precision, the exact values as data_f64 beside");
    }
    if !dataset.filters().is_empty() {
        say("data not compressed any more");
    }
    for (name, other) in [("index_pointers", "index_pointer"), ("index_pointer", "index_pointers")] {
        if !recording.arrays.has(&format!("{}/mapping/{name}", report.group)) {
            say(&format!("mapping/{name} added, the same as {other}"));
        }
    }
    let mapping = |name: &str| format!("{}/mapping/{name}", report.group);
    if !recording.arrays.has(&mapping(layout::NODE_IDS)) {
        say("mapping/node_ids, was gids");
    }
    match ELEMENT_IDS.map(|name| recording.arrays.has(&mapping(name))) {
        [true, _] => {}
        [_, true] => say("mapping/element_ids, was element_id"),
        _ => say("mapping/element_ids added"),
    }
    let object = mapping(ELEMENT_POS);
    if !recording.arrays.has(&object) {
        say("mapping/element_pos added");
        return Ok(());
    }
    let dataset = source.dataset(&object)?;
    if source.check_number(&object, &dataset)? != TypeDescriptor::Float(FloatSize::U4) {
        say("mapping/element_pos in single precision");
    }
    Ok(())
}
