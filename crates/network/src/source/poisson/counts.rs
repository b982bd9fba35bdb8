//! Inversion of uniform numbers to Poisson counts, of one cell or of a group at once.

/// The cumulative distribution of a Poisson count, for inversion.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counts {
    /// P(N <= k) in units of 2^-32, rounded down, up to where it reaches 1.
    pub(super) cumulative: Vec<u32>,
    /// For each value of the upper 8 bits, how many entries certainly lie below.
    guide: Vec<u32>,
}

impl Counts {
    pub(super) fn new(mean: f64) -> Self {
        let mut counts = Self { cumulative: Vec::new(), guide: Vec::new() };
        counts.set(mean);
        counts
    }

    /// Rebuilds the table in place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= P < 1; tables are short")]
    fn set(&mut self, mean: f64) {
        self.cumulative.clear();
        self.guide.clear();
        let mut log_factorial = 0.0;
        let mut sum = 0.0;
        for k in 0_u32.. {
            let n = f64::from(k);
            if k > 0 {
                log_factorial += n.ln();
            }
            sum += if mean > 0.0 { (n * mean.ln() - mean - log_factorial).exp() } else { 1.0 };
            let scaled = sum * 4_294_967_296.0;
            if scaled >= 4_294_967_295.0 || n > mean + 12.0 * mean.sqrt() + 40.0 {
                break;
            }
            self.cumulative.push(scaled as u32);
        }
        let cumulative = &self.cumulative;
        self.guide.extend((0..256_u32).map(|upper| cumulative.partition_point(|&p| p <= upper << 24) as u32));
    }

    /// The count of a uniform number of these upper bits, and of lower ones that are drawn if they matter.
    #[inline]
    pub(super) fn invert(&self, upper: u16, lower: impl FnOnce() -> u16) -> u16 {
        let mut count = self.guide[usize::from(upper >> 8)] as usize;
        let above = |count: usize, least: u32| self.cumulative.get(count).is_some_and(|&p| least >= p);
        while above(count, u32::from(upper) << 16) {
            count += 1;
        }
        if above(count, u32::from(upper) << 16 | 0xFFFF) {
            let uniform = u32::from(upper) << 16 | u32::from(lower());
            while above(count, uniform) {
                count += 1;
            }
        }
        u16::try_from(count).expect("tables are short")
    }

    /// The counts of a group. Every cell is compared with every entry, so that the loops are vectors.
    #[inline(always)]
    pub(super) fn invert_group(&self, upper: &[u16; GROUP], lower: impl Fn(usize) -> u16) -> [u16; GROUP] {
        let largest = upper.iter().fold(0, |largest, upper| *upper.max(&largest));
        let (mut counts, mut tied) = ([0; GROUP], [0; GROUP]);
        let bounds = self.cumulative.iter().map(|p| (p >> 16) as u16);
        for bound in bounds.take_while(|bound| *bound <= largest) {
            for ((count, tied), &upper) in counts.iter_mut().zip(&mut tied).zip(upper) {
                *count = u16::wrapping_add(*count, u16::from(upper > bound));
                *tied |= u16::from(upper == bound);
            }
        }
        if tied.iter().fold(0, |any, tied| any | tied) != 0 {
            for (cell, _) in tied.iter().enumerate().filter(|(_, tied)| **tied != 0) {
                counts[cell] = self.invert(upper[cell], || lower(cell));
            }
        }
        counts
    }
}

/// Cells that are drawn at once.
pub(super) const GROUP: usize = GROUP_CELLS as usize;
pub(super) const GROUP_CELLS: u32 = 128;
/// Blocks of a group: the upper and lower halves of four 32-bit numbers each.
pub(super) const LANES: usize = GROUP / 8;
/// Longer tables are searched for one cell at a time.
pub(super) const SHORT: usize = 48;

/// The 16-bit numbers of a group: cell `64 half + 16 word + lane` has that half of that word of block `lane`.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "halves are what is wanted")]
pub(super) fn halves(words: [[u32; LANES]; 4]) -> [u16; GROUP] {
    let mut numbers = [0; GROUP];
    for (word, own) in words.as_flattened().iter().enumerate() {
        numbers[word] = *own as u16;
        numbers[GROUP / 2 + word] = (*own >> 16) as u16;
    }
    numbers
}
