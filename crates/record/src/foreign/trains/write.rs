//! Spike trains as a SONATA file that says where they came from.

use super::Trains;
use crate::Error;
use crate::foreign::sonata_writer::write_root;
use crate::h5::attribute::{put, put_text};
use crate::h5::column::fixed;
use crate::h5::destination::Destination;
use crate::layout::{self, Sorting};
use hdf5::File;
use std::path::{Path, PathBuf};

/// Writes spike trains under the population name `population`; unit i is node i. Without filters, which some readers lack.
///
/// # Errors
///
/// [`Error::Exists`] or [`Error::Interrupted`] unless `force`; [`Error::Refused`] for a name that cannot be a group;
/// [`Error::Io`] or [`Error::Write`].
pub fn write_trains(
    path: &Path,
    force: bool,
    trains: &Trains,
    population: &str,
    command: &str,
) -> Result<PathBuf, Error> {
    if matches!(population, "" | "." | "..") || population.contains(['/', '\0']) {
        let found = format!("`{}`", population.escape_debug());
        return Err(Error::refused("the population", found, "a name that is not empty, `.` or `..`, without `/`"));
    }
    if command.contains('\0') {
        return Err(Error::refused("the command line", "a byte of 0", "text"));
    }
    Destination::whole(path, force, |file, object| {
        *object = "the spikes".to_owned();
        write(file, trains, population, command)
    })
}

fn write(file: &File, trains: &Trains, population: &str, command: &str) -> hdf5::Result<()> {
    write_root(file)?;
    let spikes = file.create_group(&format!("{}/{population}", layout::SPIKES))?;
    put(&spikes, layout::SORTING, &Sorting::by_time)?;
    let timestamps = fixed(&spikes, layout::TIMESTAMPS, &trains.times_ms)?;
    put_text(&timestamps, layout::UNITS, "ms")?;
    let node_ids: Vec<u64> = trains.units.iter().map(|&unit| u64::from(unit)).collect();
    fixed(&spikes, layout::NODE_IDS, &node_ids)?;

    let own = file.create_group(layout::NEUROPIL)?;
    put_text(&own, "format", layout::IMPORT_FORMAT)?;
    put_text(&own, "neuropil_version", env!("CARGO_PKG_VERSION"))?;
    put_text(&own, "command", command)?;
    let nodes = file.create_group(&format!("{}/{population}", layout::POPULATIONS))?;
    put(&nodes, "size", &(trains.unit_ids.len() as u64))?;
    fixed(&nodes, "unit_ids", &trains.unit_ids)?;
    put_text(&nodes, "source_file", &trains.path.to_string_lossy())?;
    put_text(&nodes, "source_format", trains.format.name())?;
    put_text(&nodes, "source_population", &trains.population)?;

    let windows = file.create_group(layout::WINDOWS)?;
    fixed(&windows, "from_s", &each(&trains.windows, |window| window.from_s))?;
    fixed(&windows, "to_s", &each(&trains.windows, |window| window.to_s))?;
    fixed(&windows, "start_ms", &each(&trains.windows, |window| window.start_ms))?;
    let trials: Option<Vec<u64>> = trains.windows.iter().map(|window| window.trial).collect();
    if let Some(trials) = trials {
        fixed(&windows, "trial_ids", &trials)?;
    }
    put(&windows, "end_s", &trains.end.at_s)?;
    put(&windows, "end_told", &u8::from(trains.end.told))?;
    let gaps = file.create_group(layout::GAPS)?;
    put(&gaps, "told", &u8::from(trains.tells_gaps))?;
    put(&gaps, "session", &u8::from(trains.is_session))?;
    fixed(&gaps, "unit_ids", &each(&trains.gaps, |gap| gap.unit_id))?;
    fixed(&gaps, "from_s", &each(&trains.gaps, |gap| gap.from_s))?;
    fixed(&gaps, "to_s", &each(&trains.gaps, |gap| gap.to_s))?;
    Ok(())
}

fn each<Item, Value>(items: &[Item], value: impl Fn(&Item) -> Value) -> Vec<Value> {
    items.iter().map(value).collect()
}
