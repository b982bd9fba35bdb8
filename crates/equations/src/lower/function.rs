//! Functions of the model, expanded where they are called: a body of statements becomes one expression.

use super::Lowerer;
use super::symbols::{Binding, Bound, Phase};
use super::value::Value;
use crate::check::{Type, assigned, declared};
use crate::graph::NodeId;
use crate::syntax::{Expression, Function, Infix, Line, LineKind, Span, TypeKind, Variable};
use std::collections::HashMap;

/// Most passes of a loop in a function: it is written out.
const MOST_PASSES: usize = 1000;
/// Most functions that call each other.
const MOST_FUNCTIONS: usize = 16;

/// What was returned so far: where it was, and what.
struct Returned {
    /// 1 where a `return` was passed.
    done: NodeId,
    value: NodeId,
}

impl Lowerer<'_, '_, '_> {
    /// The value of a call of a function of the model.
    pub(super) fn expand(&mut self, at: usize, arguments: &[Expression], span: Span) -> Value {
        let model = self.model;
        let function = &model.functions[at];
        if !self.counts(&function.name, arguments, function.arguments.len(), span) {
            return self.unknown();
        }
        let mut nodes = Vec::new();
        for (argument, given) in function.arguments.iter().zip(arguments) {
            let (node, of) = self.settled(given);
            if let Ok((wanted, _)) = declared(&argument.of, self.notes.text) {
                let what = format!("`{}` of `{}`", argument.name, function.name);
                self.judge(given.span, assigned(wanted, of, &what));
            }
            nodes.push(node);
        }
        let of = self.returns(function);
        if of == Type::Void {
            self.notes.fault(span, format!("`{}` returns nothing", function.name));
            return self.unknown();
        }
        if self.expanding.contains(&at) {
            // The cycle itself is a fault of its own.
            return Value { of: Type::Unknown, ..self.unknown() };
        }
        if self.expanding.len() >= MOST_FUNCTIONS {
            self.notes.fault(span, format!("more than {MOST_FUNCTIONS} functions that call each other"));
            return self.unknown();
        }
        let key = (at, nodes.clone());
        let node = match self.expanded.get(&key) {
            Some(known) => *known,
            None => {
                let node = self.body_of(at, function, &nodes);
                self.expanded.insert(key, node);
                node
            }
        };
        Value::new(node, of)
    }

    /// What a function returns.
    pub(super) fn returns(&mut self, function: &Function) -> Type {
        match &function.returns {
            None => Type::Void,
            Some(name) if name.kind == TypeKind::Void => Type::Void,
            Some(name) => declared(name, self.notes.text).map_or(Type::Unknown, |(of, _)| of),
        }
    }

    /// The value of a body with its arguments given.
    pub(super) fn body_of(&mut self, at: usize, function: &Function, arguments: &[NodeId]) -> NodeId {
        self.expanding.push(at);
        let mut scope = HashMap::new();
        for (argument, node) in function.arguments.iter().zip(arguments) {
            let of = declared(&argument.of, self.notes.text).map_or(Type::Unknown, |(of, _)| of);
            scope.insert(argument.name.clone(), Binding { of, bound: Bound::Value(*node) });
        }
        let outer = std::mem::replace(&mut self.scopes, vec![scope]);
        let zero = self.graph.constant(0.0);
        let mut returned = Returned { done: zero, value: zero };
        let of = self.returns(function);
        self.within(Phase::Function, |own| own.run(&function.body, of, &mut returned));
        if of != Type::Void && self.graph.value(returned.done) == Some(0.0) {
            self.notes.fault(function.place, format!("`{}` returns nothing on any way through it", function.name));
        }
        self.scopes = outer;
        self.expanding.pop();
        returned.value
    }

    /// Runs the statements of a function on expressions.
    fn run(&mut self, lines: &[Line], of: Type, returned: &mut Returned) {
        for line in lines {
            if !self.has_room(line.span) {
                return;
            }
            match &line.kind {
                LineKind::Local(declaration) => {
                    let (own, _) = self.type_of(&declaration.of);
                    let node = match &declaration.value {
                        Some(value) => self.given(value, own, "the variable"),
                        None => self.graph.constant(0.0),
                    };
                    for name in &declaration.names {
                        let binding = Binding { of: own, bound: Bound::Value(node) };
                        if let Some(scope) = self.scopes.last_mut() {
                            scope.insert(name.primed(), binding);
                        }
                    }
                }
                LineKind::Assign { target, with, value } => self.rebind(target, *with, value),
                LineKind::Return(value) => self.give_back(line.span, value.as_ref(), of, returned),
                LineKind::If { arms, otherwise } => {
                    let arms: Vec<(&Expression, &[Line])> =
                        arms.iter().map(|arm| (&arm.condition, arm.body.as_slice())).collect();
                    self.branch(&arms, otherwise, of, returned);
                }
                LineKind::For { variable, from, to, step, body, .. } => {
                    self.unrolled(Counted { variable, from, to, step: *step }, body, of, returned);
                }
                LineKind::While(_) => {
                    self.notes
                        .fault(line.span, "`while` is not supported in a function: use `for` with constant bounds");
                }
                LineKind::Call(call) => {
                    self.notes.warn(call.span, "a call that stands alone does nothing in a function");
                }
            }
        }
    }

    /// A value assigned to something of type `of`, as a node.
    pub(super) fn given(&mut self, value: &Expression, of: Type, what: &str) -> NodeId {
        let (node, found) = self.settled(value);
        self.judge(value.span, assigned(of, found, what));
        self.cut(node, of, found)
    }

    /// What is behind the point is cut off what is assigned to an integer.
    pub(super) fn cut(&mut self, node: NodeId, of: Type, found: Type) -> NodeId {
        if of.is_whole() && !found.is_whole() { self.graph.unary(crate::graph::Unary::Trunc, node) } else { node }
    }

    fn rebind(&mut self, target: &Variable, with: Option<Infix>, value: &Expression) {
        let name = target.primed();
        let Some(binding) = self.scopes.iter().rev().find_map(|scope| scope.get(&name)).cloned() else {
            let message = format!("`{name}` is not a variable of this function; functions change nothing outside");
            self.notes.fault(target.span, message);
            return;
        };
        let right = self.combined(target, with, value);
        self.judge(value.span, assigned(binding.of, right.of, &format!("`{name}`")));
        let node = right.settled(&mut self.graph);
        let node = self.cut(node, binding.of, right.of);
        for scope in self.scopes.iter_mut().rev() {
            if let Some(own) = scope.get_mut(&name) {
                own.bound = Bound::Value(node);
                return;
            }
        }
    }

    fn give_back(&mut self, span: Span, value: Option<&Expression>, of: Type, returned: &mut Returned) {
        let node = match (value, of) {
            (None, Type::Void) => self.graph.constant(0.0),
            (None, _) => {
                self.notes.fault(span, format!("this function returns {}: give a value", of.shown()));
                return;
            }
            (Some(value), Type::Void) => {
                self.notes.fault(value.span, "this function was declared without a type and returns nothing");
                return;
            }
            (Some(value), _) => self.given(value, of, "what the function returns"),
        };
        returned.value = self.graph.select(returned.done, returned.value, node);
        returned.done = self.graph.constant(1.0);
    }

    /// Both branches, joined variable by variable.
    fn branch(&mut self, arms: &[(&Expression, &[Line])], otherwise: &[Line], of: Type, returned: &mut Returned) {
        let Some(((condition, body), rest)) = arms.split_first() else {
            self.scopes.push(HashMap::new());
            self.run(otherwise, of, returned);
            self.scopes.pop();
            return;
        };
        let condition = self.condition(condition);
        let before = self.scopes.clone();
        let (done, value) = (returned.done, returned.value);
        self.scopes.push(HashMap::new());
        self.run(body, of, returned);
        self.scopes.pop();
        let yes = std::mem::replace(&mut self.scopes, before);
        let (done_yes, value_yes) = (returned.done, returned.value);
        (returned.done, returned.value) = (done, value);
        self.branch(rest, otherwise, of, returned);
        returned.done = self.graph.select(condition, done_yes, returned.done);
        returned.value = self.graph.select(condition, value_yes, returned.value);
        for (place, scope) in yes.into_iter().enumerate() {
            let mut names: Vec<(String, Binding)> = scope.into_iter().collect();
            names.sort_by(|a, b| a.0.cmp(&b.0));
            for (name, binding) in names {
                let other = self.scopes[place].get(&name).map(|own| own.bound.clone());
                if let (Bound::Value(a), Some(Bound::Value(b))) = (&binding.bound, other) {
                    let node = self.graph.select(condition, *a, b);
                    self.scopes[place].insert(name, Binding { bound: Bound::Value(node), ..binding });
                }
            }
        }
    }

    fn unrolled(&mut self, counted: Counted<'_>, body: &[Line], of: Type, returned: &mut Returned) {
        let (from, _) = self.settled(counted.from);
        let (to, _) = self.settled(counted.to);
        let (Some(from), Some(to)) = (self.graph.value(from), self.graph.value(to)) else {
            self.notes.fault(counted.to.span, "the bounds of a loop in a function are numbers that are written out");
            return;
        };
        let name = counted.variable.primed();
        if !self.scopes.iter().any(|scope| scope.contains_key(&name)) {
            self.notes.fault(counted.variable.span, format!("declare `{name}` before the loop: `{name} integer = 0`"));
            return;
        }
        let mut value = from;
        for pass in 0.. {
            let goes_on = if counted.step > 0.0 { value < to } else { value > to };
            if !goes_on || self.full {
                return;
            }
            if pass == MOST_PASSES {
                self.notes.fault(counted.to.span, format!("more than {MOST_PASSES} passes of a loop in a function"));
                return;
            }
            let node = self.graph.constant(value);
            for scope in self.scopes.iter_mut().rev() {
                if let Some(own) = scope.get_mut(&name) {
                    own.bound = Bound::Value(node);
                    break;
                }
            }
            self.scopes.push(HashMap::new());
            self.run(body, of, returned);
            self.scopes.pop();
            value += counted.step;
        }
    }

    /// Checks the bodies of all functions, also of those that nothing calls.
    pub(super) fn check_functions(&mut self) {
        let model = self.model;
        for (at, function) in model.functions.iter().enumerate() {
            for argument in &function.arguments {
                self.type_of(&argument.of);
            }
            if let Some(name) = &function.returns
                && let Err((span, message)) = declared(name, self.notes.text)
            {
                self.notes.fault(span, message);
            }
            // Any numbers do: leaves that nothing else names.
            let leaves = (0u32..).map(|i| crate::graph::Node::Local(u32::MAX - i));
            let nodes: Vec<NodeId> = leaves.take(function.arguments.len()).map(|leaf| self.graph.add(leaf)).collect();
            self.body_of(at, function, &nodes);
        }
    }

    /// The right-hand side of `x += e`.
    pub(super) fn combined(&mut self, target: &Variable, with: Option<Infix>, value: &Expression) -> Value {
        let Some(op) = with else { return self.value(value) };
        let left =
            Expression { kind: crate::syntax::ExpressionKind::Name(target.clone()), span: target.span, depth: 1 };
        let kind = crate::syntax::ExpressionKind::Infix(op, Box::new(left), Box::new(value.clone()));
        self.value(&Expression { kind, span: target.span.to(value.span), depth: value.depth + 1 })
    }
}

/// `for i in a ... b step c`.
struct Counted<'a> {
    variable: &'a Variable,
    from: &'a Expression,
    to: &'a Expression,
    step: f64,
}
