//! Everything that a step of a cell runs.

use crate::graph::{Node, NodeId};
use crate::ir::{Cell, Output, Printed, Statement};

impl Cell {
    /// Shows every statement of every block, outer ones before inner ones.
    pub fn each_statement(&self, show: &mut dyn FnMut(&Statement)) {
        let blocks = std::iter::once(&self.update).chain(self.handlers.iter().map(|own| &own.body));
        for block in blocks.chain(self.conditions.iter().map(|own| &own.body)) {
            each_of(block, show);
        }
    }

    /// What leaves a graded cell, where that is no state variable: it has a plane of its own behind all others.
    pub fn output_beside_states(&self) -> Option<NodeId> {
        match self.output {
            Output::Graded(node) if !matches!(self.graph.node(node), Node::State(_)) => Some(node),
            _ => None,
        }
    }

    /// Every node that a step evaluates: of statements, conditions, equations, jumps and recordables.
    pub fn roots(&self) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = self.states.iter().filter_map(|state| state.derivative).collect();
        all.extend(self.conditions.iter().map(|condition| condition.when));
        all.extend(self.jumps.iter().map(|jump| jump.coefficient));
        all.extend(self.recordables.iter().map(|recordable| recordable.value));
        if let Output::Graded(node) = self.output {
            all.push(node);
        }
        self.each_statement(&mut |statement| match statement {
            Statement::Assign { value, .. } => all.push(*value),
            Statement::Branch { condition, .. } | Statement::While { condition, .. } => all.push(*condition),
            Statement::Emit { weight, .. } => all.extend(weight),
            Statement::Print { parts } => all.extend(parts.iter().filter_map(|part| match part {
                Printed::Value(node) => Some(*node),
                Printed::Text(_) => None,
            })),
            Statement::Integrate(_) => {}
        });
        all
    }
}

fn each_of(block: &[Statement], show: &mut dyn FnMut(&Statement)) {
    for statement in block {
        show(statement);
        match statement {
            Statement::Branch { yes, no, .. } => {
                each_of(yes, show);
                each_of(no, show);
            }
            Statement::While { body, .. } => each_of(body, show),
            _ => {}
        }
    }
}
