//! Synapses that carry nothing: at the end of a window the spikes of the window, and of some steps before it, are replayed
//! onto the rows that delivered them, and each adds what it was worth to the gradients of its row.
//!
//! Steps go backward, some at a time. Of every spike those synapses take part at which it arrives in one of these steps: they lie
//! side by side, as rows are in the order of delays. So the worths that they look up at random are those of a few steps, which
//! the cache holds, and what a synapse adds up is in the order of time whatever steps are taken together.

use super::cell_record::Tape;
use super::recent_spikes::RecentSpikes;
use super::written_record::window_records;
use neuropil_core::memory::{LINE, Numbers, prefetch};
use neuropil_network::delivery::plastic::{PlasticRows, PlasticTable};
use neuropil_plasticity::window::{
    CarriedCredit, ClassCredit, LearningCell, StepActivity, StepSignals, TraceFilter, WindowRecords, WorthSweep,
};
use std::ops::Range;

/// Steps that are taken together.
const TOGETHER: usize = 8;

/// Rows whose synapses are fetched before they are added to.
const AHEAD: usize = 4;

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
    pub feedback: Vec<&'a [f64]>,
    /// `[step][readout]`; the third factor with its sign turned.
    pub err: &'a [f64],
}

impl Signals<'_> {
    /// L in a step of the window, from 0.
    fn of_step(&self, step: usize) -> StepSignals<'_> {
        match self.feedback.len() {
            0 => StepSignals::Everywhere(self.err[step]),
            outputs => StepSignals::Readout { feedback: &self.feedback, err: &self.err[step * outputs..][..outputs] },
        }
    }
}

/// What happened in a window, and before it.
pub(super) struct Told<'a> {
    pub tape: &'a Tape,
    pub signals: Signals<'a>,
    pub recent: &'a RecentSpikes,
    /// The first global id of each population, then the number of all cells.
    pub first_ids: &'a [u32],
}

/// What a window's steps are worth.
#[derive(Clone, Copy)]
pub(super) struct StretchCredit<'a> {
    pub stretch: Stretch,
    pub class: &'a ClassCredit,
    /// That of modulators that differ from cell to cell, by port.
    pub carried: &'a [Option<CarriedCredit>],
    pub scale: f64,
}

/// The synapses of one port.
pub(super) struct Replayed {
    /// The cells that have some.
    pub cells: Vec<LearningCell>,
    sweep: WorthSweep,
    /// Those onto the same cells one after the other.
    tables: Vec<ReplayedTable>,
    /// Delays, steps.
    shortest: u32,
    longest: u32,
    /// What arrivals of the steps at hand are worth, `[step][place]`.
    worth: Vec<f64>,
    places: usize,
    due: Vec<Due>,
}

/// The synapses of a table.
struct ReplayedTable {
    /// Its index among those of the block.
    index: usize,
    /// By how many steps more than the shortest delay each synapse is late.
    late: Numbers<u16>,
    /// How many of its delays are less late than so many steps.
    slots: Vec<usize>,
}

/// Synapses that a spike reaches in the steps at hand.
struct Due {
    synapses: Range<usize>,
    /// From how late a synapse is to the number of the step.
    shift: isize,
}

impl Replayed {
    /// Those of a port of a block of `places`; `cell` makes the cell at a place.
    pub fn new(
        rows: &PlasticRows,
        (port, places): (usize, usize),
        filter: Option<TraceFilter>,
        cell: impl Fn(usize) -> LearningCell,
    ) -> Self {
        let own = || rows.tables.iter().enumerate().filter(|(_, table)| table.port == port);
        let mut has = vec![false; places];
        own().flat_map(|(_, table)| table.cells.iter()).for_each(|cell| has[usize::from(*cell)] = true);
        let cells: Vec<LearningCell> = (0..places).filter(|place| has[*place]).map(cell).collect();
        let delays = || own().flat_map(|(_, table)| &table.delays).copied();
        let (shortest, longest) = (delays().min().unwrap_or(1), delays().max().unwrap_or(1));
        let mut tables: Vec<ReplayedTable> =
            own().map(|(index, table)| ReplayedTable::new((index, table), shortest, longest)).collect();
        tables.sort_by_key(|own| rows.tables[own.index].cells.iter().min().copied());
        let sweep = WorthSweep::new(&cells, places, filter);
        let worth = vec![0.0; TOGETHER * places];
        Self { cells, sweep, tables, shortest, longest, worth, places, due: Vec::new() }
    }

    /// What arrivals of some steps are worth.
    fn sweep(&mut self, steps: Range<usize>, told: &Told<'_>, credit: StretchCredit<'_>, port: usize) {
        let records = window_records(&told.tape.records);
        let carried = credit.carried[port].as_ref();
        let at = |step: usize| activity(step, told, credit, (carried, &records));
        let worth = &mut self.worth[..steps.len() * self.places];
        self.sweep.back(&steps.map(at).collect::<Vec<_>>(), worth);
    }

    /// The spikes that arrive in some steps, onto the rows of those who sent them.
    fn replay(
        &mut self,
        (rows, first_synapses): (&PlasticRows, &[usize]),
        (arrivals, sent): (&Range<u64>, &SentBefore<'_>),
        gradient: &mut [f64],
    ) {
        let mut due = std::mem::take(&mut self.due);
        for own in &self.tables {
            let (table, first) = (&rows.tables[own.index], first_synapses[own.index]);
            due.clear();
            self.find((table, own), arrivals, sent, &mut due);
            self.add((table, own), &due, &mut gradient[first..first + table.cells.len()]);
        }
        self.due = due;
    }

    /// What is due, the latest spikes first.
    #[expect(clippy::cast_possible_truncation, reason = "delays are some thousand steps at most")]
    fn find(
        &self,
        (table, own): (&PlasticTable, &ReplayedTable),
        arrivals: &Range<u64>,
        sent: &SentBefore<'_>,
        due: &mut Vec<Due>,
    ) {
        let (shortest, longest) = (u64::from(self.shortest), u64::from(self.longest));
        let Some(last) = (arrivals.end - 1).checked_sub(shortest) else { return };
        for step in (arrivals.start.saturating_sub(longest)..=last).rev() {
            let fired = sent.by(table.source, step);
            if fired.is_empty() {
                continue;
            }
            let least = arrivals.start.saturating_sub(step + shortest) as usize;
            let most = (last - step).min(longest - shortest) as usize;
            let slots = own.slots[least]..own.slots[most + 1];
            let shift = (step + shortest).wrapping_sub(arrivals.start) as isize;
            let first_id = sent.first_ids[table.source];
            for id in fired {
                let synapses = table.rows_between(*id - first_id, slots.clone());
                if !synapses.is_empty() {
                    due.push(Due { synapses, shift });
                }
            }
        }
    }

    fn add(&self, (table, own): (&PlasticTable, &ReplayedTable), due: &[Due], gradient: &mut [f64]) {
        let fetch = |gradient: &[f64], row: &Due| {
            let synapses = row.synapses.clone();
            gradient[synapses.clone()].chunks(LINE / size_of::<f64>()).for_each(prefetch);
            table.cells[synapses.clone()].chunks(LINE / size_of::<u16>()).for_each(prefetch);
            own.late[synapses].chunks(LINE / size_of::<u16>()).for_each(prefetch);
        };
        due.iter().take(AHEAD).for_each(|row| fetch(gradient, row));
        for (index, Due { synapses, shift }) in due.iter().enumerate() {
            due.get(index + AHEAD).into_iter().for_each(|row| fetch(gradient, row));
            let ends = table.cells[synapses.clone()].iter().zip(&own.late[synapses.clone()]);
            for (sum, (cell, late)) in gradient[synapses.clone()].iter_mut().zip(ends) {
                // An index that wrapped is met by the bound of the slice.
                let step = usize::from(*late).wrapping_add_signed(*shift);
                *sum += self.worth[step.wrapping_mul(self.places).wrapping_add(usize::from(*cell))];
            }
        }
    }
}

impl ReplayedTable {
    fn new((index, table): (usize, &PlasticTable), shortest: u32, longest: u32) -> Self {
        let of = |(_, delay): (u32, u32)| u16::try_from(delay - shortest).expect("longer delays are refused");
        let late = Numbers::of(table.origins().map(of).collect());
        let before = |late: u32| table.delays.partition_point(|delay| delay - shortest < late);
        Self { index, late, slots: (0..=longest - shortest + 1).map(before).collect() }
    }
}

/// Who sent spikes in some steps, by population.
struct SentBefore<'a> {
    recent: &'a RecentSpikes,
    first_ids: &'a [u32],
    first: u64,
    /// Where the spikes of each population begin among those of a step, `[step from the first][population]`, with their end.
    starts: Vec<usize>,
}

impl<'a> SentBefore<'a> {
    fn new(recent: &'a RecentSpikes, first_ids: &'a [u32], steps: Range<u64>) -> Self {
        let first = steps.start;
        let of = |step: u64| {
            let fired = recent.fired(Some(step));
            first_ids.iter().map(move |first| fired.partition_point(|id| id < first))
        };
        Self { recent, first_ids, first, starts: steps.flat_map(of).collect() }
    }

    /// Global ids of a population that fired in a step.
    fn by(&self, population: usize, step: u64) -> &'a [u32] {
        let place = usize::try_from(step - self.first).expect("few steps") * self.first_ids.len() + population;
        &self.recent.fired(Some(step))[self.starts[place]..self.starts[place + 1]]
    }
}

/// What all cells of a block did in a step of a stretch, and what that is worth.
fn activity<'a>(
    step: usize,
    told: &'a Told<'_>,
    credit: StretchCredit<'a>,
    (carried, records): (Option<&'a CarriedCredit>, &'a [WindowRecords<'a>]),
) -> StepActivity<'a> {
    let tape = told.tape;
    let (slot, before) = (tape.slot(step), tape.slot(step - 1));
    let of_window = step.checked_sub(credit.stretch.before + 1);
    StepActivity {
        psi: &tape.psi[slot.clone()],
        psi_before: &tape.psi[before.clone()],
        fired_before: &tape.fired[before.clone()],
        refractory: &tape.refractory[slot],
        tested_before: tape.v.get(before).unwrap_or(&[]),
        signals: of_window.map(|step| told.signals.of_step(step)),
        scale: credit.scale,
        class: credit.class.of_step(step),
        carried: carried.map(|own| own.of_step(step)),
        records: (records, step),
    }
}

/// Adds to `gradient`, that of every synapse of a block, what the spikes of a stretch were worth at each of its ports.
pub(super) fn learn(
    ports: &mut [Replayed],
    rows: (&PlasticRows, &[usize]),
    told: &Told<'_>,
    credit: StretchCredit<'_>,
    gradient: &mut [f64],
) {
    ports.iter_mut().for_each(|own| own.sweep.begin());
    let longest = ports.iter().map(|own| own.longest).max().unwrap_or(0);
    // Steps of the stretch count from 1. Arrivals in other steps are worth nothing.
    let mut end = credit.stretch.steps + 1;
    while end > 1 {
        let steps = end.saturating_sub(TOGETHER).max(1)..end;
        ports.iter_mut().enumerate().for_each(|(port, own)| own.sweep(steps.clone(), told, credit, port));
        let arrivals = credit.stretch.first + steps.start as u64..credit.stretch.first + steps.end as u64;
        let senders = arrivals.start.saturating_sub(u64::from(longest))..arrivals.end;
        let sent = SentBefore::new(told.recent, told.first_ids, senders);
        ports.iter_mut().for_each(|own| own.replay(rows, (&arrivals, &sent), gradient));
        end = steps.start;
    }
}
