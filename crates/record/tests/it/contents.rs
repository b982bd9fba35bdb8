//! What a recording holds, for comparisons; the command's tests share it.

use neuropil_record::Arrays;
use std::path::Path;

/// Every numeric dataset but the checkpoint, by its path, bit for bit.
pub fn contents(path: &Path) -> Vec<(String, Vec<u64>)> {
    let mut found = Vec::new();
    walk(&Arrays::open(path).unwrap(), "", &mut found);
    found
}

fn walk(arrays: &Arrays, group: &str, found: &mut Vec<(String, Vec<u64>)>) {
    for name in arrays.list(if group.is_empty() { "/" } else { group }).unwrap() {
        let object = format!("{group}/{name}");
        if object == "/neuropil/checkpoint" || object == "/neuropil/model" {
            continue;
        }
        match arrays.f64(&object) {
            Ok((_, values)) => found.push((object, values.iter().map(|value| value.to_bits()).collect())),
            Err(_) if arrays.list(&object).is_ok() => walk(arrays, &object, found),
            // Text.
            Err(_) => {}
        }
    }
}
