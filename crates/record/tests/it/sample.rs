//! A small recording.

use neuropil_record::{
    ArrayInfo, Axis, Block, EditInfo, Header, PopulationInfo, ReportInfo, SpikeBlock, TissueInfo, Voxels, WeightBlock,
    WeightCourse,
};

/// Two populations in an order that is not alphabetical, one of them silent, and two reports of one population.
pub fn header() -> Header {
    let population = |name: &str, size, first_id| PopulationInfo {
        name: name.into(),
        size,
        first_id,
        model: "lif".into(),
        cell_type: "L23 E".into(),
        sign: 1,
        positions_um: None,
        record_spikes: true,
        recorded_cells: None,
    };
    let positions_um = Some((0..4).map(|node| [f64::from(node), 0.5, -1.0]).collect());
    let report = |variable: &str, unit: &str| ReportInfo {
        population: "exc".into(),
        variable: variable.into(),
        unit: unit.into(),
        node_ids: vec![1, 3],
        first_ms: 0.1,
        every_ms: 0.2,
    };
    Header {
        model_json: "{\"µ\": 1}".into(),
        neuropil_version: "0.1.0".into(),
        seed: u64::MAX,
        dt_ms: 0.1,
        command: "neuropil run pd14.json".into(),
        precision: "f64".into(),
        threads: 2,
        ranks: 1,
        model_path: "/models/pd14.json".into(),
        scale: 0.5,
        until_ms: 9.0,
        checkpoint_every_ms: 2.0,
        files_digest: 7,
        populations: vec![
            population("silent", 5, 4),
            PopulationInfo { positions_um, sign: -1, cell_type: String::new(), ..population("exc", 4, 0) },
        ],
        reports: vec![report("v_m", "mV"), report("i_syn", "pA")],
        tissue: Some(tissue()),
        edits: edits(),
    }
}

/// One that ends and one that does not.
pub fn edits() -> Vec<EditInfo> {
    let edit =
        |at_ms, until_ms, kind: &str, edit: &str| EditInfo { at_ms, until_ms, kind: kind.into(), edit: edit.into() };
    vec![edit(1.0, 2.5, "silence", "\"exc\""), edit(2.0, f64::INFINITY, "cut", "\"µ->exc\"")]
}

/// Two voxels of two species: a field, two planes of one axis, and what was released.
fn tissue() -> TissueInfo {
    let array = |measure: &str, species: &str, slice, shape: &[usize]| ArrayInfo {
        measure: measure.into(),
        species: species.into(),
        slice,
        unit: "nM".into(),
        shape: shape.to_vec(),
        every_ms: 1.0,
    };
    TissueInfo {
        species: vec!["SST-14".into(), "Q/µ".into()],
        cell_types: vec!["Sst".into()],
        voxels: Some(Voxels { shape: [2, 1, 1], spacing_um: [10.0, 5.0, 2.5], origin_um: [-1.0, 0.0, 1.0] }),
        step_ms: 0.5,
        arrays: vec![
            array("field", "Q/µ", None, &[2, 1, 1]),
            array("released", "", None, &[1, 2]),
            array("slice", "SST-14", Some((Axis::X, 1)), &[1, 1]),
            array("slice", "SST-14", Some((Axis::Z, 0)), &[2, 1]),
        ],
    }
}

/// Four spikes, of which two at one time, and two frames of each report.
pub fn block(number: u32) -> Block {
    let start = f64::from(number);
    Block {
        simulated_until_ms: start + 1.0,
        spikes: vec![
            SpikeBlock::default(),
            SpikeBlock { times_ms: vec![start + 0.5, start + 0.5, start, start + 0.9], node_ids: vec![3, 2, 1, 0] },
        ],
        frames: vec![vec![start, -70.0, start, -71.0], vec![start; 4]],
        arrays: vec![vec![start, 1e-300], vec![start, 7.0], vec![start], vec![start, -start]],
    }
}

pub fn weights(projection: &str) -> WeightBlock {
    WeightBlock {
        projection: projection.into(),
        source_population: "exc".into(),
        target_population: "silent".into(),
        unit: "pA".into(),
        course: WeightCourse::Fixed,
        receptor: "exc".into(),
        sources: vec![0, 1],
        targets: vec![2, 3],
        weights: vec![1.5, -2.5],
        delays_ms: vec![0.1, 0.2],
    }
}
