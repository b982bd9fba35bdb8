//! Rows of spikes added into the arrivals of a step; items are synaptic events.

use crate::{CELLS, network};
use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_network::history::Outbox;
use neuropil_network::{Network, Scalar};

/// One cell in so many fires in each step: 50 Hz.
const ONE_IN: u32 = 200;

/// All delays alike: whole rows.
#[divan::bench(types = [f32, f64])]
fn one_delay<R: Scalar>(bencher: Bencher) {
    deliver(bencher, &network::<R>(0.0));
}

/// Delays drawn for each synapse: many short rows.
#[divan::bench(types = [f32, f64])]
fn drawn_delays<R: Scalar>(bencher: Bencher) {
    deliver(bencher, &network::<R>(0.75));
}

/// Steps one after the other, so that rows come from memory as they do in a run.
fn deliver<R: Scalar>(bencher: Bencher, network: &Network<R>) {
    let sent = |phase| Outbox { fired: (phase..CELLS).step_by(ONE_IN as usize).collect(), ..Outbox::default() };
    let outboxes: Vec<Outbox<R>> = (0..ONE_IN).map(sent).collect();
    let mut history = network.history();
    let mut planes = network.layout.empty::<R>();
    let all = 0..planes.len();
    let mut due = Vec::new();
    let mut now = 0;
    let mut outboxes = outboxes.iter().cycle();
    let mut step = || {
        let events = network.blocks[0].rows.deliver((&history, now), all.clone(), &mut planes, &mut due);
        history.begin(now);
        history.append(now, outboxes.next().expect("there is no end"));
        history.end(now);
        now += 1;
        events
    };
    let events = (0..u64::from(network.max_delay) + 2).map(|_| step()).last();
    bencher.counter(ItemsCount::new(events.unwrap_or(0))).bench_local(step);
}
