//! Reverse-mode differentiation of scalars: the oracle of these tests, which knows nothing of learning rules.

/// A number in a graph.
#[derive(Debug, Clone, Copy)]
pub struct Var {
    pub value: f64,
    place: Option<usize>,
}

/// Every number with its partial derivatives by earlier numbers.
#[derive(Default)]
pub struct Graph {
    partials: Vec<Vec<(usize, f64)>>,
}

pub fn constant(value: f64) -> Var {
    Var { value, place: None }
}

impl Graph {
    /// A number with partial derivatives as told, whether or not they are those of its value.
    pub fn custom(&mut self, value: f64, partials: &[(Var, f64)]) -> Var {
        let known = partials.iter().filter_map(|(of, partial)| of.place.map(|place| (place, *partial)));
        self.partials.push(known.collect());
        Var { value, place: Some(self.partials.len() - 1) }
    }

    pub fn variable(&mut self, value: f64) -> Var {
        self.custom(value, &[])
    }

    /// Σ factor x.
    pub fn sum(&mut self, terms: &[(Var, f64)]) -> Var {
        self.custom(terms.iter().map(|(x, factor)| factor * x.value).sum(), terms)
    }

    /// dE/d of each.
    pub fn gradient(&self, loss: Var, of: &[Var]) -> Vec<f64> {
        let mut adjoint = vec![0.0; self.partials.len()];
        adjoint[loss.place.expect("the loss depends on something")] = 1.0;
        for place in (0..self.partials.len()).rev() {
            for (before, partial) in &self.partials[place] {
                adjoint[*before] += partial * adjoint[place];
            }
        }
        of.iter().map(|var| var.place.map_or(0.0, |place| adjoint[place])).collect()
    }
}
