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
//! # Controls
//! With the sites in another order P, spreading is P⁻¹KP: as many neighbours, and of the same shape, but not the near ones; release and reading
//! stay where the cells lie. P is one of a network, or another for every trial and step. The mean of P⁻¹KP over all P is a on the diagonal
//! and b beside it, the means of those of K: all cells mix at once.
//!
//! Of its own signal a cell hears K^u\[s, s\] L^{t−u}, the same at all sites s; that, or all of it but L^t, can be taken away.
//!
//! # References
//! \[Barretto2026\] and its program, of which order, kernel, edges and both shuffles are.

use super::CarrierError;
use neuropil_core::{Stream, StreamKey};
use neuropil_plasticity::carrier::{Signal, TrialNumbers};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Error, Plane};

/// Sites of the box along an axis.
const WIDTH: usize = 3;
/// What is left of a signal when it is forgotten.
const FORGOTTEN: f64 = 1e-18;

/// Which sites lie beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteOrder {
    /// Those that do.
    Near,
    /// Those that do in one other order, P: the site that stands for each site.
    Shuffled(Vec<usize>),
    /// Those that do in an order of every trial and step, of random numbers of this seed.
    EachStep(u64),
}

/// What a cell hears of its own signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnSignal {
    /// It at once, and what comes back to its site.
    Returns,
    /// It at once, and no more.
    Once,
    /// Nothing.
    Nothing,
}

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
    /// Which sites lie beside each other.
    pub order: SiteOrder,
    /// What a cell hears of its own signal.
    pub own: OwnSignal,
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
    /// A share that is none, an edge of fewer sites than the box, sites that there are not or that are taken twice, own signals that cannot be
    /// told from those of others.
    pub fn new(plan: BlurPlan) -> Result<Self, CarrierError> {
        let unfit = |what, reason: String| Err(CarrierError::Unfit { what, reason });
        if !(0.0..1.0).contains(&plan.decay) {
            return unfit("blur.decay", format!("found {}, must be at least 0 and below 1", plan.decay));
        }
        if matches!(plan.order, SiteOrder::EachStep(_)) && plan.own != OwnSignal::Returns {
            let reason = "where sites are shuffled at every step, what comes back is another number for each cell and step: must be `returns`";
            return unfit("blur.own", reason.into());
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
        let place = |site: usize| if let SiteOrder::Shuffled(own) = &plan.order { own[site] } else { site };
        let mut back = vec![0; sites];
        (0..sites).for_each(|site| back[place(site)] = site);
        let neighbours = (0..sites).map(|site| box_of(place(site), plan.edge).map(|own| back[own])).collect();
        Ok(Self { plan, neighbours })
    }

    /// What it is made of.
    pub fn plan(&self) -> &BlurPlan {
        &self.plan
    }

    fn share(&self) -> f64 {
        self.plan.decay / (WIDTH * WIDTH) as f64
    }

    /// K ∗ G for all trials, `[site][trial]`.
    fn spread(&self, before: &[f64], after: &mut [f64], trials: usize) {
        let share = self.share();
        for (after, neighbours) in after.chunks_exact_mut(trials).zip(&self.neighbours) {
            after.fill(0.0);
            for own in neighbours {
                let from = &before[own * trials..(own + 1) * trials];
                after.iter_mut().zip(from).for_each(|(sum, own)| *sum += own);
            }
            after.iter_mut().for_each(|own| *own *= share);
        }
    }

    /// P⁻¹KP G of one trial, `[site][trial]`.
    fn spread_shuffled(&self, before: &[f64], after: &mut [f64], order: &[usize], [trial, trials]: [usize; 2]) {
        let share = self.share();
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(site, place)| back[*place] = site);
        for (site, place) in order.iter().enumerate() {
            let sum: f64 = self.neighbours[*place].iter().map(|own| before[back[*own] * trials + trial]).sum();
            after[site * trials + trial] = share * sum;
        }
    }

    /// (K^u)\[s, s\] for u = 0, 1, ...: what comes back of a signal to its site, as far as it is not forgotten and within `steps`.
    fn returns(&self, steps: usize) -> Vec<f64> {
        let mut now = vec![0.0; self.neighbours.len()];
        now[0] = 1.0;
        let mut next = now.clone();
        let mut back = Vec::new();
        let mut left = 1.0;
        while back.len() < steps && left > FORGOTTEN {
            back.push(now[0]);
            self.spread(&now, &mut next, 1);
            std::mem::swap(&mut now, &mut next);
            left *= self.plan.decay;
        }
        back
    }

    /// Takes away what cells hear of their own signal.
    fn forget_own(&self, sent: &Plane, arrived: &mut Plane, gain: f64) {
        let first = match self.plan.own {
            OwnSignal::Returns => return,
            OwnSignal::Once => 1,
            OwnSignal::Nothing => 0,
        };
        let returns = self.returns(sent.steps());
        for step in (0..sent.steps()).filter(|step| is_sent(sent, *step)) {
            for cell in 0..sent.channels() {
                for (ago, part) in returns.iter().enumerate().take(sent.steps() - step).skip(first) {
                    let heard = arrived.row_mut(step + ago, cell).iter_mut().zip(sent.row(step, cell));
                    heard.for_each(|(heard, own)| *heard -= gain * part * own);
                }
            }
        }
    }
}

/// Whether anything is sent in a step.
fn is_sent(sent: &Plane, step: usize) -> bool {
    sent.step(step).iter().any(|own| *own != 0.0)
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

    fn waits(&self) -> bool {
        true
    }

    fn carry(&self, signal: Signal, sent: &Plane, classes: &Classes, numbers: TrialNumbers) -> Result<Plane, Error> {
        let (cells, trials) = (sent.channels(), sent.trials());
        if self.plan.sites.len() != cells || signal != Signal::Learning || classes.size.len() != 1 {
            let (found, expected) = (self.plan.sites.len().to_string(), format!("one a cell, {cells}, of one class"));
            return Err(Error::Shape { what: "sites of the blur", found, expected });
        }
        let gain = if self.plan.is_normalised { 1.0 - self.plan.decay } else { 1.0 };
        let mut arrived = Plane::zeros(sent.steps(), cells, trials);
        let mut now = vec![0.0; self.neighbours.len() * trials];
        let mut next = now.clone();
        // Nothing spreads before something is there.
        let first = (0..sent.steps()).find(|step| is_sent(sent, *step)).unwrap_or(sent.steps());
        for step in first..sent.steps() {
            if let SiteOrder::EachStep(seed) = self.plan.order {
                for trial in 0..trials {
                    let order = order_of(seed, (numbers, trial), numbers.step + step, self.neighbours.len());
                    self.spread_shuffled(&now, &mut next, &order, [trial, trials]);
                }
            } else {
                self.spread(&now, &mut next, trials);
            }
            std::mem::swap(&mut now, &mut next);
            for (cell, site) in self.plan.sites.iter().enumerate() {
                let here = &mut now[site * trials..(site + 1) * trials];
                here.iter_mut().zip(sent.row(step, cell)).for_each(|(here, own)| *here += own);
                let read = arrived.row_mut(step, cell).iter_mut().zip(&*here);
                read.for_each(|(read, here)| *read = gain * here);
            }
        }
        self.forget_own(sent, &mut arrived, gain);
        Ok(arrived)
    }
}

/// The order of the sites in a step of a trial: a function of its number alone.
fn order_of(seed: u64, (numbers, trial): (TrialNumbers, usize), step: usize, sites: usize) -> Vec<usize> {
    let entity = u32::try_from(numbers.first + trial).unwrap_or(u32::MAX);
    let time = (u64::from(numbers.update) << 32) | step as u64;
    let mut order: Vec<usize> = (0..sites).collect();
    StreamKey::new(seed, Stream::Control, 0).at(entity, time).shuffle(&mut order);
    order
}
