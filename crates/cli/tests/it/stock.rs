//! A desk with a file of every kind that commands write, and what a digest says of all of them.

use super::{Desk, SMALL, root};
use std::collections::BTreeMap;
use std::path::Path;

pub const TASK: &str = "small_delayed_xor.json";
/// As few updates as make a run.
pub const SHORT: [&str; 4] = ["--set", "training.updates=2", "--set", "training.evaluate_every=1"];

/// The commands that write a file, each with its name: `{}` stands for it. Commands on `stocked` desks.
pub const WRITERS: [(&str, &str); 14] = [
    ("rec.h5", "run small.json -q --duration-ms 20 --checkpoint-every-ms 10 -o {}"),
    ("runs.h5", "compare small_delayed_xor.json -q --rules eprop --seeds 1 SHORT -o {}"),
    ("other.h5", "train small_delayed_xor.json -q --rule eprop --set training.batch=4 SHORT -o {}"),
    ("merged.h5", "merge runs.h5 -o {}"),
    ("spikes.h5", "import session.nwb -o {}"),
    ("trials.h5", "trials simulate small_delayed_xor.json --set training.batch=4 -o {}"),
    ("grads.h5", "trials learn trials.h5 --rules eprop -o {}"),
    ("case.h5", "gradients p1_lif_regression.h5 -o {}"),
    ("conv.h5", "convert theirs.h5 -o {}"),
    ("field.h5", "diffuse rec.h5 -q --model cortex.json --cell-type exc=Pyr_L23 --cell-type inh=Sst -o {}"),
    ("pep.json", "peptides celegans -o {}"),
    ("pic.svg", "plot rec.h5 -o {}"),
    ("page.html", "report runs.h5 -o {}"),
    ("out", "export rec.h5 --to csv -o {}"),
];

/// The words of a command for a name.
pub fn words(command: &str, name: &str) -> Vec<String> {
    let text = command.replace("{}", name).replace("SHORT", &SHORT.join(" "));
    text.split(' ').map(str::to_owned).collect()
}

/// Files that commands read.
pub fn desk() -> Desk {
    let desk = Desk::new();
    let copies = [
        ("models/tasks/small_delayed_xor.json", TASK),
        ("models/peptides/cortex.json", "cortex.json"),
        ("tests/data/nwb/session.nwb", "session.nwb"),
        ("tests/data/sonata/300_intfire/output/spikes.h5", "theirs.h5"),
    ];
    for (from, to) in copies {
        std::fs::copy(root().join(from), desk.path(to)).unwrap();
    }
    desk.copy_case();
    let placed = SMALL
        .replace("\"cell_type\": \"Pyr\",", "\"positions\": BOX,")
        .replace("\"sign\": \"inhibitory\",", "\"sign\": \"inhibitory\", \"positions\": BOX,");
    let size = r#"{"shape": "box", "size_um": [50, 50, 50]}"#;
    std::fs::write(desk.path("small.json"), placed.replace("BOX", size)).unwrap();
    desk
}

/// The same with all that [`WRITERS`] make of them, and what a cut run and a cut export have left.
pub fn stocked() -> Desk {
    let desk = desk();
    for (name, command) in WRITERS {
        let words = words(command, name);
        desk.done(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    std::fs::copy(desk.path("rec.h5"), desk.path("cut.h5.part")).unwrap();
    std::fs::write(desk.path("cut.h5.checkpoint"), "damaged").unwrap();
    std::fs::create_dir(desk.path("cut.part")).unwrap();
    std::fs::write(desk.path("cut.part/spikes.csv"), "half").unwrap();
    desk
}

impl Desk {
    fn copy_case(&self) {
        for ending in ["h5", "json"] {
            let from = root().join(format!("tests/data/gradients/p1_lif_regression.{ending}"));
            std::fs::copy(from, self.path(&format!("p1_lif_regression.{ending}"))).unwrap();
        }
    }

    /// Every file below the desk and what is in it.
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(self.folder.path(), "", &mut found);
        found
    }
}

fn gather(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = std::fs::symlink_metadata(entry.path()).unwrap().file_type();
        if kind.is_dir() {
            gather(&entry.path(), &format!("{name}/"), found);
        } else if kind.is_file() {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        } else {
            found.insert(name, format!("{kind:?}").into_bytes());
        }
    }
}
