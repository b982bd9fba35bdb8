//! Counter-based random numbers: every draw is a pure function of (seed, stream, owner, entity, step).
//!
//! Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11). The key
//! is a hash of (seed, stream, owner), the counter is (draw, entity, step): no draw depends on the
//! order of others, hence not on the number of threads.

use rand_core::TryRng;
use std::convert::Infallible;

/// What a draw is for. The numbers are part of the meaning of a seed: never change or reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Which cells a projection connects; entity = cell, step = 0.
    Wiring = 1,
    /// Weight and delay of a synapse; entity = cell, step = number of the synapse there.
    Synapse = 2,
    /// Parameters drawn per cell; entity = cell, step = index of the parameter.
    Parameter = 3,
    /// Initial state; entity = cell, step = index of the variable.
    InitialState = 4,
    /// Positions; entity = cell.
    Position = 5,
    /// Poisson input and Poisson cells; entity = cell / 4, step = time step.
    Poisson = 6,
    /// Noise currents; entity = cell, step = number of the interval.
    Noise = 7,
    /// Release sites around a cell; owner = population, entity = cell.
    ReleaseSite = 8,
    /// Vesicles that a spike releases; owner = population, entity = cell, step = time step.
    Vesicle = 9,
    /// Initial weights of a learning network; entity = row, step = 0.
    InitialWeight = 20,
    /// Random feedback of errors; entity = cell, step = 0.
    Feedback = 21,
    /// Rewiring of synapses: which are woken, entity = 0, step = update; noise of a synapse, entity = synapse.
    Rewiring = 22,
    /// Trials of a training task; entity = trial of the batch, step = update.
    Trial = 23,
    /// Weights of the readout of a network that learns as it runs; entity = cell, step = readout.
    Readout = 24,
    /// Random numbers in the equations of a cell; owner = population, entity = cell, step = time step.
    Equation = 25,
    /// What controls put in another order: the sites of a blur at every step, owner = 0, entity = trial of the batch, step =
    /// 2^32 update + time step; types of cells, owner = 1, entity = 0, step = update; signs and seeds of statistics, owner = 2 and 3,
    /// entity = number of the pattern or draw.
    Control = 26,
    /// Random numbers in the equations of synapses; owner = projection, entity = synapse, step = that of the event; parameters
    /// that are drawn for each synapse, step = 2^63 + number of the parameter.
    SynapseEquation = 27,
    /// Noise that edits lay on cells of a running network; owner = number of the edit among those of noise, entity = cell, step = time step,
    /// or the number of the interval.
    NoiseEdit = 28,
}

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the halves of a 64-bit product")]
fn halves(product: u64) -> (u32, u32) {
    ((product >> 32) as u32, product as u32)
}

/// Ten rounds of Philox4x32.
#[inline(always)]
pub fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let (hi0, lo0) = halves(u64::from(counter[0]) * MULTIPLIERS[0]);
        let (hi1, lo1) = halves(u64::from(counter[2]) * MULTIPLIERS[1]);
        counter = [hi1 ^ counter[1] ^ key[0], lo1, hi0 ^ counter[3] ^ key[1], lo0];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// Ten rounds of Philox4x32 for `LANES` counters that differ in their second word: the words of lane i are `[w][i]`.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "one index into four arrays")]
fn philox4x32_lanes<const LANES: usize>(entities: [u32; LANES], step: u64, mut key: [u32; 2]) -> [[u32; LANES]; 4] {
    let (hi, lo) = halves(step);
    let mut words = [[0; LANES], entities, [lo; LANES], [hi; LANES]];
    for _ in 0..10 {
        for lane in 0..LANES {
            let (hi0, lo0) = halves(u64::from(words[0][lane]) * MULTIPLIERS[0]);
            let (hi1, lo1) = halves(u64::from(words[2][lane]) * MULTIPLIERS[1]);
            words[0][lane] = hi1 ^ words[1][lane] ^ key[0];
            words[2][lane] = hi0 ^ words[3][lane] ^ key[1];
            words[1][lane] = lo1;
            words[3][lane] = lo0;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    words
}

fn splitmix64(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The random numbers of one purpose and one owner (a population, a projection, a source).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamKey {
    key: [u32; 2],
}

impl StreamKey {
    /// The stream of `owner` (an index among its kind) for one purpose.
    pub fn new(seed: u64, stream: Stream, owner: u32) -> Self {
        let (hi, lo) = halves(splitmix64(splitmix64(seed) ^ (u64::from(stream as u32) << 32 | u64::from(owner))));
        Self { key: [hi, lo] }
    }

    /// Four uniform 32-bit numbers of (entity, step).
    #[inline(always)]
    pub fn block(&self, entity: u32, step: u64) -> [u32; 4] {
        self.further_block(0, entity, step)
    }

    /// Block number `number` of (entity, step): four more uniform 32-bit numbers.
    #[inline(always)]
    pub fn further_block(&self, number: u32, entity: u32, step: u64) -> [u32; 4] {
        let (hi, lo) = halves(step);
        philox4x32([number, entity, lo, hi], self.key)
    }

    /// [`Self::block`] of `LANES` consecutive entities, at once: word w of entity `first + i` is `[w][i]`.
    #[inline(always)]
    pub fn blocks<const LANES: usize>(&self, first: u32, step: u64) -> [[u32; LANES]; 4] {
        let mut entity = first;
        let entities = [(); LANES].map(|()| {
            let own = entity;
            entity = entity.wrapping_add(1);
            own
        });
        philox4x32_lanes(entities, step, self.key)
    }

    /// A generator of as many draws as wanted for (entity, step).
    pub fn at(&self, entity: u32, step: u64) -> CounterRng {
        CounterRng { key: *self, entity, step, draws: 0, buffer: [0; 4], left: 0 }
    }
}

/// The draws of one (entity, step), in order. Works with `rand` and `rand_distr`.
#[derive(Debug, Clone)]
pub struct CounterRng {
    key: StreamKey,
    entity: u32,
    step: u64,
    draws: u32,
    buffer: [u32; 4],
    left: usize,
}

impl CounterRng {
    /// The next uniform 32-bit number.
    #[inline]
    pub fn draw_u32(&mut self) -> u32 {
        if self.left == 0 {
            self.buffer = self.key.further_block(self.draws, self.entity, self.step);
            self.draws += 1;
            self.left = 4;
        }
        self.left -= 1;
        self.buffer[3 - self.left]
    }

    /// The next uniform 64-bit number.
    #[inline]
    pub fn draw_u64(&mut self) -> u64 {
        u64::from(self.draw_u32()) | u64::from(self.draw_u32()) << 32
    }

    /// A number uniform in the open interval (0, 1), on a grid of 2^-53.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        ((self.draw_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Puts numbers in an order of which all are alike likely.
    pub fn shuffle(&mut self, order: &mut [usize]) {
        for place in 0..order.len() {
            let left = u32::try_from(order.len() - place).unwrap_or(u32::MAX);
            order.swap(place, place + self.below(left) as usize);
        }
    }

    /// A whole number uniform in 0..n; the bias is below n / 2^64.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the high half of the product is below n")]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.draw_u64()) * u128::from(n)) >> 64) as u32
    }
}

impl TryRng for CounterRng {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.draw_u32())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw_u64())
    }
    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        for chunk in destination.chunks_mut(4) {
            chunk.copy_from_slice(&self.draw_u32().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the Random123 distribution (Salmon et al. 2011).
    #[test]
    fn philox_matches_the_published_vectors() {
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    }

    #[test]
    fn a_generator_starts_with_the_block_of_its_entity_and_step() {
        let key = StreamKey::new(7, Stream::Poisson, 3);
        let mut rng = key.at(11, 1 << 40);
        let drawn: Vec<u32> = (0..4).map(|_| rng.draw_u32()).collect();
        assert_eq!(drawn, key.block(11, 1 << 40));
        assert_ne!(drawn, key.block(11, 0), "the high half of the step counts");
    }

    #[test]
    fn lanes_are_the_blocks_of_their_entities() {
        let key = StreamKey::new(7, Stream::Poisson, 3);
        let words = key.blocks::<16>(90, 1 << 33);
        for (lane, entity) in (90..106).enumerate() {
            assert_eq!([0, 1, 2, 3].map(|word: usize| words[word][lane]), key.block(entity, 1 << 33));
        }
    }

    #[test]
    fn streams_owners_and_seeds_differ() {
        let block = |seed, stream, owner| StreamKey::new(seed, stream, owner).block(0, 0);
        let reference = block(1, Stream::Wiring, 0);
        assert_ne!(reference, block(2, Stream::Wiring, 0));
        assert_ne!(reference, block(1, Stream::Synapse, 0));
        assert_ne!(reference, block(1, Stream::Wiring, 1));
    }

    /// Mean 1/2 and variance 1/12, each within five standard errors of 10^5 draws.
    #[test]
    fn unit_draws_are_uniform() {
        let mut rng = StreamKey::new(5, Stream::Wiring, 0).at(0, 0);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| rng.unit()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| (x - 0.5).powi(2)).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0 / f64::from(n)).sqrt());
        assert!((variance - 1.0 / 12.0).abs() < 5.0 * (1.0 / 180.0 / f64::from(n)).sqrt());
    }
}
