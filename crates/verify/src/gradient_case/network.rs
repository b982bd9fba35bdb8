//! The arrays of a case: cells, weights, trials.

use super::CaseError;
use super::cells::{PerCell, rflo_cells, threshold_cells};
use super::settings::{Constants, Kind, Layout, LossKind, Settings, Window};
use neuropil_engine::trial::{Batch, Objective, Targets, TrialCells, TrialError};
use neuropil_network::neuron::NeuronModel;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Learner, Matrix, Readout, RuleSettings, loss};
use neuropil_record::Arrays;
use std::path::Path;

/// What is made of settings and arrays.
pub(super) struct Built {
    pub cells: TrialCells,
    pub learner: Learner,
    pub batches: Vec<Batch>,
    pub objective: Objective,
}

/// Settings, arrays, and where they are.
pub(super) struct Builder<'c> {
    pub settings: &'c Settings,
    pub arrays: &'c Arrays,
    pub path: &'c Path,
}

impl Builder<'_> {
    pub fn build(&self) -> Result<Built, CaseError> {
        let cells = self.cells()?;
        let learner = self.learner(&cells)?;
        let (batches, weights) = (self.batches()?, self.loss_weight()?);
        let objective = Objective { weights, regulariser: self.settings.regulariser };
        Ok(Built { cells, learner, batches, objective })
    }

    fn value(&self, object: &'static str, reason: impl Into<String>) -> CaseError {
        CaseError::Value { file: self.path.into(), object, reason: reason.into() }
    }

    fn failed(&self, reason: TrialError) -> CaseError {
        CaseError::Run { file: self.path.into(), reason }
    }

    fn matrix(&self, object: &'static str, rows: (&str, usize), columns: (&str, usize)) -> Result<Matrix, CaseError> {
        let values = self.arrays.numbers(object, &[rows, columns])?;
        Matrix::new(object, rows.1, columns.1, values).map_err(|reason| self.failed(reason.into()))
    }

    fn per_cell(&self, object: &str) -> Result<Vec<f64>, CaseError> {
        Ok(self.arrays.numbers(object, &[("N", self.settings.cells)])?)
    }

    fn cells(&self) -> Result<TrialCells, CaseError> {
        let model = match &self.settings.constants {
            Constants::Tau(tau) => rflo_cells(self.settings.cells, *tau),
            _ => threshold_cells(self.settings, &self.constants()?),
        };
        let model: Box<dyn NeuronModel<f64>> = model.map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            self.value("params", faults.join("; "))
        })?;
        let cells = TrialCells::new(vec![(model, self.settings.cells)], self.settings.pseudo_derivative);
        cells.map_err(|reason| self.failed(reason))
    }

    fn constants(&self) -> Result<PerCell, CaseError> {
        let Constants::Scalars { tau_m, vth, lif, adaptation } = self.settings.constants else {
            return self.constant_arrays();
        };
        let cells = self.settings.cells;
        if lif > cells || (adaptation.is_none() && lif != cells) {
            return Err(self.value("N", format!("found n_lif = {lif} of {cells} cells, and no others")));
        }
        let (tau_a, beta) = adaptation.unwrap_or((tau_m, 0.0));
        let (alpha, rho) = ((-1.0 / tau_m).exp(), (-1.0 / tau_a).exp());
        let g = if self.settings.one_minus_alpha { 1.0 - alpha } else { 1.0 };
        let ga = if self.settings.one_minus_rho { 1.0 - rho } else { 1.0 };
        Ok(PerCell {
            alpha: vec![alpha; cells],
            g: vec![g; cells],
            vth: vec![vth; cells],
            beta: (0..cells).map(|cell| if cell < lif { 0.0 } else { beta }).collect(),
            rho: vec![rho; cells],
            ga: vec![ga; cells],
        })
    }

    fn constant_arrays(&self) -> Result<PerCell, CaseError> {
        let decay = |object: &'static str| {
            let values = self.per_cell(object)?;
            match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
                Some(cell) => {
                    Err(self.value(object, format!("found {} for cell {cell}, must be in [0, 1]", values[cell])))
                }
                None => Ok(values),
            }
        };
        let beta = self.per_cell("params/beta")?;
        if let (Kind::Relu, Some(cell)) = (self.settings.kind, beta.iter().position(|beta| *beta != 0.0)) {
            let reason = format!("found {} for cell {cell}, must be 0: relu cells do not adapt", beta[cell]);
            return Err(self.value("params/beta", reason));
        }
        Ok(PerCell {
            alpha: decay("params/alpha")?,
            g: self.per_cell("params/g")?,
            vth: self.per_cell("params/vth")?,
            beta,
            rho: decay("params/rho")?,
            ga: self.per_cell("params/ga")?,
        })
    }

    fn learner(&self, cells: &TrialCells) -> Result<Learner, CaseError> {
        let settings = self.settings;
        let (n, inputs, outputs) = (("N", settings.cells), ("N_in", settings.inputs), ("K", settings.readouts));
        let published = settings.layout == Layout::PublishedRun;
        let b = if published { vec![0.0; outputs.1] } else { self.arrays.numbers("params/b_out", &[outputs])? };
        let w_out = self.matrix("params/W_out", outputs, n)?;
        let case = settings.layout == Layout::Case;
        let w_rec = self.matrix("params/W_rec", n, n)?;
        self.check_autapses(&w_rec)?;
        let learner = Learner {
            dynamics: cells.dynamics(settings.reset),
            type_id: if case { self.types()? } else { vec![0; n.1] },
            w_in: self.matrix("params/W_in", n, inputs)?,
            mask: if case { Some(self.mask(&w_rec)?) } else { None },
            sign: if case { self.signs(&w_rec)? } else { vec![0; n.1] },
            w_rec,
            receptors: None,
            delay: settings.delay,
            readout: Readout { w_out, b, kappa: settings.kappa, scale: settings.readout_scale },
            feedback: Some(self.matrix("params/B_random", n, outputs)?),
            mu: if case { self.arrays.numbers("types/mu", &[("C", settings.types)])? } else { Vec::new() },
            lags: settings.lags,
            damping: 1.0,
            cascade: None,
            rules: RuleSettings::default(),
            shape: TapShape::default(),
            autapses: settings.layout == Layout::Rflo,
        };
        learner.check().map_err(|reason| self.failed(reason.into()))?;
        Ok(learner)
    }

    fn types(&self) -> Result<Vec<usize>, CaseError> {
        let (n, types) = (("N", self.settings.cells), self.settings.types);
        let last = i64::try_from(types).unwrap_or(i64::MAX);
        let ids = self.arrays.wholes("params/type_id", &[n], 0..last, &format!("a type below C = {types}"))?;
        let ids: Vec<usize> = ids.into_iter().map(|id| usize::try_from(id).unwrap_or(0)).collect();
        match (0..types).find(|id| !ids.contains(id)) {
            Some(id) => {
                Err(self.value("params/type_id", format!("found no cell of type {id}, expected C = {types} types")))
            }
            None => Ok(ids),
        }
    }

    /// The sign of what each cell sends, which none of its weights opposes.
    fn signs(&self, weights: &Matrix) -> Result<Vec<i8>, CaseError> {
        let cells = self.settings.cells;
        let signs = self.arrays.wholes("params/sign", &[("N", cells)], -1..2, "1, -1 or 0")?;
        let signs: Vec<i8> = signs.into_iter().map(|sign| i8::try_from(sign).unwrap_or(0)).collect();
        let opposed = |index: &usize| weights.values()[*index] * f64::from(signs[index % cells]) < 0.0;
        match (0..cells * cells).find(opposed) {
            Some(index) => {
                let (post, pre, weight) = (index / cells, index % cells, weights.values()[index]);
                let (sign, side) = (signs[pre], if signs[pre] > 0 { ">= 0" } else { "<= 0" });
                let reason = format!("found {weight} at [{post}, {pre}], must be {side}: params/sign[{pre}] is {sign}");
                Err(self.value("params/W_rec", reason))
            }
            None => Ok(signs),
        }
    }

    /// A layout without mask has every synapse, in `published_run` but those of cells onto themselves.
    fn check_autapses(&self, weights: &Matrix) -> Result<(), CaseError> {
        let layout = self.settings.layout;
        if layout != Layout::Case && self.arrays.has("params/mask_rec") {
            let reason = format!("found in layout {}, expected none: only layout case has a mask", layout.name());
            return Err(self.value("params/mask_rec", reason));
        }
        let own = |cell: &usize| weights[(*cell, *cell)] != 0.0;
        match (0..self.settings.cells).find(own).filter(|_| layout == Layout::PublishedRun) {
            Some(cell) => {
                let weight = weights[(cell, cell)];
                let reason = format!("found {weight} at [{cell}, {cell}], must be 0: there are no autapses");
                Err(self.value("params/W_rec", reason))
            }
            None => Ok(()),
        }
    }

    /// The synapses that exist, without autapses; a weight elsewhere would be lost.
    fn mask(&self, weights: &Matrix) -> Result<Matrix, CaseError> {
        let n = ("N", self.settings.cells);
        let mask = self.arrays.wholes("params/mask_rec", &[n, n], 0..2, "1 or 0")?;
        let mask = Matrix::from_fn(n.1, n.1, |post, pre| if mask[post * n.1 + pre] == 1 { 1.0 } else { 0.0 });
        if let Some(cell) = (0..n.1).find(|cell| mask[(*cell, *cell)] != 0.0) {
            let reason = format!("found 1 at [{cell}, {cell}], must be 0: there are no autapses");
            return Err(self.value("params/mask_rec", reason));
        }
        let lost = |index: &usize| weights.values()[*index] != 0.0 && mask.values()[*index] == 0.0;
        match (0..n.1 * n.1).find(lost) {
            Some(index) => {
                let (post, pre, weight) = (index / n.1, index % n.1, weights.values()[index]);
                let reason = format!("found {weight} at [{post}, {pre}], where params/mask_rec has no synapse");
                Err(self.value("params/W_rec", reason))
            }
            None => Ok(mask),
        }
    }

    fn loss_weight(&self) -> Result<Vec<f64>, CaseError> {
        let steps = self.settings.steps;
        if self.settings.layout != Layout::PublishedRun {
            let weights = self.arrays.numbers("inputs/loss_weight", &[("T", steps)])?;
            return match weights.iter().position(|weight| *weight < 0.0) {
                Some(step) => {
                    Err(self.value("inputs/loss_weight", format!("found {} at [{step}], must be >= 0", weights[step])))
                }
                None => Ok(weights),
            };
        }
        Ok(match self.settings.window {
            Window::All => loss::all_steps(steps),
            Window::Last(last) => loss::last_steps(steps, last),
        })
    }

    fn batches(&self) -> Result<Vec<Batch>, CaseError> {
        let s = self.settings;
        let (trials, steps, inputs) = (("B", s.trials), ("T", s.steps), ("N_in", s.inputs));
        let published = s.layout == Layout::PublishedRun;
        let each = published && s.loss == LossKind::CrossEntropy;
        let count = if each { s.iterations } else { 1 };
        let outer = if each { ("iteration", count) } else { trials };
        let x = match published && !each {
            true => self.arrays.numbers("inputs/x", &[steps, inputs])?,
            false => self.arrays.numbers("inputs/x", &[outer, steps, inputs])?,
        };
        let target = match s.loss {
            LossKind::SquaredError if published => self.arrays.numbers("inputs/target", &[steps, ("K", s.readouts)])?,
            LossKind::SquaredError => self.arrays.numbers("inputs/target", &[trials, steps, ("K", s.readouts)])?,
            LossKind::CrossEntropy => Vec::new(),
        };
        let labels = match s.loss {
            LossKind::SquaredError => Vec::new(),
            LossKind::CrossEntropy => self.labels(outer)?,
        };
        if published && s.trials != 1 {
            return Err(self.value("inputs/x", format!("found B = {}, but a published run has B = 1", s.trials)));
        }
        let share = s.trials * steps.1 * inputs.1;
        let batch = |iteration: usize| {
            let targets = match s.loss {
                LossKind::SquaredError => Targets::Values(&target, s.readouts),
                LossKind::CrossEntropy => Targets::Labels(&labels[iteration * s.trials..(iteration + 1) * s.trials]),
            };
            Batch::new(&x[iteration * share..(iteration + 1) * share], [s.trials, steps.1, inputs.1], targets)
        };
        (0..count).map(batch).collect::<Result<_, _>>().map_err(|reason| self.failed(reason))
    }

    fn labels(&self, outer: (&str, usize)) -> Result<Vec<usize>, CaseError> {
        let readouts = i64::try_from(self.settings.readouts).unwrap_or(i64::MAX);
        let expected = format!("a label below K = {readouts}");
        let labels = self.arrays.wholes("inputs/target", &[outer], 0..readouts, &expected)?;
        Ok(labels.into_iter().map(|label| usize::try_from(label).unwrap_or(0)).collect())
    }
}
