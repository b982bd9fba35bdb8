//! Current clamps of a circuit: an amplitude from a time on, for a while, or as a table tells.
//!
//! As bmtk's, a clamp is one generator of steps: where a list of them overlaps, the later replaces the earlier, and a table
//! holds each amplitude until the next row, the last to the end.

use super::{Circuit, CircuitError};
use neuropil_core::{CellSet, Clock, Stream, StreamKey};
use neuropil_network::Window;
use neuropil_network::current::{Current, Waveform};
use serde_json::Value;
use std::path::Path;

/// An amplitude, pA, between two times, ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    amplitude: f64,
    pub start_ms: f64,
    pub stop_ms: f64,
}

impl Step {
    /// The steps in which cells receive it: a generator's current reaches a cell one step late.
    pub fn window(&self, clock: Clock) -> Window {
        Window { start_ms: self.start_ms + clock.dt_ms(), stop_ms: self.stop_ms + clock.dt_ms() }
    }
}

impl Circuit {
    pub(super) fn currents(&self) -> Result<Vec<Current>, CircuitError> {
        let mut currents = Vec::new();
        for (field, steps) in self.clamps()? {
            let set_field = format!("{field}.node_set");
            // A clamp without a node set reaches all cells, as in bmtk.
            let set = self.config.get(&set_field).cloned().unwrap_or_else(|| "all".into());
            for (target, cells) in self.cells(&set_field, &set)? {
                let current = |step: &Step| Current {
                    port: 0,
                    target,
                    only: Some(CellSet::new(cells.clone()).expect("they ascend, each once")),
                    waveform: Waveform::Constant { amplitude: step.amplitude },
                    window: step.window(self.clock),
                    key: StreamKey::new(0, Stream::Noise, 0),
                };
                currents.extend(steps.iter().map(current));
            }
        }
        Ok(currents)
    }

    /// The clamps among the inputs, by field.
    pub(super) fn clamps(&self) -> Result<Vec<(String, Vec<Step>)>, CircuitError> {
        let mut clamps = Vec::new();
        for field in self.config.section("inputs")? {
            let steps = match self.config.text(&format!("{field}.input_type"))? {
                Some("spikes") => continue,
                Some("current_clamp") => self.listed(&field)?,
                Some("csv" | "file") => self.tabled(&field)?,
                other => return Err(self.no_input(&field, other)),
            };
            match self.config.text(&format!("{field}.module"))? {
                None | Some("IClamp") => {}
                Some(other) => {
                    let reason = format!("found `{other}`, expected IClamp");
                    return Err(self.config.wrong(&format!("{field}.module"), reason));
                }
            }
            clamps.push((field, steps));
        }
        Ok(clamps)
    }

    /// Tells what a clamp does here and not in bmtk.
    pub(super) fn note_clamps(&mut self) -> Result<(), CircuitError> {
        for (field, steps) in self.clamps()? {
            if let Some(step) = steps.iter().find(|step| step.start_ms <= self.clock.dt_ms()) {
                let start_ms = step.start_ms;
                self.notes.push(format!(
                    "{field}: begins at {start_ms} ms; bmtk leaves out what begins within the first step"
                ));
            }
            let times = steps.iter().flat_map(|step| [step.start_ms, step.stop_ms]);
            let off = times.filter(|time| time.is_finite() && *time > 0.0 && self.clock.steps(*time).is_err()).count();
            if off > 0 {
                let dt_ms = self.clock.dt_ms();
                self.notes
                    .push(format!("{field}: {off} times off the grid are rounded to the nearest steps of {dt_ms} ms"));
            }
        }
        Ok(())
    }

    /// What is wrong with an input that is neither spikes nor a clamp that can be run.
    fn no_input(&self, field: &str, found: Option<&str>) -> CircuitError {
        let file = format!("{field}.file");
        if let Some(path) = self.config.get(&file).and_then(Value::as_str).filter(|path| !Path::new(path).exists()) {
            return self.config.wrong(&file, format!("`{path}` does not exist"));
        }
        let reason = format!(
            "found `{}`, expected spikes, current_clamp or csv (a table of amplitudes)",
            found.unwrap_or_default()
        );
        self.config.wrong(&format!("{field}.input_type"), reason)
    }

    /// The steps of `amp`, `delay` and `duration`: one of each, or lists of one length.
    fn listed(&self, field: &str) -> Result<Vec<Step>, CircuitError> {
        let (amplitudes, starts) = (self.numbers(field, "amp")?, self.numbers(field, "delay")?);
        let durations = self.numbers(field, "duration")?;
        for (key, values) in [("delay", &starts), ("duration", &durations)] {
            if values.len() != amplitudes.len() {
                let reason = format!("has {} values, expected {} as amp has", values.len(), amplitudes.len());
                return Err(self.config.wrong(&format!("{field}.{key}"), reason));
            }
        }
        self.ascending(&format!("{field}.delay"), &starts)?;
        if let Some(wrong) = durations.iter().find(|duration| **duration < 0.0) {
            return Err(self.config.wrong(&format!("{field}.duration"), format!("found {wrong}, expected >= 0 ms")));
        }
        let next = starts.iter().skip(1).copied().chain([f64::INFINITY]);
        let steps = amplitudes.iter().zip(&starts).zip(&durations).zip(next);
        Ok(steps
            .map(|(((amplitude, start), duration), next)| Step {
                amplitude: *amplitude,
                start_ms: *start,
                stop_ms: (start + duration).min(next),
            })
            .collect())
    }

    /// The steps of a table with a column of times and one of amplitudes.
    fn tabled(&self, field: &str) -> Result<Vec<Step>, CircuitError> {
        let at = format!("{field}.file");
        let path = self.config.text(&at)?.ok_or_else(|| self.config.wrong(&at, "is missing, expected a table"))?;
        let text = self.config.file_text(&at, Path::new(path))?;
        let word = |key: &str, default: &'static str| {
            Ok::<_, CircuitError>(self.config.text(&format!("{field}.{key}"))?.unwrap_or(default).to_owned())
        };
        let columns = [word("timestamps_column", "timestamps")?, word("amplitudes_column", "amps")?];
        let rows = table(&text, &word("separator", " ")?, &columns)
            .map_err(|reason| self.config.wrong(&at, format!("`{path}`, {reason}")))?;
        if rows.len() < 2 {
            return Err(self.config.wrong(&at, format!("`{path}` has {} rows, expected two or more", rows.len())));
        }
        let starts: Vec<f64> = rows.iter().map(|[time, _]| *time).collect();
        self.ascending(&at, &starts)?;
        let next = starts.iter().skip(1).copied().chain([f64::INFINITY]);
        let step = |([start_ms, amplitude], stop_ms): (&[f64; 2], f64)| Step {
            amplitude: *amplitude,
            start_ms: *start_ms,
            stop_ms,
        };
        Ok(rows.iter().zip(next).map(step).collect())
    }

    fn ascending(&self, at: &str, times: &[f64]) -> Result<(), CircuitError> {
        match times.windows(2).find(|pair| pair[1] <= pair[0]) {
            Some(pair) => Err(self
                .config
                .wrong(at, format!("found {} ms after {} ms, expected ascending times", pair[1], pair[0]))),
            None => Ok(()),
        }
    }

    /// A number, or a list of them.
    fn numbers(&self, field: &str, key: &str) -> Result<Vec<f64>, CircuitError> {
        let path = format!("{field}.{key}");
        let Some(Value::Array(items)) = self.config.get(&path) else { return Ok(vec![self.config.number(&path)?]) };
        let number = |(index, item): (usize, &Value)| {
            let wrong = || self.config.wrong(&format!("{path}.{index}"), format!("found {item}, expected a number"));
            item.as_f64().ok_or_else(wrong)
        };
        items.iter().enumerate().map(number).collect()
    }
}

/// The numbers of two columns of a table, row by row; blank lines are left out.
fn table(text: &str, separator: &str, columns: &[String; 2]) -> Result<Vec<[f64; 2]>, String> {
    let split = |line: &str| -> Vec<String> {
        if separator.trim().is_empty() {
            return line.split_whitespace().map(str::to_owned).collect();
        }
        line.split(separator).map(|field| field.trim().to_owned()).collect()
    };
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let header = split(lines.next().ok_or("which is empty, expected a header")?.1);
    let place = |name: &String| {
        let found = header.iter().position(|own| own == name);
        found.ok_or_else(|| format!("line 1: found the columns {}, expected `{name}` among them", header.join(", ")))
    };
    let places = [place(&columns[0])?, place(&columns[1])?];
    let row = |(line, text): (usize, &str)| {
        let fields = split(text);
        let number = |column: usize| {
            let found = fields.get(places[column]).map_or("", String::as_str);
            let number = found.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("line {line}: {} is `{found}`, expected a finite number", columns[column]))
        };
        Ok([number(0)?, number(1)?])
    };
    lines.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_by_the_names_of_their_columns() {
        let columns = ["t".to_owned(), "pA".to_owned()];
        let rows = table("x, pA ,t\n9,0.5,10\n\n9,-1,20\n", ",", &columns).unwrap();
        assert_eq!(rows, [[10.0, 0.5], [20.0, -1.0]]);
        assert_eq!(table("t pA\n1   2\n", " ", &columns).unwrap(), [[1.0, 2.0]]);
        let fault = |text: &str| table(text, " ", &columns).unwrap_err();
        assert!(fault("t amps\n1 2\n").contains("found the columns t, amps, expected `pA`"));
        assert!(fault("t pA\n1 2\n3\n").contains("line 3: pA is ``"));
        assert!(fault("t pA\n1 nan\n").contains("line 2: pA is `nan`"));
        assert!(fault("").contains("empty"));
    }
}
