//! The stages of one update, each from a file to the next: trials, modulators at the cells, gradients.
//!
//! [`Trials`] is what a batch of a task leaves: inputs, outputs, slopes, errors, emissions, with the weights of its time. A
//! carrier adds the modulators; rules make gradients of all. The numbers are those of [`Trainer`] for the same update, bit
//! for bit.

mod derivatives;
mod read;

use crate::mu::Mu;
use crate::{Setup, TrainError, Trainer};
use neuropil_engine::carrier::Chemical;
use neuropil_engine::trial::Target;
use neuropil_plasticity::carrier::{CarrierKind, Signal, TrialNumbers};
use neuropil_plasticity::cell::means::{Means, has_means};
use neuropil_plasticity::form::{credited, emissions};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::taps::Taps;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Credit, Error, Form, Gradient, Learner, Plane, Rule, Tape, gradient};
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
    /// Of each group, where it is known.
    said: Vec<Said>,
    /// a, one plane a group.
    emitted: Vec<Plane>,
    /// M of each group, and ℓ; empty before a carrier was there.
    arrived: Vec<Plane>,
    hold_back: usize,
    /// What has brought them; `None` where a file does not say it.
    carrier: Option<CarrierKind>,
}

/// What the readout of a group said, and what it should have.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    y: Plane,
    target: Target,
}

impl Trainer<'_> {
    /// The trials of the next update, with the weights as they are now.
    ///
    /// # Errors
    /// As [`Trainer::draw`].
    pub fn next_trials(&self) -> Result<Trials, TrainError> {
        let (batch, labels) = self.trials();
        let outcome = self.drawn(&batch, labels)?.outcome;
        let said = |(y, target): (&Plane, &Target)| Said { y: y.clone(), target: target.clone() };
        let said = outcome.readouts.iter().zip(batch.targets()).map(said).collect();
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
            said,
            arrived: Vec::new(),
            hold_back: 0,
            carrier: None,
        })
    }
}

impl Trials {
    /// Number of trials.
    pub fn count(&self) -> usize {
        self.tapes.iter().map(Tape::trials).sum()
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
        learner.rules.controls = setup.controls(self.seed, self.updates);
        if rule.needs_mu() && has_means(&learner) {
            let mut means = Means::default();
            self.tapes.iter().for_each(|tape| means.add(&Means::of(&learner, tape)));
            means.give(&mut learner)?;
        }
        let saved = (!self.mu.is_empty()).then(|| self.mu.clone());
        Mu::new(setup.settings.mu.clone(), learner.types(), saved).prepare(rule, &mut learner, &self.slopes)?;
        Ok(learner)
    }

    /// Has the emissions carried.
    ///
    /// # Errors
    /// What the carrier refuses.
    pub fn carry(&mut self, carrier: &dyn Carrier) -> Result<(), Error> {
        let classes = Classes::new(&self.learner);
        let update = self.updates;
        let mut first = 0;
        let carry = |own: &Plane| {
            let trials = TrialNumbers { update, first, step: 0 };
            first += own.trials();
            carrier.carry(Signal::Emission, own, &classes, trials)
        };
        self.arrived = self.emitted.iter().map(carry).collect::<Result<_, _>>()?;
        self.hold_back = carrier.hold_back();
        self.carrier = CarrierKind::named(carrier.name());
        Ok(())
    }

    /// The gradient of a rule, over all groups in their order.
    ///
    /// # Errors
    /// What the rule refuses; a carried rule before modulators have been brought.
    pub fn gradient(&self, setup: &Setup, rule: &Rule) -> Result<Gradient, Error> {
        let learner = self.prepared(setup, rule)?;
        let learner = match setup.returning(self.seed, &learner) {
            Some(w_rec) => Learner { w_rec, ..learner },
            None => learner,
        };
        if rule.carrier != CarrierKind::Ideal && rule.signal() == Ok(Signal::Learning) {
            let what =
                "learning signals that were brought, and trials have emissions: use `neuropil train` or `compare`";
            return Err(Error::Missing { rule: rule.name, what });
        }
        if rule.carrier != CarrierKind::Ideal && self.arrived.is_empty() {
            return Err(Error::Missing { rule: rule.name, what: "modulators: `neuropil trials diffuse` makes them" });
        }
        if let Some(carrier) = self.carrier.filter(|own| rule.carrier != CarrierKind::Ideal && *own != rule.carrier) {
            let what = match carrier {
                CarrierKind::Kernel => "modulators of its carrier, and these were brought by `kernel`",
                _ => "modulators of its carrier, and these were brought by `field`",
            };
            return Err(Error::Missing { rule: rule.name, what });
        }
        let mut sum = Gradient::zeros(&learner);
        for (group, (tape, credit)) in self.tapes.iter().zip(&self.credits).enumerate() {
            let own = match rule.carrier {
                CarrierKind::Ideal => gradient(Form::Adjoint, rule, &learner, tape, credit)?,
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
        // One trial a class: a unit in all, over a field step.
        let pulse = |class: usize| 1.0 / (classes.size[class] * s as f64);
        let emitted = Plane::from_fn(3 * LAGS, cells, count, |step, cell, trial| {
            if step < s && classes.of_cell[cell] == trial { pulse(trial) } else { 0.0 }
        });
        let arrived = carrier.carry(Signal::Emission, &emitted, &classes, TrialNumbers::default())?;
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
            let each = planes.iter().flat_map(|own| (0..own.trials()).map(move |trial| (own, trial)));
            let values = each.flat_map(|(own, trial)| {
                (0..steps).flat_map(move |step| (0..channels).map(move |channel| own.at(step, channel, trial)))
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
        let derivatives: Option<Vec<&Plane>> = self.tapes.iter().map(derivatives::of).collect();
        if let Some(own) = derivatives.filter(|own| !own.is_empty()) {
            let ([trials, steps, channels], values) = plane(&own);
            put(derivatives::NAME, &[trials, steps, channels / learner.cells(), learner.cells()], values);
        }
        if !self.said.is_empty() {
            let (shape, values) = plane(&self.said.iter().map(|own| &own.y).collect::<Vec<_>>());
            put("y", &shape, values);
            let (mut labels, mut values) = (Vec::new(), Vec::new());
            for own in &self.said {
                match &own.target {
                    Target::Labels(own) => labels.extend(own.iter().map(|label| *label as f64)),
                    Target::Values(own) | Target::Classes(own) => values.push(own),
                }
            }
            match values.is_empty() {
                true => put("labels", &[labels.len()], labels),
                false => {
                    let (shape, values) = plane(&values);
                    put("targets", &shape, values);
                }
            }
        }
        let cells = learner.cells();
        let each = self.credits.iter().flat_map(|own| (0..own.err.trials()).map(|trial| own.regulariser_in(trial)));
        let rows: Vec<Vec<f64>> = each.collect();
        match rows.iter().all(|row| row == &rows[0]) {
            true => {
                put("regulariser", &[rows.first().map_or(0, Vec::len)], rows.into_iter().next().unwrap_or_default())
            }
            false => put("regulariser", &[rows.len(), cells], rows.concat()),
        }
        if !self.arrived.is_empty() {
            let ([trials, steps, _], values) = plane(&self.arrived.iter().collect::<Vec<_>>());
            put("modulators/m", &[trials, steps, classes.size.len(), learner.cells()], values);
            put("modulators/hold_back", &[1], vec![self.hold_back as f64]);
            if let Some(carrier) = self.carrier {
                put("modulators/carrier", &[1], vec![carrier as usize as f64]);
            }
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
}
