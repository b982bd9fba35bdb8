//! Damaged files, made by chance but the same at every call: every reader ends with a result or an error. None panics, falls
//! or goes on without end.
//!
//! A file of a reader's corpus is changed in a few places, and the reader reads what it then is: files of HDF5 and of images
//! with changed bytes, texts with changed words. Children do the reading: one that dies is told with the number of its
//! input, and the next one goes on behind it. Each test is one reader. `NEUROPIL_FUZZ_INPUTS` is the number of inputs of
//! each, and `NEUROPIL_FUZZ_FIRST` the first of them, as in
//!
//! ```text
//! NEUROPIL_FUZZ_INPUTS=100000 cargo test --release --test fuzz -- --nocapture
//! ```
//!
//! One input again: `NEUROPIL_FUZZ_FIRST=N NEUROPIL_FUZZ_INPUTS=1 cargo test --test fuzz NAME`.

mod bytes;
mod chance;
mod corpus;
mod readers;
mod tokens;

use chance::Chance;
use readers::{READERS, Reader};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Tells a child where its files are.
const FOLDER: &str = "NEUROPIL_FUZZ_FOLDER";
/// Tells a child which reader it is.
const READER: &str = "NEUROPIL_FUZZ_READER";
/// Inputs of a child, at most.
const BATCH: u64 = 5_000;
/// Time for one input.
const LONGEST: Duration = Duration::from_secs(30);
/// Memory of a child, KiB.
const MEMORY_KIB: u64 = 4 << 20;
/// Falls after which there is no need for more.
const FALLS: usize = 20;

/// A file of the corpus, by its place below the folder of the reader.
pub struct Sample {
    place: String,
    bytes: Vec<u8>,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// Where inputs lie: in memory, if the system has a place there.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// Input `number` of a reader: which sample it was made of, and what it is.
fn input<'s>(reader: &Reader, samples: &'s [Sample], number: u64) -> (&'s Sample, Vec<u8>) {
    let mut chance = Chance::of(number);
    let sample = chance.of_these(samples);
    let mut bytes = sample.bytes.clone();
    (reader.change)(&mut bytes, &mut chance);
    (sample, bytes)
}

fn samples(reader: &Reader, folder: &Path) -> Vec<Sample> {
    let mut places = (reader.samples)(folder);
    places.sort();
    assert!(!places.is_empty(), "{} has no corpus", reader.name);
    let sample = |place: String| Sample { bytes: fs::read(folder.join(&place)).unwrap(), place };
    places.into_iter().map(sample).collect()
}

/// Reads the inputs that the environment names; run by [`fuzz`] in a process of its own.
#[test]
#[ignore = "needs the files of another test"]
fn read_in_a_child() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("a folder"));
    let name = std::env::var(READER).unwrap();
    let reader = READERS.iter().find(|reader| reader.name == name).unwrap();
    let files = folder.join("files");
    let samples = samples(reader, &files);
    let first = number("NEUROPIL_FUZZ_FIRST", 0);
    for own in first..first + number("NEUROPIL_FUZZ_INPUTS", 1) {
        fs::write(folder.join("at"), own.to_string()).unwrap();
        let (sample, bytes) = input(reader, &samples, own);
        let path = files.join(&sample.place);
        fs::write(&path, bytes).unwrap();
        (reader.read)(&files, &path);
        fs::write(&path, &sample.bytes).unwrap();
    }
}

fn child(reader: &Reader, folder: &Path, first: u64, inputs: u64) -> Child {
    let limited = format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"");
    let mut command = if cfg!(unix) { Command::new("sh") } else { Command::new(std::env::current_exe().unwrap()) };
    if cfg!(unix) {
        command.args(["-c", &limited]).arg(std::env::current_exe().unwrap());
    }
    command
        .args(["--exact", "read_in_a_child", "--ignored"])
        .env(FOLDER, folder)
        .env(READER, reader.name)
        .env("NEUROPIL_FUZZ_FIRST", first.to_string())
        .env("NEUROPIL_FUZZ_INPUTS", inputs.to_string())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("said")).unwrap())
        .spawn()
        .unwrap()
}

/// The input that a child is at.
fn reached(folder: &Path) -> Option<u64> {
    fs::read_to_string(folder.join("at")).ok()?.trim().parse().ok()
}

/// Waits for a child; why it fell, if it did.
fn ending(child: &mut Child, folder: &Path) -> Option<String> {
    let (mut at, mut since) = (reached(folder), Instant::now());
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (!status.success()).then(|| status.to_string());
        }
        let now = reached(folder);
        if now != at {
            (at, since) = (now, Instant::now());
        }
        if since.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            return Some(format!("no end within {} s", LONGEST.as_secs()));
        }
        sleep(Duration::from_millis(5));
    }
}

/// Lets a reader read all its inputs.
fn fuzz(name: &str) {
    let reader = READERS.iter().find(|reader| reader.name == name).expect("a reader");
    let folder = folder();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    (reader.corpus)(&files);
    let samples = samples(reader, &files);
    for sample in &samples {
        assert!((reader.read)(&files, &files.join(&sample.place)), "{} is whole, and yet refused", sample.place);
    }
    let begun = Instant::now();
    let (mut next, mut falls) = (number("NEUROPIL_FUZZ_FIRST", 0), Vec::new());
    let (first, end) = (next, next + number("NEUROPIL_FUZZ_INPUTS", reader.inputs));
    while next < end && falls.len() < FALLS {
        let inputs = BATCH.min(end - next);
        let mut child = child(reader, folder.path(), next, inputs);
        next = match ending(&mut child, folder.path()) {
            None => next + inputs,
            Some(why) => {
                let at = reached(folder.path()).unwrap_or(next);
                let (sample, bytes) = input(reader, &samples, at);
                fs::write(files.join(&sample.place), &sample.bytes).unwrap();
                let kept = std::env::temp_dir().join(format!("fuzz_{name}_{at}_{}", sample.place.replace('/', "_")));
                fs::write(&kept, bytes).unwrap();
                let said = fs::read(folder.path().join("said")).unwrap_or_default();
                let said = String::from_utf8_lossy(&said[..said.len().min(600)]).into_owned();
                falls.push(format!("input {at}, of {}: {why}; it is {}\n{said}", sample.place, kept.display()));
                at + 1
            }
        };
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name}: {} inputs of {} files, {} falls, {seconds:.1} s", next - first, samples.len(), falls.len());
    assert!(falls.is_empty(), "{}", falls.join("\n"));
}

/// An input is a function of its number, and differs from what it was made of.
#[test]
fn inputs_are_the_same_at_every_call() {
    let sample = |place: &str, bytes: &[u8]| Sample { place: place.into(), bytes: bytes.to_vec() };
    let samples = [sample("a", &[7; 1000]), sample("b", b"node_ids,timestamps\n1,2\n")];
    for reader in &READERS {
        let differing = (0..200).filter(|own| {
            let (sample, bytes) = input(reader, &samples, *own);
            assert_eq!(bytes, input(reader, &samples, *own).1);
            bytes != sample.bytes
        });
        assert!(differing.count() > 150, "{}", reader.name);
    }
}

macro_rules! readers {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name));
        })*

        /// Would catch a reader that no test lets read.
        #[test]
        fn every_reader_has_a_test() {
            assert_eq!(READERS.each_ref().map(|reader| reader.name), [$(stringify!($name)),*]);
        }
    };
}

readers! { recording checkpoint runs nwb circuit idx tables models tasks peptides cells }
