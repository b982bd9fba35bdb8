//! From expressions to lines, with the numbers of one set of parameters.

use super::super::code::{OPERANDS, Op};
use super::super::scalar::{binary, unary};
use super::definition::{Definition, Definitions, Input};
use super::run::{Flow, Line, Operand, Program};
use crate::graph::{Graph, Node, NodeId};
use std::collections::HashMap;

/// What is known when a network is built.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// The values of all parameters, coherent.
    pub parameters: &'k [f64],
    /// The step, ms.
    pub dt_ms: f64,
}

/// A program that is being written.
struct Writer<'d> {
    graph: Graph,
    definitions: &'d Definitions,
    known: Known<'d>,
    replaced: HashMap<NodeId, NodeId>,
    done: HashMap<NodeId, Operand>,
    program: Program,
}

impl Program {
    /// Compiles the expressions `roots`.
    pub fn new(graph: &Graph, definitions: &Definitions, roots: &[NodeId], known: (&[f64], f64)) -> Self {
        let inputs = definitions.inputs(graph, roots);
        let registers = inputs.len();
        let (lines, flows, outputs) = (Vec::new(), Vec::new(), Vec::new());
        let program = Program { lines, flows, inputs, outputs, registers, number: 0 };
        let known = Known { parameters: known.0, dt_ms: known.1 };
        let (replaced, done) = (HashMap::new(), HashMap::new());
        let mut writer = Writer { graph: graph.clone(), definitions, known, replaced, done, program };
        for root in roots {
            let operand = writer.operand(*root);
            writer.program.outputs.push(operand);
        }
        writer.program
    }
}

impl Writer<'_> {
    /// The expression with parameters and dt as numbers, which simplifies it.
    fn with_numbers(&mut self, root: NodeId) -> NodeId {
        let Known { parameters, dt_ms } = self.known;
        let numbers: HashMap<u32, NodeId> = {
            let places = 0..u32::try_from(parameters.len()).expect("few parameters");
            places.map(|place| (place, self.graph.constant(parameters[place as usize]))).collect()
        };
        let dt = self.graph.constant(dt_ms);
        let mut leaf = |node: Node| match node {
            Node::Parameter(place) => numbers.get(&place).copied(),
            Node::Resolution => Some(dt),
            _ => None,
        };
        self.graph.substitute_known(root, &mut leaf, &mut self.replaced)
    }

    /// The operand of an expression; lines that compute it are written.
    fn operand(&mut self, root: NodeId) -> Operand {
        let root = self.with_numbers(root);
        let mut waiting = vec![(root, false)];
        while let Some((id, ready)) = waiting.pop() {
            if self.done.contains_key(&id) {
                continue;
            }
            let node = self.graph.node(id);
            if let Some(definition) = self.definitions.of(node) {
                let operand = match definition.clone() {
                    Definition::Input(input) => self.input(input),
                    Definition::Flow(flow) => {
                        // Flows nest as deep as a chain of events does: one.
                        let values = flow.values.iter().map(|own| self.operand(*own)).collect();
                        let constants = flow.constants.iter().map(|own| self.operand(*own)).collect();
                        let elapsed = self.operand(flow.elapsed);
                        let matrix = flow.matrix.iter().map(|row| row.iter().map(|a| self.number(*a)).collect());
                        let own = Flow { matrix: matrix.collect(), values, constants, elapsed, row: flow.row };
                        self.program.flows.push(own);
                        let to = self.register();
                        self.program.lines.push(Line::Flow { to, flow: self.program.flows.len() - 1 });
                        Operand::Register(to)
                    }
                };
                self.done.insert(id, operand);
                continue;
            }
            if !ready {
                waiting.push((id, true));
                waiting.extend(node.operands().map(|operand| (operand, false)));
                continue;
            }
            let operand = self.node(node);
            self.done.insert(id, operand);
        }
        self.done[&root]
    }

    /// A fixed expression.
    fn number(&mut self, root: NodeId) -> f64 {
        match self.operand(root) {
            Operand::Number(number) => number,
            Operand::Register(_) => unreachable!("coefficients are fixed"),
        }
    }

    fn input(&mut self, input: Input) -> Operand {
        let place = self.program.inputs.iter().position(|own| *own == input).expect("all inputs are collected");
        Operand::Register(u32::try_from(place).expect("few inputs"))
    }

    fn register(&mut self) -> u32 {
        self.program.registers += 1;
        u32::try_from(self.program.registers - 1).expect("few registers")
    }

    fn node(&mut self, node: Node) -> Operand {
        let nothing = Operand::Number(0.0);
        match node {
            Node::Constant(constant) => Operand::Number(constant.value()),
            Node::Unary(op, a) => match self.done[&a] {
                Operand::Number(a) => Operand::Number(unary(op, a)),
                a => self.compute(Op::Unary(op), [a, nothing, nothing, nothing]),
            },
            Node::Binary(op, a, b) => match (self.done[&a], self.done[&b]) {
                (Operand::Number(a), Operand::Number(b)) => Operand::Number(binary(op, a, b)),
                (a, b) => self.compute(Op::Binary(op), [a, b, nothing, nothing]),
            },
            Node::Select(condition, a, b) => {
                let (a, b) = (self.done[&a], self.done[&b]);
                match self.done[&condition] {
                    Operand::Number(holds) => {
                        if holds != 0.0 {
                            a
                        } else {
                            b
                        }
                    }
                    condition => self.compute(Op::Select, [condition, a, b, nothing]),
                }
            }
            Node::Random { site, draw, a, b } => {
                let of = [self.done[&a], self.done[&b]];
                let to = self.register();
                self.program.lines.push(Line::Draw { to, site, draw, of });
                Operand::Register(to)
            }
            other => unreachable!("{other:?} was replaced before"),
        }
    }

    fn compute(&mut self, op: Op, of: [Operand; OPERANDS]) -> Operand {
        let to = self.register();
        self.program.lines.push(Line::Compute { op, to, of });
        Operand::Register(to)
    }
}
