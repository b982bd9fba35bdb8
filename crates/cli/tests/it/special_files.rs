//! Names that are no regular files: devices, pipes, links. None is replaced, and none is read without end.
#![cfg(unix)]

use super::stock::{WRITERS, stocked, words};
use super::{Desk, output, spawn};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::Command;

fn make(desk: &Desk, program: &str, arguments: &[&str]) -> bool {
    output(Command::new(program).args(arguments).current_dir(&desk.folder)).status.success()
}

/// Once a forced run turned the null device of a machine into a regular file.
#[test]
fn an_output_that_is_no_file_is_never_replaced() {
    let desk = stocked();
    let mut specials = vec![("pipe", "mkfifo", vec!["NAME"], "a pipe")];
    if make(&desk, "mknod", &["probe", "c", "1", "3"]) {
        specials.push(("null", "mknod", vec!["NAME", "c", "1", "3"], "a device"));
    }
    for (stem, program, arguments, kind) in specials {
        for (name, command) in WRITERS {
            let place = format!("{stem}_{name}");
            let arguments: Vec<&str> =
                arguments.iter().map(|word| if *word == "NAME" { place.as_str() } else { word }).collect();
            assert!(make(&desk, program, &arguments));
            let takes_bytes = ["svg", "html", "json"].iter().any(|ending| name.ends_with(ending));
            let mut reader = (takes_bytes && stem == "pipe").then(|| {
                spawn(
                    Command::new("dd")
                        .args([&format!("if={place}"), "of=copy", "status=none"])
                        .current_dir(&desk.folder),
                )
            });
            let mut words = words(command, &place);
            words.push("--force".into());
            let done = desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
            let found = std::fs::symlink_metadata(desk.path(&place)).unwrap().file_type();
            assert!(found.is_fifo() || found.is_char_device(), "{command}: {}", done.err);
            if takes_bytes {
                assert_eq!(done.code, 0, "{command}: {}", done.err);
                if let Some(reader) = &mut reader {
                    assert!(reader.wait().unwrap().success());
                    assert!(
                        std::fs::read(desk.path("copy")).unwrap() == std::fs::read(desk.path(name)).unwrap(),
                        "{command}"
                    );
                }
            } else {
                assert!(
                    done.code == 4 && done.err.contains(&place) && done.err.contains(kind),
                    "{command}: {}",
                    done.err
                );
            }
            std::fs::remove_file(desk.path(&place)).unwrap();
        }
    }
    let left: Vec<_> =
        desk.files().into_iter().filter(|name| name.starts_with("pipe") || name.starts_with("null")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A link stays a link; what it leads to is replaced, and a link to nothing is told.
#[test]
fn a_link_is_followed() {
    let desk = stocked();
    for (name, command) in WRITERS.iter().filter(|(name, _)| *name != "out") {
        let (link, moved) = (desk.path(name), desk.path(&format!("moved_{name}")));
        std::fs::rename(&link, &moved).unwrap();
        symlink(&moved, &link).unwrap();
        std::fs::write(&moved, "old").unwrap();
        let mut words = words(command, name);
        words.push("--force".into());
        desk.done(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink(), "{command}");
        assert!(std::fs::metadata(&moved).unwrap().len() > 3, "{command}");
    }
    symlink("nothing.h5", desk.path("broken.h5")).unwrap();
    let done = desk.run(&["run", "small.json", "-o", "broken.h5"]);
    assert!(done.code == 4 && done.err.contains("a link to `nothing.h5`, which is not there"), "{}", done.err);
}

/// Would fill the memory, or wait for ever.
#[test]
fn an_input_that_never_ends_is_refused() {
    let desk = stocked();
    assert!(make(&desk, "mkfifo", &["pipe"]));
    for place in ["/dev/zero", "pipe"] {
        let images = format!("task={{\"kind\":\"images\",\"images\":\"{place}\",\"labels\":\"{place}\"}}");
        let peptides = format!("peptides={{\"file\":\"{place}\"}}");
        for arguments in [
            &["check", place][..],
            &["run", place, "-o", "a.h5"],
            &["inspect", place],
            &["plot", place, "-o", "a.svg"],
            &["import", place, "-o", "a.h5"],
            &["convert", place, "-o", "a.h5"],
            &["learn", place, "-o", "a.h5"],
            &["diffuse", place, "-o", "a.h5"],
            &["merge", place, "-o", "a.h5"],
            &["export", place, "--to", "csv", "-o", "a"],
            &["report", place, "-o", "a.html"],
            &["resume", place],
            &["gradients", place, "-o", "a.h5"],
            &["verify", place],
            &["taps", place],
            &["train", place, "--rule", "eprop", "-o", "a.h5"],
            &["train", "small_delayed_xor.json", "--rule", "eprop", "-o", "a.h5", "--set", &images],
            &["trials", "simulate", "small_delayed_xor.json", "--weights", place, "--rule", "eprop", "-o", "a.h5"],
            &["run", "small.json", "--replay", &format!("exc={place}"), "-o", "a.h5"],
            &["check", "small.json", "--set", &peptides],
            &["peptides", "celegans", "--edges", place, "-o", "a.json"],
        ] {
            let mut limited = Command::new("timeout");
            limited.current_dir(&desk.folder).arg("20").arg(assert_cmd::cargo::cargo_bin("neuropil"));
            let done = output(limited.args(arguments));
            let err = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(3), "{arguments:?}: {err}");
        }
        assert!(desk.files().iter().all(|name| !name.starts_with("a.")), "{:?}", desk.files());
    }
}
