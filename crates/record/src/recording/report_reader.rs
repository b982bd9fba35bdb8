//! Reading reports.

use std::ops::Range;

use crate::Error;
use crate::layout;
use crate::recording::header::ReportInfo;
use crate::recording::reader::Recording;

/// A report as the recording describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportRecord {
    /// Population of the nodes; empty in files that do not tell.
    pub population: String,
    /// The variable; empty in files that do not tell.
    pub variable: String,
    /// Its unit; empty in files that do not tell.
    pub unit: String,
    /// The node of each column.
    pub node_ids: Vec<u64>,
    /// Time of the first frame in ms.
    pub start_ms: f64,
    /// End of the last frame in ms; exclusive.
    pub stop_ms: f64,
    /// Time between frames in ms.
    pub dt_ms: f64,
    /// Number of frames.
    pub frames: usize,
    /// Its group; empty for the root.
    pub(crate) group: String,
}

impl ReportRecord {
    /// What a report like this one is made of.
    pub(crate) fn info(&self) -> ReportInfo {
        ReportInfo {
            population: self.population.clone(),
            variable: self.variable.clone(),
            unit: self.unit.clone(),
            node_ids: self.node_ids.clone(),
            first_ms: self.start_ms,
            every_ms: self.dt_ms,
        }
    }
}

impl Recording {
    /// The reports of the file, alphabetically.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Length`], [`Error::Value`] or [`Error::Read`].
    pub fn reports(&self) -> Result<Vec<ReportRecord>, Error> {
        if !self.arrays.has(layout::REPORT) {
            let flat = self.is_flat_report();
            return if flat { Ok(vec![self.report_at(String::new(), String::new())?]) } else { Ok(Vec::new()) };
        }
        let names = self.arrays.list(layout::REPORT)?;
        names.iter().filter_map(|name| self.report(name).transpose()).collect()
    }

    /// Whether the file is a report of older tools, which stands at the root, without a population.
    pub(crate) fn is_flat_report(&self) -> bool {
        !self.arrays.has(layout::REPORT) && self.arrays.has("/data") && self.arrays.source().is_group("/mapping")
    }

    /// Frames of a report, row by row: `frames.len()` x `report.node_ids.len()` values in `report.unit`.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the frames are not all there, [`Error::Claim`] or [`Error::Read`].
    pub fn report_data(&self, report: &ReportRecord, frames: Range<usize>) -> Result<Vec<f64>, Error> {
        let object = self.data_object(&report.group);
        let dataset = self.arrays.source().dataset(&object)?;
        self.arrays.source().check_number(&object, &dataset)?;
        let shape = dataset.shape();
        let [rows, columns] = shape[..] else {
            return Err(self.arrays.source().wrong_type(&object, &format!("of shape {shape:?}"), "frames x elements"));
        };
        if frames.end > rows || columns != report.node_ids.len() {
            let expected = format!("frames {} to {} of {} nodes", frames.start, frames.end, report.node_ids.len());
            return Err(self.arrays.source().length(&object, rows, expected));
        }
        if frames.is_empty() || columns == 0 {
            return Ok(Vec::new());
        }
        let values = dataset.read_slice_2d::<f64, _>((frames, ..));
        let values = values.map_err(|source| self.arrays.source().unreadable(&object, &source))?;
        Ok(values.into_raw_vec_and_offset().0)
    }

    /// The name of a report's group, such as `exc.v_m`; `report` where it has none.
    pub fn report_name<'r>(&self, report: &'r ReportRecord) -> &'r str {
        report.group.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("report")
    }

    /// `None` for the second name of a report.
    fn report(&self, name: &str) -> Result<Option<ReportRecord>, Error> {
        let source = self.arrays.source();
        let group = format!("{}/{name}", layout::REPORT);
        let population = source.text_attribute(&group, "population")?.unwrap_or_else(|| name.to_owned());
        let variable = source.text_attribute(&group, "variable")?.unwrap_or_default();
        let full_name = layout::report_name(&population, &variable);
        if name == population && self.arrays.has(&format!("{}/{full_name}", layout::REPORT)) {
            return Ok(None);
        }
        self.report_at(group, population).map(Some)
    }

    /// The report in a group; `""` is the root.
    fn report_at(&self, group: String, population: String) -> Result<ReportRecord, Error> {
        let source = self.arrays.source();
        let place = if group.is_empty() { "/" } else { &group };
        let variable = source.text_attribute(place, "variable")?.unwrap_or_default();
        let data = self.data_object(&group);
        let shape = source.shape(&data)?;
        let [frames, columns] = shape[..] else {
            return Err(source.wrong_type(&data, &format!("of shape {shape:?}"), "frames x elements"));
        };
        let [start_ms, stop_ms, dt_ms] = self.report_times(&format!("{group}/mapping/time"))?;
        Ok(ReportRecord {
            population,
            variable,
            unit: source.text_attribute(&data, layout::UNITS)?.unwrap_or_default(),
            node_ids: self.column_nodes(&format!("{group}/mapping"), columns)?,
            start_ms,
            stop_ms,
            dt_ms,
            frames,
            group,
        })
    }

    /// The exact values where the file has them.
    pub(crate) fn data_object(&self, group: &str) -> String {
        let exact = format!("{group}/{}", layout::DATA_F64);
        if self.arrays.has(&exact) { exact } else { format!("{group}/data") }
    }

    fn report_times(&self, object: &str) -> Result<[f64; 3], Error> {
        let times = self.arrays.f64_list(object)?;
        let [start, stop, dt] = times[..] else {
            return Err(self.arrays.source().length(object, times.len(), "3: start, stop and interval".to_owned()));
        };
        if let Some(index) = times.iter().position(|time| !time.is_finite()) {
            return Err(self.arrays.source().value(object, index, format!("{}", times[index]), "a finite time"));
        }
        if dt <= 0.0 {
            return Err(self.arrays.source().value(object, 2, format!("{dt}"), "an interval above 0"));
        }
        Ok([start, stop, dt])
    }

    /// The node of each column; a node has several columns in a report of compartments.
    fn column_nodes(&self, mapping: &str, columns: usize) -> Result<Vec<u64>, Error> {
        let [ours, older] = [layout::NODE_IDS, "gids"].map(|name| format!("{mapping}/{name}"));
        let nodes_at = if self.arrays.has(&older) && !self.arrays.has(&ours) { older } else { ours };
        let nodes = self.arrays.u64_list(&nodes_at)?;
        let names = ["index_pointers", "index_pointer"].map(|name| format!("{mapping}/{name}"));
        let Some(pointers_at) = names.iter().find(|name| self.arrays.has(name)) else {
            if nodes.len() == columns {
                return Ok(nodes);
            }
            return Err(self.arrays.source().missing(&names[0], "the columns of each node"));
        };
        let pointers = self.arrays.u64_list(pointers_at)?;
        if pointers.len() != nodes.len() + 1 {
            let expected = format!("{}, one more than nodes", nodes.len() + 1);
            return Err(self.arrays.source().length(pointers_at, pointers.len(), expected));
        }
        let valid = pointers.is_sorted() && pointers.first() == Some(&0);
        if !valid || pointers.last() != Some(&(columns as u64)) {
            let last = pointers.len() - 1;
            let expected = format!("pointers that rise from 0 to the {columns} columns");
            return Err(self.arrays.source().value(pointers_at, last, format!("{}", pointers[last]), &expected));
        }
        let mut column_nodes = Vec::with_capacity(columns);
        for (&node, range) in nodes.iter().zip(pointers.windows(2)) {
            let end = usize::try_from(range[1]).unwrap_or(columns);
            column_nodes.resize(end, node);
        }
        Ok(column_nodes)
    }
}
