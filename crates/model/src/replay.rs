//! Recorded spike trains that populations send instead of their own spikes.
//!
//! An item of `replay` names a file, a population and how units become cells. Times are rounded to the nearest step,
//! halves up; those that round to step 0 are dropped. Both are counted in the notes of the model.

use crate::catalogue::CELLS_OF_UNITS;
use crate::caveats::caveats;
use crate::cells::{self, Chosen, twice};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, brief, shown};
use crate::model::{KindSpec, Model, PopulationSpec};
use crate::paths::resolved;
use crate::players::{CellsOfUnits, Players};
use neuropil_core::{CellSet, Clock, did_you_mean};
use neuropil_network::neuron::Output;
use neuropil_record::trains::{Request, Span, TrainFile, Trains, Units};
use std::path::{Path, PathBuf};

/// A population that replays.
#[derive(Debug, Clone)]
pub(crate) struct Replayed {
    /// Its index.
    pub population: usize,
    /// Those of its cells that replay; all if `None`.
    pub only: Option<CellSet>,
    /// Where the file says so.
    pub path: String,
    /// (step, cell).
    pub spikes: Vec<(u64, u32)>,
    /// What was read, rounded and dropped.
    pub notes: Vec<String>,
}

/// Everything that `replay` says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replays {
    pub populations: Vec<Replayed>,
    /// The absolute path of each item's file, where the item has another.
    pub files: Vec<Option<PathBuf>>,
}

/// What the run is.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub clock: Clock,
    pub duration_ms: f64,
}

impl Model {
    /// Makes a population send recorded spikes. What goes to its cells has no effect and is left out, which is noted.
    fn replay(&mut self, replayed: Replayed) {
        let index = replayed.population;
        if let Some(cells) = replayed.only {
            let own = &mut self.populations[index];
            self.notes.extend(replayed.notes);
            own.voices.push((cells, replayed.spikes));
            return;
        }
        let onto = |to: &[Chosen]| to.iter().any(|own| own.population == index);
        let states = self.record.states.len();
        self.record.states.retain(|state| state.population != index);
        let dropped = [
            (self.projections.iter().filter(|projection| onto(&projection.to)).count(), "projection"),
            (self.inputs.iter().filter(|input| onto(&input.to)).count(), "input"),
            (states - self.record.states.len(), "state recording"),
        ];
        let told: Vec<String> = dropped
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        self.notes.extend(replayed.notes);
        let population = &mut self.populations[index];
        if !told.is_empty() {
            self.notes.push(format!("replay: without effect on `{}`, left out: {}", population.name, told.join(", ")));
        }
        population.kind = KindSpec::SpikeTrain(replayed.spikes);
        population.replays = true;
    }

    /// The same of all, and a word on populations that replay in part: how many cells do not.
    pub(crate) fn replay_all(&mut self, all: Vec<Replayed>) {
        all.into_iter().for_each(|own| self.replay(own));
        for own in self.populations.iter().filter(|own| !own.voices.is_empty()) {
            let replaying: u32 = own.voices.iter().map(|(cells, _)| cells.len()).sum();
            let (name, free) = (&own.name, own.cells.saturating_sub(replaying));
            self.notes.push(format!(
                "replay: what {replaying} cells of `{name}` would send themselves is not heard; its other {free} run free"
            ));
        }
    }
}

/// What an item says.
struct Item<'r> {
    path: String,
    population: Option<(usize, Option<CellSet>)>,
    file: &'r str,
    from_population: Option<String>,
    units: Units,
    from_s: f64,
    to_s: f64,
    cells: Option<CellsOfUnits>,
}

/// Reads the list and the files that it names.
pub(crate) fn replays(reader: &Reader<'_>, node: &Node, populations: &[PopulationSpec], run: Run) -> Replays {
    let mut all = Replays::default();
    for (index, node) in reader.array(node, "replay").into_iter().flatten().enumerate() {
        let path = format!("replay.{index}");
        let Some(item) = item(reader, node, &path, populations) else { continue };
        let file = resolved(reader, item.file);
        for replayed in replay(reader, &item, &file, populations, run) {
            let own = &populations[replayed.population];
            let same = |other: &&Replayed| other.population == replayed.population;
            if all.populations.iter().filter(same).any(|other| twice(&other.only, &replayed.only).is_some()) {
                reader.fault(&path, format!("`{}` is replayed already by an item before", own.name));
            }
            if own.info().is_some_and(|info| matches!(info.output, Output::Graded(_))) {
                reader.fault(&path, format!("the cells of `{}` are graded: they send no spikes", own.name));
            }
            all.populations.push(replayed);
        }
        // A path that is absolute keeps its place in the text.
        all.files.push((Path::new(item.file) != file).then_some(file));
    }
    all
}

fn item<'n>(reader: &Reader<'n>, node: &'n Node, path: &str, populations: &[PopulationSpec]) -> Option<Item<'n>> {
    let mut fields = reader.object(node, path, "replay")?;
    let population =
        fields.get("population").map(|node| cells::one_known(reader, node, &join(path, "population"), populations));
    let file_path = fields.path_of("file");
    let file = fields.require("file").and_then(|node| reader.string(node, &file_path));
    let from_population = text(&mut fields, "from_population");
    let units = fields.get("units").map(|node| (node, units(reader, node, &join(path, "units"))));
    let from_s = fields.number("from_s").unwrap_or(0.0);
    let to_s = fields.number("to_s").unwrap_or(f64::INFINITY);
    let cells_path = fields.path_of("cells");
    let cells = fields.get("cells").map(|node| cells_of_units(reader, node, &cells_path));
    fields.finish();
    if to_s <= from_s {
        reader.fault(path, format!("the window from {} s to {} s is empty", shown(from_s), shown(to_s)));
        return None;
    }
    let cells = match cells {
        None => None,
        Some(cells) => Some(cells?),
    };
    let units = match (units, &cells) {
        (Some(_), Some(CellsOfUnits::These(_))) => {
            reader.fault(&cells_path, "a list of units stands here and in `units`: one is enough");
            return None;
        }
        (None, Some(CellsOfUnits::These(ids))) => {
            let mut distinct = ids.clone();
            distinct.sort_unstable();
            distinct.dedup();
            Units::Ids(distinct)
        }
        (None, _) => Units::All,
        (Some((_, units)), _) => units?,
    };
    let population = population.map_or(Some(None), |part| part.map(Some))?;
    Some(Item { path: path.into(), population, file: file?, from_population, units, from_s, to_s, cells })
}

fn text(fields: &mut Fields<'_, '_>, key: &str) -> Option<String> {
    let path = fields.path_of(key);
    fields.get(key).and_then(|node| fields.reader.string(node, &path)).map(str::to_owned)
}

fn units(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Units> {
    match &node.value {
        Value::String(text) => Some(Units::parse(text)),
        _ => reader.wholes(node, path).map(Units::Ids),
    }
}

fn cells_of_units(reader: &Reader<'_>, node: &Node, path: &str) -> Option<CellsOfUnits> {
    match &node.value {
        Value::String(_) => {
            let index = reader.word(node, path, CELLS_OF_UNITS)?;
            Some(if CELLS_OF_UNITS[index] == "by_id" { CellsOfUnits::ById } else { CellsOfUnits::InOrder })
        }
        _ => reader.wholes(node, path).map(CellsOfUnits::These),
    }
}

/// The populations that one item makes replay.
fn replay(
    reader: &Reader<'_>,
    item: &Item<'_>,
    file: &Path,
    populations: &[PopulationSpec],
    run: Run,
) -> Vec<Replayed> {
    let refused = |error: neuropil_record::Error| {
        let at = match error {
            neuropil_record::Error::Selection { .. } => "units",
            neuropil_record::Error::Request { .. } => "",
            _ => "file",
        };
        reader.fault(&if at.is_empty() { item.path.clone() } else { join(&item.path, at) }, error.to_string());
    };
    let opened = TrainFile::open(file).and_then(|trains| Ok((trains.populations()?, trains)));
    let (known, trains) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            refused(error);
            return Vec::new();
        }
    };
    let mut all = Vec::new();
    for (population, from) in pairs(reader, item, &known, populations) {
        let own = &populations[population];
        let only = item.population.as_ref().and_then(|chosen| chosen.1.as_ref());
        let request = Request {
            population: (!from.is_empty()).then(|| from.clone()),
            units: item.units.clone(),
            span: Span::Window { from_s: item.from_s, to_s: item.to_s },
            needed_until_s: Some(item.from_s + run.duration_ms * 1e-3),
        };
        match trains.read(&request) {
            Ok(trains) => {
                let chooses_units = item.units != Units::All;
                let players = Players { path: &item.path, own, only, asked: item.cells.as_ref(), chooses_units };
                let Some(cells) = players.of(reader, &trains) else { continue };
                let (spikes, mut notes) = gridded(&own.name, &trains, &cells, run);
                notes.extend(players.silent(&cells));
                all.push(Replayed { population, only: only.cloned(), path: item.path.clone(), spikes, notes });
            }
            Err(error) => refused(error),
        }
    }
    all
}

/// Which population plays which of the file's.
fn pairs(
    reader: &Reader<'_>,
    item: &Item<'_>,
    known: &[String],
    populations: &[PopulationSpec],
) -> Vec<(usize, String)> {
    let place = |name: &str| populations.iter().position(|population| population.name == name);
    let listed = |names: &mut dyn Iterator<Item = &str>| {
        let names: Vec<String> = names.take(20).map(|name| format!("`{}`", brief(name))).collect();
        names.join(", ")
    };
    let theirs = || match known {
        [only] if only.is_empty() => "one population without a name".to_owned(),
        _ => listed(&mut known.iter().map(String::as_str)),
    };
    if let Some(from) = item.from_population.as_ref().filter(|from| !known.contains(from)) {
        let path = join(&item.path, "from_population");
        let hint = did_you_mean(from, known.iter().map(String::as_str));
        reader.fault(&path, format!("`{}` has {}, not `{}`{hint}", item.file, theirs(), brief(from)));
        return Vec::new();
    }
    let offered: Vec<&String> =
        known.iter().filter(|name| item.from_population.as_ref().is_none_or(|from| from == *name)).collect();
    if let Some((population, _)) = item.population {
        let name = &populations[population].name;
        let same = offered.iter().find(|from| **from == name);
        return match (same, offered.as_slice()) {
            (Some(from), _) | (None, [from]) => vec![(population, (*from).clone())],
            _ => {
                let fault = format!(
                    "`{}` has {}: choose one by `from_population` of this item (--replay {name}=FILE:POPULATION)",
                    item.file,
                    theirs()
                );
                reader.fault(&item.path, fault);
                Vec::new()
            }
        };
    }
    let same: Vec<(usize, String)> = offered.iter().filter_map(|from| Some((place(from)?, (*from).clone()))).collect();
    let is_source = |population: &&PopulationSpec| !matches!(population.kind, KindSpec::Neurons { .. });
    let sources: Vec<&PopulationSpec> = populations.iter().filter(is_source).collect();
    match (same.is_empty(), sources.as_slice(), offered.as_slice()) {
        (false, ..) => same,
        (true, [source], [from]) => {
            place(&source.name).map(|population| (population, (*from).clone())).into_iter().collect()
        }
        // What is wrong with the populations is told already.
        _ if !reader.is_sound() => Vec::new(),
        _ => {
            let ours = listed(&mut populations.iter().map(|population| population.name.as_str()));
            let fault = format!("`{}` has {}, the model has {ours}: say which by `population`", item.file, theirs());
            reader.fault(&item.path, fault);
            Vec::new()
        }
    }
}

/// The spikes on the grid of time, and what became of them.
fn gridded(name: &str, trains: &Trains, cells: &[Vec<u32>], run: Run) -> (Vec<(u64, u32)>, Vec<String>) {
    let clock = run.clock;
    let until = clock.nearest_step(run.duration_ms).unwrap_or(u64::MAX);
    let mut spikes = Vec::with_capacity(trains.times_ms.len());
    let (mut sent, mut rounded, mut furthest, mut early, mut late) = (0_u64, 0_u64, 0.0_f64, 0_u64, 0_u64);
    for (&time, &unit) in trains.times_ms.iter().zip(&trains.units) {
        let own = &cells[unit as usize];
        match clock.nearest_step(time) {
            Ok(0) => early += 1,
            Ok(step) => {
                if step <= until {
                    let moved = (clock.time_ms(step) - time).abs();
                    rounded += u64::from(moved > 1e-6 * clock.dt_ms());
                    furthest = furthest.max(moved);
                    sent += own.len() as u64;
                } else {
                    late += 1;
                }
                // Later ones too: a run may be continued beyond its end.
                spikes.extend(own.iter().map(|&cell| (step, cell)));
            }
            Err(_) => late += 1,
        }
    }
    let mut told = vec![format!(
        "replay: `{name}` sends {sent} spikes of {} units of {} ({})",
        trains.unit_ids.len(),
        trains.path.display(),
        trains.format.name()
    )];
    let mut count = |number: u64, what: String| {
        if number > 0 {
            told.push(format!("{number} {what}"));
        }
    };
    count(rounded, format!("rounded to the nearest step (by at most {furthest:.3} ms)"));
    count(early, "dropped, which round to step 0".to_owned());
    count(late, "after the end of the run".to_owned());
    let mut notes = vec![told.join("; ")];
    notes.extend(caveats(trains, name).into_iter().map(|caveat| format!("replay: {caveat}")));
    (spikes, notes)
}
