//! Current clamps and reports of a circuit, by node sets.

use super::inputs::{chosen, text};
use super::{Circuit, CircuitError};
use neuropil_core::{Stream, StreamKey};
use neuropil_engine::Probe;
use neuropil_network::current::{Course, Current};
use serde_json::Value;
use std::collections::BTreeMap;

impl Circuit {
    pub(super) fn currents(&self) -> Result<Vec<Current>, CircuitError> {
        let mut currents = Vec::new();
        for (name, input) in self.config.section("inputs") {
            let field = format!("inputs.{name}");
            match text(input, "input_type") {
                _ if input.get("enabled") == Some(&Value::Bool(false)) => continue,
                Some("spikes") => continue,
                Some("current_clamp") => {}
                other => {
                    return Err(self.config.wrong(
                        &format!("{field}.input_type"),
                        format!("found `{}`, expected spikes or current_clamp", other.unwrap_or_default()),
                    ));
                }
            }
            let number = |key: &str| self.config.number(&format!("{field}.{key}"));
            let (amplitude, start, duration) = (number("amp")?, number("delay")?, number("duration")?);
            let set =
                input.get("node_set").ok_or_else(|| self.config.wrong(&format!("{field}.node_set"), "is missing"))?;
            // A generator's current reaches a cell one step late.
            let start_ms = start + self.clock.dt_ms();
            for (target, cells) in self.cells(&format!("{field}.node_set"), set)? {
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

    pub(super) fn probes(&self) -> Result<Vec<Probe>, CircuitError> {
        let mut probes = Vec::new();
        for (name, report) in self.config.section("reports") {
            let field = format!("reports.{name}");
            if report.get("enabled") == Some(&Value::Bool(false)) {
                continue;
            }
            let set = report.get("cells").or(report.get("node_set")).cloned().unwrap_or_else(|| "all".into());
            let every =
                report.get("dt").map_or(Ok(self.clock.dt_ms()), |_| self.config.number(&format!("{field}.dt")))?;
            let every_steps = self
                .clock
                .steps(every)
                .map_err(|fault| self.config.wrong(&format!("{field}.dt"), fault.to_string()))?
                .max(1);
            let asked = text(report, "variable_name").unwrap_or("V_m");
            for (population, cells) in self.cells(&format!("{field}.cells"), &set)? {
                let Some(entry) = self.parts[population].entry else { continue };
                let symbol = match asked {
                    "V_m" | "v" | "Vm" => entry.info.variables[0].symbol,
                    other => other,
                };
                let variable =
                    entry.info.variables.iter().position(|variable| variable.symbol == symbol).ok_or_else(|| {
                        let known: Vec<&str> = entry.info.variables.iter().map(|variable| variable.symbol).collect();
                        self.config.wrong(
                            &format!("{field}.variable_name"),
                            format!("found `{asked}`, {} has {}", entry.info.name, known.join(", ")),
                        )
                    })?;
                probes.push(Probe { population, variable, cells, every_steps });
            }
        }
        Ok(probes)
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
        by_part.values_mut().for_each(|cells| {
            cells.sort_unstable();
            cells.dedup();
        });
        Ok(by_part.into_iter().collect())
    }
}
