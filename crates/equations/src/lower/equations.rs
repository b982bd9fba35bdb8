//! Equations, what delta kernels do in them, and what ports and output come to.

use super::Lowerer;
use super::declare::count;
use super::symbols::{Context, Meaning, Phase};
use super::value::Effect;
use crate::analyse::linear::{Leaf, linear};
use crate::check::{Type, assigned};
use crate::graph::{Node, NodeId};
use crate::ir::{Jump, Kind, Name, Output};
use crate::syntax::{Equation, EquationLine, OutputKind, Span, primed};
use crate::unit::{Dimensions, Unit};
use std::collections::BTreeMap;

impl Lowerer<'_, '_, '_> {
    /// Every equation.
    pub(super) fn equations(&mut self) {
        let model = self.model;
        for line in &model.equations {
            if let EquationLine::Equation(equation) = line {
                self.equation(equation);
            }
        }
    }

    /// The states `x`, `x'`, ... below the derivative that an equation is of.
    fn states_below(&mut self, equation: &Equation) -> Option<Vec<u32>> {
        let of = &equation.of;
        if of.order == 0 {
            let message =
                format!("an equation is of a derivative: write `{0}' = ...`, or `inline {0} ... = ...`", of.name);
            self.notes.fault(of.span, message);
            return None;
        }
        let mut states = Vec::new();
        for order in 0..of.order {
            let name = primed(&of.name, order);
            let Some(symbol) = self.symbols.get(&name).cloned() else {
                if self.model.unread.contains(&of.name) {
                    return None;
                }
                let message = if order == 0 {
                    let kernel = format!("; did you mean `kernel {} = ...`?", of.primed());
                    let meant = self.meant(&name);
                    let meant = if meant.is_empty() { kernel } else { meant };
                    format!("equation of `{name}`, which is not in `state`{meant}")
                } else {
                    format!("equation of `{}`, but `{name}` has no start value in `state`", of.primed())
                };
                self.notes.fault(of.span, message);
                return None;
            };
            let Meaning::State { first } = symbol.meaning else {
                let message =
                    format!("equation of `{name}`, which is {}, not a state variable", symbol.meaning.article());
                self.notes.fault(of.span, message);
                return None;
            };
            let element = self.element(of, &name, symbol.size)?;
            states.push(first + element);
        }
        Some(states)
    }

    fn equation(&mut self, equation: &Equation) {
        let states = self.within(Phase::Start, |own| own.states_below(equation));
        let name = equation.of.primed();
        let base = states.as_ref().map(|states| &self.states[states[0] as usize]);
        let base_of = base.map(|state| (state.kind, state.name.unit.dimensions));
        let dimensions = (0..equation.of.order)
            .fold(base_of.map_or(Dimensions::ONE, |(_, own)| own), |own, _| own.over(Dimensions::TIME));
        self.context = states.is_some().then(|| Context { name: name.clone(), dimensions });
        let (node, of) = self.within(Phase::Equation, |own| own.settled(&equation.value));
        self.context = None;
        let Some(states) = states else { return };
        if base_of.is_some_and(|(kind, _)| kind != Kind::Real) {
            self.notes
                .fault(equation.of.span, format!("`{}` is no real number and has no derivative", equation.of.name));
            return;
        }
        self.judge(equation.value.span, assigned(Type::of(dimensions), of, &format!("`{name}`")));
        if of == Type::Boolean {
            return;
        }
        let last = states[states.len() - 1];
        let rest = self.without_deltas(node, last, equation.value.span);
        for pair in states.windows(2) {
            let next = self.graph.add(Node::State(pair[1]));
            self.states[pair[0] as usize].derivative = Some(next);
        }
        if self.states[last as usize].derivative.is_some() {
            self.notes.fault(equation.of.span, format!("a second equation of `{}`", equation.of.name));
        }
        self.states[last as usize].derivative = Some(rest);
    }

    /// Takes delta kernels out of a right-hand side; what they do becomes jumps of the variable.
    fn without_deltas(&mut self, node: NodeId, state: u32, span: Span) -> NodeId {
        let deltas = self.deltas.clone();
        if !self.graph.depends(node, |leaf| deltas.iter().any(|delta| delta.leaf == *leaf)) {
            return node;
        }
        let leaf = |node: &Node| {
            if deltas.iter().any(|delta| delta.leaf == *node) { Leaf::Variable } else { Leaf::Fixed }
        };
        let Some(form) = linear(&mut self.graph, node, &leaf) else {
            let message = "a convolution with a delta kernel can only be added here, with a factor";
            self.notes.fault(span, message);
            return node;
        };
        for (leaf, coefficient) in form.terms {
            let leaf = self.graph.node(leaf);
            if let Some(delta) = deltas.iter().find(|delta| delta.leaf == leaf) {
                if self.graph.depends(coefficient, |node| *node == Node::Time) {
                    self.notes.fault(span, "the factor of a delta kernel cannot depend on `t`");
                }
                self.jumps.push(Jump { state, port: delta.port, coefficient });
            }
        }
        form.rest.unwrap_or_else(|| self.graph.constant(0.0))
    }

    /// A delta kernel in a recorded inline would have a value at no time.
    fn check_deltas(&mut self) {
        let deltas = self.deltas.clone();
        for recordable in self.recordables.clone() {
            if self.graph.depends(recordable.value, |leaf| deltas.iter().any(|delta| delta.leaf == *leaf)) {
                let span = self.symbols.get(&recordable.name.text).map_or(Span::default(), |own| own.span);
                self.notes.fault(span, "an inline with a delta kernel cannot be recorded: it has a value at no time");
            }
        }
    }

    /// The unit of each port's effect, and the convolutions.
    pub(super) fn complete_ports(&mut self) {
        self.check_deltas();
        self.complete_convolutions();
        for (port, own) in self.spike_ports.iter_mut().enumerate() {
            let all: Vec<&Effect> = self.effects.iter().filter(|effect| effect.port == count(port)).collect();
            let one = all.iter().find(|effect| effect.is_one()).map(|effect| effect.dimensions);
            let of_all = one.filter(|one| one.is_of_weights() && all.iter().all(|other| other.dimensions == *one));
            own.effect = of_all.and_then(Unit::coherent);
        }
    }

    /// Whether what leaves the model was declared, and what was declared leaves it.
    pub(super) fn check_output(&mut self) {
        let declared = self.model.output;
        match (declared, self.emits) {
            (Some((OutputKind::Spike, _)), _) => self.output = Output::Spikes,
            (_, Some(span)) => {
                self.notes.fault(span, "this emits spikes, but the model has no `output: spike`");
            }
            (Some((OutputKind::Continuous, span)), None) if self.output == Output::None => {
                let message = "say what leaves the cell: `recordable inline z real = ... @neuropil::output`";
                self.notes.fault(span, message);
            }
            _ => {}
        }
        let equations = self.model.equations.iter().find_map(|line| match line {
            EquationLine::Equation(equation) => Some(equation.of.span),
            _ => None,
        });
        if let Some(span) = equations
            && !self.integrates
        {
            self.notes.fault(span, "there are equations, but nothing solves them: call `integrate_odes()` in `update`");
        }
    }

    /// Whether names stay apart at the borders of the program.
    pub(super) fn check_columns(&mut self) {
        let parameters: Vec<Name> = self.parameters.iter().map(|own| own.name.clone()).collect();
        let recordables: Vec<Name> = self.recordables.iter().map(|own| own.name.clone()).collect();
        for names in [parameters, recordables] {
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for name in names {
                if let Some(other) =
                    seen.insert(name.column.clone(), name.text.clone()).filter(|other| *other != name.text)
                {
                    let span = self.symbols.get(&name.text).map_or(Span::default(), |own| own.span);
                    let message =
                        format!("`{}` and `{other}` are both `{}` in files: rename one", name.text, name.column);
                    self.notes.fault(span, message);
                }
            }
        }
    }
}
