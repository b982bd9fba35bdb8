//! Reports of a circuit, by node sets.

use super::inputs::chosen;
use super::program::Runs;
use super::{Circuit, CircuitError};
use neuropil_engine::Probe;
use neuropil_record::Reported;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

impl Circuit {
    /// The probes, and the reports that they make: one for each node population and variable of a report.
    pub(super) fn reports(&self) -> Result<(Vec<Probe>, Vec<Reported>), CircuitError> {
        let (mut probes, mut reports) = (Vec::new(), Vec::new());
        for field in self.config.section("reports")? {
            if self.config.text(&format!("{field}.module"))? == Some("weight_recorder") {
                continue;
            }
            self.check_report(&field)?;
            self.check_said_once(&field)?;
            let key = if self.config.get(&format!("{field}.cells")).is_some() { "cells" } else { "node_set" };
            let set_field = format!("{field}.{key}");
            let set = self.config.get(&set_field).cloned().unwrap_or_else(|| "all".into());
            let (every_steps, steps) = self.frames(&field)?;
            let mut own: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
            for (population, cells) in self.cells(&set_field, &set)? {
                let Some(runs) = &self.parts[population].runs else { continue };
                for variable in self.variables(&field, runs)? {
                    own.entry((self.parts[population].nodes, variable)).or_default().push(probes.len());
                    probes.push(Probe { population, variable, cells: cells.clone(), every_steps });
                }
            }
            reports.extend(own.into_values().map(|probes| Reported { probes, steps: steps.clone() }));
        }
        Ok((probes, reports))
    }

    /// The steps between the frames of a report, and the steps in which it may have frames.
    pub(super) fn frames(&self, field: &str) -> Result<(u64, RangeInclusive<u64>), CircuitError> {
        // The name of SONATA, and that of bmtk.
        let number = |names: [&'static str; 2], default: f64| {
            let path = |name: &str| format!("{field}.{name}");
            let given = names.into_iter().find(|name| self.config.get(&path(name)).is_some());
            let value = given.map_or(Ok(default), |name| self.config.number(&path(name)))?;
            Ok::<_, CircuitError>((given.unwrap_or(names[0]), value))
        };
        let wrong = |key: &str, reason: String| self.config.wrong(&format!("{field}.{key}"), reason);
        let (dt_key, every) = number(["dt", "interval"], self.clock.dt_ms())?;
        let every = self.clock.steps(every).map_err(|fault| wrong(dt_key, fault.to_string()))?.max(1);
        let (start_key, start_ms) = number(["start_time", "tstart"], 0.0)?;
        let (end_key, end_ms) = number(["end_time", "tstop"], self.duration_ms)?;
        let start = self.clock.nearest_step(start_ms).map_err(|fault| wrong(start_key, fault.to_string()))?;
        let end = self.clock.nearest_step(end_ms).map_err(|fault| wrong(end_key, fault.to_string()))?;
        let first = start.div_ceil(every).max(1) * every;
        if first > end {
            let reason =
                format!("there is no frame from {start_ms} to {end_ms} ms, every {} ms", self.clock.time_ms(every));
            return Err(wrong(end_key, reason));
        }
        Ok((every, first..=end))
    }

    /// Refuses reports that say one thing by two names, of which one would be read.
    fn check_said_once(&self, field: &str) -> Result<(), CircuitError> {
        let pairs = [["cells", "node_set"], ["dt", "interval"], ["start_time", "tstart"], ["end_time", "tstop"]];
        let has = |name: &str| self.config.get(&format!("{field}.{name}")).is_some();
        match pairs.into_iter().find(|pair| pair.iter().all(|name| has(name))) {
            Some([first, second]) => {
                let reason = format!("stands beside `{first}`, which says the same: leave one out");
                Err(self.config.wrong(&format!("{field}.{second}"), reason))
            }
            None => Ok(()),
        }
    }

    /// Refuses reports of what point neurons do not have.
    fn check_report(&self, field: &str) -> Result<(), CircuitError> {
        let refused = |key: &str, found: &str, expected: &str| {
            let reason = format!("found `{found}`, expected {expected}; `\"enabled\": false` leaves the report out");
            Err(self.config.wrong(&format!("{field}.{key}"), reason))
        };
        match self.config.text(&format!("{field}.module"))? {
            None | Some("membrane_report" | "multimeter_report" | "multimeter") => {}
            Some(other) => return refused("module", other, "membrane_report or multimeter_report"),
        }
        match self.config.text(&format!("{field}.sections"))? {
            None | Some("soma" | "all") => {}
            Some(other) => return refused("sections", other, "soma, all that a point neuron has"),
        }
        match self.config.get(&format!("{field}.transform")) {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Object(transforms)) if transforms.is_empty() => Ok(()),
            Some(other) => refused("transform", &other.to_string(), "none: functions of Python cannot be run"),
        }
    }

    /// The indices of the variables that a report asks for: one name, or a list of them.
    fn variables(&self, field: &str, runs: &Runs) -> Result<Vec<usize>, CircuitError> {
        let path = format!("{field}.variable_name");
        let Some(Value::Array(names)) = self.config.get(&path) else {
            let asked = self.config.text(&path)?.unwrap_or("V_m");
            return Ok(vec![self.variable(&path, asked, runs)?]);
        };
        let name = |(index, name): (usize, &Value)| {
            let path = format!("{path}.{index}");
            let asked =
                name.as_str().ok_or_else(|| self.config.wrong(&path, format!("found {name}, expected text")))?;
            self.variable(&path, asked, runs)
        };
        let mut found = names.iter().enumerate().map(name).collect::<Result<Vec<usize>, _>>()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn variable(&self, path: &str, asked: &str, runs: &Runs) -> Result<usize, CircuitError> {
        let found = match asked {
            "V_m" | "v" | "Vm" => Some(0),
            other => runs.variable(other),
        };
        found.ok_or_else(|| {
            let info = runs.info();
            let known: Vec<&str> = info.observables().map(|variable| variable.symbol).collect();
            self.config.wrong(path, format!("found `{asked}`, {} has {}", info.name, known.join(", ")))
        })
    }

    /// The cells of a node set, by population of the design; virtual ones left out.
    pub(super) fn cells(&self, field: &str, set: &Value) -> Result<Vec<(usize, Vec<u32>)>, CircuitError> {
        let mut by_part: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (population, items) in chosen(&self.config, field, set, &self.nodes, &mut Vec::new())? {
            for item in items {
                let (part, slot) = self.places[population][item];
                if self.parts[part].runs.is_some() {
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
