use neuropil_record::{Arrays, Block, Error, Outcome, Recorder, Recording, SpikeBlock};

use crate::sample::{block, header, weights};

const OUTCOME: Outcome = Outcome { complete: true, wall_s: 1.5, cpu_s: 2.5, simulated_until_ms: 3.0 };

fn record(path: &std::path::Path) {
    let mut recorder = Recorder::create(path, false, header()).unwrap();
    (0..3).for_each(|number| recorder.write(block(number)).unwrap());
    recorder.write_weights(weights("exc/silent")).unwrap();
    recorder.write_weights(weights("exc_silent")).unwrap();
    recorder.write_weights(weights("exc/silent")).unwrap();
    assert!(recorder.part_path().exists());
    assert_eq!(recorder.finish(OUTCOME).unwrap(), path);
    assert!(!path.with_file_name("run.h5.part").exists());
}

#[test]
fn provenance_and_populations_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    record(&path);
    let recording = Recording::open(&path).unwrap();
    let (provenance, header) = (recording.provenance().unwrap().unwrap(), header());
    assert_eq!((provenance.seed, provenance.dt_ms, provenance.threads), (u64::MAX, 0.1, 2));
    assert_eq!((provenance.model_json, provenance.command), (header.model_json, header.command));
    assert_eq!((provenance.complete, provenance.simulated_until_ms), (true, 3.0));
    assert_eq!((provenance.wall_s, provenance.cpu_s), (1.5, 2.5));
    assert_eq!(provenance.format, neuropil_record::layout::FORMAT);
    assert_eq!(recording.edits().unwrap(), header.edits);
    let populations = recording.populations().unwrap();
    for (found, given) in populations.iter().zip(&header.populations) {
        assert_eq!((&found.name, found.size, found.first_id), (&given.name, Some(given.size), given.first_id));
        assert_eq!((&found.model, &found.cell_type, found.sign), (&given.model, &given.cell_type, given.sign));
        assert_eq!((&found.positions_um, found.has_spikes), (&given.positions_um, true));
    }
}

#[test]
fn spikes_come_back_by_time_then_node() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    record(&path);
    let recording = Recording::open(&path).unwrap();
    let spikes = recording.spikes("exc").unwrap();
    assert_eq!(spikes.times_ms[..5], [0.0, 0.5, 0.5, 0.9, 1.0]);
    assert_eq!(spikes.node_ids, [1, 2, 3, 0].repeat(3));
    assert_eq!(recording.spike_count("exc").unwrap(), 12);
    assert_eq!(recording.spike_count("silent").unwrap(), 0);
    assert_eq!(recording.spikes("silent").unwrap().times_ms, [0.0; 0]);
    let text = recording.spikes("inh").unwrap_err().to_string();
    assert!(text.contains("/spikes/inh") && text.contains("exc"), "{text}");
    let stored = Arrays::open(&path).unwrap();
    assert_eq!(stored.f64("/spikes/exc/timestamps").unwrap().1, spikes.times_ms);
    assert_eq!(stored.string_attr("/spikes/exc", "sorting").unwrap().as_deref(), Some("by_time"));
    assert_eq!(stored.string_attr("/spikes/exc/timestamps", "units").unwrap().as_deref(), Some("ms"));
    assert_eq!(stored.list("/spikes").unwrap(), ["exc", "silent"]);
}

/// Every array with its place, its frames in their order. Would catch frames of one array in another.
#[test]
fn arrays_of_the_tissue_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    record(&path);
    let recording = Recording::open(&path).unwrap();
    let (found, given) = (recording.tissue().unwrap().unwrap(), header().tissue.unwrap());
    assert_eq!(found.info, given);
    assert_eq!(found.frames, [3; 4]);
    for (array, values) in block(2).arrays.iter().enumerate() {
        assert_eq!(recording.tissue_frames(&found, array, 2..3).unwrap(), *values);
        assert_eq!(recording.tissue_frames(&found, array, 0..3).unwrap().len(), 3 * values.len());
    }
    assert!(recording.tissue_frames(&found, 0, 2..4).is_err());
    let stored = Arrays::open(&path).unwrap();
    assert_eq!(stored.list("/neuropil/tissue").unwrap()[1..3], ["field.Q_µ", "origin_um"]);
    assert_eq!(stored.f64("/neuropil/tissue/slice.SST-14.2/time").unwrap().1, [1.0, 4.0, 1.0]);
    assert_eq!(stored.f64("/neuropil/tissue/field.Q_µ/data").unwrap().0, [3, 2, 1, 1]);
}

#[test]
fn reports_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    record(&path);
    let recording = Recording::open(&path).unwrap();
    let reports = recording.reports().unwrap();
    let names: Vec<_> = reports.iter().map(|report| (report.variable.as_str(), report.unit.as_str())).collect();
    assert_eq!(names, [("i_syn", "pA"), ("v_m", "mV")]);
    let v_m = &reports[1];
    assert_eq!((v_m.population.as_str(), v_m.frames, &v_m.node_ids[..]), ("exc", 6, &[1, 3][..]));
    assert_eq!((v_m.start_ms, v_m.dt_ms), (0.1, 0.2));
    assert!((v_m.stop_ms - 1.3).abs() < 1e-12);
    assert_eq!(recording.report_data(v_m, 1..4).unwrap(), [0.0, -71.0, 1.0, -70.0, 1.0, -71.0]);
    assert!(matches!(recording.report_data(v_m, 5..7), Err(Error::Length { .. })));
    let stored = Arrays::open(&path).unwrap();
    assert_eq!(stored.list("/report").unwrap(), ["exc", "exc.i_syn", "exc.v_m"]);
    assert_eq!(stored.u64("/report/exc/mapping/index_pointer").unwrap().1, [0, 1, 2]);
}

#[test]
fn weights_come_back_in_the_order_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    record(&path);
    let recording = Recording::open(&path).unwrap();
    let records = recording.weights().unwrap();
    let names: Vec<_> = records.iter().map(|record| (record.name.as_str(), record.synapses)).collect();
    assert_eq!(names, [("exc/silent", 4), ("exc_silent", 2)]);
    let data = recording.weight_data(&records[0]).unwrap();
    assert_eq!((data.sources, data.targets), (vec![0, 1, 0, 1], vec![2, 3, 2, 3]));
    assert_eq!((data.weights, data.delays_ms), (vec![1.5, -2.5, 1.5, -2.5], vec![0.1, 0.2, 0.1, 0.2]));
    assert_eq!((records[0].unit.as_str(), records[0].receptor.as_str()), ("pA", "exc"));
}

#[test]
fn many_rows_cross_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    for number in 0..20_u32 {
        let times_ms: Vec<f64> = (0..5_000).map(|row| f64::from(number * 5_000 + row)).collect();
        let spikes = vec![SpikeBlock::default(), SpikeBlock { node_ids: vec![1; times_ms.len()], times_ms }];
        let frames = vec![vec![f64::from(number); 2 * 1_000], vec![]];
        recorder.write(Block { simulated_until_ms: f64::from(number), spikes, frames, ..block(number) }).unwrap();
    }
    recorder.finish(OUTCOME).unwrap();
    let recording = Recording::open(&path).unwrap();
    let spikes = recording.spikes("exc").unwrap();
    assert!((0..100_000_u32).map(f64::from).eq(spikes.times_ms.iter().copied()));
    let reports = recording.reports().unwrap();
    assert_eq!((reports[0].frames, reports[1].frames), (0, 20_000));
    assert_eq!(recording.report_data(&reports[1], 18_999..19_001).unwrap(), [18.0, 18.0, 19.0, 19.0]);
}

#[test]
fn a_block_that_does_not_fit_is_refused_and_the_recording_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let mut recorder = Recorder::create(&path, false, header()).unwrap();
    recorder.write(block(1)).unwrap();
    let spoilt: [fn(&mut Block); 6] = [
        |block| block.spikes.truncate(1),
        |block| block.spikes[1].times_ms.truncate(1),
        |block| block.spikes[1].times_ms[0] = f64::NAN,
        |block| block.spikes[1].node_ids[0] = 4,
        |block| block.spikes[1].times_ms[0] = 0.5,
        |block| block.frames[0].truncate(3),
    ];
    for spoil in spoilt {
        let mut block = block(2);
        spoil(&mut block);
        assert!(matches!(recorder.write(block), Err(Error::Refused { .. })));
    }
    let mut uneven = weights("q");
    uneven.delays_ms.pop();
    assert!(matches!(recorder.write_weights(uneven), Err(Error::Refused { .. })));
    recorder.write(block(2)).unwrap();
    recorder.finish(OUTCOME).unwrap();
    assert_eq!(Recording::open(&path).unwrap().spike_count("exc").unwrap(), 8);
}

#[test]
fn a_header_that_cannot_be_stored_is_refused_before_a_file_appears() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let spoilt: [fn(&mut neuropil_record::Header); 7] = [
        |header| header.populations[0].name = "a/b".into(),
        |header| header.populations[0].name = "exc".into(),
        |header| header.populations[1].positions_um = Some(vec![]),
        |header| header.reports[0].node_ids = vec![4],
        |header| header.reports[0].population = "inh".into(),
        |header| header.reports[0].every_ms = 0.0,
        |header| header.command = "a\0b".into(),
    ];
    for spoil in spoilt {
        let mut header = header();
        spoil(&mut header);
        assert!(matches!(Recorder::create(&path, false, header), Err(Error::Refused { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
