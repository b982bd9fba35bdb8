//! Derivatives of programs: beside every number of a program its derivatives in some directions, forward in the order of its
//! lines. Loops, masks and the parts that the adaptive solver takes stay those of the program.
//!
//! # Equations
//! ```text
//! y = f(a, b):   ẏ = f_a ȧ + f_b ḃ          a variable of a loop: its derivatives are variables beside it
//! ```
//! What does not depend on a direction has no derivative in it, and no line.

use super::builder::{Builder, Section};
use super::code::{Item, Op, Slot, Value};
use super::fixed::Pool;
use crate::calculus::{Algebra, Applied, binary_passes, binary_slope, unary_passes, unary_slope};
use crate::graph::{Binary, Unary};
use std::collections::{BTreeSet, HashMap};

impl Algebra for Builder {
    type Value = Value;

    fn number(&mut self, value: f64) -> Value {
        Builder::number(self, value)
    }

    fn unary(&mut self, op: Unary, a: Value) -> Value {
        self.op(Op::Unary(op), &[a])
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        self.op(Op::Binary(op), &[a, b])
    }

    fn select(&mut self, condition: Value, yes: Value, no: Value) -> Value {
        Builder::select(self, condition, yes, no)
    }
}

/// Where directions begin.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// How many directions.
    pub directions: usize,
    /// What is added to the derivative of a slot in a direction.
    pub at: HashMap<Slot, Vec<(usize, Value)>>,
    /// Slots whose derivatives in some directions are kept only where a mask holds.
    pub kept: HashMap<Slot, (Vec<usize>, Value)>,
}

/// A program with its derivatives.
pub(super) struct WithTangents {
    /// Goes on writing behind it.
    pub builder: Builder,
    /// By slot and direction.
    known: HashMap<(Slot, usize), Value>,
}

impl WithTangents {
    /// The derivative of a value, if it has one.
    pub(super) fn of(&self, value: Value, direction: usize) -> Option<Value> {
        if let Value::Run(slot) = value { self.known.get(&(slot, direction)).copied() } else { None }
    }
}

/// Writes a program once more, with derivatives.
pub(super) fn with_tangents(section: &Section, called: &[Section], pool: Pool, seeds: &Seeds) -> WithTangents {
    let seeded = seeds.at.iter().flat_map(|(slot, own)| own.iter().map(|(direction, _)| (*slot, *direction)));
    let active = active(section, called, seeded.collect());
    let mut writer = Writer {
        builder: Builder::continuing(section, pool),
        called,
        seeds,
        active,
        known: HashMap::new(),
        given: HashMap::new(),
    };
    section.items.iter().for_each(|item| writer.item(item));
    WithTangents { builder: writer.builder, known: writer.known }
}

/// Which slots have a derivative in which direction.
fn active(section: &Section, called: &[Section], seeded: BTreeSet<(Slot, usize)>) -> BTreeSet<(Slot, usize)> {
    let mut active: HashMap<Slot, BTreeSet<usize>> = HashMap::new();
    for (slot, direction) in seeded {
        active.entry(slot).or_default().insert(direction);
    }
    loop {
        let mut changed = false;
        for item in &section.items {
            let found: Vec<(Slot, BTreeSet<usize>)> = match item {
                Item::Compute { slot, op, operands } => {
                    vec![(*slot, passing(*op, operands).flat_map(|from| reached(&active, from)).collect())]
                }
                Item::Copy { variable, from } => vec![(*variable, reached(&active, *from))],
                Item::Adapt(program, _, given, defined) => {
                    let results = called[*program as usize].reaching(called, &active, given);
                    defined.iter().copied().zip(results).collect()
                }
                _ => Vec::new(),
            };
            for (to, from) in found {
                let own = active.entry(to).or_default();
                let before = own.len();
                own.extend(from);
                changed |= own.len() > before;
            }
        }
        if !changed {
            break;
        }
    }
    active.into_iter().flat_map(|(slot, own)| own.into_iter().map(move |direction| (slot, direction))).collect()
}

fn reached(active: &HashMap<Slot, BTreeSet<usize>>, from: Value) -> BTreeSet<usize> {
    match from {
        Value::Run(slot) => active.get(&slot).cloned().unwrap_or_default(),
        _ => BTreeSet::new(),
    }
}

impl Section {
    /// The directions of the results, of those of what is given.
    fn reaching(
        &self,
        called: &[Section],
        outer: &HashMap<Slot, BTreeSet<usize>>,
        given: &[Slot],
    ) -> Vec<BTreeSet<usize>> {
        let mut seeded = BTreeSet::new();
        for item in &self.items {
            if let Item::Compute { slot, op: Op::Given(place), .. } = item {
                let own = outer.get(&given[*place as usize]).cloned().unwrap_or_default();
                seeded.extend(own.into_iter().map(|direction| (*slot, direction)));
            }
        }
        let inside = active(self, called, seeded);
        let of = |value: &Value| match value {
            Value::Run(slot) => inside.iter().filter(|(own, _)| own == slot).map(|(_, direction)| *direction).collect(),
            _ => BTreeSet::new(),
        };
        let results =
            self.items.iter().filter_map(|item| if let Item::Give(value) = item { Some(value) } else { None });
        results.map(of).collect()
    }
}

/// The operands whose derivatives pass through an operation.
fn passing(op: Op, operands: &[Value]) -> impl Iterator<Item = Value> + '_ {
    let places = match op {
        Op::Unary(op) if unary_passes(op) => 0..1,
        Op::Binary(op) if binary_passes(op) => 0..2,
        Op::Select => 1..3,
        Op::Snap | Op::Fill => 0..1,
        _ => 0..0,
    };
    operands[places].iter().copied()
}

struct Writer<'s> {
    builder: Builder,
    called: &'s [Section],
    seeds: &'s Seeds,
    active: BTreeSet<(Slot, usize)>,
    known: HashMap<(Slot, usize), Value>,
    /// In a program that is called: derivatives of what is given, by place and direction.
    given: HashMap<(u32, usize), Value>,
}

impl Writer<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Compute { slot, op, operands } => {
                self.builder.push(item.clone());
                self.compute(*slot, *op, operands);
            }
            Item::Copy { variable, from } => {
                self.builder.push(item.clone());
                self.copy(*variable, *from);
                self.builder.forget();
            }
            Item::Adapt(program, mask, given, defined) => self.adapt(*program, *mask, given, defined),
            // What is stored and given is written behind.
            Item::Store(..) | Item::Fire(_) | Item::Give(_) => {}
            border => {
                self.builder.push(border.clone());
                self.builder.forget();
            }
        }
    }

    fn tangent(&self, value: Value, direction: usize) -> Option<Value> {
        if let Value::Run(slot) = value { self.known.get(&(slot, direction)).copied() } else { None }
    }

    fn compute(&mut self, slot: Slot, op: Op, operands: &[Value]) {
        for direction in 0..self.seeds.directions {
            let mut tangent = match op {
                Op::Given(place) => self.given.get(&(place, direction)).copied(),
                _ => self.applied(slot, op, operands, direction),
            };
            if let Some((own, keep)) = self.seeds.kept.get(&slot)
                && own.contains(&direction)
                && let Some(value) = tangent
            {
                let zero = self.builder.number(0.0);
                tangent = Some(self.builder.select(*keep, value, zero));
            }
            let seeds = self.seeds.at.get(&slot).into_iter().flatten();
            for (_, seed) in seeds.filter(|(own, _)| *own == direction) {
                tangent = Some(match tangent {
                    Some(tangent) => self.builder.binary(Binary::Add, tangent, *seed),
                    None => *seed,
                });
            }
            if let Some(tangent) = tangent {
                self.known.insert((slot, direction), tangent);
            }
        }
    }

    /// The derivative of an operation in a direction.
    fn applied(&mut self, slot: Slot, op: Op, operands: &[Value], direction: usize) -> Option<Value> {
        let value = Value::Run(slot);
        match op {
            Op::Unary(op) => {
                let inner = self.tangent(operands[0], direction)?;
                if op == Unary::Neg {
                    return Some(self.builder.unary(Unary::Neg, inner));
                }
                let slope = unary_slope(&mut self.builder, op, operands[0], value)?;
                Some(self.builder.binary(Binary::Mul, slope, inner))
            }
            Op::Binary(op) => {
                let of = [0, 1].map(|place| self.tangent(operands[place], direction));
                let applied = Applied { op, a: operands[0], b: operands[1], value };
                binary_slope(&mut self.builder, &applied, (of[0], of[1]))
            }
            Op::Select => {
                let of = [1, 2].map(|place| self.tangent(operands[place], direction));
                if of == [None, None] {
                    return None;
                }
                let zero = self.builder.number(0.0);
                let [yes, no] = of.map(|own| own.unwrap_or(zero));
                Some(self.builder.select(operands[0], yes, no))
            }
            Op::Snap | Op::Fill => self.tangent(operands[0], direction),
            _ => None,
        }
    }

    /// A variable of a loop has a variable for each of its derivatives.
    fn copy(&mut self, variable: Slot, from: Value) {
        for direction in 0..self.seeds.directions {
            if !self.active.contains(&(variable, direction)) {
                continue;
            }
            let zero = self.builder.number(0.0);
            let from = self.tangent(from, direction).unwrap_or(zero);
            let own = match self.known.get(&(variable, direction)) {
                Some(Value::Run(own)) => *own,
                _ => self.builder.slot(),
            };
            self.builder.copy(own, from);
            self.known.insert((variable, direction), Value::Run(own));
        }
    }

    /// A program that is called is given derivatives, and gives those of its results.
    fn adapt(&mut self, program: u32, mask: Option<Slot>, given: &[Slot], defined: &[Slot]) {
        let section = &self.called[program as usize];
        let mut given: Vec<Slot> = given.to_vec();
        let mut inside = HashMap::new();
        for (place, slot) in (0_u32..).zip(&given) {
            for direction in 0..self.seeds.directions {
                if let Some(tangent) = self.tangent(Value::Run(*slot), direction) {
                    inside.insert((place, direction), tangent);
                }
            }
        }
        let seeds = Seeds { directions: self.seeds.directions, ..Seeds::default() };
        let seeded = section.items.iter().filter_map(|item| match item {
            Item::Compute { slot, op: Op::Given(place), .. } => Some((*slot, *place)),
            _ => None,
        });
        let seeded = seeded.flat_map(|(slot, place)| {
            inside.keys().filter(move |(own, _)| *own == place).map(move |(_, direction)| (slot, *direction))
        });
        let active = active(section, self.called, seeded.collect());
        let mut called = Writer {
            builder: Builder::continuing(
                section,
                std::mem::replace(&mut self.builder.pool, Pool::new(0.0, Vec::new())),
            ),
            called: self.called,
            seeds: &seeds,
            active,
            known: HashMap::new(),
            given: HashMap::new(),
        };
        // In the order of places and directions: the numbers of slots are the same in every build.
        let mut ordered: Vec<((u32, usize), Value)> = inside.into_iter().collect();
        ordered.sort_by_key(|(key, _)| *key);
        for (key, tangent) in ordered {
            let own = match tangent {
                Value::Run(slot) => {
                    given.push(slot);
                    let place = u32::try_from(given.len() - 1).expect("few values are given");
                    let own = called.builder.slot();
                    called.builder.push(Item::Compute { slot: own, op: Op::Given(place), operands: Vec::new() });
                    Value::Run(own)
                }
                same => same,
            };
            called.given.insert(key, own);
        }
        section.items.iter().for_each(|item| called.item(item));
        let gives =
            section.items.iter().filter_map(|item| if let Item::Give(value) = item { Some(*value) } else { None });
        let mut results: Vec<Value> = gives.collect();
        let good = results.pop().expect("a program gives whether its level was fine enough");
        let mut defined: Vec<Slot> = defined.to_vec();
        let last = defined.pop().expect("as many as results");
        let mut tangents = Vec::new();
        for (result, slot) in results.clone().into_iter().zip(&defined) {
            for direction in 0..self.seeds.directions {
                if let Some(tangent) = called.tangent(result, direction) {
                    results.push(tangent);
                    tangents.push((*slot, direction));
                }
            }
        }
        results.push(good);
        called.builder.give(&results);
        let (own, _, pool) = called.builder.finish();
        self.builder.pool = pool;
        for key in tangents {
            let slot = self.builder.slot();
            defined.push(slot);
            self.known.insert(key, Value::Run(slot));
        }
        defined.push(last);
        let number = u32::try_from(self.builder.called.len()).expect("few programs");
        self.builder.called.push(own);
        self.builder.push(Item::Adapt(number, mask, given, defined));
        self.builder.forget();
    }
}
