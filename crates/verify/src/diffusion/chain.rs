//! Runs of the chain: spike trains, release, field, receptors, messengers.

use super::compare::Found;
use super::header::{Expected, Quantity, ReleaseMode, Run};
use super::setup::Setup;
use super::view::View;
use super::{Method, Reader, check};
use crate::Check;
use crate::error::Error;
use neuropil_core::units::{Ms, One, PerMs};
use neuropil_core::{Clock, ParameterSet};
use neuropil_neuromod::field::{Field, Site, Threads};
use neuropil_neuromod::receptor::{
    Binding, Cascade, Desensitisation, EffectLaws, GClass, Ligand, Receptor, SignedMode,
};
use neuropil_neuromod::release::{DenseCore, MEAN, Sites};
use neuropil_neuromod::{Cargo, Cell, CellType, Chain, Expression, NeuromodError, Pace, Peptides};

/// What the chain did, at the times of the entries.
struct Seen<'e> {
    views: Vec<Option<View<'e>>>,
    /// By entry, by time: states of the receptors, or messengers, at the sites.
    frames: Vec<Vec<Vec<f64>>>,
    /// By cell.
    vesicles: Vec<Vec<f64>>,
}

/// The first cells release, those behind them listen, one at each site.
struct Stage {
    chain: Chain,
    senders: usize,
    listeners: usize,
    /// (step of the reference, cell), in order.
    spikes: Vec<(u64, u32)>,
    cascades: Vec<(usize, Cascade)>,
    /// By messenger, by site: its stages.
    levels: Vec<Vec<Vec<f64>>>,
}

impl Reader<'_> {
    pub(super) fn release(&self, run: &Run, checks: &mut Vec<Check>) -> Result<(), Error> {
        let reference = run.reference_field_step_ms.ok_or_else(|| self.wrong(run, "no `reference_field_step_ms`"))?;
        let all: Vec<&Expected> = run.expected.iter().collect();
        self.chained(run, &all, (Method::Exact, reference, 1), checks)?;
        let mut steps: Vec<f64> = run.expected.iter().filter_map(|entry| entry.tolerance.step_ms).collect();
        steps.sort_by(f64::total_cmp);
        steps.dedup();
        let clock = Clock::new(reference).map_err(|error| self.wrong(run, error))?;
        for step in steps {
            let of_step =
                |entry: &&Expected| entry.tolerance.step_ms == Some(step) && entry.tolerance.first_order.is_some();
            let entries: Vec<&Expected> = run.expected.iter().filter(of_step).collect();
            let coarse = clock.steps(step).map_err(|error| self.wrong(run, error))?;
            self.chained(run, &entries, (Method::FirstOrder, step, coarse), checks)?;
        }
        Ok(())
    }

    /// Judges entries by a chain of field steps of `field_step_ms`, so many of the reference's.
    fn chained(
        &self,
        run: &Run,
        entries: &[&Expected],
        (method, field_step_ms, steps): (Method, f64, u64),
        checks: &mut Vec<Check>,
    ) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let setup = self.setup(run)?;
        let mut stage = self.stage(run, &setup, Pace { steps, field_step_ms })?;
        let views = entries.iter().map(|entry| match entry.quantity {
            Quantity::ConcentrationNm | Quantity::AmountMolecules | Quantity::MeanConcentrationNm => {
                self.view(run, entry, &setup).map(Some)
            }
            _ => Ok(None),
        });
        let mut seen = Seen {
            views: views.collect::<Result<_, _>>()?,
            frames: entries.iter().map(|entry| vec![Vec::new(); entry.times().len()]).collect(),
            vesicles: vec![Vec::new(); stage.senders],
        };
        self.play(run, entries, (&setup, &mut stage, field_step_ms), &mut seen)?;
        for (index, entry) in entries.iter().enumerate() {
            let Some(tolerance) = method.tolerance(entry) else { continue };
            let found = match &seen.views[index] {
                Some(view) => view.found(&setup),
                None => self.heard(run, entry, &stage, (&seen.frames[index], &seen.vesicles))?,
            };
            checks.push(check(run, entry, method, (self.deviation(entry, &found)?, tolerance)));
        }
        Ok(())
    }

    fn play(
        &self,
        run: &Run,
        entries: &[&Expected],
        (setup, stage, field_step_ms): (&Setup, &mut Stage, f64),
        seen: &mut Seen<'_>,
    ) -> Result<(), Error> {
        let steps = stage.chain.pace().steps;
        let clock = Clock::new(field_step_ms).map_err(|error| self.wrong(run, error))?;
        let last = entries.iter().flat_map(|entry| entry.times()).copied().fold(0.0, f64::max);
        let end = clock.nearest_step(last).map_err(|error| self.wrong(run, error))?;
        let spikes = std::mem::take(&mut stage.spikes);
        let mut next = 0;
        for field_step in 0..=end {
            self.record(run, entries, (setup, stage, clock.time_ms(field_step)), seen)?;
            #[expect(clippy::cast_precision_loss, reason = "few steps")]
            while let Some(&(step, cell)) = spikes.get(next).filter(|(step, _)| *step <= (field_step + 1) * steps) {
                let time = step as f64 * field_step_ms / steps as f64;
                stage.chain.spiked(step, time, &[cell], |cell, count| seen.vesicles[cell as usize].push(count));
                next += 1;
            }
            stage.field_step(field_step_ms);
        }
        Ok(())
    }

    fn record(
        &self,
        run: &Run,
        entries: &[&Expected],
        (setup, stage, time_ms): (&Setup, &Stage, f64),
        seen: &mut Seen<'_>,
    ) -> Result<(), Error> {
        for (index, entry) in entries.iter().enumerate() {
            if let Some(view) = &mut seen.views[index] {
                view.look(time_ms, stage.chain.field(), setup);
                continue;
            }
            for (time, frame) in entry.times().iter().zip(&mut seen.frames[index]) {
                if *time == time_ms {
                    *frame = self.states(run, entry, stage)?;
                }
            }
        }
        Ok(())
    }

    /// The receptors or messengers of an entry at every site.
    fn states(&self, run: &Run, entry: &Expected, stage: &Stage) -> Result<Vec<f64>, Error> {
        if entry.quantity == Quantity::Messenger {
            let own = run.messengers.iter().position(|own| Some(&own.name) == entry.messenger.as_ref());
            let own = own.ok_or_else(|| self.wrong(run, format!("`{}` names no messenger", entry.dataset)))?;
            return Ok(stage.levels[own].iter().map(|stages| stages.last().copied().unwrap_or(0.0)).collect());
        }
        let mut values = Vec::new();
        for receptor in self.receptors_of(run, entry)? {
            for site in 0..stage.listeners {
                let state = stage.receptor(site, receptor);
                if entry.quantity == Quantity::Occupancy {
                    values.push(state[..state.len() - 1].iter().sum());
                } else {
                    values.extend_from_slice(state);
                }
            }
        }
        Ok(values)
    }

    fn receptors_of(&self, run: &Run, entry: &Expected) -> Result<Vec<usize>, Error> {
        let names = entry.receptor.as_ref().map(|names| names.list()).unwrap_or_default();
        let index = |name: &str| run.receptors.iter().position(|own| own.name == name);
        let all: Option<Vec<usize>> = names.into_iter().map(index).collect();
        all.filter(|all| !all.is_empty())
            .ok_or_else(|| self.wrong(run, format!("`{}` names no receptor", entry.dataset)))
    }

    fn heard(
        &self,
        run: &Run,
        entry: &Expected,
        stage: &Stage,
        (frames, vesicles): (&[Vec<f64>], &[Vec<f64>]),
    ) -> Result<Found, Error> {
        let sites = stage.listeners;
        let shape = match entry.quantity {
            Quantity::Vesicles => {
                let cell = run.cells.iter().position(|own| Some(&own.name) == entry.cell.as_ref());
                let cell = cell.ok_or_else(|| self.wrong(run, format!("`{}` names no cell", entry.dataset)))?;
                return Ok(Found::list(super::header::Axis::Spike, vesicles[cell].clone()));
            }
            Quantity::Occupancy => [frames.len(), self.receptors_of(run, entry)?.len(), sites, 1],
            Quantity::ReceptorState => {
                let own = self.receptors_of(run, entry)?;
                [frames.len(), own.len(), sites, stage.chain.peptides().receptors[own[0]].states()]
            }
            Quantity::Messenger => [frames.len(), 1, sites, 1],
            other => return Err(self.wrong(run, format!("`{}`: a release run has no {other:?}", entry.dataset))),
        };
        Ok(Found { shape, places: [sites, 1, 1], values: frames.concat() })
    }

    fn stage(&self, run: &Run, setup: &Setup, pace: Pace) -> Result<Stage, Error> {
        let deposits = self.deposits(run, setup)?;
        if !run.sources.is_empty() || deposits.iter().any(|deposit| deposit.time_ms != 0.0) {
            return Err(self.wrong(run, "a release run takes no sources, and deposits at time 0 only"));
        }
        let refused = |error: NeuromodError| self.wrong(run, error);
        let sites = run.sites.as_ref().map_or(Ok(Vec::new()), |sites| self.points(sites))?;
        let mut points = Vec::new();
        for cell in &run.cells {
            points.extend(self.points(&cell.position_um)?.first().copied());
        }
        let senders = run.cells.len();
        points.extend(&sites);
        let site = |point: &[f64; 3]| setup.grid.site(*point).map_err(refused);
        let points: Vec<Site> = points.iter().map(site).collect::<Result<_, _>>()?;
        let cell = |(index, site): (u32, &Site)| Cell { cell_type: index, site: *site };
        let last = u32::try_from(senders).unwrap_or(u32::MAX);
        let cells = (0..).zip(&points).map(|(index, site)| cell((last.min(index), site))).collect();
        let mut field: Field = setup.field(pace.field_step_ms).map_err(refused)?;
        setup.initial.iter().enumerate().for_each(|(species, c)| field.set(species, c));
        deposits.iter().for_each(|deposit| field.deposit(deposit.species, &deposit.site, deposit.molecules));
        let chain = Chain::new(self.peptides(run, setup)?, field, (cells, Sites::single(points)), pace, 0)
            .map_err(|faults| self.wrong(run, faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        let mut cascades = Vec::new();
        for own in &run.messengers {
            let receptor = run.receptors.iter().position(|receptor| receptor.name == own.receptor);
            let cascade = Cascade::linear(&own.tau_ms);
            let both = receptor.zip(cascade);
            cascades.push(both.ok_or_else(|| self.wrong(run, format!("messenger `{}` is impossible", own.name)))?);
        }
        let rest = |(_, cascade): &(usize, Cascade)| vec![vec![0.0; cascade.stages().len()]; sites.len()];
        let levels = cascades.iter().map(rest).collect();
        Ok(Stage { chain, senders, listeners: sites.len(), spikes: self.spikes(run)?, cascades, levels })
    }

    fn spikes(&self, run: &Run) -> Result<Vec<(u64, u32)>, Error> {
        let reference = run.reference_field_step_ms.unwrap_or(1.0);
        let clock = Clock::new(reference).map_err(|error| self.wrong(run, error))?;
        let mut all = Vec::new();
        for (cell, own) in (0..).zip(&run.cells) {
            for time in self.numbers(&own.spikes_ms)? {
                let step = clock.steps(time).map_err(|error| self.bad_array(&own.spikes_ms, error.to_string()))?;
                all.push((step, cell));
            }
        }
        all.sort_unstable();
        Ok(all)
    }

    fn peptides(&self, run: &Run, setup: &Setup) -> Result<Peptides, Error> {
        let spec = run.release.as_ref().ok_or_else(|| self.wrong(run, "`release` is missing"))?;
        let ReleaseMode::Mean = spec.mode;
        let release = DenseCore {
            mode: One(MEAN),
            tau_facilitation: Ms(spec.tau_facilitation_ms),
            facilitation_exponent: One(spec.facilitation_exponent),
            facilitation_half: One(spec.facilitation_half),
            p_max: One(spec.p_max),
            releasable_vesicles: One(spec.releasable_vesicles),
            tau_refill: Ms(spec.tau_refill_ms),
            ..DenseCore::defaults()
        };
        let mut receptors = Vec::new();
        for own in &run.receptors {
            let mut ligands = Vec::new();
            for ligand in &own.ligands {
                let k_on = ligand.k_on_per_nm_per_ms;
                ligands.push(Ligand {
                    species: self.species(run, &ligand.species)?,
                    k_d: ligand.k_off_per_ms / k_on,
                    k_on,
                });
            }
            let desensitisation = own.desensitisation.as_ref().map(|own| Desensitisation {
                k_desensitise: PerMs(own.k_desensitise_per_ms),
                k_recover: PerMs(own.k_recover_per_ms),
            });
            let (name, binding) = (own.name.clone(), Binding::Kinetic);
            receptors.push(Receptor { name, class: GClass::Gq, ligands, binding, desensitisation });
        }
        let mut cell_types = Vec::new();
        for own in &run.cells {
            let mut releases = Vec::new();
            for cargo in &own.releases {
                let species = self.species(run, &cargo.species)?;
                releases.push(Cargo { species, molecules_per_vesicle: cargo.molecules_per_vesicle });
            }
            cell_types.push(cell_type(&own.name, releases, Vec::new(), &release));
        }
        let expresses = (0..receptors.len()).map(|receptor| Expression { receptor, density: 1.0 }).collect();
        cell_types.push(cell_type("site", Vec::new(), expresses, &release));
        Ok(Peptides {
            volume_fraction: run.tissue.volume_fraction,
            species: setup.species.clone(),
            receptors,
            cell_types,
            messengers: GClass::ALL.map(Cascade::linear_of),
            gain: 1.0,
        })
    }
}

fn cell_type(name: &str, releases: Vec<Cargo>, expresses: Vec<Expression>, release: &DenseCore) -> CellType {
    let (effects, signed) = (EffectLaws::defaults(), SignedMode::default());
    CellType { name: name.into(), releases, release: release.clone(), expresses, effects, signed }
}

impl Stage {
    /// Bound fractions and desensitised of a receptor at a site.
    fn receptor(&self, site: usize, receptor: usize) -> &[f64] {
        let (chain, cell) = (&self.chain, self.senders + site);
        chain.listeners().receptor_state(chain.peptides(), cell, receptor).unwrap_or_default()
    }

    fn occupancy(&self, site: usize, receptor: usize) -> f64 {
        let state = self.receptor(site, receptor);
        state[..state.len() - 1].iter().sum()
    }

    /// A step of the chain, then of the case's own messengers, by the mean occupancy over it.
    fn field_step(&mut self, dt_ms: f64) {
        let all = |stage: &Self| -> Vec<Vec<f64>> {
            let of = |receptor: usize| (0..stage.listeners).map(|site| stage.occupancy(site, receptor)).collect();
            stage.cascades.iter().map(|(receptor, _)| of(*receptor)).collect()
        };
        let before = all(self);
        self.chain.field_step(&Threads::ONE);
        let after = all(self);
        for (own, (_, cascade)) in self.cascades.iter().enumerate() {
            for (site, stages) in self.levels[own].iter_mut().enumerate() {
                cascade.advance(stages, 0.5 * (before[own][site] + after[own][site]), dt_ms);
            }
        }
    }
}
