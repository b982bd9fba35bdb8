//! From slots to registers: what nothing reads is dropped, multiplications join additions, and registers are given out.

use super::builder::Section;
use super::code::{Count, Item, Label, OPERANDS, Op, Slot, Value};
use super::fixed::{FixedId, Pool};
use crate::graph::Binary;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The bit of an operand that is a number for all cells, and no register.
pub(super) const CONSTANT: u16 = 0x8000;
/// Where the times of a step stand among those numbers.
pub(super) const BEGIN: usize = 0;
/// The end's.
pub(super) const END: usize = 1;

/// One line of a program that runs.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// Computes a register.
    Compute { op: Op, to: u16, of: [u16; OPERANDS] },
    /// Reads a number that cells have their own of.
    Column { to: u16, place: usize },
    /// Copies a register or number.
    Copy { to: u16, from: u16 },
    /// Goes elsewhere if the mask holds nowhere.
    SkipIfNone { mask: u16, to: usize },
    /// Sets a counter to 0.
    Begin(u8),
    /// Counts, and goes back while there is more to do; not, before the last level, where the mask holds nowhere.
    Again { counter: u8, count: Count, to: usize, on: Option<u16> },
    /// Counts, and goes back.
    Back { counter: u8, to: usize, mask: u16 },
    /// Writes a plane.
    Store { plane: u32, from: u16 },
    /// Writes who fires.
    Fire { from: u16 },
    /// Asks for the adaptive solver.
    Adapt(u32),
}

/// What a call of the adaptive solver takes and gives.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The program.
    pub program: usize,
    /// The cells.
    pub mask: Option<u16>,
    /// The registers that it is given, in the order of its `given`.
    pub given: Vec<u16>,
    /// The registers that it sets.
    pub defined: Vec<u16>,
}

/// A program that runs.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its calls, in the order of [`Line::Adapt`].
    pub calls: Vec<Call>,
    /// How many registers it needs.
    pub registers: usize,
    /// The numbers that are the same in all cells, behind the two times.
    pub constants: Vec<FixedId>,
    /// The numbers that cells have their own of, and the registers that programs that are called have them in.
    pub columns: Vec<FixedId>,
    /// Registers of what the caller gives, as far as it is read: place and register.
    pub given: Vec<(usize, u16)>,
    /// Registers of columns, for programs that are called.
    pub column_registers: Vec<(usize, u16)>,
    /// Where results lie.
    pub results: Vec<u16>,
    /// How many counters there are.
    pub counters: usize,
}

/// Gives out the registers of a program that calls `called`.
pub(super) fn allocate(section: Section, called: &[Program], pool: &Pool) -> Program {
    let mut items = section.items;
    for item in &mut items {
        if let Item::Adapt(program, _, given, _) = item {
            let read = &called[*program as usize].given;
            *given = read.iter().map(|(place, _)| given[*place]).collect();
        }
    }
    let mut items = fused(without_unread(items));
    if items.iter().any(|item| matches!(item, Item::Give(..))) {
        // What the caller sets is there before the first line.
        let is_set = |item: &Item| matches!(item, Item::Compute { op: Op::Given(_) | Op::Column(_), .. });
        items.sort_by_key(|item| !is_set(item));
    }
    Allocation::new(items, pool, usize::from(section.counters)).finish(called)
}

/// Without what nothing reads.
fn without_unread(items: Vec<Item>) -> Vec<Item> {
    let mut writers: HashMap<Slot, Vec<usize>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        item.writes().into_iter().for_each(|slot| writers.entry(slot).or_default().push(place));
    }
    let lasting = |item: &Item| !matches!(item, Item::Compute { .. } | Item::Copy { .. });
    let mut kept: Vec<bool> = items.iter().map(lasting).collect();
    let mut open: Vec<usize> = (0..items.len()).filter(|place| kept[*place]).collect();
    while let Some(place) = open.pop() {
        for slot in items[place].reads() {
            for writer in writers.get(&slot).into_iter().flatten() {
                if !kept[*writer] {
                    kept[*writer] = true;
                    open.push(*writer);
                }
            }
        }
    }
    items.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(item, _)| item).collect()
}

/// With multiplications that one addition behind them reads as a part of it. Both roundings stay.
fn fused(mut items: Vec<Item>) -> Vec<Item> {
    let mut reads: HashMap<Slot, usize> = HashMap::new();
    let mut places: HashMap<Slot, (usize, usize)> = HashMap::new();
    let mut stretch = 0;
    for (place, item) in items.iter().enumerate() {
        stretch += usize::from(item.is_border());
        item.reads().into_iter().for_each(|slot| *reads.entry(slot).or_default() += 1);
        item.writes().into_iter().for_each(|slot| {
            places.insert(slot, (place, stretch));
        });
    }
    let mut gone = BTreeSet::new();
    let mut stretch = 0;
    for place in 0..items.len() {
        stretch += usize::from(items[place].is_border());
        let Item::Compute { slot, op: Op::Binary(op @ (Binary::Add | Binary::Sub)), operands } = &items[place] else {
            continue;
        };
        let product = |value: Value| -> Option<(usize, Value, Value)> {
            let Value::Run(factor) = value else { return None };
            let (own, of_stretch) = places[&factor];
            let single = reads[&factor] == 1 && of_stretch == stretch && !gone.contains(&own);
            match &items[own] {
                Item::Compute { op: Op::Binary(Binary::Mul), operands, .. } if single => {
                    // A register comes first.
                    let (a, b) = (operands[0], operands[1]);
                    Some(if matches!(a, Value::Run(_)) { (own, a, b) } else { (own, b, a) })
                }
                _ => None,
            }
        };
        let (left, right) = (operands[0], operands[1]);
        let is_number = |value: Value| !matches!(value, Value::Run(_));
        let found = match (op, product(left), product(right)) {
            (Binary::Add, Some((first, a, b)), Some((second, c, d))) if is_number(b) && is_number(d) => {
                gone.insert(first);
                Some((second, Op::Products, vec![a, b, c, d]))
            }
            (Binary::Add, _, Some((own, a, b))) => Some((own, Op::MultiplyAdd, vec![a, b, left])),
            (Binary::Add, Some((own, a, b)), _) => Some((own, Op::MultiplyAdd, vec![a, b, right])),
            (Binary::Sub, _, Some((own, a, b))) => Some((own, Op::SubtractProduct, vec![a, b, left])),
            (Binary::Sub, Some((own, a, b)), _) => Some((own, Op::MultiplySubtract, vec![a, b, right])),
            _ => None,
        };
        if let Some((own, op, operands)) = found {
            gone.insert(own);
            items[place] = Item::Compute { slot: *slot, op, operands };
        }
    }
    items.into_iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, item)| item).collect()
}

/// Registers as they are given out.
struct Allocation {
    items: Vec<Item>,
    /// The last line that reads or writes a slot.
    last: BTreeMap<Slot, usize>,
    registers: HashMap<Slot, u16>,
    free: BTreeSet<u16>,
    used: u16,
    constants: Vec<FixedId>,
    columns: Vec<FixedId>,
    called: bool,
    counters: usize,
}

impl Allocation {
    fn new(items: Vec<Item>, pool: &Pool, counters: usize) -> Self {
        let mut first: HashMap<Slot, usize> = HashMap::new();
        let mut last: BTreeMap<Slot, usize> = BTreeMap::new();
        let mut labels = HashMap::new();
        let mut constants: BTreeSet<FixedId> = BTreeSet::new();
        let mut columns: BTreeSet<FixedId> = BTreeSet::new();
        for (place, item) in items.iter().enumerate() {
            for slot in item.reads().into_iter().chain(item.writes()) {
                first.entry(slot).or_insert(place);
                last.insert(slot, place);
            }
            if let Item::Label(label) = item {
                labels.insert(*label, place);
            }
            for value in fixed(item) {
                if pool.varies(value) {
                    columns.insert(value)
                } else {
                    constants.insert(value)
                };
            }
        }
        // What was set before a loop and is read in it is read again in the next pass.
        for (end, item) in items.iter().enumerate() {
            if let Item::Again(_, _, label, _) | Item::Back(_, label, _) = item {
                let start = labels[label];
                for (slot, last) in &mut last {
                    if first[slot] < start && *last > start && *last < end {
                        *last = end;
                    }
                }
            }
        }
        let called = items.iter().any(|item| matches!(item, Item::Give(..)));
        Self {
            items,
            last,
            registers: HashMap::new(),
            free: BTreeSet::new(),
            used: 0,
            constants: constants.into_iter().collect(),
            columns: columns.into_iter().collect(),
            called,
            counters,
        }
    }

    fn register(&mut self, slot: Slot) -> u16 {
        if let Some(known) = self.registers.get(&slot) {
            return *known;
        }
        let register = self.free.pop_first().unwrap_or_else(|| {
            self.used += 1;
            assert!(self.used < CONSTANT, "a program has fewer than 2^15 registers");
            self.used - 1
        });
        self.registers.insert(slot, register);
        register
    }

    fn operand(&self, value: Value) -> u16 {
        let constant = |place: usize| CONSTANT | u16::try_from(place).expect("fewer than 2^15 numbers");
        match value {
            Value::Run(slot) => self.registers[&slot],
            Value::Begin => constant(BEGIN),
            Value::End => constant(END),
            Value::Fixed(id) => constant(2 + self.constants.binary_search(&id).expect("listed before")),
        }
    }

    fn finish(mut self, called: &[Program]) -> Program {
        let items = std::mem::take(&mut self.items);
        let mut labels = HashMap::new();
        let mut line = 0;
        for item in &items {
            if let Item::Label(label) = item {
                labels.insert(*label, line);
            } else {
                line += usize::from(!self.is_given(item));
            }
        }
        let mut expiring: HashMap<usize, Vec<Slot>> = HashMap::new();
        self.last.iter().for_each(|(slot, last)| expiring.entry(*last).or_default().push(*slot));
        let mut program = Program {
            lines: Vec::new(),
            calls: Vec::new(),
            registers: 0,
            constants: self.constants.clone(),
            columns: self.columns.clone(),
            given: Vec::new(),
            column_registers: Vec::new(),
            results: Vec::new(),
            counters: self.counters,
        };
        // Results of a program that is called stay: the caller reads them when it has ended.
        let kept: BTreeSet<Slot> =
            items.iter().filter(|item| matches!(item, Item::Give(..))).flat_map(Item::reads).collect();
        for (place, item) in items.iter().enumerate() {
            item.writes().into_iter().for_each(|slot| {
                self.register(slot);
            });
            self.line(item, &labels, &mut program, called);
            // Registers are free behind the line: none is given to what the line itself computes.
            for slot in expiring.remove(&place).unwrap_or_default() {
                if !kept.contains(&slot)
                    && let Some(register) = self.registers.get(&slot)
                {
                    self.free.insert(*register);
                }
            }
        }
        program.registers = usize::from(self.used);
        program
    }

    /// Whether the caller sets the register before the program begins.
    fn is_given(&self, item: &Item) -> bool {
        match item {
            Item::Compute { op: Op::Given(_), .. } | Item::Give(..) => true,
            Item::Compute { op: Op::Column(_), .. } => self.called,
            _ => false,
        }
    }

    fn line(&mut self, item: &Item, labels: &HashMap<Label, usize>, program: &mut Program, called: &[Program]) {
        let place_of = |columns: &[FixedId], id: FixedId| columns.binary_search(&id).expect("listed before");
        let line = match item {
            Item::Compute { slot, op, operands } => {
                let to = self.registers[slot];
                match op {
                    Op::Given(place) => return program.given.push((*place as usize, to)),
                    Op::Column(id) if self.called => {
                        return program.column_registers.push((place_of(&self.columns, *id), to));
                    }
                    Op::Column(id) => {
                        program.lines.push(Line::Column { to, place: place_of(&self.columns, *id) });
                        return;
                    }
                    _ => {}
                }
                let mut of = [0; OPERANDS];
                of.iter_mut().zip(operands).for_each(|(own, value)| *own = self.operand(*value));
                Line::Compute { op: *op, to, of }
            }
            Item::Copy { variable, from } => Line::Copy { to: self.registers[variable], from: self.operand(*from) },
            Item::SkipIfNone(mask, label) => Line::SkipIfNone { mask: self.registers[mask], to: labels[label] },
            Item::Label(_) => return,
            Item::Begin(counter) => Line::Begin(*counter),
            Item::Again(counter, count, label, on) => {
                let on = on.map(|on| self.registers[&on]);
                Line::Again { counter: *counter, count: *count, to: labels[label], on }
            }
            Item::Back(counter, label, mask) => {
                Line::Back { counter: *counter, to: labels[label], mask: self.registers[mask] }
            }
            Item::Store(plane, value) => Line::Store { plane: *plane, from: self.operand(*value) },
            Item::Fire(value) => Line::Fire { from: self.operand(*value) },
            Item::Give(value) => {
                return program.results.push(self.operand(*value));
            }
            Item::Adapt(number, mask, given, defined) => {
                let registers = |slots: &[Slot]| slots.iter().map(|slot| self.registers[slot]).collect();
                let mask = mask.map(|mask| self.registers[&mask]);
                debug_assert!((*number as usize) < called.len());
                program.calls.push(Call {
                    program: *number as usize,
                    mask,
                    given: registers(given),
                    defined: registers(defined),
                });
                Line::Adapt(u32::try_from(program.calls.len() - 1).expect("few calls"))
            }
        };
        program.lines.push(line);
    }
}

/// The fixed numbers that an item reads.
fn fixed(item: &Item) -> Vec<FixedId> {
    let of = |values: &[Value]| {
        values.iter().filter_map(|value| if let Value::Fixed(id) = value { Some(*id) } else { None }).collect()
    };
    match item {
        Item::Compute { op: Op::Column(id), .. } => vec![*id],
        Item::Compute { operands, .. } => of(operands),
        Item::Copy { from, .. } => of(&[*from]),
        Item::Store(_, value) | Item::Fire(value) | Item::Give(value) => of(&[*value]),
        _ => Vec::new(),
    }
}
