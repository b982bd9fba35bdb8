//! Who speaks to whom: the channels of a model of peptides as a list and as a matrix.

use crate::args::{InspectArgs, PlotArgs};
use crate::error::CliError;
use crate::{load, screen};
use neuropil_model::peptides::{self, PeptideModel};
use neuropil_model::{Document, Model};
use neuropil_neuromod::{Channel, Peptides};
use neuropil_report::{ChannelMatrix, Existing, PlotOptions, channel_matrix};
use neuropil_session::picture_title;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Whether a file is text in braces, as models are, and no HDF5 file.
pub fn is_model(path: &Path) -> bool {
    use std::io::Read;
    // A pipe would wait for a writer.
    if !path.is_file() {
        return false;
    }
    let mut start = [0; 64];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or(0);
    let text = start[..read].strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start[..read]);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// The peptides of a model file: a file of peptides, or a network that names one.
fn read(path: &Path) -> Result<PeptideModel, CliError> {
    let document = Document::parse(&path.display().to_string(), load::read(path)?).map_err(CliError::input)?;
    if document.find("species").is_some() || document.find("populations").is_none() {
        return peptides::decode(document).map_err(CliError::input);
    }
    let model = Model::decode(document).map_err(CliError::input)?;
    model.peptide_model().cloned().ok_or_else(|| {
        CliError::Input(format!(
            "`{}` is not an HDF5 file, but a network without peptides: there are no channels to show",
            path.display()
        ))
    })
}

/// Shows a model file.
///
/// # Errors
/// Its faults.
pub fn inspect(args: &InspectArgs) -> Result<(), CliError> {
    let model = read(&args.recording)?;
    if args.model {
        return screen::print(&model.document.to_json());
    }
    if args.json {
        return screen::print(&json(&model.peptides).to_string());
    }
    let mut text = format!("{}\n{}", args.recording.display(), list(&model.peptides));
    for warning in &model.warnings {
        let _ = write!(text, "\nwarning: {}: {}", warning.path, warning.message);
    }
    screen::print(&text)
}

/// Sender, peptide, receptor with its class and sign, and the receivers with their densities.
pub fn list(peptides: &Peptides) -> String {
    let channels = peptides.channels();
    let name = |index: usize| peptides.cell_types[index].name.as_str();
    let same = |a: &Channel, b: &Channel| (a.sender, a.species, a.receptor) == (b.sender, b.species, b.receptor);
    let mut rows: Vec<[String; 4]> = vec![["sender", "peptide", "receptor", "receivers (density)"].map(String::from)];
    for group in channels.chunk_by(same) {
        let receptor = &peptides.receptors[group[0].receptor];
        let sign = if receptor.class.sign() < 0.0 { '−' } else { '+' };
        let density = |channel: &Channel| {
            let own = peptides.cell_types[channel.receiver].expresses.iter();
            own.filter(|own| own.receptor == channel.receptor).map(|own| own.density).sum::<f64>()
        };
        let receivers: Vec<String> =
            group.iter().map(|channel| format!("{} {:.2}", name(channel.receiver), density(channel))).collect();
        rows.push([
            name(group[0].sender).to_owned(),
            peptides.species[group[0].species].name.clone(),
            format!("{} {} {sign}", receptor.name, receptor.class.name()),
            receivers.join(", "),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut text = format!(
        "{} species, {} receptors, {} cell types; {} channels:",
        peptides.species.len(),
        peptides.receptors.len(),
        peptides.cell_types.len(),
        channels.len()
    );
    for [sender, peptide, receptor, receivers] in &rows {
        let [a, b, c] = widths;
        let _ = write!(text, "\n{sender:<a$}  {peptide:<b$}  {receptor:<c$}  {receivers}");
    }
    text
}

fn json(peptides: &Peptides) -> Value {
    let channels = peptides.channels();
    let channels = channels.iter().map(|channel| {
        let receptor = &peptides.receptors[channel.receptor];
        json!({
            "sender": peptides.cell_types[channel.sender].name, "species": peptides.species[channel.species].name,
            "receptor": receptor.name, "g_class": receptor.class.name(),
            "receiver": peptides.cell_types[channel.receiver].name, "sign": receptor.class.sign(),
            "strength": channel.strength,
        })
    });
    let species = peptides.species.iter().map(|own| {
        json!({
            "name": own.name, "gene": own.gene, "diffusivity_effective_um2_per_ms": own.diffusivity_effective(),
            "decay_length_um": Some(own.decay_length()).filter(|length| length.is_finite()),
        })
    });
    json!({
        "species": species.collect::<Vec<_>>(), "channels": channels.collect::<Vec<_>>(),
        "pair_counts": peptides.pair_counts(),
        "cell_types": peptides.cell_types.iter().map(|own| &own.name).collect::<Vec<_>>(),
    })
}

/// Draws a model file.
///
/// # Errors
/// Its faults; a picture that exists or cannot be written.
pub fn plot(args: &PlotArgs, output: &Path, options: &PlotOptions) -> Result<(), CliError> {
    if args.peptides || args.from_ms.is_some() || args.to_ms.is_some() {
        let own = "is a model file, of which who speaks to whom is drawn: --peptides, --from-ms and --to-ms are for recordings";
        return Err(CliError::Input(format!("`{}` {own}", args.recording.display())));
    }
    let model = read(&args.recording)?;
    let peptides = &model.peptides;
    let types = peptides.cell_types.len();
    let mut counts = vec![[0, 0]; types * types];
    for channel in peptides.channels() {
        counts[channel.sender * types + channel.receiver][usize::from(channel.sign < 0.0)] += 1;
    }
    let names = peptides.cell_types.iter().map(|own| own.name.clone()).collect();
    let title = args.title.clone().unwrap_or_else(|| picture_title(&args.recording));
    let caption = format!(
        "{} channels of {} peptides and {} receptors; rows release, columns hear; blue: Gs and Gq prevail, red: Gi",
        peptides.channels().len(),
        peptides.species.len(),
        peptides.receptors.len()
    );
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let picture = channel_matrix(&ChannelMatrix { types: names, counts }, (&title, &caption), options);
    picture.write(output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}
