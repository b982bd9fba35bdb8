//! Training, led from Python batch by batch.

use crate::arrays;
use crate::batch::Batch;
use crate::error::{Fault, released};
use crate::runs::Runs;
use neuropil_model::Document;
use neuropil_model::given::attach;
use neuropil_plasticity::{Gradient, Matrix, Plane, RULES};
use neuropil_record::{Table, TrainingFile, TrainingRun};
use neuropil_train::compare::{aligned, same_task};
use neuropil_train::evaluation::NAMES;
use neuropil_train::{Evaluation, Progress, Setup, Trainer};
use numpy::PyArray3;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Names of the learning rules, in the order of the documentation.
#[pyfunction]
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.name).collect()
}

/// A trainer, and what it was made of.
struct Own {
    trainer: Trainer<'static>,
    setup: Arc<Setup>,
    name: String,
    /// Digest of the function of a rule of one's own; empty for a rule of the library.
    source: String,
    threads: usize,
    align: bool,
}

impl Own {
    /// The run from its beginning.
    fn afresh(&self) -> Result<Trainer<'static>, Fault> {
        let trainer = Trainer::new(Arc::clone(&self.setup), self.trainer.rule(), self.trainer.seed())?;
        Ok(trainer.with_threads(self.threads).with_alignment(self.align).with_name(self.name.clone()))
    }
}

/// A run in progress.
#[pyclass(frozen)]
pub struct Training {
    own: Mutex<Own>,
}

impl Training {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Own) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        released(py, || {
            let mut own = self.own.lock().map_err(|_| Fault::State("the training has met a bug before".into()))?;
            work(&mut own)
        })
    }
}

impl Training {
    /// The run as it is recorded.
    ///
    /// # Errors
    /// A bug met before.
    pub fn record(&self, py: Python<'_>) -> Result<TrainingRun, Fault> {
        self.with(py, |own| Ok(TrainingRun { source: own.source.clone(), ..own.trainer.record_with_cost() }))
    }
}

impl Training {
    /// The task file as JSON, and the trials of one's own that belong to it.
    ///
    /// # Errors
    /// A bug met before.
    pub fn task_and_data(&self, py: Python<'_>) -> Result<(String, Vec<Table>), Fault> {
        self.with(py, |own| Ok((own.setup.json.clone(), own.setup.data())))
    }
}

/// Refuses a file in which another function has the name of this rule.
fn same_function(file: &TrainingFile, own: &Own) -> Result<(), Fault> {
    match file.runs.iter().find(|run| run.rule == own.name && run.source != own.source) {
        None => Ok(()),
        Some(run) => Err(Fault::input(format!(
            "the file has runs of `{}` by another function (found {}, expected {}): it, or what it refers to, has changed; \
             choose another name or another file, or make all anew with --force",
            run.label(),
            run.source,
            own.source
        ))),
    }
}

/// The setup of a task file, whose data are those of a file if one is given.
fn setup(text: String, file: &str, folder: &Path, data: Option<&Path>) -> Result<Arc<Setup>, Fault> {
    let mut document = Document::parse(file, text)?;
    if let Some(data) = data {
        attach(&mut document, &data.to_string_lossy());
    }
    Ok(Arc::new(Setup::decode(&document, folder)?))
}

#[pymethods]
impl Training {
    #[new]
    #[pyo3(signature = (text, file, folder, *, data, rule, name, source = None, seed, threads, align))]
    #[expect(clippy::too_many_arguments, reason = "by name, from Python")]
    fn new(
        py: Python<'_>,
        text: String,
        file: String,
        folder: PathBuf,
        data: Option<PathBuf>,
        rule: String,
        name: Option<String>,
        source: Option<String>,
        seed: u64,
        threads: Option<u16>,
        align: bool,
    ) -> PyResult<Self> {
        let own = released(py, || {
            let setup = setup(text, &file, &folder, data.as_deref())?;
            let rule = setup.rule(&rule)?;
            let threads = threads.map_or_else(cores, usize::from).max(1);
            let name = name.unwrap_or_else(|| rule.name.into());
            TrainingRun::check_name(&name)?;
            let trainer = Trainer::new(Arc::clone(&setup), rule, seed)?;
            let trainer = trainer.with_threads(threads).with_alignment(align).with_name(name.clone());
            Ok(Own { trainer, setup, name, source: source.unwrap_or_default(), threads, align })
        })?;
        Ok(Self { own: Mutex::new(own) })
    }

    /// Goes on from what `runs`, of a file of this name, has of this rule and seed; whether there was anything.
    #[pyo3(signature = (runs, name = "the file"))]
    fn resume(&self, py: Python<'_>, runs: &Runs, name: &str) -> PyResult<bool> {
        let file = released(py, || runs.copy())?;
        Ok(self.with(py, |own| {
            same_task(&file, name, &own.setup)?;
            same_function(&file, own)?;
            let fresh = own.afresh()?;
            let recorded = fresh.record();
            let Some(older) = file.runs.iter().find(|run| run.is_same(&recorded)) else { return Ok(false) };
            if own.align {
                aligned(older)?;
            }
            own.trainer = fresh.resume(older)?;
            Ok(true)
        })?)
    }

    /// Draws the next batch, and makes an update by the rule.
    fn advance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let progress = self.with(py, |own| Ok(own.trainer.advance()?))?;
        told(py, &progress)
    }

    /// Draws the next batch and runs it.
    fn draw(&self, py: Python<'_>) -> PyResult<Batch> {
        let drawn = self.with(py, |own| Ok(own.trainer.draw()?))?;
        Ok(Batch { drawn: Arc::new(drawn) })
    }

    /// Makes an update by the gradient of the rule, or by one given.
    #[pyo3(signature = (batch, gradient = None))]
    fn learn<'py>(
        &self,
        py: Python<'py>,
        batch: &Batch,
        gradient: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let own = gradient.map(|own| self.gradient_from(py, own)).transpose()?;
        let drawn = Arc::clone(&batch.drawn);
        let progress = self.with(py, |trainer| {
            let updates = trainer.trainer.updates();
            if trainer.trainer.is_done() {
                return Err(Fault::State("the training has reached its end".into()));
            }
            if drawn.update != updates {
                let message = format!("the batch is of update {}, the training is at {updates}", drawn.update);
                return Err(Fault::State(message));
            }
            Ok(trainer.trainer.learn(&drawn, own)?)
        })?;
        told(py, &progress)
    }

    /// The gradient that a rule makes of a batch.
    fn gradient<'py>(&self, py: Python<'py>, batch: &Batch, name: &str) -> PyResult<Bound<'py, PyDict>> {
        let drawn = Arc::clone(&batch.drawn);
        let gradient = self.with(py, |own| Ok(own.trainer.gradient_by(&drawn, own.setup.rule(name)?)?))?;
        shown(py, gradient)
    }

    /// The gradient of a third factor, `[trial][step][cell]`.
    fn gradient_of<'py>(
        &self,
        py: Python<'py>,
        batch: &Batch,
        third: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let tapes = &batch.drawn.outcome.tapes;
        let (steps, cells) = tapes.first().map_or((0, 0), |tape| (tape.steps(), tape.z.channels()));
        let trials = tapes.iter().map(neuropil_plasticity::Tape::trials).sum();
        let values = arrays::numbers("third factor", third, &[trials, steps, cells])?;
        let mut first = 0;
        let planes: Vec<Plane> = tapes
            .iter()
            .map(|tape| {
                let plane = arrays::plane(&values, [steps, cells], first, tape.trials());
                first += tape.trials();
                plane
            })
            .collect();
        let drawn = Arc::clone(&batch.drawn);
        let gradient = self.with(py, |own| Ok(own.trainer.gradient_of(&drawn, &planes)?))?;
        shown(py, gradient)
    }

    /// The third factor of e-prop, `[trial][step][cell]`.
    fn direct_credit<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let drawn = Arc::clone(&batch.drawn);
        let planes = self.with(py, |own| Ok(own.trainer.direct_credit(&drawn)))?;
        arrays::planes(py, planes.iter())
    }

    /// What a rule tells the cells, `[trial][step][cell]` each.
    fn modulators<'py>(&self, py: Python<'py>, batch: &Batch, name: &str) -> PyResult<Bound<'py, PyDict>> {
        let drawn = Arc::clone(&batch.drawn);
        let all = self.with(py, |own| Ok(own.trainer.modulators(&drawn, own.setup.rule(name)?)?))?;
        let told = PyDict::new(py);
        told.set_item("learning_signal", arrays::planes(py, all.iter().map(|own| &own.direct))?)?;
        told.set_item("emission", arrays::planes(py, all.iter().map(|own| &own.emission))?)?;
        told.set_item("returned_credit", arrays::planes(py, all.iter().map(|own| &own.returned))?)?;
        Ok(told)
    }

    /// The eligibility of recurrent synapses (post, pre), `[trial][step][synapse]`.
    fn eligibility<'py>(
        &self,
        py: Python<'py>,
        batch: &Batch,
        synapses: Vec<[usize; 2]>,
    ) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let drawn = Arc::clone(&batch.drawn);
        let planes = self.with(py, |own| Ok(own.trainer.eligibility(&drawn, &synapses)?))?;
        arrays::planes(py, planes.iter())
    }

    /// The weights and what else the network is, as they are now, in arrays that cannot be written to.
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let learner = self.with(py, |own| Ok(own.trainer.learner().clone()))?;
        let told = PyDict::new(py);
        told.set_item("w_in", arrays::matrix(py, &learner.w_in)?)?;
        told.set_item("w_rec", arrays::matrix(py, &learner.w_rec)?)?;
        told.set_item("w_out", arrays::matrix(py, &learner.readout.w_out)?)?;
        let lists = [("b_out", learner.readout.b), ("mu", learner.mu)];
        for (name, values) in lists {
            let array = arrays::list(py, values);
            arrays::read_only(array.as_any())?;
            told.set_item(name, array)?;
        }
        let types: Vec<u64> = learner.type_id.iter().map(|own| *own as u64).collect();
        told.set_item("type_id", arrays::list(py, types))?;
        told.set_item("sign", arrays::list(py, learner.sign))?;
        Ok(told)
    }

    /// The name that its runs are recorded under: that of its rule with the carrier, unless another was given.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.with(py, |own| Ok(own.name.clone()))?)
    }

    /// The task file as JSON.
    #[getter]
    fn task(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.with(py, |own| Ok(own.setup.json.clone()))?)
    }

    /// Updates of a whole run.
    #[getter]
    fn updates(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.with(py, |own| Ok(own.setup.settings.updates))?)
    }

    /// Updates made so far.
    #[getter]
    fn update(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.with(py, |own| Ok(own.trainer.updates()))?)
    }

    /// Whether the end is reached.
    #[getter]
    fn done(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.with(py, |own| Ok(own.trainer.is_done()))?)
    }

    /// All evaluations so far, one dict each.
    fn evaluations<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let all = self.with(py, |own| Ok(own.trainer.evaluations().to_vec()))?;
        all.iter().map(|own| evaluation(py, own)).collect()
    }
}

impl Training {
    /// A gradient of arrays; those that are missing are 0.
    fn gradient_from(&self, py: Python<'_>, own: &Bound<'_, PyDict>) -> Result<Gradient, Fault> {
        let mut gradient = self.with(py, |own| Ok(Gradient::zeros(own.trainer.learner())))?;
        for key in own.keys() {
            let name: String = key.extract()?;
            let array = own.get_item(&key)?.ok_or_else(|| Fault::input(format!("gradient: no {name}")))?;
            let what = format!("gradient {name}");
            let matrix = |matrix: &mut Matrix| {
                let shape = [matrix.rows(), matrix.columns()];
                let values = arrays::numbers(&what, &array, &shape)?;
                matrix.values_mut().copy_from_slice(&values);
                Ok::<_, Fault>(())
            };
            match name.as_str() {
                "w_in" => matrix(&mut gradient.w_in)?,
                "w_rec" => matrix(&mut gradient.w_rec)?,
                "w_out" => matrix(&mut gradient.w_out)?,
                "b_out" => gradient.b = arrays::numbers(&what, &array, &[gradient.b.len()])?,
                _ => return Err(Fault::input(format!("gradient: found `{name}`, expected w_in, w_rec, w_out, b_out"))),
            }
        }
        Ok(gradient)
    }
}

fn told<'py>(py: Python<'py>, progress: &Progress) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    told.set_item("update", progress.updates)?;
    told.set_item("done", progress.done)?;
    told.set_item("evaluation", progress.evaluation.as_ref().map(|own| evaluation(py, own)).transpose()?)?;
    Ok(told)
}

fn evaluation<'py>(py: Python<'py>, own: &Evaluation) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    for (name, value) in NAMES.iter().zip(own.numbers()) {
        told.set_item(name, value)?;
    }
    Ok(told)
}

fn shown(py: Python<'_>, gradient: Gradient) -> PyResult<Bound<'_, PyDict>> {
    let told = PyDict::new(py);
    let Gradient { w_in, w_rec, w_out, b } = gradient;
    for (name, own) in [("w_in", w_in), ("w_rec", w_rec), ("w_out", w_out)] {
        told.set_item(name, arrays::rows(py, own.values().to_vec(), own.columns())?)?;
    }
    told.set_item("b_out", arrays::list(py, b))?;
    Ok(told)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
