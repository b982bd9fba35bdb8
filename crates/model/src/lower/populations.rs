//! Populations of a design: cells with their parameters, and sources.

use super::Lowering;
use crate::model::{CellSource, KindSpec, PopulationSpec, SourceSpec};
use crate::scale::{missing_current, scaled_cells};
use crate::values::PerCell;
use neuropil_core::{Stream, StreamKey};
use neuropil_network::neuron::{BadCell, Column, ModelInfo, NeuronModel};
use neuropil_network::population::Initial;
use neuropil_network::source::{PoissonSource, Sending, SpikeSource, SpikeTrain};
use neuropil_network::{Kind, Population, Scalar};

impl Lowering<'_> {
    pub(super) fn population<R: Scalar>(&mut self, index: usize, spec: &PopulationSpec) -> Option<Population<R>> {
        let cells = scaled_cells(spec.cells, self.scale);
        let number = u32::try_from(index).expect("fewer than 2^32 populations");
        let poisson_key = StreamKey::new(self.seed, Stream::Poisson, POISSON_SOURCES + number);
        let (kind, initial) = match &spec.kind {
            KindSpec::Neurons { source, info, parameters, initial } => {
                let columns = parameters
                    .iter()
                    .enumerate()
                    .map(|(row, value)| self.column(spec, value, number, row as u64, Stream::Parameter, cells));
                let columns: Vec<Column> = columns.collect::<Option<_>>()?;
                let cells_built = self.neurons::<R>(index, spec, (source, info), columns, cells)?;
                let initial = initial.iter().map(|(variable, value)| {
                    let column = self.column(spec, value, number, *variable as u64, Stream::InitialState, cells)?;
                    Some(Initial {
                        variable: *variable,
                        values: (0..cells as usize).map(|cell| column.value(cell)).collect(),
                    })
                });
                (Kind::Neurons(cells_built), initial.collect::<Option<_>>()?)
            }
            KindSpec::Poisson(rate) => (
                Kind::Source(Box::new(
                    PoissonSource::new(rate.clone(), poisson_key, self.model.clock).within(spec.window),
                ) as _),
                Vec::new(),
            ),
            KindSpec::Source(own) => (Kind::Source(self.source(spec, own, (cells, number))?), Vec::new()),
            KindSpec::Task { inputs } => {
                let spikes = self.model.task.as_ref().map(|task| task.spikes(self.seed, inputs));
                (Kind::Source(Box::new(SpikeTrain::new(spikes.unwrap_or_default())) as _), Vec::new())
            }
            KindSpec::SpikeTrain(spikes) => (Kind::Source(Box::new(SpikeTrain::new(spikes.clone())) as _), Vec::new()),
        };
        let positions = spec.placement.as_ref().and_then(|own| self.positions(spec, own, (cells, number)));
        Some(Population {
            name: spec.name.clone(),
            cells,
            kind,
            cell_type: spec.cell_type.clone(),
            sign: spec.sign,
            positions,
            initial,
        })
    }

    fn source(
        &mut self,
        spec: &PopulationSpec,
        own: &SourceSpec,
        (cells, number): (u32, u32),
    ) -> Option<Box<dyn SpikeSource>> {
        let rows = own.parameters.iter().zip(0..);
        let columns = rows.map(|(value, row)| self.column(spec, value, number, row, Stream::Parameter, cells));
        let columns: Vec<Column> = columns.collect::<Option<_>>()?;
        let sending = Sending { clock: self.model.clock, window: spec.window, since: own.since };
        let built = own.entry.build(&columns, cells as usize, sending);
        let fault = |own: &BadCell| self.fault(&format!("{}.{}", spec.path, own.fault.name), told(own, &columns));
        built.map_err(|faults| faults.iter().for_each(fault)).ok()
    }

    fn column(
        &mut self,
        spec: &PopulationSpec,
        value: &PerCell,
        owner: u32,
        row: u64,
        stream: Stream,
        cells: u32,
    ) -> Option<Column> {
        match value {
            PerCell::Drawn(distribution) => Some(match distribution.as_constant() {
                Some(constant) => Column::Constant(constant),
                None => {
                    let key = StreamKey::new(self.seed, stream, owner);
                    Column::PerCell((0..cells).map(|cell| distribution.draw(&mut key.at(cell, row))).collect())
                }
            }),
            PerCell::List(values) if values.len() == cells as usize => Some(Column::PerCell(values.clone())),
            PerCell::List(_) => {
                self.fault(&spec.path, "a list with one number a cell cannot be scaled");
                None
            }
        }
    }

    fn neurons<R: Scalar>(
        &mut self,
        index: usize,
        spec: &PopulationSpec,
        (source, info): (&CellSource, &'static ModelInfo),
        mut columns: Vec<Column>,
        cells: u32,
    ) -> Option<Box<dyn NeuronModel<R>>> {
        let owner = u32::try_from(index).unwrap_or(u32::MAX);
        let built = self.build(spec, (source, info), &columns, (cells, owner))?;
        if self.scale == 1.0 {
            return Some(built);
        }
        let row = info.parameters.iter().position(|row| row.symbol == "i_e");
        let alike = columns.iter().all(|column| matches!(column, Column::Constant(_)));
        let missing = |cell: usize| missing_current::<R>(self.model, index, built.as_ref(), cell, self.scale);
        let Some((row, _)) = row.zip(missing(0)) else {
            self.fault(
                &spec.path,
                format!("the mean input of {} cells cannot be restored by a current: they cannot be scaled", info.name),
            );
            return None;
        };
        columns[row] = match (alike, &columns[row]) {
            (true, Column::Constant(i_e)) => Column::Constant(i_e + missing(0)?),
            (_, column) => {
                let all: Option<Vec<f64>> =
                    (0..cells as usize).map(|cell| Some(column.value(cell) + missing(cell)?)).collect();
                Column::PerCell(all?)
            }
        };
        self.build(spec, (source, info), &columns, (cells, owner))
    }

    fn build<R: Scalar>(
        &mut self,
        spec: &PopulationSpec,
        (source, info): (&CellSource, &'static ModelInfo),
        columns: &[Column],
        (cells, owner): (u32, u32),
    ) -> Option<Box<dyn NeuronModel<R>>> {
        let faults: Vec<(String, String)> = match source {
            CellSource::Built(entry) => match entry.build_shaped(info, columns, cells as usize, self.model.clock) {
                Ok(built) => return Some(built),
                Err(faults) => {
                    faults.iter().map(|own| (format!("{}.{}", spec.path, own.fault.name), told(own, columns))).collect()
                }
            },
            CellSource::File(cell) => {
                let key = StreamKey::new(self.seed, Stream::Equation, owner);
                match cell.build(columns, cells as usize, key) {
                    Ok(built) => return Some(built),
                    Err(faults) => faults.iter().map(|own| (spec.path.clone(), own.to_string())).collect(),
                }
            }
        };
        for (path, message) in faults {
            self.fault(&path, message);
        }
        None
    }
}

/// A fault of a cell, which is named where cells differ.
fn told(own: &BadCell, columns: &[Column]) -> String {
    let alike = columns.iter().all(|column| matches!(column, Column::Constant(_)));
    if alike { own.fault.to_string() } else { own.to_string() }
}

/// Streams of Poisson cells are numbered from here, those of inputs from 0.
const POISSON_SOURCES: u32 = 1 << 16;
