//! Changes of words, numbers and signs, for files that people write.

use crate::bytes;
use crate::chance::Chance;

/// What stands where it should not.
const ODD: [&str; 44] = [
    "",
    "0",
    "-1",
    "1",
    "1e308",
    "1e-320",
    "1e400",
    "-0.0",
    "0.1",
    "65536",
    "4294967296",
    "18446744073709551616",
    "NaN",
    "inf",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "[[1]]",
    "{\"a\": 1}",
    "\u{b5}",
    "\u{0}",
    "\\u0000",
    "\\ud800",
    "'",
    "\"",
    ",",
    ":",
    "(",
    ")",
    "[",
    "}",
    "\n",
    "\t",
    "    ",
    "mV",
    "ms",
    "**",
    "/",
    "'",
    "t",
    "+=",
    "#",
];
/// Most levels of brackets in brackets.
const DEEP: usize = 20_000;

/// Changes a text; what is no text is changed by bytes.
pub fn change(text: &mut Vec<u8>, chance: &mut Chance) {
    let Ok(own) = std::str::from_utf8(text) else { return bytes::change(text, chance) };
    let mut tokens: Vec<String> = tokens(own).into_iter().map(str::to_owned).collect();
    let changes = 1 + chance.below(4) * chance.below(3);
    for _ in 0..changes {
        change_once(&mut tokens, chance);
    }
    *text = tokens.concat().into_bytes();
    // Half a word, or bytes that are no text.
    if chance.below(20) == 0 {
        bytes::change(text, chance);
    }
}

fn change_once(tokens: &mut Vec<String>, chance: &mut Chance) {
    if tokens.is_empty() {
        return;
    }
    let (at, other) = (chance.below(tokens.len()), chance.below(tokens.len()));
    match chance.below(20) {
        0..=3 => drop(tokens.remove(at)),
        4..=8 => tokens[at] = chance.of_these(&ODD).to_string(),
        9..=11 => tokens[at] = tokens[other].clone(),
        12..=13 => tokens.swap(at, other),
        14..=15 => tokens.insert(at, tokens[other].clone()),
        16 => tokens.insert(at, chance.of_these(&ODD).to_string()),
        17 => {
            // A stretch once more, elsewhere: an object in an object, a block in a block.
            let end = (other + 1 + chance.below(30)).min(tokens.len());
            let stretch = tokens[other..end].to_vec();
            drop(tokens.splice(at..at, stretch));
        }
        18 => drop(tokens.drain(at..(at + 1 + chance.below(30)).min(tokens.len()))),
        _ if chance.below(50) == 0 => {
            let open = *chance.of_these(&["[", "{\"a\":", "(", "-", "not ", "if true:\n"]);
            tokens[at] = open.repeat(1 + chance.below(DEEP));
        }
        _ => tokens[at].push_str(&"9".repeat(chance.below(400))),
    }
}

/// Words and numbers, blanks, and single signs, which together are the text.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |sign: char| match sign {
        _ if sign.is_alphanumeric() || "_.".contains(sign) => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let (mut start, mut last) = (0, 2);
    for (at, sign) in text.char_indices() {
        let own = kind(sign);
        if at > start && (own != last || own == 2) {
            found.push(&text[start..at]);
            start = at;
        }
        last = own;
    }
    found.extend((start < text.len()).then(|| &text[start..]));
    found
}

/// Would catch a text that is changed where nothing was to change.
#[test]
fn tokens_together_are_the_text() {
    let text = "a_1 = -2.5e-3\u{b5}V  (x)\n";
    assert_eq!(tokens(text).concat(), text);
    assert_eq!(tokens("{\"ab\": 1.5}"), ["{", "\"", "ab", "\"", ":", " ", "1.5", "}"]);
}
