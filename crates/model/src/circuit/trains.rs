//! Spike trains of the virtual nodes of a circuit, from the files of its inputs.

use super::cells::Part;
use super::inputs::{Sent, chosen, spikes};
use super::{Circuit, CircuitError, SPIKES_AT_START};
use neuropil_record::Spikes;
use std::collections::{HashMap, HashSet};
use std::path::Path;

impl Circuit {
    pub(super) fn read_spikes(&mut self) -> Result<(), CircuitError> {
        for field in self.config.section("inputs")? {
            let text = |name: &str| self.config.text(&format!("{field}.{name}"));
            if text("input_type")? != Some("spikes") {
                continue;
            }
            let module = text("module")?.unwrap_or_default();
            if !["h5", "hdf5", "sonata", "csv", "nwb"].contains(&module) {
                let reason = format!("found `{module}`, expected h5, hdf5, sonata, csv or nwb");
                return Err(self.config.wrong(&format!("{field}.module"), reason));
            }
            let parrots = format!("{field}.use_parrot_neurons");
            if self.config.flag(&parrots)? {
                return Err(self
                    .config
                    .wrong(&parrots, "is true, but relays that send every spike a step late are not built"));
            }
            let at_start = self.config.flag(&format!("{field}.{SPIKES_AT_START}"))?;
            let input_file = format!("{field}.input_file");
            let file = text("input_file")?.ok_or_else(|| self.config.wrong(&input_file, "is missing"))?.to_owned();
            let set_field = format!("{field}.node_set");
            let set = self.config.get(&set_field).ok_or_else(|| self.config.wrong(&set_field, "is missing"))?;
            let mut unknown = Vec::new();
            let found = chosen(&self.config, &set_field, set, &self.nodes, &mut unknown)?;
            self.notes.extend(unknown);
            for (population, items) in found {
                let ids: Vec<u64> = items.iter().map(|&item| self.nodes[population].ids[item]).collect();
                let onto = (self.nodes[population].population.as_str(), &ids[..]);
                let sent = spikes(&self.config, &input_file, Path::new(&file), onto, self.duration_ms)?;
                let (read, notes) = self.of_virtual_nodes(&input_file, Path::new(&file), population, &items, sent)?;
                self.notes.extend(notes);
                self.send(population, read, at_start);
            }
        }
        Ok(())
    }

    /// The spikes of the chosen virtual nodes among those of a file; those of nodes that the population has not are left
    /// out, as by bmtk.
    fn of_virtual_nodes(
        &self,
        field: &str,
        file: &Path,
        population: usize,
        items: &[usize],
        sent: Sent,
    ) -> Result<(Spikes, Vec<String>), CircuitError> {
        let (own, mut notes) = (&self.nodes[population], sent.notes);
        let chosen: HashSet<u64> = items.iter().map(|&item| own.ids[item]).collect();
        let all: HashMap<u64, usize> = own.ids.iter().copied().zip(0..).collect();
        let mut beyond: Vec<u64> = Vec::new();
        let mut kept = Spikes::default();
        for (time, id) in sent.spikes.times_ms.into_iter().zip(sent.spikes.node_ids) {
            let Some(&item) = all.get(&id) else {
                beyond.push(id);
                continue;
            };
            if !chosen.contains(&id) {
                continue;
            }
            if self.parts[self.places[population][item].0].runs.is_some() {
                let what = format!("node {id}, which is a cell, no virtual node, of population `{}`", own.population);
                return Err(self.config.wrong(field, format!("`{}` has spikes of {what}", file.display())));
            }
            kept.times_ms.push(time);
            kept.node_ids.push(id);
        }
        if let Some(first) = beyond.first() {
            let nodes = beyond.iter().collect::<HashSet<_>>().len();
            notes.push(format!(
                "{} spikes of {nodes} nodes that `{}` does not have are not sent, the first of node {first} ({})",
                beyond.len(),
                own.population,
                file.display()
            ));
        }
        Ok((kept, notes))
    }

    /// Adds spikes to those of a population, ascending in time; those at time 0 apart where they are to be sent.
    fn send(&mut self, population: usize, mut read: Spikes, at_start: bool) {
        if at_start {
            let zero = read.times_ms.partition_point(|time| *time <= 0.0);
            let before = read.times_ms.partition_point(|time| *time < 0.0);
            self.at_start[population].extend_from_slice(&read.node_ids[before..zero]);
            read.times_ms.drain(before..zero);
            read.node_ids.drain(before..zero);
        }
        self.spikes[population].times_ms.extend(read.times_ms);
        self.spikes[population].node_ids.extend(read.node_ids);
    }

    /// Spikes of virtual nodes on the grid; those that come too early to be sent are dropped.
    pub(super) fn train(&self, part: &Part) -> Vec<(u64, u32)> {
        let nodes = &self.nodes[part.nodes];
        let slots: HashMap<u64, u32> = part.items.iter().map(|&item| nodes.ids[item]).zip(0..).collect();
        let spikes = &self.spikes[part.nodes];
        let spike = |(time, id): (&f64, &u64)| Some((self.rounding.step(self.clock, *time)?, *slots.get(id)?));
        let at_start = self.at_start[part.nodes].iter().filter_map(|id| Some((0, *slots.get(id)?)));
        spikes.times_ms.iter().zip(&spikes.node_ids).filter_map(spike).chain(at_start).collect()
    }
}
