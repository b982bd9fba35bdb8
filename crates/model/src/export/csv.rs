//! A network as two tables of text, for every model: `nodes.csv`, `edges.csv`.

use super::{ExportError, Written, by_target, parameters};
use neuropil_network::network::Design;
use neuropil_record::Folder;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the tables. Parameters of nodes have a column each, empty where a model lacks them.
///
/// # Errors
/// Files, or an impossible synapse.
pub fn csv(design: &Design<f64>, folder: &Folder) -> Result<Written, ExportError> {
    let path = folder.file("nodes.csv")?;
    let nodes = write(&path, |out| nodes(design, out))?;
    let path = folder.file("edges.csv")?;
    let mut fault = None;
    let edges = write(&path, |out| {
        edges(design, out).or_else(|error| match error {
            Fault::Io(error) => Err(error),
            Fault::Export(error) => {
                fault = Some(error);
                Ok(0)
            }
        })
    })?;
    fault.map_or(Ok(Written { nodes, edges, input_spikes: 0 }), Err)
}

/// What can go wrong while edges are written.
enum Fault {
    Io(std::io::Error),
    Export(ExportError),
}

fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<std::fs::File>) -> std::io::Result<u64>,
) -> Result<u64, ExportError> {
    let write = || {
        let mut out = BufWriter::new(std::fs::File::create(path)?);
        let rows = fill(&mut out)?;
        out.flush()?;
        Ok(rows)
    };
    let failed = |error: std::io::Error| neuropil_record::Error::Write {
        path: path.into(),
        object: "rows".into(),
        reason: error.to_string(),
    };
    Ok(write().map_err(failed)?)
}

fn nodes(design: &Design<f64>, out: &mut impl Write) -> std::io::Result<u64> {
    let columns: Vec<BTreeMap<String, Vec<f64>>> = (0..design.populations.len())
        .map(|population| {
            let own = parameters(design, population).into_iter();
            let model = design.populations[population].neurons();
            let words = |symbol: &str| {
                let row = model?.info().parameters.iter().find(|row| row.symbol == symbol)?;
                matches!(row.range, neuropil_core::Range::Choice(_)).then_some(())
            };
            own.filter(|(symbol, ..)| words(symbol).is_none()).map(|(_, name, values)| (name, values)).collect()
        })
        .collect();
    let mut names: Vec<&String> = columns.iter().flat_map(BTreeMap::keys).collect();
    names.sort();
    names.dedup();
    write!(out, "population,node_id,model,cell_type,x_um,y_um,z_um")?;
    names.iter().try_for_each(|name| write!(out, ",{name}"))?;
    writeln!(out)?;
    for (population, own) in design.populations.iter().zip(&columns) {
        let (name, kind) = (field(&population.name), field(&population.cell_type));
        for cell in 0..population.cells as usize {
            write!(out, "{name},{cell},{},{kind}", population.model_name())?;
            match &population.positions {
                Some(positions) => positions[cell].iter().try_for_each(|x| write!(out, ",{x}"))?,
                None => write!(out, ",,,")?,
            }
            for name in &names {
                match own.get(*name) {
                    Some(values) => write!(out, ",{}", values[cell])?,
                    None => write!(out, ",")?,
                }
            }
            writeln!(out)?;
        }
    }
    Ok(design.cells())
}

fn edges(design: &Design<f64>, out: &mut impl Write) -> Result<u64, Fault> {
    let header =
        "projection,source_population,source_node_id,target_population,target_node_id,weight,weight_unit,delay_ms";
    writeln!(out, "{header}").map_err(Fault::Io)?;
    let mut rows = 0;
    for (index, projection) in design.projections.iter().enumerate() {
        let (source, target) = (&design.populations[projection.source], &design.populations[projection.target]);
        let unit = target.neurons().map_or("", |model| model.info().weight_unit.symbol());
        let names = [&projection.name, &source.name, &target.name].map(|name| field(name));
        let mut failed = None;
        let visited = by_target(design, index, &mut |piece| {
            for synapse in piece {
                let delay_ms = design.clock.time_ms(u64::from(synapse.delay_steps));
                let written = writeln!(
                    out,
                    "{},{},{},{},{},{},{unit},{delay_ms}",
                    names[0], names[1], synapse.source, names[2], synapse.target, synapse.weight
                );
                if let Err(error) = written {
                    failed.get_or_insert(error);
                }
            }
            rows += piece.len() as u64;
            Ok(())
        });
        if let Some(error) = failed {
            return Err(Fault::Io(error));
        }
        visited.map_err(Fault::Export)?;
    }
    Ok(rows)
}

/// A field, in quotes where it needs them.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}
