//! How peptides get from cell to cell: by a field on a grid, or by the closed form of unbounded tissue.

use super::{CarrierError, CarrierPlan};
use neuropil_neuromod::NeuromodError;
use neuropil_neuromod::field::closed_form::Unbounded;
use neuropil_neuromod::field::{Field, Layer, SeparableKernel, Site, Solver, Space, Steady, Threads, Transport};
use neuropil_plasticity::Matrix;
use neuropil_plasticity::carrier::CarrierKind;

/// How peptides get from cell to cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// On the grid.
    Field,
    /// By what pairs of cells are apart, in unbounded tissue.
    Kernel,
}

impl Spread {
    /// How a carrier spreads; `None` for one that is no tissue.
    pub fn of(carrier: CarrierKind) -> Option<Self> {
        match carrier {
            CarrierKind::Ideal | CarrierKind::Blur => None,
            CarrierKind::Kernel => Some(Self::Kernel),
            CarrierKind::Field => Some(Self::Field),
        }
    }
}

/// Terms of a sum of pulses before its rest is taken as an integral.
const TERMS: u32 = 4000;
/// Most numbers of a table of kernels.
const MOST: usize = 1 << 27;
/// What a loss leaves of a deposit that is forgotten.
const FORGOTTEN: f64 = 1e-15;
/// Concentrations have no unit until a gain is given to them: the fluid is all of the tissue.
const VOLUME_FRACTION: f64 = 1.0;

/// What is the same for all trials.
#[derive(Debug)]
pub(super) enum Diffusion {
    /// The grid.
    Field { transport: Box<Transport>, sites: Vec<Site>, space: Space, steady: Box<Steady>, step_ms: f64 },
    /// Unbounded tissue.
    Kernel { tissue: Unbounded, step_ms: f64, distances: Matrix, steady: Matrix },
}

/// What flows in a trial.
#[derive(Debug)]
pub(super) enum Flow {
    /// Concentrations.
    Field(Field),
    /// Everything that was deposited.
    Kernel(History),
}

/// Deposits by peptide, and what they meet.
#[derive(Debug)]
pub(super) struct History {
    /// K, one matrix `[to, from]` a step since the deposit.
    table: Vec<Matrix>,
    /// (step, cell, molecules).
    deposits: Vec<Vec<(usize, usize, f64)>>,
    /// What cells deposit in a step for ever, `[peptide][cell]`, and the concentrations that this has come to.
    baseline: Vec<Vec<f64>>,
    background: Vec<Vec<f64>>,
    /// Steps done.
    steps: usize,
}

impl Diffusion {
    pub(super) fn new(plan: &CarrierPlan) -> Result<Self, CarrierError> {
        let CarrierPlan { transport, positions, step_ms, .. } = plan;
        if positions.is_empty() {
            return Err(CarrierError::Unfit { what: "positions", reason: "found none, expected one a cell".into() });
        }
        let sites = positions.iter().map(|own| transport.grid.site(*own)).collect::<Result<Vec<_>, _>>()?;
        if plan.spread == Spread::Field {
            let space = Space::voxels(transport.grid, VOLUME_FRACTION)?;
            let (transport, steady) = (Box::new(transport.clone()), Box::new(Steady::new(transport, *step_ms)));
            return Ok(Self::Field { transport, sites, space, steady, step_ms: *step_ms });
        }
        let tissue =
            Unbounded { diffusivity: transport.diffusivity[0], loss: transport.loss, volume_fraction: VOLUME_FRACTION };
        if tissue.diffusivity == 0.0 {
            let reason = "the kernel needs a diffusivity > 0".into();
            return Err(CarrierError::Unfit { what: "diffusivity_um2_per_ms", reason });
        }
        let cells = positions.len();
        let apart = |to: usize, from: usize| -> f64 {
            let squares = positions[to].iter().zip(positions[from]).map(|(a, b)| (a - b) * (a - b));
            squares.sum::<f64>().sqrt()
        };
        let distances = Matrix::from_fn(cells, cells, apart);
        let steady = Matrix::from_fn(cells, cells, |to, from| pulses(&tissue, distances[(to, from)], *step_ms));
        Ok(Self::Kernel { tissue, step_ms: *step_ms, distances, steady })
    }

    /// Whether nothing is lost, so that concentrations grow for ever.
    pub(super) fn grows(&self) -> bool {
        match self {
            Diffusion::Field { steady, .. } => steady.grows(),
            Diffusion::Kernel { .. } => false,
        }
    }

    /// The share of a deposit that is there at the end of a field step.
    pub(super) fn left(&self) -> f64 {
        match self {
            Diffusion::Field { steady, .. } => steady.left(),
            Diffusion::Kernel { tissue, step_ms, .. } => (-tissue.loss * step_ms).exp(),
        }
    }

    /// The concentration at every cell for a deposit of one in every step, in equal parts by `members`; what a step adds
    /// where nothing is lost.
    pub(super) fn steady(&self, members: &[usize]) -> Vec<f64> {
        let part = 1.0 / members.len() as f64;
        match self {
            Diffusion::Field { space, sites, .. } => {
                let settled = self.settled(members, 1.0);
                sites.iter().map(|site| space.sample(&settled, site)).collect()
            }
            Diffusion::Kernel { steady, .. } => {
                let of = |to| members.iter().map(|from| part * steady[(to, *from)]).sum();
                (0..steady.rows()).map(of).collect()
            }
        }
    }

    /// Concentrations of the voxels that a deposit of `amount` in every step comes to.
    fn settled(&self, members: &[usize], amount: f64) -> Vec<f64> {
        let Diffusion::Field { space, sites, steady, .. } = self else { return Vec::new() };
        let mut pulse = vec![0.0; space.places()];
        members.iter().for_each(|cell| space.deposit(&mut pulse, &sites[*cell], amount / members.len() as f64));
        steady.of(&pulse)
    }

    /// For `peptides` peptides over `steps` field steps.
    pub(super) fn flow(&self, peptides: usize, steps: usize) -> Result<Flow, NeuromodError> {
        match self {
            Diffusion::Field { transport, space, step_ms, .. } => {
                let layer = |peptide: usize| {
                    let solver: Box<dyn Solver> = Box::new(SeparableKernel::new(transport, *step_ms)?);
                    Ok(Layer { name: format!("peptide {peptide}"), solver, uptake: None })
                };
                let layers = (0..peptides).map(layer).collect::<Result<Vec<_>, NeuromodError>>()?;
                Ok(Flow::Field(Field::new(space.clone(), layers)))
            }
            Diffusion::Kernel { tissue, step_ms, distances, .. } => {
                let cells = distances.rows();
                if cells * cells * steps > MOST {
                    let reason =
                        format!("{cells} cells and {steps} field steps are too many for a table; use the field");
                    return Err(NeuromodError::Property { name: "kernel", reason });
                }
                let at = |step: usize| {
                    let t = (step + 1) as f64 * step_ms;
                    Matrix::from_fn(cells, cells, |to, from| tissue.point_pulse(1.0, distances[(to, from)], t))
                };
                let none = || vec![Vec::new(); peptides];
                Ok(Flow::Kernel(History {
                    table: (0..steps).map(at).collect(),
                    deposits: none().into_iter().map(|_: Vec<f64>| Vec::new()).collect(),
                    baseline: none(),
                    background: none(),
                    steps: 0,
                }))
            }
        }
    }

    /// As it comes to be where `members` have deposited `amount` in all in every step, for ever.
    pub(super) fn fill(&self, flow: &mut Flow, peptide: usize, members: &[usize], amount: f64) {
        match flow {
            Flow::Field(field) => field.set(peptide, &self.settled(members, amount)),
            Flow::Kernel(history) => {
                let steady = self.steady(members);
                history.baseline[peptide] = vec![0.0; steady.len()];
                members.iter().for_each(|cell| history.baseline[peptide][*cell] = amount / members.len() as f64);
                history.background[peptide] = steady.into_iter().map(|own| own * amount).collect();
            }
        }
    }

    /// Adds molecules of a peptide where a cell is, at the start of the step that comes.
    pub(super) fn deposit(&self, flow: &mut Flow, peptide: usize, cell: usize, molecules: f64) {
        match (flow, self) {
            (Flow::Field(field), Diffusion::Field { sites, .. }) => {
                if molecules != 0.0 {
                    field.deposit(peptide, &sites[cell], molecules);
                }
            }
            (Flow::Kernel(history), _) => {
                let baseline = history.baseline[peptide].get(cell).copied().unwrap_or(0.0);
                if molecules != baseline {
                    history.deposits[peptide].push((history.steps, cell, molecules - baseline));
                }
            }
            (Flow::Field(_), Diffusion::Kernel { .. }) => unreachable!("made together"),
        }
    }

    /// A field step.
    pub(super) fn advance(&self, flow: &mut Flow) {
        match flow {
            Flow::Field(field) => field.advance(&Threads::ONE),
            Flow::Kernel(history) => {
                history.steps += 1;
                let oldest = history.steps.saturating_sub(history.table.len());
                let gone = |own: &[(usize, usize, f64)]| own.partition_point(|deposit| deposit.0 < oldest);
                history.deposits.iter_mut().for_each(|own| drop(own.drain(..gone(own))));
            }
        }
    }

    /// The concentration of a peptide where a cell is, after a step.
    pub(super) fn at(&self, flow: &Flow, peptide: usize, cell: usize) -> f64 {
        match (flow, self) {
            (Flow::Field(field), Diffusion::Field { sites, .. }) => field.sample(peptide, &sites[cell]),
            (Flow::Kernel(history), _) => {
                let from = |(step, from, molecules): &(usize, usize, f64)| {
                    molecules * history.table[history.steps - 1 - step][(cell, *from)]
                };
                let background = history.background[peptide].get(cell).copied().unwrap_or(0.0);
                background + history.deposits[peptide].iter().map(from).sum::<f64>()
            }
            (Flow::Field(_), Diffusion::Kernel { .. }) => unreachable!("made together"),
        }
    }
}

impl Diffusion {
    /// Field steps after which a deposit is forgotten in a run without end.
    pub(super) fn memory(&self) -> Result<usize, CarrierError> {
        let Diffusion::Kernel { tissue, step_ms, .. } = self else { return Ok(0) };
        if tissue.loss == 0.0 {
            let reason = "the kernel of a run without end needs a loss > 0, or it would never forget; or use the field";
            return Err(CarrierError::Unfit { what: "loss_per_ms", reason: reason.into() });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number, saturating")]
        let steps = (-FORGOTTEN.ln() / (tissue.loss * step_ms)).ceil() as usize;
        Ok(steps)
    }
}

impl Flow {
    /// Concentrations `[peptide][voxel]`, or deposits (steps ago, peptide, cell, molecules).
    pub(super) fn state(&self) -> (Vec<f64>, Vec<f64>) {
        match self {
            Flow::Field(field) => {
                let all = (0..field.layers().len()).flat_map(|peptide| field.concentration(peptide)).copied();
                (all.collect(), Vec::new())
            }
            Flow::Kernel(history) => {
                let ago = |step: usize| (history.steps - step) as f64;
                let of = |(peptide, own): (usize, &Vec<(usize, usize, f64)>)| {
                    let each = move |&(step, cell, molecules): &(usize, usize, f64)| {
                        [ago(step), peptide as f64, cell as f64, molecules]
                    };
                    own.iter().flat_map(each).collect::<Vec<_>>()
                };
                (Vec::new(), history.deposits.iter().enumerate().flat_map(of).collect())
            }
        }
    }

    /// Takes back what [`Self::state`] gave.
    pub(super) fn restore(&mut self, concentrations: &[f64], deposits: &[f64]) -> Result<(), CarrierError> {
        let unfit = |what, reason: String| Err(CarrierError::Unfit { what, reason });
        match self {
            Flow::Field(field) => {
                let (peptides, places) = (field.layers().len(), field.space().places());
                if concentrations.len() != peptides * places {
                    let reason = format!("found {} numbers, expected {}", concentrations.len(), peptides * places);
                    return unfit("concentrations", reason);
                }
                let own = concentrations.chunks_exact(places).enumerate();
                own.for_each(|(peptide, own)| field.set(peptide, own));
            }
            Flow::Kernel(history) => {
                let (memory, peptides) = (history.table.len(), history.deposits.len());
                let cells = history.table.first().map_or(0, Matrix::rows);
                history.steps = memory;
                history.deposits.iter_mut().for_each(Vec::clear);
                for own in deposits.chunks_exact(4) {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked below")]
                    let [ago, peptide, cell] = [own[0] as usize, own[1] as usize, own[2] as usize];
                    if ago > memory || peptide >= peptides || cell >= cells {
                        return unfit("deposits", format!("found {own:?}, which this tissue has not"));
                    }
                    history.deposits[peptide].push((memory - ago, cell, own[3]));
                }
            }
        }
        Ok(())
    }

    /// Nothing is left.
    pub(super) fn empty(&mut self) {
        match self {
            Flow::Field(field) => {
                let none = vec![0.0; field.space().places()];
                (0..field.layers().len()).for_each(|peptide| field.set(peptide, &none));
            }
            Flow::Kernel(history) => {
                history.steps = 0;
                history.deposits.iter_mut().for_each(Vec::clear);
            }
        }
    }
}

/// Σ_{n ≥ 1} K(r, nΔ): terms, then the integral of the rest, from the source that is on for ever.
fn pulses(tissue: &Unbounded, r: f64, step_ms: f64) -> f64 {
    let count = (1..TERMS).find(|n| f64::from(*n) * step_ms * tissue.loss > -f64::EPSILON.ln()).unwrap_or(TERMS);
    let terms = (1..=count).map(|n| tissue.point_pulse(1.0, r, f64::from(n) * step_ms));
    let from = (f64::from(count) + 0.5) * step_ms;
    // At the source itself the rest does not depend on a distance far below how far it has spread.
    let r = r.max(1e-4 * (tissue.diffusivity * from).sqrt());
    let rate = 1.0 / step_ms;
    terms.sum::<f64>() + tissue.point_source_steady(rate, r) - tissue.point_source_on(rate, r, from)
}
