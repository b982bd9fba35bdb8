//! What is drawn of training runs.

use crate::SessionError;
use neuropil_record::TrainingFile;
use neuropil_report::{CurvePanel, Picture, PlotOptions, RuleCurve, Spectrum, learning_curves};
use neuropil_train::compare::is_done;
use neuropil_train::curves::{self, Curve};
use std::path::Path;

/// A measure, its label, and how its values are shown.
type Measure = (&'static str, &'static str, fn(f64) -> f64);

/// What is drawn where it has numbers.
const MEASURES: [Measure; 12] = [
    ("loss", "loss", |own| own),
    ("accuracy", "accuracy", |own| own),
    ("validation_loss", "loss, held-out trials", |own| own),
    ("validation_accuracy", "accuracy, held-out trials", |own| own),
    ("cosine_in", "cosine with exact dW_in", |own| own),
    ("cosine_rec", "cosine with exact dW_rec", |own| own),
    ("progress", "useful progress <g, g*>/|g*|²", |own| own),
    ("reach", "useful progress of unread cells", |own| own),
    ("rate", "cell output, or rate (Hz)", |own| own),
    ("spectral_radius", "spectral radius of W, in the unit of the weights", |own| own),
    ("change_rec", "change of the recurrent weights |W − W_0|/|W_0|", |own| own),
    ("gradient_norm", "log10 |gradient|", f64::log10),
];
/// Cell types that have a panel of μ each.
const TYPES: usize = 2;
/// Rules whose spectra are drawn.
const SPECTRA: usize = 8;
/// Larger matrices have no picture of their eigenvalues: they take a minute and more.
const MOST_CELLS: usize = 600;

/// Learning curves and spectra of a file of training runs.
///
/// # Errors
/// Unreadable files.
pub fn of_runs(path: &Path, title: &str, options: &PlotOptions) -> Result<Picture, SessionError> {
    let file = TrainingFile::read(path).map_err(SessionError::Read)?;
    let rules = curves::rules(&file);
    let of_measure = |(measure, label, shown): &Measure| {
        let found = curves::curves(&file, &rules, measure);
        (!found.is_empty()).then(|| panel(label, found, &rules, *shown))
    };
    let mut panels: Vec<CurvePanel> = MEASURES.iter().filter_map(of_measure).collect();
    let mu = curves::mu_curves(&file, &rules, TYPES);
    let by_type = mu.len() > 1;
    for (number, curves) in mu.into_iter().enumerate().filter(|(_, curves)| moves(curves)) {
        let label = if by_type { format!("μ of cell type {number}") } else { "μ, mean over cell types".into() };
        panels.push(panel(&label, curves, &rules, |own| own));
    }
    let spectra = spectra(&file, &rules);
    let runs = file.runs.len();
    let s = if runs == 1 { "" } else { "s" };
    let mut caption =
        format!("{runs} run{s}; lines are medians over seeds, areas their range; rules by mean loss, best first");
    if !file.runs.iter().all(is_done) {
        caption += "; thin lines are runs that are not at their end";
    }
    Ok(learning_curves(&panels, &spectra, &rules, (title, &caption), options))
}

fn panel(label: &str, curves: Vec<Curve>, rules: &[String], shown: fn(f64) -> f64) -> CurvePanel {
    let all = |runs: Vec<Vec<f64>>| runs.into_iter().map(|run| run.into_iter().map(shown).collect()).collect();
    let place = |name: &str| rules.iter().position(|rule| rule == name).unwrap_or(0);
    let of = |own: Curve| RuleCurve {
        rule: place(&own.rule),
        updates: own.updates,
        runs: all(own.runs),
        beside: all(own.beside),
    };
    CurvePanel { label: label.into(), curves: curves.into_iter().map(of).collect() }
}

/// Whether there is more to see than one constant.
fn moves(curves: &[Curve]) -> bool {
    let mut values = curves.iter().flat_map(|curve| curve.runs.iter().flatten());
    let first = values.next();
    values.any(|value| Some(value) != first)
}

/// The eigenvalues of the last W of each rule, of its first seed.
fn spectra(file: &TrainingFile, rules: &[String]) -> Vec<Spectrum> {
    let of_rule = |(number, rule): (usize, &String)| {
        let run = curves::spoken_of(file, rule).into_iter().min_by_key(|run| run.seed)?;
        let eigenvalues = curves::eigenvalues(run, MOST_CELLS);
        (!eigenvalues.is_empty()).then(|| Spectrum { rule: number, label: rule.clone(), eigenvalues })
    };
    rules.iter().enumerate().take(SPECTRA).filter_map(of_rule).collect()
}
