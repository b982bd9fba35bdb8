//! Start values, internals and inlines, each after what it depends on.

use super::Lowerer;
use super::order::order;
use super::symbols::{Context, Meaning, Phase, Symbol};
use crate::check::{Type, assigned};
use crate::fault::place;
use crate::graph::NodeId;
use crate::ir::{Guard, Output, Recordable};
use crate::syntax::{Declaration, EquationLine, OutputKind, Variable};
use crate::unit::Unit;
use std::collections::BTreeMap;

/// Which block a declaration is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    State,
    Parameters,
    Internals,
    Inline,
}

impl<'m> Lowerer<'_, '_, 'm> {
    /// Start values, internals, inlines and direct kernels, each after what it depends on.
    pub(super) fn values(&mut self) {
        let model = self.model;
        let order = order(model);
        for cycle in &order.cycles {
            let chain = cycle.chain.join(" -> ");
            let is = |name: &String, block: fn(&Meaning) -> bool| {
                self.symbols.get(name).is_some_and(|own| block(&own.meaning))
            };
            let all = |block: fn(&Meaning) -> bool| cycle.chain.iter().all(|name| is(name, block));
            let what = if all(|meaning| matches!(meaning, Meaning::Inline { .. })) {
                "inlines"
            } else if all(|meaning| matches!(meaning, Meaning::Function { .. })) {
                "functions"
            } else {
                "start values"
            };
            self.notes.fault(cycle.span, format!("{what} depend on each other: {chain}"));
        }
        let mut declared: BTreeMap<String, (Block, &'m Declaration, &'m Variable)> = BTreeMap::new();
        let inlines = model.equations.iter().filter_map(|line| match line {
            EquationLine::Inline(declaration) => Some((Block::Inline, declaration)),
            _ => None,
        });
        let all = model.parameters.iter().map(|own| (Block::Parameters, own));
        let all = all.chain(model.internals.iter().map(|own| (Block::Internals, own))).chain(inlines);
        for (block, declaration) in all.chain(model.state.iter().map(|own| (Block::State, own))) {
            for name in &declaration.names {
                declared.entry(name.primed()).or_insert((block, declaration, name));
            }
        }
        for name in &order.names {
            if let Some((block, declaration, variable)) = declared.get(name).copied() {
                self.set(block, declaration, variable);
            } else {
                self.direct_kernel(name);
            }
        }
        self.guards();
    }

    /// Computes one name.
    fn set(&mut self, block: Block, declaration: &'m Declaration, name: &'m Variable) {
        let primed = name.primed();
        let Some(symbol) = self.symbols.get(&primed).cloned() else { return };
        if block == Block::Inline {
            return self.set_inline(declaration, name, symbol);
        }
        let node = match &declaration.value {
            Some(value) => self.within(Phase::Start, |own| own.given(value, symbol.of, &format!("`{primed}`"))),
            None => self.missing(name, &symbol),
        };
        let elements = symbol.size.unwrap_or(1);
        match symbol.meaning {
            Meaning::Parameter { first } => {
                for parameter in first..first + elements {
                    self.parameters[parameter as usize].start = node;
                    self.parameter_order.push(parameter);
                }
            }
            Meaning::Internal { .. } => {
                for element in Self::elements(&primed, symbol.size) {
                    let name = self.name(&element, symbol.unit.clone(), name.span);
                    self.internals.push(Recordable { name, value: node });
                }
                if let Some(own) = self.symbols.get_mut(&primed) {
                    own.meaning = Meaning::Internal { value: Some(node) };
                }
            }
            Meaning::State { first } => {
                for state in first..first + elements {
                    self.states[state as usize].start = node;
                    self.starts[state as usize] = Some(node);
                }
            }
            Meaning::Kernel { group, component } => {
                self.groups[group].variables[component as usize].start = Some(node);
            }
            _ => {}
        }
    }

    fn missing(&mut self, name: &Variable, symbol: &Symbol) -> NodeId {
        if !symbol.of.is_whole() {
            let unit = if symbol.unit.text.is_empty() { String::new() } else { format!(" {}", symbol.unit.text) };
            let (of, zero) = match symbol.of {
                Type::Boolean => ("boolean", "false".to_owned()),
                _ if unit.is_empty() => ("real", "0".to_owned()),
                _ => (unit.trim(), format!("0{unit}")),
            };
            let primed = name.primed();
            self.notes.fault(name.span, format!("`{primed}` has no initial value: write `{primed} {of} = {zero}`"));
        }
        self.graph.constant(0.0)
    }

    fn set_inline(&mut self, declaration: &'m Declaration, name: &'m Variable, symbol: Symbol) {
        let primed = name.primed();
        let Some(expression) = &declaration.value else {
            self.notes.fault(name.span, format!("`{primed}` has no value: write `inline {primed} ... = ...`"));
            return;
        };
        if !matches!(symbol.meaning, Meaning::Inline { .. }) {
            return;
        }
        let dimensions = symbol.of.dimensions().unwrap_or_default();
        self.context = Some(Context { name: primed.clone(), dimensions });
        let value = self.within(Phase::Equation, |own| own.value(expression));
        self.context = None;
        self.judge(expression.span, assigned(symbol.of, value.of, &format!("`{primed}`")));
        let node = value.settled(&mut self.graph);
        let node = self.cut(node, symbol.of, value.of);
        let value = super::value::Value { node, exponent: 0, of: symbol.of, ..value };
        let asked = self.asked(&declaration.decorators);
        if let Some(span) = asked.threshold {
            self.notes.fault(span, "this mark does not belong to an inline");
        }
        if let Some(span) = asked.output {
            if self.output != Output::None {
                self.notes.fault(span, "a second inline marked `@neuropil::output`");
            }
            if self.model.output.is_none_or(|(kind, _)| kind != OutputKind::Continuous) {
                self.notes.fault(span, "`@neuropil::output` belongs to a model with `output: continuous`");
            }
            self.output = Output::Graded(node);
        }
        if declaration.recordable || asked.output.is_some() {
            let named = self.name(&primed, symbol.unit.clone(), name.span);
            self.recordables.push(Recordable { name: named, value: node });
        }
        if declaration.guard.is_some() {
            self.notes.fault(name.span, "an inline has no guard: guards are checked when a cell is built");
        }
        if let Some(own) = self.symbols.get_mut(&primed) {
            own.meaning = Meaning::Inline { value: Some(value) };
        }
    }

    fn guards(&mut self) {
        let model = self.model;
        self.keeps_states = self.role == super::Role::Synapse;
        for declaration in model.parameters.iter().chain(&model.internals).chain(&model.state) {
            let (Some(guard), Some(name)) = (&declaration.guard, declaration.names.first()) else { continue };
            let holds = self.within(Phase::Start, |own| own.condition(guard));
            let unit = self.symbols.get(&name.primed()).map_or_else(Unit::one, |own| own.unit.clone());
            let of = self.name(&name.primed(), unit, name.span);
            let place = place(self.notes.text, guard.span.start as usize);
            self.guards.push(Guard {
                of,
                holds,
                text: Some(guard.span.of(self.notes.text).to_owned()),
                or_zero: false,
                place,
            });
        }
        self.keeps_states = false;
    }
}
