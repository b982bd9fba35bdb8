//! What a file of Rust names of its crate: enough of the grammar to see which file uses which.

/// The code of a file: without comments, the text of strings, and modules of tests.
pub fn code(text: &str) -> String {
    without_tests(&without_text(text))
}

/// Paths that begin with `crate`, `super` or `self`, groups in braces written out; who may see an item is no use.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let after_path = at > 0 && tokens[at - 1] == "::";
        let is_visibility = at > 1 && (tokens[at - 2..at] == ["pub", "("] || tokens[at - 2..at] == ["(", "in"]);
        if !after_path && !is_visibility && matches!(tokens[at], "crate" | "super" | "self") {
            at = tree(&tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// What the file offers under a name that is declared elsewhere: the paths of its `pub use`, and the code without them.
pub fn offered(code: &str) -> (Vec<Vec<String>>, String) {
    let (mut offered, mut rest) = (Vec::new(), String::new());
    for statement in code.split_inclusive(';') {
        let begins = statement.rfind("pub use ").or_else(|| statement.rfind("pub(crate) use "));
        match begins {
            Some(begins) if statement.ends_with(';') => {
                rest.push_str(&statement[..begins]);
                let path = statement[begins..].split_once("use ").map_or("", |(_, path)| path).trim();
                let own = ["crate", "super", "self"].iter().any(|root| path.starts_with(root));
                let whole = if own { path.to_owned() } else { format!("self::{path}") };
                offered.extend(paths(&whole));
            }
            _ => rest.push_str(statement),
        }
    }
    (offered, rest)
}

/// Reads one path or group from `at` and returns where it ends.
fn tree(tokens: &[&str], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let (mut path, begins) = (before.to_vec(), at);
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    let next = tree(tokens, at, &path, found);
                    at = if next == at { at + 1 } else { next };
                }
                return at + 1;
            }
            Some(token) if is_name(token) => {
                if *token != "self" || path.is_empty() {
                    path.push((*token).to_owned());
                }
                at += 1;
            }
            _ => break,
        }
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    if at > begins {
        found.push(path);
    }
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    tokens
}

/// Comments are left out, and what stands between quotes.
fn without_text(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        let mut quoted = false;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if quoted => drop(characters.next()),
                '\'' if !quoted && characters.clone().nth(1) == Some('\'') => drop(characters.by_ref().take(2).last()),
                '"' => quoted = !quoted,
                '/' if !quoted && characters.peek() == Some(&'/') => break,
                _ if quoted => {}
                _ => kept.push(character),
            }
        }
        kept.push('\n');
    }
    kept
}

/// Modules of tests are left out, whether they stand in the file or in another.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(begins) = rest.find("#[cfg(test)]") {
        let after = &rest[begins..];
        let ends = match (after.find('{'), after.find(';')) {
            (Some(brace), semicolon) if semicolon.is_none_or(|semicolon| brace < semicolon) => {
                brace + block(&after[brace..])
            }
            (_, Some(semicolon)) => semicolon + 1,
            _ => after.len(),
        };
        kept.push_str(&rest[..begins]);
        rest = &after[ends..];
    }
    kept + rest
}

/// The length of a block in braces.
fn block(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(code: &str) -> Vec<String> {
        paths(code).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn groups_are_written_out() {
        let found = joined("use crate::{Error, cell::{self, Gate}}; let x = super::y::z(self::w);");
        assert_eq!(found, ["crate::Error", "crate::cell", "crate::cell::Gate", "super::y::z", "self::w"]);
        assert_eq!(joined("self.field = other::crate_name::f(a)"), ["self"]);
        assert_eq!(joined("pub(super) fn f(a: super::A) {} pub(in crate::b) struct C;"), ["super::A"]);
    }

    #[test]
    fn tests_comments_and_strings_are_no_code() {
        let text = "use crate::a; // crate::b\nlet s = \"crate::c {\";\n#[cfg(test)]\nmod tests { use crate::d; }\n\
                    #[cfg(test)]\nmod more;\nuse crate::e;";
        assert_eq!(joined(&code(text)), ["crate::a", "crate::e"]);
    }

    #[test]
    fn what_is_offered_is_no_use() {
        let (offers, rest) = offered("use crate::a; pub use b::{C, D}; pub(crate) use super::e::F; struct G;");
        let offers: Vec<String> = offers.iter().map(|path| path.join("::")).collect();
        assert_eq!(offers, ["self::b::C", "self::b::D", "super::e::F"]);
        assert_eq!(joined(&rest), ["crate::a"]);
    }
}
