//! Releases that wait for their field step.

/// Where the content of vesicles goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Where {
    /// In equal parts to all release points of the cell.
    Spread,
    /// To one of them.
    Point(u32),
}

/// What a cell released at a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Released {
    /// Who.
    pub cell: u32,
    /// When, in network steps.
    pub step: u64,
    /// Vesicles, times their content in units of the mean.
    pub vesicles: f64,
    /// Where.
    pub place: Where,
}

/// The queue: what is stamped up to the start of a field step takes part in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Queue {
    waiting: Vec<Released>,
    due: Vec<Released>,
}

impl Queue {
    /// Adds a release; those of one cell come in the order of time.
    pub fn push(&mut self, released: Released) {
        self.waiting.push(released);
    }

    /// Takes out what is stamped `step` or earlier, ordered by cell, then time.
    pub fn take(&mut self, step: u64) -> &[Released] {
        self.due.clear();
        let due = &mut self.due;
        self.waiting.retain(|released| {
            let stays = released.step > step;
            if !stays {
                due.push(*released);
            }
            stays
        });
        // Stable: vesicles of one spike keep their order.
        due.sort_by_key(|released| (released.cell, released.step));
        due
    }

    /// What waits, for a snapshot.
    pub fn waiting(&self) -> &[Released] {
        &self.waiting
    }

    /// A queue as it was.
    pub fn restored(waiting: Vec<Released>) -> Self {
        Self { waiting, due: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_wait_for_their_time() {
        let released = |cell, step| Released { cell, step, vesicles: 1.0, place: Where::Spread };
        let mut queue = Queue::default();
        [(4, 9), (1, 10), (0, 11), (1, 7)].iter().for_each(|&(cell, step)| queue.push(released(cell, step)));
        assert_eq!(queue.take(10), [released(1, 7), released(1, 10), released(4, 9)]);
        assert_eq!(queue.take(10), []);
        assert_eq!(queue.waiting(), [released(0, 11)]);
    }
}
