//! A command that is refused leaves every file as it was, byte for byte, also with `--force`, and makes none.

use super::stock::{stocked, words};

/// Refusals of every command that writes, and their exit codes. `SHORT` stands for the options of a short training.
const REFUSALS: &[(&str, i32)] = &[
    // Runs of another task, a rule that is not there, a file of another kind, a run that is not in the file.
    ("compare small_delayed_xor.json --rules eprop,bptt --seeds 1 SHORT --set training.batch=2 -o runs.h5", 3),
    ("compare small_delayed_xor.json --rules eprop,epropp --seeds 1 SHORT -o runs.h5", 3),
    ("compare small_delayed_xor.json --rules eprop --seeds 1 SHORT -o rec.h5", 3),
    ("compare small_delayed_xor.json --rules eprop --seeds 1 SHORT --force -o small_delayed_xor.json", 4),
    ("compare small_delayed_xor.json --rules eprop --seeds 1 SHORT --set training.batch=x --force -o runs.h5", 3),
    ("compare small_delayed_xor.json --rules modprop_type+field --seeds 1 SHORT --force -o runs.h5", 3),
    ("train small_delayed_xor.json --rule eprop SHORT -o runs.h5", 4),
    ("train small_delayed_xor.json --rule epropp SHORT --force -o runs.h5", 3),
    ("train small_delayed_xor.json --rule modprop_type+field SHORT --force -o runs.h5", 3),
    ("train small_delayed_xor.json --rule eprop SHORT --resume --seed 7 -o runs.h5", 3),
    ("train small_delayed_xor.json --rule eprop SHORT --resume -o other.h5", 3),
    ("train small_delayed_xor.json --rule eprop SHORT -o cut.h5", 4),
    ("merge runs.h5 other.h5 -o merged.h5 --force", 3),
    ("merge runs.h5 rec.h5 -o merged.h5 --force", 3),
    ("merge runs.h5 -o other.h5", 4),
    ("merge runs.h5 -o runs.h5 --force", 4),
    // What was reached already, a damaged checkpoint, no recording.
    ("resume rec.h5", 3),
    ("resume rec.h5 --until-ms 5", 3),
    ("resume cut.h5 --until-ms 50", 3),
    ("resume runs.h5", 3),
    // Faults of the model, one that is found while synapses are drawn, and names that are taken.
    ("run small.json -o rec.h5", 4),
    ("run small.json -o cut.h5", 4),
    ("run small.json -o cut.h5 --force --set populations.exc.cells=0", 3),
    ("run small.json -o cut.h5 --force --record exc:nothing", 3),
    (
        "run small.json -o cut.h5 --force --set projections.out.weight_pa={\"distribution\":\"normal\",\"mean\":1,\"std\":40}",
        3,
    ),
    ("run small.json -o rec.h5 --force --replay exc=rec.h5", 4),
    ("run small.json -o out --force", 4),
    ("trials learn trials.h5 --rules eprop -o grads.h5", 4),
    ("trials learn trials.h5 --rules epropp -o grads.h5 --force", 3),
    ("learn rec.h5 -o grads.h5 --force", 3),
    ("diffuse rec.h5 -o spikes.h5 --force", 3),
    ("trials diffuse trials.h5 -o grads.h5 --force", 3),
    ("diffuse rec.h5 --model small.json -o cut.h5 --force", 3),
    ("trials simulate small_delayed_xor.json -o trials.h5", 4),
    ("trials simulate small_delayed_xor.json --weights rec.h5 --rule eprop -o trials.h5 --force", 3),
    ("gradients p1_lif_regression.h5 -o case.h5", 4),
    ("gradients p1_lif_regression.h5 --rules epropp -o case.h5 --force", 3),
    ("export rec.h5 --to csv -o out", 4),
    ("export rec.h5 --to csv -o cut", 4),
    ("export runs.h5 --to csv -o cut --force", 3),
    ("export rec.h5 --to csv -o rec.h5 --force", 4),
    ("convert theirs.h5 -o conv.h5", 4),
    ("convert rec.h5 -o cut.h5 --force", 3),
    ("convert theirs.h5 -o cut.h5 --force --population a/b", 3),
    ("import session.nwb -o spikes.h5", 4),
    ("import session.nwb --units nothing -o cut.h5 --force", 3),
    ("import session.nwb --as a/b -o cut.h5 --force", 3),
    ("plot rec.h5 -o pic.svg", 4),
    ("plot rec.h5 -o pic.svg --force --from-ms 500", 3),
    ("report rec.h5 -o page.html --force", 3),
    ("report runs.h5 -o page.html", 4),
    ("peptides celegans -o pep.json", 4),
    ("peptides cortex --threshold 2 -o pep.json --force", 3),
];

/// Would catch a file that is opened for writing before all is checked, and one that a fault has emptied.
#[test]
fn a_refused_command_leaves_all_files_as_they_were() {
    let desk = stocked();
    let before = desk.all();
    for (command, code) in REFUSALS {
        let words = words(command, "");
        let done = desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(done.code, *code, "{command}: {}", done.err);
        let after = desk.all();
        let names = |all: &std::collections::BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&after), names(&before), "{command}: {}", done.err);
        for (name, bytes) in &before {
            assert!(after[name] == *bytes, "{command} changed {name}");
        }
    }
}
