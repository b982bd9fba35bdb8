//! Lines that are skipped, and lines that are done again.

use super::*;

impl Builder {
    /// Begins lines that are skipped if `mask` holds nowhere in the tile.
    pub(in crate::machine) fn open(&mut self, mask: Value) -> Region {
        let mask = self.tile(mask);
        let section = self.current();
        section.scopes.push(HashMap::new());
        Region { mask, start: section.items.len() }
    }

    /// Ends them. Where the test costs more than they do, they always run.
    pub(in crate::machine) fn close(&mut self, region: Region) {
        let cheap = |item: &Item| match item {
            Item::Compute { op: Op::Unary(op), .. } => matches!(op, Unary::Neg | Unary::Not | Unary::Abs),
            Item::Compute { op: Op::Binary(op), .. } => !matches!(op, Binary::Pow | Binary::Rem),
            Item::Compute { op, .. } => !matches!(op, Op::Random { .. }),
            _ => false,
        };
        let section = self.current();
        section.scopes.pop();
        let lines = &section.items[region.start..];
        if lines.len() > 4 || !lines.iter().all(cheap) {
            let label = self.label();
            self.current().items.insert(region.start, Item::SkipIfNone(region.mask, label));
            self.push(Item::Label(label));
        }
    }

    /// Begins a loop that runs a known number of times.
    pub(in crate::machine) fn open_repeat(&mut self, initial: &[Value]) -> Loop {
        self.begin(None, initial)
    }

    /// Ends it: its variables take new values. It ends early where the variable `on` is 0 in all cells.
    pub(in crate::machine) fn close_repeat(
        &mut self,
        own: Loop,
        count: Count,
        new: &[Value],
        on: Option<usize>,
    ) -> Vec<Value> {
        self.update(&own.variables, new);
        self.current().scopes.pop();
        self.push(Item::Again(own.counter, count, own.top, on.map(|on| own.variables[on])));
        own.values
    }

    /// Begins a loop that runs while a test holds in some cell of the mask.
    pub(in crate::machine) fn open_loop(&mut self, mask: Option<Value>, initial: &[Value]) -> Loop {
        let everywhere = self.number(1.0);
        let own = self.begin(Some(mask.unwrap_or(everywhere)), initial);
        self.current().loops.push(own.counter);
        own
    }

    /// The cells that go on with the loop: those that have gone so far and for which the test holds.
    pub(in crate::machine) fn go_on(&mut self, own: &Loop, holds: Value) -> Value {
        let so_far = Value::Run(own.going.expect("a loop with a test has a mask"));
        let on = self.op(Op::Binary(Binary::And), &[so_far, holds]);
        let slot = self.tile(on);
        self.push(Item::SkipIfNone(slot, own.end));
        Value::Run(slot)
    }

    /// Ends it: in the cells that went on, its variables take new values.
    pub(in crate::machine) fn close_loop(&mut self, own: Loop, on: Value, new: &[Value]) {
        let new: Vec<Value> = new.iter().zip(&own.values).map(|(new, old)| self.select(on, *new, *old)).collect();
        self.update(&own.variables, &new);
        let going = own.going.expect("a loop with a test has a mask");
        self.push(Item::Copy { variable: going, from: on });
        let section = self.current();
        section.scopes.pop();
        section.loops.pop();
        self.push(Item::Back(own.counter, own.top, going));
        self.push(Item::Label(own.end));
    }

    fn begin(&mut self, mask: Option<Value>, initial: &[Value]) -> Loop {
        let going = mask.map(|mask| self.variable(mask));
        let variables: Vec<Slot> = initial.iter().map(|value| self.variable(*value)).collect();
        let section = self.current();
        let counter = section.counters;
        section.counters += 1;
        let (top, end) = (self.label(), self.label());
        self.push(Item::Begin(counter));
        self.push(Item::Label(top));
        self.current().scopes.push(HashMap::new());
        let values = variables.iter().map(|slot| Value::Run(*slot)).collect();
        Loop { counter, top, end, going, variables, values }
    }

    /// The counters of the two innermost loops around the next line.
    pub(in crate::machine) fn passes(&self) -> [Option<u8>; 2] {
        let loops = &self.sections[0].loops;
        [loops.len().checked_sub(1), loops.len().checked_sub(2)].map(|place| place.map(|place| loops[place]))
    }

    fn variable(&mut self, value: Value) -> Slot {
        let from = self.readable(value);
        let variable = self.slot();
        self.push(Item::Copy { variable, from });
        variable
    }

    /// Gives all variables their new values at once.
    fn update(&mut self, variables: &[Slot], new: &[Value]) {
        let new: Vec<Value> = new.iter().map(|value| self.readable(*value)).collect();
        let mut sources = Vec::new();
        for (variable, value) in variables.iter().zip(new) {
            // A value that is another variable would be overwritten before it is read.
            let other = matches!(value, Value::Run(slot) if slot != *variable && variables.contains(&slot));
            sources.push(if other {
                let own = self.slot();
                self.push(Item::Copy { variable: own, from: value });
                Value::Run(own)
            } else {
                value
            });
        }
        for (variable, from) in variables.iter().zip(sources) {
            if from != Value::Run(*variable) {
                self.push(Item::Copy { variable: *variable, from });
            }
        }
    }
}

/// Lines that are skipped where a mask holds nowhere.
pub(in crate::machine) struct Region {
    mask: Slot,
    start: usize,
}

/// A loop that is written.
pub(in crate::machine) struct Loop {
    counter: u8,
    top: Label,
    end: Label,
    going: Option<Slot>,
    variables: Vec<Slot>,
    /// Its variables.
    pub values: Vec<Value>,
}
