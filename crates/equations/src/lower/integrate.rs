//! `integrate_odes`.

use super::Lowerer;
use super::declare::count;
use super::symbols::Meaning;
use crate::ir::Statement;
use crate::syntax::{Expression, ExpressionKind, Span, Variable};

impl Lowerer<'_, '_, '_> {
    /// `integrate_odes(...)`: a list of variables, each with its derivatives.
    pub(super) fn integrate(&mut self, arguments: &[Expression], span: Span, all: &mut Vec<Statement>) {
        self.integrates = true;
        let mut list: Vec<u32> = Vec::new();
        for argument in arguments {
            let ExpressionKind::Name(variable) = &argument.kind else {
                self.notes.fault(argument.span, "`integrate_odes` takes names of variables");
                continue;
            };
            list.extend(self.integrated(variable));
        }
        if arguments.is_empty() {
            let with = self.states.iter().enumerate().filter(|(_, state)| state.derivative.is_some());
            list = with.map(|(at, _)| count(at)).collect();
        }
        list.sort_unstable();
        let before = list.len();
        list.dedup();
        if list.len() < before {
            self.notes.fault(span, "a variable stands in this list twice");
        }
        let known = self.lists.iter().position(|own| *own == list);
        let place = known.unwrap_or(self.lists.len());
        if known.is_none() {
            self.lists.push(list);
        }
        all.push(Statement::Integrate(count(place)));
    }

    fn integrated(&mut self, variable: &Variable) -> Vec<u32> {
        let name = &variable.name;
        if variable.order > 0 {
            let message = format!("name the variable, `{name}`: its derivatives are integrated with it");
            self.notes.fault(variable.span, message);
            return Vec::new();
        }
        let Some(symbol) = self.symbols.get(name).cloned() else {
            let meant = self.meant(name);
            self.notes.fault(variable.span, format!("nothing is called `{name}`{meant}"));
            return Vec::new();
        };
        let Meaning::State { first } = symbol.meaning else {
            let is = match symbol.meaning {
                Meaning::Kernel { .. } => "a kernel, which is always integrated".to_owned(),
                meaning => format!("{}, not a state variable with an equation", meaning.article()),
            };
            self.notes.fault(variable.span, format!("`{name}` is {is}"));
            return Vec::new();
        };
        let has_equation = |element: &u32| self.states[(first + element) as usize].derivative.is_some();
        let elements = match (&variable.index, symbol.size) {
            // Of a vector those elements that have an equation.
            (None, Some(size)) if (0..size).any(|element| has_equation(&element)) => {
                (0..size).filter(has_equation).collect()
            }
            (None, Some(size)) => (0..size.min(1)).collect(),
            _ => self.element(variable, name, symbol.size).into_iter().collect::<Vec<u32>>(),
        };
        let mut all = Vec::new();
        for element in elements {
            let mut state = first + element;
            if self.states[state as usize].derivative.is_none() {
                self.notes.fault(variable.span, format!("`{name}` has no equation"));
                return all;
            }
            all.push(state);
            // The next derivative, where the equation is of higher order.
            let mut order = 1;
            while let Some(Meaning::State { first }) =
                self.symbols.get(&crate::syntax::primed(name, order)).map(|own| own.meaning.clone())
            {
                state = first + element;
                if self.states[state as usize].derivative.is_none() {
                    break;
                }
                all.push(state);
                order += 1;
            }
        }
        all
    }
}
