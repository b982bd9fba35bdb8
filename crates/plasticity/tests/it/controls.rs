//! Controls that put errors at the wrong time, and means at the wrong pair of types.

use crate::identities::{ALL, CLOSE, NOT_RFLO, applies, deviation};
use crate::network::{GROUP_TRIALS, Network, STEPS, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::types::TypeMatrix;
use neuropil_plasticity::{Controls, Error, Form, Gradient, Plane, RULES, gradient};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every rule and form, with errors that come in the reverse order, is itself of errors that are made in the reverse order; W_out learns as ever. Forms that know nothing of the future say
    /// that there are none. Would catch a rule that reads its errors somewhere else.
    #[test]
    fn reversed_errors_are_those_of_a_reversed_credit(plan in plans(ALL)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner.clone();
        learner.rules.controls.reversed = true;
        let back = |own: &Plane| {
            Plane::from_fn(STEPS, own.channels(), GROUP_TRIALS, |step, k, trial| own.at(STEPS - 1 - step, k, trial))
        };
        let mut credit = outcome.credit.clone();
        (credit.err, credit.asked) = (back(&credit.err), credit.asked.as_ref().map(back));
        for rule in RULES.iter().filter(|rule| applies(rule, &learner)) {
            let expected = gradient(Form::Adjoint, rule, &network.learner, &outcome.tape, &credit).unwrap();
            let usual = gradient(Form::Adjoint, rule, &network.learner, &outcome.tape, &outcome.credit).unwrap();
            let expected = Gradient { w_out: usual.w_out, b: usual.b, ..expected };
            for form in [Form::Adjoint, Form::Forward] {
                let found = gradient(form, rule, &learner, &outcome.tape, &outcome.credit).unwrap();
                prop_assert!(deviation(&found, &expected) < CLOSE, "{} {form}", rule.name);
            }
            let causal = gradient(Form::Causal, rule, &learner, &outcome.tape, &outcome.credit);
            prop_assert!(matches!(causal, Err(Error::NoForm { .. })), "{}", rule.name);
        }
    }

    /// Means that are dealt anew are the same numbers, at another place for some seeds; both forms of a rule take them alike.
    #[test]
    fn resampled_means_are_the_same_numbers(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let sorted = |own: &TypeMatrix| {
            let mut all = own.total().values().to_vec();
            all.sort_by(f64::total_cmp);
            all
        };
        let own = TypeMatrix::all(&network.learner);
        let mut moved = 0;
        for seed in 0..4 {
            let mut learner = network.learner.clone();
            learner.rules.controls = Controls { resampled: Some([seed, 0]), reversed: false };
            let dealt = TypeMatrix::all(&learner);
            prop_assert_eq!(sorted(&dealt), sorted(&own));
            moved += usize::from(dealt != own);
            let of = |form, name| {
                let rule = neuropil_plasticity::rule::rule(name).unwrap();
                gradient(form, rule, &learner, &outcome.tape, &outcome.credit).unwrap()
            };
            for name in ["modprop_type", "mdgl_type_all"] {
                prop_assert!(deviation(&of(Form::Forward, name), &of(Form::Adjoint, name)) < CLOSE, "{name}");
            }
        }
        prop_assert!(moved > 0);
    }
}
