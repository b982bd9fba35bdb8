//! The neuropeptide connectome of *C. elegans* as a model of peptides \[RipollSanchez2023\].
//!
//! The table says how many pairs of peptide and receptor lead from one neuron to another, not which. So every neuron is
//! a cell type with one peptide of its own, which stands for all that it releases, and one receptor for the peptide of
//! each neuron it hears, whose density is the number of pairs over the largest number there is. The class of the
//! receptors is unknown; the caller chooses it.

use super::csv::{TableError, fault, rows};
use neuropil_core::ParameterSet;
use neuropil_neuromod::receptor::{Binding, Cascade, EffectLaws, GClass, Ligand, Receptor, SignedMode};
use neuropil_neuromod::release::DenseCore;
use neuropil_neuromod::{Cargo, CellType, Expression, Peptides, Species, SpeciesParams};
use serde_json::json;
use std::collections::BTreeSet;

const EDGES: &str = "table of edges";
/// Content of a vesicle, molecules.
const MOLECULES: f64 = 5000.0;
/// Affinities were selected to be better than 500 nM; nothing else is known of a bundle of pairs.
const K_D: f64 = 100.0;
const K_ON: f64 = 1e-5;

/// The model of a list of edges: sender, receiver, number of pairs.
///
/// # Errors
/// A line that is none of these.
pub fn connectome(edges: &str, class: GClass) -> Result<Peptides, TableError> {
    let mut list = Vec::new();
    for (line, row) in rows(EDGES, edges, "sender,receiver,n_pairs")? {
        let [sender, receiver, pairs] = row[..] else {
            return Err(fault(EDGES, line, format!("found {} columns, expected 3", row.len())));
        };
        let count = pairs.parse::<u32>().ok().filter(|count| *count > 0);
        let count =
            count.ok_or_else(|| fault(EDGES, line, format!("found \"{pairs}\", expected a number of pairs")))?;
        list.push((sender, receiver, count));
    }
    let neurons: BTreeSet<&str> = list.iter().flat_map(|(sender, receiver, _)| [*sender, *receiver]).collect();
    let neurons: Vec<&str> = neurons.into_iter().collect();
    let index = |name: &str| neurons.binary_search(&name).unwrap_or_default();
    let most = list.iter().map(|(_, _, count)| *count).max();
    let most = f64::from(most.ok_or_else(|| fault(EDGES, 0, "there are no edges"))?);
    let mut cell_types: Vec<CellType> = neurons.iter().enumerate().map(|(own, name)| neuron(name, own)).collect();
    for (sender, receiver, count) in &list {
        let expression = Expression { receptor: index(sender), density: f64::from(*count) / most };
        cell_types[index(receiver)].expresses.push(expression);
    }
    Ok(Peptides {
        volume_fraction: 0.2,
        species: neurons.iter().map(|name| peptides_of(name)).collect(),
        receptors: neurons.iter().enumerate().map(|(own, name)| receptor_for(name, own, class)).collect(),
        cell_types,
        messengers: GClass::ALL.map(Cascade::default_of),
        gain: 1.0,
    })
}

/// The same as a model file; what it leaves out are defaults.
///
/// # Errors
/// As [`connectome`].
pub fn connectome_text(edges: &str, class: GClass) -> Result<String, TableError> {
    let model = connectome(edges, class)?;
    let name = |species: usize| model.species[species].name.as_str();
    let species = model.species.iter().map(|own| json!({"name": own.name}));
    let receptors = model.receptors.iter().map(|own| {
        let ligands = own.ligands.iter();
        let ligands = ligands.map(|own| json!({"species": name(own.species), "k_d_nm": own.k_d}));
        json!({"name": own.name, "g_class": own.class.name(), "ligands": ligands.collect::<Vec<_>>()})
    });
    let cell_types = model.cell_types.iter().map(|own| {
        let releases = own.releases.iter();
        let releases = releases
            .map(|own| json!({"species": name(own.species), "molecules_per_vesicle": own.molecules_per_vesicle}));
        let expresses = own.expresses.iter();
        let expresses =
            expresses.map(|own| json!({"receptor": model.receptors[own.receptor].name, "density": own.density}));
        json!({
            "name": own.name, "releases": releases.collect::<Vec<_>>(), "expresses": expresses.collect::<Vec<_>>(),
        })
    });
    let document = json!({
        "description": "Neuropeptide connectome of C. elegans [RipollSanchez2023]: a peptide and a receptor stand for all \
                        pairs of an edge; the class of the receptors is a choice, affinities and amounts are estimates.",
        "tissue": {"volume_fraction": model.volume_fraction},
        "species": species.collect::<Vec<_>>(),
        "receptors": receptors.collect::<Vec<_>>(),
        "cell_types": cell_types.collect::<Vec<_>>(),
    });
    Ok(document.to_string() + "\n")
}

fn neuron(name: &str, own: usize) -> CellType {
    CellType {
        name: name.into(),
        releases: vec![Cargo { species: own, molecules_per_vesicle: MOLECULES }],
        release: DenseCore::defaults(),
        expresses: Vec::new(),
        effects: EffectLaws::defaults(),
        signed: SignedMode::default(),
    }
}

fn peptides_of(name: &str) -> Species {
    Species {
        name: format!("peptides of {name}"),
        gene: String::new(),
        params: SpeciesParams::defaults(),
        uptake: None,
    }
}

fn receptor_for(name: &str, own: usize, class: GClass) -> Receptor {
    Receptor {
        name: format!("receptors for {name}"),
        class,
        ligands: vec![Ligand { species: own, k_d: K_D, k_on: K_ON }],
        binding: Binding::Kinetic,
        desensitisation: None,
    }
}
