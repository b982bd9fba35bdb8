//! From the equations of a model to the cells of a population.

use super::modulation::ModulatedCells;
use super::{
    BadCell, COUNTERS, Equations, Frame, Learnable, ModelInfo, Modulated, Modulation, NeuronModel, ParameterChange,
    Refusal, State, Unchanged, VARIABLES, View,
};
use arrayvec::ArrayVec;
use neuropil_core::parameter::out_of_range;
use neuropil_core::simd::vectorized;
use neuropil_core::{BadParameter, Clock, ParameterSet, Real};
use std::ops::Range;

/// The values of one parameter in a population.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// The same for all cells.
    Constant(f64),
    /// One a cell.
    PerCell(Vec<f64>),
}

impl Column {
    /// The value of one cell.
    pub fn value(&self, cell: usize) -> f64 {
        match self {
            Column::Constant(value) => *value,
            Column::PerCell(values) => values[cell],
        }
    }

    /// That of some cells.
    #[must_use]
    pub fn part(&self, cells: Range<usize>) -> Self {
        match self {
            Column::Constant(value) => Self::Constant(*value),
            Column::PerCell(values) => Self::PerCell(values[cells].to_vec()),
        }
    }
}

/// Cells of one model. Neighbours with equal parameters share a propagator and advance together.
pub struct Cells<M: Equations, R: Real> {
    info: &'static ModelInfo,
    /// First cell of each run of equal cells.
    starts: Vec<usize>,
    /// The parameters of each run.
    params: Vec<M::Params>,
    /// The propagator of each run.
    propagators: Vec<M::Propagator<R>>,
    clock: Clock,
}

impl<M: Equations, R: Real> Cells<M, R> {
    /// Builds and checks; reports the first cell of each fault.
    pub fn boxed(
        info: &'static ModelInfo,
        columns: &[Column],
        cells: usize,
        clock: Clock,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        let alike = columns.iter().all(|column| matches!(column, Column::Constant(_)));
        let distinct = if alike { cells.min(1) } else { cells };
        let mut faults: Vec<BadCell> = Vec::new();
        let mut built = Self { info, starts: Vec::new(), params: Vec::new(), propagators: Vec::new(), clock };
        for cell in 0..distinct {
            let values: Vec<f64> = columns.iter().map(|column| column.value(cell)).collect();
            let own = M::Params::from_values(&values);
            if built.params.last() == Some(&own) {
                continue;
            }
            let mut found = out_of_range(info.parameters, &values);
            if found.is_empty() {
                found = M::conflicts(&own);
            }
            if found.is_empty() {
                match M::propagator(&own, clock) {
                    Ok(propagator) => built.propagators.push(propagator),
                    Err(_) => found.push(off_grid(&own, clock)),
                }
            }
            let news = found.into_iter().filter(|fault| !faults.iter().any(|known| known.fault.name == fault.name));
            let news: Vec<BadCell> = news.map(|fault| BadCell { cell, fault }).collect();
            faults.extend(news);
            built.starts.push(cell);
            built.params.push(own);
        }
        if faults.is_empty() { Ok(Box::new(built)) } else { Err(faults) }
    }

    /// The run that a cell belongs to.
    fn run(&self, cell: usize) -> usize {
        self.starts.partition_point(|start| *start <= cell) - 1
    }

    fn params(&self, cell: usize) -> &M::Params {
        &self.params[self.run(cell)]
    }
}

/// The only duration that a propagator can refuse.
fn off_grid<P: ParameterSet>(params: &P, clock: Clock) -> BadParameter {
    let t_ref = P::TABLE.iter().position(|row| row.symbol == "t_ref");
    BadParameter {
        name: "t_ref_ms".into(),
        value: t_ref.map_or(f64::NAN, |row| params.values()[row]),
        unit: "ms",
        expected: format!("a multiple of dt = {} ms", clock.dt_ms()),
    }
}

impl<M: Equations, R: Real> NeuronModel<R> for Cells<M, R> {
    fn info(&self) -> &'static ModelInfo {
        self.info
    }

    fn rest(&self, cells: Range<usize>, lanes: usize) -> State<R> {
        let size = cells.len() * lanes;
        let plane = |variable| {
            let value = |cell| {
                let params = self.params(cell);
                R::from_f64(M::stored(params, variable, M::rest(params, variable)))
            };
            cells.clone().flat_map(|cell| std::iter::repeat_n(value(cell), lanes)).collect()
        };
        State {
            variables: (0..self.info.variables.len()).map(plane).collect(),
            counters: vec![vec![0; size]; self.info.counters],
        }
    }

    fn set(&self, state: &mut State<R>, variable: usize, cell: usize, slot: usize, value: f64) {
        state.variables[variable][slot] = R::from_f64(M::stored(self.params(cell), variable, value));
    }

    #[expect(clippy::cast_possible_truncation, reason = "counters hold steps modulo 2^32")]
    fn write(&self, state: &mut State<R>, (variable, cell, slot): (usize, usize, usize), value: f64, step: u64) {
        self.set(state, variable, cell, slot, value);
        if let Some(counter) = M::STORED_AT {
            state.counters[counter][slot] = step as u32;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "counters hold steps modulo 2^32")]
    fn observe(&self, state: &View<'_, R>, variable: usize, cell: usize, slot: usize, step: u64) -> f64 {
        let variables = &state.variables[..self.info.variables.len()];
        let stored: ArrayVec<f64, VARIABLES> = variables.iter().map(|plane| plane[slot].to_f64()).collect();
        let counters = &state.counters[..self.info.counters];
        let counters: ArrayVec<u32, COUNTERS> = counters.iter().map(|plane| plane[slot]).collect();
        let since =
            counters.first().map_or(0.0, |last| f64::from((step as u32).wrapping_sub(*last)) * self.clock.dt_ms());
        M::observed(self.params(cell), variable, &stored, &counters, since)
    }

    fn advance(&self, cells: Range<usize>, lanes: usize, mut frame: Frame<'_, '_, R>) -> bool {
        let first = frame.range.start;
        let mut from = cells.start;
        let mut run = self.run(from);
        let mut sound = true;
        while from < cells.end {
            let to = self.starts.get(run + 1).map_or(cells.end, |next| cells.end.min(*next));
            let range = first + (from - cells.start) * lanes..first + (to - cells.start) * lanes;
            let part = frame.part(range);
            sound &= vectorized(
                #[inline(always)]
                || M::advance(&self.propagators[run], part),
            );
            from = to;
            run += 1;
        }
        sound
    }

    fn parameters(&self, cell: usize) -> Vec<f64> {
        self.params(cell).values()
    }

    fn mean_current(&self, cell: usize, port: usize, weight: f64, rate_hz: f64) -> Option<f64> {
        M::mean_current(self.params(cell), port, weight, rate_hz)
    }

    fn learnable(&self, cell: usize) -> Option<Learnable> {
        M::learnable(self.params(cell), self.clock)
    }

    fn takes(&self, modulation: &Modulation) -> Result<(), (usize, Refusal)> {
        if modulation.is_none() {
            return Ok(());
        }
        let mut runs = self.starts.iter().zip(&self.params);
        let refused =
            runs.find_map(|(&cell, params)| Some((cell, M::modulated::<R>(params, modulation, self.clock).err()?)));
        refused.map_or(Ok(()), Err)
    }

    fn modulated(&self, cells: Range<usize>) -> Option<Box<dyn Modulated<R>>> {
        let params: Vec<M::Params> = cells.map(|cell| self.params(cell).clone()).collect();
        let held = vec![Modulation::NONE; params.len()];
        let propagators = params.iter().map(|params| M::modulated(params, &Modulation::NONE, self.clock).ok());
        let propagators = propagators.collect::<Option<_>>()?;
        Some(Box::new(ModulatedCells::<M, R> { params, held, propagators, clock: self.clock }))
    }

    fn changed(&self, changes: &[ParameterChange], cells: usize) -> Result<Box<dyn NeuronModel<R>>, Unchanged> {
        for change in changes {
            let row = &self.info.parameters[change.parameter];
            if M::FIXED.contains(&row.symbol) {
                return Err(Unchanged::Fixed { model: self.info.name, name: row.name() });
            }
        }
        let alike = self.params.len() == 1 && changes.iter().all(|change| change.cells.is_none());
        let column = |parameter: usize| {
            let own = changes.iter().filter(move |change| change.parameter == parameter);
            if alike {
                let first = self.params[0].values()[parameter];
                return Column::Constant(own.fold(first, |_, change| change.value));
            }
            let mut values: Vec<f64> = (0..cells).map(|cell| self.params(cell).values()[parameter]).collect();
            for change in own {
                match &change.cells {
                    None => values.fill(change.value),
                    Some(some) => some.cells().iter().for_each(|cell| values[*cell as usize] = change.value),
                }
            }
            Column::PerCell(values)
        };
        let columns: Vec<Column> = (0..self.info.parameters.len()).map(column).collect();
        Self::boxed(self.info, &columns, cells, self.clock).map_err(|mut faults| Unchanged::Bad(faults.swap_remove(0)))
    }

    fn offset(&self, variable: usize, cell: usize) -> f64 {
        M::stored(self.params(cell), variable, 0.0)
    }

    fn without_threshold(&self) -> Option<Box<dyn NeuronModel<R>>> {
        let params: Vec<M::Params> = self.params.iter().map(M::without_threshold).collect::<Option<_>>()?;
        let propagators = params.iter().map(|params| M::propagator(params, self.clock).ok());
        let propagators = propagators.collect::<Option<Vec<_>>>()?;
        Some(Box::new(Self { info: self.info, starts: self.starts.clone(), params, propagators, clock: self.clock }))
    }
}
