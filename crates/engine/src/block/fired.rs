//! Which cells fired: from a flag a cell to their ids.

/// Appends the ids of the cells that fired; looks at many flags at a time, since few are set.
#[inline(always)]
pub(super) fn collect(fired: &[u8], first_id: u32, ids: &mut Vec<u32>) {
    let (groups, rest) = fired.as_chunks::<256>();
    for (id, group) in (first_id..).step_by(256).zip(groups) {
        let words = group.as_chunks::<8>().0;
        if words.iter().fold(0, |any, flags| any | u64::from_ne_bytes(*flags)) != 0 {
            collect_words(words, id, ids);
        }
    }
    let first_rest = first_id + u32::try_from(fired.len() - rest.len()).expect("a block has at most 2^16 cells");
    let (words, rest) = rest.as_chunks::<8>();
    collect_words(words, first_rest, ids);
    let first_rest = first_rest + u32::try_from(8 * words.len()).expect("they are fewer than 256");
    ids.extend((first_rest..).zip(rest).filter(|(_, flag)| **flag != 0).map(|(id, _)| id));
}

/// The same, of cells by eights.
#[inline(always)]
fn collect_words(words: &[[u8; 8]], first_id: u32, ids: &mut Vec<u32>) {
    for (id, flags) in (first_id..).step_by(8).zip(words) {
        if u64::from_ne_bytes(*flags) != 0 {
            ids.extend((id..).zip(flags).filter(|(_, flag)| **flag != 0).map(|(id, _)| id));
        }
    }
}
