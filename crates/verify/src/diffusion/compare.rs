//! Comparing what was found with a reference, by the metric and on the part that the header names.

use super::header::{Axis, Expected, Metric};

/// Values found, in the order (time, species or receptor, place, state).
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Sizes of these four.
    pub shape: [usize; 4],
    /// The box of places, if they are one.
    pub places: [usize; 3],
    pub values: Vec<f64>,
}

impl Found {
    /// A plain list along one axis.
    pub fn list(axis: Axis, values: Vec<f64>) -> Self {
        let mut shape = [1; 4];
        shape[slot(axis)] = values.len();
        Self { shape, places: [values.len(), 1, 1], values }
    }

    fn size(&self, axis: Axis) -> usize {
        match axis {
            Axis::X => self.places[0],
            Axis::Y => self.places[1],
            Axis::Z => self.places[2],
            other => self.shape[slot(other)],
        }
    }
}

/// Which of the four an axis is; x, y and z are places.
fn slot(axis: Axis) -> usize {
    match axis {
        Axis::Time => 0,
        Axis::Species | Axis::Receptor => 1,
        Axis::State => 3,
        _ => 2,
    }
}

/// The deviation by the entry's metric, or why the two do not fit.
pub(super) fn deviation(entry: &Expected, found: &Found, reference: &[f64]) -> Result<f64, String> {
    let sizes: Vec<usize> = entry.axes.iter().map(|axis| found.size(*axis)).collect();
    let count: usize = sizes.iter().product();
    if count != reference.len() || count != found.values.len() {
        return Err(format!("{} numbers, but {count} by its axes of {sizes:?}", reference.len()));
    }
    if entry.select.as_ref().is_some_and(|select| select.len() != sizes.len()) {
        return Err(format!("`select` is not of {} axes", sizes.len()));
    }
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut index = vec![0; sizes.len()];
    for (position, expected) in reference.iter().enumerate() {
        let mut rest = position;
        for (own, size) in index.iter_mut().zip(&sizes).rev() {
            (*own, rest) = (rest % size, rest / size);
        }
        if selected(entry, &index) {
            let (place, group) = locate(entry, found, &index);
            let own = if entry.metric == Metric::Relative { position } else { group };
            if groups.len() <= own {
                groups.resize(own + 1, (0.0, 0.0));
            }
            let difference = (found.values[place] - expected).abs();
            let (worst, largest) = groups[own];
            groups[own] = (
                if difference > worst || difference.is_nan() { difference } else { worst },
                largest.max(expected.abs()),
            );
        }
    }
    let relative = |(worst, largest): &(f64, f64)| {
        if entry.metric == Metric::Absolute || *worst == 0.0 { *worst } else { worst / largest }
    };
    let worst = |so_far: f64, own: f64| if own > so_far || own.is_nan() { own } else { so_far };
    Ok(groups.iter().map(relative).fold(0.0, worst))
}

fn selected(entry: &Expected, index: &[usize]) -> bool {
    let Some(select) = &entry.select else { return true };
    let inside = |(range, own): (&Option<[usize; 2]>, &usize)| range.is_none_or(|[from, to]| (from..to).contains(own));
    select.iter().zip(index).all(inside)
}

/// Where a value stands among those found, and its group by the metric.
fn locate(entry: &Expected, found: &Found, index: &[usize]) -> (usize, usize) {
    let mut place = [0; 4];
    for (axis, own) in entry.axes.iter().zip(index) {
        let [_, ny, nz] = found.places;
        place[slot(*axis)] += match axis {
            Axis::X => own * ny * nz,
            Axis::Y => own * nz,
            _ => *own,
        };
    }
    let [_, things, places, states] = found.shape;
    let series = (place[1] * places + place[2]) * states + place[3];
    let group = match entry.metric {
        Metric::PerTime => place[0],
        Metric::PerSeries => series,
        _ => 0,
    };
    (place[0] * things * places * states + series, group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(axes: &str, metric: &str, select: &str) -> Expected {
        let text = format!(
            r#"{{"dataset": "d", "quantity": "concentration_nm", "axes": {axes}, "metric": "{metric}", "select": {select},
                "tolerance": {{"exact_in_time": 1, "second_order": null, "first_order": null, "step_ms": null}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    /// Two times, three sites; the reference has sites first. Would catch axes that are mixed up.
    #[test]
    fn metrics_group_as_they_say() {
        let found = Found { shape: [2, 1, 3, 1], places: [3, 1, 1], values: vec![1.0, 2.0, 3.0, 10.0, 20.0, 33.0] };
        let reference = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0];
        let of = |metric, select| deviation(&entry(r#"["site", "time"]"#, metric, select), &found, &reference).unwrap();
        assert_eq!(of("max_abs", "null"), 3.0);
        assert_eq!(of("max_rel", "null"), 0.1);
        assert_eq!(of("max_rel_global", "null"), 0.1);
        assert_eq!(of("max_rel_per_time", "null"), 0.1);
        assert_eq!(of("max_rel_per_series", "[[0, 2], null]"), 0.0);
        assert_eq!(of("max_abs", "[null, [0, 1]]"), 0.0);
        let found = Found { values: vec![f64::NAN; 6], ..found };
        assert!(deviation(&entry(r#"["site", "time"]"#, "max_abs", "null"), &found, &reference).unwrap().is_nan());
        assert!(deviation(&entry(r#"["site"]"#, "max_abs", "null"), &found, &reference).is_err());
    }
}
