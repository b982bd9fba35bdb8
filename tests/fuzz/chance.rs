//! Numbers that look like chance and are the same at every call.

/// SplitMix64 of Steele, Lea and Flood (2014).
pub struct Chance(u64);

impl Chance {
    /// The sequence of input `number`.
    pub fn of(number: u64) -> Self {
        Self(number)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % most.max(1) as u64).unwrap()
    }

    /// One of some things.
    pub fn of_these<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }
}
