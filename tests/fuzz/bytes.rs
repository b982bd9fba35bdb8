//! Changes of a few bytes, for files that nobody writes by hand.

use crate::chance::Chance;

/// Numbers at which sizes and addresses go wrong.
const ODD: [u64; 10] = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, u64::MAX];

/// Changes a file; most inputs differ little, so that readers come far.
pub fn change(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let changes = 1 + chance.below(4) * chance.below(4);
    for _ in 0..changes {
        change_once(bytes, chance);
    }
}

/// A place; half of them near the beginning, where headers are.
fn place(bytes: &[u8], chance: &mut Chance) -> usize {
    let near = if chance.below(2) == 0 { bytes.len().min(4096) } else { bytes.len() };
    chance.below(near)
}

fn change_once(bytes: &mut Vec<u8>, chance: &mut Chance) {
    if bytes.is_empty() {
        return;
    }
    let at = place(bytes, chance);
    match chance.below(10) {
        0..=2 => bytes[at] ^= 1 << chance.below(8),
        3..=4 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
        5..=6 => {
            let odd = chance.of_these(&ODD).to_le_bytes();
            let width = (*chance.of_these(&[1, 2, 4, 8])).min(bytes.len() - at);
            bytes[at..at + width].copy_from_slice(&odd[..width]);
        }
        7 => {
            // A piece of the file in another place of it: addresses and messages that mean something else here.
            let length = (1 + chance.below(64)).min(bytes.len() - at);
            let to = chance.below(bytes.len() - length + 1);
            bytes.copy_within(at..at + length, to);
        }
        8 => bytes.truncate(at),
        _ => drop(bytes.splice(at..at, std::iter::repeat_n(0, 1 + chance.below(16)))),
    }
}
