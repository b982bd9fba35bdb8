//! What a name stands for, where it stands.

use super::Lowerer;
use super::symbols::{Bound, Meaning, Phase, predefined};
use super::value::{Effect, Value};
use crate::check::Type;
use crate::graph::{Node, NodeId};
use crate::syntax::{Span, Variable};
use crate::unit::{Dimensions, Unit};
use neuropil_core::did_you_mean;

impl Lowerer<'_, '_, '_> {
    /// What a name stands for.
    pub(super) fn named(&mut self, name: &Variable) -> Value {
        let primed = name.primed();
        if let Some(binding) = self.scopes.iter().rev().find_map(|scope| scope.get(&primed)) {
            let binding = binding.clone();
            if name.index.is_some() {
                return self.fault(name.span, format!("`{primed}` is no vector"));
            }
            let node = match binding.bound {
                Bound::Local(local) => self.graph.add(Node::Local(local)),
                Bound::Value(node) => node,
            };
            return Value::new(node, binding.of);
        }
        if self.symbols.contains_key(&primed) {
            return self.symbol(name, &primed);
        }
        if name.order == 0 && name.index.is_none() {
            if name.name == "t" {
                return self.time(name.span);
            }
            if let Some(number) = predefined(&name.name) {
                let node = self.graph.constant(number);
                return Value::new(node, Type::REAL);
            }
            if let Some(unit) = Unit::named(&name.name) {
                return self.unit(&unit);
            }
        }
        if self.model.unread.contains(&name.name) {
            return self.unknown();
        }
        let meant = self.meant(&primed);
        self.fault(name.span, format!("nothing is called `{primed}`{meant}"))
    }

    fn unit(&mut self, unit: &Unit) -> Value {
        let node = self.graph.constant(60f64.powi(unit.sixties));
        Value { exponent: unit.exponent, ..Value::new(node, Type::of(unit.dimensions)) }
    }

    fn time(&mut self, span: Span) -> Value {
        match self.phase {
            Phase::Start => self.fault(span, "`t` has no value before the run begins"),
            Phase::Function => self.fault(span, "functions do not know the time: give them `t` as an argument"),
            _ => {
                let node = self.graph.add(Node::Time);
                Value::new(node, Type::of(Dimensions::TIME))
            }
        }
    }

    /// What was probably meant by a name.
    pub(super) fn meant(&self, name: &str) -> String {
        let locals = self.scopes.iter().flat_map(|scope| scope.keys()).map(String::as_str);
        let mut all: Vec<&str> = locals.chain(self.symbols.keys().map(String::as_str)).collect();
        all.sort_unstable();
        did_you_mean(name, all.into_iter())
    }

    /// A name of the model.
    fn symbol(&mut self, name: &Variable, primed: &str) -> Value {
        let symbol = self.symbols[primed].clone();
        let element = match self.element(name, primed, symbol.size) {
            Some(element) => element,
            None => return self.unknown(),
        };
        let of = symbol.of;
        match symbol.meaning {
            Meaning::Parameter { first } => {
                let node = self.graph.add(Node::Parameter(first + element));
                Value::new(node, of)
            }
            Meaning::Internal { value } => match value {
                Some(node) => Value::new(node, of),
                None => self.unknown(),
            },
            Meaning::State { first } => self.state(first + element, of, name.span, primed),
            Meaning::Inline { value } => match value {
                Some(value) => self.inline(value, of),
                None => self.unknown(),
            },
            Meaning::SpikePort { first } => self.arrivals(first + element, name.span, primed),
            Meaning::InputPort { first } => {
                if matches!(self.phase, Phase::Start | Phase::Kernel | Phase::Function) {
                    return self.fault(name.span, format!("`{primed}` is a continuous port and has no value here"));
                }
                let node = self.graph.add(Node::Input(first + element));
                Value::new(node, of)
            }
            Meaning::Kernel { group, component } if self.phase == Phase::Kernel => {
                let node = self.graph.add(Node::Convolution { block: super::kernel::own(group), component });
                Value::new(node, of)
            }
            Meaning::Kernel { .. } => self
                .fault(name.span, format!("`{primed}` is a kernel: it has a value in `convolve({primed}, port)` only")),
            Meaning::Function { .. } => {
                self.fault(name.span, format!("`{primed}` is a function: give it arguments in brackets"))
            }
        }
    }

    /// The element of a vector that is named; 0 of what is none.
    pub(super) fn element(&mut self, name: &Variable, primed: &str, size: Option<u32>) -> Option<u32> {
        match (size, &name.index) {
            (None, None) => Some(0),
            (Some(size), None) => {
                self.notes
                    .fault(name.span, format!("`{primed}` is a vector of {size}: say which element, `{primed}[0]`"));
                None
            }
            (None, Some(_)) => {
                self.notes.fault(name.span, format!("`{primed}` is no vector"));
                None
            }
            (Some(size), Some(index)) => {
                let (node, of) = self.settled(index);
                if of == Type::Unknown {
                    return None;
                }
                let Some(value) = self.graph.value(node) else {
                    let message = format!("an index is a number here; `{primed}` has elements 0 to {}", size - 1);
                    self.notes.fault(index.span, message);
                    return None;
                };
                if !of.is_whole() || value < 0.0 || value >= f64::from(size) {
                    let message = format!("`{primed}` has elements 0 to {}, but this is {value}", size - 1);
                    self.notes.fault(index.span, message);
                    return None;
                }
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the size")]
                Some(value as u32)
            }
        }
    }

    fn state(&mut self, state: u32, of: Type, span: Span, primed: &str) -> Value {
        match self.phase {
            Phase::Start if self.keeps_states => {
                let node = self.graph.add(Node::State(state));
                Value::new(node, of)
            }
            Phase::Start => match self.starts[state as usize] {
                Some(node) => Value::new(node, of),
                None => self.unknown(),
            },
            Phase::Kernel | Phase::Function => {
                let what = if self.phase == Phase::Kernel { "a kernel" } else { "a function" };
                let message = format!("{what} cannot depend on the state variable `{primed}`");
                let hint = if self.phase == Phase::Function { ": give it as an argument" } else { "" };
                self.fault(span, message + hint)
            }
            _ => {
                let node = self.graph.add(Node::State(state));
                Value::new(node, of)
            }
        }
    }

    /// An inline where it is used: what arrivals do through it has its unit.
    fn inline(&mut self, value: Value, of: Type) -> Value {
        match self.phase {
            Phase::Start => {
                let node = self.at_start(value.node);
                Value::new(node, of)
            }
            _ => Value { effects: value.closed(), of, ..value },
        }
    }

    /// An expression of states with their start values, before anything has arrived.
    fn at_start(&mut self, node: NodeId) -> NodeId {
        let starts = self.starts.clone();
        let zero = self.graph.constant(0.0);
        self.graph.substitute(node, &mut |leaf| match leaf {
            Node::State(state) => starts[state as usize],
            Node::Convolution { .. } | Node::Input(_) | Node::Time => Some(zero),
            _ => None,
        })
    }

    /// A spike port outside of `convolve`.
    fn arrivals(&mut self, port: u32, span: Span, primed: &str) -> Value {
        if self.phase != Phase::Statement {
            return self.fault(
                span,
                format!("`{primed}` is a spike port: here it has a value in `convolve(kernel, {primed})` only"),
            );
        }
        let node = self.graph.add(Node::Arrivals(port));
        let effect = Effect::of(port, Dimensions::RATE, 1e-3);
        Value { exponent: -3, effects: vec![effect], ..Value::new(node, Type::of(Dimensions::RATE)) }
    }
}
