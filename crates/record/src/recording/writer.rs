//! The recorder: a bounded channel and the thread that writes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Error;
use crate::h5::destination::Destination;
use crate::recording::admission::Admission;
use crate::recording::checkpoint::{Checkpoint, Saved};
use crate::recording::header::{Block, ChangedWeights, Header, Outcome, WeightBlock};
use crate::recording::learning_sink::LearnedBlock;
use crate::recording::sink::Sink;

/// Blocks that wait for the disk before the sender waits too.
const WAITING: usize = 4;
/// Wall time between flushes: what a crash may cost.
const FLUSH: Duration = Duration::from_secs(1);

/// Writes a recording while the simulation runs.
///
/// The work is done by a thread of its own, fed through a bounded channel: a slow disk slows the simulation down,
/// and memory does not grow with the length of a run. The file is `NAME.part` until [`Recorder::finish`]. A recorder
/// that is dropped instead leaves the `.part` file, closed and marked as incomplete.
#[derive(Debug)]
pub struct Recorder {
    destination: Destination,
    admission: Admission,
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
    /// Whether the file has its name, `NAME.part`.
    revealed: bool,
}

enum Message {
    Block(Block),
    Weights(WeightBlock),
    Changed(ChangedWeights),
    Learned(LearnedBlock),
    Checkpoint(Box<Checkpoint>),
    Finish(Outcome),
}

impl Recorder {
    /// Starts a recording at `path`; it is on disk, without spikes, when this returns. Where an interrupted run has left a
    /// recording, that stays until [`Recorder::begin`].
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] or [`Error::Interrupted`] if `path` or its `.part` file exists, unless `force`;
    /// [`Error::Busy`] if another run writes there; [`Error::Io`] or [`Error::Write`] if the directory cannot be
    /// written; [`Error::Refused`] if the header is inconsistent.
    pub fn create(path: &Path, force: bool, header: Header) -> Result<Self, Error> {
        let admission = Admission::new(&header)?;
        let destination = Destination::claim(path, force)?;
        let sink = Sink::create(&destination, &header);
        let sink = sink.and_then(|sink| match destination.is_free() {
            true => destination.reveal().map(|()| (sink, true)),
            false => Ok((sink, false)),
        });
        let (sink, revealed) = sink.inspect_err(|_| destination.withdraw())?;
        Self::start(destination, admission, sink, revealed)
    }

    /// Takes the place of what an interrupted run has left, now that nothing refuses this one.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn begin(&mut self) -> Result<(), Error> {
        if !self.revealed {
            self.destination.reveal()?;
            self.revealed = true;
        }
        Ok(())
    }

    /// Ends a recording that never began, as if it had not been started.
    pub fn withdraw(mut self) {
        // A fault of a file that is thrown away is none.
        let _ = self.join();
        let _ = std::fs::remove_file(self.part_path());
    }

    /// Goes on with the recording at `path`, cut or finished, as it was at a checkpoint; what it holds beyond is
    /// dropped. Of a finished recording a copy is extended, which takes its name at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if another run writes there; [`Error::Io`] or [`Error::Write`] if the file cannot be written or
    /// does not hold what `header` and `saved` say; [`Error::Refused`] if the header is inconsistent.
    pub fn resume(path: &Path, header: Header, saved: Saved) -> Result<Self, Error> {
        let admission = Admission::new(&header)?;
        let rows = &saved.1;
        let lists = [
            (rows.spikes.len(), header.populations.len()),
            (rows.frames.len(), header.reports.len()),
            (rows.arrays.len(), header.arrays().len()),
        ];
        if lists.iter().any(|(found, expected)| found != expected) {
            let [populations, reports, arrays] = lists;
            let found = format!("{} populations, {} reports, {} arrays", populations.0, reports.0, arrays.0);
            let expected = format!("{}, {} and {}", populations.1, reports.1, arrays.1);
            return Err(Error::refused("the rest of the run", found, expected));
        }
        let (destination, copied) = Destination::reclaim(path)?;
        let found = if copied { &destination.new } else { &destination.part };
        let sink = Sink::reopen((&destination, found), &header, saved);
        let sink = sink.and_then(|sink| if copied { destination.reveal().map(|()| sink) } else { Ok(sink) });
        let sink = sink.inspect_err(|_| {
            if copied {
                destination.withdraw();
            }
        })?;
        Self::start(destination, admission, sink, true)
    }

    fn start(destination: Destination, admission: Admission, sink: Sink, revealed: bool) -> Result<Self, Error> {
        let (sender, receiver) = sync_channel(WAITING);
        let spawned = thread::Builder::new().name("recorder".to_owned()).spawn(move || run(sink, &receiver));
        let thread = spawned.map_err(|source| Error::io(&destination.part, "start a thread to write", &source))?;
        Ok(Self { destination, admission, sender: Some(sender), thread: Some(thread), revealed })
    }

    /// Hands over what happened since the last block; waits if the disk is behind.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the block does not fit the header; otherwise the first error of the writer thread,
    /// which may stem from an earlier block, and [`Error::WriterStopped`] after that.
    pub fn write(&mut self, mut block: Block) -> Result<(), Error> {
        self.check_running()?;
        self.admission.admit(&mut block)?;
        self.begin()?;
        self.send(Message::Block(block))
    }

    /// Hands over weights; blocks of one projection are appended in the order they come.
    ///
    /// # Errors
    ///
    /// As [`Recorder::write`].
    pub fn write_weights(&mut self, block: WeightBlock) -> Result<(), Error> {
        self.admission.admit_weights(&block)?;
        self.send(Message::Weights(block))
    }

    /// Hands over weights that have changed; they take the place of those of the same projection.
    ///
    /// # Errors
    ///
    /// The first error of the writer thread, one of which is a projection without weights or with another number of
    /// synapses, and [`Error::WriterStopped`] after that.
    pub fn change_weights(&mut self, changed: ChangedWeights) -> Result<(), Error> {
        self.send(Message::Changed(changed))
    }

    /// Hands over what came of learning since the last time.
    ///
    /// # Errors
    ///
    /// The first error of the writer thread, and [`Error::WriterStopped`] after that.
    pub fn write_learned(&mut self, block: LearnedBlock) -> Result<(), Error> {
        self.send(Message::Learned(block))
    }

    /// Saves the state of the run after all that was handed over so far, for [`Checkpoint::find`].
    ///
    /// # Errors
    ///
    /// As [`Recorder::write`].
    pub fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.begin()?;
        self.send(Message::Checkpoint(Box::new(checkpoint)))
    }

    /// Stores the outcome and the last checkpoint, if there was one, closes the file, gives it its final name and returns that.
    ///
    /// # Errors
    ///
    /// The first error of the writer thread; [`Error::Io`] if the file cannot be renamed, [`Error::Exists`] if
    /// another file has taken its name. The `.part` file then stays.
    pub fn finish(mut self, outcome: Outcome) -> Result<PathBuf, Error> {
        self.begin()?;
        self.send(Message::Finish(outcome))?;
        self.join()?;
        self.destination.clone().publish()
    }

    /// The file being written.
    pub fn part_path(&self) -> &Path {
        if self.revealed { &self.destination.part } else { &self.destination.new }
    }

    fn check_running(&self) -> Result<(), Error> {
        match self.thread {
            Some(_) => Ok(()),
            None => Err(Error::WriterStopped { path: self.destination.part.clone() }),
        }
    }

    fn send(&mut self, message: Message) -> Result<(), Error> {
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(message).is_ok());
        if sent {
            return Ok(());
        }
        self.join()?;
        Err(Error::WriterStopped { path: self.destination.part.clone() })
    }

    /// Waits for the thread to end; the second time there is nothing to wait for.
    fn join(&mut self) -> Result<(), Error> {
        self.sender = None;
        let stopped = || Err(Error::WriterStopped { path: self.destination.part.clone() });
        self.thread.take().map_or_else(stopped, |thread| thread.join().unwrap_or_else(|_| stopped()))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Nobody is left to tell; the file says that it is incomplete.
        let _ = self.join();
    }
}

/// The writer thread.
fn run(mut sink: Sink, receiver: &Receiver<Message>) -> Result<(), Error> {
    match drain(&mut sink, receiver) {
        Ok(outcome) => sink.close(outcome),
        Err(fault) => {
            sink.abandon();
            Err(fault)
        }
    }
}

/// Writes until the outcome comes, or until the recorder is dropped without one.
fn drain(sink: &mut Sink, receiver: &Receiver<Message>) -> Result<Option<Outcome>, Error> {
    let mut unsaved_since = None;
    loop {
        let wait = unsaved_since.map_or(Duration::MAX, |since: Instant| FLUSH.saturating_sub(since.elapsed()));
        match receiver.recv_timeout(wait) {
            Ok(Message::Block(block)) => sink.append(block)?,
            Ok(Message::Weights(block)) => sink.append_weights(block)?,
            Ok(Message::Changed(changed)) => sink.change_weights(&changed)?,
            Ok(Message::Learned(block)) => sink.append_learned(block)?,
            Ok(Message::Checkpoint(checkpoint)) => sink.store_checkpoint(*checkpoint)?,
            Ok(Message::Finish(outcome)) => return Ok(Some(outcome)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let since = *unsaved_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= FLUSH {
            sink.flush()?;
            unsaved_since = None;
        }
    }
}
