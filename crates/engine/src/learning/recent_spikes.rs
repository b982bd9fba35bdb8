//! The spikes that may still arrive in the window at hand.

use neuropil_plasticity::window::Sent;

/// Spikes by step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RecentSpikes {
    /// The first step.
    first: u64,
    /// Where the spikes of each step begin; one more than steps.
    starts: Vec<usize>,
    /// Global ids, ascending in a step.
    ids: Vec<u32>,
    max_delay: u64,
}

impl RecentSpikes {
    pub fn new(max_delay: u64) -> Self {
        Self { first: 0, starts: vec![0], ids: Vec::new(), max_delay }
    }

    /// Adds the spikes of all steps up to `step` that are not there yet.
    pub fn extend(&mut self, spikes: &[(u64, u32)], step: u64) {
        let mut rest = spikes;
        while self.first + (self.starts.len() as u64) - 1 <= step {
            let own = self.first + self.starts.len() as u64 - 1;
            let (now, later) = rest.split_at(rest.partition_point(|spike| spike.0 <= own));
            self.ids.extend(now.iter().map(|spike| spike.1));
            self.starts.push(self.ids.len());
            rest = later;
        }
    }

    /// Global ids of those that fired in `step`; none before the first.
    pub fn fired(&self, step: Option<u64>) -> &[u32] {
        let place = step.and_then(|step| usize::try_from(step.checked_sub(self.first)?).ok());
        match place.filter(|place| place + 1 < self.starts.len()) {
            Some(place) => &self.ids[self.starts[place]..self.starts[place + 1]],
            None => &[],
        }
    }

    /// Leaves out what cannot arrive after `step` any more.
    pub fn forget(&mut self, step: u64) {
        let first = (step + 1).saturating_sub(self.max_delay).max(self.first);
        let gone = usize::try_from(first - self.first).expect("few steps");
        let spikes = self.starts[gone];
        self.ids.drain(..spikes);
        self.starts.drain(..gone);
        self.starts.iter_mut().for_each(|start| *start -= spikes);
        self.first = first;
    }

    /// All spikes (step, global id), and the first step.
    pub fn spikes(&self) -> (u64, Vec<(u64, u32)>) {
        let steps = (self.first..).zip(self.starts.windows(2));
        let all = steps.flat_map(|(step, ends)| self.ids[ends[0]..ends[1]].iter().map(move |id| (step, *id)));
        (self.first, all.collect())
    }

    /// Takes back what [`Self::spikes`] gave after `step`.
    pub fn restore(&mut self, (first, spikes): (u64, &[(u64, u32)]), step: u64) {
        *self = Self { first, ..Self::new(self.max_delay) };
        self.extend(spikes, step);
    }
}

/// The same by sender, as a window meets them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SentSpikes {
    /// Where those of each global id begin, one more than ids.
    starts: Vec<u32>,
    /// Steps from the step before the window, modulo 2³².
    steps: Vec<u32>,
}

impl SentSpikes {
    /// Takes all of `recent` for a window that begins after step `begun`, of `cells` cells.
    pub fn sort(&mut self, recent: &RecentSpikes, begun: u64, cells: usize) {
        self.starts.clear();
        self.starts.resize(cells + 1, 0);
        recent.ids.iter().for_each(|id| self.starts[*id as usize + 1] += 1);
        (0..cells).for_each(|id| self.starts[id + 1] += self.starts[id]);
        self.steps.resize(recent.ids.len(), 0);
        for (step, ends) in (recent.first..).zip(recent.starts.windows(2)) {
            let step = u32::try_from(step.wrapping_sub(begun) & u64::from(u32::MAX)).expect("32 bits");
            for id in &recent.ids[ends[0]..ends[1]] {
                let at = &mut self.starts[*id as usize];
                self.steps[*at as usize] = step;
                *at += 1;
            }
        }
        // Every start has moved to its end, which is the next start.
        self.starts.copy_within(0..cells, 1);
        self.starts[0] = 0;
    }

    /// What a sweep takes.
    pub fn sent(&self) -> Sent<'_> {
        Sent { starts: &self.starts, steps: &self.steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_arrive_any_more_is_forgotten() {
        let mut recent = RecentSpikes::new(2);
        recent.extend(&[(0, 7), (2, 1), (2, 4), (3, 5)], 4);
        assert_eq!(recent.fired(Some(2)), [1, 4]);
        recent.forget(3);
        assert_eq!(
            (recent.fired(Some(0)).len(), recent.fired(Some(2)), recent.fired(Some(3))),
            (0, &[1, 4][..], &[5][..])
        );
        let (first, all) = recent.spikes();
        let mut other = RecentSpikes::new(2);
        other.restore((first, &all), 4);
        assert_eq!(other, recent);
        assert_eq!((recent.fired(Some(5)).len(), recent.fired(None).len()), (0, 0));
    }

    /// Would catch spikes of a neighbour, and steps that do not count from the window.
    #[test]
    fn spikes_are_found_by_sender() {
        let mut recent = RecentSpikes::new(3);
        recent.extend(&[(0, 2), (1, 0), (2, 0), (2, 2), (5, 0)], 5);
        let mut sorted = SentSpikes::default();
        sorted.sort(&recent, 3, 4);
        let sent = sorted.sent();
        let of = |id: usize| {
            let own = &sent.steps[sent.starts[id] as usize..sent.starts[id + 1] as usize];
            own.iter().map(|step| step.cast_signed()).collect::<Vec<i32>>()
        };
        assert_eq!([of(0), of(1), of(2), of(3)], [vec![-2, -1, 2], vec![], vec![-3, -1], vec![]]);
    }
}
