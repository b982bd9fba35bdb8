//! Kernels and what they are convolved with.

use super::Lowerer;
use super::declare::count;
use super::quasi::{MOST_ORDER, companion};
use super::symbols::{Meaning, Phase};
use super::value::Value;
use crate::analyse::linear::{Leaf, linear};
use crate::check::{Type, assigned};
use crate::graph::{Node, NodeId};
use crate::ir::{Convolution, Recordable};
use crate::syntax::{Equation, EquationLine, ExpressionKind, Kernel, Span, primed};
use crate::unit::{Dimensions, Unit};

/// How a kernel is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// An expression of t.
    Directly,
    /// `delta(t)`.
    Delta,
    /// Equations.
    ByEquations,
}

/// A kernel, or several coupled ones.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub given: Given,
    pub span: Span,
    /// The place in `equations`.
    pub line: usize,
    pub variables: Vec<KernelVariable>,
    /// A, complete once the kernel's turn has come.
    pub matrix: Vec<Vec<NodeId>>,
}

/// A number of a kernel.
#[derive(Debug, Clone)]
pub(super) struct KernelVariable {
    pub text: String,
    pub unit: Unit,
    pub span: Span,
    /// Whether `state` has a start value for it.
    pub declared: bool,
    pub start: Option<NodeId>,
}

/// A delta kernel with a port: a leaf that stands in equations until they are complete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta {
    pub port: u32,
    pub leaf: Node,
}

/// The block of the leaves that stand for a kernel's own variables in its definition.
pub(super) fn own(group: usize) -> u32 {
    (1 << 30) + count(group)
}

impl<'m> Lowerer<'_, '_, 'm> {
    /// Enters the names of kernels.
    pub(super) fn declare_kernels(&mut self) {
        let model = self.model;
        for (line, equations) in model.equations.iter().enumerate() {
            if let EquationLine::Kernel(kernel) = equations {
                self.declare_kernel(line, kernel);
            }
        }
    }

    fn declare_kernel(&mut self, line: usize, kernel: &'m Kernel) {
        let Some(first) = kernel.equations.first() else { return };
        let direct = kernel.equations.iter().filter(|equation| equation.of.order == 0).count();
        if direct > 0 && kernel.equations.len() > 1 {
            let message = "a kernel is one expression of t, or equations of derivatives: not both";
            self.notes.fault(first.of.span, message);
            return;
        }
        for equation in kernel.equations.iter().filter(|equation| equation.of.index.is_some()) {
            self.notes.fault(equation.of.span, "a kernel cannot be a vector");
        }
        let given = match &first.value.kind {
            _ if direct == 0 => Given::ByEquations,
            ExpressionKind::Call { function, arguments, .. } if function == "delta" => {
                if !matches!(arguments.as_slice(), [only] if only.span.of(self.notes.text) == "t") {
                    self.notes.fault(first.value.span, "a delta kernel is `delta(t)`");
                }
                Given::Delta
            }
            _ => Given::Directly,
        };
        let group = self.groups.len();
        let mut variables = Vec::new();
        for equation in &kernel.equations {
            for order in 0..equation.of.order.max(1) {
                let text = primed(&equation.of.name, order);
                let component = count(variables.len());
                self.enter(
                    &text,
                    Meaning::Kernel { group, component },
                    Type::REAL,
                    Unit::one(),
                    None,
                    equation.of.span,
                );
                let span = equation.of.span;
                variables.push(KernelVariable { text, unit: Unit::one(), span, declared: false, start: None });
            }
        }
        self.groups.push(Group { given, span: first.of.span, line, variables, matrix: Vec::new() });
    }

    /// The equations of a kernel.
    fn equations_of(&self, group: usize) -> &'m [Equation] {
        match &self.model.equations[self.groups[group].line] {
            EquationLine::Kernel(kernel) => &kernel.equations,
            _ => &[],
        }
    }

    /// Computes a kernel that is given directly.
    pub(super) fn direct_kernel(&mut self, name: &str) {
        let Some(Meaning::Kernel { group, .. }) = self.symbols.get(name).map(|own| own.meaning.clone()) else { return };
        if self.groups[group].given != Given::Directly || !self.groups[group].matrix.is_empty() {
            return;
        }
        let Some(equation) = self.equations_of(group).first() else { return };
        let faults = self.notes.findings.faults.len();
        let (node, of) = self.within(Phase::Kernel, |own| own.settled(&equation.value));
        if self.notes.findings.faults.len() > faults || of == Type::Unknown {
            return;
        }
        let Some(found) = companion(&mut self.graph, node) else {
            let text = equation.value.span.of(self.notes.text);
            let message = format!(
                "kernel `{name}` = {text} follows no linear equation with constant coefficients (tried up to order {MOST_ORDER})"
            );
            self.notes.fault(equation.of.span, message);
            return;
        };
        let dimensions = of.dimensions().unwrap_or_default();
        if let Some(symbol) = self.symbols.get_mut(name) {
            symbol.of = Type::of(dimensions);
        }
        let mut own = dimensions;
        let span = equation.of.span;
        let mut variables = Vec::new();
        for (order, start) in (0u8..).zip(found.start) {
            let text = primed(name, order);
            let unit = Unit::coherent(own).unwrap_or_else(Unit::one);
            variables.push(KernelVariable { text, unit, span, declared: true, start: Some(start) });
            own = own.over(Dimensions::TIME);
        }
        self.groups[group].variables = variables;
        self.groups[group].matrix = found.matrix;
    }

    /// Computes the kernels that are given by equations.
    pub(super) fn kernels(&mut self) {
        for group in 0..self.groups.len() {
            if self.groups[group].given == Given::ByEquations {
                self.kernel_by_equations(group);
            }
        }
    }

    fn kernel_by_equations(&mut self, group: usize) {
        let size = self.groups[group].variables.len();
        for variable in self.groups[group].variables.clone() {
            if !variable.declared {
                let message = format!("kernel `{}` has no start value: declare it in `state`", variable.text);
                self.notes.fault(variable.span, message);
            }
        }
        let (zero, one) = (self.graph.constant(0.0), self.graph.constant(1.0));
        let mut matrix: Vec<Vec<NodeId>> = Vec::new();
        for equation in self.equations_of(group) {
            let begin = matrix.len();
            for order in 1..usize::from(equation.of.order) {
                let mut row = vec![zero; size];
                row[begin + order] = one;
                matrix.push(row);
            }
            let row = self.kernel_row(group, equation, begin);
            matrix.push(row.unwrap_or_else(|| vec![zero; size]));
        }
        self.groups[group].matrix = matrix;
    }

    fn kernel_row(&mut self, group: usize, equation: &Equation, begin: usize) -> Option<Vec<NodeId>> {
        let size = self.groups[group].variables.len();
        let (node, of) = self.within(Phase::Kernel, |own| own.settled(&equation.value));
        let base = &self.groups[group].variables.get(begin)?.unit;
        let mut wanted = base.dimensions;
        for _ in 0..equation.of.order {
            wanted = wanted.over(Dimensions::TIME);
        }
        let what = format!("`{}`", equation.of.primed());
        self.judge(equation.value.span, assigned(Type::of(wanted), of, &what));
        if of == Type::Unknown {
            return None;
        }
        let block = own(group);
        let leaf = |node: &Node| match node {
            Node::Convolution { block: other, .. } if *other == block => Leaf::Variable,
            Node::Time => Leaf::Other,
            _ => Leaf::Fixed,
        };
        let Some(form) = linear(&mut self.graph, node, &leaf).filter(|form| form.rest.is_none()) else {
            let message =
                format!("kernel `{}` follows no linear equation with constant coefficients", equation.of.name);
            self.notes.fault(equation.of.span, message);
            return None;
        };
        let mut row = vec![self.graph.constant(0.0); size];
        for (leaf, coefficient) in form.terms {
            if let Node::Convolution { component, .. } = self.graph.node(leaf) {
                row[component as usize] = coefficient;
            }
        }
        Some(row)
    }

    /// The value of `convolve(kernel, port)`.
    pub(super) fn convolution(&mut self, group: usize, component: u32, port: u32, of: Type) -> Value {
        if self.groups[group].given == Given::Delta {
            let next = Node::Convolution { block: (1 << 31) + count(self.deltas.len()), component: 0 };
            let known = self.deltas.iter().find(|delta| delta.port == port).map(|delta| delta.leaf);
            let leaf = known.unwrap_or(next);
            if known.is_none() {
                self.deltas.push(Delta { port, leaf });
            }
            return self.convolution_value(leaf, port, Type::REAL, Dimensions::TIME);
        }
        let next = count(self.pairs.len());
        let block = *self.pairs.entry((group, port)).or_insert(next);
        let dimensions = of.dimensions().unwrap_or_default();
        self.convolution_value(Node::Convolution { block, component }, port, of, dimensions)
    }

    /// Writes down every pair of kernel and port, once all kernels and equations are known.
    pub(super) fn complete_convolutions(&mut self) {
        let mut pairs: Vec<((usize, u32), u32)> = self.pairs.iter().map(|(pair, block)| (*pair, *block)).collect();
        pairs.sort_by_key(|(_, block)| *block);
        let zero = self.graph.constant(0.0);
        for ((group, port), block) in pairs {
            let own = self.groups[group].clone();
            let port_name = self.spike_ports[port as usize].name.text.clone();
            let mut names = Vec::new();
            for (component, variable) in (0u32..).zip(&own.variables) {
                let name =
                    self.name(&format!("{}__X__{port_name}", variable.text), variable.unit.clone(), variable.span);
                let value = self.graph.add(Node::Convolution { block, component });
                self.recordables.push(Recordable { name: name.clone(), value });
                names.push(name);
            }
            let start = own.variables.iter().map(|variable| variable.start.unwrap_or(zero)).collect();
            let kernel = own.variables.first().map(|variable| variable.text.clone()).unwrap_or_default();
            self.convolutions.push(Convolution { kernel, port, names, matrix: own.matrix, start });
        }
        for (at, group) in self.groups.clone().into_iter().enumerate() {
            let used =
                self.pairs.keys().any(|(own, _)| *own == at) || group.given == Given::Delta && !self.deltas.is_empty();
            let broken = group.matrix.is_empty() && group.given != Given::Delta;
            if let Some(variable) = group.variables.first()
                && !used
                && !broken
            {
                self.notes.warn(group.span, format!("kernel `{}` is convolved with nothing", variable.text));
            }
        }
    }
}
