//! A digest by which a run knows its own checkpoint, and the files that it reads again.

use crate::SessionError;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The hash of Fowler, Noll and Vo (FNV-1a, 64 bit).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// What was added so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub u64);

impl Digest {
    /// Of nothing.
    pub fn new() -> Self {
        Self(OFFSET)
    }

    /// Adds bytes.
    pub fn add(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(PRIME)))
    }

    /// Adds what a file holds.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn add_file(mut self, path: &Path) -> Result<Self, SessionError> {
        let wrong =
            |error: std::io::Error| SessionError::Unreadable { path: path.to_owned(), reason: error.to_string() };
        let mut reader = BufReader::new(File::open(path).map_err(wrong)?);
        loop {
            let bytes = reader.fill_buf().map_err(wrong)?;
            if bytes.is_empty() {
                return Ok(self);
            }
            let read = bytes.len();
            self = self.add(bytes);
            reader.consume(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published values of FNV-1a for short strings.
    #[test]
    fn digests_are_those_of_fnv_1a() {
        assert_eq!(Digest::new().add(b"").0, 0xcbf2_9ce4_8422_2325);
        assert_eq!(Digest::new().add(b"a").0, 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Digest::new().add(b"foo").add(b"bar").0, 0x8594_4171_f739_67e8);
    }
}
