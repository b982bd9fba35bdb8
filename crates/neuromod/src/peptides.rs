//! Which cell type releases what and hears what: the chemistry of a tissue.

use crate::error::NeuromodError;
use crate::receptor::{Binding, Cascade, EffectLaws, GClass, Receptor, SignedMode};
use crate::release::DenseCore;
use crate::species::Species;
use neuropil_core::{BadParameter, ParameterSet};

/// A peptide that a vesicle holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cargo {
    /// Index of the species.
    pub species: usize,
    /// Molecules in a vesicle.
    pub molecules_per_vesicle: f64,
}

/// A receptor that a cell has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expression {
    /// Index of the receptor.
    pub receptor: usize,
    /// Weight in 0 … 1.
    pub density: f64,
}

/// A type of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct CellType {
    /// Its name.
    pub name: String,
    /// What its vesicles hold, all together.
    pub releases: Vec<Cargo>,
    /// How they are released.
    pub release: DenseCore,
    /// What it hears.
    pub expresses: Vec<Expression>,
    /// What its messengers do to it.
    pub effects: EffectLaws,
    /// How they make a signed messenger.
    pub signed: SignedMode,
}

/// The chemistry of a tissue.
#[derive(Debug, Clone, PartialEq)]
pub struct Peptides {
    /// α.
    pub volume_fraction: f64,
    /// What diffuses.
    pub species: Vec<Species>,
    /// What it binds to.
    pub receptors: Vec<Receptor>,
    /// Who releases and hears.
    pub cell_types: Vec<CellType>,
    /// Messengers of Gi, Gs and Gq.
    pub messengers: [Cascade; 3],
    /// Factor of every density.
    pub gain: f64,
}

/// A way from one type to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Index of the type that releases.
    pub sender: usize,
    /// Index of the species.
    pub species: usize,
    /// Index of the receptor.
    pub receptor: usize,
    /// Index of the type that hears.
    pub receiver: usize,
    /// −1 for Gi, +1 for Gs and Gq.
    pub sign: f64,
    /// Molecules in a vesicle times density times the gain.
    pub strength: f64,
}

impl Peptides {
    /// Every (sender, species, receptor, receiver) whose product is not 0, in that order.
    pub fn channels(&self) -> Vec<Channel> {
        let mut channels = Vec::new();
        for (sender, sending) in self.cell_types.iter().enumerate() {
            for cargo in &sending.releases {
                for (receiver, hearing) in self.cell_types.iter().enumerate() {
                    for expression in &hearing.expresses {
                        let receptor = &self.receptors[expression.receptor];
                        let strength = cargo.molecules_per_vesicle * expression.density * self.gain;
                        let hears = receptor.ligands.iter().any(|ligand| ligand.species == cargo.species);
                        if hears && strength > 0.0 {
                            channels.push(Channel {
                                sender,
                                species: cargo.species,
                                receptor: expression.receptor,
                                receiver,
                                sign: receptor.class.sign(),
                                strength,
                            });
                        }
                    }
                }
            }
        }
        channels.sort_by_key(|channel| (channel.sender, channel.species, channel.receptor, channel.receiver));
        channels
    }

    /// Channels from each type (row) to each (column).
    pub fn pair_counts(&self) -> Vec<Vec<usize>> {
        let mut counts = vec![vec![0; self.cell_types.len()]; self.cell_types.len()];
        self.channels().iter().for_each(|channel| counts[channel.sender][channel.receiver] += 1);
        counts
    }

    /// Everything that cannot be simulated.
    pub fn faults(&self) -> Vec<NeuromodError> {
        let mut faults = Vec::new();
        let mut parameter = |owner: &str, bad: Vec<BadParameter>| {
            faults.extend(bad.into_iter().map(|fault| NeuromodError::Parameter { owner: owner.into(), fault }));
        };
        for species in &self.species {
            parameter(&species.name, species.out_of_range());
        }
        for receptor in &self.receptors {
            let mut bad = receptor.desensitisation.iter().flat_map(ParameterSet::out_of_range).collect::<Vec<_>>();
            for ligand in &receptor.ligands {
                bad.extend(positive("k_d_nm", ligand.k_d, "nM"));
                bad.extend(positive("k_on_per_nm_per_ms", ligand.k_on, "1/(nM ms)"));
            }
            if let Binding::Equilibrium { hill } = receptor.binding {
                bad.extend(positive("hill", hill, ""));
            }
            parameter(&receptor.name, bad);
        }
        for own in &self.cell_types {
            let mut bad = own.release.out_of_range();
            bad.extend(own.effects.out_of_range());
            let amounts = own.releases.iter().map(|cargo| ("molecules_per_vesicle", cargo.molecules_per_vesicle));
            let densities = own.expresses.iter().map(|expression| ("density", expression.density));
            bad.extend(amounts.chain(densities).filter_map(|(name, value)| not_negative(name, value)));
            parameter(&own.name, bad);
        }
        faults.extend(self.structure());
        faults
    }

    /// References to what does not exist, and combinations without a meaning.
    fn structure(&self) -> Vec<NeuromodError> {
        let mut faults = Vec::new();
        let mut say = |name: &'static str, reason: String| faults.push(NeuromodError::Property { name, reason });
        if !(self.volume_fraction > 0.0 && self.volume_fraction <= 1.0) {
            say("volume_fraction", format!("found {}, must be above 0, at most 1", self.volume_fraction));
        }
        for receptor in &self.receptors {
            let name = &receptor.name;
            if !(1..=crate::receptor::MOST_LIGANDS).contains(&receptor.ligands.len()) {
                let most = crate::receptor::MOST_LIGANDS;
                say("receptor", format!("`{name}` has {} ligands, must be 1 to {most}", receptor.ligands.len()));
            }
            if receptor.ligands.iter().any(|ligand| ligand.species >= self.species.len()) {
                say("receptor", format!("`{name}` binds a species that is not there"));
            }
            if matches!(receptor.binding, Binding::Equilibrium { .. }) && receptor.desensitisation.is_some() {
                say("receptor", format!("`{name}` is in equilibrium, so that it cannot desensitise"));
            }
        }
        for own in &self.cell_types {
            if own.releases.iter().any(|cargo| cargo.species >= self.species.len())
                || own.expresses.iter().any(|expression| expression.receptor >= self.receptors.len())
            {
                say("cell type", format!("`{}` names a species or a receptor that is not there", own.name));
            }
        }
        faults
    }

    /// The class of a cell type's receptor.
    pub fn class_of(&self, expression: &Expression) -> GClass {
        self.receptors[expression.receptor].class
    }
}

fn positive(name: &str, value: f64, unit: &'static str) -> Option<BadParameter> {
    let sound = value.is_finite() && value > 0.0;
    (!sound).then(|| BadParameter { name: name.into(), value, unit, expected: "> 0".into() })
}

fn not_negative(name: &str, value: f64) -> Option<BadParameter> {
    let sound = value.is_finite() && value >= 0.0;
    (!sound).then(|| BadParameter { name: name.into(), value, unit: "", expected: ">= 0".into() })
}
