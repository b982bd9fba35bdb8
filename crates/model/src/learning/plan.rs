//! What the section comes to in a network of a design.

use super::spec::{LearningSpec, PlasticSpec, ReadoutSpec, TargetSpec, TeacherSpec};
use super::weights::OutWeights;
use crate::cells::Chosen;
use crate::model::Model;
use crate::sections::MuKind;
use crate::trials::TaskSpec;
use neuropil_core::{Distribution, Real, Shape, Stream, StreamKey};
use neuropil_engine::carrier::{CarrierPlan, Spread};
use neuropil_engine::learning::{
    Bounds, CreditWatch, Descent, Horizon, LearningPlan, PlasticPlan, ReadoutPlan, SlopeChoice, Target, Teacher,
    TimeSeries,
};
use neuropil_network::Population;
use neuropil_network::network::Design;
use neuropil_plasticity::feedback::{self, Draw};
use neuropil_plasticity::rule::Broadcast;
use neuropil_plasticity::{Matrix, Rule};
use std::collections::BTreeSet;

/// What a section needs to know of the rest of its file.
pub(crate) struct Around<'m> {
    /// The task that sends trials.
    pub task: Option<&'m TaskSpec>,
    /// How the slopes of cells from equations are had, by population.
    pub slopes: Vec<SlopeChoice>,
    /// What becomes of the weights of each projection.
    pub projections: Vec<Option<PlasticPlan>>,
}

impl PlasticSpec {
    /// What becomes of weights whose cells have this sign: 1, −1, or 0 for any.
    pub(crate) fn plan(&self, sign: i8) -> PlasticPlan {
        let low = if sign > 0 { self.min.max(0.0) } else { self.min };
        let high = if sign < 0 { self.max.min(0.0) } else { self.max };
        PlasticPlan { rate: self.rate, descent: self.descent, bounds: Bounds { low, high } }
    }

    /// What makes changes of gradients.
    pub(crate) fn descent(&self) -> Descent {
        self.descent
    }

    /// The bound that leaves nothing of what this sign allows: its key, what was found, what is expected.
    pub(crate) fn against(&self, sign: i8) -> Option<(&'static str, f64, &'static str)> {
        match sign {
            1 if self.max <= 0.0 => Some(("max", self.max, "> 0")),
            -1 if self.min >= 0.0 => Some(("min", self.min, "< 0")),
            _ => None,
        }
    }
}

impl Model {
    /// What the section needs to know of this file; `paths` are those of projections, by name.
    pub(crate) fn around_learning<R: Real>(&self, design: &Design<R>, paths: &[(String, String)]) -> Around<'_> {
        let plastic = |projection: &neuropil_network::Projection| {
            let path = &paths.iter().find(|own| own.0 == projection.name)?.1;
            let own = self.projections.iter().find(|spec| spec.path == *path)?.plastic?;
            Some(own.plan(design.populations[projection.source].sign.number()))
        };
        Around {
            task: self.task.as_ref(),
            slopes: self.populations.iter().map(|own| own.slope().cloned().unwrap_or_default()).collect(),
            projections: design.projections.iter().map(plastic).collect(),
        }
    }
}

impl LearningSpec {
    /// The numbers over time that it learns from, with the name of their field.
    pub(crate) fn time_series(&self) -> Option<(&'static str, &TimeSeries)> {
        match &self.teacher {
            TeacherSpec::ThirdFactor { series, .. } => Some(("third_factor", series)),
            TeacherSpec::Readout(_, own) => match &own.target {
                TargetSpec::Series(series) => Some(("target", series)),
                TargetSpec::Errors(series) => Some(("err", series)),
                TargetSpec::Task(_) => None,
            },
        }
    }

    /// What is asked of the network of a design.
    pub(crate) fn plan<R: Real>(&self, around: Around<'_>, design: &Design<R>) -> LearningPlan {
        let teacher = match &self.teacher {
            TeacherSpec::ThirdFactor { series, kappa } => {
                Teacher::ThirdFactor { series: series.clone(), kappa: *kappa }
            }
            TeacherSpec::Readout(rule, own) => {
                Teacher::Readout(rule, own.plan(rule, design, (around.task, self.feedback)))
            }
        };
        LearningPlan {
            teacher,
            pseudo_derivative: self.pseudo_derivative,
            slopes: around.slopes,
            reset: self.reset,
            regulariser: self.regulariser,
            mu: self.mu(design),
            carrier: Spread::of(self.carrier.kind).and_then(|spread| self.tissue(spread, design)),
            cascade: self.cascade,
            watch: self
                .watch
                .map(|(every_steps, cells)| CreditWatch { every_steps, cells: first_of_each(design, cells) }),
            apply_steps: self.apply_steps,
            horizon: self.horizon_steps.map(Horizon::of),
            snapshot_steps: self.snapshot_steps,
            projections: around.projections,
        }
    }
}

/// Where the cells are that are no sources, in the order of global ids; those that are nowhere are left out.
fn places<R: Real>(design: &Design<R>) -> Vec<[f64; 3]> {
    let cells = design.populations.iter().filter(|own| own.neurons().is_some());
    cells.flat_map(|own| own.positions.iter().flatten().copied()).collect()
}

/// Global ids of the first cells of each population of cells.
fn first_of_each<R: Real>(design: &Design<R>, cells: usize) -> Vec<usize> {
    let populations = design.populations.iter().zip(design.first_ids()).filter(|(own, _)| own.neurons().is_some());
    populations.flat_map(|(own, first)| (first..first + own.cells).map(|id| id as usize).take(cells)).collect()
}

impl LearningSpec {
    /// The tissue of the section, whatever the carrier is.
    pub(crate) fn tissue<R: Real>(&self, spread: Spread, design: &Design<R>) -> Option<CarrierPlan> {
        self.carrier.tissue.as_ref().map(|tissue| tissue.plan(spread, places(design)))
    }

    /// μ of each cell type of the network.
    fn mu<'d, R: Real>(&self, design: &'d Design<R>) -> Vec<(String, f64)> {
        match &self.mu {
            Some(MuKind::ByType(values)) => values.clone(),
            Some(MuKind::Constant(value)) => {
                // A population without a type is one of its own.
                let type_of =
                    |own: &'d Population<R>| if own.cell_type.is_empty() { &own.name } else { &own.cell_type };
                let types: BTreeSet<&String> = design.populations.iter().map(type_of).collect();
                types.into_iter().map(|cell_type| (cell_type.clone(), *value)).collect()
            }
            Some(MuKind::Adaptive { .. }) | None => Vec::new(),
        }
    }
}

impl ReadoutSpec {
    fn plan<R: Real>(&self, rule: &Rule, design: &Design<R>, (task, draw): (Option<&TaskSpec>, Draw)) -> ReadoutPlan {
        let first_ids = design.first_ids();
        let cells = *first_ids.last().unwrap_or(&0) as usize;
        let mut w_out = Matrix::zeros(self.outputs, cells);
        let cells_of = |own: &Chosen| {
            let population = &design.populations[own.population];
            own.cells.indices(population.cells, population.positions.as_deref())
        };
        let ids =
            |own: &Chosen| cells_of(own).into_iter().map(|cell| first_ids[own.population] + cell).collect::<Vec<_>>();
        let read: Vec<Vec<u32>> = self.from.iter().map(ids).collect();
        let read = read.concat();
        let std = 1.0 / f64::from(u32::try_from(read.len().max(1)).unwrap_or(u32::MAX)).sqrt();
        let usual = Distribution::unbounded(Shape::Normal { mean: 0.0, std });
        let drawn = if let OutWeights::Drawn(own) = &self.start.w_out { own } else { &usual };
        let key = StreamKey::new(design.seed, Stream::Readout, 0);
        for (place, cell) in read.iter().enumerate() {
            for k in 0..self.outputs {
                w_out[(k, *cell as usize)] = match &self.start.w_out {
                    OutWeights::Given(own) => own[k * read.len() + place],
                    _ => drawn.draw(&mut key.at(*cell, k as u64)),
                };
            }
        }
        let feedback = (rule.broadcast == Broadcast::Given).then(|| feedback::fixed(design.seed, &w_out, draw));
        ReadoutPlan {
            w_out,
            b: self.start.b.clone(),
            kappa: self.kappa,
            scale: self.scale,
            feedback,
            target: match (&self.target, task) {
                (TargetSpec::Task(last), Some(task)) => Target::Trials(task.trials(design.seed, *last)),
                (TargetSpec::Series(series), _) => Target::Series(series.clone()),
                (TargetSpec::Errors(series), _) => Target::Errors(series.clone()),
                (TargetSpec::Task(_), None) => unreachable!("it was read with a task"),
            },
            said: self.said.clone(),
            rate: self.rate,
        }
    }
}
