//! Spike trains of files of every layout.

use std::fs;
use std::path::{Path, PathBuf};

use neuropil_record::trains::{End, Format, Request, Span, TrainFile, Trains, Trials, Units, write_trains};
use neuropil_record::{Arrays, Error, Outcome, Recorder, Recording};
use proptest::prelude::*;

use crate::sample::{block, header};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name)
}

fn read(path: &Path, population: Option<&str>, units: &str) -> Result<Trains, Error> {
    let units = if units.is_empty() { Units::All } else { Units::parse(units) };
    let request = Request { population: population.map(str::to_owned), units, ..Request::default() };
    TrainFile::open(path)?.read(&request)
}

#[test]
fn every_layout_is_told_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("spikes.dat");
    fs::write(&csv, "population,timestamps,node_ids\na,1.5,4\nb,0.5,2\na,0.25,9\n").unwrap();
    let run = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&run, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.finish(Outcome { complete: true, simulated_until_ms: 1.0, ..Outcome::default() }).unwrap();
    for (path, format, populations) in [
        (example("nwb/session.nwb"), Format::Nwb, &["units"][..]),
        (example("sonata/300_intfire/output/spikes.h5"), Format::Sonata, &["v1"]),
        (example("sonata/300_intfire/inputs/tw_spikes.h5"), Format::Sonata, &[""]),
        (run.clone(), Format::Recording, &["exc", "silent"]),
        (csv.clone(), Format::Csv, &["a", "b"]),
    ] {
        let file = TrainFile::open(&path).unwrap();
        assert_eq!(file.format(), format, "{}", path.display());
        assert_eq!(file.populations().unwrap(), populations);
    }
    let trains = read(&csv, Some("a"), "").unwrap();
    assert_eq!((trains.unit_ids, trains.times_ms, trains.units), (vec![4, 9], vec![0.25, 1.5], vec![1, 0]));
    fs::write(&csv, "timestamps,node_ids\n-2,4\n-0.5,2\n0,9\n").unwrap();
    let trains = read(&csv, None, "").unwrap();
    assert_eq!((trains.before_zero, trains.times_ms), (2, vec![0.0]));
    // Silent units of a recording are units; those of other files are not known.
    let trains = read(&run, Some("exc"), "").unwrap();
    assert_eq!((trains.unit_ids.len(), trains.times_ms.len(), trains.gaps.len()), (4, 4, 0));
    assert_eq!(read(&run, Some("silent"), "").unwrap().unit_ids.len(), 5);
    assert_eq!(read(&example("sonata/300_intfire/output/spikes.h5"), None, "").unwrap().times_ms.len(), 4322);
    assert_eq!(read(&example("sonata/300_intfire/inputs/tw_spikes.h5"), None, "id < 10").unwrap().unit_ids.len(), 10);
}

/// What was not simulated is no silence.
#[test]
fn the_end_of_a_recording_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(0)).unwrap();
    recorder.finish(Outcome { complete: false, simulated_until_ms: 1.0, ..Outcome::default() }).unwrap();
    let span = Span::Window { from_s: 0.0, to_s: 0.002 };
    let request = Request { population: Some("exc".into()), units: Units::parse("2"), span, ..Request::default() };
    let gaps = TrainFile::open(&path).unwrap().read(&request).unwrap().gaps;
    assert_eq!((gaps.len(), gaps[0].unit_id, gaps[0].to_s), (1, 2, 0.002));
    assert_eq!(gaps[0].from_s, 0.001);
}

#[test]
fn what_a_file_does_not_have_is_told_with_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("spikes.csv");
    fs::write(&csv, "population,timestamps,node_ids\na,1.5,4\nb,0.5,2\n").unwrap();
    let message = |population, units| read(&csv, population, units).unwrap_err().to_string();
    assert!(message(None, "").contains("the file has the populations `a`, `b`: choose one"));
    assert!(message(Some("c"), "").contains("there is no population `c`; the file has `a`, `b`"));
    assert!(message(Some("a"), "5").contains("there is no unit 5; the ids are 4"));
    assert!(message(Some("a"), "quality == 3").contains("no column `quality`; the columns are id"));
    let legacy = read(&example("sonata/300_intfire/inputs/tw_spikes.h5"), Some("tw"), "").unwrap_err().to_string();
    assert!(legacy.contains("names no population, `tw`"), "{legacy}");
    let open = |bytes: &[u8]| {
        let path = folder.path().join("other");
        fs::write(&path, bytes).unwrap();
        TrainFile::open(&path).unwrap_err().to_string()
    };
    assert!(open(b"{\"a\": 1}").contains("line 1: found the columns"));
    assert!(open(b"\x00\x01").contains("not an HDF5 file"));
    assert!(open(b"").contains("empty"));
    assert!(open(b"timestamps node_ids\n1 2 3\n").contains("line 2: found 3 fields, expected 2"));
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spikes.h5");
    let span = Span::Window { from_s: 1.0, to_s: 8.0 };
    let request = Request { population: None, units: Units::parse("23,7,11"), span, ..Request::default() };
    let trains = TrainFile::open(&example("nwb/session.nwb")).unwrap().read(&request).unwrap();
    write_trains(&path, false, &trains, "lgn", "import").unwrap();
    assert!(matches!(write_trains(&path, false, &trains, "lgn", "import"), Err(Error::Exists { .. })));
    for name in ["", "..", "a/b"] {
        let other = folder.path().join("other.h5");
        assert!(matches!(write_trains(&other, false, &trains, name, ""), Err(Error::Refused { .. })));
    }
    let again = read(&path, None, "").unwrap();
    assert_eq!(
        (again.format, again.population.as_str(), &again.unit_ids[..]),
        (Format::Recording, "lgn", &[0, 1, 2][..])
    );
    assert_eq!((&again.times_ms, &again.units), (&trains.times_ms, &trains.units));
    let stored = Arrays::open(&path).unwrap();
    assert_eq!(stored.u64("/neuropil/populations/lgn/unit_ids").unwrap().1, [23, 7, 11]);
    assert_eq!(stored.u64("/neuropil/gaps/unit_ids").unwrap().1, [23]);
    assert_eq!(stored.f64("/neuropil/windows/from_s").unwrap().1, [1.0]);
    let recording = Recording::open(&path).unwrap();
    assert_eq!(recording.provenance().unwrap(), None);
    assert_eq!(recording.populations().unwrap()[0].size, Some(3));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Would catch gaps that are lost on the way through an import, or that stay on the time axis of the session.
#[test]
fn an_import_knows_what_was_not_observed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spikes.h5");
    let session = TrainFile::open(&example("nwb/session.nwb")).unwrap();
    let import = |units: &str, span: Span| {
        let trains = session.read(&Request { units: Units::parse(units), span, ..Request::default() }).unwrap();
        write_trains(&path, true, &trains, "lgn", "import").unwrap();
    };
    let again = |needed_until_s| {
        let request = Request { needed_until_s: Some(needed_until_s), ..Request::default() };
        let trains = TrainFile::open(&path).unwrap().read(&request).unwrap();
        let gaps: Vec<_> = trains.gaps.iter().map(|gap| (gap.unit_id, gap.from_s, gap.to_s)).collect();
        (gaps, trains.end, trains.tells_gaps && trains.is_session)
    };
    // Unit 23, node 0, was not observed from 4 s to 6 s of the session, which ends at 10 s.
    import("23,7", Span::Window { from_s: 1.0, to_s: 8.0 });
    let end = |at_s| End { at_s, told: true };
    assert_eq!(again(7.0), (vec![(0, 3.0, 5.0)], end(7.0), true));
    assert_eq!(again(9.0).0, [(0, 3.0, 5.0), (0, 7.0, 9.0), (1, 7.0, 9.0)]);
    import("7", Span::Window { from_s: 1.0, to_s: 12.0 });
    assert_eq!(again(11.0), (vec![(0, 9.0, 11.0)], end(11.0), true));
    import("7", Span::Window { from_s: 1.0, to_s: f64::INFINITY });
    assert_eq!(again(9.5), (vec![(0, 9.0, 9.5)], end(9.0), true));
    assert_eq!(Recording::open(&path).unwrap().imported_until_ms().unwrap(), Some(9000.0));
    let (table, expression, align) = ("trials".to_owned(), "correct".to_owned(), "start_time".to_owned());
    // Trials from 0, 4.5 and 7 s; only the second holds a part of the gap.
    import("23", Span::Trials(Trials { table, expression, align, before_s: 0.0, after_s: 2.0 }));
    assert_eq!(again(6.0), (vec![(0, 2.0, 3.5)], end(6.0), true));
}

/// Would catch memory that a header decides.
#[test]
fn a_population_that_claims_a_trillion_units_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut header = header();
    header.populations[0].size = 1_000_000_000_000;
    Recorder::create(&path, false, header).unwrap().finish(Outcome::default()).unwrap();
    let text = read(&path, Some("silent"), "").unwrap_err().to_string();
    assert!(text.contains("of size 1000000000000, expected at most"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Lines and bytes of text in any state: an answer, or an error with its line.
    #[test]
    fn changed_text_never_causes_a_panic(
        rows in prop::collection::vec(("[ab]", -10.0..1e4, 0_u64..30), 0..20),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        removed in any::<prop::sample::Index>(),
    ) {
        let mut text = "population timestamps node_ids\n".to_owned();
        for (population, time, id) in &rows {
            text += &format!("{population} {time} {id}\n");
        }
        let mut bytes = text.into_bytes();
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        if changes.len() > 2 {
            bytes.remove(removed.index(bytes.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spikes.csv");
        fs::write(&path, &bytes).unwrap();
        let read = TrainFile::open(&path).and_then(|file| {
            file.populations()?.into_iter().map(|name| file.read(&Request { population: Some(name), ..Request::default() })).collect::<Result<Vec<_>, _>>()
        });
        match read {
            Ok(all) if changes.is_empty() => {
                let inside = rows.iter().filter(|(_, time, _)| *time >= 0.0).count();
                prop_assert_eq!(all.iter().map(|trains| trains.times_ms.len()).sum::<usize>(), inside);
            }
            Ok(_) => {}
            Err(error) => prop_assert!(!changes.is_empty(), "{}", error),
        }
    }

    /// Expressions of any words: an answer, or a fault with its place.
    #[test]
    fn no_expression_causes_a_panic(words in prop::collection::vec(
        prop::sample::select(vec!["id", "and", "or", "not", "in", "(", ")", "[", "]", ",", "==", "<", "3", "-1e3", "'a'", "true", "µ", "`", "\"", "=", ".."]), 0..12,
    )) {
        let text = words.join(" ");
        let read = read(&example("nwb/session.nwb"), None, &text);
        if let Err(Error::Selection { column, .. }) = &read {
            prop_assert!(*column >= 1 && *column <= text.chars().count() + 1);
        }
    }
}
