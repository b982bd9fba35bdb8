//! Expressions: each gets its type and its node.

use super::value::{Value, product, sum_of_effects};
use super::{Lowerer, MOST_LEVELS};
use crate::check::{Type, Verdict, joined};
use crate::graph::{Binary, NodeId, Unary};
use crate::syntax::{Expression, ExpressionKind, Infix, Prefix, Span, Variable};
use crate::unit::Dimensions;

impl Lowerer<'_, '_, '_> {
    /// What a fault is replaced by.
    pub(super) fn unknown(&mut self) -> Value {
        let node = self.graph.constant(0.0);
        Value::new(node, Type::Unknown)
    }

    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>) -> Value {
        self.notes.fault(span, message);
        self.unknown()
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expression: &Expression) -> Value {
        if self.levels >= MOST_LEVELS {
            return self.fault(expression.span, "functions within functions are nested too deeply here");
        }
        if !self.has_room(expression.span) {
            return self.unknown();
        }
        self.levels += 1;
        let value = match &expression.kind {
            ExpressionKind::Number { value, whole } => self.number(*value, *whole),
            ExpressionKind::Scaled { value, whole, by } => self.scaled(expression.span, *value, *whole, by),
            ExpressionKind::Boolean(value) => {
                let node = self.graph.constant(f64::from(*value));
                Value::new(node, Type::Boolean)
            }
            ExpressionKind::Text(_) => self.fault(expression.span, "a text has no value here"),
            ExpressionKind::Name(name) => self.named(name),
            ExpressionKind::Call { function, place, arguments } => {
                self.call(function, *place, arguments, expression.span)
            }
            ExpressionKind::Prefix(op, a) => self.prefix(*op, a),
            ExpressionKind::Infix(op, a, b) => self.infix(*op, a, b),
            ExpressionKind::Conditional(parts) => self.conditional(parts),
        };
        self.levels -= 1;
        value
    }

    /// The node of an expression, with all its factors.
    pub(super) fn settled(&mut self, expression: &Expression) -> (NodeId, Type) {
        let value = self.value(expression);
        self.effects.extend(value.closed());
        (value.settled(&mut self.graph), value.of)
    }

    /// The node of a boolean.
    pub(super) fn condition(&mut self, expression: &Expression) -> NodeId {
        let (node, of) = self.settled(expression);
        self.must_be_boolean(expression.span, of);
        node
    }

    fn must_be_boolean(&mut self, span: Span, of: Type) {
        if !matches!(of, Type::Boolean | Type::Unknown) {
            self.notes
                .fault(span, format!("this is {}, expected true or false: compare it with something", of.shown()));
        }
    }

    fn number(&mut self, value: f64, whole: bool) -> Value {
        let node = self.graph.constant(value);
        let of = Type::Number { dimensions: Dimensions::ONE, whole };
        Value::new(node, of)
    }

    /// A number directly before a name.
    fn scaled(&mut self, span: Span, value: f64, whole: bool, by: &Variable) -> Value {
        let number = self.number(value, whole);
        let by = self.named(by);
        if matches!(by.of, Type::Boolean) {
            return self.fault(span, "a boolean cannot be multiplied");
        }
        product(&mut self.graph, number, by, false)
    }

    fn prefix(&mut self, op: Prefix, inner: &Expression) -> Value {
        let value = self.value(inner);
        match op {
            Prefix::Not => {
                self.must_be_boolean(inner.span, value.of);
                let node = self.graph.unary(Unary::Not, value.node);
                Value::new(node, Type::Boolean)
            }
            Prefix::Complement => {
                if !value.of.is_whole() && value.of != Type::Unknown {
                    return self.fault(inner.span, "`~` takes an integer");
                }
                let node = self.graph.unary(Unary::BitNot, value.node);
                Value::new(node, value.of)
            }
            Prefix::Plus | Prefix::Minus => {
                if matches!(value.of, Type::Boolean) {
                    return self.fault(inner.span, "a boolean has no sign");
                }
                if op == Prefix::Plus {
                    return value;
                }
                let node = self.graph.unary(Unary::Neg, value.node);
                Value { node, ..value }
            }
        }
    }

    fn infix(&mut self, op: Infix, a: &Expression, b: &Expression) -> Value {
        let left = self.value(a);
        let right = self.value(b);
        match op {
            Infix::Times | Infix::Over => self.times(op, a, b, left, right),
            Infix::Plus | Infix::Minus => self.sum(op, a, b, left, right),
            Infix::Power => self.power(a, b, left, right),
            Infix::And | Infix::Or => {
                self.must_be_boolean(a.span, left.of);
                self.must_be_boolean(b.span, right.of);
                let op = if op == Infix::And { Binary::And } else { Binary::Or };
                let node = self.graph.binary(op, left.node, right.node);
                Value::new(node, Type::Boolean)
            }
            Infix::WholeOver
            | Infix::Modulo
            | Infix::BitAnd
            | Infix::BitOr
            | Infix::BitXor
            | Infix::ShiftLeft
            | Infix::ShiftRight => self.integers(op, a, b, left, right),
            _ => self.comparison(op, b, left, right),
        }
    }

    fn times(&mut self, op: Infix, a: &Expression, b: &Expression, left: Value, right: Value) -> Value {
        for (side, value) in [(a, &left), (b, &right)] {
            if matches!(value.of, Type::Boolean) {
                return self.fault(side.span, "a boolean cannot be multiplied: write `condition ? x : y`");
            }
        }
        product(&mut self.graph, left, right, op == Infix::Over)
    }

    /// Notes what does not fit beside each other, and gives the type of both.
    pub(super) fn joined(&mut self, span: Span, left: Type, right: Type) -> Type {
        let (of, verdict) = joined(left, right);
        self.judge(span, verdict);
        of
    }

    fn sum(&mut self, op: Infix, a: &Expression, b: &Expression, left: Value, right: Value) -> Value {
        for (side, value) in [(a, &left), (b, &right)] {
            if matches!(value.of, Type::Boolean) {
                return self.fault(side.span, "a boolean cannot be added");
            }
        }
        let (of, verdict) = joined(left.of, right.of);
        match verdict {
            Verdict::Wrong(_) => {
                let message = self.mismatch(op, b, left.of, right.of);
                self.notes.fault(b.span, message);
            }
            verdict => self.judge(b.span, verdict),
        }
        let effects = sum_of_effects(&left, &right);
        let (x, y) = (left.settled(&mut self.graph), right.settled(&mut self.graph));
        let node = self.graph.binary(if op == Infix::Plus { Binary::Add } else { Binary::Sub }, x, y);
        Value { effects, ..Value::new(node, of) }
    }

    /// `V_m' has mV/ms, but this is pA: ... + I_stim is added to mV/ms; did you mean I_stim / C_m?`
    fn mismatch(&self, op: Infix, b: &Expression, left: Type, right: Type) -> String {
        let (Some(left), Some(right)) = (left.dimensions(), right.dimensions()) else {
            return "cannot be added".into();
        };
        let text = b.span.of(self.notes.text);
        let short = text.lines().next().unwrap_or_default();
        let (sign, done) = if op == Infix::Plus { ("+", "added to") } else { ("-", "subtracted from") };
        let begin = match &self.context {
            Some(context) if context.dimensions == left => {
                format!("`{}` has {left}, but this is {right}", context.name)
            }
            _ => format!("this is {right}"),
        };
        let meant = if text.len() <= 40 { self.factor_that_fits(text, left, right) } else { String::new() };
        format!("{begin}: `... {sign} {short}` is {done} {left}{meant}")
    }

    /// `; did you mean x / C_m?`: the one parameter that turns the unit into the other.
    fn factor_that_fits(&self, text: &str, wanted: Dimensions, found: Dimensions) -> String {
        let whole = !text.contains([' ', '+']);
        for parameter in self.parameters.iter().filter(|_| whole) {
            let own = parameter.name.unit.dimensions;
            if own == Dimensions::ONE {
                continue;
            }
            for (sign, result) in [("/", found.over(own)), ("*", found.times(own))] {
                if result == wanted {
                    return format!("; did you mean `{text} {sign} {}`?", parameter.name.text);
                }
            }
        }
        String::new()
    }

    fn power(&mut self, a: &Expression, b: &Expression, left: Value, right: Value) -> Value {
        for (side, value) in [(a, &left), (b, &right)] {
            if !matches!(value.of, Type::Number { .. } | Type::Unknown) {
                return self.fault(side.span, "only numbers have powers");
            }
        }
        if let Some(dimensions) = right.of.dimensions().filter(|own| *own != Dimensions::ONE) {
            return self.fault(b.span, format!("an exponent is a pure number, but this is {dimensions}"));
        }
        let (x, y) = (left.settled(&mut self.graph), right.settled(&mut self.graph));
        let dimensions = left.of.dimensions().unwrap_or_default();
        let exponent = self.graph.value(y);
        let of = match (dimensions == Dimensions::ONE, exponent) {
            (true, _) => Type::Number {
                dimensions,
                whole: left.of.is_whole() && right.of.is_whole() && exponent.is_some_and(|e| e >= 0.0),
            },
            (false, None) => {
                let message =
                    format!("the base is {dimensions}, so that the exponent must be a number that is written out");
                return self.fault(b.span, message);
            }
            (false, Some(exponent)) => match dimensions.power(exponent) {
                Some(dimensions) => Type::of(dimensions),
                None => return self.fault(b.span, format!("{dimensions} cannot have the power {exponent}")),
            },
        };
        let node = self.graph.binary(Binary::Pow, x, y);
        Value::new(node, if left.of == Type::Unknown { Type::Unknown } else { of })
    }

    fn integers(&mut self, op: Infix, a: &Expression, b: &Expression, left: Value, right: Value) -> Value {
        let graph_op = match op {
            Infix::WholeOver => Binary::Div,
            Infix::Modulo => Binary::Rem,
            Infix::BitAnd => Binary::BitAnd,
            Infix::BitOr => Binary::BitOr,
            Infix::BitXor => Binary::BitXor,
            Infix::ShiftLeft => Binary::ShiftLeft,
            _ => Binary::ShiftRight,
        };
        let mut of = Type::INTEGER;
        for (side, value) in [(a, &left), (b, &right)] {
            let number = matches!(value.of, Type::Number { .. });
            if value.of == Type::Unknown {
                of = Type::Unknown;
            } else if !(value.of.is_whole() || number && op == Infix::Modulo) {
                return self.fault(side.span, format!("this is {}, expected an integer", value.of.shown()));
            }
        }
        if op == Infix::Modulo && !(left.of.is_whole() && right.of.is_whole()) {
            of = self.joined(b.span, left.of, right.of);
        }
        let (x, y) = (left.settled(&mut self.graph), right.settled(&mut self.graph));
        let node = self.graph.binary(graph_op, x, y);
        let node = if op == Infix::WholeOver { self.graph.unary(Unary::Trunc, node) } else { node };
        Value::new(node, of)
    }

    fn comparison(&mut self, op: Infix, b: &Expression, left: Value, right: Value) -> Value {
        self.joined(b.span, left.of, right.of);
        let (x, y) = (left.settled(&mut self.graph), right.settled(&mut self.graph));
        let (op, x, y) = match op {
            Infix::Less => (Binary::Lt, x, y),
            Infix::LessOrEqual => (Binary::Le, x, y),
            Infix::Equal => (Binary::Eq, x, y),
            Infix::Unequal => (Binary::Ne, x, y),
            Infix::GreaterOrEqual => (Binary::Le, y, x),
            _ => (Binary::Lt, y, x),
        };
        let node = self.graph.binary(op, x, y);
        self.effects.extend(left.closed());
        Value::new(node, Type::Boolean)
    }

    fn conditional(&mut self, parts: &[Expression; 3]) -> Value {
        let [condition, yes, no] = parts;
        let condition = self.condition(condition);
        let (a, b) = (self.value(yes), self.value(no));
        let of = self.joined(no.span, a.of, b.of);
        let effects = [a.closed(), b.closed()].concat();
        let (x, y) = (a.settled(&mut self.graph), b.settled(&mut self.graph));
        let node = self.graph.select(condition, x, y);
        Value { effects, ..Value::new(node, of) }
    }
}
