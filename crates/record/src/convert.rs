//! Spike and report files of any tool, rewritten so that every reader takes them.

use crate::destination::Destination;
use crate::header::ReportInfo;
use crate::layout;
use crate::report_sink::{Elements, ReportSink};
use crate::sonata_writer::{SpikeFile, create_file};
use crate::{Error, Recording, ReportRecord};
use hdf5::File;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use std::path::Path;

/// Rewrites `from` as `to` and returns what is different now, one line a change.
///
/// Spikes without a population are given `population`; so are those of a file with one population, if it is named.
/// Values, times and ids stay what they are.
///
/// # Errors
///
/// As of [`Recording`]; [`Error::Missing`] for spikes that need a name; as of [`Recorder::create`](crate::Recorder) for
/// a `to` that exists, unless `force`.
pub fn convert(from: &Path, to: &Path, force: bool, population: Option<&str>) -> Result<Vec<String>, Error> {
    let recording = Recording::open(from)?;
    let mut changes = Vec::new();
    let source = recording.arrays.source();
    for name in ["magic", "version"] {
        if source.attribute("/", name)?.is_none() {
            changes.push(format!("/: attribute {name} added"));
        }
    }
    let names = names(&recording, population)?;
    let reports = recording.reports()?;
    let destination = Destination::claim(to, force)?;
    let written = write(&recording, &destination.new, &names, &reports, &mut changes);
    if let Err(fault) = written {
        destination.withdraw();
        return Err(fault);
    }
    destination.reveal()?;
    destination.publish()?;
    Ok(changes)
}

/// The populations with spikes: their names there, and here.
fn names(recording: &Recording, population: Option<&str>) -> Result<Vec<(String, String)>, Error> {
    let found = recording.spike_populations()?;
    let source = recording.arrays.source();
    if let Some(name) = population
        && (matches!(name, "" | "." | "..") || name.contains(['/', '\0']))
    {
        return Err(Error::refused("a population", format!("the name `{name}`"), "a name without `/`"));
    }
    match (&found[..], population) {
        ([only], Some(name)) => Ok(vec![(only.clone(), name.to_owned())]),
        ([only], None) if only.is_empty() => {
            Err(source.missing("/spikes", "the name of a population: give it with --population"))
        }
        (_, Some(name)) => {
            let expected = format!("one population to be called `{name}`; the file has {found:?}");
            Err(source.missing(layout::SPIKES, &expected))
        }
        (_, None) => Ok(found.into_iter().map(|name| (name.clone(), name)).collect()),
    }
}

fn write(
    recording: &Recording,
    to: &Path,
    names: &[(String, String)],
    reports: &[ReportRecord],
    changes: &mut Vec<String>,
) -> Result<(), Error> {
    if names.is_empty() {
        return self::reports(recording, create_file(to)?, to, reports, changes);
    }
    let mut file = SpikeFile::create(to)?;
    for (theirs, ours) in names {
        spike_changes(recording, (theirs, ours), changes)?;
        file.whole(ours, recording.spikes(theirs)?)?;
    }
    file.finish()?;
    if reports.is_empty() {
        return Ok(());
    }
    let file = File::open_rw(to).map_err(|source| Error::write(to, "the file", &source))?;
    self::reports(recording, file, to, reports, changes)
}

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

fn reports(
    recording: &Recording,
    file: File,
    to: &Path,
    reports: &[ReportRecord],
    changes: &mut Vec<String>,
) -> Result<(), Error> {
    let at = |source: hdf5::Error| Error::write(to, layout::REPORT, &source);
    let parent = file.create_group(layout::REPORT).map_err(at)?;
    for report in reports {
        report_changes(recording, report, changes)?;
        let info = ReportInfo {
            population: report.population.clone(),
            variable: report.variable.clone(),
            unit: report.unit.clone(),
            node_ids: report.node_ids.clone(),
            first_ms: report.start_ms,
            every_ms: report.dt_ms,
        };
        let elements = Elements { exact: exact(recording, report)?, ids: element_ids(recording, report)? };
        let name = report.group.rsplit('/').next().unwrap_or_default();
        let mut sink = ReportSink::create(&parent, name, &info, elements).map_err(at)?;
        recording.report_pieces(report, |_, frames| sink.append(frames).map_err(at))?;
        sink.store().map_err(at)?;
        if !parent.link_exists(&report.population) {
            parent.link_hard(name, &report.population).map_err(at)?;
        }
    }
    drop(parent);
    file.close().map_err(|source| Error::write(to, "the end of the file", &source))
}

/// The element of each column; none where the file does not tell.
fn element_ids(recording: &Recording, report: &ReportRecord) -> Result<Vec<u32>, Error> {
    let object = ["element_ids", "element_id"].map(|name| format!("{}/mapping/{name}", report.group));
    let Some(object) = object.iter().find(|object| recording.arrays.has(object)) else { return Ok(Vec::new()) };
    let ids = recording.arrays.u64_list(object)?;
    if ids.len() != report.node_ids.len() {
        let expected = format!("{}, one a column", report.node_ids.len());
        return Err(recording.arrays.source().length(object, ids.len(), expected));
    }
    let small = |(index, id): (usize, u64)| {
        u32::try_from(id)
            .map_err(|_| recording.arrays.source().value(object, index, id.to_string(), "a number below 2^32"))
    };
    ids.into_iter().enumerate().map(small).collect()
}

/// Whether the values are in double precision.
fn exact(recording: &Recording, report: &ReportRecord) -> Result<bool, Error> {
    let object = recording.data_object(&report.group);
    let dataset = recording.arrays.source().dataset(&object)?;
    let kind = recording.arrays.source().check_number(&object, &dataset)?;
    Ok(!matches!(kind, TypeDescriptor::Float(FloatSize::U4)))
}

fn report_changes(recording: &Recording, report: &ReportRecord, changes: &mut Vec<String>) -> Result<(), Error> {
    let source = recording.arrays.source();
    let mut say = |change: &str| changes.push(format!("{}: {change}", report.group));
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
    if !recording.arrays.has(&format!("{}/mapping/element_ids", report.group)) {
        say("mapping/element_ids added");
    }
    Ok(())
}
