//! Cases of format `neuropil-diffusion/1`: fields, release, receptors and taps, each run complete in its header.

mod chain;
mod closed_form;
mod compare;
mod field;
mod header;
mod setup;
mod view;

use crate::cases::Case;
use crate::error::Error;
use crate::{Check, Report};
use compare::{Found, deviation};
use header::{Expected, Header, Kind, Run};
use neuropil_record::Arrays;

pub(crate) const FORMAT: &str = "neuropil-diffusion/1";

/// One case and its arrays.
struct Reader<'c> {
    case: &'c Case,
    arrays: Arrays,
}

/// How a run is judged: the tolerance to hold, and the step it is taken with, if that matters.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    /// Exact in time, or with a negligible error.
    Exact,
    /// Uptake split from the rest.
    SecondOrder,
    /// Releases that wait for a coarse field step.
    FirstOrder,
}

pub(crate) fn run(case: &Case) -> Result<Report, Error> {
    let header: Header = serde_json::from_str(&case.header)
        .map_err(|error| Error::Header { file: case.header_path.clone(), reason: error.to_string() })?;
    let reader = Reader { case, arrays: Arrays::open(&case.arrays_path)? };
    let mut checks = Vec::new();
    for run in &header.runs {
        match run.kind {
            Kind::ClosedForm => reader.judge(run, Method::Exact, &mut checks, |e| reader.closed_form(run, e))?,
            Kind::Taps => reader.judge(run, Method::Exact, &mut checks, |e| reader.taps(run, e))?,
            Kind::Release => reader.release(run, &mut checks)?,
            Kind::Diffusion | Kind::Uptake | Kind::Source => reader.field(run, &mut checks)?,
        }
    }
    Ok(Report { case: case.name.clone(), checks })
}

impl Method {
    fn tolerance(self, entry: &Expected) -> Option<f64> {
        match self {
            Method::Exact => entry.tolerance.exact_in_time,
            Method::SecondOrder => entry.tolerance.second_order,
            Method::FirstOrder => entry.tolerance.first_order,
        }
    }
}

impl Reader<'_> {
    fn wrong(&self, run: &Run, reason: impl std::fmt::Display) -> Error {
        Error::Header { file: self.case.header_path.clone(), reason: format!("run `{}`: {reason}", run.id) }
    }

    fn bad_array(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    fn numbers(&self, object: &str) -> Result<Vec<f64>, Error> {
        let (_, values) = self.arrays.f64(object)?;
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(self.bad_array(object, format!("value {index} is {}", values[index]))),
            None => Ok(values),
        }
    }

    fn points(&self, object: &str) -> Result<Vec<[f64; 3]>, Error> {
        let values = self.numbers(object)?;
        if !values.len().is_multiple_of(3) {
            return Err(self.bad_array(object, format!("{} numbers are no points of 3", values.len())));
        }
        Ok(values.chunks_exact(3).map(|point| [point[0], point[1], point[2]]).collect())
    }

    /// Index of the species of this name.
    fn species(&self, run: &Run, name: &str) -> Result<usize, Error> {
        let index = run.species.iter().position(|species| species.name == name);
        index.ok_or_else(|| self.wrong(run, format!("there is no species `{name}`")))
    }

    /// Indices of the species of an entry; of the run's only one, if it names none.
    fn species_of(&self, run: &Run, entry: &Expected) -> Result<Vec<usize>, Error> {
        match &entry.species {
            Some(names) => names.list().into_iter().map(|name| self.species(run, name)).collect(),
            None if run.species.len() == 1 => Ok(vec![0]),
            None => Err(self.wrong(run, format!("`{}` names no species", entry.dataset))),
        }
    }

    /// Adds a check of every entry that `method` is to be judged by.
    fn judge(
        &self,
        run: &Run,
        method: Method,
        checks: &mut Vec<Check>,
        find: impl Fn(&Expected) -> Result<Found, Error>,
    ) -> Result<(), Error> {
        for entry in &run.expected {
            let Some(tolerance) = method.tolerance(entry) else { continue };
            let deviation = self.deviation(entry, &find(entry)?)?;
            checks.push(check(run, entry, method, (deviation, tolerance)));
        }
        Ok(())
    }

    fn deviation(&self, entry: &Expected, found: &Found) -> Result<f64, Error> {
        let (_, reference) = self.arrays.f64(&entry.dataset)?;
        deviation(entry, found, &reference).map_err(|reason| self.bad_array(&entry.dataset, reason))
    }
}

fn check(run: &Run, entry: &Expected, method: Method, (deviation, tolerance): (f64, f64)) -> Check {
    let part = entry.select.as_ref().map_or(String::new(), |select| {
        let shown = |range: &Option<[usize; 2]>| range.map_or("all".into(), |[from, to]| format!("{from}..{to}"));
        format!(" [{}]", select.iter().map(shown).collect::<Vec<_>>().join(", "))
    });
    let detail = match (method, entry.tolerance.step_ms) {
        (Method::Exact, _) => "exact in time".into(),
        (Method::SecondOrder, Some(step)) => format!("second order, steps of {step} ms"),
        (Method::SecondOrder, None) => "second order".into(),
        (Method::FirstOrder, step) => format!("field steps of {} ms", step.unwrap_or(f64::NAN)),
    };
    let what = format!("{}: {}{part}", run.id, entry.dataset);
    Check { what, deviation, tolerance, unit: "", detail }
}
