//! A network as two tables of text, for every model: `nodes.csv`, `edges.csv`.

use super::{ExportError, Written, by_target, parameters};
use neuropil_network::NetworkError;
use neuropil_network::network::Design;
use neuropil_record::{Folder, csv_field};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the tables. Parameters of nodes have a column each, empty where a model lacks them.
///
/// # Errors
/// Files, or an impossible synapse.
pub fn csv(design: &Design<f64>, folder: &Folder) -> Result<Written, ExportError> {
    let nodes = write(&folder.file("nodes.csv")?, |out| Ok(nodes(design, out)?))?;
    let edges = write(&folder.file("edges.csv")?, |out| edges(design, out))?;
    Ok(Written { nodes, edges, input_spikes: 0 })
}

/// What can go wrong while rows are written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum Fault {
    Io(#[from] std::io::Error),
    Network(#[from] NetworkError),
}

fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<std::fs::File>) -> Result<u64, Fault>,
) -> Result<u64, ExportError> {
    let write = || {
        let mut out = BufWriter::new(std::fs::File::create(path)?);
        let rows = fill(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(rows)
    };
    write().map_err(|fault| match fault {
        Fault::Io(error) => {
            neuropil_record::Error::Write { path: path.into(), object: "rows".into(), reason: error.to_string() }.into()
        }
        Fault::Network(error) => error.into(),
    })
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
        let (name, kind) = (csv_field(&population.name), csv_field(&population.cell_type));
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
    writeln!(out, "{header}")?;
    let mut rows = 0;
    for (index, projection) in design.projections.iter().enumerate() {
        let (source, target) = (&design.populations[projection.source], &design.populations[projection.target]);
        let unit = target
            .neurons()
            .map_or("", |model| model.info().weight_unit(projection.receptor).map_or("", |unit| unit.symbol()));
        let names = [&projection.name, &source.name, &target.name].map(|name| csv_field(name));
        by_target::<Fault>(design, index, &mut |piece| {
            for synapse in piece {
                let delay_ms = design.clock.time_ms(u64::from(synapse.delay_steps));
                let (source, target, weight) = (synapse.source, synapse.target, synapse.weight);
                writeln!(out, "{},{},{source},{},{target},{weight},{unit},{delay_ms}", names[0], names[1], names[2])?;
            }
            rows += piece.len() as u64;
            Ok(())
        })?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Model};

    /// A disk that is full after the first line.
    #[derive(Default)]
    struct Full {
        is_full: bool,
        refused: u64,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.is_full {
                self.refused += 1;
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.is_full = bytes.ends_with(b"\n");
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Would catch synapses that go on being drawn for a file that takes nothing any more.
    #[test]
    fn writing_stops_at_the_first_fault() {
        let text = r#"{"simulation": {"duration_ms": 1}, "populations": {"a": {"cells": 50, "model": "lif_exp"}},
          "projections": [{"name": "p", "from": "a", "to": "a", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1}]}"#;
        let model = Model::decode(Document::parse("m.json", text.into()).unwrap()).unwrap();
        let design = model.design::<f64>(1, 1.0).unwrap().design;
        let mut out = Full::default();
        assert!(matches!(edges(&design, &mut out), Err(Fault::Io(_))));
        assert_eq!(out.refused, 1);
    }
}
