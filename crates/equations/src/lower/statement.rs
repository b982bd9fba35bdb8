//! Statements of `update`, handlers and conditions.

use super::Lowerer;
use super::call::kind_of;
use super::declare::count;
use super::symbols::{Binding, Bound, Meaning, Phase};
use crate::check::{Type, Verdict, assigned};
use crate::fault::place;
use crate::graph::{Binary, Node};
use crate::ir::{Condition, Handler, Printed, Statement, Target};
use crate::syntax::{Arm, Declaration, Expression, ExpressionKind, Infix, Line, LineKind, Model, Span, Variable};
use std::collections::HashMap;

impl<'m> Lowerer<'_, '_, 'm> {
    /// `update`, handlers and conditions, and the functions that nothing calls.
    pub(super) fn bodies(&mut self) {
        let model = self.model;
        self.update = self.body(&model.update);
        let mut handlers = Vec::new();
        for handler in &model.on_receive {
            let port = self.spike_port_of(handler);
            let body = self.body(&handler.body);
            if let Some(port) = port {
                let place = place(self.notes.text, handler.span.start as usize);
                handlers.push(Handler { port, priority: handler.priority, body, affine: None, place });
            }
        }
        // Stable: handlers of equal priority stay in the order of the file.
        handlers.sort_by_key(|handler: &Handler| match handler.priority {
            Some(priority) => (0, -i128::from(priority)),
            None => (1, 0),
        });
        self.handlers = handlers;
        for condition in &model.on_condition {
            let when = self.within(Phase::Statement, |own| own.condition(&condition.arm.condition));
            let body = self.body(&condition.arm.body);
            let place = place(self.notes.text, condition.span.start as usize);
            self.conditions.push(Condition { when, told: false, body, place });
        }
        self.check_functions();
    }

    fn spike_port_of(&mut self, handler: &crate::syntax::OnReceive) -> Option<u32> {
        let known = self.symbols.contains_key(&handler.port.primed());
        if !known {
            let ports: Vec<&str> = self.spike_ports.iter().map(|port| port.name.text.as_str()).collect();
            let (name, ports) = (handler.port.primed(), ports.join(", "));
            self.notes.fault(handler.span, format!("onReceive({name}): no such spike port; ports: {ports}"));
            return None;
        }
        self.within(Phase::Start, |own| own.spike_port(&handler.port))
    }

    fn body(&mut self, lines: &'m [Line]) -> Vec<Statement> {
        self.scopes.clear();
        self.within(Phase::Statement, |own| own.block(lines))
    }

    fn block(&mut self, lines: &'m [Line]) -> Vec<Statement> {
        self.scopes.push(HashMap::new());
        let mut all = Vec::new();
        for line in lines {
            if !self.has_room(line.span) {
                break;
            }
            self.line(line, &mut all);
        }
        self.scopes.pop();
        all
    }

    fn line(&mut self, line: &'m Line, all: &mut Vec<Statement>) {
        match &line.kind {
            LineKind::Assign { target, with, value } => {
                if let Some(statement) = self.assign(target, *with, value) {
                    all.push(statement);
                }
            }
            LineKind::Local(declaration) => self.local(declaration, all),
            LineKind::Call(call) => self.statement_call(call, all),
            LineKind::Return(_) => self.notes.fault(line.span, "`return` stands in functions only"),
            LineKind::If { arms, otherwise } => {
                let statement = self.branches(arms, otherwise);
                all.extend(statement);
            }
            LineKind::While(arm) => {
                let condition = self.condition(&arm.condition);
                let body = self.block(&arm.body);
                let place = place(self.notes.text, line.span.start as usize);
                all.push(Statement::While { condition, place, body });
            }
            LineKind::For { .. } => self.counted(line, all),
        }
    }

    fn branches(&mut self, arms: &'m [Arm], otherwise: &'m [Line]) -> Vec<Statement> {
        // From the last to the first, so that no arm nests deeper in this walk.
        let conditions: Vec<_> =
            arms.iter().map(|arm| (self.condition(&arm.condition), self.block(&arm.body))).collect();
        let mut no = self.block(otherwise);
        for (condition, yes) in conditions.into_iter().rev() {
            no = vec![Statement::Branch { condition, yes, no }];
        }
        no
    }

    /// What is assigned, with its type.
    fn target(&mut self, target: &Variable) -> Option<(Target, Type)> {
        let name = target.primed();
        if let Some(binding) = self.scopes.iter().rev().find_map(|scope| scope.get(&name)) {
            let binding = binding.clone();
            if let Bound::Local(local) = binding.bound
                && target.index.is_none()
            {
                return Some((Target::Local(local), binding.of));
            }
            self.notes.fault(target.span, format!("`{name}` is no vector"));
            return None;
        }
        let Some(symbol) = self.symbols.get(&name).cloned() else {
            if self.model.unread.contains(&target.name) {
                return None;
            }
            let meant = self.meant(&name);
            let meant = if meant.is_empty() { format!("; declare it: `{name} real = ...`") } else { meant };
            self.notes.fault(target.span, format!("nothing is called `{name}`{meant}"));
            return None;
        };
        match symbol.meaning {
            Meaning::State { first } => {
                let element = self.element(target, &name, symbol.size)?;
                Some((Target::State(first + element), symbol.of))
            }
            Meaning::Parameter { .. } | Meaning::Internal { .. } => {
                let article = symbol.meaning.article();
                let message = format!("`{name}` is {article} and cannot be assigned; make it a state variable");
                self.notes.fault(target.span, message);
                None
            }
            meaning => {
                self.notes.fault(target.span, format!("`{name}` is {} and cannot be assigned", meaning.article()));
                None
            }
        }
    }

    fn assign(&mut self, target: &Variable, with: Option<Infix>, value: &Expression) -> Option<Statement> {
        let place = self.target(target);
        if place.is_none() {
            // Its right-hand side may have faults of its own.
            self.settled(value);
        }
        let (place, of) = place?;
        let right = self.combined(target, with, value);
        self.effects.extend(right.closed());
        let name = target.primed();
        self.judge(value.span, assigned(of, right.of, &format!("`{name}`")));
        let node = right.settled(&mut self.graph);
        let value = self.cut(node, of, right.of);
        Some(Statement::Assign { target: place, value })
    }

    fn local(&mut self, declaration: &Declaration, all: &mut Vec<Statement>) {
        let (of, _) = self.type_of(&declaration.of);
        let mut values = Vec::new();
        for name in &declaration.names {
            if name.index.is_some() {
                self.notes.fault(name.span, "a local variable cannot be a vector");
            }
            let what = format!("`{}`", name.primed());
            let value = match &declaration.value {
                Some(value) => self.given(value, of, &what),
                None => self.graph.constant(0.0),
            };
            values.push(value);
        }
        if let Some(guard) = &declaration.guard {
            self.notes.fault(guard.span, "a local variable has no guard");
        }
        for (name, value) in declaration.names.iter().zip(values) {
            self.hides(name);
            let local = count(self.locals.len());
            self.locals.push((name.primed(), kind_of(of)));
            if let Some(scope) = self.scopes.last_mut()
                && scope.insert(name.primed(), Binding { of, bound: Bound::Local(local) }).is_some()
            {
                self.notes.fault(name.span, format!("`{}` is declared twice in this block", name.primed()));
            }
            all.push(Statement::Assign { target: Target::Local(local), value });
        }
    }

    /// A warning if a local variable hides a name of the model.
    fn hides(&mut self, name: &Variable) {
        let primed = name.primed();
        let Some(symbol) = self.symbols.get(&primed) else { return };
        let line = place(self.notes.text, symbol.span.start as usize).line;
        let what = symbol.meaning.article().trim_start_matches("a ").trim_start_matches("an ");
        let never = matches!(symbol.meaning, Meaning::State { .. }) && !is_assigned(self.model, &primed);
        let never = if never { ", which is then never assigned" } else { "" };
        self.notes.warn(name.span, format!("local `{primed}` hides the {what} of line {line}{never}"));
    }

    fn statement_call(&mut self, call: &Expression, all: &mut Vec<Statement>) {
        let ExpressionKind::Call { function, place, arguments } = &call.kind else {
            self.notes.fault(call.span, "an expression alone does nothing");
            return;
        };
        match function.as_str() {
            "integrate_odes" => self.integrate(arguments, call.span, all),
            "emit_spike" => self.emit(arguments, call.span, all),
            "print" | "println" | "info" | "warning" => self.print(function, arguments, call.span, all),
            name => {
                if self.symbols.get(name).is_some_and(|own| matches!(own.meaning, Meaning::Function { .. })) {
                    self.notes
                        .warn(*place, format!("`{name}` changes nothing: a call that stands alone has no effect"));
                    return;
                }
                let known = super::call::STATEMENTS;
                let meant = neuropil_core::did_you_mean(name, known.into_iter());
                self.notes.fault(*place, format!("no statement is called `{name}`{meant}"));
            }
        }
    }

    fn emit(&mut self, arguments: &[Expression], span: Span, all: &mut Vec<Statement>) {
        if arguments.len() > 1 {
            self.notes.fault(span, "`emit_spike` takes at most one number, the weight");
        }
        let weight = arguments.first().map(|weight| {
            let (node, of) = self.settled(weight);
            if !matches!(of, Type::Number { .. } | Type::Unknown) {
                self.notes.fault(weight.span, format!("a weight is a number, but this is {}", of.shown()));
            }
            node
        });
        self.emits.get_or_insert(span);
        let place = place(self.notes.text, span.start as usize);
        all.push(Statement::Emit { weight, place });
    }

    fn print(&mut self, function: &str, arguments: &[Expression], span: Span, all: &mut Vec<Statement>) {
        if !self.counts(function, arguments, 1, span) {
            return;
        }
        let ExpressionKind::Text(text) = &arguments[0].kind else {
            let (node, _) = self.settled(&arguments[0]);
            all.push(Statement::Print { parts: vec![Printed::Value(node)] });
            return;
        };
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(begin) = rest.find('{') {
            let Some(length) = rest[begin..].find('}') else { break };
            if begin > 0 {
                parts.push(Printed::Text(rest[..begin].to_owned()));
            }
            let name = rest[begin + 1..begin + length].trim();
            let bare = name.trim_end_matches('\'');
            let order = u8::try_from((name.len() - bare.len()).min(9)).unwrap_or(9);
            let variable = Variable { name: bare.to_owned(), order, index: None, span: arguments[0].span };
            let value = self.named(&variable);
            parts.push(Printed::Value(value.settled(&mut self.graph)));
            rest = &rest[begin + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(Printed::Text(rest.to_owned()));
        }
        all.push(Statement::Print { parts });
    }

    /// `for i in a ... b step c`: half open.
    fn counted(&mut self, line: &'m Line, all: &mut Vec<Statement>) {
        let LineKind::For { variable, from, to, step, step_place, body } = &line.kind else { return };
        let Some((target, of)) = self.target(variable) else { return };
        if !matches!(of, Type::Number { .. }) {
            self.notes.fault(variable.span, "what counts is an integer or a real number");
            return;
        }
        if of.is_whole() && step.fract() != 0.0 {
            let name = variable.primed();
            self.judge(*step_place, Verdict::Wrong(format!("`{name}` is an integer, but the step is {step}")));
        }
        let value = self.given(from, of, &format!("`{}`", variable.primed()));
        all.push(Statement::Assign { target, value });
        let leaf = match target {
            Target::State(state) => Node::State(state),
            Target::Local(local) => Node::Local(local),
        };
        let own = self.graph.add(leaf);
        let (end, end_of) = self.settled(to);
        self.joined(to.span, of, end_of);
        let condition =
            if *step > 0.0 { self.graph.binary(Binary::Lt, own, end) } else { self.graph.binary(Binary::Lt, end, own) };
        let mut repeated = self.block(body);
        let step = self.graph.constant(*step);
        let value = self.graph.binary(Binary::Add, own, step);
        repeated.push(Statement::Assign { target, value });
        let place = place(self.notes.text, line.span.start as usize);
        all.push(Statement::While { condition, place, body: repeated });
    }
}

/// Whether any statement of the model assigns to a name outside of where a local variable has it.
fn is_assigned(model: &Model, name: &str) -> bool {
    fn within(lines: &[Line], name: &str) -> bool {
        let mut hidden = false;
        lines.iter().any(|line| match &line.kind {
            LineKind::Assign { target, .. } => !hidden && target.primed() == name,
            LineKind::Local(declaration) => {
                hidden |= declaration.names.iter().any(|own| own.primed() == name);
                false
            }
            LineKind::If { arms, otherwise } => {
                !hidden && (arms.iter().any(|arm| within(&arm.body, name)) || within(otherwise, name))
            }
            LineKind::While(arm) => !hidden && within(&arm.body, name),
            LineKind::For { variable, body, .. } => !hidden && (variable.primed() == name || within(body, name)),
            _ => false,
        })
    }
    let bodies = std::iter::once(&model.update).chain(model.on_receive.iter().map(|own| &own.body));
    let mut bodies = bodies.chain(model.on_condition.iter().map(|own| &own.arm.body));
    let integrated = model.equations.iter().any(|line| match line {
        crate::syntax::EquationLine::Equation(equation) => equation.of.name == name,
        _ => false,
    });
    integrated || bodies.any(|body| within(body, name))
}
