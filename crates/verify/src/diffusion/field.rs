//! Runs of a field alone: deposits, sources, uptake.

use super::header::{Expected, Kind, Run};
use super::setup::Setup;
use super::view::View;
use super::{Method, Reader, check};
use crate::Check;
use crate::error::Error;
use neuropil_neuromod::NeuromodError;
use neuropil_neuromod::field::response::response;
use neuropil_neuromod::field::{Field, Site, Threads, Transport};
use std::collections::BTreeMap;

/// Larger D* step/dx² are divided before the solver sees them.
const MOST_RATIO: f64 = 1000.0;

/// After so many of the slowest lifetimes less than 10^-15 of a start is left.
const LIFETIMES: u32 = 36;

/// A constant source.
struct Source {
    start_ms: f64,
    species: usize,
    site: Site,
    rate: f64,
}

/// The state, and a field for each length of step.
struct FieldRun<'r> {
    setup: &'r Setup,
    now_ms: f64,
    concentrations: Vec<Vec<f64>>,
    fields: BTreeMap<u64, Field>,
    sources: Vec<Source>,
    /// What the sources that are on add in a step, by its length and their number.
    gains: BTreeMap<(u64, usize), Vec<Vec<f64>>>,
}

impl Reader<'_> {
    pub(super) fn field(&self, run: &Run, checks: &mut Vec<Check>) -> Result<(), Error> {
        let splits = run.kind == Kind::Uptake || run.species.iter().any(|own| own.uptake.is_some());
        if !splits {
            return self.judged(run, &run.expected.iter().collect::<Vec<_>>(), (Method::Exact, None), checks);
        }
        // A split method is judged as second order, each entry at its own step.
        let default =
            run.expected.iter().filter_map(|entry| entry.tolerance.step_ms).fold(self.fallback(run), f64::min);
        let step_of = |entry: &Expected| entry.tolerance.step_ms.unwrap_or(default);
        let mut steps: Vec<f64> = run.expected.iter().map(step_of).collect();
        steps.sort_by(f64::total_cmp);
        steps.dedup();
        for step in steps {
            let entries: Vec<&Expected> = run.expected.iter().filter(|entry| step_of(entry) == step).collect();
            self.judged(run, &entries, (Method::SecondOrder, Some(step)), checks)?;
        }
        for entry in &run.expected {
            self.order(run, entry, checks)?;
        }
        Ok(())
    }

    /// A tenth of the time in which uptake alone clears, ms.
    fn fallback(&self, run: &Run) -> f64 {
        let time = |own: &super::header::UptakeSpec| 0.1 * own.km_nm / own.vmax_nm_per_ms.max(f64::MIN_POSITIVE);
        run.species.iter().filter_map(|own| own.uptake.as_ref()).map(time).fold(1.0, f64::min)
    }

    fn judged(
        &self,
        run: &Run,
        entries: &[&Expected],
        (method, step_ms): (Method, Option<f64>),
        checks: &mut Vec<Check>,
    ) -> Result<(), Error> {
        for (entry, deviation) in entries.iter().zip(self.deviations(run, entries, step_ms)?) {
            if let Some(tolerance) = method.tolerance(entry) {
                checks.push(check(run, entry, method, (deviation, tolerance)));
            }
        }
        Ok(())
    }

    /// The ratio of the errors at two steps.
    fn order(&self, run: &Run, entry: &Expected, checks: &mut Vec<Check>) -> Result<(), Error> {
        let Some(order) = &entry.order_check else { return Ok(()) };
        let error = |step| self.deviations(run, &[entry], Some(step)).map(|found| found[0]);
        let ratio = error(order.step_ms[0])? / error(order.step_ms[1])?;
        let [low, high] = order.ratio_second_order;
        checks.push(Check {
            what: format!("{}: {}, ratio of errors", run.id, entry.dataset),
            deviation: (ratio - 0.5 * (low + high)).abs(),
            tolerance: 0.5 * (high - low),
            unit: "",
            detail: format!("{ratio:.3} at steps of {} and {} ms", order.step_ms[0], order.step_ms[1]),
        });
        Ok(())
    }

    fn deviations(&self, run: &Run, entries: &[&Expected], step_ms: Option<f64>) -> Result<Vec<f64>, Error> {
        let setup = self.setup(run)?;
        let mut views = entries.iter().map(|entry| self.view(run, entry, &setup)).collect::<Result<Vec<_>, _>>()?;
        self.simulate(run, &setup, &mut views, step_ms)?;
        views.iter().map(|view| self.deviation(view.entry, &view.found(&setup))).collect()
    }

    /// From event to event: recording times, deposits, starts of sources; `step_ms` divides what lies between.
    fn simulate(&self, run: &Run, setup: &Setup, views: &mut [View<'_>], step_ms: Option<f64>) -> Result<(), Error> {
        let deposits = self.deposits(run, setup)?;
        let sources = self.sources(run, setup)?;
        let mut times: Vec<f64> = views.iter().flat_map(|view| view.entry.times().iter().copied()).collect();
        let last = times.iter().copied().fold(0.0, f64::max);
        times.extend(deposits.iter().map(|deposit| deposit.time_ms));
        times.extend(sources.iter().map(|source| source.start_ms));
        times.push(0.0);
        times.retain(|time| (0.0..=last).contains(time));
        times.sort_by(f64::total_cmp);
        times.dedup();
        let concentrations = setup.initial.clone();
        let (fields, gains) = (BTreeMap::new(), BTreeMap::new());
        let mut field_run = FieldRun { setup, now_ms: 0.0, concentrations, fields, sources, gains };
        let mut shown = setup.field(1.0).map_err(|error| self.wrong(run, error))?;
        for time in times {
            field_run.advance(time, step_ms).map_err(|error| self.wrong(run, error))?;
            let due = deposits.iter().filter(|deposit| deposit.time_ms == time);
            // What is deposited at 0 is part of the initial state; later, recordings come first.
            let add = |field_run: &mut FieldRun<'_>| {
                due.clone().for_each(|deposit| {
                    let into = &mut field_run.concentrations[deposit.species];
                    setup.space.deposit(into, &deposit.site, deposit.molecules);
                });
            };
            if time == 0.0 {
                add(&mut field_run);
            }
            field_run.concentrations.iter().enumerate().for_each(|(species, c)| shown.set(species, c));
            views.iter_mut().for_each(|view| view.look(time, &shown, setup));
            if time > 0.0 {
                add(&mut field_run);
            }
        }
        Ok(())
    }

    fn sources(&self, run: &Run, setup: &Setup) -> Result<Vec<Source>, Error> {
        let mut all = Vec::new();
        for own in &run.sources {
            let species = self.species(run, &own.species)?;
            let (starts, rates) = (self.numbers(&own.start_ms)?, self.numbers(&own.rate_molecules_per_ms)?);
            let points = self.points(&own.position_um)?;
            if starts.len() != points.len() || rates.len() != points.len() {
                let reason = "positions, rates and starts differ in number";
                return Err(self.bad_array(&own.rate_molecules_per_ms, reason.into()));
            }
            for ((point, start_ms), rate) in points.into_iter().zip(starts).zip(rates) {
                let site = setup.grid.site(point).map_err(|error| self.wrong(run, error))?;
                all.push(Source { start_ms, species, site, rate });
            }
        }
        Ok(all)
    }
}

impl FieldRun<'_> {
    /// To where nothing changes any more: the slowest decay there can be, many times over.
    fn settle(&mut self, step_ms: Option<f64>) -> Result<(), NeuromodError> {
        let slowest = |own: &Transport| {
            let across = (0..3).map(|axis| own.diffusivity[axis] / own.grid.size()[axis].powi(2));
            if own.loss > 0.0 { own.loss } else { across.filter(|rate| *rate > 0.0).fold(f64::INFINITY, f64::min) }
        };
        let rate = self.setup.transports.iter().map(slowest).fold(f64::INFINITY, f64::min);
        (0..LIFETIMES).try_for_each(|_| self.advance(self.now_ms + 1.0 / rate, step_ms))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of steps")]
    fn advance(&mut self, to_ms: f64, step_ms: Option<f64>) -> Result<(), NeuromodError> {
        if to_ms.is_infinite() {
            return self.settle(step_ms);
        }
        let gap = to_ms - self.now_ms;
        if gap <= 0.0 {
            return Ok(());
        }
        let ratios = self.setup.transports.iter().flat_map(|own| (0..3).map(|axis| own.ratio(axis, gap)));
        let divisions = ratios.fold(1.0, f64::max) / MOST_RATIO;
        let wanted = step_ms.map_or(1.0, |step| gap / step - 1e-9).max(divisions).ceil().max(1.0);
        let step = gap / wanted;
        let on = self.sources.iter().filter(|source| source.start_ms <= self.now_ms).count();
        self.prepare(step, on)?;
        let field = self.fields.get_mut(&step.to_bits()).expect("it was prepared");
        let gain = &self.gains[&(step.to_bits(), on)];
        self.concentrations.iter().enumerate().for_each(|(species, c)| field.set(species, c));
        for _ in 0..wanted as u64 {
            for (species, gain) in gain.iter().enumerate().filter(|(_, gain)| !gain.is_empty()) {
                // Exact without uptake: the step's own response comes after it. With uptake half of it goes before.
                let split = self.setup.species[species].uptake.is_some();
                if split {
                    add(field, species, gain, 0.5);
                }
            }
            field.advance(&Threads::ONE);
            for (species, gain) in gain.iter().enumerate().filter(|(_, gain)| !gain.is_empty()) {
                let split = self.setup.species[species].uptake.is_some();
                add(field, species, gain, if split { 0.5 } else { 1.0 });
            }
        }
        self.concentrations
            .iter_mut()
            .enumerate()
            .for_each(|(species, c)| c.copy_from_slice(field.concentration(species)));
        self.now_ms = to_ms;
        Ok(())
    }

    /// The field of this step, and what the sources that are on add in it.
    fn prepare(&mut self, step: f64, on: usize) -> Result<(), NeuromodError> {
        if !self.fields.contains_key(&step.to_bits()) {
            self.fields.insert(step.to_bits(), self.setup.field(step)?);
        }
        if self.gains.contains_key(&(step.to_bits(), on)) {
            return Ok(());
        }
        let mut gains = vec![Vec::new(); self.concentrations.len()];
        for (species, gain) in gains.iter_mut().enumerate() {
            let sources = self.sources.iter().filter(|own| own.start_ms <= self.now_ms && own.species == species);
            let mut rate = vec![0.0; self.setup.grid.voxels()];
            sources.for_each(|source| self.setup.space.deposit(&mut rate, &source.site, source.rate));
            if rate.iter().all(|rate| *rate == 0.0) {
                continue;
            }
            *gain = if self.setup.species[species].uptake.is_some() {
                rate.iter().map(|rate| rate * step).collect()
            } else {
                response(&self.setup.transports[species].without_inflow(), &rate, step)?
            };
        }
        self.gains.insert((step.to_bits(), on), gains);
        Ok(())
    }
}

fn add(field: &mut Field, species: usize, gain: &[f64], share: f64) {
    let sum: Vec<f64> = field.concentration(species).iter().zip(gain).map(|(c, gain)| c + share * gain).collect();
    field.set(species, &sum);
}
