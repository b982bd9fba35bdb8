//! A learning signal that spreads over the neighbours on a lattice and fades.
//!
//! # Equations
//! ```text
//! G^t = K ∗ G^{t−1} + S L^t,     M_p^t = g G^t[site(p)],     G = 0 before a trial
//! ```
//! K is a box of 3 x 3 sites of k/9 each, its own site too, on a lattice whose edges meet. A step lets what is there spread and
//! fade, then adds L where each cell lies, and is read: a cell's own signal arrives at once, that of a neighbour a step late. Sites without a
//! cell carry too. The gain g is 1, or 1 − k, with which a signal that is steady and equal in all cells of a full lattice arrives as it is.
//!
//! With the sites shuffled, spreading is P⁻¹KP for one permutation P of a network: as many neighbours, and of the same shape, but not the near
//! ones; release and reading stay where the cells lie.
//!
//! # References
//! \[Barretto2026\] and its program, of which order, kernel, edges and the shuffle are.

use super::CarrierError;
use neuropil_plasticity::carrier::Signal;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Error, Plane};

/// Sites of the box along an axis.
const WIDTH: usize = 3;

/// What a blur is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct BlurPlan {
    /// Sites along an edge of the square lattice.
    pub edge: usize,
    /// The site of each cell, row by row.
    pub sites: Vec<usize>,
    /// k: what a step leaves of a signal, over all sites.
    pub decay: f64,
    /// g is 1 − k instead of 1.
    pub is_normalised: bool,
    /// P: the site that stands for each site while signals spread; `None` for itself.
    pub shuffled: Option<Vec<usize>>,
}

/// The carrier of a [`BlurPlan`].
#[derive(Debug)]
pub struct Blur {
    plan: BlurPlan,
    /// The box of each site, as many each.
    neighbours: Vec<[usize; WIDTH * WIDTH]>,
}

impl Blur {
    /// # Errors
    /// A share that is none, an edge of fewer sites than the box, sites that there are not or that are taken twice.
    pub fn new(plan: BlurPlan) -> Result<Self, CarrierError> {
        let unfit = |what, reason: String| Err(CarrierError::Unfit { what, reason });
        if !(0.0..1.0).contains(&plan.decay) {
            return unfit("blur.decay", format!("found {}, must be at least 0 and below 1", plan.decay));
        }
        let sites = plan.edge * plan.edge;
        if plan.edge < WIDTH {
            return unfit("blur", format!("a lattice of {0} x {0} sites is smaller than the box", plan.edge));
        }
        let mut taken = vec![false; sites];
        for site in &plan.sites {
            match taken.get_mut(*site) {
                Some(own) if !*own => *own = true,
                _ => return unfit("blur", format!("site {site} is not there, or is taken twice")),
            }
        }
        let place = |site: usize| plan.shuffled.as_ref().map_or(site, |own| own[site]);
        let mut back = vec![0; sites];
        (0..sites).for_each(|site| back[place(site)] = site);
        let neighbours = (0..sites).map(|site| box_of(place(site), plan.edge).map(|own| back[own])).collect();
        Ok(Self { plan, neighbours })
    }

    /// What it is made of.
    pub fn plan(&self) -> &BlurPlan {
        &self.plan
    }

    /// K ∗ G for all trials, `[site][trial]`.
    fn spread(&self, before: &[f64], after: &mut [f64], trials: usize) {
        let share = self.plan.decay / (WIDTH * WIDTH) as f64;
        for (after, neighbours) in after.chunks_exact_mut(trials).zip(&self.neighbours) {
            after.fill(0.0);
            for own in neighbours {
                let from = &before[own * trials..(own + 1) * trials];
                after.iter_mut().zip(from).for_each(|(sum, own)| *sum += own);
            }
            after.iter_mut().for_each(|own| *own *= share);
        }
    }
}

/// The sites of the box around one, edges meeting.
fn box_of(site: usize, edge: usize) -> [usize; WIDTH * WIDTH] {
    let (row, column) = (site / edge, site % edge);
    std::array::from_fn(|place| {
        let shifted = |own: usize, by: usize| (own + edge + by - 1) % edge;
        shifted(row, place / WIDTH) * edge + shifted(column, place % WIDTH)
    })
}

impl Carrier for Blur {
    fn name(&self) -> &'static str {
        "blur"
    }

    fn carry(&self, signal: Signal, sent: &Plane, classes: &Classes) -> Result<Plane, Error> {
        let (cells, trials) = (sent.channels(), sent.trials());
        if self.plan.sites.len() != cells || signal != Signal::Learning || classes.size.len() != 1 {
            let (found, expected) = (self.plan.sites.len().to_string(), format!("one a cell, {cells}, of one class"));
            return Err(Error::Shape { what: "sites of the blur", found, expected });
        }
        let gain = if self.plan.is_normalised { 1.0 - self.plan.decay } else { 1.0 };
        let mut arrived = Plane::zeros(sent.steps(), cells, trials);
        let mut now = vec![0.0; self.neighbours.len() * trials];
        let mut next = now.clone();
        for step in 0..sent.steps() {
            self.spread(&now, &mut next, trials);
            std::mem::swap(&mut now, &mut next);
            for (cell, site) in self.plan.sites.iter().enumerate() {
                let here = &mut now[site * trials..(site + 1) * trials];
                here.iter_mut().zip(sent.row(step, cell)).for_each(|(here, own)| *here += own);
                let read = arrived.row_mut(step, cell).iter_mut().zip(&*here);
                read.for_each(|(read, here)| *read = gain * here);
            }
        }
        Ok(arrived)
    }
}
