//! Where the entries of each row begin and end.
//!
//! A table has a row for every cell that sends and every delay. Where most rows have entries, the ends of all are listed. A block that few
//! of the cells reach, as those of a large network over many ranks, has entries in few rows: then a bit tells of each row whether it has any, and
//! the ends of those are listed. Both forms tell the same; the smaller is kept, the first unless the second is half as large.

use std::mem::size_of;
use std::ops::Range;

/// Rows that share a word.
const WORD: usize = u64::BITS as usize;

/// Where the entries of each row lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Starts {
    /// Row r has the entries `starts[r]..starts[r + 1]`.
    Listed(Vec<u32>),
    /// Rows without entries are not listed.
    Marked(Marked),
}

/// Which rows have entries, and where these lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    words: Vec<Word>,
    /// The filled row of number k has the entries `starts[k]..starts[k + 1]`.
    starts: Vec<u32>,
    rows: usize,
}

/// Consecutive rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Word {
    /// A bit for each row, set if it has entries.
    filled: u64,
    /// Filled rows before these.
    before: u32,
}

impl Marked {
    /// No row yet; room for so many.
    pub fn with_rows(rows: usize) -> Self {
        Self { words: Vec::with_capacity(rows.div_ceil(WORD)), starts: vec![0], rows: 0 }
    }

    /// Adds a row that has entries up to `end`.
    #[inline]
    pub fn push(&mut self, end: u32) {
        let before = self.starts.len() - 1;
        if self.rows.is_multiple_of(WORD) {
            let before = u32::try_from(before).expect("each filled row has an entry, and there are fewer than 2^32");
            self.words.push(Word { filled: 0, before });
        }
        if end > self.starts[before] {
            self.words[self.rows / WORD].filled |= 1 << (self.rows % WORD);
            self.starts.push(end);
        }
        self.rows += 1;
    }

    /// The entries of a row.
    #[inline(always)]
    pub fn row(&self, row: usize) -> Range<u32> {
        let (word, bit) = (self.words[row / WORD], row % WORD);
        if word.filled >> bit & 1 == 0 {
            return 0..0;
        }
        let number = (word.before + (word.filled & ((1 << bit) - 1)).count_ones()) as usize;
        self.starts[number]..self.starts[number + 1]
    }

    fn bytes(&self) -> usize {
        size_of::<Word>() * self.words.len() + size_of::<u32>() * self.starts.len()
    }

    /// The form that is kept.
    pub fn kept(mut self) -> Starts {
        if 2 * self.bytes() > size_of::<u32>() * (self.rows + 1) {
            return Starts::Listed(self.listed());
        }
        self.starts.shrink_to_fit();
        Starts::Marked(self)
    }

    fn listed(&self) -> Vec<u32> {
        let mut starts = Vec::with_capacity(self.rows + 1);
        let mut ends = self.starts.iter().copied();
        let mut end = ends.next().unwrap_or(0);
        starts.push(end);
        for row in 0..self.rows {
            if self.words[row / WORD].filled >> (row % WORD) & 1 == 1 {
                end = ends.next().unwrap_or(end);
            }
            starts.push(end);
        }
        starts
    }
}

impl Starts {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Listed(starts) => starts.len() - 1,
            Self::Marked(own) => own.rows,
        }
    }

    /// Number of entries.
    pub fn entries(&self) -> usize {
        let (Self::Listed(starts) | Self::Marked(Marked { starts, .. })) = self;
        starts.last().map_or(0, |end| *end as usize)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Listed(starts) => size_of::<u32>() * starts.len(),
            Self::Marked(own) => own.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(lengths: &[u32]) -> Marked {
        let mut own = Marked::with_rows(lengths.len());
        let mut end = 0;
        for length in lengths {
            end += length;
            own.push(end);
        }
        own
    }

    /// Row by row both forms tell what was added, for tables of any length and filling. Would catch bits of a neighbouring word, and ends that a
    /// row without entries has moved.
    #[test]
    fn both_forms_tell_the_same() {
        for (rows, of_100) in (0..200).step_by(7).flat_map(|rows| [0, 5, 50, 100].map(|of_100| (rows, of_100))) {
            let drawn = |row: u32| row.wrapping_mul(2_654_435_761) >> 16;
            let lengths = (0..rows).map(|row| if drawn(row) % 100 < of_100 { 1 + drawn(row) % 4 } else { 0 });
            let lengths: Vec<u32> = lengths.collect();
            let own = marked(&lengths);
            let listed = own.listed();
            let mut begin = 0;
            for (row, length) in lengths.iter().enumerate() {
                assert_eq!(listed[row]..listed[row + 1], begin..begin + length);
                let found = own.row(row);
                assert!(if *length == 0 { found.is_empty() } else { found == (begin..begin + length) }, "{rows} {row}");
                begin += length;
            }
            for form in [Starts::Listed(listed), Starts::Marked(own)] {
                assert_eq!((form.rows(), form.entries()), (lengths.len(), begin as usize));
            }
        }
    }

    /// A tenth of rows with entries takes a sixth of the memory; where all have some, nothing is marked.
    #[test]
    fn the_smaller_form_is_kept() {
        let some: Vec<u32> = (0..6400).map(|row| u32::from(row % 10 == 0)).collect();
        let few = marked(&some).kept();
        assert!(matches!(few, Starts::Marked(_)) && few.bytes() == 16 * 100 + 4 * 641, "{}", few.bytes());
        let many = marked(&[1; 6400]).kept();
        assert!(matches!(many, Starts::Listed(_)) && many.bytes() == 4 * 6401);
    }
}
