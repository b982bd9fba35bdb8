//! Files of training runs: a task and, of each run, tables of f64 by name.

use crate::h5::attribute::{put_text, unicode};
use crate::h5::destination::Destination;
use crate::training::gradient_file::{Table, check, put_tables};
use crate::training::task_data_file::kept_data;
use crate::{Arrays, Error, layout};
use hdf5::types::VarLenUnicode;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The attribute of a run's group that says what function its rule is.
const SOURCE: &str = "source";

/// One training run: a rule and a seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingRun {
    /// Name of the rule.
    pub rule: String,
    /// The seed.
    pub seed: u64,
    /// What a sweep has changed in the task, as in `carrier.loss_per_ms=0.01`, with semicolons between; empty for nothing.
    pub point: String,
    /// Digest of the function that a rule of the caller's own is; empty for a rule of the library.
    pub source: String,
    /// Tables, named below the group of the run.
    pub tables: Vec<Table>,
}

impl TrainingRun {
    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.object == name)
    }

    /// The rule, and what a sweep has changed.
    pub fn label(&self) -> String {
        if self.point.is_empty() { self.rule.clone() } else { format!("{} {}", self.rule, self.point) }
    }

    /// Whether it is the run of the same rule, seed and point.
    pub fn is_same(&self, other: &TrainingRun) -> bool {
        (&self.rule, self.seed, &self.point) == (&other.rule, other.seed, &other.point)
    }

    /// Refuses a name of a rule that is no name of a group in a file.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`].
    pub fn check_name(name: &str) -> Result<(), Error> {
        if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
            let expected = "a name that is not empty, `.` or `..`, and has no `/`";
            return Err(Error::refused("runs of a rule", format!("the name \"{}\"", name.escape_debug()), expected));
        }
        Ok(())
    }

    fn group(&self) -> String {
        match self.point.as_str() {
            "" => format!("{}/{}/seed_{}", layout::RUNS, self.rule, self.seed),
            point => format!("{}/{point}/{}/seed_{}", layout::SWEEP, self.rule, self.seed),
        }
    }
}

/// What a file of training runs holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingFile {
    /// The task file, as JSON.
    pub task: String,
    /// The command line that made it.
    pub command: String,
    /// The version that wrote it, of a file that was read.
    pub version: String,
    /// The trials of a task of one's own: `inputs`, `labels` and others.
    pub data: Vec<Table>,
    /// The runs.
    pub runs: Vec<TrainingRun>,
}

impl TrainingFile {
    /// Refuses a name that is taken, unless it may be replaced. Writes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Io`], [`Error::Busy`]; [`Error::File`] for what is no regular file.
    pub fn claim(path: &Path, force: bool) -> Result<(), Error> {
        Destination::check(path, force).map(|_| ())
    }

    /// Whether a file is one of training runs.
    ///
    /// # Errors
    ///
    /// As [`Arrays::open`].
    pub fn is_one(path: &Path) -> Result<bool, Error> {
        Ok(Arrays::open(path)?.string_attr("/", "format")?.as_deref() == Some(layout::TRAINING_FORMAT))
    }

    /// Writes the file beside its name and renames it, over an older one: at any moment there is a whole one.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Write`]; [`Error::Refused`] where a shape does not fit its values, or the name of a rule is
    /// none of a group.
    pub fn save(&self, path: &Path) -> Result<PathBuf, Error> {
        self.runs.iter().try_for_each(|run| TrainingRun::check_name(&run.rule))?;
        let placed = |run: &TrainingRun| -> Vec<Table> {
            let group = run.group();
            let below = |table: &Table| Table { object: format!("{group}/{}", table.object), ..table.clone() };
            run.tables.iter().map(below).collect()
        };
        let tables: Vec<Table> = kept_data(&self.data).into_iter().chain(self.runs.iter().flat_map(placed)).collect();
        check(&tables)?;
        Destination::rewrite(path, |file, object| {
            put_text(file, "format", layout::TRAINING_FORMAT)?;
            put_text(file, "neuropil_version", env!("CARGO_PKG_VERSION"))?;
            put_text(file, "command", &self.command.replace('\0', " "))?;
            let task = file.new_dataset::<VarLenUnicode>().create(layout::TASK)?;
            task.write_scalar(&unicode(&self.task)?)?;
            put_tables(file, &tables, object)?;
            for run in self.runs.iter().filter(|run| !run.source.is_empty()) {
                object.clone_from(&run.group());
                let has_group = file.link_exists(object);
                let group = if has_group { file.group(object)? } else { file.create_group(object)? };
                put_text(&group, SOURCE, &run.source)?;
            }
            Ok(())
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// As [`Arrays`]; [`Error::WrongType`] for a file of another format.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let arrays = Arrays::open(path)?;
        let text = |name: &str| Ok::<_, Error>(arrays.string_attr("/", name)?.unwrap_or_default());
        let format = text("format")?;
        if format != layout::TRAINING_FORMAT {
            let found = if format.is_empty() { "without `format`".into() } else { format!("of format {format}") };
            return Err(arrays.source().wrong_type("/", &found, layout::TRAINING_FORMAT));
        }
        let mut file = Self {
            task: arrays.source().text(layout::TASK)?,
            command: text("command")?,
            version: text("neuropil_version")?,
            data: vec![],
            runs: vec![],
        };
        if arrays.has(layout::DATA) {
            file.data = read_tables(&arrays, layout::DATA)?;
        }
        if arrays.has(layout::RUNS) {
            read_runs(&arrays, layout::RUNS, "", &mut file.runs)?;
        }
        if arrays.has(layout::SWEEP) {
            for point in arrays.list(layout::SWEEP)? {
                read_runs(&arrays, &format!("{}/{point}", layout::SWEEP), &point, &mut file.runs)?;
            }
        }
        let key = |run: &TrainingRun| (run.point.clone(), run.rule.clone(), run.seed);
        file.runs.sort_by_key(key);
        Ok(file)
    }
}

fn read_runs(arrays: &Arrays, place: &str, point: &str, runs: &mut Vec<TrainingRun>) -> Result<(), Error> {
    for rule in arrays.list(place)? {
        for name in arrays.list(&format!("{place}/{rule}"))? {
            let group = format!("{place}/{rule}/{name}");
            let Some(seed) = name.strip_prefix("seed_").and_then(|seed| seed.parse().ok()) else {
                return Err(arrays.source().wrong_type(&group, "of another name", "seed_<number>"));
            };
            let tables = read_tables(arrays, &group)?;
            let source = arrays.string_attr(&group, SOURCE)?.unwrap_or_default();
            runs.push(TrainingRun { rule: rule.clone(), seed, point: point.into(), source, tables });
        }
    }
    Ok(())
}

/// The tables below a group, all that are there but the task. A group that is met twice, such as one that holds itself, is
/// refused: a file of ours has none, and a walk through it may have no end.
pub(crate) fn read_tables(arrays: &Arrays, group: &str) -> Result<Vec<Table>, Error> {
    let source = arrays.source();
    let mut tables = Vec::new();
    let mut seen = BTreeSet::from([source.identity(if group.is_empty() { "/" } else { group })?]);
    let mut open = vec![String::new()];
    while let Some(below) = open.pop() {
        let mut groups = Vec::new();
        for name in arrays.list(&format!("{group}/{below}"))? {
            let object = if below.is_empty() { name } else { format!("{below}/{name}") };
            let place = format!("{group}/{object}");
            if place == layout::TASK {
                continue;
            }
            if !source.is_group(&place) {
                let (shape, values) = arrays.f64(&place)?;
                tables.push(Table { object, shape, values });
            } else if seen.insert(source.identity(&place)?) {
                groups.push(object);
            } else {
                return Err(source.wrong_type(&place, "a second link to a group", "a group of its own"));
            }
        }
        open.extend(groups);
    }
    tables.sort_by(|one, other| one.object.split('/').cmp(other.object.split('/')));
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seeds beyond 2^53, empty tables and NaN come back; a file of gradients is refused by name.
    #[test]
    fn runs_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.h5");
        let table = |object: &str, values: &[f64]| Table {
            object: object.into(),
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        let run = |rule: &str, seed, point: &str| TrainingRun {
            rule: rule.into(),
            seed,
            point: point.into(),
            source: if rule == "eprop" { "python3.12:0123".into() } else { String::new() },
            tables: vec![table("evaluations/loss", &[0.5, 0.25]), table("state/none", &[])],
        };
        let task = "{\"description\": \"ü\"}".to_owned();
        let (command, version) = ("here".into(), env!("CARGO_PKG_VERSION").into());
        let runs = vec![run("bptt", u64::MAX, ""), run("eprop", 1, ""), run("eprop", 1, "carrier.box_um=[1, 2.5]")];
        let data = vec![Table { object: "inputs".into(), shape: vec![1, 2, 1], values: vec![0.0, 1.0] }];
        let file = TrainingFile { task, command, version, data, runs };
        file.save(&path).unwrap();
        file.save(&path).unwrap();
        assert_eq!(TrainingFile::read(&path).unwrap(), file);
        assert!(TrainingFile::is_one(&path).unwrap());
        let before = std::fs::read(&path).unwrap();
        for name in ["", ".", "..", "a/b", "a\0"] {
            let fault = TrainingFile { runs: vec![run(name, 1, "")], ..file.clone() }.save(&path).unwrap_err();
            assert!(fault.to_string().contains("has no `/`"), "{name}: {fault}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "what is refused leaves the file");
        let other = crate::GradientFile { tables: vec![], numbers: vec![], command: String::new() };
        let other = other.write(&folder.path().join("gradients.h5"), false).unwrap();
        let fault = TrainingFile::read(&other).unwrap_err().to_string();
        assert!(fault.contains("neuropil-gradients/1") && fault.contains("neuropil-training/1"), "{fault}");
    }
}
