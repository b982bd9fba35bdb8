//! What a program with derivatives gives: where each quantity stands behind its results.

use super::*;

/// What is written behind a program with derivatives.
pub(super) struct Outputs {
    pub(super) own: WithTangents,
    pub(super) stores: Vec<Value>,
}

impl Outputs {
    pub(super) fn finish(
        mut self,
        traced: &Traced,
        leaves: &[(usize, Node)],
        directions: &Directions,
        (cell, limit): (&Cell, Option<f64>),
    ) -> Derived {
        let found = self.found(traced, leaves.len(), directions, limit);
        let kept = seen_of(&found, leaves.len());
        let number = |place: usize| kept[..place].iter().filter(|own| **own).count();
        let mut entries = Vec::new();
        for (quantity, value) in found {
            let renumbered = match quantity {
                Quantity::Transition { to, from } if kept[to] => {
                    Quantity::Transition { to: number(to), from: number(from) }
                }
                Quantity::Jump { to, jump } if kept[to] => Quantity::Jump { to: number(to), jump },
                Quantity::Arrival { to, port } if kept[to] => Quantity::Arrival { to: number(to), port },
                Quantity::Seen { from } => Quantity::Seen { from: number(from) },
                _ => continue,
            };
            entries.push((renumbered, self.place(value)));
        }
        let (distance, gate) = (self.place(traced.distance), self.place(traced.gate));
        let first = cell.states.len() + cell.convolutions.iter().map(|own| own.start.len()).sum::<usize>();
        let outputs = self.stores.len();
        for (plane, value) in traced.planes.iter().enumerate() {
            self.store(plane, *value);
        }
        for (output, value) in std::mem::take(&mut self.stores).into_iter().enumerate() {
            self.store(first + output, value);
        }
        let variables = leaves.iter().zip(&kept).filter(|(_, kept)| **kept).map(|((plane, _), _)| *plane).collect();
        let (main, called, pool) = self.own.builder.finish();
        Derived { main, called, pool, variables, entries, distance, gate, outputs }
    }

    /// All numbers that are not 0 by structure.
    fn found(
        &mut self,
        traced: &Traced,
        variables: usize,
        directions: &Directions,
        limit: Option<f64>,
    ) -> Vec<(Quantity, Value)> {
        let mut found = Vec::new();
        for (to, value) in traced.after.iter().enumerate() {
            for from in 0..variables {
                if let Some(value) = self.own.of(*value, from) {
                    let value = limit.map_or(value, |limit| self.bounded(value, limit));
                    found.push((Quantity::Transition { to, from }, value));
                }
            }
            for port in 0..directions.ports {
                let of_port = self.own.of(*value, directions.port(port));
                found.extend(of_port.map(|value| (Quantity::Arrival { to, port }, value)));
            }
            for jump in Jump::ALL {
                let of_jump = self.own.of(*value, directions.jump(jump));
                found.extend(of_jump.map(|value| (Quantity::Jump { to, jump }, value)));
            }
        }
        found.extend(traced.seen.iter().enumerate().map(|(from, value)| (Quantity::Seen { from }, *value)));
        found.retain(|(_, value)| self.own.builder.known(*value) != Some(0.0));
        found
    }

    /// No larger than `limit`, with its sign.
    fn bounded(&mut self, value: Value, limit: f64) -> Value {
        let builder = &mut self.own.builder;
        let [low, high] = [-limit, limit].map(|own| builder.number(own));
        let value = builder.op(Op::Binary(Binary::Max), &[value, low]);
        builder.op(Op::Binary(Binary::Min), &[value, high])
    }

    /// Where a value will be.
    fn place(&mut self, value: Value) -> Place {
        if let Value::Fixed(id) = value {
            return Place::Fixed(id);
        }
        let known = self.stores.iter().position(|own| *own == value);
        Place::Output(known.unwrap_or_else(|| {
            self.stores.push(value);
            self.stores.len() - 1
        }))
    }

    fn store(&mut self, plane: usize, value: Value) {
        let value = Value::Run(self.own.builder.tile(value));
        self.own.builder.push(Item::Store(u32::try_from(plane).expect("few planes"), value));
    }
}
