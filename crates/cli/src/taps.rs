//! `neuropil taps`.

use crate::args::TapsArgs;
use crate::error::CliError;
use crate::{load, screen};
use neuropil_model::{Document, peptides};
use neuropil_neuromod::Peptides;
use neuropil_neuromod::taps::{TapOptions, TapReport, bundles, effective_taps};
use neuropil_report::{Existing, Kernel, PictureFormat, PlotOptions, kernel_matrix};
use serde_json::{Value, json};
use std::path::Path;

/// Prints the taps of a model of peptides, and draws them.
///
/// # Errors
/// Faults of the model, impossible distances, types that are not there, pictures that exist or cannot be written.
pub fn taps(args: &TapsArgs) -> Result<(), CliError> {
    args.output.as_deref().map_or(Ok(PictureFormat::Png), PictureFormat::of).map_err(CliError::output)?;
    let text = load::read(&args.model)?;
    let document = Document::parse(&args.model.display().to_string(), text).map_err(CliError::input)?;
    let model = peptides::decode(document).map_err(CliError::input)?;
    model.warnings.iter().for_each(|fault| screen::note(&format!("warning: {}: {}", fault.path, fault.message)));
    let reports = reports(args, &model.peptides)?;
    if let Some(output) = &args.output {
        draw(args, &model.peptides, &reports, output)?;
    }
    if args.json {
        return screen::print(&json(args, &model.peptides, &reports).to_string());
    }
    screen::print(&table(args, &model.peptides, &reports))?;
    args.output.as_ref().map_or(Ok(()), |output| screen::print(&format!("wrote {}", output.display())))
}

fn reports(args: &TapsArgs, peptides: &Peptides) -> Result<Vec<TapReport>, CliError> {
    let above_0 = |name: &str, value: f64| {
        let sound = value.is_finite() && value > 0.0;
        if sound { Ok(()) } else { Err(CliError::Input(format!("{name}: found {value}, must be above 0"))) }
    };
    args.distances_um.iter().try_for_each(|distance| above_0("--distances-um", *distance))?;
    above_0("--bin-ms", args.bin_ms)?;
    above_0("--time-scale", args.time_scale)?;
    let index = |name: &Option<String>| {
        let Some(name) = name else { return Ok(None) };
        let found = peptides.cell_types.iter().position(|own| own.name == *name);
        let names = || peptides.cell_types.iter().map(|own| own.name.as_str()).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| CliError::Input(format!("no cell type `{name}`; there are {}", names())))
    };
    let (from, to) = (index(&args.from)?, index(&args.to)?);
    let options = TapOptions {
        bin_ms: args.bin_ms,
        count: usize::from(args.count),
        time_scale: args.time_scale,
        stages: usize::from(args.stages),
    };
    let wanted = |bundle: &Vec<_>| -> bool {
        let first: &neuropil_neuromod::Channel = &bundle[0];
        from.is_none_or(|from| from == first.sender) && to.is_none_or(|to| to == first.receiver)
    };
    let bundles = bundles(peptides).into_iter().filter(wanted);
    Ok(bundles.filter_map(|bundle| effective_taps(peptides, &bundle, &args.distances_um, &options)).collect())
}

/// The names of the two types, and of what goes between them.
fn names<'p>(peptides: &'p Peptides, report: &TapReport) -> (&'p str, &'p str, Vec<String>) {
    let first = report.channels[0];
    let name = |index: usize| peptides.cell_types[index].name.as_str();
    let channel = |channel: &neuropil_neuromod::Channel| {
        format!("{}>{}", peptides.species[channel.species].name, peptides.receptors[channel.receptor].name)
    };
    (name(first.sender), name(first.receiver), report.channels.iter().map(channel).collect())
}

fn table(args: &TapsArgs, peptides: &Peptides, reports: &[TapReport]) -> String {
    if reports.is_empty() {
        let [from, to] = [&args.from, &args.to].map(|own| own.as_deref().unwrap_or("any type"));
        return format!("no channels from {from} to {to}");
    }
    let mut lines = vec![format!(
        "{:<10}{:<10}{:>11}{:>9}{:>9}{:>9}  {:<28}channels",
        "from", "to", "gain", "delay s", "peak s", "wrong", "stages, s (share)"
    )];
    for report in reports {
        let (from, to, channels) = names(peptides, report);
        let weight = |(kappa, rho): &(f64, f64)| kappa / (1.0 - rho);
        let all: f64 = report.fit.modes.modes.iter().map(weight).sum();
        let stages = report.fit.tau_ms.iter().zip(&report.fit.modes.modes);
        let stages: Vec<String> =
            stages.map(|(tau, mode)| format!("{:.2} ({:.0}%)", tau * 1e-3, 100.0 * weight(mode) / all)).collect();
        lines.push(format!(
            "{from:<10}{to:<10}{:>11.2e}{:>9.2}{:>9.2}{:>8.0}%  {:<28}{}",
            report.gain,
            report.delay_ms * 1e-3,
            report.peak_ms * 1e-3,
            report.miscredited * 100.0,
            stages.join(", "),
            channels.join(" ")
        ));
    }
    lines.push(format!(
        "at {} um; taps of {} ms; time_scale {}: a ms of the task is {} ms of biology",
        args.distances_um.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        args.bin_ms,
        args.time_scale,
        args.time_scale
    ));
    lines.join("\n")
}

fn json(args: &TapsArgs, peptides: &Peptides, reports: &[TapReport]) -> Value {
    let one = |report: &TapReport| {
        let (from, to, channels) = names(peptides, report);
        let modes: Vec<_> =
            report.fit.modes.modes.iter().map(|(kappa, rho)| json!({"kappa": kappa, "rho": rho})).collect();
        json!({
            "from": from,
            "to": to,
            "sign": report.channels[0].sign,
            "channels": channels,
            "gain": report.gain,
            "delay_ms": report.delay_ms,
            "peak_ms": report.peak_ms,
            "miscredited": report.miscredited,
            "filter_taps": report.taps,
            "fit": {"modes": modes, "tau_ms": report.fit.tau_ms, "residual": report.fit.residual},
        })
    };
    json!({
        "model": args.model,
        "distances_um": args.distances_um,
        "bin_ms": args.bin_ms,
        "time_scale": args.time_scale,
        "pairs": reports.iter().map(one).collect::<Vec<_>>(),
    })
}

fn draw(args: &TapsArgs, peptides: &Peptides, reports: &[TapReport], output: &Path) -> Result<(), CliError> {
    let types: Vec<String> = peptides.cell_types.iter().map(|own| own.name.clone()).collect();
    let kernel = |report: &TapReport| {
        let first = report.channels[0];
        Kernel { from: first.sender, to: first.receiver, values: report.taps.clone() }
    };
    let kernels: Vec<Kernel> = reports.iter().map(kernel).collect();
    let title = format!("Filter taps of {}", args.model.file_stem().unwrap_or_default().display());
    let distances: Vec<String> = args.distances_um.iter().map(ToString::to_string).collect();
    let caption = format!(
        "rows release, columns hear; level of the messengers per molecule/ms, at {} um; time_scale {}",
        distances.join(", "),
        args.time_scale
    );
    let lag = format!("lags of 0 to {} s", args.bin_ms * f64::from(args.count) * 1e-3);
    let options = PlotOptions::new(args.width, args.height).map_err(CliError::input)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    kernel_matrix(&types, &kernels, (&title, &caption, &lag), &options)
        .write(output, existing)
        .map_err(CliError::output)
}
