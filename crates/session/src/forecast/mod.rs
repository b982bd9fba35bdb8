//! What a run over ranks will need, without one synapse drawn: memory, time and messages, from the rules of wiring, mean rates, and what
//! this machine was measured to do.
//!
//! Synapses, the index of their rows, events and messages of each rank are counted; cells, their inputs and peptides are run as one rank has
//! them, for a moment and without synapses. The time of a step is that of the rank with most to do: nothing is told of ranks that wait
//! for others by chance.

mod load;
mod machine;
mod ranks;

pub use machine::Machine;
pub use ranks::Link;

use crate::building::threads_of;
use crate::crew::Crew;
use crate::size::count_text;
use crate::{Input, Job, SessionError};
use load::{Load, Wires};
use neuropil_network::network::{Design, Share};
use neuropil_network::source::Rate;
use neuropil_network::{Kind, Scalar};
use ranks::{Message, Moment};
use std::mem::size_of;

/// What is to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Size of the network relative to its file.
    pub scale: f64,
    /// How many ranks.
    pub ranks: usize,
    /// Threads of each; one a core, and one for each of several ranks, if `None`.
    pub threads: Option<u16>,
    /// What connects them; may be `None` where there is one.
    pub link: Option<Link>,
    /// Mean rates, Hz: of a population, or of all that are not named, in place of those of the file.
    pub rates_hz: Vec<(Option<String>, f64)>,
    /// What the machine of a rank does.
    pub machine: Machine,
}

/// What a run will need.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Cells.
    pub cells: u64,
    /// Synapses to expect.
    pub synapses: f64,
    /// Ranks, and threads of each.
    pub ranks: usize,
    /// Threads of each rank.
    pub threads: usize,
    /// Blocks of all ranks.
    pub blocks: u64,
    /// Spikes of all ranks in a second.
    pub spikes_per_s: f64,
    /// Synaptic events of all ranks in a second.
    pub events_per_s: f64,
    /// Bytes of a rank, by what holds them; of the rank with most.
    pub memory: [(&'static str, f64); 4],
    /// Time of drawing the synapses, s.
    pub build_s: f64,
    /// Wall time of a simulated second, by what takes it, s; of the rank with most to do.
    pub wall_s: [(&'static str, f64); 5],
    /// How much more the rank with most to do does than the mean.
    pub imbalance: f64,
    /// Meetings of ranks in a second; none where there is one rank.
    pub meetings_per_s: f64,
    /// Bytes that a rank sends in a meeting.
    pub message_bytes: f64,
    /// Bytes that a rank receives in a second.
    pub received_per_s: f64,
    /// What is not in these numbers.
    pub notes: Vec<String>,
}

impl Forecast {
    /// Bytes of the rank with most.
    pub fn bytes(&self) -> f64 {
        self.memory.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Wall time of a simulated second, s.
    pub fn wall(&self) -> f64 {
        self.wall_s.iter().map(|(_, seconds)| seconds).sum()
    }

    /// Tells what a run of `input` will need.
    ///
    /// # Errors
    /// Faults of the input; what several ranks do not do; rates, ranks, threads or links that are missing or cannot be.
    pub fn new(input: &Input, asked: &Asked) -> Result<Self, SessionError> {
        if input.single() { of::<f32>(input, asked) } else { of::<f64>(input, asked) }
    }
}

fn of<R: Scalar>(input: &Input, asked: &Asked) -> Result<Forecast, SessionError> {
    let job = Job::<R>::new(input, asked.scale)?;
    let faults = job.design.faults();
    if !faults.is_empty() {
        return Err(SessionError::Network(faults));
    }
    if input.learns() {
        let what = "a network that learns by a rule: its credit is not counted";
        return Err(SessionError::option("plan", what));
    }
    let ranks = asked.ranks;
    if ranks > 1 && asked.link.is_none() {
        let what = "several ranks need --network, as in --network 2us,10GB/s";
        return Err(SessionError::option(format!("--ranks {ranks}"), what));
    }
    let threads = threads_of(asked.threads.or((ranks > 1).then_some(1)));
    let blocks = Crew::blocks_for(&job.design, job.blocks, (ranks, threads));
    let rates = rates(input, &job.design, &asked.rates_hz)?;
    let (cells, all_blocks) = (job.design.cells(), job.design.blocks(blocks));
    let notes = notes(&job.design, asked, threads);
    let wires = Wires::new(&job.design, &rates);
    let loads = (0..ranks).map(|rank| wires.load(blocks, Share { rank, ranks }));
    let loads = loads.collect::<Result<Vec<_>, _>>().map_err(|fault| SessionError::Network(vec![fault]))?;
    let sum = |each: fn(&Load) -> f64| loads.iter().map(each).sum::<f64>();
    let most = |each: &dyn Fn(&Load) -> f64| loads.iter().map(each).fold(0.0, f64::max);
    let (spikes_per_s, machine) = (sum(|own| own.spikes), asked.machine);
    let each_s = 1e-9 / threads as f64;
    let events = |own: &Load| (own.events - own.filled).max(0.0) * machine.event_ns * each_s;
    let rows =
        |own: &Load| (own.filled * machine.row_ns + (own.looked - own.filled).max(0.0) * machine.look_ns) * each_s;
    let work = |own: &Load| events(own) + rows(own);
    let mean_work = loads.iter().map(work).sum::<f64>() / ranks as f64;
    let busiest = loads.iter().enumerate().max_by(|a, b| work(a.1).total_cmp(&work(b.1)));
    let (rank, own) = busiest.map_or((0, Load::default()), |(rank, own)| (rank, *own));
    let message = Message::new::<R>(&job.design, wires.min_delay(), most(&|own| own.spikes), ranks);
    let build = |own: &Load| (own.visited * machine.draw_ns + own.values * machine.value_ns) * each_s;
    let (build_s, synapses) = (most(&build), sum(|own| own.synapses));
    let weight = job.design.weights.bytes::<R>() as f64;
    let draft = (size_of::<u64>() as f64 + weight) * threads as f64;
    let (held, index, drafts) =
        (most(&|own| own.synapses * (2.0 + weight)), most(&|own| own.index_bytes), most(&|own| own.drafts * draft));
    let events_per_s = sum(|own| own.events);
    let moment = Moment::of(job, blocks, Share { rank, ranks }, threads)?;
    let wall_s = [
        ("cells", moment.wall_s),
        ("events", events(&own)),
        ("rows", rows(&own)),
        ("spikes", spikes_per_s * machine.spike_ns * 1e-9),
        ("messages", asked.link.map_or(0.0, |link| message.seconds(link))),
    ];
    let whole = moment.wall_s + wall_s[3].1 + wall_s[4].1;
    Ok(Forecast {
        cells,
        synapses,
        ranks,
        threads,
        blocks: all_blocks,
        spikes_per_s,
        events_per_s,
        memory: [("cells", moment.bytes), ("synapses", held), ("index", index), ("drafts", drafts)],
        build_s,
        wall_s,
        imbalance: (whole + work(&own)) / (whole + mean_work).max(f64::MIN_POSITIVE),
        meetings_per_s: message.meetings_per_s,
        message_bytes: message.bytes,
        received_per_s: message.received_per_s(),
        notes,
    })
}

/// The rate of each population: as asked by its name, as the file tells, or as asked for all others.
fn rates<R: Scalar>(
    input: &Input,
    design: &Design<R>,
    asked: &[(Option<String>, f64)],
) -> Result<Vec<f64>, SessionError> {
    for (name, rate) in asked {
        let known = name.as_ref().is_none_or(|name| design.populations.iter().any(|own| own.name == *name));
        if !(known && rate.is_finite() && *rate >= 0.0) {
            let names: Vec<&str> = design.populations.iter().map(|own| &*own.name).collect();
            let name = name.as_ref().map_or_else(String::new, |name| format!("{name}="));
            let what = format!("must be a number >= 0, for all or for one of {}", names.join(", "));
            return Err(SessionError::option(format!("--rate-hz {name}{rate}"), what));
        }
    }
    let told = if let Input::Model(model) = input { model.mean_rates() } else { Vec::new() };
    let find = |wanted: Option<&str>| asked.iter().rev().find(|(name, _)| name.as_deref() == wanted).map(|own| own.1);
    let each = design.populations.iter().enumerate().map(|(index, own)| {
        let sent = if let Kind::Source(source) = &own.kind { source.rate().map(Rate::mean_hz) } else { None };
        let rate = find(Some(&own.name)).or(told.get(index).copied().flatten()).or(sent).or_else(|| find(None));
        rate.ok_or_else(|| {
            let what = "has no `mean_rate_hz`: say --rate-hz HZ, or --rate-hz POPULATION=HZ for one";
            SessionError::option(format!("populations.{}", own.name), what)
        })
    });
    each.collect()
}

fn notes<R: Scalar>(design: &Design<R>, asked: &Asked, threads: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let timed = design.timed().count();
    if timed > 0 {
        let are = if timed == 1 { "projection is" } else { "projections are" };
        notes.push(format!(
            "{timed} {are} counted as static, though their weights follow spikes: they cost several times that"
        ));
    }
    if asked.machine.threads != threads as f64 {
        let measured = asked.machine.threads;
        notes.push(format!("the machine was measured with {measured} threads, and a rank has {threads}"));
    }
    let all = design.projections.iter().filter(|own| own.connector.name() == "fixed_out_degree").count();
    if asked.ranks > 1 && all > 0 {
        let all = count_text(all as u64);
        notes.push(format!("{all} of fixed_out_degree: every rank draws the targets of all their sources"));
    }
    notes
}
