//! A network in memory, advanced step by step from Python.

use crate::arrays;
use crate::error::{Fault, released};
use crate::model::input;
use crate::ranks::is_alone;
use crate::run::{LOOK_EVERY, heard, heed_signals};
use neuropil_core::Clock;
use neuropil_engine::{EngineError, Runnable};
use neuropil_session::{Built, BuiltPopulation, BuiltProjection, Changes, Editor, Unwatched};
use numpy::PyArray1;
use pyo3::prelude::*;
use std::sync::Mutex;
use std::time::Instant;

/// Simulated time between two looks at the clock.
const CHUNK_MS: f64 = 10.0;

/// A state variable of a population, its numbers, and the array that shows them.
struct View {
    population: usize,
    variable: usize,
    /// The cells that it shows; all if `None`.
    cells: Option<Vec<u32>>,
    array: Py<PyArray1<f64>>,
    shown: Py<PyAny>,
}

/// Times of spikes in ms, and who fired.
type Fired<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<u32>>);

/// What runs, and why it no longer does.
struct Own {
    simulation: Box<dyn Runnable>,
    ended: Option<String>,
    /// (step, global id) of the spikes of the last advance.
    spikes: Vec<(u64, u32)>,
    editor: Option<Editor>,
    projections: Vec<BuiltProjection>,
    synapses: u64,
}

impl Own {
    fn alive(&self) -> Result<(), Fault> {
        match &self.ended {
            Some(why) => Err(Fault::State(format!("the simulation has ended: {why}"))),
            None => Ok(()),
        }
    }
}

/// A network with its state.
#[pyclass(frozen)]
pub struct Simulation {
    own: Mutex<Own>,
    clock: Clock,
    populations: Vec<BuiltPopulation>,
    views: Mutex<Vec<View>>,
}

impl Simulation {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Own) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        released(py, || {
            let mut own = self.own.lock().map_err(|_| Fault::State("the simulation has met a bug before".into()))?;
            work(&mut own)
        })
    }

    fn population(&self, name: &str) -> Result<usize, Fault> {
        self.populations.iter().position(|own| own.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.populations.iter().map(|own| own.name.as_str()).collect();
            Fault::input(format!("there is no population `{name}`; there are {}", names.join(", ")))
        })
    }

    /// Shows the state as it is now.
    fn refresh(&self, py: Python<'_>) -> PyResult<()> {
        let wanted: Vec<(usize, usize, Option<Vec<u32>>)> = {
            let views = self.views.lock().map_err(|_| Fault::Bug("a view has panicked".into()))?;
            views.iter().map(|view| (view.population, view.variable, view.cells.clone())).collect()
        };
        if wanted.is_empty() {
            return Ok(());
        }
        let values = self.with(py, |own| {
            let seen = |(population, variable, cells): &(usize, usize, Option<Vec<u32>>)| {
                some_of(own.simulation.observe(*population, *variable), cells.as_deref())
            };
            Ok(wanted.iter().map(seen).collect())
        });
        let values: Vec<Vec<f64>> = values?;
        let arrays: Vec<Py<PyArray1<f64>>> = {
            let views = self.views.lock().map_err(|_| Fault::Bug("a view has panicked".into()))?;
            views.iter().take(values.len()).map(|view| view.array.clone_ref(py)).collect()
        };
        arrays.iter().zip(&values).try_for_each(|(array, values)| arrays::refresh(array.bind(py), values))
    }
}

/// The values of some cells; of all if there is no list.
fn some_of(values: Vec<f64>, cells: Option<&[u32]>) -> Vec<f64> {
    match cells {
        None => values,
        Some(cells) => cells.iter().map(|cell| values[*cell as usize]).collect(),
    }
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (text, name, *, scale, threads, hears))]
    fn new(
        py: Python<'_>,
        text: String,
        name: String,
        scale: f64,
        threads: Option<u16>,
        hears: Py<PyAny>,
    ) -> PyResult<Self> {
        let Built { simulation, clock, populations, projections, synapses, editor } = released(py, || {
            is_alone()?;
            let input = input(text, &name, &Changes { scale, ..Changes::default() })?;
            heard(&input.notes(), &hears)?;
            Ok(input.build(scale, threads, &Unwatched)?)
        })?;
        let own = Own { simulation, ended: None, spikes: Vec::new(), editor, projections, synapses };
        Ok(Self { own: Mutex::new(own), clock, populations, views: Mutex::new(Vec::new()) })
    }

    /// Advances by a number of steps; signals are heeded between chunks.
    fn advance(&self, py: Python<'_>, steps: u64) -> PyResult<()> {
        let chunk = self.clock.nearest_step(CHUNK_MS).unwrap_or(1).max(1);
        let outcome = self.with(py, |own| {
            own.alive()?;
            own.spikes.clear();
            let until = own.simulation.step() + steps;
            let mut looked = Instant::now();
            while own.simulation.step() < until {
                let outcome = own.simulation.advance(chunk.min(until - own.simulation.step()));
                own.spikes.extend_from_slice(&own.simulation.chunk().spikes);
                if let Err(fault) = outcome {
                    own.ended = Some(fault.to_string());
                    return Err(match fault {
                        EngineError::NonFinite { .. } | EngineError::Field { .. } => {
                            Fault::NonFinite(fault.to_string())
                        }
                        fault => Fault::Output(fault.to_string()),
                    });
                }
                if looked.elapsed() >= LOOK_EVERY {
                    heed_signals()?;
                    looked = Instant::now();
                }
            }
            Ok(())
        });
        self.refresh(py)?;
        Ok(outcome?)
    }

    /// Edits the network: items of `interventions`, as JSON; all of them or none.
    fn intervene(&self, py: Python<'_>, items: Vec<String>) -> PyResult<()> {
        self.with(py, |own| {
            own.alive()?;
            let Own { simulation, editor, .. } = own;
            let editor =
                editor.as_mut().ok_or_else(|| Fault::input("a SONATA circuit cannot be edited while it runs"))?;
            if let Some(grown) = editor.grown(simulation.as_ref(), &items)? {
                (own.simulation, own.editor) = (grown.simulation, grown.editor);
                (own.projections, own.synapses) = (grown.projections, grown.synapses);
                return Ok(());
            }
            Ok(editor.edit(simulation.as_mut(), &items)?)
        })?;
        // States may have been written.
        self.refresh(py)
    }

    /// The model with all edits so far, up to now.
    fn model(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.with(py, |own| {
            let editor = own.editor.as_ref().ok_or_else(|| Fault::input("it is a SONATA circuit, expected a model"))?;
            Ok(editor.model(own.simulation.step())?)
        })?)
    }

    /// What an environment may answer, as JSON.
    fn answers(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.with(py, |own| {
            let editor =
                own.editor.as_ref().ok_or_else(|| Fault::input("a SONATA circuit cannot be edited while it runs"))?;
            Ok(editor.answers().to_owned())
        })?)
    }

    /// Names of the projections.
    #[getter]
    fn projections(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.with(py, |own| Ok(own.projections.iter().map(|own| own.name.clone()).collect()))?)
    }

    /// Number of synapses.
    #[getter]
    fn synapses(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.with(py, |own| Ok(own.synapses))?)
    }

    /// What model files call the weights of a projection.
    fn weight_name(&self, py: Python<'_>, projection: usize) -> PyResult<String> {
        Ok(self.with(py, |own| Ok(own.projections[projection].weight.clone()))?)
    }

    /// The end of a step.
    fn time_ms(&self, step: u64) -> f64 {
        self.clock.time_ms(step)
    }

    /// The weights of a projection in the next step.
    fn weights<'py>(&self, py: Python<'py>, projection: usize) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let weights = self.with(py, |own| Ok(own.simulation.weights(projection)))?;
        Ok(arrays::list(py, weights))
    }

    /// Completed steps.
    #[getter]
    fn step(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.with(py, |own| Ok(own.simulation.step()))?)
    }

    /// Simulated time so far.
    #[getter]
    fn t_ms(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(self.with(py, |own| Ok(self.clock.time_ms(own.simulation.step())))?)
    }

    /// Synaptic events delivered so far.
    #[getter]
    fn events(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.with(py, |own| Ok(own.simulation.events()))?)
    }

    /// (name, cells, names of state variables) of each population.
    #[getter]
    fn populations(&self) -> Vec<(String, u32, Vec<String>)> {
        self.populations.iter().map(|own| (own.name.clone(), own.cells, own.variables.clone())).collect()
    }

    /// Steps that a time is; times off the grid are refused.
    fn steps(&self, time_ms: f64) -> PyResult<u64> {
        Ok(self.clock.steps(time_ms).map_err(Fault::input)?)
    }

    /// Times in ms and cells of the spikes of a population in the last advance.
    fn spikes<'py>(&self, py: Python<'py>, population: &str) -> PyResult<Fired<'py>> {
        let own = &self.populations[self.population(population)?];
        let ids = own.first_id..own.first_id + own.cells;
        let spikes: Vec<(u64, u32)> =
            self.with(py, |own| Ok(own.spikes.iter().filter(|(_, id)| ids.contains(id)).copied().collect()))?;
        let times = spikes.iter().map(|(step, _)| self.clock.time_ms(*step)).collect();
        let cells = spikes.iter().map(|(_, id)| id - own.first_id).collect();
        Ok((arrays::list(py, times), arrays::list(py, cells)))
    }

    /// A state variable of all cells of a population, or of some: an array that cannot be written to, of which every advance renews
    /// the numbers.
    #[pyo3(signature = (population, variable, cells = None))]
    fn state<'py>(
        &self,
        py: Python<'py>,
        population: &str,
        variable: &str,
        cells: Option<Vec<u32>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let index = self.population(population)?;
        let own = &self.populations[index];
        let place = own.variables.iter().position(|name| name == variable).ok_or_else(|| {
            let known = own.variables.join(", ");
            Fault::input(format!("population `{population}` has no state `{variable}`; it has: {known}"))
        })?;
        if let Some(cell) = cells.iter().flatten().find(|cell| **cell >= own.cells) {
            let count = own.cells;
            return Err(Fault::input(format!("population `{population}` has no cell {cell}, of {count}")).into());
        }
        let mut views = self.views.lock().map_err(|_| Fault::Bug("a view has panicked".into()))?;
        if let Some(view) =
            views.iter().find(|view| (view.population, view.variable, &view.cells) == (index, place, &cells))
        {
            return Ok(view.shown.bind(py).clone());
        }
        drop(views);
        let values = self.with(py, |own| Ok(some_of(own.simulation.observe(index, place), cells.as_deref())))?;
        let array = arrays::list(py, values);
        let shown = array.call_method0("view")?;
        arrays::read_only(&shown)?;
        views = self.views.lock().map_err(|_| Fault::Bug("a view has panicked".into()))?;
        let (array, kept) = (array.unbind(), shown.clone().unbind());
        views.push(View { population: index, variable: place, cells, array, shown: kept });
        Ok(shown)
    }
}
