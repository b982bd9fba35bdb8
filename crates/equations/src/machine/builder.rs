//! Programs as they are written down: equal operations once, loops, masks, and programs that others call.

mod regions;

use super::code::{Count, Item, Label, Op, Slot, Value};
use super::fixed::{FixedId, Pool};
use crate::graph::{Binary, Unary};
use std::collections::HashMap;

/// One program.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    /// Its lines.
    pub items: Vec<Item>,
    /// How many slots there are.
    pub slots: u32,
    /// How many labels there are.
    labels: u32,
    /// How many counters of loops.
    pub counters: u8,
    /// What was computed, by scope: what is in a scope may not have run outside of it.
    scopes: Vec<HashMap<(Op, Vec<Value>), Slot>>,
    /// The counters of the loops that the next line stands in.
    loops: Vec<u8>,
    /// The lines that come before all others.
    head: Vec<Item>,
    /// What the caller gives, in its own slots.
    pub given: Vec<Value>,
}

/// Writes programs.
pub(super) struct Builder {
    /// What is known when the network is built.
    pub pool: Pool,
    /// The program that is written, and those that wait for it.
    sections: Vec<Section>,
    /// Programs that are called, finished.
    pub called: Vec<Section>,
}

impl Builder {
    /// An empty program.
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, sections: vec![Self::section()], called: Vec::new() }
    }

    /// A program that goes on with the slots, labels and counters of another one, which is written into it line by line.
    pub(super) fn continuing(section: &Section, pool: Pool) -> Self {
        let own = Section {
            slots: section.slots,
            labels: section.labels,
            counters: section.counters,
            given: section.given.clone(),
            ..Self::section()
        };
        Self { pool, sections: vec![own], called: Vec::new() }
    }

    /// Forgets what was computed: what follows may run without it, or more often.
    pub(super) fn forget(&mut self) {
        self.current().scopes = vec![HashMap::new()];
    }

    /// Gives a slot a value, which may be the same for all cells.
    pub(super) fn copy(&mut self, variable: Slot, from: Value) {
        let from = self.readable(from);
        self.push(Item::Copy { variable, from });
    }

    /// The results of a program that is called.
    pub(super) fn give(&mut self, results: &[Value]) {
        for value in results {
            let value = self.readable(*value);
            self.push(Item::Give(value));
        }
    }

    /// How a slot is computed, where that is by an operation.
    pub(super) fn definition(&self, wanted: Slot) -> Option<(Op, Vec<Value>)> {
        let items = &self.sections.last()?.items;
        items.iter().rev().find_map(|item| match item {
            Item::Compute { slot, op, operands } if *slot == wanted => Some((*op, operands.clone())),
            _ => None,
        })
    }

    /// The same number in a slot of its own.
    pub(super) fn apart(&mut self, value: Value) -> Slot {
        let from = Value::Run(self.tile(value));
        let negative = self.slot();
        self.push(Item::Compute { slot: negative, op: Op::Unary(Unary::Neg), operands: vec![from] });
        let own = self.slot();
        self.push(Item::Compute { slot: own, op: Op::Unary(Unary::Neg), operands: vec![Value::Run(negative)] });
        own
    }

    fn section() -> Section {
        Section { scopes: vec![HashMap::new()], ..Section::default() }
    }

    fn current(&mut self) -> &mut Section {
        self.sections.last_mut().expect("there is a program")
    }

    /// The main program.
    pub(super) fn finish(mut self) -> (Section, Vec<Section>, Pool) {
        (self.sections.remove(0), self.called, self.pool)
    }

    /// A number.
    pub(super) fn number(&mut self, value: f64) -> Value {
        Value::Fixed(self.pool.number(value))
    }

    /// The number that a value is, if that is known now.
    pub(super) fn known(&self, value: Value) -> Option<f64> {
        if let Value::Fixed(id) = value { self.pool.value(id) } else { None }
    }

    /// A line.
    pub(super) fn push(&mut self, item: Item) {
        self.current().items.push(item);
    }

    /// A new slot.
    pub(super) fn slot(&mut self) -> Slot {
        let section = self.current();
        section.slots += 1;
        Slot(section.slots - 1)
    }

    fn label(&mut self) -> Label {
        let section = self.current();
        section.labels += 1;
        Label(section.labels - 1)
    }

    /// The value of an operation; simplified where that keeps the bits.
    pub(super) fn op(&mut self, op: Op, operands: &[Value]) -> Value {
        let fixed: Option<Vec<FixedId>> =
            operands.iter().map(|value| if let Value::Fixed(id) = value { Some(*id) } else { None }).collect();
        if let (Some(fixed), Op::Unary(_) | Op::Binary(_) | Op::Select | Op::Snap) = (fixed, op) {
            if let Some(same) = self.identity(op, operands) {
                return same;
            }
            return Value::Fixed(self.pool.operation(op, &fixed));
        }
        match self.identity(op, operands) {
            Some(same) => same,
            None => self.compute(op, operands),
        }
    }

    /// The operand that an operation gives back with its bits.
    fn identity(&self, op: Op, operands: &[Value]) -> Option<Value> {
        let known = |place: usize| operands.get(place).and_then(|value| self.known(*value));
        match op {
            Op::Binary(Binary::Mul) if known(0) == Some(1.0) => Some(operands[1]),
            Op::Binary(Binary::Mul | Binary::Div) if known(1) == Some(1.0) => Some(operands[0]),
            Op::Binary(Binary::Add) if known(0) == Some(0.0) => Some(operands[1]),
            Op::Binary(Binary::Add | Binary::Sub) if known(1) == Some(0.0) => Some(operands[0]),
            Op::Select if operands[1] == operands[2] => Some(operands[1]),
            Op::Select => known(0).map(|holds| operands[if holds == 0.0 { 2 } else { 1 }]),
            _ => None,
        }
    }

    fn compute(&mut self, op: Op, operands: &[Value]) -> Value {
        // What differs by cell is read into a tile; the others are operands as they are.
        let mut operands: Vec<Value> = operands.iter().map(|value| self.readable(*value)).collect();
        if !operands.is_empty() && op != Op::Fill && !operands.iter().any(|value| matches!(value, Value::Run(_))) {
            operands[0] = self.define(Op::Fill, vec![operands[0]]);
        }
        if let (Op::Select, false) = (op, matches!(operands[0], Value::Run(_))) {
            operands[0] = self.define(Op::Fill, vec![operands[0]]);
        }
        self.define(op, operands)
    }

    fn define(&mut self, op: Op, operands: Vec<Value>) -> Value {
        let key = (op, operands);
        if let Some(known) = self.current().scopes.iter().rev().find_map(|scope| scope.get(&key)) {
            return Value::Run(*known);
        }
        let slot = self.slot();
        let section = self.current();
        section.items.push(Item::Compute { slot, op, operands: key.1.clone() });
        section.scopes.last_mut().expect("a program has a scope").insert(key, slot);
        Value::Run(slot)
    }

    /// The same value, in a tile if cells have their own.
    fn readable(&mut self, value: Value) -> Value {
        match value {
            Value::Fixed(id) if self.pool.varies(id) => self.define(Op::Column(id), Vec::new()),
            other => other,
        }
    }

    /// The slot of a value, in a tile of its own if it is the same for all cells.
    pub(super) fn tile(&mut self, value: Value) -> Slot {
        match self.readable(value) {
            Value::Run(slot) => slot,
            same => match self.define(Op::Fill, vec![same]) {
                Value::Run(slot) => slot,
                other => unreachable!("{other:?} was defined"),
            },
        }
    }

    /// What is read from outside: a plane, a port. Programs that are called are given it.
    pub(super) fn load(&mut self, op: Op, operands: &[Value]) -> Value {
        if self.sections.len() == 1 {
            return self.define(op, operands.to_vec());
        }
        let own = self.sections.pop().expect("there is one");
        let value = self.load(op, operands);
        self.sections.push(own);
        self.given(value)
    }

    /// A value of the calling program, in this one.
    pub(super) fn given(&mut self, value: Value) -> Value {
        let Value::Run(_) = value else { return value };
        let known = self.current().given.iter().position(|own| *own == value);
        let place = known.unwrap_or_else(|| {
            self.current().given.push(value);
            self.current().given.len() - 1
        });
        let place = u32::try_from(place).expect("few values are given");
        // Given values stand in the outermost scope: the caller sets them before the first line.
        let key = (Op::Given(place), Vec::new());
        if let Some(slot) = self.current().scopes[0].get(&key) {
            return Value::Run(*slot);
        }
        let slot = self.slot();
        let section = self.current();
        section.head.push(Item::Compute { slot, op: Op::Given(place), operands: Vec::new() });
        section.scopes[0].insert(key, slot);
        Value::Run(slot)
    }

    /// `yes` where `mask` holds, else `no`.
    pub(super) fn select(&mut self, mask: Value, yes: Value, no: Value) -> Value {
        self.op(Op::Select, &[mask, yes, no])
    }

    /// Both hold; `None` is everywhere.
    pub(super) fn and(&mut self, outer: Option<Value>, inner: Value) -> Value {
        match outer {
            None => inner,
            Some(outer) => self.op(Op::Binary(Binary::And), &[outer, inner]),
        }
    }

    /// Where `mask` does not hold.
    pub(super) fn not(&mut self, mask: Value) -> Value {
        self.op(Op::Unary(Unary::Not), &[mask])
    }

    /// Begins a program that this one calls.
    pub(super) fn open_program(&mut self) {
        self.sections.push(Self::section());
    }

    /// Ends it: its results for the cells of `mask`. The last tells whether the level was fine enough.
    pub(super) fn close_program(&mut self, mask: Option<Value>, results: &[Value]) -> Vec<Value> {
        self.give(results);
        let mut own = self.sections.pop().expect("there is one");
        let head = std::mem::take(&mut own.head);
        own.items.splice(0..0, head);
        let given: Vec<Slot> = own.given.clone().iter().map(|value| self.tile(*value)).collect();
        let mask = mask.map(|mask| self.tile(mask));
        let defined: Vec<Slot> = results.iter().map(|_| self.slot()).collect();
        let program = u32::try_from(self.called.len()).expect("few programs");
        self.called.push(own);
        self.push(Item::Adapt(program, mask, given, defined.clone()));
        defined.into_iter().map(Value::Run).collect()
    }
}
