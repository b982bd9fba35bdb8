//! Heaps of texts, looked at before the HDF5 library walks through them.
//!
//! Texts of any length lie in "global heap collections" of a file. The library goes through a collection object by object,
//! by their lengths, and never ends at an object that takes no room: one of number 0 and length 0, or one whose length is
//! so near to 2⁶⁴ that its sum with the header is 0. Here the same walk is done for every collection that a file may have,
//! and such an object is an error. All else that may be wrong with a collection the library tells itself.
//!
//! Collections may lie anywhere, so that the bytes of a file are searched for their signature, once, when the first text
//! of the file is read: in a file of up to 1 GiB all bytes, in a longer one the first and the last 512 MiB.
//!
//! Source: HDF5 File Format Specification, III.E, "Global Heap".

use memchr::memmem::Finder;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use crate::Error;

/// Begins a collection of the only version there is.
const SIGNATURE: &[u8; 5] = b"GCOL\x01";
/// A file that is not longer is searched wholly, of a longer one half of these bytes at each end.
const MOST_SEARCHED: u64 = 1 << 30;
/// Bytes that are searched at once.
const PIECE: usize = 1 << 20;
/// The least collection; the library refuses a smaller one.
const LEAST: u64 = 4096;

/// Looks at the heaps of a file whose superblock is at `base`.
///
/// # Errors
///
/// [`Error::Read`] for a collection in which the library would walk for ever; [`Error::Io`].
pub(crate) fn check(path: &Path, base: u64) -> Result<(), Error> {
    let io = |source: io::Error| Error::io(path, "read", &source);
    let mut file = File::open(path).map_err(io)?;
    let end = file.metadata().map_err(io)?.len();
    let Some(width) = width_of_lengths(&mut file, base).map_err(io)? else { return Ok(()) };
    for place in collections(&mut file, end).map_err(io)? {
        if let Some(stop) = endless(&mut file, place, width).map_err(io)? {
            let reason = format!("the object at byte {stop} takes no room, and nothing behind it can be reached");
            return Err(Error::Read { path: path.to_owned(), object: format!("the texts at byte {place}"), reason });
        }
    }
    Ok(())
}

/// Bytes of a length in this file, as its superblock says; `None` of what the library refuses.
fn width_of_lengths(file: &mut File, base: u64) -> io::Result<Option<usize>> {
    let mut superblock = [0; 15];
    file.seek(SeekFrom::Start(base))?;
    file.read_exact(&mut superblock)?;
    let width = usize::from(superblock[if superblock[8] < 2 { 14 } else { 10 }]);
    Ok(matches!(width, 2 | 4 | 8).then_some(width))
}

/// Where collections seem to begin.
fn collections(file: &mut File, end: u64) -> io::Result<Vec<u64>> {
    let half = MOST_SEARCHED / 2;
    let first = if end <= MOST_SEARCHED { end } else { half };
    let mut found = Vec::new();
    search(file, 0..first, &mut found)?;
    if first < end {
        search(file, end - half..end, &mut found)?;
    }
    Ok(found)
}

/// Finds all signatures of a part of a file.
fn search(file: &mut File, part: Range<u64>, found: &mut Vec<u64>) -> io::Result<()> {
    let finder = Finder::new(SIGNATURE);
    // The end of a piece stays, for a signature across two.
    let kept = SIGNATURE.len() - 1;
    let (mut bytes, mut place) = (Vec::with_capacity(PIECE + kept), part.start);
    file.seek(SeekFrom::Start(part.start))?;
    let mut rest = file.take(part.end - part.start);
    while rest.by_ref().take(PIECE as u64).read_to_end(&mut bytes)? > 0 {
        found.extend(finder.find_iter(&bytes).map(|at| place + at as u64));
        let gone = bytes.len().saturating_sub(kept);
        bytes.drain(..gone);
        place += gone as u64;
    }
    Ok(())
}

/// The place of an object that takes no room, in the collection at `place`. `width` is that of lengths.
fn endless(file: &mut File, place: u64, width: usize) -> io::Result<Option<u64>> {
    // Objects and headers begin at multiples of 8 bytes of the collection.
    let header = (8 + width).next_multiple_of(8) as u64;
    file.seek(SeekFrom::Start(place))?;
    let mut walk = io::BufReader::new(file);
    let Some(size) = length(&mut walk, width)?.filter(|size| *size >= LEAST) else { return Ok(None) };
    walk.seek(SeekFrom::Start(place.saturating_add(header)))?;
    let mut at = header;
    while at.checked_add(header).is_some_and(|end| end <= size) {
        let start = walk.stream_position()?;
        let mut number = [0; 2];
        if !is_read(&mut walk, &mut number)? {
            return Ok(None);
        }
        walk.seek_relative(-2)?;
        let Some(object) = length(&mut walk, width)? else { return Ok(None) };
        // As the library adds: what is beyond 64 bits is lost.
        let room = if number == [0; 2] { object } else { header.wrapping_add(object.wrapping_add(7) / 8 * 8) };
        if room == 0 {
            return Ok(Some(start));
        }
        let Some(next) = at.checked_add(room).filter(|next| *next <= size) else { return Ok(None) };
        at = next;
        let step = i64::try_from(start.saturating_add(room)).ok().zip(i64::try_from(walk.stream_position()?).ok());
        let Some((to, from)) = step else { return Ok(None) };
        walk.seek_relative(to - from)?;
    }
    Ok(None)
}

/// The length in a header that begins here: 8 bytes of other things, then `width` bytes. `None` at the end of the file.
fn length(walk: &mut impl Read, width: usize) -> io::Result<Option<u64>> {
    let mut bytes = [0; 16];
    if !is_read(walk, &mut bytes[..8 + width])? {
        return Ok(None);
    }
    let mut length = [0; 8];
    length[..width].copy_from_slice(&bytes[8..8 + width]);
    Ok(Some(u64::from_le_bytes(length)))
}

fn is_read(walk: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match walk.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one collection at byte 2048 with objects of these numbers and lengths, each followed by its bytes.
    fn with(objects: &[(u16, u64)]) -> Vec<u8> {
        let mut file = vec![0; 2048];
        file[14] = 8;
        file.extend(b"GCOL\x01\0\0\0");
        file.extend(LEAST.to_le_bytes());
        for (number, length) in objects {
            file.extend(number.to_le_bytes());
            file.extend([1, 0, 0, 0, 0, 0]);
            file.extend(length.to_le_bytes());
            if *number > 0 {
                file.resize(file.len() + usize::try_from(*length % 4096).unwrap().next_multiple_of(8), 7);
            }
        }
        file.resize(2048 + 4096, 0);
        file
    }

    fn told(bytes: &[u8]) -> Option<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        check(file.path(), 0).err().map(|fault| fault.to_string())
    }

    #[test]
    fn an_object_without_room_is_an_error() {
        // Two texts of 16 + 8 and 16 + 16 bytes, then what is free.
        let whole = [(1, 5), (2, 9), (0, 4096 - 16 - 24 - 32)];
        assert_eq!(told(&with(&whole)), None);
        let found = told(&with(&[(1, 5), (2, 9), (0, 0)])).unwrap();
        assert!(found.contains("the texts at byte 2048") && found.contains("byte 2120 takes no room"), "{found}");
        // Lengths of which the sum with the header is 2⁶⁴, and those beside them.
        let wraps = |length: u64| told(&with(&[(1, length)])).is_some();
        let least = u64::MAX - 22;
        assert_eq!([least - 1, least, least + 7, least + 8].map(wraps), [false, true, true, false]);
        // Behind an object that is beyond the collection, the library does not go.
        assert_eq!(told(&with(&[(1, 5000), (0, 0)])), None);
        // A file that ends within the collection.
        assert_eq!(told(&with(&whole)[..2100]), None);
    }

    #[test]
    fn a_signature_across_two_pieces_is_found() {
        for place in [PIECE - 5, PIECE - 3, PIECE - 1, PIECE, 2 * PIECE - 2] {
            let mut bytes = vec![0; 2 * PIECE + 100];
            bytes[place..place + 5].copy_from_slice(SIGNATURE);
            let mut file = tempfile::tempfile().unwrap();
            io::Write::write_all(&mut file, &bytes).unwrap();
            assert_eq!(collections(&mut file, bytes.len() as u64).unwrap(), [place as u64]);
        }
    }
}
