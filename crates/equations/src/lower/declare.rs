//! The names of a model, and their start values in the order of what they depend on.

use super::Lowerer;
use super::call::{is_predefined, kind_of};
use super::kernel::{Given, Group};
use super::symbols::{Meaning, Symbol};
use crate::check::Type;
use crate::fault::place;
use crate::graph::Node;
use crate::ir::{InputPort, Parameter, Recordable, SpikePort, State, Takes};
use crate::syntax::{Declaration, Decorator, EquationLine, ExpressionKind, Port, Span, Variable};
use crate::unit::{Dimensions, Unit};

/// Most elements of a vector.
const MOST_ELEMENTS: f64 = 1024.0;

/// What a decorator asks for.
#[derive(Default)]
pub(super) struct Asked {
    homogeneous: bool,
    pub threshold: Option<Span>,
    pub output: Option<Span>,
}

impl<'m> Lowerer<'_, '_, 'm> {
    /// Enters every name.
    pub(super) fn declare(&mut self) {
        let model = self.model;
        for (at, function) in model.functions.iter().enumerate() {
            self.enter(&function.name, Meaning::Function { at }, Type::Unknown, Unit::one(), None, function.place);
        }
        self.declare_kernels();
        for port in &model.input {
            self.declare_port(port);
        }
        for declaration in &model.parameters {
            self.declare_parameters(declaration);
        }
        for declaration in &model.internals {
            let (of, unit) = self.type_of(&declaration.of);
            self.plain(declaration, "an internal");
            for name in &declaration.names {
                let size = self.size(name);
                self.enter(&name.primed(), Meaning::Internal { value: None }, of, unit.clone(), size, name.span);
            }
        }
        for line in &model.equations {
            if let EquationLine::Inline(declaration) = line {
                self.declare_inline(declaration);
            }
        }
        for declaration in &model.state {
            self.declare_states(declaration);
        }
    }

    /// Enters a name, once.
    pub(super) fn enter(&mut self, name: &str, meaning: Meaning, of: Type, unit: Unit, size: Option<u32>, span: Span) {
        if let Some(known) = self.symbols.get(name) {
            let line = place(self.notes.text, known.span.start as usize).line;
            let message =
                format!("`{name}` is declared twice; it is {} in line {line} as well", known.meaning.article());
            self.notes.fault(span, message);
            return;
        }
        let function = matches!(meaning, Meaning::Function { .. });
        if is_predefined(name) {
            self.notes.fault(span, format!("`{name}` is a function of the language; give this another name"));
        } else if name == "t" {
            self.notes.fault(span, "`t` is the time; give this another name");
        } else if !function && (Unit::named(name).is_some() || super::symbols::predefined(name).is_some()) {
            let what = if Unit::named(name).is_some() { "a unit" } else { "a constant" };
            self.notes.warn(
                span,
                format!("`{name}` is also {what}; everywhere in this model it means {}", meaning.article()),
            );
        }
        self.symbols.insert(name.to_owned(), Symbol { meaning, of, unit, size, span });
    }

    /// Faults of what only inlines and parameters can have.
    fn plain(&mut self, declaration: &Declaration, what: &str) {
        let asked = self.asked(&declaration.decorators);
        let span = declaration.names.first().map_or(Span::default(), |name| name.span);
        if declaration.inline {
            self.notes.fault(span, format!("{what} is no inline: those stand in `equations`"));
        }
        if declaration.recordable && what == "an internal" {
            self.notes.warn(span, "internals never change and are not recorded: `recordable` is ignored");
        }
        for span in [asked.threshold, asked.output].into_iter().flatten() {
            self.notes.fault(span, format!("this mark does not belong to {what}"));
        }
    }

    pub(super) fn asked(&mut self, decorators: &[Decorator]) -> Asked {
        let mut asked = Asked::default();
        for decorator in decorators {
            let span = Some(decorator.span);
            match decorator.name.as_str() {
                "homogeneous" => asked.homogeneous = true,
                "heterogeneous" => {}
                "neuropil::threshold" => asked.threshold = span,
                "neuropil::output" => asked.output = span,
                name if name.starts_with("neuropil::") => {
                    let known = ["neuropil::threshold", "neuropil::output"];
                    let meant = neuropil_core::did_you_mean(name, known.into_iter());
                    self.notes.fault(
                        decorator.span,
                        format!("no mark is called `@{name}`{meant}; marks: @{}", known.join(", @")),
                    );
                }
                name if name.contains("::") => {
                    self.notes
                        .warn(decorator.span, format!("`@{name}` is meant for another program and does nothing here"));
                }
                name => {
                    let known = ["homogeneous", "heterogeneous"];
                    let meant = neuropil_core::did_you_mean(name, known.into_iter());
                    self.notes.fault(decorator.span, format!("no decorator is called `@{name}`{meant}"));
                }
            }
        }
        asked
    }

    /// How many elements a vector has.
    fn size(&mut self, name: &Variable) -> Option<u32> {
        let index = name.index.as_deref()?;
        let internal = |name: &str| {
            let all = self.model.internals.iter();
            let mut own = all.filter(|declaration| declaration.names.iter().any(|own| own.name == name));
            match own.next().and_then(|declaration| declaration.value.as_ref()).map(|value| &value.kind) {
                Some(ExpressionKind::Number { value, whole: true }) => Some(*value),
                _ => None,
            }
        };
        let size = match &index.kind {
            ExpressionKind::Number { value, whole: true } => Some(*value),
            ExpressionKind::Name(size) => internal(&size.name),
            _ => None,
        };
        match size {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
            Some(size) if (1.0..=MOST_ELEMENTS).contains(&size) => Some(size as u32),
            Some(size) => {
                self.notes.fault(index.span, format!("a vector has 1 to {MOST_ELEMENTS} elements, not {size}"));
                Some(1)
            }
            None => {
                let message = "the size of a vector is a number, or an internal that is one; it cannot change";
                self.notes.fault(index.span, message);
                Some(1)
            }
        }
    }

    /// The names of the elements of what may be a vector.
    pub(super) fn elements(text: &str, size: Option<u32>) -> Vec<String> {
        match size {
            None => vec![text.to_owned()],
            Some(size) => (0..size).map(|element| format!("{text}[{element}]")).collect(),
        }
    }

    fn declare_port(&mut self, port: &Port) {
        let size = self.size(&port.name);
        let name = port.name.primed();
        let asked = self.asked(&port.decorators);
        if port.continuous {
            let (of, unit) = match &port.of {
                Some(of) => self.type_of(of),
                None => (Type::REAL, Unit::one()),
            };
            if port.excitatory || port.inhibitory {
                self.notes.fault(port.name.span, "`excitatory` and `inhibitory` are qualifiers of spike ports");
            }
            let first = count(self.input_ports.len());
            for span in [asked.threshold, asked.output].into_iter().flatten() {
                self.notes.fault(span, "this mark does not belong to a continuous port");
            }
            for element in Self::elements(&name, size) {
                let name = self.name(&element, unit.clone(), port.name.span);
                self.input_ports.push(InputPort { name });
            }
            self.enter(&name, Meaning::InputPort { first }, of, unit, size, port.name.span);
        } else {
            if let Some(of) = &port.of {
                self.notes.fault(of.span, "a spike port has no unit");
            }
            for span in [asked.threshold, asked.output].into_iter().flatten() {
                self.notes.fault(span, "this mark does not belong to a spike port");
            }
            let takes = match (port.excitatory, port.inhibitory) {
                (true, false) => Takes::Excitatory,
                (false, true) => Takes::Inhibitory,
                _ => Takes::Any,
            };
            let first = count(self.spike_ports.len());
            for element in Self::elements(&name, size) {
                let name = self.name(&element, Unit::one(), port.name.span);
                self.spike_ports.push(SpikePort { name, takes, effect: None });
            }
            let of = Type::of(Dimensions::RATE);
            self.enter(&name, Meaning::SpikePort { first }, of, Unit::one(), size, port.name.span);
        }
    }

    fn declare_parameters(&mut self, declaration: &Declaration) {
        let (of, unit) = self.type_of(&declaration.of);
        let asked = self.asked(&declaration.decorators);
        if let Some(span) = asked.output {
            self.notes.fault(span, "this mark does not belong to a parameter");
        }
        let zero = self.graph.constant(0.0);
        for name in &declaration.names {
            let first = count(self.parameters.len());
            if let Some(span) = asked.threshold {
                if self.marks.threshold.is_some() {
                    self.notes.fault(span, "a second parameter marked `@neuropil::threshold`");
                }
                self.marks.threshold = Some(first);
            }
            let size = self.size(name);
            for element in Self::elements(&name.primed(), size) {
                let name = self.name(&element, unit.clone(), name.span);
                self.parameters.push(Parameter {
                    name,
                    kind: kind_of(of),
                    start: zero,
                    homogeneous: asked.homogeneous,
                });
            }
            self.enter(&name.primed(), Meaning::Parameter { first }, of, unit.clone(), size, name.span);
        }
    }

    fn declare_inline(&mut self, declaration: &Declaration) {
        let (of, unit) = self.type_of(&declaration.of);
        for name in &declaration.names {
            if name.index.is_some() {
                self.notes.fault(name.span, "an inline cannot be a vector");
            }
            if !declaration.inline {
                self.notes.fault(name.span, "expected `recordable inline`");
            }
            self.enter(&name.primed(), Meaning::Inline { value: None }, of, unit.clone(), None, name.span);
        }
    }

    fn declare_states(&mut self, declaration: &Declaration) {
        let (of, unit) = self.type_of(&declaration.of);
        self.plain(declaration, "a state variable");
        for name in &declaration.names {
            let primed = name.primed();
            let size = self.size(name);
            if let Some(Meaning::Kernel { group, component }) = self.symbols.get(&primed).map(|own| own.meaning.clone())
                && self.groups[group].given == Given::ByEquations
            {
                self.kernel_declared(group, component, name, of, &unit);
                continue;
            }
            let first = count(self.states.len());
            let zero = self.graph.constant(0.0);
            for element in Self::elements(&primed, size) {
                let named = self.name(&element, unit.clone(), name.span);
                let value = self.graph.add(Node::State(count(self.states.len())));
                self.recordables.push(Recordable { name: named.clone(), value });
                self.states.push(State { name: named, kind: kind_of(of), start: zero, derivative: None, timer: None });
                self.starts.push(None);
            }
            self.enter(&primed, Meaning::State { first }, of, unit.clone(), size, name.span);
        }
    }

    fn kernel_declared(&mut self, group: usize, component: u32, name: &Variable, of: Type, unit: &Unit) {
        let own: &mut Group = &mut self.groups[group];
        let variable = &mut own.variables[component as usize];
        if variable.declared {
            self.notes.fault(name.span, format!("`{}` is declared twice", name.primed()));
            return;
        }
        variable.declared = true;
        variable.unit = unit.clone();
        if let Some(symbol) = self.symbols.get_mut(&name.primed()) {
            symbol.of = of;
            symbol.unit = unit.clone();
        }
    }
}

/// A number of things as an index.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
