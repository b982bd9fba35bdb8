//! Current clamps and reports of a circuit, by node sets.

use super::inputs::{chosen, node_set};
use super::{Circuit, CircuitError};
use neuropil_core::{Stream, StreamKey};
use neuropil_engine::Probe;
use neuropil_network::current::{Course, Current};
use neuropil_network::neuron::Entry;
use neuropil_record::Reported;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

impl Circuit {
    pub(super) fn currents(&self) -> Result<Vec<Current>, CircuitError> {
        let mut currents = Vec::new();
        for field in self.config.section("inputs")? {
            match self.config.text(&format!("{field}.input_type"))? {
                Some("spikes") => continue,
                Some("current_clamp") => {}
                other => {
                    return Err(self.config.wrong(
                        &format!("{field}.input_type"),
                        format!("found `{}`, expected spikes or current_clamp", other.unwrap_or_default()),
                    ));
                }
            }
            match self.config.text(&format!("{field}.module"))? {
                None | Some("IClamp") => {}
                Some(other) => {
                    let reason = format!("found `{other}`, expected IClamp");
                    return Err(self.config.wrong(&format!("{field}.module"), reason));
                }
            }
            let number = |key: &str| self.config.number(&format!("{field}.{key}"));
            let (amplitude, start, duration) = (number("amp")?, number("delay")?, number("duration")?);
            // A generator's current reaches a cell one step late.
            let start_ms = start + self.clock.dt_ms();
            for (target, cells) in self.cells(&format!("{field}.node_set"), node_set(&self.config, &field)?)? {
                currents.push(Current {
                    target,
                    only: Some(cells),
                    course: Course::Step { amplitude, start_ms, stop_ms: start_ms + duration },
                    key: StreamKey::new(0, Stream::Noise, 0),
                });
            }
        }
        Ok(currents)
    }

    /// The probes, and the reports that they make: one for each node population and variable of a report.
    pub(super) fn reports(&self) -> Result<(Vec<Probe>, Vec<Reported>), CircuitError> {
        let (mut probes, mut reports) = (Vec::new(), Vec::new());
        for field in self.config.section("reports")? {
            let key = if self.config.get(&format!("{field}.cells")).is_some() { "cells" } else { "node_set" };
            let set_field = format!("{field}.{key}");
            let set = self.config.get(&set_field).cloned().unwrap_or_else(|| "all".into());
            let (every_steps, steps) = self.frames(&field)?;
            let mut own: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
            for (population, cells) in self.cells(&set_field, &set)? {
                let Some(entry) = self.parts[population].entry else { continue };
                let variable = self.variable(&field, entry)?;
                own.entry((self.parts[population].nodes, variable)).or_default().push(probes.len());
                probes.push(Probe { population, variable, cells, every_steps });
            }
            reports.extend(own.into_values().map(|probes| Reported { probes, steps: steps.clone() }));
        }
        Ok((probes, reports))
    }

    /// The steps between the frames of a report, and the steps in which it may have frames.
    fn frames(&self, field: &str) -> Result<(u64, RangeInclusive<u64>), CircuitError> {
        let number = |key: &str, default: f64| {
            let path = format!("{field}.{key}");
            self.config.get(&path).map_or(Ok(default), |_| self.config.number(&path))
        };
        let wrong = |key: &str, reason: String| self.config.wrong(&format!("{field}.{key}"), reason);
        let every = number("dt", self.clock.dt_ms())?;
        let every = self.clock.steps(every).map_err(|fault| wrong("dt", fault.to_string()))?.max(1);
        let (start_ms, end_ms) = (number("start_time", 0.0)?, number("end_time", self.duration_ms)?);
        let start = self.clock.nearest_step(start_ms).map_err(|fault| wrong("start_time", fault.to_string()))?;
        let end = self.clock.nearest_step(end_ms).map_err(|fault| wrong("end_time", fault.to_string()))?;
        let first = start.div_ceil(every).max(1) * every;
        if first > end {
            let reason =
                format!("there is no frame from {start_ms} to {end_ms} ms, every {} ms", self.clock.time_ms(every));
            return Err(wrong("end_time", reason));
        }
        Ok((every, first..=end))
    }

    /// The index of the variable that a report asks for.
    fn variable(&self, field: &str, entry: &Entry) -> Result<usize, CircuitError> {
        let path = format!("{field}.variable_name");
        let asked = self.config.text(&path)?.unwrap_or("V_m");
        let symbol = match asked {
            "V_m" | "v" | "Vm" => entry.info.variables[0].symbol,
            other => other,
        };
        entry.info.variables.iter().position(|variable| variable.symbol == symbol).ok_or_else(|| {
            let known: Vec<&str> = entry.info.variables.iter().map(|variable| variable.symbol).collect();
            self.config.wrong(&path, format!("found `{asked}`, {} has {}", entry.info.name, known.join(", ")))
        })
    }

    /// The cells of a node set, by population of the design; virtual ones left out.
    fn cells(&self, field: &str, set: &Value) -> Result<Vec<(usize, Vec<u32>)>, CircuitError> {
        let mut by_part: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (population, items) in chosen(&self.config, field, set, &self.nodes)? {
            for item in items {
                let (part, slot) = self.places[population][item];
                if self.parts[part].entry.is_some() {
                    by_part.entry(part).or_default().push(u32::try_from(slot).unwrap_or(u32::MAX));
                }
            }
        }
        if by_part.is_empty() {
            return Err(self.config.wrong(field, format!("the node set {set} holds virtual nodes only")));
        }
        by_part.values_mut().for_each(|cells| {
            cells.sort_unstable();
            cells.dedup();
        });
        Ok(by_part.into_iter().collect())
    }
}
