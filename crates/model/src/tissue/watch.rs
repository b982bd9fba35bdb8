//! What is recorded of the peptides: variables of cells, slices, whole fields, what was released.

use super::region::AXES;
use super::spec::{Heard, HeardSpec, RoomSpec, TissueSpec, VoxelSpec};
use crate::chosen::Cells;
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, brief, shown};
use crate::model::{Model, PopulationSpec};
use neuropil_core::{Real, did_you_mean};
use neuropil_engine::Tissue;
use neuropil_network::network::Design;
use neuropil_neuromod::Peptides;
use neuropil_neuromod::probe::{Measure, Probe};
use neuropil_neuromod::receptor::GClass;

/// Field steps between records of what was released, where the file does not say.
const RELEASED_EVERY: u64 = 10;

impl Heard {
    /// The variable of a name, if it is one of peptides: its kind, and what it is of.
    fn split(name: &str) -> Option<(&str, &str)> {
        let (kind, of) = name.split_once('.').unwrap_or((name, ""));
        ["concentration_nm", "occupancy", "messenger", "signed_messenger"].contains(&kind).then_some((kind, of))
    }

    /// Whether a name is one of these variables.
    pub fn is_one(name: &str) -> bool {
        Self::split(name).is_some()
    }

    /// The variable of a name; `cell_type` is that of the cells.
    fn read(name: &str, peptides: &Peptides, cell_type: usize) -> Result<Self, String> {
        let (kind, of) = Self::split(name).unwrap_or_default();
        let receptors = || {
            let own = peptides.cell_types[cell_type].expresses.iter();
            own.map(|own| (own.receptor, peptides.receptors[own.receptor].name.as_str()))
        };
        let choose = |known: Vec<(usize, &str)>| {
            let found = known.iter().find(|(_, name)| *name == of).map(|(index, _)| *index);
            found.ok_or_else(|| {
                let hint = did_you_mean(of, known.iter().map(|(_, name)| *name));
                let names: Vec<String> = known.iter().map(|(_, name)| format!("{kind}.{name}")).collect();
                format!("there is no `{}`{hint}; there are: {}", brief(name), names.join(", "))
            })
        };
        match kind {
            "concentration_nm" => choose(peptides.species.iter().map(|own| own.name.as_str()).enumerate().collect())
                .map(Self::Concentration),
            "occupancy" => choose(receptors().collect()).map(Self::Occupancy),
            "messenger" => choose(GClass::ALL.iter().map(|class| (class.index(), class.name())).collect())
                .map(|index| Self::Messenger(GClass::ALL[index])),
            _ if of.is_empty() => Ok(Self::Signed),
            _ => Err(format!("there is no `{}`; did you mean `signed_messenger`?", brief(name))),
        }
    }

    fn measure(self, cells: Vec<u32>) -> Measure {
        match self {
            Self::Concentration(species) => Measure::Concentration { species, cells },
            Self::Occupancy(receptor) => Measure::Occupancy { receptor, cells },
            Self::Messenger(class) => Measure::Messenger { class, cells },
            Self::Signed => Measure::Signed { cells },
        }
    }
}

impl TissueSpec {
    /// Field steps in an interval of `path`; `None`, with a fault, if it is no multiple of a field step.
    fn every(&self, reader: &Reader<'_>, path: &str, every_ms: Option<f64>, default: u64) -> Option<u64> {
        let Some(every_ms) = every_ms else { return Some(default) };
        let steps = (every_ms / self.step_ms).round();
        if !((1.0..1e12).contains(&steps) && (steps * self.step_ms - every_ms).abs() <= 1e-6 * self.step_ms) {
            let step = shown(self.step_ms);
            reader
                .fault(path, format!("found {} ms, must be a multiple of the field step = {step} ms", shown(every_ms)));
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        Some(steps as u64)
    }

    /// The variable `name` of the cells of `own`, number `population`, in the item of `record.states` at `path`.
    pub(crate) fn heard(
        &self,
        reader: &Reader<'_>,
        (name, path): (&str, &str),
        (population, own): (usize, &PopulationSpec),
        (cells, every_ms): (Cells, Option<f64>),
    ) -> Option<HeardSpec> {
        let variables = join(path, "variables");
        let peptides = &self.model.peptides;
        let Some(cell_type) = peptides.cell_types.iter().position(|known| known.name == own.cell_type) else {
            let known: Vec<&str> = peptides.cell_types.iter().map(|known| known.name.as_str()).collect();
            let message = format!(
                "the cells of `{}` take no part in the exchange of peptides: their cell_type is `{}`, not one of {}",
                own.name,
                own.cell_type,
                known.join(", ")
            );
            reader.fault(&variables, message);
            return None;
        };
        let every = self.every(reader, &join(path, "every_ms"), every_ms, 1);
        match Heard::read(name, peptides, cell_type) {
            Ok(what) => Some(HeardSpec { path: path.into(), population, what, cells, every: every? }),
            Err(message) => {
                reader.fault(&variables, message);
                None
            }
        }
    }

    /// `record.field` and `record.released_every_ms`.
    pub(crate) fn fields(&self, fields: &mut Fields<'_, '_>) -> Vec<Probe> {
        let reader = fields.reader;
        let mut probes = Vec::new();
        let path = fields.path_of("released_every_ms");
        let every_ms = fields.number("released_every_ms");
        let every = self.every(reader, &path, every_ms, RELEASED_EVERY);
        probes.extend(every.map(|every| Probe { measure: Measure::Released, every }));
        let path = fields.path_of("field");
        let items = fields.get("field").and_then(|node| reader.array(node, &path)).unwrap_or_default();
        for (index, node) in items.iter().enumerate() {
            let path = join(&path, &index.to_string());
            for probe in self.field(reader, node, &path).into_iter().flatten() {
                let is_same = |own: &Probe| own.measure == probe.measure && own.every == probe.every;
                if let (true, Measure::Slice { species, .. } | Measure::Field { species }) =
                    (probes.iter().any(is_same), probe.measure.clone())
                {
                    let name = &self.model.peptides.species[species].name;
                    reader.fault(&path, format!("the concentration of `{name}` is recorded twice in the same way"));
                }
                probes.push(probe);
            }
        }
        probes
    }

    fn field(&self, reader: &Reader<'_>, node: &Node, path: &str) -> Option<Vec<Probe>> {
        let mut fields = reader.object(node, path, "field")?;
        let species = fields.require("species").and_then(|node| self.species(reader, node, &join(path, "species")));
        let every_ms = fields.number("every_ms");
        let slice_path = fields.path_of("slice");
        let slice = fields.get("slice").map(|node| self.slice(reader, node, &slice_path));
        fields.finish();
        let every = self.every(reader, &join(path, "every_ms"), every_ms, RELEASED_EVERY)?;
        let slice = match slice {
            None => None,
            Some(slice) => Some(slice?),
        };
        let measure = |species: usize| match slice {
            Some((axis, plane)) => Measure::Slice { species, axis, plane },
            None => Measure::Field { species },
        };
        Some(species?.into_iter().map(|species| Probe { measure: measure(species), every }).collect())
    }

    /// A species, a list of them, or `*`.
    fn species(&self, reader: &Reader<'_>, node: &Node, path: &str) -> Option<Vec<usize>> {
        let known: Vec<&str> = self.model.peptides.species.iter().map(|own| own.name.as_str()).collect();
        let named = match &node.value {
            Value::String(name) if name == "*" => return Some((0..known.len()).collect()),
            Value::String(name) => vec![name.as_str()],
            _ => {
                let items = reader.array(node, path)?.iter().enumerate();
                items.filter_map(|(i, item)| reader.string(item, &join(path, &i.to_string()))).collect()
            }
        };
        let index = |name: &&str| {
            let found = known.iter().position(|own| own == name);
            if found.is_none() {
                let hint = did_you_mean(name, known.iter().copied());
                reader.fault(
                    path,
                    format!("there is no species `{}`{hint}; there are: {}", brief(name), known.join(", ")),
                );
            }
            found
        };
        named.iter().map(index).collect()
    }

    /// Axis and plane of `{"axis": "y", "at_um": 200}`: the voxels in which the place lies.
    fn slice(&self, reader: &Reader<'_>, node: &Node, path: &str) -> Option<(usize, usize)> {
        let mut fields = reader.object(node, path, "slice")?;
        let axis = fields.required_word("axis", &AXES);
        let at_um = fields.required_number("at_um", "a finite number", f64::is_finite);
        fields.finish();
        let (axis, at_um) = (axis?, at_um?);
        let RoomSpec::Voxels(VoxelSpec { grid, origin_um, .. }) = &self.room else {
            reader.fault(path, "compartments have no planes");
            return None;
        };
        let from = origin_um[axis];
        let to = from + grid.size()[axis];
        if !(from..=to).contains(&at_um) {
            let message =
                format!("found {} um, but the field is from {from} to {to} um along {}", shown(at_um), AXES[axis]);
            reader.fault(&join(path, "at_um"), message);
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the grid")]
        let plane = ((at_um - from) / grid.dx()[axis]) as usize;
        Some((axis, plane.min(grid.shape()[axis] - 1)))
    }
}

impl Model {
    /// What is sampled of a tissue of `design`; `Err` holds path and message of what samples nothing.
    pub(super) fn watches<R: Real>(
        &self,
        design: &Design<R>,
        tissue: &Tissue,
    ) -> Result<Vec<Probe>, Vec<(String, String)>> {
        let first_ids = design.first_ids();
        let (mut probes, mut faults) = (Vec::new(), Vec::new());
        for spec in &self.record.watch.heard {
            let population = &design.populations[spec.population];
            let own = spec.cells.indices(population.cells, population.positions.as_deref());
            let first = first_ids[spec.population];
            let cells: Option<Vec<u32>> =
                own.iter().map(|cell| tissue.cell(first + cell).and_then(|cell| u32::try_from(cell).ok())).collect();
            match cells.filter(|cells| !cells.is_empty()) {
                Some(cells) => probes.push(Probe { measure: spec.what.measure(cells), every: spec.every }),
                None => faults.push((spec.path.clone(), "none of these cells is left at this scale".into())),
            }
        }
        probes.extend(self.record.watch.fields.iter().cloned());
        if faults.is_empty() { Ok(probes) } else { Err(faults) }
    }
}
