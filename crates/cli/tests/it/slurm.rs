//! A comparison as jobs of Slurm, submitted to a stand-in for `sbatch`.

use super::Desk;
use super::stock::{SHORT, desk};
use neuropil_record::TrainingFile;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// Runs the script at once, an array for each of its numbers, and prints a job number.
const SBATCH: &str = r#"#!/bin/sh
set -eu
for script; do :; done
last=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
if [ -z "$last" ]; then sh "$script" > merged.txt; exit; fi
for number in $(seq "$last"); do SLURM_ARRAY_TASK_ID=$number sh "$script" > log.txt 2>&1 || { cat log.txt >&2; exit 1; }; done
echo 7
"#;

/// The jobs of a folder come to the file of the comparison that they stand for; a folder or a file that is there is refused before
/// anything is written.
#[test]
fn an_array_job_makes_the_comparison() {
    let desk = desk();
    let what = [&["compare", "small_delayed_xor.json", "--rules", "eprop,bptt", "--seeds", "2"], &SHORT[..]].concat();
    desk.done(&[&what[..], &["-q", "-o", "direct.h5"]].concat());
    let told = desk.done(&[&what[..], &["--slurm", "the jobs", "-o", "all of it.h5"]].concat());
    assert!(told.contains("wrote 4 jobs"), "{told}");
    let refused = desk.run(&[&what[..], &["--slurm", "the jobs", "-o", "other.h5"]].concat());
    assert!(refused.code == 4 && refused.err.contains("the jobs"), "{}", refused.err);
    let refused = desk.run(&[&what[..], &["--slurm", "more", "-o", "direct.h5"]].concat());
    assert!(refused.code == 4 && refused.err.contains("direct.h5") && !desk.exists("more"), "{}", refused.err);
    let refused = desk.run(&[&what[..], &["--slurm", "j%a", "-o", "other.h5"]].concat());
    assert!(refused.code == 3 && refused.err.contains("`j%a`") && !desk.exists("j%a"), "{}", refused.err);
    submit(&desk);
    let [direct, all] = ["direct.h5", "all of it.h5"].map(|name| TrainingFile::read(&desk.path(name)).unwrap());
    assert_eq!(all.runs.len(), 4);
    for run in &direct.runs {
        let same = all.runs.iter().find(|own| own.label() == run.label() && own.seed == run.seed).unwrap();
        assert!(same.is_same(run) && same.table("weights/w_rec") == run.table("weights/w_rec"), "{}", run.label());
    }
}

fn submit(desk: &Desk) {
    let place = desk.path("sbatch");
    std::fs::write(&place, SBATCH).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ours = assert_cmd::cargo::cargo_bin("neuropil");
    let path = format!("{}:{}:/usr/bin:/bin", desk.path("").display(), ours.parent().unwrap().display());
    let mut submit = Command::new("sh");
    // From wherever: the jobs know their folder.
    let submit = submit.arg(desk.path("the jobs/submit.sh")).current_dir("/").env("PATH", path);
    let done = super::output(submit);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
