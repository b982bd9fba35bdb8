//! Bytes as MPI counts them.

use neuropil_engine::ranks::ExchangeError;

/// Bytes of the length that begins a message.
pub const HEAD: usize = 8;
/// Bytes that each rank sends in the first round, at least and at most.
pub const ROOM: (usize, usize) = (256, 1 << 16);

/// How many bytes, in the numbers of MPI, which end at 2^31.
type Count = i32;

/// How many bytes each rank sends, and where they begin when they lie one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    pub counts: Vec<Count>,
    pub places: Vec<Count>,
}

impl Counts {
    /// Of so many bytes each.
    pub fn of(lengths: &[usize]) -> Result<Self, ExchangeError> {
        let too_large = || ExchangeError::TooLarge { bytes: lengths.iter().map(|length| *length as u64).sum() };
        let (mut own, mut end) = (Self { counts: Vec::new(), places: Vec::new() }, 0);
        for length in lengths {
            let count = Count::try_from(*length).map_err(|_| too_large())?;
            own.counts.push(count);
            own.places.push(end);
            // The end of the last must be a number too.
            end = end.checked_add(count).ok_or_else(too_large)?;
        }
        Ok(own)
    }
}

/// Room for a longest message of so many bytes, and some more.
pub fn room_for(longest: usize) -> usize {
    (longest + longest / 4 + HEAD).next_power_of_two().clamp(ROOM.0, ROOM.1)
}

/// The bytes at an address that is one: the address of an empty list may be the number by which MPI knows `MPI_IN_PLACE`.
pub fn addressed(bytes: &[u8]) -> &[u8] {
    static NOTHING: [u8; 1] = [0];
    if bytes.is_empty() { &NOTHING[..0] } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_follow_the_longest_message() {
        assert_eq!([0, 100, 190, 300, 1_000_000].map(room_for), [256, 256, 256, 512, 1 << 16]);
    }

    #[test]
    fn nothing_has_an_address() {
        let empty: Vec<u8> = Vec::new();
        assert_ne!(addressed(&empty).as_ptr() as usize, 1);
        assert_eq!(addressed(&[3, 4]), [3, 4]);
    }

    #[test]
    fn what_mpi_cannot_count_is_refused() {
        assert_eq!(Counts::of(&[3, 0, 5]), Ok(Counts { counts: vec![3, 0, 5], places: vec![0, 3, 3] }));
        assert_eq!(Counts::of(&[1 << 30, 1 << 30]), Err(ExchangeError::TooLarge { bytes: 1 << 31 }));
        assert_eq!(Counts::of(&[1 << 31]), Err(ExchangeError::TooLarge { bytes: 1 << 31 }));
    }
}
