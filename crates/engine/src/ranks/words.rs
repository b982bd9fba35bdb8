//! Numbers as bytes, lower bytes first.

use super::ExchangeError;

/// Bytes to hand in.
#[derive(Debug, Default)]
pub(crate) struct Words(pub Vec<u8>);

impl Words {
    pub fn count(&mut self, count: usize) {
        self.long(count as u64);
    }

    pub fn long(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn float(&mut self, value: f64) {
        self.long(value.to_bits());
    }

    /// How many, and each.
    pub fn floats(&mut self, values: &[f64]) {
        self.count(values.len());
        values.iter().for_each(|value| self.float(*value));
    }

    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Bytes of a rank while they are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b> {
    rank: usize,
    left: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(rank: usize, bytes: &'b [u8]) -> Self {
        Self { rank, left: bytes }
    }

    /// Whether all is read.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub fn bytes(&mut self, count: usize) -> Result<&'b [u8], ExchangeError> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(self.unreadable())?;
        self.left = left;
        Ok(taken)
    }

    pub fn long(&mut self) -> Result<u64, ExchangeError> {
        let bytes = self.bytes(8)?.try_into().map_err(|_| self.unreadable())?;
        Ok(u64::from_le_bytes(bytes))
    }

    pub fn unreadable(&self) -> ExchangeError {
        ExchangeError::Unreadable { rank: self.rank }
    }

    pub fn number(&mut self) -> Result<u32, ExchangeError> {
        u32::try_from(self.long()?).map_err(|_| self.unreadable())
    }

    pub fn count(&mut self) -> Result<usize, ExchangeError> {
        usize::try_from(self.long()?).map_err(|_| self.unreadable())
    }

    pub fn float(&mut self) -> Result<f64, ExchangeError> {
        Ok(f64::from_bits(self.long()?))
    }

    /// `count` items of `size` bytes.
    pub fn items(&mut self, count: usize, size: usize) -> Result<std::slice::ChunksExact<'b, u8>, ExchangeError> {
        let bytes = count.checked_mul(size).ok_or(self.unreadable())?;
        Ok(self.bytes(bytes)?.chunks_exact(size))
    }

    /// What [`Words::floats`] wrote.
    pub fn floats(&mut self) -> Result<Vec<f64>, ExchangeError> {
        let count = self.count()?;
        Ok(self.items(count, 8)?.map(float).collect())
    }

    pub fn text(&mut self) -> Result<String, ExchangeError> {
        let count = self.count()?;
        Ok(String::from_utf8_lossy(self.bytes(count)?).into_owned())
    }
}

/// The number of eight bytes.
pub(crate) fn float(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().unwrap_or_default())
}
