//! What moves and what is kept over a run: synapses, the best weights, histories, watched trials.

use super::{SHORT, finished, setup, trainer};
use neuropil_record::Table;
use neuropil_train::compare::is_done;

/// The same with DEEP R in its noisy form, anywhere, and with everything recorded that can be.
#[test]
fn a_pause_does_not_change_a_bit_of_rewiring_and_records() {
    let rewire = "training.rewire={\"l1\": 5, \"temperature\": 1e-4, \"candidates\": \"all\"}";
    let record =
        "record={\"weights_every\": 2, \"trial_every\": 3, \"cells\": [0, 49], \"synapses\": [[3, 20], [20, 3]]}";
    let changes = [SHORT, &["training.signs=rewire", rewire, record, "training.validation_trials=20"]].concat();
    let setup = setup("mini_evidence.json", &changes);
    let whole = finished(trainer(&setup, "modprop_type", 3)).record();
    let mut record = trainer(&setup, "modprop_type", 3).record();
    while !is_done(&record) {
        let mut next = trainer(&setup, "modprop_type", 3).resume(&record).unwrap();
        next.advance().unwrap();
        record = next.record();
    }
    assert_eq!(whole.tables.len(), record.tables.len());
    for (whole, paused) in whole.tables.iter().zip(&record.tables) {
        let bits = |table: &Table| table.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!((&whole.object, bits(whole)), (&paused.object, bits(paused)));
    }
}

/// DEEP R keeps the number of synapses and their signs; with candidates of the start also their places, without they move,
/// and what the rules take for existing follows.
#[test]
fn rewired_synapses_are_as_many() {
    for (candidates, moves) in [("initial", false), ("all", true)] {
        let rewire = format!("training.rewire={{\"l1\": 20, \"candidates\": \"{candidates}\"}}");
        let setup = setup("mini_evidence.json", &["training.updates=6", "training.signs=rewire", &rewire]);
        let before = trainer(&setup, "mdgl_type_connected", 1).learner().clone();
        let after = finished(trainer(&setup, "mdgl_type_connected", 1)).learner().clone();
        let all = |own: &neuropil_plasticity::Learner| [own.w_in.clone(), own.w_rec.clone(), own.readout.w_out.clone()];
        let places = |own: &neuropil_plasticity::Learner| -> Vec<bool> {
            all(own)
                .iter()
                .flat_map(|matrix| matrix.values().iter().map(|weight| *weight != 0.0).collect::<Vec<_>>())
                .collect()
        };
        let count = |places: &[bool]| places.iter().filter(|there| **there).count();
        let (first, last) = (places(&before), places(&after));
        assert_eq!(count(&first), count(&last), "{candidates}");
        assert_eq!(first != last, moves, "{candidates}");
        let n = before.cells();
        for (post, pre) in (0..n).flat_map(|post| (0..n).map(move |pre| (post, pre))) {
            let weight = after.w_rec[(post, pre)];
            assert!(f64::from(after.sign[pre]) * weight >= 0.0 && (post != pre || weight == 0.0));
            assert_eq!(after.exists(post, pre), weight != 0.0);
        }
    }
}

/// The best weights are those of the lowest loss on held-out trials; a run without a lower one ends; weights are kept as
/// often as asked, the last ones too; a watched trial has the extents of what was chosen.
#[test]
fn what_is_kept_of_a_run() {
    let record = "record={\"weights_every\": 4, \"trial_every\": 5, \"cells\": [7], \"synapses\": [[0, 1], [1, 0]]}";
    let changes = ["training.updates=60", "training.batch=4", "training.evaluate_every=2", "training.patience=3"];
    let more = ["training.validation_trials=16", "training.learning_rate=0.3", record];
    let setup = setup("small_delayed_xor.json", &[&changes[..], &more].concat());
    let mut trainer = trainer(&setup, "eprop", 1);
    let mut weights = Vec::new();
    loop {
        weights.push(trainer.learner().w_rec.values().to_vec());
        if trainer.advance().unwrap().done {
            break;
        }
    }
    let run = trainer.record();
    let values = |name: &str| run.table(name).unwrap().values.clone();
    let losses = values("evaluations/validation_loss");
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let place = losses.iter().position(|loss| *loss == least).unwrap();
    assert_eq!(values("best/loss"), [least]);
    assert_eq!(values("best/update"), [2.0 * place as f64]);
    assert_eq!(values("best/w_rec"), weights[2 * place]);
    assert_eq!(losses.len(), place + 1 + 3, "three evaluations without a lower loss: {losses:?}");
    let updates = values("history/update");
    let own: Vec<f64> = weights.iter().step_by(4).flatten().copied().collect();
    assert_eq!(updates, (0..updates.len()).map(|row| 4.0 * row as f64).collect::<Vec<_>>());
    assert_eq!(values("history/w_rec"), own);
    let shape = |name: &str| run.table(&format!("trials/update_5/{name}")).unwrap().shape.clone();
    assert_eq!(
        (shape("learning_signal"), shape("eligibility"), shape("readout")),
        (vec![200, 1], vec![200, 2], vec![200, 2])
    );
    assert!(values("trials/update_5/eligibility").iter().any(|e| *e != 0.0));
}
