//! What was probably meant by a name that does not exist.

/// `; did you mean ...?`, or nothing if no candidate is close.
pub fn did_you_mean<'a>(found: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    if found.len() > 200 {
        return String::new();
    }
    /// How names end that carry a unit.
    const UNITS: [&str; 9] = ["ms", "mv", "pf", "pa", "ns", "um", "nm", "hz", "cycles"];
    let found = found.to_lowercase();
    let close = |name: &str| {
        let name = name.to_lowercase();
        // A missing or wrong unit: `tau_m` or `tau_m_s` for `tau_m_ms`.
        let stem = name.rsplit_once('_').filter(|(_, unit)| UNITS.contains(unit)).map(|(stem, _)| stem);
        let found_stem = found.rsplit_once('_').map_or(found.as_str(), |(stem, _)| stem);
        if stem.is_some_and(|stem| stem == found || stem == found_stem) {
            return 1.0;
        }
        // Jaro-Winkler is blind to two letters swapped in a short name.
        let one_slip = name.len() > 2 && strsim::damerau_levenshtein(&found, &name) == 1;
        strsim::jaro_winkler(&found, &name).max(if one_slip { 0.9 } else { 0.0 })
    };
    let best = candidates.map(|name| (close(name), name)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
    match best {
        Some((score, name)) if score > 0.8 => format!("; did you mean `{name}`?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    /// Letters swapped or left out, also in a short name; a unit left out; nothing where no name is close, and of two the closer.
    #[test]
    fn the_closest_name_is_meant() {
        let of = |found: &str| did_you_mean(found, ["modprop_type", "modprop_type_S", "tau_m_ms", "inh"].into_iter());
        for (found, meant) in [
            ("modprop_tpye", "modprop_type"),
            ("Modprop_Type_s", "modprop_type_S"),
            ("tau_m", "tau_m_ms"),
            ("ihn", "inh"),
        ] {
            assert_eq!(of(found), format!("; did you mean `{meant}`?"), "{found}");
        }
        assert_eq!(of("backprop"), "");
        assert_eq!(of(&"modprop_type".repeat(100)), "");
    }
}
