//! `neuropil plan`.

use crate::error::CliError;
use crate::screen;
use crate::summary::{bytes_text, count_text};
use clap::Args;
use neuropil_session::{Asked, Changes, Forecast, Input, Link, Machine, read};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of `plan`.
#[derive(Args)]
pub struct PlanArgs {
    /// Model file (JSON), or the configuration of a SONATA circuit.
    #[arg(required_unless_present = "measure")]
    pub model: Option<PathBuf>,
    /// Measures this machine instead, with --threads threads side by side, and prints its constants as JSON, for --machine.
    #[arg(long, conflicts_with_all = ["model", "machine", "ranks", "network", "rate_hz", "set", "scale", "precision", "json"])]
    pub measure: bool,
    /// Constants of the machine of a rank, as --measure has printed them [default: measures this machine first].
    #[arg(long, value_name = "FILE")]
    pub machine: Option<PathBuf>,
    /// Ranks that share the network.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub ranks: u16,
    /// Threads of each rank [default: one a core; of several ranks, one each].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// What connects several ranks: the time of the smallest message, and bytes a second, as in 2us,10GB/s.
    #[arg(long, value_name = "LATENCY,RATE", value_parser = link)]
    pub network: Option<Link>,
    /// Mean rate of a population, as in exc=5, or of all whose rate neither the file nor another option tells; may be repeated.
    #[arg(long, value_name = "[POPULATION=]HZ", allow_negative_numbers = true, value_parser = rate)]
    pub rate_hz: Vec<(Option<String>, f64)>,
    /// Changes a value of the file, as for `run`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Size of the network relative to the file.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Floating-point numbers of state and weights, instead of the file's.
    #[arg(long, value_parser = ["double", "single"])]
    pub precision: Option<String>,
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A number and the unit behind it; `units` tell what each is worth.
fn with_unit(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|own: char| own.is_ascii_alphabetic() && own != 'e')?);
    let worth = units.iter().find(|(name, _)| *name == unit.trim())?.1;
    let number: f64 = number.trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number * worth)
}

fn link(text: &str) -> Result<Link, String> {
    let times = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let rates = [("B/s", 1.0), ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9)];
    let read = text.split_once(',').and_then(|(latency, rate)| {
        Some(Link { latency_s: with_unit(latency, &times)?, bytes_per_s: with_unit(rate, &rates)? })
    });
    read.ok_or_else(|| {
        "expected a time > 0 (ns, us, ms, s) and a rate > 0 (B/s, kB/s, MB/s, GB/s), as in 2us,10GB/s".into()
    })
}

fn rate(text: &str) -> Result<(Option<String>, f64), String> {
    let (name, number) = text.rsplit_once('=').map_or((None, text), |(name, number)| (Some(name.to_owned()), number));
    let number = number.trim().parse().map_err(|_| "expected a rate in Hz, as in 5 or exc=5".to_owned())?;
    Ok((name, number))
}

/// Tells what a run over ranks will need, or measures what that is told from.
///
/// # Errors
/// Faults of the input, of the options, of the file of constants.
pub fn plan(args: &PlanArgs) -> Result<(), CliError> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let Some(model) = &args.model else {
        let machine = Machine::measure(args.threads.map_or_else(cores, usize::from))?;
        return screen::print(&machine.json().to_string());
    };
    let changes =
        Changes { set: args.set.clone(), scale: args.scale, precision: args.precision.clone(), ..Changes::default() };
    let input = Input::read(model, &changes)?;
    let asked = |machine| Asked {
        scale: args.scale,
        ranks: usize::from(args.ranks),
        threads: args.threads,
        link: args.network,
        rates_hz: args.rate_hz.clone(),
        machine,
    };
    let machine = match &args.machine {
        Some(file) => {
            let text = read(file)?;
            Machine::read(&text).map_err(|fault| CliError::Input(format!("{}: {fault}", file.display())))?
        }
        None => {
            let several = (args.ranks > 1).then_some(1);
            Machine::measure(args.threads.or(several).map_or_else(cores, usize::from))?
        }
    };
    let forecast = Forecast::new(&input, &asked(machine))?;
    if args.json {
        return screen::print(&as_json(args, &input, &forecast, machine).to_string());
    }
    forecast.notes.iter().for_each(|note| screen::note(&format!("note: {note}")));
    screen::print(&text(&input, &forecast, machine))
}

fn as_json(args: &PlanArgs, input: &Input, own: &Forecast, machine: Machine) -> Value {
    let parts = |parts: &[(&str, f64)]| -> Value {
        parts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let link = args.network.map(|own| json!({"latency_s": own.latency_s, "bytes_per_s": own.bytes_per_s}));
    json!({
        "model": input.name(),
        "cells": own.cells,
        "synapses": own.synapses,
        "ranks": own.ranks,
        "threads": own.threads,
        "blocks": own.blocks,
        "spikes_per_s": own.spikes_per_s,
        "synaptic_events_per_s": own.events_per_s,
        "bytes_of_a_rank": own.bytes(),
        "memory": parts(&own.memory),
        "build_s": own.build_s,
        "wall_s_per_biological_s": own.wall(),
        "wall_s": parts(&own.wall_s),
        "imbalance": own.imbalance,
        "meetings_per_s": own.meetings_per_s,
        "message_bytes": own.message_bytes,
        "received_bytes_per_s": own.received_per_s,
        "network": link,
        "machine": machine.json(),
        "notes": own.notes,
    })
}

fn text(input: &Input, own: &Forecast, machine: Machine) -> String {
    let each = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let bytes = |bytes: f64| bytes_text(whole(bytes));
    let mut text = format!(
        "{}: {} cells, about {} synapses; {} of {}, {} blocks\n",
        input.name(),
        count_text(own.cells),
        count_text(whole(own.synapses)),
        each(own.ranks, "rank"),
        each(own.threads, "thread"),
        own.blocks
    );
    text += &format!(
        "{} spikes and {} synaptic events a second\n\n",
        count_text(whole(own.spikes_per_s)),
        count_text(whole(own.events_per_s))
    );
    text += &format!("{:<28}{:>12}\n", "memory of a rank", bytes(own.bytes()));
    for (name, part) in own.memory {
        text += &format!("  {:<26}{:>12}\n", about(name), bytes(part));
    }
    text += &format!("{:<28}{:>10.2} s\n", "building", own.build_s);
    text += &format!("{:<28}{:>10.2} s\n", "wall time of a second", own.wall());
    for (name, part) in own.wall_s {
        text += &format!("  {:<26}{part:>10.3} s\n", about(name));
    }
    if own.ranks > 1 {
        text += &format!("{:<28}{:>12.2}\n", "the busiest rank / the mean", own.imbalance);
        let meetings = format!("{}/s", count_text(whole(own.meetings_per_s)));
        text += &format!("{:<28}{meetings:>12}\n", "meetings");
        text += &format!("  {:<26}{:>12}\n", "sent by a rank in each", bytes(own.message_bytes));
        text += &format!("  {:<26}{:>12}\n", "received by a rank", format!("{}/s", bytes(own.received_per_s)));
    }
    text + &format!("\ncounted with {}", machine.json())
}

/// What a part of memory or time is, in words.
fn about(name: &str) -> &str {
    match name {
        "cells" => "cells, inputs, peptides",
        "index" => "index of rows",
        "drafts" => "while it is built",
        "rows" => "rows of spikes",
        "spikes" => "spikes of all ranks",
        other => other,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate, shown in whole numbers")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_rates_are_read_with_their_units() {
        assert_eq!(link("2us,10GB/s"), Ok(Link { latency_s: 2e-6, bytes_per_s: 1e10 }));
        assert_eq!(link(" 1.5e3 ns, 800 MB/s"), Ok(Link { latency_s: 1.5e-6, bytes_per_s: 8e8 }));
        for wrong in ["2us", "2,10GB/s", "2us,10", "0us,1GB/s", "-2us,1GB/s", "2us,10Gb/s", "infs,1B/s", ""] {
            assert!(link(wrong).unwrap_err().contains("as in 2us,10GB/s"), "{wrong}");
        }
        assert_eq!(rate("5"), Ok((None, 5.0)));
        assert_eq!(rate("L2/3=E=0.5"), Ok((Some("L2/3=E".into()), 0.5)));
        assert!(rate("exc=fast").is_err());
    }
}
