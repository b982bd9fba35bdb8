//! Kernels given directly: a sum of c t^m e^(λt), each possibly times cos ωt or sin ωt.
//!
//! These are all solutions of linear equations with constant coefficients. What is found is exact: the roots of the
//! characteristic polynomial are expressions of parameters, and so are its coefficients.

use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use std::collections::HashMap;

/// Most terms while products are multiplied out.
const MOST_TERMS: usize = 32;
/// The highest order.
pub(super) const MOST_ORDER: usize = 4;

/// c t^m e^(λt), times cos ωt or sin ωt.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Term {
    coefficient: NodeId,
    power: u8,
    /// λ; `None` is 0.
    rate: Option<NodeId>,
    wave: Option<Wave>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Wave {
    omega: NodeId,
    sine: bool,
}

/// A kernel as numbers that follow dK/dt = A K.
pub(super) struct Companion {
    /// A: K^(n) = Σ a_k K^(k) in its last row.
    pub matrix: Vec<Vec<NodeId>>,
    /// K(0), K'(0), ...
    pub start: Vec<NodeId>,
}

/// The companion form of a kernel of [`Node::Time`]; `None` if it has none up to [`MOST_ORDER`].
pub(super) fn companion(graph: &mut Graph, kernel: NodeId) -> Option<Companion> {
    let mut terms = decomposed(graph, kernel)?;
    let polynomial = characteristic(graph, &terms)?;
    let order = polynomial.len() - 1;
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let mut matrix = vec![vec![zero; order]; order];
    for (place, row) in matrix.iter_mut().enumerate() {
        if let Some(next) = row.get_mut(place + 1) {
            *next = one;
        }
    }
    for (k, coefficient) in polynomial[..order].iter().enumerate() {
        matrix[order - 1][k] = coefficient.map_or(zero, |own| graph.unary(Unary::Neg, own));
    }
    let mut start = Vec::new();
    for _ in 0..order {
        let at_zero = terms.iter().filter(|term| term.power == 0 && term.wave.is_none_or(|wave| !wave.sine));
        let at_zero: Vec<NodeId> = at_zero.map(|term| term.coefficient).collect();
        start.push(at_zero.into_iter().fold(zero, |sum, own| graph.binary(Binary::Add, sum, own)));
        terms = derivative(graph, &terms);
    }
    Some(Companion { matrix, start })
}

fn derivative(graph: &mut Graph, terms: &[Term]) -> Vec<Term> {
    let mut all = Vec::new();
    for term in terms {
        if term.power > 0 {
            let factor = graph.constant(f64::from(term.power));
            let coefficient = graph.binary(Binary::Mul, term.coefficient, factor);
            all.push(Term { coefficient, power: term.power - 1, ..*term });
        }
        if let Some(rate) = term.rate {
            let coefficient = graph.binary(Binary::Mul, term.coefficient, rate);
            all.push(Term { coefficient, ..*term });
        }
        if let Some(wave) = term.wave {
            let coefficient = graph.binary(Binary::Mul, term.coefficient, wave.omega);
            let coefficient = if wave.sine { coefficient } else { graph.unary(Unary::Neg, coefficient) };
            all.push(Term { coefficient, wave: Some(Wave { sine: !wave.sine, ..wave }), ..*term });
        }
    }
    merged(graph, all)
}

/// The coefficients of Π (x - λ)^(m + 1) and Π (x² - 2λx + λ² + ω²)^(m + 1), from x^0 up; the last is 1.
fn characteristic(graph: &mut Graph, terms: &[Term]) -> Option<Vec<Option<NodeId>>> {
    let mut roots: Vec<(Option<NodeId>, Option<NodeId>, u8)> = Vec::new();
    for term in terms {
        let omega = term.wave.map(|wave| wave.omega);
        match roots.iter_mut().find(|root| root.0 == term.rate && root.1 == omega) {
            Some(root) => root.2 = root.2.max(term.power),
            None => roots.push((term.rate, omega, term.power)),
        }
    }
    let one = graph.constant(1.0);
    let mut polynomial = vec![Some(one)];
    for (rate, omega, power) in roots {
        for _ in 0..=power {
            let minus = |graph: &mut Graph, a: NodeId| graph.unary(Unary::Neg, a);
            let factor = match omega {
                None => vec![rate.map(|rate| minus(graph, rate)), Some(one)],
                Some(omega) => {
                    let square = graph.binary(Binary::Mul, omega, omega);
                    let lambda = rate.map(|rate| graph.binary(Binary::Mul, rate, rate));
                    let constant = lambda.map_or(square, |own| graph.binary(Binary::Add, own, square));
                    let two = graph.constant(-2.0);
                    vec![Some(constant), rate.map(|rate| graph.binary(Binary::Mul, two, rate)), Some(one)]
                }
            };
            polynomial = times(graph, &polynomial, &factor);
            if polynomial.len() > MOST_ORDER + 1 {
                return None;
            }
        }
    }
    (polynomial.len() > 1).then_some(polynomial)
}

fn times(graph: &mut Graph, a: &[Option<NodeId>], b: &[Option<NodeId>]) -> Vec<Option<NodeId>> {
    let mut product: Vec<Option<NodeId>> = vec![None; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            let (Some(x), Some(y)) = (x, y) else { continue };
            let own = graph.binary(Binary::Mul, *x, *y);
            product[i + j] = Some(product[i + j].map_or(own, |sum| graph.binary(Binary::Add, sum, own)));
        }
    }
    product
}

fn merged(graph: &mut Graph, terms: Vec<Term>) -> Vec<Term> {
    let mut all: Vec<Term> = Vec::new();
    for term in terms {
        let same = |own: &&mut Term| (own.power, own.rate, own.wave) == (term.power, term.rate, term.wave);
        match all.iter_mut().find(same) {
            Some(own) => own.coefficient = graph.binary(Binary::Add, own.coefficient, term.coefficient),
            None => all.push(term),
        }
    }
    all
}

fn decomposed(graph: &mut Graph, root: NodeId) -> Option<Vec<Term>> {
    let mut known: HashMap<NodeId, Option<Vec<Term>>> = HashMap::new();
    let mut timed: HashMap<NodeId, bool> = HashMap::new();
    for id in graph.reached(&[root]) {
        let node = graph.node(id);
        let depends = node == Node::Time || node.operands().any(|operand| timed[&operand]);
        timed.insert(id, depends);
        let form = if depends {
            of_node(graph, node, &known)
        } else {
            Some(vec![Term { coefficient: id, power: 0, rate: None, wave: None }])
        };
        known.insert(id, form);
    }
    known.remove(&root)?
}

fn of_node(graph: &mut Graph, node: Node, known: &HashMap<NodeId, Option<Vec<Term>>>) -> Option<Vec<Term>> {
    let form = |id: NodeId| known[&id].clone();
    match node {
        Node::Time => {
            let one = graph.constant(1.0);
            Some(vec![Term { coefficient: one, power: 1, rate: None, wave: None }])
        }
        Node::Unary(Unary::Neg, a) => Some(scaled(form(a)?, |own| graph.unary(Unary::Neg, own))),
        Node::Binary(Binary::Add, a, b) => {
            let all = [form(a)?, form(b)?].concat();
            Some(merged(graph, all))
        }
        Node::Binary(Binary::Sub, a, b) => {
            let right = scaled(form(b)?, |own| graph.unary(Unary::Neg, own));
            let all = [form(a)?, right].concat();
            Some(merged(graph, all))
        }
        Node::Binary(Binary::Mul, a, b) => multiplied(graph, &form(a)?, &form(b)?),
        Node::Binary(Binary::Div, a, b) => match form(b)?.as_slice() {
            [Term { coefficient, power: 0, rate: None, wave: None }] => {
                Some(scaled(form(a)?, |own| graph.binary(Binary::Div, own, *coefficient)))
            }
            _ => None,
        },
        Node::Unary(Unary::Exp, a) => {
            let (constant, slope) = affine(&form(a)?)?;
            let coefficient = match constant {
                Some(constant) => graph.unary(Unary::Exp, constant),
                None => graph.constant(1.0),
            };
            Some(vec![Term { coefficient, power: 0, rate: slope, wave: None }])
        }
        Node::Unary(op @ (Unary::Sin | Unary::Cos), a) => match affine(&form(a)?)? {
            (None, Some(omega)) => {
                let coefficient = graph.constant(1.0);
                let wave = Some(Wave { omega, sine: op == Unary::Sin });
                Some(vec![Term { coefficient, power: 0, rate: None, wave }])
            }
            _ => None,
        },
        _ => None,
    }
}

fn scaled(terms: Vec<Term>, mut apply: impl FnMut(NodeId) -> NodeId) -> Vec<Term> {
    terms.into_iter().map(|term| Term { coefficient: apply(term.coefficient), ..term }).collect()
}

/// Constant and slope of what is affine in t.
fn affine(terms: &[Term]) -> Option<(Option<NodeId>, Option<NodeId>)> {
    let (mut constant, mut slope) = (None, None);
    for term in terms {
        match term {
            Term { power: 0, rate: None, wave: None, coefficient } => constant = Some(*coefficient),
            Term { power: 1, rate: None, wave: None, coefficient } => slope = Some(*coefficient),
            _ => return None,
        }
    }
    Some((constant, slope))
}

fn multiplied(graph: &mut Graph, a: &[Term], b: &[Term]) -> Option<Vec<Term>> {
    if a.len() * b.len() > MOST_TERMS {
        return None;
    }
    let mut all = Vec::new();
    for x in a {
        for y in b {
            let wave = match (x.wave, y.wave) {
                (Some(_), Some(_)) => return None,
                (own, None) | (None, own) => own,
            };
            let rate = match (x.rate, y.rate) {
                (Some(r), Some(s)) => Some(graph.binary(Binary::Add, r, s)),
                (own, None) | (None, own) => own,
            };
            let power = x.power.checked_add(y.power).filter(|power| usize::from(*power) < MOST_ORDER)?;
            all.push(Term { coefficient: graph.binary(Binary::Mul, x.coefficient, y.coefficient), power, rate, wave });
        }
    }
    Some(merged(graph, all))
}
