//! From a gradient to new weights.

use crate::settings::{Method, Settings, Signs};
use neuropil_plasticity::bounds::{add_weight_decay, apply_mask, clamp_to_sign, shrink};
use neuropil_plasticity::optimizer::{Adam, Epsilon, GradientDescent, Optimizer, clip, norm};
use neuropil_plasticity::{Gradient, Learner, Matrix};

/// Least |w| of a synapse that shrinks.
const FLOOR: f64 = 1e-12;

/// The state of the optimisers of W_in, W, W_out and b.
pub(crate) struct Updater {
    settings: Settings,
    adam: Option<[Adam; 4]>,
    /// Of W_in and W_out.
    masks: [Matrix; 2],
}

/// m and s of the four arrays, one after the other.
pub(crate) type Moments = Vec<[Vec<f64>; 2]>;

impl Updater {
    pub fn new(settings: &Settings, masks: [Matrix; 2]) -> Self {
        let fresh = || [(); 4].map(|()| Adam::new(Epsilon::Outside));
        let adam = (settings.method == Method::Adam).then(fresh);
        Self { settings: settings.clone(), adam, masks }
    }

    /// Goes on after `updates` updates.
    pub fn resume(&mut self, updates: u32, moments: Moments) {
        if let Some(adam) = &mut self.adam {
            for (own, [mean, square]) in adam.iter_mut().zip(moments) {
                *own = Adam::resumed(Epsilon::Outside, updates, mean, square);
            }
        }
    }

    pub fn moments(&self) -> Moments {
        self.adam.iter().flatten().map(|own| own.moments().map(<[f64]>::to_vec)).collect()
    }

    /// Makes update number `update`. Returns the norm of the gradient, before it is clipped.
    pub fn step(&mut self, update: u32, learner: &mut Learner, mut gradient: Gradient) -> f64 {
        let settings = &self.settings;
        if settings.weight_decay > 0.0 {
            add_weight_decay(&mut gradient.w_in, &learner.w_in, settings.weight_decay);
            add_weight_decay(&mut gradient.w_rec, &learner.w_rec, settings.weight_decay);
            add_weight_decay(&mut gradient.w_out, &learner.readout.w_out, settings.weight_decay);
        }
        let [w_in_mask, w_out_mask] = &self.masks;
        apply_mask(&mut gradient.w_in, w_in_mask);
        apply_mask(&mut gradient.w_out, w_out_mask);
        if !settings.bias {
            gradient.b.fill(0.0);
        }
        let before = match settings.clip_norm {
            Some(most) => clip(&mut gradient, most),
            None => norm(&gradient),
        };
        let rate = settings.schedule.at(update);
        let weights = [
            learner.w_in.values_mut(),
            learner.w_rec.values_mut(),
            learner.readout.w_out.values_mut(),
            &mut learner.readout.b,
        ];
        let gradients = [gradient.w_in.values(), gradient.w_rec.values(), gradient.w_out.values(), &gradient.b];
        for (place, (weights, gradient)) in weights.into_iter().zip(gradients).enumerate() {
            match &mut self.adam {
                Some(adam) => adam[place].step(rate, weights, gradient),
                None => GradientDescent.step(rate, weights, gradient),
            }
        }
        match settings.signs {
            Signs::Free => {}
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
