//! What a cell begins with: parameters, states, and what guards refuse.

use super::*;

/// Evaluates what a cell begins with.
pub(in super::super) struct Values<'c> {
    pub(in super::super) cell: &'c Cell,
    pub(in super::super) settings: &'c Settings,
}

impl Values<'_> {
    pub(in super::super) fn of(&self, roots: &[NodeId], parameters: &[f64]) -> Vec<f64> {
        evaluate(&self.cell.graph, roots, parameters, self.settings.dt_ms, |_| f64::NAN)
    }

    /// Of a cell; `known` are which parameters vary, and the values of another cell, which those that do not have too.
    pub(in super::super) fn parameters(
        &self,
        set: &[Option<Column>],
        cell: usize,
        known: Option<(&[bool], &[f64])>,
    ) -> Vec<f64> {
        let mut values = vec![f64::NAN; set.len()];
        for index in &self.cell.parameter_order {
            let place = *index as usize;
            values[place] = match (&set[place], known) {
                (Some(column), _) => column.of(cell),
                (None, Some((vary, others))) if !vary[place] => others[place],
                (None, _) => self.of(&[self.cell.parameters[place].start], &values)[0],
            };
        }
        values
    }

    pub(in super::super) fn starts(&self, parameters: &[f64]) -> Vec<f64> {
        let roots: Vec<NodeId> = self.cell.states.iter().map(|state| state.start).collect();
        let mut starts = self.of(&roots, parameters);
        starts.extend(self.cell.convolutions.iter().flat_map(|own| own.start.iter().map(|_| 0.0)));
        if let Some(output) = self.cell.output_beside_states() {
            let leaf = |node: Node| if let Node::State(state) = node { starts[state as usize] } else { 0.0 };
            let value = evaluate(&self.cell.graph, &[output], parameters, self.settings.dt_ms, leaf)[0];
            starts.push(value);
        }
        starts
    }

    /// The first cell of each fault.
    pub(in super::super) fn faults(&self, parameters: &[Vec<f64>], starts: &[Vec<f64>]) -> Vec<BadCell> {
        let mut faults = Vec::new();
        for guard in &self.cell.guards {
            let broken = parameters.iter().position(|own| self.of(&[guard.holds], own)[0] == 0.0);
            if let Some(cell) = broken {
                faults.push(self.broken(guard, cell, &parameters[cell], &starts[cell]));
            }
        }
        for (place, state) in self.cell.states.iter().enumerate() {
            if let Some(cell) = starts.iter().position(|own| !own[place].is_finite()) {
                faults.push(BadCell::NotFinite { cell, of: state.name.text.clone(), value: starts[cell][place] });
            }
        }
        faults
    }

    fn broken(&self, guard: &Guard, cell: usize, parameters: &[f64], starts: &[f64]) -> BadCell {
        let named = |text: &str| *text == guard.of.text;
        let parameter = self.cell.parameters.iter().position(|own| named(&own.name.text)).map(|own| parameters[own]);
        let state = self.cell.states.iter().position(|own| named(&own.name.text)).map(|own| starts[own]);
        let internal = self.cell.internals.iter().find(|own| named(&own.name.text));
        let internal = internal.map(|own| self.of(&[own.value], parameters)[0]);
        BadCell::Guard {
            cell,
            of: guard.of.text.clone(),
            value: parameter.or(state).or(internal).unwrap_or(f64::NAN),
            rule: guard.rule(),
        }
    }
}
