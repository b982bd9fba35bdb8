//! The stages of one update, each from a file to the next: trials, modulators at the cells, gradients.
//!
//! [`Trials`] is what a batch of a task leaves: inputs, outputs, slopes, errors, emissions, with the weights of its time. A
//! carrier adds the modulators; rules make gradients of all. The numbers are those of [`Trainer`] for the same update, bit
//! for bit.

use crate::mu::Mu;
use crate::{Setup, TrainError, Trainer};
use neuropil_engine::carrier::Chemical;
use neuropil_engine::trial::{LANES, TrialError};
use neuropil_plasticity::form::{credited, emissions};
use neuropil_plasticity::rule::{Carriage, rule};
use neuropil_plasticity::taps::Taps;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Credit, Error, Form, Gradient, Learner, Matrix, Plane, Rule, Tape, gradient};
use neuropil_record::Table;

/// Lags of the taps that [`Trials::taps`] compares.
const LAGS: usize = 100;

/// A batch of trials between two stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Trials {
    /// The seed of weights, trials and positions.
    pub seed: u64,
    /// Updates made before.
    pub updates: u32,
    /// The network of that time, without μ.
    pub learner: Learner,
    /// μ before the batch and its cap; empty where the batch gives the first.
    mu: Vec<f64>,
    /// Mean of ψ over trials and steps, a cell.
    slopes: Vec<f64>,
    tapes: Vec<Tape>,
    credits: Vec<Credit>,
    /// a, one plane a group.
    emitted: Vec<Plane>,
    /// M of each group, and ℓ; empty before a carrier was there.
    arrived: Vec<Plane>,
    hold_back: usize,
}

impl Trainer<'_> {
    /// The trials of the next update, with the weights as they are now.
    ///
    /// # Errors
    /// As [`Trainer::draw`].
    pub fn next_trials(&self) -> Result<Trials, TrainError> {
        let outcome = self.draw()?.outcome;
        let emitting = rule("modprop_type").map_err(|fault| self.failed(fault.into()))?;
        let mut learner = self.learner().clone();
        let mut prepared = self.mu.clone();
        prepared.prepare(emitting, &mut learner, &outcome.slopes).map_err(|fault| self.failed(fault.into()))?;
        let pairs = outcome.tapes.iter().zip(&outcome.credits);
        let emitted = pairs.map(|pair| emissions(emitting, &learner, pair)).collect::<Result<Vec<_>, Error>>();
        learner.mu.clear();
        Ok(Trials {
            seed: self.seed(),
            updates: self.updates,
            learner,
            mu: self.mu.values().to_vec(),
            emitted: emitted.map_err(|fault| self.failed(fault.into()))?,
            slopes: outcome.slopes,
            tapes: outcome.tapes,
            credits: outcome.credits,
            arrived: Vec::new(),
            hold_back: 0,
        })
    }
}

impl Trials {
    /// Number of trials.
    pub fn count(&self) -> usize {
        self.tapes.iter().map(Tape::lanes).sum()
    }

    /// Steps of a trial.
    pub fn steps(&self) -> usize {
        self.tapes.first().map_or(0, Tape::steps)
    }

    /// Whether modulators have been brought.
    pub fn is_carried(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// The network with the μ that a rule takes in this update.
    fn prepared(&self, setup: &Setup, rule: &Rule) -> Result<Learner, Error> {
        let mut learner = self.learner.clone();
        let saved = (!self.mu.is_empty()).then(|| self.mu.clone());
        Mu::new(setup.settings.mu, learner.types(), saved).prepare(rule, &mut learner, &self.slopes)?;
        Ok(learner)
    }

    /// Has the emissions carried.
    ///
    /// # Errors
    /// What the carrier refuses.
    pub fn carry(&mut self, carrier: &dyn Carrier) -> Result<(), Error> {
        let classes = Classes::new(&self.learner);
        self.arrived = self.emitted.iter().map(|own| carrier.carry(own, &classes)).collect::<Result<_, _>>()?;
        self.hold_back = carrier.hold_back();
        Ok(())
    }

    /// The gradient of a rule, over all groups in their order.
    ///
    /// # Errors
    /// What the rule refuses; a carried rule before modulators have been brought.
    pub fn gradient(&self, setup: &Setup, rule: &Rule) -> Result<Gradient, Error> {
        let learner = self.prepared(setup, rule)?;
        if rule.carriage != Carriage::AtOnce && self.arrived.is_empty() {
            return Err(Error::Missing { rule: rule.name, what: "modulators: `neuropil diffuse` makes them" });
        }
        let mut sum = Gradient::zeros(&learner);
        for (group, (tape, credit)) in self.tapes.iter().zip(&self.credits).enumerate() {
            let own = match rule.carriage {
                Carriage::AtOnce => gradient(Form::Adjoint, rule, &learner, tape, credit)?,
                _ => {
                    let arrived = (self.arrived[group].clone(), self.hold_back);
                    credited(Form::Adjoint, rule, &learner, (tape, credit), arrived)?
                }
            };
            sum.add(&own);
        }
        Ok(sum)
    }

    /// What a carrier does to the taps of ModProp, and where: `taps/lag`, `taps/ideal` and `taps/effective`, the mean over
    /// the cells of a type, `[lag][class][type]`; `gain`, `[class][cell]`, of a steady emission; `positions`.
    ///
    /// # Errors
    /// What the carrier refuses.
    pub fn taps(&self, setup: &Setup, carrier: &Chemical) -> Result<Vec<Table>, Error> {
        let modprop = rule("modprop_type")?;
        let learner = self.prepared(setup, modprop)?;
        let classes = Classes::new(&learner);
        let (count, types, cells, s) = (classes.size.len(), learner.types(), learner.cells(), carrier.plan().steps);
        let taps = Taps::new(&learner, LAGS)?;
        // One lane a class: a unit in all, over a field step.
        let pulse = |class: usize| 1.0 / (classes.size[class] * s as f64);
        let emitted = Plane::from_fn(3 * LAGS, cells, count, |step, cell, lane| {
            if step < s && classes.of_cell[cell] == lane { pulse(lane) } else { 0.0 }
        });
        let arrived = carrier.carry(&emitted, &classes)?;
        let lags: Vec<isize> = (1 - LAGS.cast_signed()..=LAGS.cast_signed()).collect();
        let tap = |lag: isize, r: usize, b: usize| match usize::try_from(lag) {
            Ok(lag) if (1..=LAGS).contains(&lag) => taps.at(lag, r, b),
            _ => 0.0,
        };
        let (mut ideal, mut effective) = (Vec::new(), Vec::new());
        for lag in &lags {
            for r in 0..count {
                for b in 0..types {
                    ideal.push(tap(*lag, r, b));
                    let own: Vec<usize> = (0..cells).filter(|cell| learner.type_id[*cell] == b).collect();
                    let mut sum = 0.0;
                    for step in 0..arrived.steps() {
                        let level: f64 = own.iter().map(|cell| arrived.at(step, r * cells + cell, r)).sum();
                        for phase in 0..s {
                            let late = step.cast_signed() - phase.cast_signed() - carrier.hold_back().cast_signed();
                            sum += level * tap(lag + late, r, b);
                        }
                    }
                    effective.push(sum / (own.len() * s) as f64);
                }
            }
        }
        let table =
            |object: &str, shape: &[usize], values| Table { object: object.into(), shape: shape.to_vec(), values };
        #[expect(clippy::cast_precision_loss, reason = "few lags")]
        let numbers = lags.iter().map(|lag| *lag as f64).collect();
        let gain = (0..count).flat_map(|class| carrier.steady_gain(&classes, class)).collect();
        Ok(vec![
            table("taps/lag", &[lags.len()], numbers),
            table("taps/ideal", &[lags.len(), count, types], ideal),
            table("taps/effective", &[lags.len(), count, types], effective),
            table("gain", &[count, cells], gain),
            table("positions", &[cells, 3], carrier.plan().positions.iter().flatten().copied().collect()),
        ])
    }

    /// The tables of a file, trials first.
    pub fn tables(&self) -> Vec<Table> {
        let learner = &self.learner;
        let classes = Classes::new(learner);
        let mut tables = Vec::new();
        let mut put = |object: &str, shape: &[usize], values: Vec<f64>| {
            tables.push(Table { object: object.into(), shape: shape.to_vec(), values });
        };
        let plane = |planes: &[&Plane]| {
            let (steps, channels) = (planes[0].steps(), planes[0].channels());
            let lanes = planes.iter().flat_map(|own| (0..own.lanes()).map(move |lane| (own, lane)));
            let values = lanes.flat_map(|(own, lane)| {
                (0..steps).flat_map(move |step| (0..channels).map(move |channel| own.at(step, channel, lane)))
            });
            ([self.count(), steps, channels], values.collect::<Vec<f64>>())
        };
        let of = |get: fn(&Tape) -> &Plane| plane(&self.tapes.iter().map(get).collect::<Vec<_>>());
        for (name, (shape, values)) in [
            ("x", of(|own| &own.x)),
            ("z", of(|own| &own.z)),
            ("psi", of(|own| &own.psi)),
            ("err", plane(&self.credits.iter().map(|own| &own.err).collect::<Vec<_>>())),
            ("emission", plane(&self.emitted.iter().collect::<Vec<_>>())),
        ] {
            put(name, &shape, values);
        }
        if let Some(first) = self.credits.first() {
            put("regulariser", &[first.regulariser.len()], first.regulariser.clone());
        }
        if !self.arrived.is_empty() {
            let ([trials, steps, _], values) = plane(&self.arrived.iter().collect::<Vec<_>>());
            put("modulators/m", &[trials, steps, classes.size.len(), learner.cells()], values);
            put("modulators/hold_back", &[1], vec![self.hold_back as f64]);
        }
        for (name, matrix) in [("w_in", &learner.w_in), ("w_rec", &learner.w_rec), ("w_out", &learner.readout.w_out)] {
            put(&format!("weights/{name}"), &[matrix.rows(), matrix.columns()], matrix.values().to_vec());
        }
        put("weights/b_out", &[learner.readout.b.len()], learner.readout.b.clone());
        if let Some(mask) = &learner.mask {
            put("weights/mask", &[mask.rows(), mask.columns()], mask.values().to_vec());
        }
        let numbers = |values: &[usize]| values.iter().map(|value| *value as f64).collect::<Vec<f64>>();
        put("types/class_id", &[learner.cells()], numbers(&classes.of_cell));
        put("types/class_type", &[classes.type_of.len()], numbers(&classes.type_of));
        put("state/mu", &[self.mu.len()], self.mu.clone());
        put("state/slopes", &[self.slopes.len()], self.slopes.clone());
        put("state/updates", &[1], vec![f64::from(self.updates)]);
        tables
    }

    /// Reads the tables of a file of a task.
    ///
    /// # Errors
    /// Tables that are missing, of another shape, or not finite.
    pub fn read(setup: &Setup, seed: u64, tables: &[Table], file: &str) -> Result<Self, TrainError> {
        let reader = Tables { tables, file };
        let mut learner = setup.start(seed)?.learner;
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
                let at = |step, channel, lane| values[((first + lane) * steps + step) * channels + channel];
                Plane::from_fn(steps, channels, LANES.min(trials - first), at)
            };
            Ok((0..trials).step_by(LANES).map(group).collect())
        };
        let regulariser = match reader.has("regulariser") {
            true if reader.get("regulariser")?.values.is_empty() => Vec::new(),
            true => reader.values("regulariser", &[cells])?.to_vec(),
            false => Vec::new(),
        };
        let tapes = planes("x", &[inputs])?.into_iter().zip(planes("z", &[cells])?);
        let (carried, hold_back) = match reader.has("modulators/m") {
            true => (planes("modulators/m", &[classes, cells])?, reader.whole("modulators/hold_back")?),
            false => (Vec::new(), 0),
        };
        let mu = if reader.has("state/mu") { reader.get("state/mu")?.values.clone() } else { Vec::new() };
        if ![0, learner.types()].contains(&mu.len()) {
            return Err(reader.other("state/mu", format!("{} values", mu.len()), format!("{} types", learner.types())));
        }
        let updates = if reader.has("state/updates") { reader.whole("state/updates")? } else { 0 };
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
            updates: u32::try_from(updates).unwrap_or(u32::MAX),
            mu,
            tapes: tapes.zip(psi).map(|((x, z), psi)| Tape { x: x.into(), z, psi, clamped: None }).collect(),
            credits: planes("err", &[outputs])?
                .into_iter()
                .map(|err| Credit { err, regulariser: regulariser.clone() })
                .collect(),
            emitted: Vec::new(),
            arrived: carried,
            hold_back,
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
