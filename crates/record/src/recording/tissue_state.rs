//! The state of the peptides in a checkpoint.

use hdf5::{Group, H5Type};
use neuropil_neuromod::release::{Released, VesicleState, Where};
use neuropil_neuromod::{ChainState, Drive};

use crate::Error;
use crate::h5::attribute::put;
use crate::h5::column::fixed;
use crate::h5::source::{Source, at};

/// `point` of a release to all points of its cell.
const ALL_POINTS: u32 = u32::MAX;

/// Writes the state into a group of its own.
pub(crate) fn write(group: &Group, state: &ChainState) -> hdf5::Result<()> {
    put(group, "field_steps", &state.steps)?;
    for (species, concentration) in state.concentrations.iter().enumerate() {
        fixed(group, &format!("concentration_{species}"), concentration)?;
    }
    list(group, "facilitation", &state.vesicles, |own| own.facilitation)?;
    list(group, "releasable", &state.vesicles, |own| own.releasable)?;
    list(group, "reserve", &state.vesicles, |own| own.reserve)?;
    list(group, "last_ms", &state.vesicles, |own| own.last_ms)?;
    list(group, "waiting_cell", &state.waiting, |own| own.cell)?;
    list(group, "waiting_step", &state.waiting, |own| own.step)?;
    list(group, "waiting_vesicles", &state.waiting, |own| own.vesicles)?;
    list(group, "waiting_point", &state.waiting, |own| match own.place {
        Where::Spread => ALL_POINTS,
        Where::Point(point) => point,
    })?;
    list(group, "drive_cell", &state.drives, |own| own.cell)?;
    list(group, "drive_species", &state.drives, |own| own.species)?;
    list(group, "drive_rate", &state.drives, |own| own.rate)?;
    fixed(group, "totals", &state.totals)?;
    fixed(group, "listeners", &state.listeners)?;
    Ok(())
}

fn list<S, T: H5Type + Clone>(group: &Group, name: &str, items: &[S], value: impl Fn(&S) -> T) -> hdf5::Result<()> {
    fixed(group, name, &items.iter().map(value).collect::<Vec<T>>())?;
    Ok(())
}

/// What the field goes on from; less than nothing would stay unseen until the field is looked at again.
fn concentration(source: &Source, object: &str) -> Result<Vec<f64>, Error> {
    let values = source.list::<f64>(object)?;
    match values.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
        Some(place) => Err(source.value(object, place, format!("{} nM", values[place]), "a number >= 0")),
        None => Ok(values),
    }
}

/// The state in the group `place`.
pub(crate) fn read(source: &Source, place: &str) -> Result<ChainState, Error> {
    let name = |name: &str| format!("{place}/{name}");
    let numbers = |what: &str| source.list::<f64>(&name(what));
    let steps = source.number_attribute::<u64>(place, "field_steps")?;
    let steps = steps.ok_or_else(|| source.missing(&at(place, "field_steps"), "a number"))?;
    let species = source.members(place)?.iter().filter(|name| name.starts_with("concentration_")).count();
    let concentrations = (0..species).map(|species| concentration(source, &name(&format!("concentration_{species}"))));
    let concentrations = concentrations.collect::<Result<_, _>>()?;

    let facilitation = numbers("facilitation")?;
    let cells = facilitation.len();
    let (releasable, reserve) = (numbers("releasable")?, numbers("reserve")?);
    let last_ms = numbers("last_ms")?;
    let alike = |what: &str, found: usize, expected: usize| match found == expected {
        true => Ok(()),
        false => Err(source.length(&name(what), found, format!("{expected}"))),
    };
    alike("releasable", releasable.len(), cells)?;
    alike("reserve", reserve.len(), cells)?;
    alike("last_ms", last_ms.len(), cells)?;
    let vesicle = |cell: usize| VesicleState {
        facilitation: facilitation[cell],
        releasable: releasable[cell],
        reserve: reserve[cell],
        last_ms: last_ms[cell],
    };

    let who = source.list::<u32>(&name("waiting_cell"))?;
    let when = source.list::<u64>(&name("waiting_step"))?;
    let vesicles = numbers("waiting_vesicles")?;
    let point = source.list::<u32>(&name("waiting_point"))?;
    alike("waiting_step", when.len(), who.len())?;
    alike("waiting_vesicles", vesicles.len(), who.len())?;
    alike("waiting_point", point.len(), who.len())?;
    let released = |own: usize| Released {
        cell: who[own],
        step: when[own],
        vesicles: vesicles[own],
        place: if point[own] == ALL_POINTS { Where::Spread } else { Where::Point(point[own]) },
    };

    let driven = source.list::<u32>(&name("drive_cell"))?;
    let of = source.list::<u32>(&name("drive_species"))?;
    let rate = numbers("drive_rate")?;
    alike("drive_species", of.len(), driven.len())?;
    alike("drive_rate", rate.len(), driven.len())?;
    let drive = |own: usize| Drive { cell: driven[own], species: of[own], rate: rate[own] };

    Ok(ChainState {
        steps,
        concentrations,
        vesicles: (0..cells).map(vesicle).collect(),
        waiting: (0..who.len()).map(released).collect(),
        drives: (0..driven.len()).map(drive).collect(),
        totals: numbers("totals")?,
        listeners: numbers("listeners")?,
    })
}
