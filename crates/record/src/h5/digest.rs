//! A digest by which contents are known again.

/// The hash of Fowler, Noll and Vo (FNV-1a, 64 bit).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// What was added so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub u64);

impl Default for Digest {
    fn default() -> Self {
        Self(OFFSET)
    }
}

impl Digest {
    /// Of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes.
    #[must_use]
    pub fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(PRIME)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published values of FNV-1a for short strings.
    #[test]
    fn digests_are_those_of_fnv_1a() {
        assert_eq!(Digest::new().with(b"").0, 0xcbf2_9ce4_8422_2325);
        assert_eq!(Digest::new().with(b"a").0, 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Digest::new().with(b"foo").with(b"bar").0, 0x8594_4171_f739_67e8);
    }
}
