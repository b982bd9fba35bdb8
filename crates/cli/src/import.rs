//! `neuropil import`.

use crate::args::ImportArgs;
use crate::error::CliError;
use crate::summary::count_text;
use crate::{load, screen};
use neuropil_record::UNNAMED;
use neuropil_record::trains::{Request, Span, TrainFile, Trains, Trials, Units, write_trains};
use serde_json::{Value, json};
use std::path::Path;

/// Units, windows and gaps that a summary lists.
const LISTED: usize = 20;

/// Takes spike trains out of a file and writes them as SONATA.
///
/// # Errors
/// Unreadable files, units or windows that they do not have, output that exists or cannot be written.
pub fn import(args: &ImportArgs) -> Result<(), CliError> {
    load::apart(&args.output, std::slice::from_ref(&args.file))?;
    let span = match &args.trials {
        None => Span::Window { from_s: args.from_s.unwrap_or(0.0), to_s: args.to_s.unwrap_or(f64::INFINITY) },
        Some(expression) => Span::Trials(Trials {
            table: args.trials_table.clone(),
            expression: if expression.trim() == "all" { String::new() } else { expression.clone() },
            align: args.align.clone(),
            before_s: args.before_s,
            after_s: args.after_s.unwrap_or(0.0),
        }),
    };
    let units = args.units.as_deref().map_or(Units::All, Units::parse);
    let request = Request { population: args.population.clone(), units, span, needed_until_s: None };
    let file = TrainFile::open(&args.file).map_err(CliError::input)?;
    let mut trains = file.read(&request).map_err(CliError::input)?;
    if let Some(from_s) = args.from_s.filter(|from_s| *from_s >= trains.end.at_s && trains.windows.len() == 1) {
        let (file, end_s) = (args.file.display(), trains.end.at_s);
        return Err(CliError::Input(format!("--from-s {from_s}: `{file}` holds nothing after {end_s} s")));
    }
    trains.path = std::path::absolute(&args.file).unwrap_or(trains.path);
    let name = args.name.clone().unwrap_or_else(|| match trains.population.as_str() {
        "" => UNNAMED.to_owned(),
        name => name.to_owned(),
    });
    let command: Vec<String> = std::env::args().collect();
    let written = write_trains(&args.output, args.force, &trains, &name, &command.join(" "));
    let output = written.map_err(|error| match error {
        neuropil_record::Error::Refused { .. } => CliError::input(error),
        _ => CliError::output(error),
    })?;
    let text = if args.json { json(&trains, &name, &output).to_string() } else { text(&trains, &name, &output) };
    screen::print(&text)
}

fn text(trains: &Trains, name: &str, output: &Path) -> String {
    let from = match trains.population.as_str() {
        "" => String::new(),
        population => format!(", population {population}"),
    };
    let mut lines = vec![format!("{} ({}{from})", trains.path.display(), trains.format.name())];
    lines.push(format!("{:>6} {:>20} {:>10} {:>9} {:>9}", "node", "unit", "spikes", "rate Hz", "gaps s"));
    let units = trains.unit_ids.iter().zip(trains.counts()).zip(trains.observed_s());
    for (node, ((unit, spikes), observed_s)) in units.enumerate().take(LISTED) {
        let gaps = trains.gaps.iter().filter(|gap| gap.unit_id == *unit);
        let gaps_s = gaps.fold(0.0, |sum, gap| sum + (gap.to_s - gap.from_s));
        let gaps_text = if trains.tells_gaps { format!("{gaps_s:.3}") } else { "unknown".to_owned() };
        let rate = rate(spikes, observed_s).map_or_else(|| "-".to_owned(), |rate| format!("{rate:.3}"));
        lines.push(format!("{node:>6} {unit:>20} {:>10} {rate:>9} {gaps_text:>9}", count_text(spikes)));
    }
    rest(trains.unit_ids.len(), "units", &mut lines);
    for window in trains.windows.iter().take(LISTED) {
        let trial = window.trial.map_or_else(|| "window".to_owned(), |id| format!("trial {id}"));
        let (to, until) = match window.to_s.is_finite() {
            true => (format!("up to {} s", window.to_s), window.start_ms + window.length_ms()),
            false => (format!("to the end at {} s", trains.end.at_s), trains.length_ms()),
        };
        lines.push(format!("{trial}: from {} s {to}; here from {} ms to {until} ms", window.from_s, window.start_ms));
    }
    rest(trains.windows.len(), "windows", &mut lines);
    for gap in trains.gaps.iter().take(LISTED) {
        lines.push(format!(
            "gap: unit {} was not observed from {} s to {} s: no spikes there is no silence",
            gap.unit_id, gap.from_s, gap.to_s
        ));
    }
    rest(trains.gaps.len(), "gaps", &mut lines);
    if !trains.tells_gaps && trains.is_session {
        lines.push("gaps: unknown, the file has no obs_intervals".to_owned());
    }
    lines.extend(end_text(trains));
    if trains.before_zero > 0 {
        let count = count_text(trains.before_zero as u64);
        lines.push(format!("left out: {count} spikes before time 0 of the file; --from-s takes them in"));
    }
    lines.push(format!(
        "{} spikes of {} units; wrote {} (population {name})",
        count_text(trains.times_ms.len() as u64),
        count_text(trains.unit_ids.len() as u64),
        output.display()
    ));
    lines.join("\n")
}

/// What was assumed of the end of the file, if anything.
fn end_text(trains: &Trains) -> Option<String> {
    let open = trains.windows.iter().any(|window| !window.to_s.is_finite());
    let end_s = trains.end.at_s;
    match trains.end.told {
        false if open => {
            Some(format!("end: the file does not say where it ends; taken to be {end_s} s, the last that it holds"))
        }
        false if trains.is_session && trains.is_beyond => Some(format!(
            "end: the file holds nothing after {end_s} s and does not say where it ends: this may be no silence"
        )),
        _ => None,
    }
}

fn rest(count: usize, what: &str, lines: &mut Vec<String>) {
    if count > LISTED {
        lines.push(format!("… and {} more {what}", count - LISTED));
    }
}

/// Over the time that a unit was observed; nothing of one that never was.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn rate(spikes: u64, observed_s: f64) -> Option<f64> {
    (observed_s > 0.0).then(|| spikes as f64 / observed_s)
}

fn json(trains: &Trains, name: &str, output: &Path) -> Value {
    // JSON has no infinity: a window without an end has null.
    let number = |value: f64| value.is_finite().then_some(value);
    let units = trains.unit_ids.iter().zip(trains.counts()).zip(trains.observed_s()).enumerate();
    let units = units.map(|(node, ((unit, spikes), observed_s))| {
        json!({
            "node": node, "unit": unit, "spikes": spikes, "observed_s": observed_s, "rate_hz": rate(spikes, observed_s),
        })
    });
    let windows = trains.windows.iter().map(|window| {
        json!({
            "trial": window.trial, "from_s": window.from_s, "to_s": number(window.to_s),
            "start_ms": window.start_ms, "length_ms": number(window.length_ms()),
        })
    });
    let gaps = trains.gaps.iter();
    let gaps = gaps.map(|gap| json!({"unit": gap.unit_id, "from_s": gap.from_s, "to_s": gap.to_s}));
    json!({
        "output": output,
        "population": name,
        "source": {"file": trains.path, "format": trains.format.name(), "population": trains.population},
        "spikes": trains.times_ms.len(),
        "length_s": trains.length_ms() * 1e-3,
        "end_s": trains.end.at_s,
        "tells_end": trains.end.told,
        "units": units.collect::<Vec<_>>(),
        "windows": windows.collect::<Vec<_>>(),
        "tells_gaps": trains.tells_gaps,
        "gaps": gaps.collect::<Vec<_>>(),
        "spikes_before_zero": trains.before_zero,
    })
}
