//! The order in which start values and inlines can be computed: each after what it depends on.

use crate::syntax::{EquationLine, Expression, ExpressionKind, Function, Line, LineKind, Model, Span, Variable};
use std::collections::{BTreeMap, BTreeSet};

/// A name that has a value of its own, and what that value mentions.
struct Entry {
    span: Span,
    mentions: BTreeSet<String>,
}

/// All names with a value in the order of their dependencies, and the cycles that were found: a place and a chain
/// `a -> b -> a`.
pub(super) struct Order {
    /// Names as declared, with primes.
    pub names: Vec<String>,
    /// Cycles. Their members are in `names` as well.
    pub cycles: Vec<Cycle>,
}

/// Values that depend on each other.
pub(super) struct Cycle {
    pub span: Span,
    pub chain: Vec<String>,
}

/// Every name that an expression mentions, also that of functions.
pub(super) fn mentions(expression: &Expression, into: &mut BTreeSet<String>) {
    let variable = |variable: &Variable, into: &mut BTreeSet<String>| {
        into.insert(variable.primed());
        if let Some(index) = &variable.index {
            mentions(index, into);
        }
    };
    match &expression.kind {
        ExpressionKind::Scaled { by, .. } => variable(by, into),
        ExpressionKind::Name(name) => variable(name, into),
        ExpressionKind::Call { function, arguments, .. } => {
            into.insert(function.clone());
            arguments.iter().for_each(|argument| mentions(argument, into));
        }
        ExpressionKind::Prefix(_, a) => mentions(a, into),
        ExpressionKind::Infix(_, a, b) => {
            mentions(a, into);
            mentions(b, into);
        }
        ExpressionKind::Conditional(parts) => parts.iter().for_each(|part| mentions(part, into)),
        _ => {}
    }
}

fn mentioned_by(lines: &[Line], into: &mut BTreeSet<String>) {
    for line in lines {
        match &line.kind {
            LineKind::Assign { value, .. } | LineKind::Call(value) | LineKind::Return(Some(value)) => {
                mentions(value, into);
            }
            LineKind::Local(declaration) => declaration.value.iter().for_each(|value| mentions(value, into)),
            LineKind::Return(None) => {}
            LineKind::If { arms, otherwise } => {
                for arm in arms {
                    mentions(&arm.condition, into);
                    mentioned_by(&arm.body, into);
                }
                mentioned_by(otherwise, into);
            }
            LineKind::While(arm) => {
                mentions(&arm.condition, into);
                mentioned_by(&arm.body, into);
            }
            LineKind::For { from, to, body, .. } => {
                mentions(from, into);
                mentions(to, into);
                mentioned_by(body, into);
            }
        }
    }
}

fn of_function(function: &Function) -> Entry {
    let mut mentions = BTreeSet::new();
    mentioned_by(&function.body, &mut mentions);
    for argument in &function.arguments {
        mentions.remove(&argument.name);
    }
    Entry { span: function.place, mentions }
}

/// Orders the names of a model.
pub(super) fn order(model: &Model) -> Order {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let inlines = model.equations.iter().filter_map(|line| match line {
        EquationLine::Inline(declaration) => Some(declaration),
        _ => None,
    });
    let declared = model.state.iter().chain(&model.parameters).chain(&model.internals).chain(inlines);
    for declaration in declared {
        let mut all = BTreeSet::new();
        declaration.value.iter().for_each(|value| mentions(value, &mut all));
        for name in &declaration.names {
            let entry = Entry { span: name.span, mentions: all.clone() };
            entries.entry(name.primed()).or_insert(entry);
        }
    }
    for line in &model.equations {
        if let EquationLine::Kernel(kernel) = line
            && let [equation] = kernel.equations.as_slice()
            && equation.of.order == 0
        {
            let mut all = BTreeSet::new();
            mentions(&equation.value, &mut all);
            let entry = Entry { span: equation.of.span, mentions: all };
            entries.entry(equation.of.primed()).or_insert(entry);
        }
    }
    for function in &model.functions {
        entries.entry(function.name.clone()).or_insert(of_function(function));
    }
    sorted(&entries)
}

/// Depth first, without recursion.
fn sorted(entries: &BTreeMap<String, Entry>) -> Order {
    let mut order = Order { names: Vec::new(), cycles: Vec::new() };
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for root in entries.keys() {
        if done.contains(root.as_str()) {
            continue;
        }
        let mut path = vec![Visit::of(root, entries)];
        open.insert(root);
        while let Some(visit) = path.last_mut() {
            let name = visit.name;
            match visit.rest.pop() {
                Some(next) if done.contains(next) => {}
                Some(next) if open.contains(next) => {
                    let begin = path.iter().position(|visit| visit.name == next).unwrap_or(0);
                    let mut chain: Vec<String> = path[begin..].iter().map(|visit| visit.name.to_owned()).collect();
                    chain.push(next.to_owned());
                    order.cycles.push(Cycle { span: entries[next].span, chain });
                }
                Some(next) => {
                    open.insert(next);
                    path.push(Visit::of(next, entries));
                }
                None => {
                    path.pop();
                    open.remove(name);
                    done.insert(name);
                    order.names.push(name.to_owned());
                }
            }
        }
    }
    order
}

/// A name on the way, and what it mentions that was not looked at.
struct Visit<'a> {
    name: &'a str,
    rest: Vec<&'a str>,
}

impl<'a> Visit<'a> {
    fn of(name: &'a str, entries: &'a BTreeMap<String, Entry>) -> Self {
        let all = entries[name].mentions.iter().rev();
        Self { name, rest: all.map(String::as_str).filter(|other| entries.contains_key(*other)).collect() }
    }
}
