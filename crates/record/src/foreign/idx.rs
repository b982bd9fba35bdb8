//! IDX files, in which the MNIST database comes: whole, or compressed by gzip.

use crate::Error;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

/// Bytes of a file after decompression, at most: about twenty times the MNIST database.
const MOST_BYTES: u64 = 1 << 30;

/// An array of bytes and its shape, the first index slowest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// Extents.
    pub shape: Vec<usize>,
    /// Values.
    pub values: Vec<u8>,
}

impl Idx {
    /// Reads a file: two zeros, the type (8: unsigned bytes), the number of extents, each extent as four bytes, the highest
    /// first, and the values.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Request`] for a file of another kind, and one that is too short or too long.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = neuropil_files::bytes(path, MOST_BYTES)?;
        let bytes = if bytes.starts_with(&[0x1F, 0x8B]) { decompressed(path, &bytes, MOST_BYTES)? } else { bytes };
        Self::parse(&bytes).map_err(|reason| Error::request(path, reason))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let magic = bytes.first_chunk::<4>().copied().unwrap_or_default();
        let [0, 0, 8, extents @ 1..=4] = magic else {
            return Err(format!("begins with {magic:02x?}, expected an IDX file of unsigned bytes ([00, 00, 08, ..])"));
        };
        let extents = usize::from(extents);
        let (shape, values) = bytes[4..].split_at_checked(4 * extents).ok_or("ends within its shape")?;
        let shape: Vec<usize> =
            shape.chunks_exact(4).map(|own| own.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))).collect();
        let size = shape.iter().try_fold(1_usize, |size, extent| size.checked_mul(*extent));
        match size {
            Some(size) if size == values.len() => Ok(Self { shape, values: values.to_vec() }),
            Some(size) => Err(format!("has {} values, expected {size} of its shape {shape:?}", values.len())),
            None => Err(format!("has the shape {shape:?}, which no file holds")),
        }
    }
}

/// What a gzip file holds, if it is not more than `most` bytes.
fn decompressed(path: &Path, bytes: &[u8], most: u64) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut plain);
    read.map_err(|source| Error::io(path, "decompress", &source))?;
    match plain.len() as u64 > most {
        true => {
            Err(Error::request(path, format!("is more than {most} bytes when decompressed, expected at most so many")))
        }
        false => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn file(shape: &[u32], values: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, u8::try_from(shape.len()).unwrap()];
        bytes.extend(shape.iter().flat_map(|extent| extent.to_be_bytes()));
        bytes.extend(values);
        bytes
    }

    /// Plain and compressed files are the same array. Would catch extents with their lowest byte first.
    #[test]
    fn plain_and_compressed_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images");
        let values: Vec<u8> = (0..2 * 300).map(|value| u8::try_from(value % 251).unwrap()).collect();
        let plain = file(&[2, 300], &values);
        std::fs::write(&path, &plain).unwrap();
        let read = Idx::read(&path).unwrap();
        assert_eq!(read, Idx { shape: vec![2, 300], values });
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&plain).unwrap();
        std::fs::write(&path, encoder.finish().unwrap()).unwrap();
        assert_eq!(Idx::read(&path).unwrap(), read);
    }

    /// A compressed file may grow to so many bytes and no further: it is refused, and not cut short.
    #[test]
    fn compressed_files_have_an_end() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&[7; 1000]).unwrap();
        let bytes = encoder.finish().unwrap();
        assert_eq!(decompressed(Path::new("images"), &bytes, 1000).unwrap(), [7; 1000]);
        let fault = decompressed(Path::new("images"), &bytes, 999).unwrap_err().to_string();
        assert!(fault.contains("`images`") && fault.contains("more than 999 bytes"), "{fault}");
    }

    /// What is no IDX file of bytes, or has another length than it says, is told with its path.
    #[test]
    fn damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels");
        let mut floats = file(&[1], &[0; 4]);
        floats[2] = 0x0D;
        let compressed = [&[0x1F, 0x8B][..], b"damaged"].concat();
        for (bytes, words) in [
            (b"text".to_vec(), "expected an IDX file"),
            (floats, "unsigned bytes"),
            (Vec::new(), "expected an IDX file"),
            (vec![0, 0, 8, 3, 0, 0], "ends within its shape"),
            (file(&[4], &[1, 2, 3]), "has 3 values, expected 4"),
            (file(&[2], &[1, 2, 3]), "has 3 values, expected 2"),
            (file(&[u32::MAX; 3], &[]), "no file holds"),
            (compressed, "cannot decompress"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let fault = Idx::read(&path).unwrap_err().to_string();
            assert!(fault.contains(words) && fault.contains("labels"), "{fault}");
        }
        assert!(Idx::read(&folder.path().join("none")).unwrap_err().to_string().contains("none"));
    }
}
