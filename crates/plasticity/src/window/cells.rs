//! Backward over a window, cell by cell: what an arriving spike is worth.

use super::{Brought, GRADIENT, Lanes, MEMBRANE, Routes};
use crate::Dynamics;
use crate::cells::Reset;
use crate::form::lanes::add_scaled;
use neuropil_core::simd::vectorized;

/// A cell that learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Its place in all arrays.
    pub place: usize,
    /// Its constants.
    pub dynamics: Dynamics,
    /// Its type.
    pub type_id: usize,
}

/// What all cells did in one step; arrays have a number a place.
#[derive(Debug, Clone, Copy)]
pub struct Doing<'a> {
    /// ψ of the step.
    pub psi: &'a [f64],
    /// ψ of the step before.
    pub psi_before: &'a [f64],
    /// 1 where a cell spiked in the step before.
    pub fired_before: &'a [u8],
    /// 1 where a cell was refractory in the step.
    pub held: &'a [u8],
    /// v − E_L at the test of the step before; read where the reset of clamped cells is attached.
    pub v_before: &'a [f64],
    /// Credit of e, with what is [`Brought`] to it.
    pub credit: &'a [f64],
    /// Credit of ē; read where e is filtered.
    pub credit_slow: &'a [f64],
}

/// A sweep over the cells of a block, for the synapses of one receptor channel.
#[derive(Debug, Clone)]
pub struct Sweep {
    lanes: Lanes,
    channel: usize,
    /// κ and g_o, where e is filtered.
    readout: Option<[f64; 2]>,
    /// What ε_v, ε_a and ε_I of this step are worth, `[place][lane]`.
    v: Vec<f64>,
    a: Vec<f64>,
    current: Vec<f64>,
    /// What ē is worth in the gradient, and, for all alike, in ē at the end.
    slow: Vec<f64>,
    slow_decay: f64,
    /// What a spike that arrives is worth, `[place][lane]`.
    arriving: Vec<f64>,
}

impl Sweep {
    /// At the end of a window, for `cells` among `places` places.
    pub fn new(lanes: Lanes, channel: usize, readout: Option<[f64; 2]>, cells: &[Cell], places: usize) -> Self {
        let plane = |is_there: bool| vec![0.0; if is_there { places * lanes.width() } else { 0 }];
        let mut sweep = Self {
            lanes,
            channel,
            readout,
            v: plane(true),
            a: plane(lanes.adaptation.is_some()),
            current: plane(lanes.current.is_some()),
            slow: vec![0.0; places],
            slow_decay: 1.0,
            arriving: plane(true),
        };
        for cell in cells {
            let first = cell.place * lanes.width();
            sweep.v[first + MEMBRANE] = 1.0;
            if let (Some(lane), true) = (lanes.adaptation, adapts(&cell.dynamics)) {
                sweep.a[first + lane] = 1.0;
            }
            if let (Some(lane), true) = (lanes.current, cell.dynamics.is_split()) {
                sweep.current[first + lane] = 1.0;
            }
        }
        sweep
    }

    /// One step back; `routes` are those of the step. [`Self::arriving`] is then what its arrivals are worth.
    pub fn step(&mut self, cells: &[Cell], now: &Doing<'_>, routes: &[f64]) {
        vectorized(
            #[inline(always)]
            || cells.iter().for_each(|cell| self.cell(cell, now, routes)),
        );
        if let Some([kappa, _]) = self.readout {
            self.slow_decay *= kappa;
        }
    }

    #[inline(always)]
    fn cell(&mut self, cell: &Cell, now: &Doing<'_>, routes: &[f64]) {
        let (place, width) = (cell.place, self.lanes.width());
        let range = place * width..(place + 1) * width;
        let (v, arriving) = (&mut self.v[range.clone()], &mut self.arriving[range.clone()]);
        let route = &routes[cell.type_id * width..(cell.type_id + 1) * width];
        let (psi, psi_before) = (now.psi[place], now.psi_before[place]);
        let mut direct = now.credit[place];
        if let Some([kappa, scale]) = self.readout {
            let slow = &mut self.slow[place];
            *slow += now.credit_slow[place];
            direct += scale * *slow;
            *slow *= kappa;
        }
        add_scaled(v, psi, route);
        v[GRADIENT] += psi * direct;
        if let Some(lane) = self.lanes.sum {
            v[lane] += psi;
        }
        let free = 1.0 - f64::from(now.held[place]);
        let membrane = |alpha: f64, reset: Reset| {
            let of_reset = match reset {
                Reset::Detached => 0.0,
                Reset::Attached { v_reset } => (v_reset - now.v_before[place]) * psi_before,
            };
            free * alpha * (1.0 - f64::from(now.fired_before[place]) + of_reset)
        };
        match &cell.dynamics {
            Dynamics::Threshold(own) if own.beta == 0.0 => {
                let kept = own.alpha - own.reset * psi_before;
                for (v, arriving) in v.iter_mut().zip(arriving) {
                    *arriving = own.g * *v;
                    *v *= kept;
                }
            }
            Dynamics::Threshold(own) => {
                let a = &mut self.a[range];
                add_scaled(a, -own.beta * psi, route);
                a[GRADIENT] -= own.beta * psi * direct;
                if let Some(lane) = self.lanes.sum {
                    a[lane] -= own.beta * psi;
                }
                let (kept, to_a) = (own.alpha - own.reset * psi_before, own.g_a * psi_before);
                let (of_v, kept_a) = (own.reset * own.beta * psi_before, own.rho - own.g_a * own.beta * psi_before);
                for ((v, a), arriving) in v.iter_mut().zip(a).zip(arriving) {
                    *arriving = own.g * *v;
                    (*v, *a) = (kept * *v + to_a * *a, of_v * *v + kept_a * *a);
                }
            }
            Dynamics::LifDelta { alpha, reset } => {
                let kept = membrane(*alpha, *reset);
                for (v, arriving) in v.iter_mut().zip(arriving) {
                    *arriving = free * *v;
                    *v *= kept;
                }
            }
            Dynamics::LifExp { alpha, reset, receptors } => {
                let (kept, own) = (membrane(*alpha, *reset), receptors[self.channel]);
                for ((v, current), arriving) in v.iter_mut().zip(&mut self.current[range]).zip(arriving) {
                    *arriving = *current;
                    *current = own.chi * *current + free * own.p21 * *v;
                    *v *= kept;
                }
            }
            Dynamics::Rflo { .. } => {}
        }
    }

    /// The last of a sweep: what e of the step before the window, which the nodes have still to see, is worth.
    pub fn end(&mut self, cells: &[Cell], psi: &[f64], (routes, brought): (&Routes, Option<&Brought>)) {
        let width = self.lanes.width();
        for cell in cells {
            let (range, psi) = (cell.place * width..(cell.place + 1) * width, psi[cell.place]);
            let route = &routes.of_step(0)[cell.type_id * width..(cell.type_id + 1) * width];
            let own = brought.map_or(0.0, |own| own.of_step(0)[cell.place]);
            add_scaled(&mut self.v[range.clone()], psi, route);
            self.v[range.start + GRADIENT] += psi * own;
            if let Dynamics::Threshold(cell) = &cell.dynamics
                && cell.beta != 0.0
            {
                self.a[range.start + GRADIENT] -= cell.beta * psi * own;
                add_scaled(&mut self.a[range], -cell.beta * psi, route);
            }
        }
    }

    /// What a spike that arrives at a place in this step adds to the numbers of its synapse.
    #[inline(always)]
    pub fn arriving(&self, place: usize) -> &[f64] {
        let width = self.lanes.width();
        &self.arriving[place * width..(place + 1) * width]
    }

    /// Takes the numbers of a synapse over the window, `fresh` being what its spikes added; after [`Self::end`].
    #[inline(always)]
    pub fn carry(
        &self,
        place: usize,
        (routes, brought): (&Routes, Option<&Brought>),
        synapse: &mut [f64],
        fresh: &mut [f64],
    ) {
        let (lanes, width) = (&self.lanes, self.lanes.width());
        let range = place * width..(place + 1) * width;
        fresh[GRADIENT] += synapse[GRADIENT];
        if let Some(lane) = lanes.sum {
            fresh[lane] += synapse[lane];
        }
        add_scaled(fresh, synapse[MEMBRANE], &self.v[range.clone()]);
        if let Some(lane) = lanes.adaptation {
            add_scaled(fresh, synapse[lane], &self.a[range.clone()]);
        }
        if let Some(lane) = lanes.current {
            add_scaled(fresh, synapse[lane], &self.current[range]);
        }
        if let Some(lane) = lanes.slow {
            fresh[GRADIENT] += self.slow[place] * synapse[lane];
            fresh[lane] += self.slow_decay * synapse[lane];
        }
        for (lane, row) in lanes.nodes().zip(routes.carry.chunks_exact(width)) {
            add_scaled(fresh, synapse[lane], row);
        }
        if let Some(brought) = brought {
            let worth = brought.at_start(place).iter().zip(lanes.nodes());
            fresh[GRADIENT] += worth.map(|(worth, lane)| worth * synapse[lane]).sum::<f64>();
        }
        synapse.copy_from_slice(fresh);
    }
}

fn adapts(dynamics: &Dynamics) -> bool {
    matches!(dynamics, Dynamics::Threshold(own) if own.beta != 0.0)
}
