//! One network over ranks of MPI: the bits of one process, on any number of ranks and threads, and after any end.
//!
//! `cargo xtask ranks` builds the command with the feature `mpi`, names it in `NEUROPIL_WITH_MPI`, and runs these tests.
#![cfg(unix)]

use super::contents::contents;
use super::resume::{data, desk};
use super::{Desk, alone, output, root, spawn};
use neuropil_record::{Recording, TrainingFile};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the run that is cut goes on, ms.
const UNTIL: &str = "600";

/// The command under `mpirun`. Each process leaves its number in `pid.RANK`.
fn over(desk: &Desk, ranks: usize, arguments: &[&str]) -> Command {
    over_by(r#"exec "$0" "$@""#, desk, ranks, arguments)
}

/// The same by a line of the shell, which calls the command `$0` with `$@`.
fn over_by(call: &str, desk: &Desk, ranks: usize, arguments: &[&str]) -> Command {
    let program: PathBuf =
        std::env::var_os("NEUROPIL_WITH_MPI").expect("a command with MPI; `cargo xtask ranks` builds one").into();
    let script = format!("RANK=${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}}; echo $$ > pid.$RANK; {call}");
    let mut command = Command::new("mpirun");
    command.args(["-n", &ranks.to_string(), "sh", "-c", &script]).arg(program).args(arguments);
    // Open MPI is asked to start more ranks than there are cores, to leave these to whoever works, and to start at all.
    let asked = ["rmaps_base_oversubscribe", "mpi_yield_when_idle"].map(|name| (format!("OMPI_MCA_{name}"), "1"));
    command.envs(asked).env("OMPI_MCA_hwloc_base_binding_policy", "none");
    command.envs(["", "_CONFIRM"].map(|end| (format!("OMPI_ALLOW_RUN_AS_ROOT{end}"), "1")));
    command.current_dir(&desk.folder);
    command
}

fn done_over(desk: &Desk, ranks: usize, arguments: &[&str]) -> String {
    let done = output(&mut over(desk, ranks, arguments));
    let [out, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(done.status.success(), "{ranks} ranks, {arguments:?}: {out}\n{err}");
    out
}

#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn two_ranks_compute_what_every_machine_computes() {
    let told = done_over(&Desk::new(), 2, &["doctor"]);
    assert!(told.contains("those of every machine") && told.contains("2 ranks have run"), "{told}");
    assert_eq!(told.matches("processor").count(), 1, "only the first rank speaks: {told}");
}

/// Drawn delays, plasticity under way, noise, rates, a report and weights. Would catch sums in an order of ranks, and synapses that a rank draws
/// otherwise than one process.
#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn neither_ranks_nor_threads_decide_anything() {
    let desk = desk();
    let run = ["run", "rich.json", "-q", "--duration-ms", "150", "--set", "simulation.blocks=7", "-o"];
    desk.done(&[&run[..], &["one.h5"]].concat());
    let one = contents(&desk.path("one.h5"));
    assert!(one.iter().any(|(name, values)| name == "/spikes/exc/timestamps" && values.len() > 30), "too few spikes");
    for (ranks, threads) in [(1, "2"), (2, "1"), (2, "2"), (3, "1"), (3, "2")] {
        let name = format!("{ranks}_{threads}.h5");
        done_over(&desk, ranks, &[&run[..], &[&name, "--threads", threads]].concat());
        assert_eq!(contents(&desk.path(&name)), one, "{ranks} ranks of {threads} threads");
        let told = Recording::open(desk.path(&name)).unwrap().provenance().unwrap().unwrap();
        assert_eq!(told.ranks as usize, ranks);
    }
}

#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn a_checkpoint_knows_nothing_of_ranks() {
    let desk = desk();
    let run = ["run", "rich.json", "-q", "--duration-ms"];
    desk.done(&[&run[..], &[UNTIL, "-o", "whole.h5"]].concat());
    done_over(&desk, 2, &[&run[..], &["100", "-o", "parts.h5", "--checkpoint-every-ms", "50"]].concat());
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "500.3"]);
    done_over(&desk, 3, &["resume", "parts.h5", "-q", "--until-ms", UNTIL]);
    assert_eq!(data(&desk, "parts.h5"), data(&desk, "whole.h5"));
}

/// All others end with a rank that is killed, the file opens, and one process goes on from it.
#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn a_killed_rank_ends_all_and_nothing_is_lost() {
    let desk = desk();
    let run = ["run", "rich.json", "-q", "--duration-ms", "6000", "-o"];
    desk.done(&[&run[..], &["whole.h5"]].concat());
    for victim in [1, 0] {
        let name = format!("{victim}.h5");
        let arguments = [&run[..], &[&name, "--checkpoint-every-ms", "100"]].concat();
        let mut child = spawn(over(&desk, 2, &arguments).stdout(Stdio::null()).stderr(Stdio::null()));
        wait(&mut child, || desk.exists(&format!("{name}.part")));
        std::thread::sleep(Duration::from_millis(300));
        let pids =
            [0, 1].map(|rank| std::fs::read_to_string(desk.path(&format!("pid.{rank}"))).unwrap().trim().to_owned());
        assert!(child.try_wait().unwrap().is_none(), "the run is too short for this test");
        assert!(output(Command::new("kill").args(["-KILL", &pids[victim]])).status.success());
        assert!(!child.wait().unwrap().success());
        let ends = Instant::now() + Duration::from_secs(20);
        for pid in pids {
            while Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success() {
                assert!(Instant::now() < ends, "rank {pid} goes on alone");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        alone(|| Recording::open(desk.path(&format!("{name}.part"))).unwrap().provenance().unwrap().unwrap());
        desk.done(&["resume", &name, "-q"]);
        assert_eq!(data(&desk, &name), data(&desk, "whole.h5"), "rank {victim} was killed");
    }
}

fn wait(child: &mut Child, until: impl Fn() -> bool) {
    while !until() {
        assert!(child.try_wait().unwrap().is_none(), "the run is too short for this test");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Training of four groups of trials, without the number of updates.
fn training() -> Vec<String> {
    let task = root().join("models/tasks/small_delayed_xor.json");
    let words = ["--rule", "modprop_type", "-q", "--set", "training.batch=56", "--set", "training.evaluate_every=2"];
    ["train", task.to_str().unwrap()].into_iter().chain(words).map(str::to_owned).collect()
}

/// Names, shapes and bits of all that was learned; wall times are not.
fn learned(desk: &Desk, name: &str) -> Vec<(String, Vec<usize>, Vec<u64>)> {
    let mut file = TrainingFile::read(&desk.path(name)).unwrap();
    assert_eq!(file.runs.len(), 1);
    let tables = file.runs.remove(0).tables.into_iter().filter(|own| !own.object.starts_with("cost/"));
    tables.map(|own| (own.object, own.shape, own.values.into_iter().map(f64::to_bits).collect())).collect()
}

/// Would catch two ranks that write, or speak, and groups of trials that nobody or two have run.
#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn training_is_that_of_one_process() {
    let desk = Desk::new();
    let words = training();
    let train: Vec<&str> = words.iter().map(String::as_str).chain(["--set", "training.updates=4", "-o"]).collect();
    desk.done(&[&train[..], &["one.h5"]].concat());
    for (ranks, threads) in [(2, "1"), (3, "2"), (4, "1")] {
        let name = format!("{ranks}.h5");
        done_over(&desk, ranks, &[&train[..], &[&name, "--threads", threads]].concat());
        assert!(learned(&desk, &name) == learned(&desk, "one.h5"), "{ranks} ranks of {threads} threads");
    }
    let refused = |call: &str, name: &str| {
        let done = output(&mut over_by(call, &desk, 2, &[&train[..], &[name]].concat()));
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && told.matches("error:").count() == 1, "{told}");
        told
    };
    let there = refused(r#"exec "$0" "$@""#, "2.h5");
    assert!(there.contains("2.h5") && there.contains("exists"), "{there}");
    let apart = refused(r#"exec "$0" "$@" --seed $RANK"#, "apart.h5");
    assert!(apart.contains("rank 1 has read other files, or has other options, than rank 0"), "{apart}");
    assert!(!desk.exists("apart.h5"));
}

/// Ctrl-C on one rank ends all after an update, and another number of ranks goes on from there.
#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn training_goes_on_with_other_numbers_of_ranks() {
    let desk = Desk::new();
    let words = training();
    let train: Vec<&str> = words.iter().map(String::as_str).chain(["--set", "training.updates=200", "-o"]).collect();
    desk.done(&[&train[..], &["one.h5"]].concat());
    let mut child = spawn(over(&desk, 2, &[&train[..], &["parts.h5"]].concat()).stderr(Stdio::piped()));
    wait(&mut child, || desk.exists("parts.h5.lock"));
    std::thread::sleep(Duration::from_millis(500));
    let pid = std::fs::read_to_string(desk.path("pid.1")).unwrap();
    assert!(output(Command::new("kill").args(["-INT", pid.trim()])).status.success());
    let done = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && told.matches("interrupted at update").count() == 1, "{told}");
    let all = learned(&desk, "parts.h5");
    let updates = f64::from_bits(all.iter().find(|own| own.0 == "state/updates").unwrap().2[0]);
    assert!(updates > 0.0 && updates < 200.0, "{updates}");
    done_over(&desk, 3, &[&train[..], &["parts.h5", "--resume"]].concat());
    assert!(learned(&desk, "parts.h5") == learned(&desk, "one.h5"), "after {updates} updates");
}

/// A command that is no work of ranks is refused by name before any of them writes.
#[test]
#[ignore = "needs MPI: `cargo xtask ranks` runs it"]
fn what_ranks_cannot_share_is_refused() {
    let desk = Desk::new();
    let done = output(&mut over(&desk, 2, &["bench", "cuba", "--seconds", "0.01"]));
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && told.contains("2 processes were started together"), "{told}");
}
