//! Spikes and reports as tables of text, with commas, that pandas reads.

use crate::foreign::csv_fields::csv_field;
use crate::{Error, Recording, ReportRecord};
use neuropil_core::Clock;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Values of a report that are held at a time.
const PIECE: usize = 1 << 20;

impl Recording {
    /// Writes all spikes as `population,node_id,time_ms`; returns how many.
    ///
    /// # Errors
    ///
    /// As [`Recording::spikes`]; [`Error::Io`].
    pub fn spikes_to_csv(&self, path: &Path) -> Result<u64, Error> {
        let io = |source: std::io::Error| Error::io(path, "write", &source);
        let mut out = BufWriter::new(File::create(path).map_err(io)?);
        writeln!(out, "population,node_id,time_ms").map_err(io)?;
        let mut count = 0;
        for population in self.spike_populations()? {
            let spikes = self.spikes(&population)?;
            let name = csv_field(&population);
            for (time, node) in spikes.times_ms.iter().zip(&spikes.node_ids) {
                writeln!(out, "{name},{node},{time}").map_err(io)?;
            }
            count += spikes.node_ids.len() as u64;
        }
        finish(out).map_err(io)?;
        Ok(count)
    }

    /// Writes a report as one row a frame: `time_ms`, then a column a node, headed by its id (`7`, and `7.1`, `7.2` for
    /// further columns of the node).
    ///
    /// # Errors
    ///
    /// As [`Recording::report_data`]; [`Error::Io`].
    pub fn report_to_csv(&self, report: &ReportRecord, path: &Path) -> Result<(), Error> {
        let io = |source: std::io::Error| Error::io(path, "write", &source);
        let mut out = BufWriter::new(File::create(path).map_err(io)?);
        let mut header = "time_ms".to_owned();
        let mut of_node = 0;
        for (column, node) in report.node_ids.iter().enumerate() {
            of_node = if column > 0 && report.node_ids[column - 1] == *node { of_node + 1 } else { 0 };
            header += &if of_node == 0 { format!(",{node}") } else { format!(",{node}.{of_node}") };
        }
        writeln!(out, "{header}").map_err(io)?;
        self.report_pieces(report, |first, frames| {
            for (frame, row) in (first..).zip(frames.chunks_exact(report.node_ids.len())) {
                write!(out, "{}", report.time_ms(frame)).map_err(io)?;
                row.iter().try_for_each(|value| write!(out, ",{value}")).map_err(io)?;
                writeln!(out).map_err(io)?;
            }
            Ok(())
        })?;
        finish(out).map_err(io)
    }

    /// Hands over the frames of a report in pieces, each with the index of its first.
    ///
    /// # Errors
    ///
    /// As [`Recording::report_data`], or that of `take`.
    pub fn report_pieces(
        &self,
        report: &ReportRecord,
        mut take: impl FnMut(usize, Vec<f64>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let rows = (PIECE / report.node_ids.len().max(1)).max(1);
        let mut from = 0;
        while from < report.frames && !report.node_ids.is_empty() {
            let to = report.frames.min(from + rows);
            take(from, self.report_data(report, from..to)?)?;
            from = to;
        }
        Ok(())
    }
}

/// Ends a table: all of it is on the disk, or it is a fault.
fn finish(out: BufWriter<File>) -> std::io::Result<()> {
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

impl ReportRecord {
    /// The time of a frame in ms, on the grid of the interval where that holds the first frame.
    #[allow(clippy::cast_precision_loss, reason = "frames stay far below 2^53")]
    pub fn time_ms(&self, frame: usize) -> f64 {
        let grid = Clock::new(self.dt_ms).ok();
        let on_grid = grid.and_then(|clock| Some((clock, clock.steps(self.start_ms).ok()?)));
        match on_grid {
            Some((clock, first)) => clock.time_ms(first + frame as u64),
            None => self.start_ms + frame as f64 * self.dt_ms,
        }
    }
}
