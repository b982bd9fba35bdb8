//! `--set path=value`: changing a document before it is checked.

use crate::document::{Document, Member, Node, Value, join};
use crate::fault::{Fault, Faults};
use crate::fields::brief;
use neuropil_core::did_you_mean;

impl Document {
    /// Sets the value at a dotted path (`populations.exc.tau_m_ms`, `projections.0.weight_pa`, or a projection by its
    /// name). The last name may be new; the names before it must exist, but for the sections of the file. The value
    /// is JSON, or else taken as a string.
    ///
    /// # Errors
    /// A path that leads nowhere.
    pub fn set(&mut self, assignment: &str) -> Result<(), Faults> {
        let wrong = |path: &str, message: String| {
            Faults::new(format!("--set {}", brief(assignment)), vec![Fault { path: brief(path), place: None, message }])
        };
        let Some((path, text)) = assignment.split_once('=') else {
            return Err(wrong("", "expected path=value, as in populations.exc.tau_m_ms=15".into()));
        };
        let (path, text) = (path.trim(), text.trim());
        if path.is_empty() {
            return Err(wrong("", "the path before `=` is empty".into()));
        }
        let quoted = serde_json::Value::from(text).to_string();
        let value = Self::parse("", text.to_owned())
            .or_else(|_| Self::parse("", quoted))
            .map_err(|faults| wrong(path, faults.to_string()))?;
        let node = place(&mut self.root, path, "").map_err(|(at, message)| wrong(&at, message))?;
        *node = unplaced(value.root);
        Ok(())
    }
}

impl Document {
    /// Sets a member of an object that is there to a text, whatever the text looks like.
    ///
    /// # Errors
    /// A path to nothing.
    pub fn set_text(&mut self, path: &str, text: &str) -> Result<(), Faults> {
        self.set(&format!("{path}={}", serde_json::Value::from(text)))
    }

    /// Removes a member of an object; what is not there stays away.
    pub fn remove(&mut self, path: &str) {
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        if let Ok(Node { value: Value::Object(members), .. }) = place(&mut self.root, parent, "") {
            members.retain(|member| member.key != key);
        }
    }

    /// Appends an item, given as JSON, to the list at a path (created if it is missing).
    ///
    /// # Errors
    /// A path to something else than a list.
    pub fn append(&mut self, path: &str, item: &str) -> Result<(), Faults> {
        if self.find(path).is_none() {
            self.set(&format!("{path}=[]"))?;
        }
        let item = Self::parse("", item.to_owned())?.root;
        match place(&mut self.root, path, "") {
            Ok(Node { value: Value::Array(items), .. }) => {
                items.push(unplaced(item));
                Ok(())
            }
            _ => Err(Faults::new(self.file.as_str(), vec![self.fault(path, "expected a list")])),
        }
    }
}

/// Sections that may be created on the way.
const SECTIONS: [&str; 2] = ["simulation", "record"];

fn place<'n>(node: &'n mut Node, rest: &str, walked: &str) -> Result<&'n mut Node, (String, String)> {
    if rest.is_empty() {
        return Ok(node);
    }
    match &mut node.value {
        Value::Object(members) => {
            let fits = |key: &str| rest.strip_prefix(key).is_some_and(|tail| tail.is_empty() || tail.starts_with('.'));
            let known = (0..members.len()).filter(|&i| fits(&members[i].key)).max_by_key(|&i| members[i].key.len());
            let index = match known {
                Some(index) => index,
                None => {
                    let (key, tail) = rest.split_once('.').unwrap_or((rest, ""));
                    let may_be_new = tail.is_empty() || (walked.is_empty() && SECTIONS.contains(&key));
                    if !may_be_new {
                        let hint = did_you_mean(key, members.iter().map(|member| member.key.as_str()));
                        return Err((join(walked, key), format!("there is no `{}` here{hint}", brief(key))));
                    }
                    let value = if tail.is_empty() { Value::Null } else { Value::Object(Vec::new()) };
                    members.push(Member { key: key.into(), offset: None, node: Node { value, offset: None } });
                    members.len() - 1
                }
            };
            let member = &mut members[index];
            let walked = join(walked, &member.key);
            let tail = rest[member.key.len()..].trim_start_matches('.').to_owned();
            if tail.is_empty() {
                // What the text says here holds no longer.
                member.offset = None;
            }
            place(&mut member.node, &tail, &walked)
        }
        Value::Array(items) => {
            let (key, tail) = rest.split_once('.').unwrap_or((rest, ""));
            let named = |item: &Node| matches!(&item.value, Value::Object(members) if members.iter().any(|m| m.key == "name" && m.node.value == Value::String(key.into())));
            let count = items.len();
            let index =
                key.parse::<usize>().ok().filter(|&index| index < count).or_else(|| items.iter().position(named));
            match index {
                Some(index) => place(&mut items[index], tail, &join(walked, key)),
                None => Err((
                    join(walked, key),
                    format!("`{}` is neither an index below {count} nor the name of an item", brief(key)),
                )),
            }
        }
        _ => Err((walked.into(), "this is a single value, nothing is inside".into())),
    }
}

fn unplaced(node: Node) -> Node {
    let value = match node.value {
        Value::Array(items) => Value::Array(items.into_iter().map(unplaced).collect()),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|member| Member { offset: None, node: unplaced(member.node), ..member }).collect(),
        ),
        other => other,
    };
    Node { value, offset: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let text = r#"{"populations": {"exc": {"tau_m_ms": 10}}, "projections": [{"name": "ee", "weight_pa": 1}]}"#;
        Document::parse("m.json", text.into()).unwrap()
    }

    #[test]
    fn values_are_replaced_and_added() {
        let mut document = document();
        for assignment in [
            "populations.exc.tau_m_ms=15",
            "populations.exc.model=lif_exp",
            "projections.ee.weight_pa=[1, 2]",
            "projections.0.delay_ms = 2.5",
            "simulation.dt_ms=0.5",
        ] {
            document.set(assignment).unwrap();
        }
        let expected = r#"{"populations":{"exc":{"tau_m_ms":15,"model":"lif_exp"}},"projections":[{"name":"ee","weight_pa":[1,2],"delay_ms":2.5}],"simulation":{"dt_ms":0.5}}"#;
        assert_eq!(serde_json::from_str::<serde_json::Value>(&document.to_json()).unwrap().to_string(), expected);
    }

    #[test]
    fn paths_that_lead_nowhere_are_refused() {
        let message = |assignment: &str| document().set(assignment).unwrap_err().to_string();
        assert!(message("populations.ecx.tau_m_ms=1").contains("did you mean `exc`?"));
        assert!(message("projections.1.weight_pa=1").contains("neither an index below 1"));
        assert!(message("populations.exc.tau_m_ms.x=1").contains("single value"));
        assert!(message("populations").contains("path=value"));
    }
}
