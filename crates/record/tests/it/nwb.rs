//! NWB files, as pynwb writes them and spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use hdf5::{File, H5Type};
use neuropil_record::Error;
use neuropil_record::nwb::{Nwb, Values};
use neuropil_record::trains::{End, Request, Span, TrainFile, Trains, Trials, Units};
use proptest::prelude::*;

/// A file that `tests/python/make_nwb.py` made.
fn session() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/nwb/session.nwb")
}

/// A copy of the session, changed by `spoil`.
fn spoilt(spoil: impl FnOnce(&File)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spoilt.nwb");
    fs::copy(session(), &path).unwrap();
    let file = File::open_rw(&path).unwrap();
    spoil(&file);
    file.close().unwrap();
    (folder, path)
}

fn replace<T: H5Type>(file: &File, object: &str, values: &[T]) {
    file.unlink(object).unwrap();
    file.new_dataset::<T>().shape((values.len(),)).create(object).unwrap().write(values).unwrap();
}

fn read(path: &Path, request: &Request) -> Result<Trains, Error> {
    TrainFile::open(path)?.read(request)
}

fn window(units: &str, from_s: f64, to_s: f64) -> Request {
    Request { units: Units::parse(units), span: Span::Window { from_s, to_s }, ..Request::default() }
}

#[test]
fn units_have_their_columns_spikes_and_intervals() {
    let units = Nwb::open(session()).unwrap().units().unwrap();
    assert_eq!(units.table.ids(), [11, 23, 5, 7, 40, 41]);
    assert_eq!(units.table.names().collect::<Vec<_>>(), ["id", "depth_um", "is_interneuron", "quality"]);
    let Some(Values::Texts(quality)) = units.table.column("quality") else { panic!() };
    assert_eq!(quality, &["good", "good", "mua", "noise", "good", "mua"]);
    let Some(Values::Booleans(fast)) = units.table.column("is_interneuron") else { panic!() };
    assert_eq!(fast, &[false, true, false, true, false, false]);
    let Some(Values::Numbers(depth)) = units.table.column("depth_um") else { panic!() };
    assert!(depth[..5] == [150.0, 620.0, 300.0, 810.0, 905.5] && depth[5].is_nan());
    assert_eq!(units.spike_times_s(1), [1.9999, 2.0, 3.5, 8.0]);
    assert!(units.spike_times_s(3).is_empty());
    assert_eq!(units.observed_s(1).unwrap(), [[0.0, 4.0], [6.0, 10.0]]);
}

#[test]
fn tables_of_intervals_are_read() {
    let nwb = Nwb::open(session()).unwrap();
    assert_eq!(nwb.interval_tables().unwrap(), ["epochs", "trials"]);
    let trials = nwb.intervals("trials").unwrap();
    assert_eq!(trials.column("start_time"), Some(&Values::Numbers(vec![0.0, 2.0, 4.5, 7.0])));
    assert_eq!(trials.column("correct"), Some(&Values::Booleans(vec![true, false, true, true])));
    let text = nwb.intervals("blocks").unwrap_err().to_string();
    assert!(text.contains("/intervals/blocks is missing") && text.contains("the file has epochs, trials"), "{text}");
}

/// A window is half open, begins at 0 of the new axis, and what was not observed in it is told.
#[test]
fn units_and_window_are_chosen() {
    let trains = read(&session(), &window("quality == 'good' and depth_um < 700", 1.0, 8.0)).unwrap();
    assert_eq!((trains.population.as_str(), &trains.unit_ids[..]), ("units", &[11, 23][..]));
    assert_eq!(trains.times_ms, [0.0, 0.3, 999.9, 1000.0, 1500.0, 2500.0, 6250.0]);
    assert_eq!(trains.units, [0, 0, 1, 1, 0, 1, 0]);
    let gaps: Vec<_> = trains.gaps.iter().map(|gap| (gap.unit_id, gap.from_s, gap.to_s)).collect();
    assert_eq!(gaps, [(23, 4.0, 6.0)]);
    assert_eq!((trains.length_ms(), trains.counts()), (7000.0, vec![4, 3]));
    let silent = read(&session(), &window("7, 11", 0.0, f64::INFINITY)).unwrap();
    assert_eq!((silent.unit_ids.clone(), silent.counts(), silent.gaps.len()), (vec![7, 11], vec![0, 5], 0));
    // Beyond the observation: a gap of every unit.
    assert_eq!(read(&session(), &window("7,11", 0.0, 12.0)).unwrap().gaps.len(), 2);
}

#[test]
fn trials_are_laid_one_after_another() {
    let trials = |expression: &str, align: &str| {
        let (table, expression, align) = ("trials".to_owned(), expression.to_owned(), align.to_owned());
        let span = Span::Trials(Trials { table, expression, align, before_s: 0.5, after_s: 1.0 });
        read(&session(), &Request { population: None, units: Units::parse("5,23,40"), span, ..Request::default() })
    };
    let trains = trials("correct and contrast > 0.05", "start_time").unwrap();
    let windows: Vec<_> = trains.windows.iter().map(|w| (w.trial.unwrap(), w.from_s, w.to_s, w.start_ms)).collect();
    assert_eq!(windows, [(0, -0.5, 1.0, 0.0), (2, 4.0, 5.5, 1500.0), (3, 6.5, 8.0, 3000.0)]);
    // Unit 5 at 0.25 s and 5 s (5.5 s is the end of trial 2), unit 40 at 4, 4.5 and 5 s; unit 23 at 8 s is outside.
    assert_eq!(trains.times_ms, [750.0, 1500.0, 2000.0, 2500.0, 2500.0]);
    assert_eq!(trains.units, [0, 2, 2, 0, 2]);
    // Before the session began, and where unit 23 was not observed.
    let gaps: Vec<_> = trains.gaps.iter().map(|gap| (gap.unit_id, gap.from_s, gap.to_s)).collect();
    assert_eq!(gaps, [(5, -0.5, 0.0), (23, -0.5, 0.0), (23, 4.0, 5.5), (40, -0.5, 0.0)]);
    let text = trials("", "go_time").unwrap_err().to_string();
    assert!(text.contains("/intervals/trials/go_time[3] is NaN") && text.contains("leave the row out"), "{text}");
    assert_eq!(trials("go_time > 0", "go_time").unwrap().windows.len(), 3);
    let text = trials("correct", "gone").unwrap_err().to_string();
    assert!(text.contains("gone is missing") && text.contains("contrast, correct, go_time"), "{text}");
    assert!(trials("contrast > 3", "start_time").unwrap_err().to_string().contains("no row of trials is chosen"));
}

#[test]
fn faults_name_their_place() {
    type Spoil = fn(&File);
    let faults: [(Spoil, &str); 11] = [
        (
            |file| replace::<u8>(file, "units/spike_times_index", &[5, 4, 13, 13, 17, 18]),
            "spike_times_index[1] is 4, expected between 5 and 18",
        ),
        (|file| replace::<u8>(file, "units/spike_times_index", &[5, 9, 13, 13, 17, 19]), "spike_times_index[5] is 19"),
        (
            |file| replace::<u8>(file, "units/spike_times_index", &[5, 9, 13, 13, 17, 17]),
            "spike_times has 18 entries, expected 17",
        ),
        (
            |file| replace::<u8>(file, "units/spike_times_index", &[5, 18]),
            "spike_times_index has 2 entries, expected 6",
        ),
        (
            |file| replace::<i64>(file, "units/spike_times_index", &[5, -9, 13, 13, 17, 18]),
            "spike_times_index[1] is -9",
        ),
        (
            |file| replace::<f64>(file, "units/spike_times", &[f64::NAN; 18]),
            "/units/spike_times[0] is NaN, expected a finite time",
        ),
        (|file| replace::<f64>(file, "units/depth_um", &[1.0; 5]), "/units/depth_um has 5 entries, expected 6"),
        (
            |file| replace::<i64>(file, "units/id", &[1, 2, 3, 2, 5, 6]),
            "/units/id[3] is 2, expected an id that is there once",
        ),
        (|file| replace::<i64>(file, "units/id", &[1, 2, 3, -2, 5, 6]), "/units/id[3] is -2"),
        (|file| file.unlink("units/spike_times_index").unwrap(), "/units/spike_times_index is missing"),
        (|file| file.unlink("units/spike_times").unwrap(), "/units/spike_times is missing"),
    ];
    for (spoil, expected) in faults {
        let (_folder, path) = spoilt(spoil);
        let text = read(&path, &Request::default()).unwrap_err().to_string();
        assert!(text.contains("spoilt.nwb") && text.contains(expected), "{text}");
    }
    let (_folder, path) = spoilt(|file| {
        file.unlink("units/obs_intervals").unwrap();
        let wrong = file.new_dataset::<f64>().shape((7, 2)).create("units/obs_intervals").unwrap();
        wrong.write_raw(&[0.0, 1.0, 0.0, 4.0, 6.0, 5.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]).unwrap();
    });
    let text = read(&path, &Request::default()).unwrap_err().to_string();
    assert!(text.contains("obs_intervals[2, 1] is 5, expected an end at or after 6"), "{text}");
}

/// Would catch reading that trusts a header.
#[test]
fn a_claim_of_a_trillion_rows_is_refused() {
    for object in ["units/spike_times", "units/id", "units/depth_um"] {
        let (_folder, path) = spoilt(|file| {
            file.unlink(object).unwrap();
            file.new_dataset::<f64>().chunk((1024,)).shape((1_000_000_000_000_usize,)).create(object).unwrap();
        });
        let fault = read(&path, &Request::default()).unwrap_err();
        assert!(matches!(&fault, Error::Claim { object: found, .. } if found.ends_with(object)), "{fault}");
    }
}

/// Would catch text that takes memory for the longest there could be.
#[test]
fn many_short_texts_are_read_in_pieces() {
    use hdf5::types::FixedAscii;
    let rows = 20_000_u32;
    let text = |row: u32| FixedAscii::<2>::from_ascii(if row == 9_999 { "b" } else { "a" }).unwrap();
    let (_folder, path) = spoilt(|file| {
        replace(file, "units/id", &(0..rows).collect::<Vec<_>>());
        replace(file, "units/spike_times_index", &vec![18_u8; 20_000]);
        for column in ["depth_um", "is_interneuron", "obs_intervals", "obs_intervals_index", "electrode_group"] {
            file.unlink(&format!("units/{column}")).unwrap();
        }
        replace(file, "units/quality", &(0..rows).map(text).collect::<Vec<_>>());
    });
    assert_eq!(read(&path, &window("quality == 'b'", 0.0, 1.0)).unwrap().unit_ids, [9_999]);
    let (_folder, path) = spoilt(|file| {
        file.unlink("units/quality").unwrap();
        let claim = file.new_dataset::<FixedAscii<1>>().chunk((1_000_000,)).shape((60_000_000,));
        claim.create("units/quality").unwrap();
    });
    let text = read(&path, &Request::default()).unwrap_err().to_string();
    assert!(text.contains("/units/quality has 60000000 entries, expected 6"), "{text}");
}

#[test]
fn units_without_spikes_or_intervals_are_no_fault() {
    let (_folder, path) = spoilt(|file| {
        replace::<f64>(file, "units/spike_times", &[]);
        replace::<u8>(file, "units/spike_times_index", &[0; 6]);
        file.unlink("units/obs_intervals").unwrap();
        file.unlink("units/obs_intervals_index").unwrap();
    });
    let trains = read(&path, &window("id > 0", 1.0, 2.0)).unwrap();
    assert_eq!((trains.unit_ids.len(), trains.times_ms.len(), trains.tells_gaps), (6, 0, false));
}

/// Would catch the last spike of the chosen units in the place of the end of the session.
#[test]
fn a_session_ends_where_it_says_or_where_nothing_follows() {
    let open = |path: &Path| read(path, &window("41", 1.0, f64::INFINITY)).unwrap();
    // Unit 41 has its one spike at 6 s.
    let trains = open(&session());
    assert_eq!((trains.end, trains.length_ms(), trains.is_beyond), (End { at_s: 10.0, told: true }, 9000.0, false));
    let remove = |file: &File, names: &[&str]| names.iter().for_each(|name| file.unlink(name).unwrap());
    let observed = ["units/obs_intervals", "units/obs_intervals_index"];
    let (_folder, path) = spoilt(|file| remove(file, &observed));
    let trains = open(&path);
    assert_eq!((trains.end, trains.is_beyond), (End { at_s: 9.9999, told: false }, false));
    assert!(read(&path, &window("41", 1.0, 12.0)).unwrap().is_beyond);
    let (_folder, path) = spoilt(|file| {
        remove(file, &observed);
        replace::<f64>(file, "units/spike_times", &[1.5; 18]);
    });
    assert_eq!(open(&path).end, End { at_s: 9.0, told: false }, "the end of the last trial");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the numbers are, there is an answer, and spikes lie inside the window.
    #[test]
    fn changed_numbers_never_cause_a_panic(
        times in prop::collection::vec(prop_oneof![4 => -2.0..12.0, 1 => any::<f64>()], 0..20),
        index in prop::collection::vec(prop_oneof![4 => 0_u64..20, 1 => any::<u64>()], 5..8),
        ids in prop::collection::vec(prop_oneof![4 => 0_i64..50, 1 => any::<i64>()], 5..8),
        sorted in any::<bool>(),
        (from_s, length_s) in (-3.0..12.0, -1.0..12.0),
    ) {
        let mut index = index;
        if sorted {
            index.sort_unstable();
            index.resize(6, 0);
            index[5] = times.len() as u64;
        }
        let (_folder, path) = spoilt(|file| {
            replace(file, "units/spike_times", &times);
            replace(file, "units/spike_times_index", &index);
            replace(file, "units/id", &ids);
        });
        let trials = Trials { table: "trials".into(), expression: "correct".into(), align: "start_time".into(), before_s: 0.1, after_s: length_s };
        for span in [Span::Window { from_s, to_s: from_s + length_s }, Span::Trials(trials)] {
            if let Ok(trains) = read(&path, &Request { span, ..Request::default() }) {
                let length = trains.length_ms();
                prop_assert!(trains.times_ms.iter().all(|time| (0.0..length).contains(time)), "{:?}", trains);
                prop_assert!(trains.times_ms.is_sorted() && trains.units.iter().all(|unit| *unit < 6));
            }
        }
    }
}
