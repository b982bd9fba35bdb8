//! What was edited of the network while it ran: a table, a row an edit.

use hdf5::File;
use hdf5::types::VarLenUnicode;

use crate::Error;
use crate::h5::attribute::{put_text, unicode};
use crate::h5::column::fixed;
use crate::h5::source::Source;
use crate::layout;
use crate::recording::reader::Recording;

/// An edit of the network while it ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EditInfo {
    /// Begin, ms.
    pub at_ms: f64,
    /// End, ms; infinite where it was in force to the end.
    pub until_ms: f64,
    /// Its kind, as model files call it: `silence`, `current`, ..
    pub kind: String,
    /// What was edited, as the model file says it (JSON).
    pub edit: String,
}

/// Writes the table in the place of an older one; none where nothing was edited.
pub(crate) fn write(file: &File, edits: &[EditInfo]) -> hdf5::Result<()> {
    if file.link_exists(layout::EDITS) {
        file.unlink(layout::EDITS)?;
    }
    if edits.is_empty() {
        return Ok(());
    }
    let group = file.create_group(layout::EDITS)?;
    let times = |name: &str, of: fn(&EditInfo) -> f64| {
        let dataset = fixed(&group, name, &edits.iter().map(of).collect::<Vec<f64>>())?;
        put_text(&dataset, layout::UNITS, "ms")
    };
    times("at_ms", |own| own.at_ms)?;
    times("until_ms", |own| own.until_ms)?;
    let texts = |name: &str, of: fn(&EditInfo) -> &str| {
        let texts = edits.iter().map(|own| unicode(of(own))).collect::<hdf5::Result<Vec<VarLenUnicode>>>()?;
        fixed(&group, name, &texts)
    };
    texts("kind", |own| &own.kind)?;
    texts("edit", |own| &own.edit)?;
    Ok(())
}

fn read(source: &Source) -> Result<Vec<EditInfo>, Error> {
    if !source.is_group(layout::EDITS) {
        return Ok(Vec::new());
    }
    let place = |name: &str| format!("{}/{name}", layout::EDITS);
    let at_ms: Vec<f64> = source.list(&place("at_ms"))?;
    let until_ms: Vec<f64> = source.list(&place("until_ms"))?;
    let (kinds, edits) = (source.texts(&place("kind"))?, source.texts(&place("edit"))?);
    for (name, found) in [("until_ms", until_ms.len()), ("kind", kinds.len()), ("edit", edits.len())] {
        if found != at_ms.len() {
            return Err(source.length(&place(name), found, format!("{} edits", at_ms.len())));
        }
    }
    let rows = at_ms.into_iter().zip(until_ms).zip(kinds.into_iter().zip(edits));
    Ok(rows.map(|((at_ms, until_ms), (kind, edit))| EditInfo { at_ms, until_ms, kind, edit }).collect())
}

impl Recording {
    /// What was edited of the network while it ran, in the order of the model file.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], [`Error::Length`] or [`Error::Read`] where it is damaged.
    pub fn edits(&self) -> Result<Vec<EditInfo>, Error> {
        read(self.arrays.source())
    }
}
