//! Large tables: memory that starts as zeros, on huge pages where the system has them, and hints to fetch it early.

use memmap2::MmapMut;

/// Bytes that were asked for and are not there.
#[derive(Debug)]
pub(super) struct NoMemory;

/// Bytes, zero at first. A page takes up memory once it is written.
#[derive(Debug)]
pub(super) struct Memory {
    map: MmapMut,
}

impl Memory {
    pub(super) fn zeroed(bytes: usize) -> Result<Self, NoMemory> {
        let map = MmapMut::map_anon(bytes).map_err(|_| NoMemory)?;
        #[cfg(target_os = "linux")]
        {
            // Only a hint: rows lie all over the table, and a small page each would miss the translation cache.
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Ok(Self { map })
    }

    #[inline(always)]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    #[inline(always)]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.map
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

/// Bytes that the processor fetches at a time.
pub(super) const LINE: usize = 64;

/// Asks for a line of bytes that will be read soon.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "the hint has no safe form")]
pub(super) fn prefetch(line: &[u8]) {
    // SAFETY: a prefetch reads and writes nothing that the program can see, and never faults.
    unsafe { std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast()) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(super) fn prefetch(_: &[u8]) {}
