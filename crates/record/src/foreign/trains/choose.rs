//! Which units are wanted.

use super::Units;
use crate::foreign::nwb::Table;
use crate::{Error, Selection};
use std::collections::HashMap;
use std::path::Path;

/// Ids that a fault lists.
const LISTED: usize = 10;

/// The rows of the units that are asked for, in the order asked for.
pub(super) fn rows(path: &Path, units: &Units, table: &Table) -> Result<Vec<usize>, Error> {
    let ids = match units {
        Units::All => return Ok((0..table.ids().len()).collect()),
        Units::Expression(expression) => {
            let rows = Selection::parse(expression, table)?.rows(table);
            if rows.is_empty() {
                let reason = format!("none of {} units is chosen by `{expression}`", table.ids().len());
                return Err(Error::request(path, reason));
            }
            return Ok(rows);
        }
        Units::Ids(ids) => ids,
    };
    let known: HashMap<u64, usize> = table.ids().iter().copied().zip(0..).collect();
    let mut taken = vec![false; table.ids().len()];
    let row = |id: &u64| {
        let row = *known.get(id).ok_or_else(|| {
            Error::request(path, format!("there is no unit {id}; the ids are {}", listed(table.ids())))
        })?;
        match std::mem::replace(&mut taken[row], true) {
            true => Err(Error::request(path, format!("unit {id} is asked for twice"))),
            false => Ok(row),
        }
    };
    ids.iter().map(row).collect()
}

/// A few of the ids.
fn listed(ids: &[u64]) -> String {
    let mut shown: Vec<String> = ids.iter().take(LISTED).map(u64::to_string).collect();
    if let (true, Some(last)) = (ids.len() > LISTED, ids.last()) {
        shown.push(format!("…, {last}"));
    }
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_order_and_unknown_ones_are_named() {
        let table = Table::of_ids(vec![3, 5, 7]);
        let rows = |text: &str| rows(Path::new("x.nwb"), &Units::parse(text), &table);
        assert_eq!(rows("7, 3").unwrap(), [2, 0]);
        assert_eq!(rows("id > 4").unwrap(), [1, 2]);
        assert!(rows("7,4").unwrap_err().to_string().contains("`x.nwb`: there is no unit 4; the ids are 3, 5, 7"));
        assert!(rows("7,7").unwrap_err().to_string().contains("unit 7 is asked for twice"));
        assert!(rows("id > 9").unwrap_err().to_string().contains("none of 3 units is chosen by `id > 9`"));
    }
}
