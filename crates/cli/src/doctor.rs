//! `neuropil doctor`: what this machine and this build have, and whether they compute what every machine computes.

use crate::error::CliError;
use crate::ranks::{self, Company};
use crate::screen;
use crate::summary::bytes_text;
use clap::Args;
use neuropil_core::simd::vector_bits;
use neuropil_files::memory_bytes;
use neuropil_model::Document;
use neuropil_record::{Recording, hdf5_version};
use neuropil_report::{Existing, PlotOptions};
use neuropil_session::{Changes, Input, Session, Unwatched, picture};
use serde_json::{Value, json};
use std::path::Path;

/// The first network of the documentation.
const NETWORK: &str = neuropil_shipped::networks::FIRST_NETWORK;
/// How long it is run, ms.
const RUN_MS: f64 = 200.0;
/// What its spikes are, on every machine and with any number of threads: how many, and [`digest`].
const SPIKES: (usize, u64) = (1647, 13_084_740_280_049_776_921);

/// Arguments of `doctor`.
#[derive(Args)]
pub struct DoctorArgs {
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
}

/// One line of what was found.
struct Finding {
    name: &'static str,
    found: String,
    passed: bool,
}

/// Looks at the machine and the build, runs a small network, and compares its spikes with those of every machine.
///
/// # Errors
/// Something that is not as it must be.
pub fn doctor(args: &DoctorArgs) -> Result<(), CliError> {
    ranks::together(|company| look(args, company))
}

fn look(args: &DoctorArgs, company: &Company) -> Result<(), CliError> {
    if !company.speaks() {
        // The first rank records, reads and tells what all have run, if it has a place for that.
        company.agree(Ok(()))?;
        return run(Path::new("doctor.h5"), company);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = memory_bytes().map_or_else(|| "not told by this system".into(), bytes_text);
    let (major, minor, patch) = hdf5_version();
    let has = |name, found| Finding { name, found, passed: true };
    let build = if cfg!(debug_assertions) { "a debug build, slow" } else { "a release build" };
    let mut findings = vec![
        has("neuropil", format!("{}, {build}", env!("CARGO_PKG_VERSION"))),
        has("loaded from", loaded_from()),
        has("processor", format!("{}, {threads} threads, vectors of {} bits", std::env::consts::ARCH, vector_bits())),
        has("memory", memory),
        has("HDF5", format!("{major}.{minor}.{patch}, part of the program")),
        has("MPI", mpi(company)),
    ];
    findings.extend(tried(company));
    if args.json {
        let all: Vec<Value> =
            findings.iter().map(|own| json!({"name": own.name, "found": own.found, "passed": own.passed})).collect();
        screen::print(&json!({"findings": all}).to_string())?;
    } else {
        for Finding { name, found, passed } in &findings {
            screen::print(&format!("{name:<12} {found}{}", if *passed { "" } else { "  <-- not as it must be" }))?;
        }
    }
    let failed: Vec<&str> = findings.iter().filter(|own| !own.passed).map(|own| own.name).collect();
    match &failed[..] {
        [] => Ok(()),
        _ => Err(CliError::Missed(format!("not as it must be: {}", failed.join(", ")))),
    }
}

/// The file that this code came from: the program, or the library of the Python package.
fn loaded_from() -> String {
    let here = loaded_from as fn() -> String as usize;
    let mapped = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let told = mapped.lines().find(|line| is_in(line, here)).and_then(|line| Some(line[line.find('/')?..].to_owned()));
    let told = told.or_else(|| std::env::current_exe().ok().map(|program| program.display().to_string()));
    told.unwrap_or_else(|| "not told by this system".into())
}

/// Whether an address lies in the range that a line of Linux's `maps` begins with, as in `7f00-7fff r-xp`.
fn is_in(line: &str, address: usize) -> bool {
    let range = line.split_once(' ').and_then(|(range, _)| range.split_once('-'));
    let number = |text| usize::from_str_radix(text, 16).ok();
    range.and_then(|(from, to)| Some((number(from)?..number(to)?).contains(&address))).unwrap_or(false)
}

/// A run into a file, its spikes, its picture.
fn tried(company: &Company) -> Vec<Finding> {
    let place = std::env::temp_dir();
    let unwritable = |fault| CliError::Output(format!("`{}` cannot be written: {fault}", place.display()));
    let folder = match company.agree(tempfile::tempdir().map_err(unwritable)) {
        Ok(folder) => folder,
        Err(fault) => return vec![Finding { name: "recording", found: fault.to_string(), passed: false }],
    };
    let file = folder.path().join("doctor.h5");
    let said = |name, outcome: Result<(String, bool), String>| match outcome {
        Ok((found, passed)) => Finding { name, found, passed },
        Err(found) => Finding { name, found, passed: false },
    };
    vec![said("recording", spikes(&file, company)), said("pictures", drawn(&file, &folder.path().join("doctor.png")))]
}

/// The MPI of this build, and the ranks that it has started.
fn mpi(company: &Company) -> String {
    match (neuropil_mpi::library(), company.rank()) {
        (None, _) => "none in this build: a run has one process".into(),
        (Some(library), None) => format!("{library}; this is one process, `mpirun -n 4 neuropil doctor` tries four"),
        (Some(library), Some(own)) => format!("{library}; {} ranks have run the first network together", own.ranks),
    }
}

/// Runs the network into a file, with all ranks.
fn run(file: &Path, company: &Company) -> Result<(), CliError> {
    let document = Document::parse("first_network.json", NETWORK.to_owned())?;
    let changes = Changes { duration_ms: Some(RUN_MS), ..Changes::default() };
    let input = Input::of(document, &changes)?;
    let session = Session { rank: company.rank(), ..Session::new(&input, file.to_owned()) };
    session.run(input, &Unwatched)?;
    Ok(())
}

/// Runs the network into a file; whether its spikes, read again, are those of every machine.
fn spikes(file: &Path, company: &Company) -> Result<(String, bool), String> {
    let told = |fault: &dyn std::fmt::Display| fault.to_string();
    run(file, company).map_err(|fault| told(&fault))?;
    let recording = Recording::open(file).map_err(|fault| told(&fault))?;
    let mut all = Vec::new();
    for population in recording.populations().map_err(|fault| told(&fault))? {
        let own = recording.spikes(&population.name).map_err(|fault| told(&fault))?;
        all.extend(own.times_ms.iter().map(|time| time.to_bits()).zip(own.node_ids));
    }
    let found = (all.len(), digest(&all));
    let same =
        if found == SPIKES { "those of every machine".into() } else { format!("found {found:?}, expected {SPIKES:?}") };
    Ok((format!("{} spikes of the first network, written and read again: {same}", all.len()), found == SPIKES))
}

/// FNV-1a over times and cells.
fn digest(spikes: &[(u64, u64)]) -> u64 {
    let bytes = spikes.iter().flat_map(|(time, cell)| [*time, *cell]).flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Draws the recording.
fn drawn(file: &Path, output: &Path) -> Result<(String, bool), String> {
    let options = PlotOptions::new(800, 600).map_err(|fault| fault.to_string())?;
    let picture = picture(file, (None, None), None, &options).map_err(|fault| fault.to_string())?;
    picture.write(output, Existing::Refuse).map_err(|fault| fault.to_string())?;
    Ok(("drawn, with the font of the program (DejaVu Sans)".into(), true))
}
