//! All processes that were started together.

use crate::MpiError;
use crate::counts::{Counts, HEAD, ROOM, addressed, room_for};
use mpi::Threading;
use mpi::datatype::PartitionMut;
use mpi::environment::{Universe, library_version};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};
use neuropil_engine::ranks::{Exchange, ExchangeError, Gathered};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes that all ranks together hand over at once, at most.
const PIECE: usize = 1 << 30;

/// What a rank sends in place of a length once it has ended.
const ENDED: u64 = u64::MAX;
/// Bytes that each rank sends in the first round: one number for all exchanges of a process, since all ranks agree about it.
static ROOM_NOW: AtomicUsize = AtomicUsize::new(ROOM.0);
/// Whether a rank has told that it has ended. It hands over nothing any more, and nobody may wait for it.
static GONE: AtomicBool = AtomicBool::new(false);
/// Why there is no world: MPI has begun and ended, and every later call learns the same.
static APART: OnceLock<MpiError> = OnceLock::new();

/// MPI, from its start to its end; where somebody else has started it, such as mpi4py, they end it.
pub struct World {
    universe: Option<Universe>,
}

impl World {
    pub fn start(variable: &'static str, processes: usize) -> Result<Option<Self>, MpiError> {
        if let Some(known) = APART.get() {
            return Err(known.clone());
        }
        if mpi::environment::is_finalized() {
            return Err(MpiError::Ended);
        }
        let own = Self { universe: mpi::initialize_with_threading(Threading::Funneled).map(|(own, _)| own) };
        let found = own.exchange().ranks();
        if found == processes {
            return Ok(Some(own));
        }
        Err(APART.get_or_init(|| MpiError::Apart { processes, found, variable }).clone())
    }

    #[expect(clippy::unused_self, reason = "there is a world as long as this is")]
    pub fn exchange(&self) -> Box<dyn Exchange> {
        Box::new(MpiExchange { own: Vec::new(), all: Vec::new() })
    }

    /// Tells the others that this rank has ended. Those that are at work would wait for it for ever. Where one of them has told so before,
    /// all know, and it would not answer.
    pub fn leave(self) {
        if !mpi::environment::is_finalized() && !GONE.load(Ordering::Relaxed) {
            let room = ROOM_NOW.load(Ordering::Relaxed);
            let mut own = ENDED.to_le_bytes().to_vec();
            own.resize(room, 0);
            let world = SimpleCommunicator::world();
            // Bytes, by name: with numbers of four bytes MPI would pass on what it has not received, and others more than they have room for.
            let mut all = vec![0_u8; room * usize::try_from(world.size()).unwrap_or(1)];
            world.all_gather_into(&own[..], &mut all[..]);
        }
        drop(self.universe);
    }
}

pub fn abort(code: u8) {
    if mpi::environment::is_initialized() && !mpi::environment::is_finalized() {
        SimpleCommunicator::world().abort(i32::from(code));
    }
}

pub fn library() -> Option<String> {
    let told = library_version().unwrap_or_default();
    let end = |mark: char| matches!(mark, ',' | '\n' | '\0');
    Some(told.split(end).next().unwrap_or_default().trim().to_owned())
}

/// Hands over bytes. Lengths are not known before: all ranks send so many bytes as the last messages needed, length first, in one round; what
/// does not fit follows in a second. All ranks see the lengths of all, and so agree about the next.
struct MpiExchange {
    own: Vec<u8>,
    all: Vec<u8>,
}

impl MpiExchange {
    fn world() -> SimpleCommunicator {
        SimpleCommunicator::world()
    }
}

impl Exchange for MpiExchange {
    fn rank(&self) -> usize {
        usize::try_from(Self::world().rank()).unwrap_or(0)
    }

    fn ranks(&self) -> usize {
        usize::try_from(Self::world().size()).unwrap_or(1)
    }

    fn all_gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        if GONE.load(Ordering::Relaxed) {
            return Err(ExchangeError::Gone);
        }
        let (world, ranks, room) = (Self::world(), self.ranks(), ROOM_NOW.load(Ordering::Relaxed));
        let (first, rest) = own.split_at(own.len().min(room - HEAD));
        self.own.clear();
        self.own.extend_from_slice(&(own.len() as u64).to_le_bytes());
        self.own.extend_from_slice(first);
        self.own.resize(room, 0);
        self.all.resize(room * ranks, 0);
        world.all_gather_into(&self.own[..], &mut self.all[..]);
        let head = |message: &[u8]| u64::from_le_bytes(message.first_chunk::<HEAD>().copied().unwrap_or_default());
        if self.all.chunks(room).any(|message| head(message) == ENDED) {
            GONE.store(true, Ordering::Relaxed);
            return Err(ExchangeError::Gone);
        }
        let length = |message: &[u8]| usize::try_from(head(message)).unwrap_or(usize::MAX);
        let lengths: Vec<usize> = self.all.chunks(room).map(length).collect();
        let over: Vec<usize> = lengths.iter().map(|length| length.saturating_sub(room - HEAD)).collect();
        let mut tails = vec![0; over.iter().sum()];
        if !tails.is_empty() {
            let Counts { counts, places } = Counts::of(&over)?;
            world.all_gather_varcount_into(addressed(rest), &mut PartitionMut::new(&mut tails[..], counts, places));
        }
        let mut into = all.room(lengths.iter().copied());
        let mut tails = &tails[..];
        for (message, over) in self.all.chunks(room).zip(&over) {
            let first = length(message) - over;
            let (here, behind) = into.split_at_mut(first + over);
            let (tail, others) = tails.split_at(*over);
            here[..first].copy_from_slice(&message[HEAD..HEAD + first]);
            here[first..].copy_from_slice(tail);
            (into, tails) = (behind, others);
        }
        // Small messages between large ones take none of their room at once.
        let next = room_for(lengths.into_iter().max().unwrap_or(0)).max(room / 2).max(ROOM.0);
        ROOM_NOW.store(next, Ordering::Relaxed);
        Ok(())
    }

    fn gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        let mut lengths = Gathered::default();
        self.all_gather(&(own.len() as u64).to_le_bytes(), &mut lengths)?;
        let length = |part: &[u8]| part.try_into().map_or(0, u64::from_le_bytes);
        let lengths: Vec<usize> = lengths.parts().map(|part| usize::try_from(length(part)).unwrap_or(0)).collect();
        let world = Self::world();
        let (root, is_root) = (world.process_at_rank(0), self.rank() == 0);
        let begins: Vec<usize> =
            lengths.iter().scan(0, |end, length| Some(std::mem::replace(end, *end + length))).collect();
        let into = all.room(lengths.iter().copied().filter(|_| is_root));
        // MPI counts to 2^31: each rank sends so much at a time that all of them together stay below.
        let piece = PIECE / self.ranks();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        for from in (0..longest).step_by(piece) {
            let now: Vec<usize> = lengths.iter().map(|length| length.saturating_sub(from).min(piece)).collect();
            let part = &own[from.min(own.len())..(from + piece).min(own.len())];
            if !is_root {
                root.gather_varcount_into(addressed(part));
                continue;
            }
            let mut round = vec![0; now.iter().sum()];
            let Counts { counts, places } = Counts::of(&now)?;
            root.gather_varcount_into_root(addressed(part), &mut PartitionMut::new(&mut round[..], counts, places));
            let mut rest = &round[..];
            for (begin, count) in begins.iter().zip(now).filter(|(_, count)| *count > 0) {
                let (taken, left) = rest.split_at(count);
                into[begin + from..][..count].copy_from_slice(taken);
                rest = left;
            }
        }
        Ok(())
    }
}
