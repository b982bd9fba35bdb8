//! What of a circuit is not there, never acts, or acts otherwise than it is written: told when it is read.

use super::inputs::chosen;
use super::{Circuit, CircuitError};
use crate::fields::shown;
use neuropil_record::Nodes;

impl Circuit {
    /// Tells all of it.
    ///
    /// # Errors
    /// Node sets, reports, clamps and edges that cannot be read.
    pub(super) fn note_unheeded(&mut self) -> Result<(), CircuitError> {
        self.note_sets()?;
        self.note_clamps_without_effect()?;
        self.note_reports_without_frame()?;
        self.note_late_spikes();
        self.note_delays()?;
        self.note_places();
        Ok(())
    }

    /// Node ids of reports and clamps that are of no node. Those of spikes are told where these are read.
    fn note_sets(&mut self) -> Result<(), CircuitError> {
        let mut notes = Vec::new();
        for section in ["inputs", "reports"] {
            for field in self.config.section(section)? {
                let is_spikes = self.config.text(&format!("{field}.input_type"))? == Some("spikes");
                for key in ["node_set", "cells"] {
                    let at = format!("{field}.{key}");
                    if let Some(set) = self.config.get(&at).filter(|_| !is_spikes) {
                        // What is wrong with a set is told where it is used.
                        drop(chosen(&self.config, &at, set, &self.nodes, &mut notes));
                    }
                }
            }
        }
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        Ok(())
    }

    /// Steps of clamps that hold no step of the run.
    fn note_clamps_without_effect(&mut self) -> Result<(), CircuitError> {
        let (clock, end_ms) = (self.clock, self.duration_ms);
        let last = clock.nearest_step(end_ms).unwrap_or(u64::MAX);
        for (field, steps) in self.clamps()? {
            let is_idle = |window: &neuropil_network::Window| window.first_step(clock).is_none_or(|step| step > last);
            let idle: Vec<_> = steps.iter().filter(|step| is_idle(&step.window(clock))).collect();
            let Some(first) = idle.first().filter(|_| end_ms > 0.0) else { continue };
            let (start, end) = (shown(first.start_ms), shown(end_ms));
            let why = match first.start_ms >= end_ms {
                true => format!("begins at {start} ms, the run ends at {end} ms"),
                false => format!("from {start} to {} ms, holds no step of the run", shown(first.stop_ms)),
            };
            self.notes.push(match (idle.len(), steps.len()) {
                (_, 1) => format!("{field}: {why}: never on"),
                (count, all) => format!("{field}: {count} of {all} steps are never on; the first, {why}"),
            });
        }
        Ok(())
    }

    /// Reports whose first frame would be after the end.
    fn note_reports_without_frame(&mut self) -> Result<(), CircuitError> {
        let end_ms = self.duration_ms;
        for field in self.config.section("reports")? {
            if self.config.text(&format!("{field}.module"))? == Some("weight_recorder") {
                continue;
            }
            let first_ms = self.clock.time_ms(*self.frames(&field)?.1.start());
            if end_ms > 0.0 && first_ms > end_ms {
                let (first, end) = (shown(first_ms), shown(end_ms));
                self.notes.push(format!(
                    "{field}: its first frame is at {first} ms, the run ends at {end} ms: nothing is recorded"
                ));
            }
        }
        Ok(())
    }

    /// Spikes of virtual nodes after the end.
    fn note_late_spikes(&mut self) {
        let (clock, end_ms) = (self.clock, self.duration_ms);
        let last = clock.nearest_step(end_ms).unwrap_or(u64::MAX);
        let is_late = |time: &f64| self.rounding.step(clock, *time).is_some_and(|step| step > last);
        let late: Vec<f64> =
            self.spikes.iter().flat_map(|spikes| spikes.times_ms.iter().copied().filter(is_late)).collect();
        if end_ms > 0.0 && !late.is_empty() {
            let first = shown(late.iter().copied().fold(f64::INFINITY, f64::min));
            let (count, end) = (late.len(), shown(end_ms));
            self.notes.push(format!(
                "{count} input spikes are later than the end of the run at {end} ms, from {first} ms on: never sent"
            ));
        }
    }

    /// Delays of edges that become others: those off the grid, and those below a step.
    fn note_delays(&mut self) -> Result<(), CircuitError> {
        let (clock, mut told) = (self.clock, Vec::new());
        for edges in &self.edges {
            let (mut moved, mut first) = (0_usize, None);
            let mut reader = self.edge_reader(edges);
            let (mut known_ms, mut moves) = (f64::NAN, false);
            for edge in 0..edges.sources.len() {
                let delay_ms = reader.delay_ms(edge)?;
                if delay_ms.to_bits() != known_ms.to_bits() {
                    // What is no delay is refused where the edges are made synapses.
                    moves = delay_ms >= 0.0 && clock.steps(delay_ms).map_or(true, |steps| steps == 0);
                    known_ms = delay_ms;
                }
                if moves && reader.edge(edge)?.synapses != 0.0 {
                    moved += 1;
                    first.get_or_insert(delay_ms);
                }
            }
            let becomes = |delay_ms: f64| clock.time_ms(clock.nearest_step(delay_ms).unwrap_or(0).max(1));
            if let Some(first) = first {
                let (one, other, dt) = (shown(first), shown(becomes(first)), shown(clock.dt_ms()));
                told.push(format!(
                    "{moved} delays of the edges `{}` are rounded to steps of {dt} ms, one at least: {one} ms becomes {other} ms",
                    edges.population
                ));
            }
        }
        self.notes.extend(told);
        Ok(())
    }

    /// Populations of which some nodes have a place and others none, or whose ids leave numbers out: a recording has places
    /// of all nodes from 0 on, or none.
    fn note_places(&mut self) {
        let told = self.nodes.iter().filter_map(|nodes| {
            let (all, placed) = (nodes.ids.len(), (0..nodes.ids.len()).filter(|&item| place(nodes, item).is_some()).count());
            let name = &nodes.population;
            let last = nodes.ids.iter().max()?;
            match placed {
                0 => None,
                placed if placed < all => Some(format!(
                    "{placed} of {all} nodes of `{name}` have x and y: their places are not recorded, since the others have none"
                )),
                _ if *last >= all as u64 => Some(format!(
                    "the {all} nodes of `{name}` have ids up to {last}: their places are not recorded, since ids between have none"
                )),
                _ => None,
            }
        });
        let told: Vec<String> = told.collect();
        self.notes.extend(told);
    }
}

/// Where a node is, um; z is 0 where there is none.
pub(super) fn place(nodes: &Nodes, item: usize) -> Option<[f64; 3]> {
    let coordinate = |axis: &str| nodes.attributes.number(item, axis);
    Some([coordinate("x")?, coordinate("y")?, coordinate("z").unwrap_or(0.0)])
}
