//! Rules whose modulators are brought by a carrier.

use crate::identities::{CLOSE, NOT_RFLO, adjoint, applies, deviation};
use crate::network::{Draws, Kind, Network, STEPS, plans};
use crate::simulator::{Outcome, Travel, simulate};
use neuropil_plasticity::carrier::{Carrier, CarrierKind, Ideal, Signal, TrialNumbers};
use neuropil_plasticity::form::{carried, carried_modulators, credited, eligibility, modulators};
use neuropil_plasticity::rule::{Memory, RULES, rule};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Error, Form, Gradient, Learner, Plane, Rule};
use proptest::prelude::*;

/// The first trials of a run.
pub const NUMBERS: TrialNumbers = TrialNumbers { update: 0, first: 0, step: 0 };

/// Every pair of cells has a delay and a gain of its own.
pub struct Scattered {
    pub seed: u64,
    pub hold_back: usize,
}

impl Carrier for Scattered {
    fn name(&self) -> &'static str {
        "scattered"
    }

    fn carry(&self, _: Signal, emitted: &Plane, classes: &Classes, _: TrialNumbers) -> Result<Plane, Error> {
        let cells = emitted.channels();
        let mut arrived = Plane::zeros(emitted.steps(), classes.size.len() * cells, emitted.trials());
        let mut draws = Draws::new(self.seed);
        for from in 0..cells {
            for to in 0..cells {
                let (gain, delay) = (draws.between(-1.0, 1.0), if draws.unit() < 0.5 { 1 } else { 4 });
                for step in delay..emitted.steps() {
                    let row = arrived.row_mut(step, classes.of_cell[from] * cells + to);
                    row.iter_mut().zip(emitted.row(step - delay, from)).for_each(|(sum, own)| *sum += gain * own);
                }
            }
        }
        Ok(arrived)
    }

    fn hold_back(&self) -> usize {
        self.hold_back
    }
}

/// Every rule that a field brings to these cells.
fn brought() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|own| !own.name.starts_with("rflo")).filter_map(|own| own.by(CarrierKind::Field).ok())
}

fn run(form: Form, rule: &Rule, learner: &Learner, outcome: &Outcome, carrier: &dyn Carrier) -> Gradient {
    carried(form, rule, learner, (&outcome.tape, &outcome.credit), (carrier, NUMBERS)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// The ideal carrier gives the rules of the papers, in both forms.
    #[test]
    fn the_ideal_carrier_is_none(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        for name in ["modprop_type", "modprop_type_S", "modprop_type_noleak_S", "mdgl_type_all", "modprop_type_reglocal",
            "modprop_type_random", "modprop_type_online", "mdgl_type_online", "eprop", "eprop_random"] {
            let expected = adjoint(name, &network.learner, &outcome);
            for form in [Form::Adjoint, Form::Forward] {
                let found = run(form, rule(name).unwrap(), &network.learner, &outcome, &Ideal);
                prop_assert!(deviation(&found, &expected) < CLOSE, "{name} {form}");
            }
        }
    }

    /// With modulators that differ from cell to cell the forms agree; ModProp of as many lags as a trial has steps is
    /// ModProp. Would catch modulators that meet the wrong cell, class or step.
    #[test]
    fn forms_agree_for_modulators_of_each_cell(plan in plans(NOT_RFLO), hold_back in 0_usize..4) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        learner.lags = STEPS;
        learner.damping = 1.0;
        let carrier = Scattered { seed: plan.seed, hold_back };
        for rule in brought().filter(|own| applies(own, &learner)) {
            let found = run(Form::Forward, rule, &learner, &outcome, &carrier);
            let expected = run(Form::Adjoint, rule, &learner, &outcome, &carrier);
            prop_assert!(deviation(&found, &expected) < CLOSE, "{}", rule.name);
        }
        let all = run(Form::Adjoint, rule("modprop_type+field").unwrap(), &learner, &outcome, &carrier);
        let lags = run(Form::Adjoint, rule("modprop_type_S+field").unwrap(), &learner, &outcome, &carrier);
        prop_assert!(deviation(&lags, &all) < CLOSE);
    }
}

/// Brings to each cell what is left of its own signal, with a gain of the step.
struct Patient {
    waits: bool,
    hold_back: usize,
}

impl Carrier for Patient {
    fn name(&self) -> &'static str {
        "patient"
    }

    fn waits(&self) -> bool {
        self.waits
    }

    fn hold_back(&self) -> usize {
        self.hold_back
    }

    fn carry(&self, _: Signal, sent: &Plane, _: &Classes, numbers: TrialNumbers) -> Result<Plane, Error> {
        assert_eq!(numbers.step > 0, self.waits, "only who waits begins late");
        let mut arrived = Plane::zeros(sent.steps(), sent.channels(), sent.trials());
        let mut level = vec![0.0; sent.channels() * sent.trials()];
        for step in 0..sent.steps() {
            let gain = (numbers.step + step) as f64;
            level.iter_mut().zip(sent.step(step)).for_each(|(level, own)| *level = 0.5 * *level + own);
            arrived.step_mut(step).iter_mut().zip(&level).for_each(|(arrived, level)| *arrived = gain * level);
        }
        Ok(arrived)
    }
}

/// A carrier that waits for the first error gives the gradient of one that is given whole trials, to the bit, also where modulators are late
/// and where nothing is ever taught.
#[test]
fn what_begins_late_is_the_same() {
    for kind in [Kind::Alif, Kind::Lif] {
        let (network, mut outcome) = crate::faults::network(kind);
        for first in [STEPS / 2, STEPS] {
            (0..first).for_each(|step| outcome.credit.err.step_mut(step).fill(0.0));
            for (name, hold_back) in [("eprop+field", 0), ("eprop_random+field", 2)] {
                let rule = rule(name).unwrap();
                let of = |waits| run(Form::Adjoint, rule, &network.learner, &outcome, &Patient { waits, hold_back });
                let (late, whole) = (of(true), of(false));
                assert_eq!(late, whole, "{name}");
                assert_eq!(whole.w_out.values().iter().any(|own| *own != 0.0), first < STEPS);
            }
        }
    }
}

/// What is told step by step adds up to the gradient where a carrier brings it, Σ (D + Γ) e, and M is what it brought.
#[test]
fn what_is_brought_times_eligibility_is_the_gradient() {
    for kind in [Kind::Alif, Kind::Lif] {
        let (network, outcome) = crate::faults::network(kind);
        let (learner, pair) = (&network.learner, (&outcome.tape, &outcome.credit));
        let n = learner.cells();
        let synapses: Vec<[usize; 2]> = (0..n * n).map(|own| [own / n, own % n]).collect();
        let e = eligibility(learner, &outcome.tape, &synapses).unwrap();
        let carrier = Scattered { seed: 3, hold_back: 2 };
        // The traces of `ottt` are others.
        for rule in brought().filter(|own| matches!(own.memory, Memory::Readout | Memory::Cell)) {
            let expected = run(Form::Adjoint, rule, learner, &outcome, &carrier);
            let (told, arrived) = carried_modulators(rule, learner, pair, (&carrier, NUMBERS)).unwrap();
            let signal = rule.signal().unwrap();
            let classes = if signal == Signal::Learning { Classes::one(n) } else { Classes::new(learner) };
            assert_eq!(arrived, carrier.carry(signal, &told.emission, &classes, NUMBERS).unwrap(), "{}", rule.name);
            let mut found = expected.clone();
            for (number, [post, pre]) in
                synapses.iter().copied().filter(|[p, q]| learner.exists(*p, *q)).map(|s| (s[0] * n + s[1], s))
            {
                let places = (0..STEPS).flat_map(|step| (0..e.trials()).map(move |trial| (step, trial)));
                let credit = |step, trial| told.direct.at(step, post, trial) + told.returned.at(step, post, trial);
                found.w_rec[(post, pre)] =
                    places.map(|(step, trial)| credit(step, trial) * e.at(step, number, trial)).sum();
            }
            assert!(deviation(&found, &expected) < CLOSE, "{}", rule.name);
            assert!(modulators(rule, learner, pair.0, pair.1).unwrap_err().to_string().contains("a carrier"));
        }
    }
}

/// A learning signal that is brought, by hand: dW = Σ_t M^t ē^{t−ℓ} + reg e, with ē ← κ ē + g_o e of eligibility that is traced
/// forward, and M the scattered L = B err. Would catch a signal that is filtered twice, the regulariser on its way through
/// the tissue, and an ℓ of the wrong sign.
#[test]
fn a_learning_signal_that_is_brought_meets_filtered_eligibility() {
    for (kind, hold_back) in [(Kind::Alif, 0), (Kind::Lif, 3)] {
        let (network, outcome) = crate::faults::network(kind);
        let learner = &network.learner;
        let n = learner.cells();
        let synapses: Vec<[usize; 2]> = (0..n * n).map(|own| [own / n, own % n]).collect();
        let e = eligibility(learner, &outcome.tape, &synapses).unwrap();
        let carrier = Scattered { seed: 5, hold_back };
        let signal = Plane::from_fn(STEPS, n, e.trials(), |step, cell, trial| {
            let of = |k| learner.readout.w_out[(k, cell)] * outcome.credit.err.at(step, k, trial);
            (0..learner.readout.outputs()).map(of).sum()
        });
        let arrived = carrier.carry(Signal::Learning, &signal, &Classes::one(n), NUMBERS).unwrap();
        let mut expected = run(Form::Adjoint, rule("eprop+kernel").unwrap(), learner, &outcome, &carrier);
        let found = expected.clone();
        let alone = adjoint("eprop", learner, &outcome);
        assert_eq!((&found.w_out, &found.b), (&alone.w_out, &alone.b));
        for (number, [post, pre]) in synapses.iter().copied().enumerate().filter(|(_, s)| learner.exists(s[0], s[1])) {
            let mut sum = 0.0;
            for trial in 0..e.trials() {
                let (mut slow, mut kept) = (0.0, Vec::new());
                for step in 0..STEPS {
                    slow = learner.readout.kappa * slow + learner.readout.scale * e.at(step, number, trial);
                    kept.push(slow);
                    let local = outcome.credit.regulariser.get(post).copied().unwrap_or(0.0);
                    sum += local * e.at(step, number, trial);
                    if step >= hold_back {
                        sum += arrived.at(step, post, trial) * kept[step - hold_back];
                    }
                }
            }
            expected.w_rec[(post, pre)] = sum;
        }
        assert!(deviation(&found, &expected) < CLOSE, "{hold_back}");
        assert!(deviation(&found, &alone) > 0.1);
    }
}

/// Rules without a signal that can be brought, a missing carrier, modulators of another shape and forms that cannot be are told
/// by name.
#[test]
fn what_cannot_be_carried_is_refused() {
    let (network, outcome) = crate::faults::network(Kind::Alif);
    let (learner, pair) = (&network.learner, (&outcome.tape, &outcome.credit));
    let told = |fault: Result<Gradient, Error>, words: &[&str]| {
        let message = fault.unwrap_err().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    for own in RULES.iter().filter(|own| own.signal().is_err()) {
        told(carried(Form::Adjoint, own, learner, pair, (&Ideal, NUMBERS)), &[own.name, "cannot be brought"]);
    }
    let field = rule("modprop_type+field").unwrap();
    let alone = neuropil_plasticity::gradient(Form::Adjoint, field, learner, pair.0, pair.1);
    told(alone, &["modprop_type+field", "carrier"]);
    told(carried(Form::Causal, field, learner, pair, (&Ideal, NUMBERS)), &["modprop_type+field", "causal"]);
    let small = Plane::zeros(STEPS, 1, 1);
    told(credited(Form::Adjoint, field, learner, pair, (small, 0)), &["modulators", "1 channels"]);
}
