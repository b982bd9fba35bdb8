//! The papers behind a model file, a task or a run.
//!
//! A name in a file (of a cell model, a rule, a task, an optimiser) leads to the keys that stand beside its equations; a
//! description that says "Brunel 2000" or "Liu et al. 2022" leads to the entry of that author and year.

use crate::task;
use neuropil_network::{neuron, synapse};
use neuropil_plasticity::{optimizer, pseudo_derivative, rule};
use serde_json::Value;

/// The bibliography of the project, in BibTeX.
const BIBLIOGRAPHY: &str = include_str!("references.bib");
/// How far a year may stand behind its author in a description.
const YEAR_WITHIN: usize = 40;

/// A paper, and what of a file comes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Its key.
    pub key: String,
    /// Its entry in BibTeX.
    pub entry: &'static str,
    /// What comes from it, such as `cell model lif_exp`.
    pub because: Vec<String>,
}

/// Papers in the order in which a file needs them.
#[derive(Debug, Default)]
pub struct Citations {
    list: Vec<Citation>,
}

impl Citations {
    /// The papers behind a model or task file.
    pub fn of(file: &Value) -> Self {
        let mut citations = Self::default();
        citations.walk("", file);
        citations
    }

    /// The papers, in order.
    pub fn list(&self) -> &[Citation] {
        &self.list
    }

    /// Adds the papers behind a learning rule.
    pub fn add_rule(&mut self, name: &str) {
        if let Ok(rule) = rule::rule(name) {
            self.add(rule.references, &format!("learning rule {name}"));
        }
    }

    fn add(&mut self, keys: &[&str], because: &str) {
        for key in keys {
            let Some((_, entry)) = entries().find(|(own, _)| own == key) else { continue };
            match self.list.iter_mut().find(|citation| citation.key == *key) {
                None => self.list.push(Citation { key: (*key).into(), entry, because: vec![because.into()] }),
                Some(known) if known.because.iter().all(|own| own != because) => known.because.push(because.into()),
                Some(_) => {}
            }
        }
    }

    /// Goes through a value of a file, which stands under `key`.
    fn walk(&mut self, key: &str, value: &Value) {
        match value {
            Value::String(name) => self.named(key, name),
            Value::Array(values) => values.iter().for_each(|value| self.walk(key, value)),
            Value::Object(fields) => {
                for (field, value) in fields {
                    let section = ["kind", "value"].contains(&field.as_str());
                    self.walk(if section { key } else { field }, value);
                }
                self.section(key);
            }
            _ => {}
        }
    }

    fn named(&mut self, key: &str, name: &str) {
        match key {
            "model" => {
                if let Some(entry) = neuron::MODELS.iter().find(|entry| entry.info.name == name) {
                    self.add(entry.info.references, &format!("cell model {name}"));
                }
            }
            "rule" => self.add_rule(name),
            "task" => self.add(task::references(name), &format!("task {name}")),
            "optimiser" => self.add(optimizer::references(name), &format!("optimiser {name}")),
            "pseudo_derivative" => {
                self.add(pseudo_derivative::references(name), &format!("pseudo-derivative {name}"));
            }
            "description" => {
                let told: Vec<&str> = entries().map(|(key, _)| key).filter(|key| tells(name, key)).collect();
                self.add(&told, "the description of the file");
            }
            _ => {}
        }
    }

    fn section(&mut self, key: &str) {
        match key {
            "tissue" => self.add(&["Nicholson1981", "Sykova2008"], "diffusion in tissue"),
            "rewire" => self.add(&["Bellec2018b"], "rewiring"),
            "cascade" => self.add(&["Ralambomihanta2025"], "cascading eligibility traces"),
            _ => {
                if let Some(entry) = synapse::model(key) {
                    self.add(entry.info.references, entry.info.title);
                }
            }
        }
    }
}

/// Keys and entries of the bibliography.
fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    let begins = BIBLIOGRAPHY.match_indices("\n@").map(|(at, _)| at + 1);
    begins.filter_map(|at| {
        let entry = &BIBLIOGRAPHY[at..];
        let entry = &entry[..entry.find("\n}")? + 2];
        let key = entry.split_once('{')?.1.split_once(',')?.0;
        Some((key, entry))
    })
}

/// Whether a text names the first author of an entry, and shortly after that its year.
fn tells(text: &str, key: &str) -> bool {
    let Some(digits) = key.find(|c: char| c.is_ascii_digit()) else { return false };
    let (author, year) = (&key[..digits], &key[digits..]);
    if year.len() != 4 {
        return false;
    }
    // VanAlbada is written "van Albada" or "Van Albada".
    let spaced: String = author
        .chars()
        .enumerate()
        .flat_map(|(at, c)| [(at > 0 && c.is_uppercase()).then_some(' '), Some(c)])
        .flatten()
        .collect();
    let author = spaced.to_lowercase();
    let text = text.to_lowercase();
    text.match_indices(author.as_str()).any(|(at, _)| {
        let after: String = text[at + author.len()..].chars().take(YEAR_WITHIN).collect();
        after
            .find(year)
            .is_some_and(|year| !after[..year].contains(['.', ';', ':']) || after[..year].contains("et al."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn keys(file: &Value) -> Vec<String> {
        Citations::of(file).list().iter().map(|citation| citation.key.clone()).collect()
    }

    #[test]
    fn a_file_leads_to_the_papers_behind_its_names() {
        let file = json!({
            "description": "Sparsely connected cells: Brunel 2000, J. Comput. Neurosci.; as in Liu et al. 2022.",
            "populations": {"exc": {"model": "lif_exp"}, "inh": {"model": "lif_exp"}},
            "projections": [{"rule": "fixed_probability", "short_term": {"u": 0.5}}],
            "learning": {"rule": "eprop"},
        });
        let found = keys(&file);
        let expected = ["Brunel2000", "Liu2022", "Bellec2020", "Rotter1999", "Tsodyks2000", "Tsodyks1998", "Maass2002"];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert!(expected.iter().all(|key| found.iter().any(|own| own == key)), "{found:?}");
    }

    #[test]
    fn sections_with_a_kind_are_known_by_their_name() {
        let task = json!({"task": {"kind": "store_recall"}, "training": {"optimiser": "adam"},
            "pseudo_derivative": {"kind": "fast_sigmoid"}});
        let mut found = keys(&task);
        found.sort();
        assert_eq!(found, ["Bellec2018", "Kingma2015", "Zenke2018"]);
    }

    /// Every key beside equations is in the bibliography: a citation that is not there would be left out silently.
    #[test]
    fn every_key_is_in_the_bibliography() {
        let known: Vec<&str> = entries().map(|(key, _)| key).collect();
        assert!(known.len() >= 40, "{known:?}");
        let cells = neuron::MODELS.iter().flat_map(|entry| entry.info.references);
        let rules = rule::RULES.iter().flat_map(|rule| rule.references);
        let tasks = task::KINDS.iter().flat_map(|own| task::references(own.name));
        let shapes = pseudo_derivative::NAMES.iter().flat_map(|name| pseudo_derivative::references(name));
        let others =
            optimizer::references("adam").iter().chain(synapse::MODELS.iter().flat_map(|entry| entry.info.references));
        let used: Vec<&&str> = cells.chain(rules).chain(tasks).chain(shapes).chain(others).collect();
        for key in ["Nicholson1981", "Sykova2008", "Bellec2018b"].iter().chain(used) {
            assert!(known.contains(key), "{key}");
        }
        assert!(neuron::MODELS.iter().all(|entry| !entry.info.references.is_empty()));
        assert!(rule::RULES.iter().all(|rule| !rule.references.is_empty()));
    }

    #[test]
    fn an_author_needs_the_year() {
        assert!(tells("the task of Bellec et al. 2020 made small", "Bellec2020"));
        assert!(tells("Potjans & Diesmann 2014, Cereb. Cortex", "Potjans2014"));
        assert!(tells("Initial potentials: van Albada et al. 2018, Front.", "VanAlbada2018"));
        assert!(
            !tells("Bellec et al. 2018", "Bellec2020") && !tells("Brunel cells. It fires 2000 times", "Brunel2000")
        );
    }
}
