//! From the equations of a source to the sources of a population.

use super::SpikeSource;
use crate::neuron::{BadCell, Column};
use crate::window::Window;
use neuropil_core::parameter::out_of_range;
use neuropil_core::{BadParameter, Clock, Parameter, ParameterSet};
use std::ops::Range;

/// What a source is, without its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceInfo {
    /// Its name: `model` of a population.
    pub name: &'static str,
    /// What it is, in a line: the title of its part of the schema, and of its class in Python.
    pub summary: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter],
}

/// The equations of a source: a pure function of the step, with parameters of each cell.
pub trait Equations: Send + Sync + 'static {
    /// What the source is.
    const INFO: SourceInfo;
    /// What the user sets.
    type Params: ParameterSet;

    /// Values that make no sense on this grid, or together (each value alone is in range).
    fn conflicts(_params: &Self::Params, _clock: Clock) -> Vec<BadParameter> {
        Vec::new()
    }

    /// Whether a cell spikes in `step`, which is numbered by its end, from 1 on.
    fn spikes(params: &Self::Params, step: u64, clock: Clock) -> bool;
}

/// When a source sends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sending {
    /// The grid of time.
    pub clock: Clock,
    /// When it is on.
    pub window: Window,
    /// Steps before the first one.
    pub since: u64,
}

/// Makes the cells of a population from one column of values a parameter.
type Builder = fn(&[Column], usize, Sending) -> Result<Box<dyn SpikeSource>, Vec<BadCell>>;

/// A source by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub info: &'static SourceInfo,
    build: Builder,
}

impl Entry {
    pub(super) const fn of<M: Equations>() -> Self {
        Self { info: &M::INFO, build: Sources::<M>::boxed }
    }

    /// Builds `cells` cells, one column a parameter of the table.
    ///
    /// # Errors
    /// The first cell of each fault.
    pub fn build(
        &self,
        columns: &[Column],
        cells: usize,
        sending: Sending,
    ) -> Result<Box<dyn SpikeSource>, Vec<BadCell>> {
        (self.build)(columns, cells, sending)
    }
}

/// Cells of one source.
struct Sources<M: Equations> {
    /// Those of all cells, or one a cell.
    params: Vec<M::Params>,
    sending: Sending,
}

impl<M: Equations> Sources<M> {
    fn boxed(columns: &[Column], cells: usize, sending: Sending) -> Result<Box<dyn SpikeSource>, Vec<BadCell>> {
        let alike = columns.iter().all(|column| matches!(column, Column::Constant(_)));
        let distinct = if alike { cells.min(1) } else { cells };
        let (mut params, mut faults) = (Vec::with_capacity(distinct), Vec::<BadCell>::new());
        for cell in 0..distinct {
            let values: Vec<f64> = columns.iter().map(|column| column.value(cell)).collect();
            let own = M::Params::from_values(&values);
            let mut found = out_of_range(M::INFO.parameters, &values);
            if found.is_empty() {
                found = M::conflicts(&own, sending.clock);
            }
            let news = found.into_iter().filter(|fault| !faults.iter().any(|known| known.fault.name == fault.name));
            let news: Vec<BadCell> = news.map(|fault| BadCell { cell, fault }).collect();
            faults.extend(news);
            params.push(own);
        }
        if faults.is_empty() { Ok(Box::new(Self { params, sending })) } else { Err(faults) }
    }
}

impl<M: Equations> SpikeSource for Sources<M> {
    fn name(&self) -> &'static str {
        M::INFO.name
    }

    fn emit(&self, step: u64, cells: Range<u32>, fired: &mut Vec<u32>) {
        let Sending { clock, window, since } = self.sending;
        let step = step + since;
        if step == 0 || !window.holds(step, clock) {
            return;
        }
        match self.params.as_slice() {
            [all] if M::spikes(all, step, clock) => fired.extend(cells),
            [_] => {}
            each => fired.extend(cells.filter(|cell| M::spikes(&each[*cell as usize], step, clock))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MODELS;

    const CELLS: u32 = 5;

    fn clock() -> Clock {
        Clock::new(0.1).unwrap()
    }

    /// Values that differ from cell to cell.
    fn varied(entry: &Entry) -> Vec<Column> {
        let value = |row: &Parameter, cell: u32| (row.default + 0.3) * (1.0 + 0.2 * f64::from(cell));
        let column = |row| Column::PerCell((0..CELLS).map(|cell| value(row, cell)).collect());
        entry.info.parameters.iter().map(column).collect()
    }

    fn spikes(source: &dyn SpikeSource, cells: Range<u32>, steps: Range<u64>) -> Vec<(u64, u32)> {
        let mut all = Vec::new();
        for step in steps {
            let mut fired = Vec::new();
            source.emit(step, cells.clone(), &mut fired);
            all.extend(fired.into_iter().map(|cell| (step, cell)));
        }
        all
    }

    /// What every source keeps: a part of the cells sends what it sends among all, equal values of each cell are one value, a
    /// window takes spikes away and changes none, and a source that begins later goes on. Would catch cells by their place in a
    /// block, and a window or a beginning that moves the spikes.
    #[test]
    fn sources_keep_their_contract() {
        let always = Sending { clock: clock(), window: Window::ALWAYS, since: 0 };
        for entry in MODELS {
            let (name, columns) = (entry.info.name, varied(entry));
            let build = |columns: &[Column], sending| entry.build(columns, CELLS as usize, sending).unwrap();
            let own = build(&columns, always);
            assert_eq!(own.name(), name);
            let all = spikes(own.as_ref(), 0..CELLS, 1..5000);
            assert!(all.len() > 20, "{name}: the test needs spikes");
            let of = |cells: &Range<u32>| all.iter().filter(|own| cells.contains(&own.1)).copied().collect::<Vec<_>>();
            assert_eq!(spikes(own.as_ref(), 1..4, 1..5000), of(&(1..4)), "{name}");
            let one: Vec<Column> = columns.iter().map(|column| Column::Constant(column.value(0))).collect();
            let each: Vec<Column> = one.iter().map(|own| Column::PerCell(vec![own.value(0); CELLS as usize])).collect();
            let [one, each] = [one, each].map(|own| spikes(build(&own, always).as_ref(), 0..CELLS, 1..5000));
            assert_eq!(one, each, "{name}");
            let window = Window { start_ms: 60.0, stop_ms: 300.0 };
            let inside: Vec<_> = all.iter().filter(|own| (601..=3000).contains(&own.0)).copied().collect();
            assert_eq!(
                spikes(build(&columns, Sending { window, ..always }).as_ref(), 0..CELLS, 1..5000),
                inside,
                "{name}"
            );
            let later = spikes(build(&columns, Sending { since: 70, ..always }).as_ref(), 0..CELLS, 1..4930);
            let behind: Vec<_> = all.iter().filter(|own| own.0 > 70).map(|own| (own.0 - 70, own.1)).collect();
            assert_eq!(later, behind, "{name}");
        }
    }

    /// Would catch a value that is out of range and is built all the same.
    #[test]
    fn faults_name_the_cell_and_the_parameter() {
        let entry = MODELS.iter().find(|own| own.info.name == "regular_source").unwrap();
        let sending = Sending { clock: clock(), window: Window::ALWAYS, since: 0 };
        let columns = [Column::PerCell(vec![5.0, 0.0, 0.02]), Column::Constant(0.0)];
        let Err(faults) = entry.build(&columns, 3, sending) else { panic!("built") };
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["cell 0: first_ms = 0 ms, must be > 0", "cell 1: period_ms = 0 ms, must be > 0"]);
        let columns = [Column::PerCell(vec![5.0, 0.02]), Column::Constant(0.06)];
        let Err(faults) = entry.build(&columns, 2, sending) else { panic!("built") };
        assert_eq!(faults[0].to_string(), "cell 1: period_ms = 0.02 ms, must be at least dt = 0.1 ms");
    }
}
