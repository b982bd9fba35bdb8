//! The transport of credit from the cells that emit it to those that learn.

use super::plan::{LearningError, LearningPlan};
use crate::carrier::{CarrierError, Chemical, CreditInTransit, Spread, StreamState};
use neuropil_plasticity::types::Classes;

/// What has arrived at the synapses of a window.
pub(crate) enum Modulators {
    /// Sums over classes, everywhere at once, `[step][class]`.
    AtOnce(Vec<f64>),
    /// Modulators of each cell.
    Carried(Carried),
}

impl Modulators {
    /// Takes the steps behind these.
    pub fn append(&mut self, next: Modulators) {
        match (self, next) {
            (Modulators::AtOnce(own), Modulators::AtOnce(next)) => own.extend(next),
            (Modulators::Carried(own), Modulators::Carried(next)) => {
                let first = own.values.len();
                own.of_step.extend(next.of_step.iter().map(|step| first + step));
                own.values.extend(next.values);
            }
            _ => unreachable!("a transport makes one kind"),
        }
    }
}

/// Modulators of each cell, held over field steps.
pub(crate) struct Carried {
    cells: usize,
    /// The field step of each step of the window.
    of_step: Vec<usize>,
    /// `[class][cell]` of each field step.
    values: Vec<Vec<f64>>,
}

impl Carried {
    pub fn at(&self, step: usize, class: usize, cell: usize) -> f64 {
        self.values[self.of_step[step]][class * self.cells + cell]
    }
}

/// Credit in a step that is recorded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreditFrame {
    /// The step.
    pub step: u64,
    /// Σ a of each class.
    pub emitted: Vec<f64>,
    /// M as it arrives, `[class][cell]` of the cells that are watched; `[class]` where it is everywhere at once.
    pub modulators: Vec<f64>,
    /// Concentrations where those cells are, `[peptide][cell]`; nothing without tissue.
    pub concentrations: Vec<f64>,
}

/// The tissue that carries credit, and what is on its way.
pub(super) struct Tissue {
    carrier: Chemical,
    in_transit: CreditInTransit,
}

/// The transport over a run.
pub(super) struct CreditTransport {
    classes: usize,
    tissue: Option<Tissue>,
    every_steps: Option<u64>,
    /// Cells that are watched, as the classes count them.
    watched: Vec<usize>,
}

/// What the numbers of frames are of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreditNames {
    /// Classes.
    pub classes: Vec<String>,
    /// Global ids of the cells that are watched; nothing where credit is everywhere at once.
    pub cells: Vec<usize>,
}

impl CreditTransport {
    /// For cells of these classes; `None` where credit does not return. `index_of` is the place among them of each
    /// global id.
    pub fn new(
        plan: &LearningPlan,
        classes: Option<&Classes>,
        index_of: &[Option<usize>],
    ) -> Result<Self, LearningError> {
        let watched = plan.watch.iter().flat_map(|own| own.cells.iter().filter_map(|id| index_of[*id])).collect();
        let every_steps = plan.watch.as_ref().map(|own| own.every_steps);
        let mut transport =
            Self { classes: classes.map_or(0, |own| own.size.len()), tissue: None, every_steps, watched };
        let Some(own) = &plan.carrier else { return Ok(transport) };
        let unfit = |what, reason: String| LearningError::from(CarrierError::Unfit { what, reason });
        let Some(classes) = classes else {
            let rule = plan.rule().map_or("three_factor", |rule| rule.name);
            return Err(LearningError::NothingCarried { rule });
        };
        if own.hold_back > 0 {
            let reason = "synapses of a free run remember no steps: it must be 0";
            return Err(unfit("hold_back_ms", reason.into()));
        }
        if own.positions.len() != classes.of_cell.len() {
            let reason = format!("found {}, but {} cells take part", own.positions.len(), classes.of_cell.len());
            return Err(unfit("positions", reason));
        }
        let carrier = Chemical::new(own.clone())?;
        let memory = if own.spread == Spread::Kernel { carrier.memory()? } else { 0 };
        let in_transit = CreditInTransit::new(&carrier, classes, memory)?;
        transport.tissue = Some(Tissue { carrier, in_transit });
        Ok(transport)
    }

    /// Whether modulators are everywhere at once.
    pub fn is_everywhere(&self) -> bool {
        self.tissue.is_none()
    }

    /// A window of steps behind `begun`, of sums over classes, `[step][class]`.
    pub fn at_once(&self, begun: u64, sums: Vec<f64>, frames: &mut Vec<CreditFrame>) -> Modulators {
        for (step, sum) in (begun + 1..).zip(sums.chunks_exact(self.classes.max(1))) {
            self.watch(step, sum, frames);
        }
        Modulators::AtOnce(sums)
    }

    /// A window of steps behind `begun` where there is tissue: `emitted` gives (cell, class, emission) of a step.
    pub fn window<I: Iterator<Item = (usize, usize, f64)>>(
        &mut self,
        (begun, steps): (u64, usize),
        emitted: impl Fn(usize) -> I,
        frames: &mut Vec<CreditFrame>,
    ) -> Modulators {
        let (mut of_step, mut values, mut cells) = (Vec::new(), Vec::new(), 0);
        for step in 0..steps {
            let mut sum = vec![0.0; self.classes];
            if let Some(Tissue { carrier, in_transit }) = &mut self.tissue {
                let ends = (begun + step as u64).is_multiple_of(carrier.plan().steps as u64);
                if ends {
                    in_transit.field_step(carrier);
                }
                if ends || step == 0 {
                    values.push(in_transit.modulators().to_vec());
                }
                of_step.push(values.len() - 1);
                cells = carrier.plan().positions.len();
                for (cell, class, own) in emitted(step) {
                    in_transit.emit(carrier, cell, own);
                    sum[class] += own;
                }
            }
            self.watch(begun + step as u64 + 1, &sum, frames);
        }
        Modulators::Carried(Carried { cells, of_step, values })
    }

    /// Keeps a frame of a step, if it is one of those that are recorded.
    fn watch(&self, step: u64, emitted: &[f64], frames: &mut Vec<CreditFrame>) {
        if self.classes > 0 && self.every_steps.is_some_and(|every| step.is_multiple_of(every)) {
            frames.push(self.frame(step, emitted));
        }
    }

    fn frame(&self, step: u64, emitted: &[f64]) -> CreditFrame {
        let emitted = emitted.to_vec();
        let Some(Tissue { carrier, in_transit }) = &self.tissue else {
            return CreditFrame { step, modulators: emitted.clone(), emitted, concentrations: Vec::new() };
        };
        let cells = carrier.plan().positions.len();
        let pairs = (0..self.classes).flat_map(|class| self.watched.iter().map(move |cell| (class, cell)));
        let modulators = pairs.map(|(class, cell)| in_transit.modulators()[class * cells + cell]).collect();
        let found: Vec<Vec<f64>> =
            self.watched.iter().map(|cell| in_transit.concentrations(carrier, *cell).collect()).collect();
        let peptides = found.first().map_or(0, Vec::len);
        let concentrations = (0..peptides).flat_map(|peptide| found.iter().map(move |own| own[peptide])).collect();
        CreditFrame { step, emitted, modulators, concentrations }
    }

    /// What is on its way, where there is tissue.
    pub fn state(&self) -> Option<StreamState> {
        self.tissue.as_ref().map(|tissue| tissue.in_transit.state())
    }

    /// Takes it back.
    pub fn restore(&mut self, state: Option<&StreamState>) -> Result<(), CarrierError> {
        match (&mut self.tissue, state) {
            (Some(tissue), Some(state)) => tissue.in_transit.restore(state),
            (None, None) => Ok(()),
            (own, _) => {
                let reason = if own.is_some() { "found none, expected one" } else { "found one, expected none" };
                Err(CarrierError::Unfit { what: "carrier", reason: reason.into() })
            }
        }
    }
}
