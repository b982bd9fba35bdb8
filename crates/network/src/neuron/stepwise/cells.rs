//! Cells of a population that are integrated in parts.

use super::StepwiseModel;
use super::fehlberg::{Moment, Room, part};
use super::membrane::Membrane;
use super::receptors::{Receptor, arrive, receptors, slopes};
use crate::neuron::{
    BadCell, Column, Frame, Learnable, ModelInfo, Modulated, Modulation, NeuronModel, ParameterChange, Refusal, State,
    Unchanged, VARIABLES, View,
};
use neuropil_core::parameter::out_of_range;
use neuropil_core::{Clock, Real};
use std::marker::PhantomData;
use std::ops::Range;

/// What one cell needs.
struct Own<M> {
    membrane: M,
    receptors: Vec<Receptor>,
}

/// Cells of one model; neighbours with equal parameters share what they need.
struct Stepwise<M, R> {
    model: StepwiseModel,
    columns: Vec<Column>,
    /// First cell of each run of equal cells.
    starts: Vec<usize>,
    runs: Vec<Own<M>>,
    clock: Clock,
    of: PhantomData<fn(R)>,
}

/// Builds and checks; reports the first cell of each fault.
pub(super) fn boxed<M: Membrane, R: Real>(
    model: StepwiseModel,
    columns: &[Column],
    cells: usize,
    clock: Clock,
) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
    let rows = model.info.parameters;
    let own = model.membrane.parameters().len();
    let t_ref = rows.iter().position(|row| row.symbol == "t_ref");
    let alike = columns.iter().all(|column| matches!(column, Column::Constant(_)));
    let (mut starts, mut runs, mut last) = (Vec::new(), Vec::new(), Vec::new());
    let mut faults: Vec<BadCell> = Vec::new();
    for cell in 0..if alike { cells.min(1) } else { cells } {
        let values: Vec<f64> = columns.iter().map(|column| column.value(cell)).collect();
        if values == last {
            continue;
        }
        let found = out_of_range(rows, &values);
        let news = found.into_iter().filter(|fault| !faults.iter().any(|known| known.fault.name == fault.name));
        let news: Vec<BadCell> = news.map(|fault| BadCell { cell, fault }).collect();
        faults.extend(news);
        let hold = t_ref.map_or(0, |row| hold(values[row], clock.dt_ms()));
        let receptors = receptors(model.shape, model.receptors, &values[own..]);
        starts.push(cell);
        runs.push(Own { membrane: M::new(&values[..own], hold), receptors });
        last = values;
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let columns = columns.to_vec();
    Ok(Box::new(Stepwise::<M, R> { model, columns, starts, runs, clock, of: PhantomData }))
}

/// The steps that a refractory period takes: those of its end too, as NEST counts whole microseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "capped, and not negative where it is used"
)]
fn hold(t_ref_ms: f64, dt_ms: f64) -> u32 {
    ((t_ref_ms * 1e3).round() / (dt_ms * 1e3) - 1e-6).ceil().clamp(0.0, f64::from(u32::MAX - 1)) as u32
}

/// Parts of a step at most: a state so large that rounding alone exceeds the bound would never come to its end, and is told
/// as one that is no number.
const MOST_PARTS: u32 = 1 << 20;

impl<M: Membrane, R: Real> Stepwise<M, R> {
    fn run(&self, cell: usize) -> usize {
        self.starts.partition_point(|start| *start <= cell) - 1
    }

    /// One step of a cell: its variables with the size of the next part, its counter, arrivals and current.
    #[inline(always)]
    fn step(
        &self,
        own: &Own<M>,
        state: &mut [f64],
        refractory: &mut u32,
        mut arrivals: impl Iterator<Item = f64>,
        current: f64,
        room: &mut Room,
    ) -> bool {
        let (membrane, shape) = (&own.membrane, self.model.shape);
        let first = self.model.membrane.variables().len();
        let Some((size, y)) = state.split_last_mut() else { return false };
        let end = self.clock.dt_ms();
        let mut moment = Moment { time: 0.0, size: *size };
        let (before, control) = (y[0], membrane.control());
        let mut fires = false;
        // A pulse reaches the membrane after the first part of the step, and nothing while the cell is refractory.
        let mut pulse = if shape.variables() == 0 { arrivals.next().unwrap_or(0.0) } else { 0.0 };
        let mut parts = 0_u32;
        while moment.time < end {
            parts += 1;
            if parts > MOST_PARTS {
                y[0] = f64::NAN;
                break;
            }
            let held = *refractory > 0;
            let slopes_of = |y: &[f64], dy: &mut [f64]| {
                let v = membrane.seen(y, held);
                let synaptic = slopes(shape, &own.receptors, v, &y[first..], &mut dy[first..]);
                membrane.slopes(held, v, synaptic + current, y, dy);
            };
            part(slopes_of, control, &mut moment, end, y, room);
            if *refractory == 0 {
                y[0] += pulse;
            }
            pulse = 0.0;
            fires |= membrane.inside(y, refractory);
        }
        *size = moment.size;
        if !M::ARRIVALS_FIRST {
            fires |= membrane.after(before, y, refractory);
        }
        for (place, weight) in arrivals.enumerate() {
            if weight != 0.0 {
                arrive(shape, &own.receptors, place, weight, &mut y[first..]);
            }
        }
        if M::ARRIVALS_FIRST {
            fires |= membrane.after(before, y, refractory);
        }
        fires
    }
}

impl<M: Membrane, R: Real> NeuronModel<R> for Stepwise<M, R> {
    fn info(&self) -> &'static ModelInfo {
        self.model.info
    }

    fn rest(&self, cells: Range<usize>, lanes: usize) -> State<R> {
        let count = cells.len() * lanes;
        let start = self.model.membrane.start();
        let last = self.model.info.variables.len() - 1;
        let value = |variable: usize| {
            if variable == last { self.clock.dt_ms() } else { start.get(variable).copied().unwrap_or(0.0) }
        };
        let variables = (0..=last).map(|variable| vec![R::from_f64(value(variable)); count]).collect();
        State { variables, counters: vec![vec![0; count]] }
    }

    fn set(&self, state: &mut State<R>, variable: usize, _cell: usize, slot: usize, value: f64) {
        state.variables[variable][slot] = R::from_f64(value);
    }

    fn observe(&self, state: &View<'_, R>, variable: usize, _cell: usize, slot: usize, _step: u64) -> f64 {
        state.variables[variable][slot].to_f64()
    }

    fn advance(&self, cells: Range<usize>, lanes: usize, frame: Frame<'_, '_, R>) -> bool {
        let Frame { variables, counters, input, currents, fired, range, .. } = frame;
        let count = variables.len();
        let injected = currents.first().copied().unwrap_or(&[]);
        let (mut room, mut state, mut sound) = (Room::new(), [0.0; VARIABLES], true);
        let mut run = self.run(cells.start);
        let first = range.start;
        for slot in range {
            let cell = cells.start + (slot - first) / lanes;
            while self.starts.get(run + 1).is_some_and(|next| *next <= cell) {
                run += 1;
            }
            let state = &mut state[..count];
            state.iter_mut().zip(&*variables).for_each(|(own, plane)| *own = plane[slot].to_f64());
            let current = injected.get(slot).map_or(0.0, |current| current.to_f64());
            let arrivals = input.iter_mut().map(|plane| std::mem::replace(&mut plane[slot], R::ZERO).to_f64());
            let fires = self.step(&self.runs[run], state, &mut counters[0][slot], arrivals, current, &mut room);
            fired[slot] = u8::from(fires);
            for (own, plane) in state.iter().zip(variables.iter_mut()) {
                sound &= own.is_finite();
                plane[slot] = R::from_f64(*own);
            }
        }
        sound
    }

    fn parameters(&self, cell: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column.value(cell)).collect()
    }

    fn mean_current(&self, _cell: usize, _port: usize, _weight: f64, _rate_hz: f64) -> Option<f64> {
        None
    }

    fn learnable(&self, _cell: usize) -> Option<Learnable> {
        None
    }

    fn takes(&self, modulation: &Modulation) -> Result<(), (usize, Refusal)> {
        if modulation.is_none() {
            return Ok(());
        }
        Err((0, Refusal::Effect { model: self.model.info.name, effect: "membrane or threshold" }))
    }

    fn modulated(&self, _cells: Range<usize>) -> Option<Box<dyn Modulated<R>>> {
        None
    }

    fn changed(&self, changes: &[ParameterChange], cells: usize) -> Result<Box<dyn NeuronModel<R>>, Unchanged> {
        let mut columns = self.columns.clone();
        for change in changes {
            let column = &mut columns[change.parameter];
            *column = match &change.cells {
                None => Column::Constant(change.value),
                Some(some) => {
                    let mut values: Vec<f64> = (0..cells).map(|cell| column.value(cell)).collect();
                    some.cells().iter().for_each(|cell| values[*cell as usize] = change.value);
                    Column::PerCell(values)
                }
            };
        }
        self.model.build::<R>(&columns, cells, self.clock).map_err(|mut faults| Unchanged::Bad(faults.swap_remove(0)))
    }

    fn without_threshold(&self) -> Option<Box<dyn NeuronModel<R>>> {
        None
    }
}
