//! Synapses that carry nothing: at the end of a window the spikes of the window, and of some steps before it, are replayed
//! onto the rows that delivered them, and each adds what it was worth to the gradients of its row.
//!
//! Steps go backward. A spike is replayed once what its last arrival is worth is known, so that the worths of as many steps as
//! delays differ by are held, and not those of the window.

use super::cell_record::Tape;
use super::recent_spikes::RecentSpikes;
use super::written_record::window_records;
use neuropil_core::memory::Numbers;
use neuropil_network::delivery::plastic::{PlasticRows, PlasticTable};
use neuropil_plasticity::window::{
    CarriedCredit, ClassCredit, LearningCell, StepActivity, TraceFilter, WorthSweep, learning_signals,
};
use std::ops::Range;

/// The steps that a window looks at: slot 0 of the tape is the step before them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// The step of slot 0.
    pub first: u64,
    /// Steps before the window.
    pub before: usize,
    /// Steps in all.
    pub steps: usize,
}

/// The learning signals of a block.
pub(super) struct Signals<'a> {
    /// B of its cells, `[readout][place]`; nothing for a third factor.
    pub rows: Vec<&'a [f64]>,
    /// `[step][readout]`; the third factor with its sign turned.
    pub err: &'a [f64],
    pub places: usize,
}

impl Signals<'_> {
    /// L of every place in a step of the window, from 0.
    pub fn of_step(&self, step: usize, signals: &mut Vec<f64>) {
        if self.rows.is_empty() {
            signals.clear();
            signals.resize(self.places, self.err[step]);
        } else {
            learning_signals(&self.rows, &self.err[step * self.rows.len()..][..self.rows.len()], signals);
        }
    }
}

/// What a window's steps are worth.
#[derive(Clone, Copy)]
pub(super) struct StretchCredit<'a> {
    pub stretch: Stretch,
    pub class: &'a ClassCredit,
    pub carried: Option<&'a CarriedCredit>,
    pub scale: f64,
}

/// The synapses of one port.
pub(super) struct Replayed {
    port: usize,
    /// The cells that have some.
    pub cells: Vec<LearningCell>,
    sweep: WorthSweep,
    /// Delays, steps.
    shortest: u32,
    longest: u32,
    /// What arrivals are worth, `[step modulo a power of two][place]`.
    ring: Vec<f64>,
    mask: usize,
    places: usize,
    /// By how many steps more than the shortest delay each synapse of each table is late.
    late: Vec<Numbers<u16>>,
    /// L of a step.
    signals: Vec<f64>,
}

impl Replayed {
    /// Those of a port of a block of `places`; `cell` makes the cell at a place.
    pub fn new(
        rows: &PlasticRows,
        (port, places): (usize, usize),
        filter: Option<TraceFilter>,
        cell: impl Fn(usize) -> LearningCell,
    ) -> Self {
        let own = || rows.tables.iter().filter(|table| table.port == port);
        let mut has = vec![false; places];
        own().flat_map(|table| table.cells.iter()).for_each(|cell| has[usize::from(*cell)] = true);
        let cells: Vec<LearningCell> = (0..places).filter(|place| has[*place]).map(cell).collect();
        let delays = || own().flat_map(|table| &table.delays).copied();
        let (shortest, longest) = (delays().min().unwrap_or(1), delays().max().unwrap_or(1));
        let held = ((longest - shortest) as usize + 1).next_power_of_two();
        let sweep = WorthSweep::new(&cells, places, filter);
        let late = |table: &PlasticTable| {
            let of = |(_, delay): (u32, u32)| u16::try_from(delay - shortest).expect("rings of more steps are refused");
            Numbers::of(table.origins().map(of).collect())
        };
        let late = own().map(late).collect();
        let ring = vec![0.0; held * places];
        Self { port, cells, sweep, shortest, longest, ring, mask: held - 1, places, late, signals: Vec::new() }
    }

    /// Adds to `gradient`, that of every synapse of the block, what the spikes of a stretch were worth.
    pub fn learn(
        &mut self,
        (rows, first_synapses): (&PlasticRows, &[usize]),
        (tape, signals, recent): (&Tape, &Signals<'_>, &RecentSpikes),
        credit: StretchCredit<'_>,
        (first_ids, gradient): (&[u32], &mut [f64]),
    ) {
        let StretchCredit { stretch, .. } = credit;
        self.sweep.begin();
        let port = self.port;
        let own = rows.tables.iter().zip(first_synapses).filter(|(table, _)| table.port == port);
        let tables: Vec<(&PlasticTable, usize)> = own.map(|(table, first)| (table, *first)).collect();
        // Steps of the stretch count from 1. Arrivals in other steps are worth nothing: those behind the end were never in the
        // ring, and those before the beginning leave it here.
        let spread = i64::from(self.longest - self.shortest);
        let steps = i64::try_from(stretch.steps).expect("a window is short");
        self.ring.fill(0.0);
        for step in (1 - spread..=steps).rev() {
            match usize::try_from(step) {
                Ok(step) if step > 0 => self.step(step, tape, signals, credit),
                _ => {
                    let row = self.row(step);
                    self.ring[row].fill(0.0);
                }
            }
            let sent = stretch.first.checked_add_signed(step - i64::from(self.shortest));
            if let Some(sent) = sent {
                self.replay(&tables, (sent, step), (first_ids, recent), gradient);
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the mask is a small number")]
    fn row(&self, step: i64) -> Range<usize> {
        let first = (step as usize & self.mask) * self.places;
        first..first + self.places
    }

    /// What arrivals of a step are worth.
    fn step(&mut self, step: usize, tape: &Tape, signals: &Signals<'_>, credit: StretchCredit<'_>) {
        let (slot, before) = (tape.slot(step), tape.slot(step - 1));
        let records = window_records(&tape.records);
        let of_window = step.checked_sub(credit.stretch.before + 1);
        if let Some(step) = of_window {
            signals.of_step(step, &mut self.signals);
        }
        let at = StepActivity {
            psi: &tape.psi[slot.clone()],
            psi_before: &tape.psi[before.clone()],
            fired_before: &tape.fired[before.clone()],
            refractory: &tape.refractory[slot],
            tested_before: tape.v.get(before).unwrap_or(&[]),
            signals: of_window.map(|_| &self.signals[..]),
            scale: credit.scale,
            class: credit.class.of_step(step),
            carried: credit.carried.map(|own| own.of_step(step)),
            records: (&records, step),
        };
        let row = self.row(i64::try_from(step).expect("a window is short"));
        self.sweep.step(&at, &mut self.ring[row]);
    }

    /// The spikes of a step, onto all rows of those who sent them; with the shortest delay they arrive in step `step`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the mask is a small number")]
    fn replay(
        &self,
        tables: &[(&PlasticTable, usize)],
        (sent, step): (u64, i64),
        (first_ids, recent): (&[u32], &RecentSpikes),
        gradient: &mut [f64],
    ) {
        let fired = recent.fired(Some(sent));
        let first_row = step as usize & self.mask;
        for ((table, first), late) in tables.iter().zip(&self.late) {
            let ids = [0, 1].map(|end| first_ids[table.source + end]);
            let own = fired.partition_point(|id| *id < ids[0])..fired.partition_point(|id| *id < ids[1]);
            for id in &fired[own] {
                let synapses = table.rows_of(*id - ids[0]);
                let sums = &mut gradient[first + synapses.start..first + synapses.end];
                let ends = table.cells[synapses.clone()].iter().zip(&late[synapses]);
                for (sum, (cell, late)) in sums.iter_mut().zip(ends) {
                    let row = (first_row + usize::from(*late)) & self.mask;
                    *sum += self.ring[row * self.places + usize::from(*cell)];
                }
            }
        }
    }
}
