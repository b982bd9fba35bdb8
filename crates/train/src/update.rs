//! From a gradient to new weights.

use crate::initial::InitialMatrix;
use crate::settings::{Settings, Signs};
use neuropil_model::sections::training::{Candidates, Method};
use neuropil_plasticity::bounds::{add_weight_decay, apply_mask, clamp_to_sign, shrink};
use neuropil_plasticity::deep_r::{DeepR, Rewired};
use neuropil_plasticity::optimizer::{Adam, Epsilon, GradientDescent, Optimizer, clip, norm};
use neuropil_plasticity::{Gradient, Learner, Matrix};

/// Least |w| of a synapse that shrinks.
const FLOOR: f64 = 1e-12;

/// The state of the optimisers of W_in, W, W_out and b.
pub(crate) struct Updater {
    settings: Settings,
    optimizers: [Mover; 4],
    /// Synapses of W_in and W_out that exist.
    masks: [Matrix; 2],
    drawn: [InitialMatrix; 3],
    seed: u64,
    deep_r: Option<DeepR>,
}

/// What moves one of the four arrays.
enum Mover {
    Adam(Adam),
    GradientDescent(GradientDescent),
}

/// Where a form of Adam has its ε; `None` for what is no Adam.
fn epsilon(method: Method) -> Option<Epsilon> {
    match method {
        Method::Adam => Some(Epsilon::Outside),
        Method::AdamPytorch => Some(Epsilon::Inside),
        Method::GradientDescent => None,
    }
}

impl Mover {
    fn optimizer(&mut self) -> &mut dyn Optimizer {
        match self {
            Self::Adam(own) => own,
            Self::GradientDescent(own) => own,
        }
    }
}

/// m and s of the four arrays, one after the other.
pub(crate) type Moments = Vec<[Vec<f64>; 2]>;

impl Updater {
    /// For a network that begins as drawn.
    pub fn new(settings: &Settings, seed: u64, drawn: [InitialMatrix; 3]) -> Self {
        let fresh = || match epsilon(settings.training.optimiser) {
            Some(place) => Mover::Adam(Adam::new(place)),
            None => Mover::GradientDescent(GradientDescent),
        };
        let weights = drawn.each_ref().map(|own| own.weights.clone());
        let mut own = Self {
            settings: settings.clone(),
            optimizers: [(); 4].map(|()| fresh()),
            masks: [drawn[0].mask.clone(), drawn[2].mask.clone()],
            deep_r: None,
            drawn,
            seed,
        };
        own.deep_r = own.rewired(weights.each_ref());
        own
    }

    /// DEEP R of weights as they are, if the task has it.
    fn rewired(&self, weights: [&Matrix; 3]) -> Option<DeepR> {
        let Signs::Rewire(own) = self.settings.signs else { return None };
        let candidate = |place: usize| match own.candidates {
            Candidates::Initial => self.drawn[place].mask.clone(),
            // An autapse is none.
            Candidates::All => Matrix::from_fn(weights[place].rows(), weights[place].columns(), |post, pre| {
                f64::from(u8::from(place != 1 || post != pre))
            }),
        };
        let matrices = (0..3).map(|place| Rewired::new(weights[place], &self.drawn[place].sign, &candidate(place)));
        Some(DeepR::new(matrices.collect(), own.l1, own.temperature, self.seed))
    }

    /// Goes on after `updates` updates, with the weights that `learner` has.
    pub fn resume(&mut self, updates: u32, moments: Moments, learner: &mut Learner) {
        let place = epsilon(self.settings.training.optimiser);
        for ((own, [mean, square]), place) in self.optimizers.iter_mut().zip(moments).zip(place.into_iter().cycle()) {
            *own = Mover::Adam(Adam::resumed(place, updates, mean, square));
        }
        self.deep_r = self.rewired([&learner.w_in, &learner.w_rec, &learner.readout.w_out]);
        self.follow(learner);
    }

    /// m and s of Adam; empty without.
    pub fn moments(&self) -> Moments {
        let of = |own: &Mover| match own {
            Mover::Adam(adam) => Some(adam.moments().map(<[f64]>::to_vec)),
            Mover::GradientDescent(_) => None,
        };
        self.optimizers.iter().filter_map(of).collect()
    }

    /// 1 where a synapse of W_in, of W_out exists.
    pub fn masks(&self) -> [&Matrix; 2] {
        self.masks.each_ref()
    }

    /// Where synapses move, those that exist are those with a weight.
    fn follow(&mut self, learner: &mut Learner) {
        if self.deep_r.is_some() {
            let there = |weights: &Matrix| {
                Matrix::from_fn(weights.rows(), weights.columns(), |post, pre| {
                    f64::from(u8::from(weights[(post, pre)] != 0.0))
                })
            };
            self.masks = [there(&learner.w_in), there(&learner.readout.w_out)];
            learner.mask = Some(there(&learner.w_rec));
        }
    }

    /// Makes update number `update`. Returns the norm of the gradient, before it is clipped.
    pub fn step(&mut self, update: u32, learner: &mut Learner, mut gradient: Gradient) -> f64 {
        let settings = &self.settings;
        let weight_decay = settings.training.weight_decay;
        if weight_decay > 0.0 {
            add_weight_decay(&mut gradient.w_in, &learner.w_in, weight_decay);
            add_weight_decay(&mut gradient.w_rec, &learner.w_rec, weight_decay);
            add_weight_decay(&mut gradient.w_out, &learner.readout.w_out, weight_decay);
        }
        let [w_in_mask, w_out_mask] = &self.masks;
        apply_mask(&mut gradient.w_in, w_in_mask);
        apply_mask(&mut gradient.w_out, w_out_mask);
        if !settings.bias {
            gradient.b.fill(0.0);
        }
        let before = match settings.training.clip_norm {
            Some(most) => clip(&mut gradient, most),
            None => norm(&gradient),
        };
        let rate = settings.schedule.at(update);
        let [of_in, of_rec, of_out, of_b] = self.optimizers.each_mut().map(Mover::optimizer);
        of_b.step(rate, &mut learner.readout.b, &gradient.b);
        if let Some(deep_r) = &mut self.deep_r {
            let gradients = [&gradient.w_in, &gradient.w_rec, &gradient.w_out];
            deep_r.step(update.into(), rate, &gradients, &mut [of_in, of_rec, of_out]);
            let weights = [&mut learner.w_in, &mut learner.w_rec, &mut learner.readout.w_out];
            weights.into_iter().zip(deep_r.matrices()).for_each(|(weights, own)| own.write(weights));
            self.follow(learner);
            return before;
        }
        of_in.step(rate, learner.w_in.values_mut(), gradient.w_in.values());
        of_rec.step(rate, learner.w_rec.values_mut(), gradient.w_rec.values());
        of_out.step(rate, learner.readout.w_out.values_mut(), gradient.w_out.values());
        match settings.signs {
            Signs::Free | Signs::Rewire(_) => {}
            Signs::Clamp => clamp_to_sign(&mut learner.w_rec, &learner.sign),
            Signs::Shrink(l1) => {
                shrink(&mut learner.w_rec, &learner.sign, rate * l1, FLOOR);
                shrink(&mut learner.readout.w_out, &learner.sign, rate * l1, FLOOR);
            }
        }
        // What shrinks has a floor, also where there is no synapse.
        if let Some(mask) = &learner.mask {
            apply_mask(&mut learner.w_rec, mask);
        }
        apply_mask(&mut learner.readout.w_out, w_out_mask);
        before
    }
}
