//! Cascades between what synapses remember and the signals that arrive.

use crate::carried::{NUMBERS, Scattered};
use crate::identities::{CLOSE, NOT_RFLO, adjoint, applies, deviation};
use crate::network::{Kind, Network, STEPS, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::carrier::{Carrier, CarrierKind, Ideal, Signal, TrialNumbers};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::form::{carried, carried_modulators, eligibility, modulators};
use neuropil_plasticity::rule::{RULES, rule};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Error, Form, Learner, Plane, Rule, gradient};
use proptest::prelude::*;

/// Rules of which a signal arrives at these cells.
fn with_signal(learner: &Learner) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|own| own.signal().is_ok() && applies(own, learner))
}

/// Brings every signal so many steps late, and holds eligibility back for as long.
struct Late(usize);

impl Carrier for Late {
    fn name(&self) -> &'static str {
        "late"
    }

    fn carry(&self, _: Signal, sent: &Plane, _: &Classes, _: TrialNumbers) -> Result<Plane, Error> {
        Ok(Plane::from_fn(sent.steps(), sent.channels(), sent.trials(), |step, cell, trial| {
            step.checked_sub(self.0).map_or(0.0, |sent_at| sent.at(sent_at, cell, trial))
        }))
    }

    fn hold_back(&self) -> usize {
        self.0
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Stages backward on the signal (adjoint) are stages forward in synapses (forward, causal), with and without a carrier. Would
    /// catch a stage that acts a step late, direct credit of ModProp that waits, and a regulariser that does.
    #[test]
    fn forms_agree_with_cascades(plan in plans(NOT_RFLO), stages in 1_usize..4, hold_back in 0_usize..3) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let learner = Learner { cascade: Some(Cascade { stages, keep: 0.6 }), lags: 4, ..network.learner };
        let pair = (&outcome.tape, &outcome.credit);
        let scattered = Scattered { seed: plan.seed, hold_back };
        for rule in with_signal(&learner) {
            let expected = gradient(Form::Adjoint, rule, &learner, pair.0, pair.1).unwrap();
            for form in [Form::Forward, Form::Causal] {
                match gradient(form, rule, &learner, pair.0, pair.1) {
                    Ok(found) => prop_assert!(deviation(&found, &expected) < CLOSE, "{} {form}", rule.name),
                    Err(Error::NoForm { .. }) => {
                        let may_miss = form == Form::Causal && plan.kappa > 0.0 && rule.signal() == Ok(Signal::Emission);
                        prop_assert!(may_miss, "{} {form}", rule.name);
                    }
                    Err(error) => prop_assert!(false, "{}: {error}", rule.name),
                }
            }
            let by = |form, carrier: &dyn Carrier| carried(form, rule, &learner, pair, (carrier, NUMBERS)).unwrap();
            prop_assert!(deviation(&by(Form::Adjoint, &Ideal), &expected) < CLOSE, "{}", rule.name);
            let [one, other] = [Form::Adjoint, Form::Forward].map(|form| by(form, &scattered));
            prop_assert!(deviation(&one, &other) < CLOSE, "{} carried", rule.name);
        }
    }

    /// One stage behind a readout without a memory is the memory of a readout; λ = 0 is no cascade, to the bit.
    #[test]
    fn one_stage_is_the_memory_of_a_readout(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let mut outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        let with = |keep, stages| Some(Cascade { stages, keep });
        for rule in with_signal(&learner) {
            let alone = adjoint(rule.name, &learner, &outcome);
            let same = Learner { cascade: with(0.0, 3), ..learner.clone() };
            prop_assert!(deviation(&adjoint(rule.name, &same, &outcome), &alone) == 0.0, "{}", rule.name);
        }
        // The regulariser meets e, whatever the memory.
        outcome.credit.regulariser.clear();
        (learner.readout.kappa, learner.readout.scale) = (0.7, 1.0 - 0.7);
        let remembering = adjoint("eprop", &learner, &outcome);
        (learner.readout.kappa, learner.readout.scale, learner.cascade) = (0.0, 1.0, with(0.7, 1));
        let found = adjoint("eprop", &learner, &outcome);
        prop_assert!(deviation(&Unread(found).of(&remembering), &remembering) < CLOSE);
    }

    /// A signal that comes ℓ steps late to eligibility that is held back for ℓ steps is a signal in time, but for the last ℓ steps
    /// of eligibility, of which no signal arrives any more.
    #[test]
    fn exact_delays_of_both_cancel(plan in plans(NOT_RFLO), late in 0_usize..6) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let learner = &network.learner;
        let eprop = rule("eprop").unwrap();
        let pair = (&outcome.tape, &outcome.credit);
        let found = carried(Form::Adjoint, eprop, learner, pair, (&Late(late), NUMBERS)).unwrap();
        let mut cut = outcome.credit.clone();
        (STEPS - late..STEPS).for_each(|step| cut.err.step_mut(step).fill(0.0));
        let expected = gradient(Form::Adjoint, eprop, learner, &outcome.tape, &cut).unwrap();
        prop_assert!(deviation(&Unread(found).of(&expected), &expected) < CLOSE);
    }
}

/// A gradient of which W_out and b do not matter, since every rule has them alike.
struct Unread(neuropil_plasticity::Gradient);

impl Unread {
    fn of(self, other: &neuropil_plasticity::Gradient) -> neuropil_plasticity::Gradient {
        neuropil_plasticity::Gradient { w_out: other.w_out.clone(), b: other.b.clone(), ..self.0 }
    }
}

/// e-prop with a cascade, by hand: Σ_t L^t Σ_s C(s) ē^{t−s} + reg e, with the closed response C of three stages and ē of
/// eligibility that is traced forward; by a field of L that scatters too. What is told step by step adds up to the same.
#[test]
fn a_cascade_is_a_convolution() {
    for (kind, hold_back) in [(Kind::Alif, 0), (Kind::Lif, 2)] {
        let (network, outcome) = crate::faults::network(kind);
        let (keep, n) = (0.55_f64, network.learner.cells());
        let learner = Learner { cascade: Some(Cascade { stages: 3, keep }), ..network.learner };
        let pair = (&outcome.tape, &outcome.credit);
        let response = |s: usize| {
            let power = i32::try_from(s).unwrap();
            ((s + 1) * (s + 2)) as f64 / 2.0 * keep.powi(power) * (1.0 - keep).powi(3)
        };
        let synapses: Vec<[usize; 2]> = (0..n * n).map(|own| [own / n, own % n]).collect();
        let e = eligibility(&learner, &outcome.tape, &synapses).unwrap();
        let carrier = Scattered { seed: 7, hold_back };
        let signal = Plane::from_fn(STEPS, n, e.trials(), |step, cell, trial| {
            let of = |k| learner.readout.w_out[(k, cell)] * outcome.credit.err.at(step, k, trial);
            (0..learner.readout.outputs()).map(of).sum()
        });
        let scattered = carrier.carry(Signal::Learning, &signal, &Classes::one(n), NUMBERS).unwrap();
        let eprop = rule("eprop").unwrap();
        let field = eprop.by(CarrierKind::Field).unwrap();
        let brought = carried(Form::Adjoint, field, &learner, pair, (&carrier, NUMBERS)).unwrap();
        let told = [
            modulators(eprop, &learner, pair.0, pair.1).unwrap(),
            carried_modulators(field, &learner, pair, (&carrier, NUMBERS)).unwrap().0,
        ];
        let alone = gradient(Form::Adjoint, eprop, &learner, pair.0, pair.1).unwrap();
        for (index, (found, arrived, held)) in
            [(alone, &signal, 0), (brought, &scattered, hold_back)].iter().enumerate()
        {
            let mut expected = found.clone();
            let mut by_steps = found.clone();
            for (number, [post, pre]) in
                synapses.iter().copied().enumerate().filter(|(_, s)| learner.exists(s[0], s[1]))
            {
                let (mut sum, mut told_sum) = (0.0, 0.0);
                for trial in 0..e.trials() {
                    let (mut slow, mut kept) = (0.0, Vec::new());
                    for step in 0..STEPS {
                        let now = e.at(step, number, trial);
                        slow = learner.readout.kappa * slow + learner.readout.scale * now;
                        kept.push(slow);
                        sum += outcome.credit.regulariser.get(post * e.trials() + trial).copied().unwrap_or(0.0) * now;
                        told_sum += told[index].direct.at(step, post, trial) * now;
                        let met = (0..=step).map(|s| response(s) * kept[step - s]).sum::<f64>();
                        if step + held < STEPS {
                            sum += arrived.at(step + held, post, trial) * met;
                        }
                    }
                }
                expected.w_rec[(post, pre)] = sum;
                by_steps.w_rec[(post, pre)] = told_sum;
            }
            assert!(deviation(found, &expected) < CLOSE, "{kind:?} {index}");
            assert!(deviation(&by_steps, &expected) < CLOSE, "{kind:?} {index}");
        }
    }
}

/// ModProp with a cascade, by what is told: Γ waits, D does not. Would catch credit that does not wait, or twice.
#[test]
fn returned_credit_waits_and_direct_does_not() {
    let (network, outcome) = crate::faults::network(Kind::Alif);
    let learner = Learner { cascade: Some(Cascade { stages: 2, keep: 0.5 }), ..network.learner.clone() };
    let pair = (&outcome.tape, &outcome.credit);
    let n = learner.cells();
    let synapses: Vec<[usize; 2]> = (0..n * n).map(|own| [own / n, own % n]).collect();
    let e = eligibility(&learner, &outcome.tape, &synapses).unwrap();
    let modprop = rule("modprop_type").unwrap();
    let [told, before] = [&learner, &network.learner].map(|own| modulators(modprop, own, pair.0, pair.1).unwrap());
    assert_eq!(told.direct, before.direct);
    assert_ne!(told.returned, before.returned);
    let expected = gradient(Form::Adjoint, modprop, &learner, pair.0, pair.1).unwrap();
    let mut found = expected.clone();
    for (number, [post, pre]) in synapses.iter().copied().enumerate().filter(|(_, s)| learner.exists(s[0], s[1])) {
        let places = (0..STEPS).flat_map(|step| (0..e.trials()).map(move |trial| (step, trial)));
        let credit = |step, trial| told.direct.at(step, post, trial) + told.returned.at(step, post, trial);
        found.w_rec[(post, pre)] = places.map(|(step, trial)| credit(step, trial) * e.at(step, number, trial)).sum();
    }
    assert!(deviation(&found, &expected) < CLOSE);
}

/// Rules of which no signal arrives, forms without a cascade and stages that are none are told by name.
#[test]
fn what_has_no_cascade_is_refused() {
    let (network, outcome) = crate::faults::network(Kind::Lif);
    let learner = Learner { cascade: Some(Cascade { stages: 2, keep: 0.5 }), ..network.learner };
    let of = |name: &str, form, learner: &Learner| {
        gradient(form, rule(name).unwrap(), learner, &outcome.tape, &outcome.credit).unwrap_err().to_string()
    };
    for own in RULES.iter().filter(|own| !own.name.starts_with("rflo") && own.signal().is_err()) {
        let message = of(own.name, Form::Adjoint, &learner);
        assert!(message.contains(&format!("rule `{}` has no cascade", own.name)), "{message}");
    }
    assert!(of("modprop_type", Form::Modal, &learner).contains("modes have no cascade"));
    let none = Learner { cascade: Some(Cascade { stages: 0, keep: 0.5 }), ..learner };
    assert!(of("eprop", Form::Adjoint, &none).contains("cascade.stages"));
}
