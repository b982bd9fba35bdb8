//! Draws the overview of a synthetic recording of a cortical column:
//! `cargo run --example cortical_column -- column.png column.svg`

#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use neuropil_report::{Existing, PlotOptions, Window, overview};
use std::path::Path;

fn main() -> Result<(), neuropil_report::Error> {
    let populations = synthetic::column(1000.0);
    let traces = [synthetic::potentials("L4E", 3, 1000.0), synthetic::potentials("L5I", 12, 1000.0)];
    let window = Window::new(0.0, 1000.0)?;
    let picture = overview(&populations, &traces, window, "A synthetic cortical column", &PlotOptions::default());
    for path in std::env::args().skip(1) {
        picture.write(Path::new(&path), Existing::Replace)?;
    }
    Ok(())
}
