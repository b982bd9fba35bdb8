//! Calls in expressions: predefined functions, `convolve`, random numbers.

use super::Lowerer;
use super::symbols::{Meaning, Phase};
use super::value::{Effect, Value};
use crate::check::{Type, counted};
use crate::graph::{Binary, Draw, Node, NodeId, Unary};
use crate::ir::Kind;
use crate::lower::Role;
use crate::syntax::{Expression, ExpressionKind, Span, Variable};
use crate::unit::Dimensions;
use neuropil_core::did_you_mean;

/// Functions of one number that give a pure number.
const ONE: [(&str, Unary); 13] = [
    ("exp", Unary::Exp),
    ("ln", Unary::Ln),
    ("log10", Unary::Log10),
    ("expm1", Unary::Expm1),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("tan", Unary::Tan),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("tanh", Unary::Tanh),
    ("erf", Unary::Erf),
    ("erfc", Unary::Erfc),
    ("sqrt", Unary::Sqrt),
];
/// Functions of one number that keep its unit.
const KEEP: [(&str, Unary); 4] =
    [("abs", Unary::Abs), ("ceil", Unary::Ceil), ("floor", Unary::Floor), ("round", Unary::Round)];
/// Functions with a meaning of their own in expressions.
const OTHERS: [&str; 12] = [
    "min",
    "max",
    "clip",
    "random_normal",
    "random_uniform",
    "random_poisson",
    "resolution",
    "timestep",
    "steps",
    "convolve",
    "delta",
    "integrate_odes",
];
/// Functions that are statements.
pub(super) const STATEMENTS: [&str; 6] = ["integrate_odes", "emit_spike", "print", "println", "info", "warning"];

/// Whether the language has a function of that name. (`sqrt` it has not; see [`Lowerer::call`].)
pub(super) fn is_predefined(name: &str) -> bool {
    predefined_names().any(|own| own == name) && name != "sqrt"
}

fn predefined_names() -> impl Iterator<Item = &'static str> {
    let names = ONE.iter().map(|(name, _)| *name).chain(KEEP.iter().map(|(name, _)| *name));
    names.chain(OTHERS).chain(STATEMENTS)
}

impl Lowerer<'_, '_, '_> {
    /// The value of a call.
    pub(super) fn call(&mut self, function: &str, place: Span, arguments: &[Expression], span: Span) -> Value {
        if let Some(symbol) = self.symbols.get(function) {
            let meaning = symbol.meaning.clone();
            return match meaning {
                Meaning::Function { at } => self.expand(at, arguments, span),
                Meaning::State { .. } | Meaning::Inline { .. } => {
                    let text = span.of(self.notes.text).lines().next().unwrap_or_default().to_owned();
                    self.broken(place, format!("`{text}`: delayed variables are not supported"))
                }
                other => self.broken(place, format!("`{function}` is {}, not a function", other.article())),
            };
        }
        if function == "sqrt" {
            return self.broken(place, "the language has no `sqrt`: write `x**.5`");
        }
        if let Some((_, op)) = ONE.iter().find(|(name, _)| *name == function) {
            return self.of_one(*op, function, arguments, span);
        }
        if let Some((_, op)) = KEEP.iter().find(|(name, _)| *name == function) {
            return self.keeping(*op, function, arguments, span);
        }
        match function {
            "min" | "max" => self.least(function, arguments, span),
            "clip" => self.clip(arguments, span),
            "random_normal" => self.random(Draw::Normal, function, arguments, span),
            "random_uniform" => self.random(Draw::Uniform, function, arguments, span),
            "random_poisson" => self.random(Draw::Poisson, function, arguments, span),
            "resolution" => self.resolution(function, arguments, span),
            "timestep" => self.elapsed(function, arguments, span),
            "steps" => self.steps(arguments, span),
            "convolve" => self.convolve(arguments, span),
            "delta" => self.broken(place, "`delta(t)` stands alone, as a whole kernel: `kernel k = delta(t)`"),
            name if STATEMENTS.contains(&name) => {
                self.broken(place, format!("`{name}` is a statement and gives no value"))
            }
            name => {
                let own = self.symbols.iter().filter(|(_, symbol)| matches!(symbol.meaning, Meaning::Function { .. }));
                let own = own.map(|(name, _)| name.clone());
                let known = predefined_names().filter(|own| *own != "sqrt").map(str::to_owned);
                let all: Vec<String> = known.chain(own).collect();
                let meant = did_you_mean(name, all.iter().map(String::as_str));
                self.broken(place, format!("no function is called `{name}`{meant}"))
            }
        }
    }

    fn broken(&mut self, span: Span, message: impl Into<String>) -> Value {
        self.notes.fault(span, message);
        self.unknown()
    }

    /// Whether so many arguments were given.
    pub(super) fn counts(&mut self, function: &str, arguments: &[Expression], wanted: usize, span: Span) -> bool {
        if arguments.len() != wanted {
            let s = if wanted == 1 { "" } else { "s" };
            self.notes.fault(span, format!("`{function}` takes {wanted} argument{s}, found {}", arguments.len()));
            return false;
        }
        true
    }

    fn a_number(&mut self, expression: &Expression) -> (NodeId, Type) {
        let (node, of) = self.settled(expression);
        if !matches!(of, Type::Number { .. } | Type::Unknown) {
            self.notes.fault(expression.span, format!("this is {}, expected a number", of.shown()));
            return (node, Type::Unknown);
        }
        (node, of)
    }

    /// The node of a number without a unit.
    fn a_pure_number(&mut self, function: &str, expression: &Expression) -> NodeId {
        let (node, of) = self.a_number(expression);
        if let Some(dimensions) = of.dimensions().filter(|own| *own != Dimensions::ONE) {
            let counted = counted(dimensions);
            let message = format!("{function} of a number in {dimensions}; it is taken as the number of {counted}");
            self.notes.warn_of_units(expression.span, message);
        }
        node
    }

    fn of_one(&mut self, op: Unary, function: &str, arguments: &[Expression], span: Span) -> Value {
        if !self.counts(function, arguments, 1, span) {
            return self.unknown();
        }
        let a = self.a_pure_number(function, &arguments[0]);
        let node = self.graph.unary(op, a);
        Value::new(node, Type::REAL)
    }

    fn keeping(&mut self, op: Unary, function: &str, arguments: &[Expression], span: Span) -> Value {
        if !self.counts(function, arguments, 1, span) {
            return self.unknown();
        }
        let (a, of) = self.a_number(&arguments[0]);
        let node = self.graph.unary(op, a);
        let of = match of {
            Type::Number { dimensions, whole } => {
                Type::Number { dimensions, whole: whole || op != Unary::Abs && dimensions == Dimensions::ONE }
            }
            other => other,
        };
        Value::new(node, of)
    }

    fn least(&mut self, function: &str, arguments: &[Expression], span: Span) -> Value {
        if !self.counts(function, arguments, 2, span) {
            return self.unknown();
        }
        let (a, of_a) = self.a_number(&arguments[0]);
        let (b, of_b) = self.a_number(&arguments[1]);
        let of = self.joined(arguments[1].span, of_a, of_b);
        let node = self.graph.binary(if function == "min" { Binary::Min } else { Binary::Max }, a, b);
        Value::new(node, of)
    }

    fn clip(&mut self, arguments: &[Expression], span: Span) -> Value {
        if !self.counts("clip", arguments, 3, span) {
            return self.unknown();
        }
        let (x, mut of) = self.a_number(&arguments[0]);
        let (low, of_low) = self.a_number(&arguments[1]);
        let (high, of_high) = self.a_number(&arguments[2]);
        of = self.joined(arguments[1].span, of, of_low);
        of = self.joined(arguments[2].span, of, of_high);
        let above = self.graph.binary(Binary::Max, x, low);
        let node = self.graph.binary(Binary::Min, above, high);
        Value::new(node, of)
    }

    fn random(&mut self, draw: Draw, function: &str, arguments: &[Expression], span: Span) -> Value {
        if self.phase != Phase::Statement {
            let message = format!("`{function}` draws in `update`, `onReceive` and `onCondition` only");
            return self.broken(span, message);
        }
        let wanted = if draw == Draw::Poisson { 1 } else { 2 };
        if !self.counts(function, arguments, wanted, span) {
            return self.unknown();
        }
        let (a, mut of) = self.a_number(&arguments[0]);
        let b = match arguments.get(1) {
            Some(second) => {
                let (b, of_b) = self.a_number(second);
                of = self.joined(second.span, of, of_b);
                b
            }
            None => {
                of = Type::INTEGER;
                self.graph.constant(0.0)
            }
        };
        if let Type::Number { dimensions, whole: true } = of
            && draw != Draw::Poisson
        {
            of = Type::of(dimensions);
        }
        let site = self.random_sites;
        self.random_sites += 1;
        let node = self.graph.add(Node::Random { site, draw, a, b });
        Value::new(node, of)
    }

    fn resolution(&mut self, function: &str, arguments: &[Expression], span: Span) -> Value {
        if !self.counts(function, arguments, 0, span) {
            return self.unknown();
        }
        if self.role == Role::Synapse && self.phase == Phase::Statement {
            let message = "a synapse is not advanced on the grid of `resolution()`: use `timestep()`";
            return self.broken(span, message);
        }
        let node = self.graph.add(Node::Resolution);
        Value::new(node, Type::of(Dimensions::TIME))
    }

    fn elapsed(&mut self, function: &str, arguments: &[Expression], span: Span) -> Value {
        if !self.counts(function, arguments, 0, span) {
            return self.unknown();
        }
        if self.phase != Phase::Statement {
            return self.broken(span, "`timestep()` has a value in statements only; elsewhere it is `resolution()`");
        }
        let node = self.graph.add(if self.role == Role::Cell { Node::Resolution } else { Node::Elapsed });
        Value::new(node, Type::of(Dimensions::TIME))
    }

    /// The steps that a duration takes: rounded up, but for what is off the grid by rounding alone.
    fn steps(&mut self, arguments: &[Expression], span: Span) -> Value {
        if !self.counts("steps", arguments, 1, span) {
            return self.unknown();
        }
        let (duration, of) = self.a_number(&arguments[0]);
        let time = Type::of(Dimensions::TIME);
        self.judge(arguments[0].span, crate::check::assigned(time, of, "a duration"));
        let dt = self.graph.add(Node::Resolution);
        let ratio = self.graph.binary(Binary::Div, duration, dt);
        let slack = self.graph.constant(1e-6);
        let ratio = self.graph.binary(Binary::Sub, ratio, slack);
        let node = self.graph.unary(Unary::Ceil, ratio);
        Value::new(node, Type::INTEGER)
    }

    /// A bare name given to `convolve`.
    fn bare<'e>(&mut self, expression: &'e Expression, what: &str) -> Option<&'e Variable> {
        match &expression.kind {
            ExpressionKind::Name(variable) => Some(variable),
            _ => {
                self.notes
                    .fault(expression.span, format!("`convolve` takes the name of {what} here, nothing computed"));
                None
            }
        }
    }

    fn convolve(&mut self, arguments: &[Expression], span: Span) -> Value {
        if !matches!(self.phase, Phase::Equation) {
            return self.broken(span, "`convolve` has a value in equations and inlines only");
        }
        if !self.counts("convolve", arguments, 2, span) {
            return self.unknown();
        }
        let Some(kernel) = self.bare(&arguments[0], "a kernel") else { return self.unknown() };
        let Some(port) = self.bare(&arguments[1], "a spike port") else { return self.unknown() };
        let known = self.symbols.get(&kernel.primed()).map(|symbol| (symbol.meaning.clone(), symbol.of));
        let (group, component, of) = match known {
            Some((Meaning::Kernel { group, component }, of)) => (group, component, of),
            other => {
                let is =
                    other.map_or_else(|| self.meant(&kernel.primed()), |(own, _)| format!(": it is {}", own.article()));
                return self.broken(kernel.span, format!("`{}` is no kernel{is}", kernel.primed()));
            }
        };
        let Some(port) = self.spike_port(port) else { return self.unknown() };
        self.convolution(group, component, port, of)
    }

    /// The spike port that is named; a fault that lists them if there is none.
    pub(super) fn spike_port(&mut self, port: &Variable) -> Option<u32> {
        let symbol = self.symbols.get(&port.primed()).cloned();
        match symbol {
            Some(symbol) => {
                if let Meaning::SpikePort { first } = symbol.meaning {
                    return Some(first + self.element(port, &port.primed(), symbol.size)?);
                }
                self.notes
                    .fault(port.span, format!("`{}` is {}, not a spike port", port.primed(), symbol.meaning.article()));
                None
            }
            None => {
                let ports: Vec<&str> = self.spike_ports.iter().map(|port| port.name.text.as_str()).collect();
                let message = format!("no such spike port; ports: {}", ports.join(", "));
                self.notes.fault(port.span, message);
                None
            }
        }
    }

    /// What a convolution reads, with the effect of its port.
    pub(super) fn convolution_value(&mut self, leaf: Node, port: u32, of: Type, effect: Dimensions) -> Value {
        let node = self.graph.add(leaf);
        let effect = Effect::of(port, effect, 1.0);
        Value { effects: vec![effect], ..Value::new(node, of) }
    }
}

/// How a variable of some type is stored.
pub(super) fn kind_of(of: Type) -> Kind {
    match of {
        Type::Boolean => Kind::Boolean,
        of if of.is_whole() => Kind::Integer,
        _ => Kind::Real,
    }
}
