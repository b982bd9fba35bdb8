//! `neuropil export`.

use crate::args::{ExportArgs, Form};
use crate::error::CliError;
use crate::screen;
use crate::summary::count_text;
use neuropil_model::circuit::{self, Circuit, LearnedWeights};
use neuropil_model::export::{self, ExportError, ReportAsked, Run, Written};
use neuropil_model::{Document, Model};
use neuropil_network::network::Design;
use neuropil_record::{Error, Folder, PopulationRecord, Provenance, Recording, SpikeFile};
use std::path::{Path, PathBuf};

/// Writes a recording for other tools.
///
/// # Errors
/// Unreadable recordings, and a directory that exists or cannot be written.
pub fn export(args: &ExportArgs) -> Result<(), CliError> {
    let recording = Recording::open(&args.recording).map_err(CliError::input)?;
    let folder = Folder::create(&args.output, args.force).map_err(CliError::output)?;
    match contents(args, &recording, &folder).and_then(|lines| apart(args, &folder).map(|()| lines)) {
        Ok(lines) => {
            let (path, older) = folder.publish().map_err(CliError::output)?;
            if let Some(note) = older_text(&path, &older) {
                screen::note(&note);
            }
            screen::print(&format!("{}\nwrote {}", lines.join("\n"), path.display()))
        }
        Err(error) => {
            folder.withdraw();
            Err(error)
        }
    }
}

/// Refuses a directory in which a file of the export has the place of the recording, also with `--force`.
fn apart(args: &ExportArgs, folder: &Folder) -> Result<(), CliError> {
    if !folder.replaces(&args.recording).map_err(CliError::output)? {
        return Ok(());
    }
    let (output, input) = (args.output.display(), args.recording.display());
    Err(CliError::Output(format!("a file of the output `{output}` is the input of this command (`{input}`)")))
}

/// Files that a note lists.
const LISTED: usize = 10;

/// What is left of other exports, if anything.
fn older_text(path: &Path, older: &[PathBuf]) -> Option<String> {
    let shown: Vec<String> = older.iter().take(LISTED).map(|file| file.display().to_string()).collect();
    let more = older.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let files = format!("{}{rest}", shown.join(", "));
    (!older.is_empty()).then(|| format!("note: older files stay in {}: {files}", path.display()))
}

/// Writes everything and says what.
fn contents(args: &ExportArgs, recording: &Recording, folder: &Folder) -> Result<Vec<String>, CliError> {
    let mut lines = match args.to {
        Form::Sonata => sonata_results(recording, folder),
        Form::Csv => csv_results(recording, folder),
    }
    .map_err(|error| CliError::of_file(error, &args.recording))?;
    if args.spikes_only {
        return Ok(lines);
    }
    if let Some(line) = learned_circuit(args, recording, folder)? {
        lines.push(line);
        return Ok(lines);
    }
    match network(recording) {
        Err(reason) => screen::note(&format!("note: the network is not exported: {reason}")),
        Ok((design, run)) => lines.extend(write_network(args, &design, &run, folder)?),
    }
    Ok(lines)
}

/// Writes the circuit of a run that learned, if it was one; says what.
fn learned_circuit(args: &ExportArgs, recording: &Recording, folder: &Folder) -> Result<Option<String>, CliError> {
    let provenance = recording.provenance().map_err(|error| CliError::of_file(error, &args.recording))?;
    let Some(provenance) = provenance.filter(|_| matches!(args.to, Form::Sonata)) else { return Ok(None) };
    let document = Document::parse(&provenance.model_path, provenance.model_json).map_err(CliError::input)?;
    if !circuit::is_circuit(&document) {
        return Ok(None);
    }
    let of_file = |error| CliError::of_file(error, &args.recording);
    let all = recording.weights().map_err(of_file)?;
    let changed: Vec<_> = all.iter().filter(|record| record.time_ms.is_some()).collect();
    // A circuit whose weights did not change need not be there any more.
    if changed.is_empty() {
        return Ok(None);
    }
    let reason = |error| {
        CliError::Input(format!(
            "{error}\nthe circuit of the run is needed for its weights; --spikes-only writes the rest"
        ))
    };
    let read = Circuit::read(&document, None).map_err(reason)?;
    if !read.learns() {
        return Ok(None);
    }
    let mut learned = Vec::new();
    for record in changed {
        let data = recording.weight_data(record).map_err(of_file)?;
        let projection = record.name.clone();
        learned.push(LearnedWeights {
            projection,
            sources: data.sources,
            targets: data.targets,
            weights: data.weights,
        });
    }
    let written = export::learned_circuit(&read, &learned, folder).map_err(CliError::input)?;
    let input = Path::new(&document.file);
    if input.exists() && folder.replaces(input).map_err(CliError::output)? {
        let (output, input) = (args.output.display(), input.display());
        return Err(CliError::Output(format!(
            "a file of the output `{output}` would take the place of the configuration that was run (`{input}`)"
        )));
    }
    let (edges, files) = (count_text(written.edges as u64), written.files);
    Ok(Some(format!("circuit   {edges} learned weights in {files} files of edges: config.json")))
}

fn write_network(
    args: &ExportArgs,
    design: &Design<f64>,
    run: &Run,
    folder: &Folder,
) -> Result<Option<String>, CliError> {
    let written = match args.to {
        Form::Sonata => {
            let refusals = export::refusals(design, run);
            if !refusals.is_empty() {
                let all = refusals.join("\n  ");
                screen::note(&format!("note: the network is not exported; SONATA and NEST have no name for\n  {all}"));
                return Ok(None);
            }
            export::sonata(design, run, folder)
        }
        Form::Csv => {
            if !design.poisson.is_empty() || !design.currents.is_empty() {
                screen::note("note: tables hold nodes and edges; Poisson inputs and currents are in the model file");
            }
            export::csv(design, folder)
        }
    };
    let Written { nodes, edges, input_spikes } = written.map_err(|error| match error {
        ExportError::Network(_) => CliError::input(error),
        _ => CliError::output(error),
    })?;
    let spikes = if input_spikes == 0 { String::new() } else { format!(", {} input spikes", count_text(input_spikes)) };
    Ok(Some(format!("network   {} nodes, {} edges{spikes}", count_text(nodes), count_text(edges))))
}

/// The network of a run, and what was run, from the model that the recording holds.
fn network(recording: &Recording) -> Result<(Design<f64>, Run), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let provenance = recording.provenance().map_err(|error| text(&error))?;
    let provenance: Provenance = provenance.ok_or("the recording does not hold the model that was run")?;
    let document = Document::parse("the model of the recording", provenance.model_json.clone());
    let document = document.map_err(|error| text(&error))?;
    if circuit::is_circuit(&document) {
        return Err("the run was that of a SONATA circuit, which is there already; of one that learned, --to sonata writes the weights".into());
    }
    let model = Model::decode(document).map_err(|error| text(&error))?;
    if model.changes_weights() {
        return Err(
            "the run changed its weights (`plastic`), and a circuit has one of each synapse. To export what was \
                    learned, take it into a model by the rule `recorded`, and run that"
                .into(),
        );
    }
    let scale = recording.scale().map_err(|error| text(&error))?;
    let design = model.design::<f64>(model.seed, scale).map_err(|error| text(&error))?.design;
    same_sizes(&design, &recording.populations().map_err(|error| text(&error))?, scale)?;
    if model.is_edited() {
        screen::note("note: interventions are not exported: the circuit is the network without them");
    }
    if model.document.find("peptides").is_some() {
        screen::note("note: peptides are not exported: the circuit is the network without them");
    }
    if model.single {
        screen::note("note: the run was in single precision; so must be that of the circuit, for the same spikes");
    }
    let steps = design.clock.nearest_step(provenance.simulated_until_ms).map_err(|error| text(&error))?;
    let reports = recording.reports().map_err(|error| text(&error))?.into_iter().map(|report| ReportAsked {
        name: recording.report_name(&report).to_owned(),
        population: report.population,
        variable: report.variable,
        node_ids: report.node_ids,
        every_ms: report.dt_ms,
    });
    let reports = reports.collect();
    Ok((design, Run { steps, reports }))
}

/// Older recordings do not tell their scale: the sizes of populations show whether it is another.
fn same_sizes(design: &Design<f64>, recorded: &[PopulationRecord], scale: f64) -> Result<(), String> {
    for population in &design.populations {
        let own = recorded.iter().find(|own| own.name == population.name).and_then(|own| own.size);
        if own != Some(u64::from(population.cells)) {
            return Err(format!(
                "at scale {scale} its model has {} cells of `{}`, the recording has {}",
                population.cells,
                population.name,
                own.map_or("none".to_owned(), |size| size.to_string())
            ));
        }
    }
    Ok(())
}

fn sonata_results(recording: &Recording, folder: &Folder) -> Result<Vec<String>, Error> {
    let mut file = SpikeFile::create(&folder.file("output/spikes.h5")?)?;
    let mut count = 0;
    for population in recording.populations()?.iter().filter(|own| own.has_spikes) {
        let spikes = recording.spikes(&population.name)?;
        count += spikes.node_ids.len() as u64;
        let name = if population.name.is_empty() { "spikes" } else { &population.name };
        file.whole(name, spikes)?;
    }
    file.finish()?;
    let mut lines = vec![format!("spikes    {}: output/spikes.h5", count_text(count))];
    for report in recording.reports()? {
        let name = format!("output/{}.h5", file_name(recording.report_name(&report)));
        if report.node_ids.is_empty() {
            lines.push(format!("report    {}: left out, it has no columns", recording.report_name(&report)));
            continue;
        }
        let path = folder.file(&name)?;
        recording.report_to_sonata(&report, &path)?;
        lines.push(format!("report    {} frames of {} columns: {name}", report.frames, report.node_ids.len()));
    }
    Ok(lines)
}

fn csv_results(recording: &Recording, folder: &Folder) -> Result<Vec<String>, Error> {
    let path = folder.file("spikes.csv")?;
    let count = recording.spikes_to_csv(&path)?;
    let mut lines = vec![format!("spikes    {}: spikes.csv", count_text(count))];
    for report in recording.reports()? {
        let name = format!("{}.csv", file_name(recording.report_name(&report)));
        let path = folder.file(&name)?;
        recording.report_to_csv(&report, &path)?;
        lines.push(format!("report    {} frames of {} columns: {name}", report.frames, report.node_ids.len()));
    }
    Ok(lines)
}

/// A report's name as the name of a file; tables of spikes, nodes and edges keep theirs.
fn file_name(report: &str) -> String {
    match report {
        "spikes" | "nodes" | "edges" => format!("report_{report}"),
        other => other.replace(['/', '\\'], "_"),
    }
}
