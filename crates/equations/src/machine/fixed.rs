//! What is known when a network is built: numbers of parameters, dt and each other. Nothing of it is left in the step.

use super::code::Op;
use super::scalar::{binary, snapped, unary};
use crate::linear::Propagator;
use std::collections::HashMap;

/// The number of a fixed number in its [`Pool`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FixedId(pub u32);

impl FixedId {
    /// Its place.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A part of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fraction {
    /// Of dt.
    pub of_step: f64,
    /// Divided by 2 at each level of the adaptive solver.
    pub by_level: bool,
}

impl Fraction {
    /// Its size at a level.
    fn at(self, level: u32) -> f64 {
        if self.by_level { self.of_step * (0.5_f64).powi(level.cast_signed()) } else { self.of_step }
    }
}

/// How a fixed number comes about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    /// The bits of a number.
    Number(u64),
    /// A parameter of the cell.
    Parameter(u32),
    /// A part of a step, in ms: bits of the part, and whether levels divide it.
    Duration(u64, bool),
    /// An entry of P or, if `input`, of Q.
    Entry { propagator: u32, row: u32, column: u32, input: bool },
    /// Of others.
    Operation(Op, Vec<FixedId>),
}

/// A matrix whose exponential is wanted; structural zeros are `None`.
#[derive(Debug, Clone, PartialEq)]
struct Matrix {
    entries: Vec<Vec<Option<FixedId>>>,
    fraction: Fraction,
}

/// Every fixed number of a program, equal ones once; what one is computed from has a smaller number.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    dt: f64,
    nodes: Vec<Node>,
    known: HashMap<Node, FixedId>,
    matrices: Vec<Matrix>,
    varies: Vec<bool>,
    levels: Vec<bool>,
    parameters_vary: Vec<bool>,
}

impl Pool {
    /// Of a cell whose parameters differ from cell to cell as told.
    pub(super) fn new(dt: f64, parameters_vary: Vec<bool>) -> Self {
        Self {
            dt,
            nodes: Vec::new(),
            known: HashMap::new(),
            matrices: Vec::new(),
            varies: Vec::new(),
            levels: Vec::new(),
            parameters_vary,
        }
    }

    fn add(&mut self, node: Node) -> FixedId {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let of = |list: &[FixedId], flags: &[bool]| list.iter().any(|id| flags[id.index()]);
        let (varies, levels) = match &node {
            Node::Number(_) => (false, false),
            Node::Parameter(index) => (self.parameters_vary[*index as usize], false),
            Node::Duration(_, by_level) => (false, *by_level),
            Node::Entry { propagator, .. } => {
                let matrix = &self.matrices[*propagator as usize];
                let entries: Vec<FixedId> = matrix.entries.iter().flatten().flatten().copied().collect();
                (of(&entries, &self.varies), matrix.fraction.by_level)
            }
            Node::Operation(_, operands) => (of(operands, &self.varies), of(operands, &self.levels)),
        };
        let id = FixedId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 numbers"));
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        self.varies.push(varies);
        self.levels.push(levels);
        id
    }

    /// A number.
    pub(super) fn number(&mut self, value: f64) -> FixedId {
        self.add(Node::Number(value.to_bits()))
    }

    /// A parameter.
    pub(super) fn parameter(&mut self, index: u32) -> FixedId {
        self.add(Node::Parameter(index))
    }

    /// A part of a step, in ms.
    pub(super) fn duration(&mut self, part: Fraction) -> FixedId {
        if part.by_level {
            self.add(Node::Duration(part.of_step.to_bits(), true))
        } else {
            self.number(part.of_step * self.dt)
        }
    }

    /// The number that an entry is, if it is the same in all cells and levels and known now.
    pub(super) fn value(&self, id: FixedId) -> Option<f64> {
        if let Node::Number(bits) = self.nodes[id.index()] { Some(f64::from_bits(bits)) } else { None }
    }

    /// Whether cells have their own.
    pub(super) fn varies(&self, id: FixedId) -> bool {
        self.varies[id.index()]
    }

    /// An operation on fixed numbers.
    pub(super) fn operation(&mut self, op: Op, operands: &[FixedId]) -> FixedId {
        let numbers: Option<Vec<f64>> = operands.iter().map(|id| self.value(*id)).collect();
        match numbers {
            Some(numbers) => self.number(operate(op, &numbers)),
            None => self.add(Node::Operation(op, operands.to_vec())),
        }
    }

    /// An entry of the exponential of a matrix over a part of the step.
    pub(super) fn entry(
        &mut self,
        entries: &[Vec<Option<FixedId>>],
        fraction: Fraction,
        (row, column): (usize, usize),
        input: bool,
    ) -> FixedId {
        let matrix = Matrix { entries: entries.to_vec(), fraction };
        let known = self.matrices.iter().position(|own| *own == matrix);
        let propagator = known.unwrap_or_else(|| {
            self.matrices.push(matrix);
            self.matrices.len() - 1
        });
        let [propagator, row, column] =
            [propagator, row, column].map(|place| u32::try_from(place).expect("matrices are small"));
        self.add(Node::Entry { propagator, row, column, input })
    }

    /// What `wanted` are computed from and they themselves, in order.
    pub(super) fn needed(&self, wanted: &[FixedId]) -> Vec<FixedId> {
        let mut marked = vec![false; self.nodes.len()];
        wanted.iter().for_each(|id| marked[id.index()] = true);
        for index in (0..marked.len()).rev() {
            if marked[index] {
                match &self.nodes[index] {
                    Node::Operation(_, operands) => operands.iter().for_each(|id| marked[id.index()] = true),
                    Node::Entry { propagator, .. } => {
                        let entries = self.matrices[*propagator as usize].entries.iter().flatten().flatten();
                        entries.for_each(|id| marked[id.index()] = true);
                    }
                    _ => {}
                }
            }
        }
        let all = 0..u32::try_from(marked.len()).expect("fewer than 2^32 numbers");
        all.map(FixedId).filter(|id| marked[id.index()]).collect()
    }

    /// The values of `needed` (from [`Self::needed`]) for a cell with these parameters, at a level; by number of the entry.
    pub(super) fn evaluate(&self, needed: &[FixedId], parameters: &[f64], level: u32, values: &mut Vec<f64>) {
        values.resize(self.nodes.len(), f64::NAN);
        let mut propagators: Vec<Option<Propagator>> = vec![None; self.matrices.len()];
        for id in needed {
            values[id.index()] = match &self.nodes[id.index()] {
                Node::Number(bits) => f64::from_bits(*bits),
                Node::Parameter(index) => parameters[*index as usize],
                Node::Duration(bits, by_level) => {
                    self.dt * Fraction { of_step: f64::from_bits(*bits), by_level: *by_level }.at(level)
                }
                Node::Operation(op, operands) => {
                    let operands: Vec<f64> = operands.iter().map(|id| values[id.index()]).collect();
                    operate(*op, &operands)
                }
                Node::Entry { propagator, row, column, input } => {
                    let matrix = &self.matrices[*propagator as usize];
                    let own = propagators[*propagator as usize].get_or_insert_with(|| {
                        let entry = |id: &Option<FixedId>| id.map_or(0.0, |id| values[id.index()]);
                        let rows: Vec<Vec<f64>> =
                            matrix.entries.iter().map(|row| row.iter().map(entry).collect()).collect();
                        Propagator::new(&rows, self.dt * matrix.fraction.at(level))
                    });
                    let (row, column) = (*row as usize, *column as usize);
                    if *input { own.input(row, column) } else { own.state(row, column) }
                }
            };
        }
    }
}

/// An operation on numbers.
fn operate(op: Op, x: &[f64]) -> f64 {
    match op {
        Op::Unary(op) => unary(op, x[0]),
        Op::Binary(op) => binary(op, x[0], x[1]),
        Op::Select => {
            if x[0] != 0.0 {
                x[1]
            } else {
                x[2]
            }
        }
        Op::Snap => snapped(x[0], x[1]),
        other => unreachable!("{other:?} is no operation on numbers that are fixed"),
    }
}
