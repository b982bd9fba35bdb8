//! Equal tuning: every rule is compared at the values of some fields that suit it best, out of the same values, on seeds that
//! are not those of the comparison.
//!
//! # Equations
//! ```text
//! x_ps = mean loss over the evaluations of the run at point p with seed s, up to the last update that all runs of the rule have
//! chosen = argmin over p of median over s of x_ps
//! ```
//! The loss is that of the training batches, which the paired test of a comparison takes too. A point with a run that diverged
//! is not chosen. Of equal medians the first counts. Test: `the_least_median_is_chosen`.

use crate::TrainError;
use crate::curves::{is_done, mean, shared, spread, values};
use crate::sweep::Point;
use neuropil_record::{TrainingFile, TrainingRun};

/// What one point came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The point, as [`Point::name`]; empty for a rule that does not see what is tuned.
    pub point: String,
    /// Median over the seeds of the mean loss of a run, the least and the greatest; nothing where a run has not come to its end.
    pub loss: Option<[f64; 3]>,
}

/// The point at which a rule is compared, and all that were tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The rule, as [`neuropil_plasticity::Rule::name`].
    pub rule: String,
    /// In the order of the points.
    pub tried: Vec<Tried>,
    /// Which of these.
    pub chosen: usize,
    /// Fields whose chosen value is the least or the greatest number of several: beyond it might be a better one.
    pub at_edge: Vec<String>,
}

impl Choice {
    /// The rule and its point, as [`TrainingRun::label`] of its runs in the comparison.
    pub fn label(&self) -> String {
        TrainingRun { rule: self.rule.clone(), point: self.tried[self.chosen].point.clone(), ..TrainingRun::default() }
            .label()
    }
}

/// Chooses among the points that a rule was run at with these seeds. A run that the file does not have counts as one that has
/// not come to its end.
///
/// # Errors
/// [`TrainError::Other`] where no point has all its runs.
pub fn choose(file: &TrainingFile, rule: &str, points: &[Point], seeds: &[u64]) -> Result<Choice, TrainError> {
    let finished = |point: &Point| -> Option<Vec<&TrainingRun>> {
        let name = point.name();
        let run = |seed: &u64| {
            file.runs.iter().find(|run| run.rule == rule && run.point == name && run.seed == *seed && is_done(run))
        };
        seeds.iter().map(run).collect()
    };
    let runs: Vec<_> = points.iter().map(finished).collect();
    let until = shared(&runs.iter().flatten().flatten().copied().collect::<Vec<_>>());
    let losses =
        |own: &Vec<&TrainingRun>| -> Vec<f64> { own.iter().map(|run| mean(&values(run, "loss")[..until])).collect() };
    let loss = |own: &Option<Vec<&TrainingRun>>| {
        own.as_ref().map(losses).filter(|own| own.iter().all(|loss| loss.is_finite())).map(|own| spread(&own))
    };
    let tried: Vec<Tried> =
        points.iter().zip(&runs).map(|(point, own)| Tried { point: point.name(), loss: loss(own) }).collect();
    let medians = tried.iter().enumerate().filter_map(|(place, own)| own.loss.map(|loss| (place, loss[0])));
    let chosen = medians.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(place, _)| place).ok_or_else(|| {
        let found = format!("none of the {} points that has a finished run of every seed", points.len());
        let expected = "one at least: begin with smaller values".into();
        TrainError::Other { what: format!("tuning of {rule}"), found, expected }
    })?;
    Ok(Choice { rule: rule.to_owned(), at_edge: at_edge(points, chosen), tried, chosen })
}

/// Fields of a point of which all points have numbers, and of which it has the least or the greatest of several.
fn at_edge(points: &[Point], chosen: usize) -> Vec<String> {
    let number = |change: &String| change.split_once('=').and_then(|(_, value)| value.trim().parse::<f64>().ok());
    let is_at_edge = |place: &usize| {
        let all: Option<Vec<f64>> = points.iter().map(|point| number(&point.changes[*place])).collect();
        all.is_some_and(|all| {
            let inner = all.iter().any(|own| *own < all[chosen]) && all.iter().any(|own| *own > all[chosen]);
            !inner && all.iter().any(|own| *own != all[chosen])
        })
    };
    (0..points[chosen].changes.len()).filter(is_at_edge).map(|place| points[chosen].changes[place].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::points;
    use neuropil_record::Table;

    fn run(value: &str, seed: u64, losses: &[f64], done: bool) -> TrainingRun {
        let table = |object: &str, values: Vec<f64>| Table { object: object.into(), shape: vec![values.len()], values };
        let tables = vec![
            table("state/done", vec![f64::from(u8::from(done))]),
            table("evaluations/update", (0..losses.len()).map(|own| own as f64).collect()),
            table("evaluations/loss", losses.to_vec()),
        ];
        TrainingRun { rule: "a".into(), seed, point: format!("rate={value}"), tables, ..TrainingRun::default() }
    }

    /// By hand: 0.1 has the least median though not the least mean; 0.3 has diverged with one seed; other seeds do not count, nor do losses
    /// beyond the updates that all have. Would catch means, a run that is not at its end, and seeds of the comparison.
    #[test]
    fn the_least_median_is_chosen() {
        let runs = vec![
            run("0.1", 7, &[4.0, 2.0], true),
            run("0.1", 8, &[4.0, 2.0, 0.0], true),
            run("0.1", 9, &[9.0, 9.0], true),
            run("0.2", 7, &[4.0, 4.0], true),
            run("0.2", 8, &[4.0, 4.0], true),
            run("0.2", 9, &[2.0, 2.0], true),
            run("0.3", 7, &[0.0, 0.0], true),
            run("0.3", 8, &[0.0], false),
            run("0.3", 9, &[0.0, 0.0], true),
            run("0.2", 1, &[0.0, 0.0], true),
        ];
        let file = TrainingFile { runs, ..TrainingFile::default() };
        let grid = points("--tune", &["rate=0.1,0.2,0.3".into()]).unwrap();
        let found = choose(&file, "a", &grid, &[7, 8, 9]).unwrap();
        assert_eq!(found.chosen, 0);
        assert_eq!(found.label(), "a rate=0.1");
        let losses: Vec<_> = found.tried.iter().map(|own| own.loss).collect();
        assert_eq!(losses, [Some([3.0, 3.0, 9.0]), Some([4.0, 2.0, 4.0]), None]);
        assert_eq!(found.at_edge, ["rate=0.1"]);
        let two = choose(&file, "a", &grid[..2], &[9]).unwrap();
        assert_eq!((two.chosen, two.at_edge), (1, vec!["rate=0.2".to_owned()]));
        let none = choose(&file, "a", &grid[2..], &[7, 8]).unwrap_err().to_string();
        assert!(none.contains("tuning of a") && none.contains("none of the 1 points"), "{none}");
    }

    /// A value between others is at no edge, and a field with one value, or with words, has none.
    #[test]
    fn edges_are_of_numbers() {
        let grid = points("--tune", &["rate=1,2,3".into(), "kind=\"x\",\"y\"".into(), "one=5".into()]).unwrap();
        let of = |name: &str| grid.iter().position(|own| own.name() == name).unwrap();
        assert!(at_edge(&grid, of("rate=2;kind=\"x\";one=5")).is_empty());
        assert_eq!(at_edge(&grid, of("rate=3;kind=\"y\";one=5")), ["rate=3"]);
    }
}
