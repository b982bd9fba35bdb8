//! What each event does, as expressions of what lanes are given.

use super::keep::Keep;
use super::roles::{Hears, Weight};
use super::scene::Scene;
use super::walk::Walk;
use crate::analyse::linear::{Leaf, linear};
use crate::graph::{Graph, Node, NodeId};
use crate::machine::lanes::{Definitions, Input};
use crate::node::Binary;

/// One event.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// The variables that change, by their place among those of their keeper.
    pub writes: Vec<usize>,
    /// What they become; behind these what else is computed.
    pub roots: Vec<NodeId>,
}

/// What events do.
#[derive(Debug, Clone)]
pub struct Events {
    /// All expressions.
    pub graph: Graph,
    /// What their leaves stand for.
    pub definitions: Definitions,
    /// A presynaptic spike, of what the presynaptic side keeps: as it is before the spike, then after it.
    pub row: Vec<NodeId>,
    /// A postsynaptic spike, of what the receiving cell keeps, likewise.
    pub cell: Vec<NodeId>,
    /// A presynaptic spike at a synapse, to which the presynaptic side is given as it is before. The last root is what is
    /// transmitted, unless that is the weight.
    pub pre: Event,
    /// Whether the weight after the spike is what is transmitted.
    pub sends_weight: bool,
    /// A postsynaptic spike at a synapse, to which the receiving cell is given as it is before.
    pub post: Event,
    /// A spike of other cells at a synapse, by port.
    pub others: Vec<(u32, Event)>,
    /// A step at a synapse that follows its cell between events, to which the cell is given as the step before left it, and ports as they
    /// are at the step's end.
    pub step: Event,
    /// The same of steps in which nothing that the cell did has come to the synapse yet: what the cell keeps stays as it was.
    pub early_step: Event,
    /// Start values of what each synapse keeps that differ from synapse to synapse; the weight's is its own.
    pub starts: Event,
    /// The weight some time after the last event, where `update` moves it.
    pub weight_later: Option<NodeId>,
    /// Where spikes leave with a factor on their weight that depends on the presynaptic side alone: what that becomes, and
    /// behind it the factor.
    pub factor: Option<Vec<NodeId>>,
}

/// How a side's variables are given to an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// As they are at the event.
    Now,
    /// As they were after the side's last spike.
    AfterLast,
}

struct Maker<'w, 'c> {
    walk: &'w mut Walk<'c>,
    own: Vec<usize>,
    pre: Vec<usize>,
    post: Vec<usize>,
    /// Whether synapses are advanced in every step, and need not be at events.
    steps: bool,
}

/// Takes handlers and `update` to pieces.
pub(super) fn events(walk: &mut Walk<'_>, keep: &[Keep], steps: bool) -> Events {
    let kept = |wanted: Keep| (0..keep.len()).filter(|variable| keep[*variable] == wanted).collect::<Vec<_>>();
    let (own, pre, post) = (kept(Keep::Own), kept(Keep::Pre), kept(Keep::Post));
    let mut maker = Maker { walk, own, pre, post, steps };
    let (row, sent) = maker.side(Hears::Pre);
    let (cell, _) = maker.side(Hears::Post);
    let factor = maker.factor(&row, sent);
    let (mut pre, sent) = maker.event(Hears::Pre, (Given::Now, Given::AfterLast));
    let sent = sent.unwrap_or_else(|| maker.walk.graph.constant(0.0));
    let sent = maker.not_below_zero(sent);
    let sends_weight = match maker.walk.roles.weight {
        Weight::State(weight) => {
            let place = maker.own.iter().position(|own| *own == weight as usize);
            let written = pre.writes.iter().position(|own| Some(*own) == place);
            let after = match written {
                Some(at) => Some(pre.roots[at]),
                None => place.map(|place| maker.walk.input(Input::Own(place))),
            };
            after == Some(sent)
        }
        Weight::Parameter(_) => false,
    };
    if !sends_weight {
        pre.roots.push(sent);
    }
    let (post, _) = maker.event(Hears::Post, (Given::AfterLast, Given::Now));
    let ports: Vec<u32> = maker.walk.roles.others().collect();
    let mut others = Vec::new();
    for port in ports {
        others.push((port, maker.of_port(Some(port), (Given::AfterLast, Given::AfterLast)).0));
    }
    let (step, early_step) = (maker.step(false), maker.step(true));
    let (weight_later, starts) = (maker.weight_later(), maker.starts());
    let (graph, definitions) = (maker.walk.graph.clone(), maker.walk.definitions.clone());
    Events {
        graph,
        definitions,
        row,
        cell,
        pre,
        sends_weight,
        post,
        others,
        step,
        early_step,
        starts,
        weight_later,
        factor,
    }
}

impl Maker<'_, '_> {
    /// What a side keeps, before and after its spike; what a presynaptic spike transmits as far as that side knows.
    fn side(&mut self, side: Hears) -> (Vec<NodeId>, Option<NodeId>) {
        let mut scene = self.side_now(side);
        let kept = if side == Hears::Pre { &self.pre } else { &self.post };
        let values = |scene: &Scene| kept.iter().map(|variable| scene.variables[*variable]).collect::<Vec<_>>();
        let mut all = values(&scene);
        if let Some(port) = self.walk.roles.port(side) {
            self.walk.handle(port, &mut scene);
        }
        all.extend(values(&scene));
        (all, scene.sent)
    }

    /// What a side keeps, brought from its last spike to now; of a watched cell, from the step before.
    fn side_now(&mut self, side: Hears) -> Scene {
        let mut scene = self.walk.scene();
        let (kept, since) = match side {
            Hears::Post => (self.post.clone(), Input::SincePost),
            _ => (self.pre.clone(), Input::SincePre),
        };
        for (place, variable) in kept.into_iter().enumerate() {
            let input = if side == Hears::Post { Input::Post(place) } else { Input::Pre(place) };
            scene.variables[variable] = self.walk.input(input);
        }
        scene.time = self.walk.input(Input::Time);
        let stepped = side == Hears::Post && self.walk.roles.watches();
        scene.elapsed = if stepped { self.walk.graph.add(Node::Resolution) } else { self.walk.input(since) };
        self.walk.evolve(&mut scene);
        // What the handler calls the time since the last event is that of the synapse.
        scene.elapsed = self.walk.input(Input::SinceEvent);
        scene
    }

    fn event(&mut self, hears: Hears, given: (Given, Given)) -> (Event, Option<NodeId>) {
        let port = self.walk.roles.port(hears);
        self.of_port(port, given)
    }

    /// A spike at a synapse; nothing, where no port hears it.
    fn of_port(&mut self, port: Option<u32>, (pre, post): (Given, Given)) -> (Event, Option<NodeId>) {
        let Some(port) = port else { return (Event::default(), None) };
        let (mut scene, before) = self.own_now();
        for (side, given) in [(Hears::Pre, pre), (Hears::Post, post)] {
            // What a watched cell keeps is known at every step.
            let known = given == Given::Now || side == Hears::Post && self.walk.roles.watches();
            let now = (!known).then(|| self.side_now(side));
            let kept = if side == Hears::Pre { self.pre.clone() } else { self.post.clone() };
            for (place, variable) in kept.into_iter().enumerate() {
                let input = if side == Hears::Post { Input::Post(place) } else { Input::Pre(place) };
                scene.variables[variable] = match &now {
                    Some(now) => now.variables[variable],
                    None => self.walk.input(input),
                };
            }
        }
        self.walk.handle(port, &mut scene);
        (self.changed(&scene, &before), scene.sent)
    }

    /// The variables of a synapse that are others than before.
    fn changed(&mut self, scene: &Scene, before: &[NodeId]) -> Event {
        let mut event = Event::default();
        for (place, (variable, before)) in self.own.clone().into_iter().zip(before).enumerate() {
            let after = scene.variables[variable];
            if after != *before {
                let is_weight = self.walk.roles.weight == Weight::State(u32::try_from(variable).unwrap_or(u32::MAX));
                event.writes.push(place);
                event.roots.push(if is_weight { self.not_below_zero(after) } else { after });
            }
        }
        event
    }

    /// A weight is the size of one, whose sign is that of its cell: where equations take it below 0, it is 0. What is no number stays so.
    fn not_below_zero(&mut self, weight: NodeId) -> NodeId {
        let graph = &mut self.walk.graph;
        let zero = graph.constant(0.0);
        let is_below = graph.binary(Binary::Lt, weight, zero);
        graph.select(is_below, zero, weight)
    }

    /// A step; nothing of synapses that are advanced at events.
    fn step(&mut self, early: bool) -> Event {
        if !self.steps {
            return Event::default();
        }
        let (mut scene, before) = self.own_at_last();
        for (place, variable) in self.post.clone().into_iter().enumerate() {
            scene.variables[variable] = self.walk.input(Input::Post(place));
        }
        scene.elapsed = self.walk.graph.add(Node::Resolution);
        self.walk.held = if early { self.post.clone() } else { Vec::new() };
        self.walk.evolve(&mut scene);
        self.walk.held.clear();
        self.changed(&scene, &before)
    }

    /// What a synapse keeps, brought from its last event to now; and as it was then.
    fn own_now(&mut self) -> (Scene, Vec<NodeId>) {
        let (mut scene, before) = self.own_at_last();
        if !self.steps {
            self.walk.evolve(&mut scene);
            if let Weight::State(weight) = self.walk.roles.weight
                && let Some(place) = self.own.iter().position(|own| *own == weight as usize)
                && scene.variables[weight as usize] != before[place]
            {
                scene.variables[weight as usize] = self.not_below_zero(scene.variables[weight as usize]);
            }
        }
        (scene, before)
    }

    /// What a synapse keeps, as it was at its last event or step.
    fn own_at_last(&mut self) -> (Scene, Vec<NodeId>) {
        let mut scene = self.walk.scene();
        let mut before = Vec::new();
        for (place, variable) in self.own.clone().into_iter().enumerate() {
            let input = self.walk.input(Input::Own(place));
            scene.variables[variable] = input;
            before.push(input);
        }
        scene.time = self.walk.input(Input::Time);
        scene.elapsed = self.walk.input(Input::SinceEvent);
        (scene, before)
    }

    fn starts(&mut self) -> Event {
        let (scene, cell) = (self.walk.scene(), self.walk.cell);
        let mut starts = Event::default();
        for (place, variable) in self.own.clone().into_iter().enumerate() {
            let is_weight = self.walk.roles.weight == Weight::State(u32::try_from(variable).unwrap_or(u32::MAX));
            let Some(state) = cell.states.get(variable).filter(|_| !is_weight) else { continue };
            let start = self.walk.meant(state.start, &scene);
            if !self.walk.definitions.inputs(&self.walk.graph, &[start]).is_empty() {
                starts.writes.push(place);
                starts.roots.push(start);
            }
        }
        starts
    }

    fn weight_later(&mut self) -> Option<NodeId> {
        let Weight::State(weight) = self.walk.roles.weight else { return None };
        let place = self.own.iter().position(|own| *own == weight as usize)?;
        let (scene, before) = self.own_now();
        let after = scene.variables[weight as usize];
        (after != before[place]).then_some(after)
    }

    /// The factor on the weight, where all that a spike transmits is known to the presynaptic side.
    fn factor(&mut self, row: &[NodeId], sent: Option<NodeId>) -> Option<Vec<NodeId>> {
        let sent = sent.filter(|_| self.own.is_empty() && self.walk.roles.others().next().is_none())?;
        let known = |input: &Input| matches!(input, Input::Pre(_) | Input::SincePre | Input::Time | Input::Weight);
        let roots: Vec<NodeId> = row.iter().copied().chain([sent]).collect();
        let (graph, definitions) = (&mut self.walk.graph, &self.walk.definitions);
        let unknown = |node: Node| matches!(node, Node::State(_) | Node::Convolution { .. });
        if definitions.reached(graph, &roots).into_iter().any(|id| unknown(graph.node(id)))
            || !definitions.inputs(graph, &roots).iter().all(known)
        {
            return None;
        }
        let weight = self.walk.input(Input::Weight);
        let graph = &mut self.walk.graph;
        let weight_leaf = graph.node(weight);
        let leaf = |node: &Node| if *node == weight_leaf { Leaf::Variable } else { Leaf::Fixed };
        let form = linear(graph, sent, &leaf).filter(|form| form.rest.is_none())?;
        let factor = *form.terms.get(&weight)?;
        let factor = self.not_below_zero(factor);
        Some(row[row.len() / 2..].iter().copied().chain([factor]).collect())
    }
}
