//! `neuropil inspect` of what was learned from recorded spikes.

use crate::args::InspectArgs;
use crate::error::CliError;
use crate::screen;
use crate::summary::{bytes_text, count_text};
use neuropil_record::{Arrays, Error};
use serde_json::{Value, json};

/// What a file of `learn` holds.
struct Lesson {
    version: String,
    command: String,
    dt_ms: f64,
    window_ms: [f64; 2],
    loss: f64,
    populations: Vec<Population>,
    rules: Vec<RuleNorm>,
}

struct Population {
    name: String,
    cells: usize,
    spikes: usize,
}

/// How far a rule would change the weights of a projection.
struct RuleNorm {
    rule: String,
    projection: String,
    norm: f64,
}

/// Shows it.
///
/// # Errors
/// Unreadable datasets; `--model`, which such a file does not hold.
pub fn inspect(args: &InspectArgs) -> Result<(), CliError> {
    let path = args.recording.display();
    if args.model {
        let reason = format!("`{path}` holds what was learned and no model: the recording that it is of may have one");
        return Err(CliError::Input(reason));
    }
    let arrays = Arrays::open(&args.recording).map_err(CliError::input)?;
    let lesson = Lesson::read(&arrays).map_err(CliError::input)?;
    let bytes = std::fs::metadata(&args.recording).map_or(0, |metadata| metadata.len());
    screen::print(&match args.json {
        true => lesson.json().to_string(),
        false => format!("{path} ({})\n{}", bytes_text(bytes), lesson.text()),
    })
}

impl Lesson {
    fn read(arrays: &Arrays) -> Result<Self, Error> {
        let text = |name: &str| Ok::<_, Error>(arrays.string_attr("/", name)?.unwrap_or_default());
        let number = |name: &str| arrays.number_attr("/", name);
        let (_, times) = arrays.f64("time_ms")?;
        let dt_ms = number("dt_ms")?.unwrap_or(f64::NAN);
        let first = times.first().map_or(0.0, |first| first - if dt_ms.is_finite() { dt_ms } else { 0.0 });
        let last = times.last().copied().unwrap_or(first);
        let window_ms = [number("from_ms")?.unwrap_or(first), number("to_ms")?.unwrap_or(last)];
        let (populations, rules) = (populations(arrays)?, rules(arrays)?);
        let loss = number("loss")?.unwrap_or(f64::NAN);
        Ok(Self {
            version: text("neuropil_version")?,
            command: text("command")?,
            dt_ms,
            window_ms,
            loss,
            populations,
            rules,
        })
    }

    fn text(&self) -> String {
        let [from, to] = self.window_ms;
        let mut lines = vec![
            format!("made by   neuropil {}: {}", self.version, self.command),
            format!(
                "learned from spikes, {from} ms to {to} ms of the recording, dt {} ms, loss {:.6e}",
                self.dt_ms, self.loss
            ),
            format!("\n{:<24} {:>10} {:>12}", "population", "cells", "spikes"),
        ];
        lines.extend(self.populations.iter().map(|own| {
            format!("{:<24} {:>10} {:>12}", own.name, count_text(own.cells as u64), count_text(own.spikes as u64))
        }));
        lines.push(format!("\n{:<24} {:<24} {:>12}", "rule", "projection", "|change|"));
        let row = |own: &RuleNorm| format!("{:<24} {:<24} {:>12.5e}", own.rule, own.projection, own.norm);
        lines.extend(self.rules.iter().map(row));
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let populations = self.populations.iter();
        let populations = populations.map(|own| json!({"name": own.name, "cells": own.cells, "spikes": own.spikes}));
        let rules = self.rules.iter();
        let rules = rules.map(|own| json!({"rule": own.rule, "projection": own.projection, "norm": own.norm}));
        json!({
            "learned": {
                "neuropil_version": self.version, "command": self.command, "from_ms": self.window_ms[0],
                "to_ms": self.window_ms[1], "dt_ms": self.dt_ms, "loss": self.loss,
            },
            "populations": populations.collect::<Vec<_>>(), "rules": rules.collect::<Vec<_>>(),
        })
    }
}

fn populations(arrays: &Arrays) -> Result<Vec<Population>, Error> {
    let (shape, z) = arrays.f64("cells/z")?;
    let all = shape.get(1).copied().unwrap_or(0);
    let mut found = Vec::new();
    for name in arrays.list("populations")? {
        let (_, cells) = arrays.u64(&format!("populations/{name}/cells"))?;
        let of_cell = |cell: &u64| {
            let place = usize::try_from(*cell).ok().filter(|place| *place < all);
            place.map_or(0, |place| z.iter().skip(place).step_by(all.max(1)).filter(|sent| **sent != 0.0).count())
        };
        found.push(Population { spikes: cells.iter().map(of_cell).sum(), cells: cells.len(), name });
    }
    Ok(found)
}

fn rules(arrays: &Arrays) -> Result<Vec<RuleNorm>, Error> {
    let mut found = Vec::new();
    for rule in arrays.list("rules")? {
        for projection in arrays.list(&format!("rules/{rule}"))? {
            let (_, changes) = arrays.f64(&format!("rules/{rule}/{projection}/weight_change"))?;
            let norm = changes.iter().map(|change| change * change).sum::<f64>().sqrt();
            found.push(RuleNorm { rule: rule.clone(), projection, norm });
        }
    }
    Ok(found)
}
