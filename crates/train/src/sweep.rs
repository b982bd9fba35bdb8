//! A sweep: the same comparison for several values of fields of a task.

use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use thiserror::Error;

/// A sweep that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{option} {given}: {reason}")]
pub struct SweepError {
    /// The option of the command that gives the values.
    pub option: &'static str,
    /// What was given.
    pub given: String,
    /// Why.
    pub reason: &'static str,
}

/// Changes of a task, as `--set` takes them; none for the task as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// `path=value`.
    pub changes: Vec<String>,
}

impl Point {
    /// The name of the point in files.
    pub fn name(&self) -> String {
        self.changes.join(";")
    }

    /// Whether a rule does not see the point: only the tissue has changed, and nothing carries the rule through it.
    pub fn passes_by(&self, rule: &Rule) -> bool {
        rule.carrier == CarrierKind::Ideal && self.changes.iter().all(|change| change.starts_with("carrier."))
    }
}

/// All points of `path=value,value,...`, which an option of the command gave: every value of the first with every value of the
/// others. Without any, the task as it is.
///
/// # Errors
/// Words without a path, without values, or with a slash, which names in files must not have.
pub fn points(option: &'static str, sweeps: &[String]) -> Result<Vec<Point>, SweepError> {
    let mut points = vec![Point::default()];
    let mut paths: Vec<&str> = Vec::new();
    for given in sweeps {
        let wrong = |reason| SweepError { option, given: given.clone(), reason };
        let (path, values) = given.split_once('=').ok_or_else(|| wrong("expected path=value,value,..."))?;
        let values = split(values);
        if path.is_empty() || values.iter().any(|value| value.is_empty()) {
            return Err(wrong("expected path=value,value,..."));
        }
        if given.contains(['/', ';']) {
            return Err(wrong(
                "a value with a slash or a semicolon cannot be one of several: it would be no name in a file",
            ));
        }
        if paths.contains(&path.trim()) {
            return Err(wrong("the field is named already: give all its values at once"));
        }
        if values.iter().enumerate().any(|(place, value)| values[..place].contains(value)) {
            return Err(wrong("a value stands twice, expected each once"));
        }
        paths.push(path.trim());
        let with = |point: &Point, value: &String| {
            let change = format!("{}={value}", path.trim());
            Point { changes: point.changes.iter().cloned().chain([change]).collect() }
        };
        points = points.iter().flat_map(|point| values.iter().map(|value| with(point, value))).collect();
    }
    Ok(points)
}

/// Cuts at commas that are in no bracket.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_i32);
    for letter in text.chars() {
        depth += i32::from("[{".contains(letter)) - i32::from("]}".contains(letter));
        match parts.last_mut() {
            Some(last) if letter != ',' || depth > 0 => last.push(letter),
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_plasticity::rule::rule;

    /// The product in its order, lists kept whole, slips named; a rule that nothing carries sees no tissue.
    #[test]
    fn points_are_the_product() {
        let given = ["carrier.loss_per_ms=1, 2".to_owned(), "carrier.box_um=[1,2,3],[4,5,6]".to_owned()];
        let names: Vec<String> = points("--sweep", &given).unwrap().iter().map(Point::name).collect();
        let expected = [
            "carrier.loss_per_ms=1;carrier.box_um=[1,2,3]",
            "carrier.loss_per_ms=1;carrier.box_um=[4,5,6]",
            "carrier.loss_per_ms=2;carrier.box_um=[1,2,3]",
            "carrier.loss_per_ms=2;carrier.box_um=[4,5,6]",
        ];
        assert_eq!(names, expected);
        for wrong in ["carrier.loss_per_ms", "=1", "a=1,,2", "task.file=a/b.h5"] {
            assert!(points("--sweep", &[wrong.to_owned()]).unwrap_err().to_string().contains(wrong));
        }
        assert_eq!(points("--sweep", &[]).unwrap(), [Point::default()]);
        let twice =
            |given: &[&str]| points("--sweep", &given.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap_err();
        assert!(twice(&["a=1", "a=2"]).to_string().contains("named already"));
        assert!(twice(&["a=1,2,1"]).to_string().contains("stands twice"));
        let (field, cells) =
            (&points("--sweep", &given).unwrap()[0], &points("--sweep", &["cells.count=9".to_owned()]).unwrap()[0]);
        let [eprop, carried] = ["eprop", "modprop_type+field"].map(|name| rule(name).unwrap());
        assert!(field.passes_by(eprop) && !field.passes_by(carried) && !cells.passes_by(eprop));
    }
}
