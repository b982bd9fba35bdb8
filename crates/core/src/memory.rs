//! Large tables: memory that starts as zeros, on huge pages where the system has them, and hints to fetch it early.

use memmap2::MmapMut;
use pulp::bytemuck::{self, Pod};
use std::alloc::Layout;
use std::ops::{Deref, DerefMut};

/// Bytes that were asked for and are not there.
#[derive(Debug)]
pub struct NoMemory;

/// Bytes, zero at first. A page takes up memory once it is written.
#[derive(Debug)]
pub struct Memory {
    map: MmapMut,
}

impl Memory {
    /// So many bytes.
    ///
    /// # Errors
    /// [`NoMemory`] if the system does not give them.
    pub fn zeroed(bytes: usize) -> Result<Self, NoMemory> {
        let map = MmapMut::map_anon(bytes).map_err(|_| NoMemory)?;
        #[cfg(target_os = "linux")]
        {
            // Only a hint: what lies all over a table would miss the translation cache with a small page each.
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Ok(Self { map })
    }

    /// All of them.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// All of them, to write.
    #[inline(always)]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.map
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

/// Bytes from which numbers are kept on pages of their own: smaller ones have no need of huge pages, and a system has not
/// many maps.
const LARGE: usize = 1 << 21;

/// Numbers of a length that does not change; many of them lie on huge pages where the system has such.
#[derive(Debug)]
pub struct Numbers<T = f64> {
    store: Store<T>,
    count: usize,
}

#[derive(Debug)]
enum Store<T> {
    Few(Vec<T>),
    Many(Memory),
}

impl<T: Pod> Numbers<T> {
    /// So many, zero at first; they begin with a page, and so with a line of the cache. Without memory the program ends, as it
    /// does for a `Vec`.
    pub fn zeroed(count: usize) -> Self {
        let layout = Layout::array::<T>(count.max(1)).expect("fewer bytes than addresses");
        match Memory::zeroed(layout.size()) {
            Ok(memory) => Self { store: Store::Many(memory), count },
            Err(NoMemory) => std::alloc::handle_alloc_error(layout),
        }
    }

    /// So many, zero at first, a few of them not on pages of their own.
    pub fn zeros(count: usize) -> Self {
        match count * size_of::<T>() < LARGE {
            true => Self { store: Store::Few(vec![T::zeroed(); count]), count },
            false => Self::zeroed(count),
        }
    }

    /// These.
    pub fn of(values: Vec<T>) -> Self {
        let count = values.len();
        if size_of_val(&values[..]) < LARGE {
            return Self { store: Store::Few(values), count };
        }
        let mut own = Self::zeroed(count);
        own.copy_from_slice(&values);
        own
    }
}

impl<T: Pod> Deref for Numbers<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        match &self.store {
            Store::Few(values) => values,
            Store::Many(memory) => &bytemuck::cast_slice(memory.bytes())[..self.count],
        }
    }
}

impl<T: Pod> DerefMut for Numbers<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.store {
            Store::Few(values) => values,
            Store::Many(memory) => &mut bytemuck::cast_slice_mut(memory.bytes_mut())[..self.count],
        }
    }
}

impl<T: Pod> Clone for Numbers<T> {
    fn clone(&self) -> Self {
        Self::of(self.to_vec())
    }
}

impl<T: Pod + PartialEq> PartialEq for Numbers<T> {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

/// Bytes that the processor fetches at a time.
pub const LINE: usize = 64;

/// Asks for the line where `values` begin, which will be read soon.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "the hint has no safe form")]
pub fn prefetch<T>(values: &[T]) {
    // SAFETY: a prefetch reads and writes nothing that the program can see, and never faults.
    unsafe { std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(values.as_ptr().cast()) }
}

/// A hint that is not given on this processor.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn prefetch<T>(_: &[T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a length in bytes, and numbers that straddle lines.
    #[test]
    fn numbers_begin_with_a_line_as_zeros() {
        let mut numbers: Numbers = Numbers::zeroed(1001);
        assert_eq!((numbers.len(), numbers.as_ptr() as usize % LINE), (1001, 0));
        assert!(numbers.iter().all(|value| *value == 0.0));
        numbers[1000] = 2.5;
        assert_eq!(numbers[999..], [0.0, 2.5]);
        assert!(Numbers::<u16>::zeroed(0).is_empty());
    }

    /// Would catch numbers that are lost or cut off where they move to pages of their own.
    #[test]
    fn few_and_many_are_what_they_were_given() {
        for count in [0, 3, LARGE / 4 - 1, LARGE / 4, LARGE / 4 + 5] {
            let given: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            let mut numbers = Numbers::of(given.clone());
            assert_eq!((&numbers[..], numbers.clone() == numbers), (&given[..], true));
            assert!(Numbers::<u32>::zeros(count)[..] == vec![0; count]);
            if let Some(last) = numbers.last_mut() {
                *last += 1;
                assert_ne!(numbers, Numbers::of(given));
            }
        }
    }
}
