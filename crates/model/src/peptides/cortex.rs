//! Peptide models out of tables of gene expression: which groups of transcriptomic types release and hear what.
//!
//! A group's value of a gene is the mean over its types, each type counting once. Values of at least the threshold
//! become releases (precursors; molecules a vesicle = value × 5,000) and receptors (density = value). Peptides, their
//! masses and affinities are literature values; diffusivities follow from the mass,
//! D = 0.166 um²/ms (6600/M)^0.4, anchored at EGF in rat neocortex.
//!
//! References: \[Smith2019\] (expression, cognate pairs), \[Tasic2018\] (cells), \[Thorne2004\] (anchor).

use super::csv::{TableError, fault, rows};
use neuropil_core::parameter::Range;
use neuropil_core::{Parameter, ParameterSet, did_you_mean};
use neuropil_neuromod::release::DenseCore;
use serde_json::{Map, Value, json};

const EXPRESSION: &str = "table of expression";
const PAIRS: &str = "table of pairs";
/// Content of a vesicle for expression 1, molecules.
const MOLECULES: f64 = 5000.0;

/// Transcriptomic classes that make a cell type of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group<'g> {
    /// Name of the cell type.
    pub name: &'g str,
    /// Classes of the table.
    pub classes: &'g [&'g str],
}

/// Eight types of mouse V1.
pub const CLASSES: [Group<'static>; 8] = [
    Group { name: "Pyr_L23", classes: &["L23_IT"] },
    Group { name: "Pyr_L4", classes: &["L4_IT"] },
    Group { name: "Pyr_L5", classes: &["L5_IT", "L5_PT", "L5_NP"] },
    Group { name: "Pyr_L6", classes: &["L6_IT", "L6_CT", "L6b"] },
    Group { name: "Pvalb", classes: &["Pvalb"] },
    Group { name: "Sst", classes: &["Sst", "Sst_Chodl"] },
    Group { name: "Vip", classes: &["Vip"] },
    Group { name: "Lamp5", classes: &["Lamp5"] },
];

/// Gene, peptide, mass in Da.
const PEPTIDES: [(&str, &str, f64); 18] = [
    ("Vip", "VIP", 3326.0),
    ("Npy", "NPY", 4272.0),
    ("Sst", "SST-14", 1638.0),
    ("Penk", "Met-enkephalin", 574.0),
    ("Tac2", "neurokinin B", 1210.0),
    ("Cck", "CCK-8S", 1143.0),
    ("Crh", "CRH", 4758.0),
    ("Tac1", "substance P", 1348.0),
    ("Pdyn", "dynorphin A", 2147.0),
    ("Cort", "CST-14", 1720.0),
    ("Pthlh", "PTHrP", 4260.0),
    ("Pnoc", "nociceptin", 1809.0),
    ("Adcyap1", "PACAP-38", 4535.0),
    ("Trh", "TRH", 362.0),
    ("Grp", "GRP", 2859.0),
    ("Nmb", "neuromedin B", 1132.0),
    ("Nts", "neurotensin", 1673.0),
    ("Rln1", "relaxin", 5960.0),
];

/// Binding constants in nM, near the middle of the ranges reported; 1 where nothing is known.
const AFFINITIES: [(&str, f64); 28] = [
    ("Sstr1", 0.5),
    ("Sstr2", 0.5),
    ("Sstr3", 0.5),
    ("Sstr4", 0.5),
    ("Npy1r", 0.6),
    ("Npy2r", 0.4),
    ("Npy5r", 1.0),
    ("Vipr1", 1.5),
    ("Vipr2", 1.5),
    ("Adcyap1r1", 0.5),
    ("Cckbr", 0.7),
    ("Crhr1", 2.0),
    ("Crhr2", 20.0),
    ("Trhr", 12.0),
    ("Trhr2", 12.0),
    ("Pth1r", 1.5),
    ("Oprm1", 1.7),
    ("Oprd1", 2.0),
    ("Oprk1", 0.15),
    ("Oprl1", 0.3),
    ("Tacr1", 0.3),
    ("Tacr3", 3.0),
    ("Grpr", 1.4),
    ("Nmbr", 1.4),
    ("Ntsr1", 0.2),
    ("Ntsr2", 4.0),
    ("Rxfp1", 0.5),
    ("Rxfp2", 0.5),
];

struct Pair<'t> {
    line: usize,
    precursor: &'t str,
    receptor: &'t str,
    class: &'static str,
}

/// The model file of a table of expression (gene, kind, a column a type; the second line has their classes) and one of
/// cognate pairs (precursor, receptor, class of G protein, correction of it).
///
/// # Errors
/// Lines that do not fit, classes and genes that the table does not have, genes without a peptide.
pub fn cortex(expression: &str, pairs: &str, threshold: f64, groups: &[Group<'_>]) -> Result<String, TableError> {
    let pairs = read_pairs(pairs)?;
    let genes = means(expression, groups)?;
    let value = |gene: &str| genes.iter().find(|(name, _)| *name == gene).map(|(_, values)| values.as_slice());
    for Pair { line, precursor, receptor, .. } in &pairs {
        if let Some(gene) = [precursor, receptor].into_iter().find(|gene| value(gene).is_none()) {
            let meant = did_you_mean(gene, genes.iter().map(|(name, _)| *name));
            return Err(fault(PAIRS, *line, format!("the table of expression has no gene `{gene}`{meant}")));
        }
    }
    let passes = |gene: &str| value(gene).is_some_and(|values| values.iter().any(|value| *value >= threshold));
    let mut precursors: Vec<&str> = Vec::new();
    let mut receptors: Vec<&str> = Vec::new();
    for pair in &pairs {
        for (gene, list) in [(pair.precursor, &mut precursors), (pair.receptor, &mut receptors)] {
            if passes(gene) && !list.contains(&gene) {
                list.push(gene);
            }
        }
    }
    // A receptor needs a ligand in the model; where its precursors are below the threshold, they are there unreleased.
    for pair in pairs.iter().filter(|pair| receptors.contains(&pair.receptor)) {
        if !precursors.contains(&pair.precursor) {
            precursors.push(pair.precursor);
        }
    }
    let species = precursors.iter().map(|gene| species(gene)).collect::<Result<Vec<_>, _>>()?;
    let receptors_json = receptors.iter().map(|gene| receptor(gene, &pairs)).collect::<Result<Vec<_>, _>>()?;
    let cell_type = |(index, group): (usize, &Group<'_>)| -> Result<Value, TableError> {
        let strong = |gene: &&&str| value(gene).is_some_and(|values| values[index] >= threshold);
        let amount = |gene: &str| value(gene).map_or(0.0, |values| values[index]);
        let releases = precursors.iter().filter(strong).map(|gene| {
            Ok(json!({"species": peptide(gene)?.1, "molecules_per_vesicle": (MOLECULES * amount(gene)).round()}))
        });
        let expresses = receptors.iter().filter(strong);
        let expresses = expresses.map(|gene| json!({"receptor": gene, "density": rounded(amount(gene))}));
        Ok(json!({
            "name": group.name,
            "releases": releases.collect::<Result<Vec<_>, TableError>>()?,
            "release": release(),
            "expresses": expresses.collect::<Vec<_>>(),
        }))
    };
    let cell_types = groups.iter().enumerate().map(cell_type).collect::<Result<Vec<_>, _>>()?;
    let document = json!({
        "description": format!(
            "Made of gene expression in mouse cortex [Smith2019], threshold {threshold}. Affinities and masses: literature. \
             Loss, vesicles and densities in absolute terms: estimates."
        ),
        "tissue": {"volume_fraction": 0.2},
        "species": species,
        "receptors": receptors_json,
        "cell_types": cell_types,
    });
    Ok(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n")
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn peptide(gene: &str) -> Result<&'static (&'static str, &'static str, f64), TableError> {
    let found = PEPTIDES.iter().find(|(own, ..)| *own == gene);
    found.ok_or_else(|| fault(PAIRS, 0, format!("no peptide is known of the gene `{gene}`")))
}

fn species(gene: &str) -> Result<Value, TableError> {
    let (_, name, mass) = peptide(gene)?;
    Ok(json!({
        "name": name,
        "gene": gene,
        "diffusivity_free_um2_per_ms": rounded(0.166 * (6600.0 / mass).powf(0.4)),
        "tortuosity": 1.7,
        "loss_per_ms": 1e-5,
        "uptake": null,
    }))
}

fn receptor(gene: &str, pairs: &[Pair<'_>]) -> Result<Value, TableError> {
    let own: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.receptor == gene).collect();
    let k_d = AFFINITIES.iter().find(|(name, _)| *name == gene).map_or(1.0, |(_, k_d)| *k_d);
    let ligand = |pair: &&Pair<'_>| {
        Ok(json!({"species": peptide(pair.precursor)?.1, "k_d_nm": k_d, "k_on_per_nm_per_ms": 1e-5}))
    };
    let ligands = own.iter().map(ligand).collect::<Result<Vec<_>, TableError>>()?;
    Ok(json!({"name": gene, "g_class": own[0].class, "ligands": ligands, "desensitisation": null}))
}

fn release() -> Value {
    let written = |row: &Parameter| match row.range {
        Range::Choice(words) => words[0].into(),
        _ => row.default.into(),
    };
    Value::Object(DenseCore::TABLE.iter().map(|row| (row.name(), written(row))).collect::<Map<_, _>>())
}

fn read_pairs(text: &str) -> Result<Vec<Pair<'_>>, TableError> {
    let mut pairs = Vec::new();
    for (line, row) in rows(PAIRS, text, "npp,gpcr,g_class_smith2019,g_class_override")? {
        let [precursor, receptor, published, corrected, ..] = row[..] else {
            return Err(fault(PAIRS, line, format!("found {} columns, expected at least 4", row.len())));
        };
        let class = match if corrected.is_empty() { published } else { corrected } {
            "I" => "Gi",
            "S" => "Gs",
            "Q" => "Gq",
            other => return Err(fault(PAIRS, line, format!("class is \"{other}\", expected I, S or Q"))),
        };
        pairs.push(Pair { line, precursor, receptor, class });
    }
    Ok(pairs)
}

/// Each gene with its mean over the types of each group.
fn means<'t>(text: &'t str, groups: &[Group<'_>]) -> Result<Vec<(&'t str, Vec<f64>)>, TableError> {
    let mut rows = rows(EXPRESSION, text, "gene,kind,")?;
    let Some((line, classes)) = rows.next().filter(|(_, row)| row[0] == "#class") else {
        return Err(fault(EXPRESSION, 2, "expected the classes of the types, after \"#class\""));
    };
    let columns = groups.iter().map(|group| {
        if let Some(class) = group.classes.iter().find(|class| !classes.contains(class)) {
            return Err(fault(
                EXPRESSION,
                line,
                format!("no type is of class `{class}`, of which `{}` is made", group.name),
            ));
        }
        Ok((2..classes.len()).filter(|column| group.classes.contains(&classes[*column])).collect::<Vec<_>>())
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut genes = Vec::new();
    for (line, row) in rows {
        if row.len() != classes.len() {
            return Err(fault(EXPRESSION, line, format!("found {} columns, expected {}", row.len(), classes.len())));
        }
        let number = |column: &usize| {
            let found = row[*column].parse::<f64>().ok().filter(|value| (0.0..=1.0).contains(value));
            found.ok_or_else(|| fault(EXPRESSION, line, format!("found \"{}\", expected 0 to 1", row[*column])))
        };
        let mean = |columns: &Vec<usize>| {
            let values = columns.iter().map(number).collect::<Result<Vec<_>, _>>()?;
            #[expect(clippy::cast_precision_loss, reason = "few columns")]
            Ok(values.iter().sum::<f64>() / values.len() as f64)
        };
        genes.push((row[0], columns.iter().map(mean).collect::<Result<Vec<_>, _>>()?));
    }
    Ok(genes)
}
