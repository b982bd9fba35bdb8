//! Trials from the tables of a file.

use super::{Said, Trials, derivatives};
use crate::{Setup, TrainError};
use neuropil_engine::trial::{Answer, GROUP_TRIALS, Target, TrialError};
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::form::emissions;
use neuropil_plasticity::loss::Judged;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Credit, Error, Matrix, Plane, Tape};
use neuropil_record::Table;

impl Trials {
    /// Reads the tables of a file of a task.
    ///
    /// # Errors
    /// Tables that are missing, of another shape, or not finite.
    pub fn read(setup: &Setup, seed: u64, tables: &[Table], file: &str) -> Result<Self, TrainError> {
        let reader = Tables { tables, file };
        let mut learner = setup.start(seed)?.learner;
        let updates = if reader.has("state/updates") { reader.whole("state/updates")? } else { 0 };
        let updates = u32::try_from(updates).unwrap_or(u32::MAX);
        learner.type_id = setup.labels(seed, updates);
        let (cells, inputs, outputs) = (learner.cells(), learner.inputs(), learner.readout.outputs());
        let classes = Classes::new(&learner).size.len();
        let trials = reader.get("z")?.shape.first().copied().unwrap_or(0);
        let steps = setup.task.shape().steps;
        if trials == 0 {
            return Err(reader.other("z", "no trials".into(), "at least one".into()));
        }
        for (name, matrix) in [
            ("weights/w_in", &mut learner.w_in),
            ("weights/w_rec", &mut learner.w_rec),
            ("weights/w_out", &mut learner.readout.w_out),
        ] {
            let shape = [matrix.rows(), matrix.columns()];
            let values = reader.values(name, &shape)?;
            *matrix =
                Matrix::new("weights", shape[0], shape[1], values.to_vec()).map_err(|fault| refused(setup, fault))?;
        }
        let mask = match reader.has("weights/mask") {
            true => reader.values("weights/mask", &[cells, cells])?.to_vec(),
            false => learner.w_rec.values().iter().map(|weight| f64::from(u8::from(*weight != 0.0))).collect(),
        };
        learner.mask = Some(Matrix::new("mask", cells, cells, mask).map_err(|fault| refused(setup, fault))?);
        learner.readout.b = reader.values("weights/b_out", &[outputs])?.to_vec();
        learner.check().map_err(|fault| refused(setup, fault))?;
        let planes = |name: &str, shape: &[usize]| -> Result<Vec<Plane>, TrainError> {
            let all: Vec<usize> = [trials, steps].iter().chain(shape).copied().collect();
            let (values, channels) = (reader.values(name, &all)?, shape.iter().product::<usize>());
            let group = |first: usize| {
                let at = |step, channel, trial| values[((first + trial) * steps + step) * channels + channel];
                Plane::from_fn(steps, channels, GROUP_TRIALS.min(trials - first), at)
            };
            Ok((0..trials).step_by(GROUP_TRIALS).map(group).collect())
        };
        let regulariser = match reader.has("regulariser") {
            true if reader.get("regulariser")?.values.is_empty() => Vec::new(),
            true if reader.get("regulariser")?.shape.len() == 2 => {
                reader.values("regulariser", &[trials, cells])?.to_vec()
            }
            true => reader.values("regulariser", &[cells])?.repeat(trials),
            false => Vec::new(),
        };
        // Of one group: `[cell][trial]`.
        let regulariser_of = |group: usize, trials: usize| -> Vec<f64> {
            let first = group * GROUP_TRIALS;
            let at = |cell: usize, trial: usize| regulariser.get((first + trial) * cells + cell).copied();
            (0..cells).flat_map(|cell| (0..trials).filter_map(move |trial| at(cell, trial))).collect()
        };
        let tapes = planes("x", &[inputs])?.into_iter().zip(planes("z", &[cells])?);
        let records = derivatives::read(&learner, trials.div_ceil(GROUP_TRIALS), |numbers| {
            planes(derivatives::NAME, &[numbers, cells])
        })?;
        let (carried, hold_back) = match reader.has("modulators/m") {
            true => (planes("modulators/m", &[classes, cells])?, reader.whole("modulators/hold_back")?),
            false => (Vec::new(), 0),
        };
        let carrier = match reader.has("modulators/carrier") {
            true => Some(carrier_of(&reader)?),
            false => None,
        };
        let mu = if reader.has("state/mu") { reader.get("state/mu")?.values.clone() } else { Vec::new() };
        if ![0, learner.types()].contains(&mu.len()) {
            return Err(reader.other("state/mu", format!("{} values", mu.len()), format!("{} types", learner.types())));
        }
        let is_asked = reader.has("labels") || reader.has("targets");
        let said = match reader.has("y") && (is_asked || !reader.has("err")) {
            true => {
                let targets: Vec<Target> = match setup.task.shape().answer {
                    Answer::Class => labels(&reader, outputs, trials)?,
                    Answer::ClassEachStep => planes("targets", &[outputs])?.into_iter().map(Target::Classes).collect(),
                    Answer::Values => planes("targets", &[outputs])?.into_iter().map(Target::Values).collect(),
                };
                planes("y", &[outputs])?.into_iter().zip(targets).map(|(y, target)| Said { y, target }).collect()
            }
            false => Vec::new(),
        };
        let judged = judged(setup, &said, trials)?;
        let errors = match (reader.has("err"), said.is_empty()) {
            (false, false) => judged.iter().map(|own| own.err.clone()).collect(),
            (false, true) => {
                let expected = "a dataset; or `y` and what was asked, `labels` or `targets`";
                return Err(reader.other("err", "nothing".into(), expected.into()));
            }
            _ => planes("err", &[outputs])?,
        };
        let psi = planes("psi", &[cells])?;
        let slopes = match reader.has("state/slopes") {
            true => reader.values("state/slopes", &[cells])?.to_vec(),
            false => {
                let of = |plane: &Plane, cell| (0..steps).map(|t| plane.row(t, cell).iter().sum::<f64>()).sum::<f64>();
                let sum = |cell| psi.iter().map(|plane| of(plane, cell)).sum::<f64>();
                (0..cells).map(|cell| sum(cell) / (trials * steps) as f64).collect()
            }
        };
        let mut read = Self {
            slopes,
            seed,
            updates,
            mu,
            tapes: tapes
                .zip(psi)
                .zip(records)
                .map(|(((x, z), psi), records)| Tape { x: x.into(), z, psi, clamped: None, records })
                .collect(),
            credits: errors
                .into_iter()
                .enumerate()
                .map(|(group, err)| Credit {
                    regulariser: regulariser_of(group, err.trials()),
                    asked: judged.get(group).map(|own| own.asked.clone()),
                    err,
                })
                .collect(),
            said,
            emitted: Vec::new(),
            arrived: carried,
            hold_back,
            carrier,
            learner,
        };
        read.emitted = match reader.has("emission") {
            true => planes("emission", &[cells])?,
            false => read.emissions(setup).map_err(|fault| refused(setup, fault))?,
        };
        Ok(read)
    }

    /// What cells emit where a file does not say it.
    fn emissions(&self, setup: &Setup) -> Result<Vec<Plane>, Error> {
        let modprop = rule("modprop_type")?;
        let learner = self.prepared(setup, modprop)?;
        self.tapes.iter().zip(&self.credits).map(|pair| emissions(modprop, &learner, pair)).collect()
    }
}

/// What has brought the modulators.
fn carrier_of(reader: &Tables<'_>) -> Result<CarrierKind, TrainError> {
    let number = reader.whole("modulators/carrier")?;
    let expected = || format!("a number of {}, from 0", CarrierKind::NAMES.join(", "));
    let known = CarrierKind::ALL.get(number).copied();
    known.ok_or_else(|| reader.other("modulators/carrier", number.to_string(), expected()))
}

/// The classes of each group, from 0 to below `outputs`.
fn labels(reader: &Tables<'_>, outputs: usize, trials: usize) -> Result<Vec<Target>, TrainError> {
    let label = |value: &f64| (0..outputs).find(|label| *label as f64 == *value);
    let values = reader.values("labels", &[trials])?;
    let labels: Vec<usize> = values.iter().map_while(label).collect();
    match values.get(labels.len()) {
        Some(found) => {
            let expected = format!("a class from 0 to {}", outputs - 1);
            Err(reader.other("labels", format!("{found} of trial {}", labels.len()), expected))
        }
        None => Ok(labels.chunks(GROUP_TRIALS).map(|own| Target::Labels(own.to_vec())).collect()),
    }
}

/// What the loss of the task says of each group.
fn judged(setup: &Setup, said: &[Said], trials: usize) -> Result<Vec<Judged>, TrainError> {
    let weights = setup.objective().weights;
    let refused = |reason| TrainError::Refused { file: setup.file.clone(), reason };
    said.iter().map(|own| own.target.judge(&own.y, &weights, trials).map_err(refused)).collect()
}

fn refused(setup: &Setup, fault: Error) -> TrainError {
    TrainError::Refused { file: setup.file.clone(), reason: TrialError::Plasticity(fault) }
}

/// Tables of a file by name.
struct Tables<'t> {
    tables: &'t [Table],
    file: &'t str,
}

impl Tables<'_> {
    fn other(&self, name: &str, found: String, expected: String) -> TrainError {
        TrainError::Other { what: format!("`{}`: {name}", self.file), found, expected }
    }

    fn has(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table.object == name)
    }

    fn get(&self, name: &str) -> Result<&Table, TrainError> {
        let found = self.tables.iter().find(|table| table.object == name);
        found.ok_or_else(|| self.other(name, "nothing".into(), "a dataset".into()))
    }

    fn values(&self, name: &str, shape: &[usize]) -> Result<&[f64], TrainError> {
        let table = self.get(name)?;
        if table.shape != shape {
            return Err(self.other(name, format!("shape {:?}", table.shape), format!("{shape:?}")));
        }
        match table.values.iter().position(|value| !value.is_finite()) {
            Some(place) => {
                Err(self.other(name, format!("value {place} is {}", table.values[place]), "finite numbers".into()))
            }
            None => Ok(&table.values),
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    fn whole(&self, name: &str) -> Result<usize, TrainError> {
        let value = self.values(name, &[1])?[0];
        match value.fract() == 0.0 && (0.0..1e9).contains(&value) {
            true => Ok(value as usize),
            false => Err(self.other(name, value.to_string(), "a whole number".into())),
        }
    }
}
