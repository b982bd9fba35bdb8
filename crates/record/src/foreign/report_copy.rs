//! Reports of any tool, written again in the layout that every reader takes.

use crate::foreign::sonata_writer::create_file;
use crate::layout;
use crate::recording::header::ReportInfo;
use crate::recording::report_sink::{self, Elements};
use crate::{Error, Recording, ReportRecord, h5::written};
use hdf5::Group;
use hdf5::types::{FloatSize, TypeDescriptor};
use std::path::Path;

/// Names of the element of each column; older files have the second.
pub(crate) const ELEMENT_IDS: [&str; 2] = ["element_ids", "element_id"];
/// Place of each column along its element.
pub(crate) const ELEMENT_POS: &str = "element_pos";

impl Recording {
    /// Writes a report, which has columns, to a SONATA file of its own, under the name of its population.
    ///
    /// # Errors
    ///
    /// As [`Recording::report_data`]; [`Error::Write`].
    pub fn report_to_sonata(&self, report: &ReportRecord, path: &Path) -> Result<(), Error> {
        let file = create_file(path)?;
        let at = |source: hdf5::Error| Error::write(path, layout::REPORT, &source);
        let parent = file.create_group(layout::REPORT).map_err(at)?;
        let name = if report.population.is_empty() { self.report_name(report) } else { &report.population };
        self.copy_report(report, &parent, (name, name), path)?;
        drop(parent);
        written::finish(file, path)
    }

    /// Writes a report, which has columns, below `parent`, a group of the file `path`, as the group `name` of a population.
    pub(crate) fn copy_report(
        &self,
        report: &ReportRecord,
        parent: &Group,
        (name, population): (&str, &str),
        path: &Path,
    ) -> Result<(), Error> {
        let at = |source: hdf5::Error| Error::write(path, format!("{}/{name}", layout::REPORT), &source);
        let info = ReportInfo { population: population.to_owned(), ..report.info() };
        let mut sink = report_sink::create(parent, name, &info, self.elements(report)?).map_err(at)?;
        self.report_pieces(report, |_, frames| sink.append(frames).map_err(at))?;
        sink.store().map_err(at)
    }

    /// How the columns of a report are laid out.
    fn elements(&self, report: &ReportRecord) -> Result<Elements, Error> {
        let object = self.data_object(&report.group);
        let dataset = self.arrays.source().dataset(&object)?;
        let kind = self.arrays.source().check_number(&object, &dataset)?;
        let exact = !matches!(kind, TypeDescriptor::Float(FloatSize::U4));
        let mapping = |name: &str| format!("{}/mapping/{name}", report.group);
        let mut elements = Elements { exact, frames: report.frames, ..Elements::default() };
        if let Some(object) = ELEMENT_IDS.map(mapping).iter().find(|object| self.arrays.has(object)) {
            elements.ids = self.element_ids(object)?;
            self.one_a_column(object, elements.ids.len(), report)?;
        }
        let object = mapping(ELEMENT_POS);
        if self.arrays.has(&object) {
            elements.positions = self.arrays.source().list::<f32>(&object)?;
            self.one_a_column(&object, elements.positions.len(), report)?;
        }
        Ok(elements)
    }

    fn element_ids(&self, object: &str) -> Result<Vec<u32>, Error> {
        let small = |(index, id): (usize, u64)| {
            u32::try_from(id)
                .map_err(|_| self.arrays.source().value(object, index, id.to_string(), "a number below 2^32"))
        };
        self.arrays.u64_list(object)?.into_iter().enumerate().map(small).collect()
    }

    fn one_a_column(&self, object: &str, found: usize, report: &ReportRecord) -> Result<(), Error> {
        let columns = report.node_ids.len();
        if found == columns {
            return Ok(());
        }
        Err(self.arrays.source().length(object, found, format!("{columns}, one a column")))
    }
}
