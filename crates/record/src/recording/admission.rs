//! Checks of what is handed over, made where the caller can still be told.

use std::collections::BTreeSet;

use crate::Error;
use crate::recording::header::{Block, Header, PopulationInfo, ReportInfo, SpikeBlock, WeightBlock};

/// What a block has to fit.
#[derive(Debug)]
pub(crate) struct Admission {
    populations: Vec<Expected>,
    /// Name and columns of each report.
    reports: Vec<(String, usize)>,
    /// Name and values of a frame of each array.
    arrays: Vec<(String, usize)>,
}

#[derive(Debug)]
struct Expected {
    name: String,
    size: u64,
    record_spikes: bool,
    last_ms: f64,
}

impl Admission {
    /// Checks the header.
    pub(crate) fn new(header: &Header) -> Result<Self, Error> {
        let texts = [&header.model_json, &header.neuropil_version, &header.command, &header.precision];
        texts.iter().try_for_each(|text| check_text("the header", text))?;
        let mut names = BTreeSet::new();
        for population in &header.populations {
            check_population(population)?;
            if !names.insert(population.name.as_str()) {
                return Err(Error::refused("the header", format!("population `{}` twice", population.name), "once"));
            }
        }
        let reports = header.report_names();
        for (report, name) in header.reports.iter().zip(&reports) {
            check_report(report, name, header)?;
            if names.contains(name.as_str()) {
                return Err(Error::refused(format!("report `{name}`"), "a name in use", "another name"));
            }
        }
        let tissue = header.tissue.as_ref();
        let texts = tissue.into_iter().flat_map(|own| own.species.iter().chain(&own.cell_types));
        texts.into_iter().try_for_each(|text| check_text("the tissue", text))?;
        let arrays = tissue.into_iter().flat_map(|own| own.array_names().into_iter().zip(&own.arrays));
        let arrays: Vec<(String, usize)> = arrays.map(|(name, own)| (name, own.shape.iter().product())).collect();
        if let Some((name, _)) = arrays.iter().find(|(_, width)| *width == 0) {
            return Err(Error::refused(format!("array `{name}`"), "frames without values", "at least one"));
        }
        let expected = |info: &PopulationInfo| Expected {
            name: info.name.clone(),
            size: info.size,
            record_spikes: info.record_spikes,
            last_ms: f64::NEG_INFINITY,
        };
        Ok(Self {
            populations: header.populations.iter().map(expected).collect(),
            reports: reports.into_iter().zip(header.reports.iter().map(|info| info.node_ids.len())).collect(),
            arrays,
        })
    }

    /// Checks a block and brings its spikes into the order of time, then node.
    pub(crate) fn admit(&mut self, block: &mut Block) -> Result<(), Error> {
        check_count("spikes", block.spikes.len(), self.populations.len(), "populations")?;
        check_count("frames", block.frames.len(), self.reports.len(), "reports")?;
        check_count("arrays", block.arrays.len(), self.arrays.len(), "arrays")?;
        if !block.simulated_until_ms.is_finite() {
            return Err(Error::refused("a block", format!("time {} ms", block.simulated_until_ms), "a finite time"));
        }
        for (expected, spikes) in self.populations.iter().zip(&mut block.spikes) {
            expected.check(spikes)?;
        }
        let reports = self.reports.iter().zip(&block.frames).map(|own| ("report", own));
        for (kind, ((name, width), frames)) in
            reports.chain(self.arrays.iter().zip(&block.arrays).map(|own| ("array", own)))
        {
            if frames.len() % width != 0 {
                let found = format!("{} values", frames.len());
                return Err(Error::refused(format!("{kind} `{name}`"), found, format!("a multiple of {width}")));
            }
        }
        for (expected, spikes) in self.populations.iter_mut().zip(&block.spikes) {
            expected.last_ms = spikes.times_ms.last().copied().unwrap_or(expected.last_ms);
        }
        Ok(())
    }

    pub(crate) fn admit_weights(&self, block: &WeightBlock) -> Result<(), Error> {
        let what = format!("the weights of `{}`", block.projection);
        let texts = [&block.projection, &block.source_population, &block.target_population, &block.unit];
        texts.iter().try_for_each(|text| check_text(&what, text))?;
        if matches!(block.projection.as_str(), "" | "." | "..") {
            return Err(Error::refused(what, format!("the name `{}`", block.projection), "a name"));
        }
        let rows = block.sources.len();
        let others = [block.targets.len(), block.weights.len(), block.delays_ms.len()];
        if others.iter().any(|&length| length != rows) {
            let found = format!("{rows} sources, {} targets, {} weights, {} delays", others[0], others[1], others[2]);
            return Err(Error::refused(what, found, "lists of equal length"));
        }
        Ok(())
    }
}

impl Expected {
    /// Sorts the spikes, which must all be valid.
    fn check(&self, spikes: &mut SpikeBlock) -> Result<(), Error> {
        let refused = |found, expected: &str| Error::refused(format!("spikes of `{}`", self.name), found, expected);
        let (times, ids) = (spikes.times_ms.len(), spikes.node_ids.len());
        if times != ids {
            return Err(refused(format!("{times} times and {ids} node ids"), "as many of both"));
        }
        if times > 0 && !self.record_spikes {
            return Err(refused(format!("{times} spikes"), "none: the header does not record them"));
        }
        if let Some(time) = spikes.times_ms.iter().find(|time| !time.is_finite()) {
            return Err(refused(format!("time {time} ms"), "a finite time"));
        }
        if let Some(id) = spikes.node_ids.iter().find(|&&id| id >= self.size) {
            return Err(refused(format!("node {id}"), &format!("nodes below {}", self.size)));
        }
        sort_spikes(&mut spikes.times_ms, &mut spikes.node_ids);
        match spikes.times_ms.first() {
            Some(first) if *first < self.last_ms => {
                Err(refused(format!("time {first} ms"), &format!("{} ms or later", self.last_ms)))
            }
            _ => Ok(()),
        }
    }
}

/// Sorts by time, then node; lists that are in order are left alone.
pub(crate) fn sort_spikes(times_ms: &mut Vec<f64>, node_ids: &mut Vec<u64>) {
    let rows = || times_ms.iter().copied().zip(node_ids.iter().copied());
    if rows().is_sorted_by(|a, b| a <= b) {
        return;
    }
    let mut sorted: Vec<(f64, u64)> = rows().collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    (*times_ms, *node_ids) = sorted.into_iter().unzip();
}

fn check_population(population: &PopulationInfo) -> Result<(), Error> {
    let what = format!("population `{}`", population.name);
    check_name(&what, &population.name)?;
    check_text(&what, &population.model)?;
    check_text(&what, &population.cell_type)?;
    match &population.positions_um {
        Some(positions) if positions.len() as u64 != population.size => {
            Err(Error::refused(what, format!("{} positions", positions.len()), format!("{}", population.size)))
        }
        _ => Ok(()),
    }
}

fn check_report(report: &ReportInfo, name: &str, header: &Header) -> Result<(), Error> {
    let what = format!("report `{name}`");
    check_name(&what, &report.variable)?;
    check_text(&what, &report.unit)?;
    let Some(population) = header.populations.iter().find(|population| population.name == report.population) else {
        return Err(Error::refused(what, "an unknown population", "one of the header"));
    };
    if report.node_ids.is_empty() {
        return Err(Error::refused(what, "no nodes", "one node or more"));
    }
    if let Some(id) = report.node_ids.iter().find(|&&id| id >= population.size) {
        return Err(Error::refused(what, format!("node {id}"), format!("nodes below {}", population.size)));
    }
    let times_are_sound = report.first_ms.is_finite() && report.every_ms > 0.0 && report.every_ms.is_finite();
    if !times_are_sound {
        let found = format!("a first time of {} ms, then every {} ms", report.first_ms, report.every_ms);
        return Err(Error::refused(what, found, "a finite time and an interval above 0 ms"));
    }
    Ok(())
}

/// A name becomes a link, so it may not look like a path.
fn check_name(what: &str, name: &str) -> Result<(), Error> {
    if matches!(name, "" | "." | "..") || name.contains('/') {
        return Err(Error::refused(what, format!("the name `{name}`"), "a name without `/`"));
    }
    check_text(what, name)
}

fn check_text(what: &str, text: &str) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::refused(what, "a NUL character", "text without one"));
    }
    Ok(())
}

fn check_count(what: &str, found: usize, expected: usize, of: &str) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::refused("a block", format!("{what} of {found} {of}"), format!("{expected}")))
}
