//! How does inhibition set the rate? A sweep, one job a value, as a scheduler of a cluster would run it.
//!
//! Every job is this program with its number, `10_parameter_sweep 3`, or under Slurm `sbatch --array=0-4`, where the number is
//! in SLURM_ARRAY_TASK_ID. Without a number all jobs run one after another, and the result is gathered.

use neuropil::record::Recording;
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::error::Error;
use std::path::{Path, PathBuf};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/networks/first_network.json");
const WEIGHTS_PA: [i32; 5] = [-100, -200, -300, -400, -500];
const DURATION_MS: f64 = 500.0;

fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("sweep_{number}.h5"))
}

fn job(folder: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let output = file(folder, number);
    // What is there is not run again: a job that was killed is simply started again.
    if output.exists() {
        return Ok(());
    }
    let set = vec![format!("projections.1.weight_pa={}", WEIGHTS_PA[number])];
    let changes = Changes { set, duration_ms: Some(DURATION_MS), ..Changes::default() };
    let input = Input::read(Path::new(MODEL), &changes)?;
    Session { threads: Some(1), force: true, ..Session::new(&input, output) }.run(input, &Unwatched)?;
    Ok(())
}

/// Rate of the excitatory cells in the recording of a job, Hz.
fn rate_hz(folder: &Path, number: usize) -> Result<f64, Box<dyn Error>> {
    let spikes = Recording::open(file(folder, number))?.spikes("exc")?.times_ms.len();
    Ok(f64::from(u32::try_from(spikes)?) / 800.0 / (DURATION_MS * 1e-3))
}

fn main() -> Result<(), Box<dyn Error>> {
    let number = std::env::args().nth(1).or_else(|| std::env::var("SLURM_ARRAY_TASK_ID").ok());
    if let Some(number) = number {
        return job(Path::new("."), number.parse()?);
    }
    let folder = tempfile::tempdir()?;
    let mut rates = Vec::new();
    for (number, weight) in WEIGHTS_PA.iter().enumerate() {
        job(folder.path(), number)?;
        rates.push(rate_hz(folder.path(), number)?);
        println!("{weight} pA: {:.2} Hz", rates[number]);
    }
    assert!(rates.is_sorted_by(|a, b| a > b), "the stronger inhibition, the fewer spikes");
    Ok(())
}
