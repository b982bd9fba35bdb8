//! Lines over lanes.

use super::super::code::{OPERANDS, Op};
use super::super::loops::{Source, compute};
use super::super::random;
use super::definition::Input;
use crate::graph::Draw;
use crate::linear::Propagator;
use neuropil_core::StreamKey;
use neuropil_core::simd::vectorized;
use std::collections::{BTreeSet, HashMap};

/// Most lanes at once.
pub const LANES: usize = 256;
/// Most propagators that are kept; when there are more, all are forgotten.
const KEPT: usize = 4096;

/// Where an operand is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    /// One number a lane.
    Register(u32),
    /// The same for all.
    Number(f64),
}

/// One line.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// An operation.
    Compute { op: Op, to: u32, of: [Operand; OPERANDS] },
    /// A row of an exact solution.
    Flow { to: u32, flow: usize },
    /// A draw.
    Draw { to: u32, site: u32, draw: Draw, of: [Operand; 2] },
}

/// A row of an exact solution, with its numbers.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub matrix: Vec<Vec<f64>>,
    pub values: Vec<Operand>,
    pub constants: Vec<Operand>,
    pub elapsed: Operand,
    pub row: usize,
}

/// Expressions compiled; immutable.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) lines: Vec<Line>,
    pub(super) flows: Vec<Flow>,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Operand>,
    pub(super) registers: usize,
    /// Which of the programs of a bank it is.
    pub(super) number: usize,
}

/// Whose draws these are.
#[derive(Debug, Clone, Copy)]
pub struct Draws<'d> {
    /// The stream.
    pub key: StreamKey,
    /// The number of each lane's synapse.
    pub numbers: &'d [u32],
    /// The step of each lane's event.
    pub steps: &'d [u64],
    /// What is added to the number of a call, so that events of a step have draws of their own.
    pub first_site: u32,
}

/// The registers of programs.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    registers: Vec<Vec<f64>>,
    /// Propagators by program, flow and elapsed time.
    known: HashMap<(usize, usize, u64), Propagator>,
    /// Numbers of the programs that it was prepared for.
    programs: BTreeSet<usize>,
}

impl Program {
    /// What the first registers have to be given, in their order.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Whether anything has to be computed.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Operations, and exponentials and what is made of them, of one lane.
    pub fn cost(&self) -> (usize, usize) {
        let costly = |line: &&Line| match line {
            Line::Compute { op: Op::Unary(op), .. } => op.is_costly(),
            Line::Compute { op: Op::Binary(op), .. } => *op == crate::graph::Binary::Pow,
            Line::Flow { .. } | Line::Draw { .. } => true,
            Line::Compute { .. } => false,
        };
        let exponentials = self.lines.iter().filter(costly).count();
        (self.lines.len() - exponentials, exponentials)
    }

    /// The same as one of the programs that share a bank: each of these has a number of its own.
    #[must_use]
    pub fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// Registers for this program and for others.
    ///
    /// # Panics
    /// If the bank was prepared for another program of this number.
    pub fn prepare(&self, bank: &mut Bank) {
        assert!(bank.programs.insert(self.number), "two programs of a bank are number {}", self.number);
        while bank.registers.len() < self.registers {
            bank.registers.push(vec![0.0; LANES]);
        }
        bank.known.clear();
    }

    /// Runs the lines over so many lanes, whose inputs are in the bank.
    ///
    /// # Panics
    /// If the bank was not prepared for this program, or there are more than [`LANES`].
    pub fn run(&self, bank: &mut Bank, lanes: usize, draws: Option<Draws<'_>>) {
        for line in &self.lines {
            match line {
                Line::Compute { op, to, of } => {
                    let mut tile = std::mem::take(&mut bank.registers[*to as usize]);
                    let sources = of.map(|operand| bank.source(operand, lanes));
                    vectorized(
                        #[inline(always)]
                        || compute(*op, &mut tile[..lanes], sources),
                    );
                    bank.registers[*to as usize] = tile;
                }
                Line::Flow { to, flow } => self.solve(bank, *to, *flow, lanes),
                Line::Draw { to, site, draw, of } => {
                    let draws = draws.expect("a program that draws is told for whom");
                    let mut tile = std::mem::take(&mut bank.registers[*to as usize]);
                    for lane in 0..lanes {
                        let (own, step) = (draws.numbers[lane] as usize, draws.steps[lane]);
                        let number = site + draws.first_site;
                        let place = random::Place { number, first: own, lanes: 1, step };
                        let [a, b] = of.map(|operand| bank.at(operand, lane));
                        random::draw(*draw, &mut tile[lane..=lane], draws.key, place, |_| (a, b));
                    }
                    bank.registers[*to as usize] = tile;
                }
            }
        }
    }

    fn solve(&self, bank: &mut Bank, to: u32, flow: usize, lanes: usize) {
        let own = &self.flows[flow];
        let mut tile = std::mem::take(&mut bank.registers[to as usize]);
        for (lane, to) in tile[..lanes].iter_mut().enumerate() {
            let elapsed = bank.at(own.elapsed, lane);
            if bank.known.len() > KEPT {
                bank.known.clear();
            }
            let values = |operands: &[Operand], column: usize| bank.at(operands[column], lane);
            let key = (self.number, flow, elapsed.to_bits());
            let new = if bank.known.contains_key(&key) { None } else { Some(Propagator::new(&own.matrix, elapsed)) };
            let known = new.as_ref().unwrap_or_else(|| &bank.known[&key]);
            let mut sum = 0.0;
            for column in 0..own.values.len() {
                sum += known.state(own.row, column) * values(&own.values, column);
            }
            for column in 0..own.constants.len() {
                if own.constants[column] != Operand::Number(0.0) {
                    sum += known.input(own.row, column) * values(&own.constants, column);
                }
            }
            *to = sum;
            if let Some(new) = new {
                bank.known.insert(key, new);
            }
        }
        bank.registers[to as usize] = tile;
    }

    /// What a lane came to.
    pub fn output(&self, bank: &Bank, place: usize, lane: usize) -> f64 {
        bank.at(self.outputs[place], lane)
    }
}

impl Bank {
    /// The lanes of the input at a place of [`Program::inputs`].
    pub fn input(&mut self, place: usize) -> &mut [f64] {
        &mut self.registers[place]
    }

    #[inline(always)]
    fn at(&self, operand: Operand, lane: usize) -> f64 {
        match operand {
            Operand::Register(number) => self.registers[number as usize][lane],
            Operand::Number(number) => number,
        }
    }

    #[inline(always)]
    fn source(&self, operand: Operand, lanes: usize) -> Source<'_, f64> {
        match operand {
            Operand::Register(number) => {
                let tile = &self.registers[number as usize];
                Source::Tile(&tile[..lanes.min(tile.len())])
            }
            Operand::Number(number) => Source::Number(number),
        }
    }
}
