//! What the rules must satisfy on random networks: every rule in every form, and against differentiation of the network.

use crate::network::{Kind, Network, NetworkPlan, STEPS, plans};
use crate::simulator::{Outcome, Shadow, Travel, simulate};
use neuropil_plasticity::cell::Threshold;
use neuropil_plasticity::form::{eligibility, modulators};
use neuropil_plasticity::rule::{Broadcast, Emission, Estimate, Feedback, Memory, Reach, Slope, Teaching, rule};
use neuropil_plasticity::types::TypeMatrix;
use neuropil_plasticity::{Dynamics, Error, Form, Gradient, Learner, Matrix, RULES, Rule, gradient};
use proptest::prelude::*;

pub const ALL: &[Kind] =
    &[Kind::Lif, Kind::Alif, Kind::Mixed, Kind::Relu, Kind::Rflo, Kind::LifDelta, Kind::LifExp, Kind::Everything];
pub const NOT_RFLO: &[Kind] =
    &[Kind::Lif, Kind::Alif, Kind::Mixed, Kind::Relu, Kind::LifDelta, Kind::LifExp, Kind::Everything];
pub const THRESHOLD: &[Kind] = &[Kind::Lif, Kind::Alif, Kind::Mixed, Kind::Relu];
const EVERY: [Form; 4] = [Form::Adjoint, Form::Forward, Form::Modal, Form::Causal];

fn run(form: Form, name: &str, learner: &Learner, outcome: &Outcome) -> Result<Gradient, Error> {
    gradient(form, rule(name).unwrap(), learner, &outcome.tape, &outcome.credit)
}

pub fn adjoint(name: &str, learner: &Learner, outcome: &Outcome) -> Gradient {
    run(Form::Adjoint, name, learner, outcome).unwrap()
}

pub fn applies(rule: &Rule, learner: &Learner) -> bool {
    use neuropil_plasticity::rule::Scope;
    let threshold = |cell: &Dynamics| matches!(cell, Dynamics::Threshold(_));
    let rflo = |cell: &Dynamics| matches!(cell, Dynamics::Rflo(_));
    if rule.estimate != Estimate::Tape {
        return false;
    }
    match rule.cells {
        Scope::Any => true,
        Scope::NotRflo => !learner.dynamics.iter().any(rflo),
        Scope::Rflo => learner.dynamics.iter().all(rflo),
        Scope::Threshold => learner.dynamics.iter().all(threshold),
    }
}

/// The largest difference over the largest value, of both weight matrices and the readout.
pub fn deviation(found: &Gradient, expected: &Gradient) -> f64 {
    deviation_beyond(0.0, found, expected)
}

/// As [`deviation`], of what exceeds the `noise` that `expected` is known to.
pub fn deviation_beyond(noise: f64, found: &Gradient, expected: &Gradient) -> f64 {
    let pairs = [
        (found.w_in.values(), expected.w_in.values()),
        (found.w_rec.values(), expected.w_rec.values()),
        (found.w_out.values(), expected.w_out.values()),
        (&found.b, &expected.b),
    ];
    let of = |(found, expected): (&[f64], &[f64])| {
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().chain(expected).all(|value| value.is_finite()));
        let most = |values: &[f64]| values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let off: Vec<f64> = found.iter().zip(expected).map(|(a, b)| ((a - b).abs() - noise).max(0.0)).collect();
        if most(&off) == 0.0 { 0.0 } else { most(&off) / most(expected) }
    };
    pairs.into_iter().map(of).fold(0.0, f64::max)
}

pub const CLOSE: f64 = 1e-11;

/// Wfb as the rule's definition says, written out.
fn feedback_matrix(rule: &Rule, learner: &Learner) -> [Matrix; 2] {
    let n = learner.cells();
    let part = |post: usize, pre: usize, x: usize| {
        if learner.receptor(post, pre) == x { learner.w_rec[(post, pre)] } else { 0.0 }
    };
    let mean = |a: usize, b: usize, x: usize, all: bool| {
        let (mut sum, mut count) = (0.0, 0.0);
        for post in (0..n).filter(|post| learner.type_id[*post] == a) {
            for pre in (0..n).filter(|pre| learner.type_id[*pre] == b) {
                if all || learner.exists(post, pre) {
                    sum += part(post, pre, x);
                    count += 1.0;
                }
            }
        }
        if count == 0.0 { 0.0 } else { sum / count }
    };
    [0, 1].map(|x| {
        Matrix::from_fn(n, n, |post, pre| {
            let (a, b) = (learner.type_id[post], learner.type_id[pre]);
            match rule.feedback {
                Feedback::None => 0.0,
                Feedback::Weights => part(post, pre, x),
                Feedback::TypeConnected if learner.exists(post, pre) => mean(a, b, x, false),
                Feedback::TypeConnected => 0.0,
                Feedback::TypeAllOthers if post == pre => 0.0,
                Feedback::TypeAll | Feedback::TypeAllOthers => mean(a, b, x, true),
            }
        })
    })
}

/// Mean constants of each cell's type.
fn type_means(learner: &Learner) -> Vec<Dynamics> {
    let own = |cell: usize| match learner.dynamics[cell] {
        Dynamics::Threshold(own) => own,
        _ => unreachable!(),
    };
    let mean = |a: usize, field: fn(&Threshold) -> f64| {
        let of_type = (0..learner.cells()).filter(|cell| learner.type_id[*cell] == a);
        let values: Vec<f64> = of_type.map(|cell| field(&own(cell))).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let means = |a: &usize| {
        Dynamics::Threshold(Threshold {
            alpha: mean(*a, |own| own.alpha),
            g: mean(*a, |own| own.g),
            beta: mean(*a, |own| own.beta),
            rho: mean(*a, |own| own.rho),
            g_a: mean(*a, |own| own.g_a),
            reset: mean(*a, |own| own.reset),
        })
    };
    learner.type_id.iter().map(means).collect()
}

/// What differentiation of the network, changed as the rule says, gives.
fn oracle(rule: &Rule, network: &Network) -> Gradient {
    let learner = &network.learner;
    let feedback = feedback_matrix(rule, learner);
    let by = |post, pre, x: usize| feedback[x][(post, pre)];
    let travel = match (rule.feedback, rule.slope, rule.reach) {
        (Feedback::None, ..) => Travel::Detached,
        (_, Slope::Exact, Reach::All) => Travel::Exact,
        _ => Travel::Shadow(Shadow {
            feedback: &by,
            dynamics: match rule.reach {
                Reach::AllMeanConstants => type_means(learner),
                _ => learner.dynamics.clone(),
            },
            mu: learner.type_id.iter().map(|a| learner.mu[*a]).collect(),
            one_hop: rule.reach == Reach::OneHop,
            mu_first: rule.slope == Slope::MuAndFirstHop,
            local_regulariser: rule.emission == Emission::LocalRegulariser,
        }),
    };
    let broadcast = (rule.broadcast == Broadcast::Given).then(|| learner.feedback.clone().unwrap());
    simulate(network, &travel, broadcast.as_ref()).gradient
}

fn has_oracle(rule: &Rule) -> bool {
    let is_taught_errors = (rule.teaching, rule.memory) == (Teaching::Error, Memory::Readout);
    !matches!(rule.reach, Reach::Lags | Reach::LagsWithoutLeak | Reach::Hops(_))
        && rule.emission != Emission::Online
        && is_taught_errors
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Identities 5, 7, 10, 14: all existing forms of every rule agree. Forms that do not exist say why; those that must
    /// exist do.
    #[test]
    fn forms_agree(plan in plans(ALL)) {
        let network = Network::new(&plan);
        let learner = &network.learner;
        let outcome = simulate(&network, &Travel::Exact, None);
        for rule in RULES.iter().filter(|rule| applies(rule, learner)) {
            let reference = gradient(Form::Adjoint, rule, learner, &outcome.tape, &outcome.credit).unwrap();
            for form in EVERY {
                match gradient(form, rule, learner, &outcome.tape, &outcome.credit) {
                    Ok(found) => prop_assert!(deviation(&found, &reference) < CLOSE, "{} {form}", rule.name),
                    Err(Error::NoForm { .. }) => {
                        let missing = form == Form::Modal || form == Form::Causal && plan.kappa > 0.0;
                        prop_assert!(missing, "{} {form}", rule.name);
                    }
                    Err(Error::NoModes { .. }) => prop_assert!(form == Form::Modal),
                    Err(error) => prop_assert!(false, "{}: {error}", rule.name),
                }
            }
        }
    }

    /// Identities 1, 2, 9, 11, 13, and the definitions of MDGL and ModProp: every rule is the derivative of a network in
    /// which the ways of credit are cut or replaced as the rule says.
    #[test]
    fn rules_are_derivatives_of_changed_networks(plan in plans(ALL)) {
        let network = Network::new(&plan);
        let learner = &network.learner;
        let outcome = simulate(&network, &Travel::Exact, None);
        for rule in RULES.iter().filter(|rule| applies(rule, learner) && has_oracle(rule)) {
            let found = gradient(Form::Adjoint, rule, learner, &outcome.tape, &outcome.credit).unwrap();
            let off = deviation(&found, &oracle(rule, &network));
            prop_assert!(off < CLOSE, "{}: {off:.1e}", rule.name);
        }
    }

    /// What is told step by step adds up to the gradient: dE/dW = Σ (D + Γ) e over all steps and trials, for every synapse
    /// and rule.
    #[test]
    fn modulators_times_eligibility_is_the_gradient(plan in plans(ALL)) {
        let network = Network::new(&plan);
        let learner = &network.learner;
        let outcome = simulate(&network, &Travel::Exact, None);
        let pairs = (0..plan.cells).flat_map(|post| (0..plan.cells).map(move |pre| [post, pre]));
        let synapses: Vec<[usize; 2]> = pairs.filter(|[post, pre]| learner.exists(*post, *pre)).collect();
        let e = eligibility(learner, &outcome.tape, &synapses).unwrap();
        let is_e = |rule: &Rule| matches!(rule.memory, Memory::Readout | Memory::Cell);
        let own_traces = |rule: &Rule| rule.slope == Slope::MuAndFirstHop || !is_e(rule);
        let by_traces = |rule: &Rule| applies(rule, learner) && !own_traces(rule);
        for rule in RULES.iter().filter(|rule| by_traces(rule)) {
            let mut expected = gradient(Form::Adjoint, rule, learner, &outcome.tape, &outcome.credit).unwrap();
            let mut found = expected.clone();
            let told = modulators(rule, learner, &outcome.tape, &outcome.credit).unwrap();
            for (number, [post, pre]) in synapses.iter().copied().enumerate() {
                let places = (0..STEPS).flat_map(|step| (0..e.trials()).map(move |trial| (step, trial)));
                let term = |(step, trial): (usize, usize)| {
                    let credit = told.direct.at(step, post, trial) + told.returned.at(step, post, trial);
                    credit * e.at(step, number, trial)
                };
                found.w_rec[(post, pre)] = places.map(term).sum();
            }
            // Rounding against the largest value of W alone would hide behind those of W_in.
            expected.w_in = Matrix::zeros(plan.cells, learner.inputs());
            found.w_in = expected.w_in.clone();
            prop_assert!(deviation(&found, &expected) < CLOSE, "{}", rule.name);
        }
    }

    /// Identity 3: with every cell its own type, types are cells.
    #[test]
    fn cells_as_types(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        learner.mu = (0..plan.cells).map(|cell| 0.1 + 0.05 * cell as f64).collect();
        learner.type_id = (0..plan.cells).collect();
        let found = adjoint("modprop_type", &learner, &outcome);
        prop_assert!(deviation(&found, &adjoint("modprop_cell", &learner, &outcome)) < CLOSE);
        let forward = run(Form::Forward, "modprop_type", &learner, &outcome).unwrap();
        prop_assert!(deviation(&forward, &adjoint("modprop_cell", &learner, &outcome)) < CLOSE);
    }

    /// Identity 4: where ψ is μ, ModProp over the weights is exact; over weights that are constant on blocks of types,
    /// ModProp over types is.
    #[test]
    fn constant_slopes_are_exact(plan in plans(THRESHOLD)) {
        let network = Network::new(&plan);
        let mut outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        for step in 0..STEPS {
            for (cell, a) in learner.type_id.iter().enumerate() {
                outcome.tape.psi.row_mut(step, cell).fill(learner.mu[*a]);
            }
        }
        let exact = adjoint("bptt", &learner, &outcome);
        prop_assert!(deviation(&adjoint("modprop_cell", &learner, &outcome), &exact) < CLOSE);
        let blocks = [[-0.3, 0.2], [-0.5, 0.4]];
        let type_id = learner.type_id.clone();
        learner.w_rec = Matrix::from_fn(plan.cells, plan.cells, |p, q| blocks[type_id[p]][type_id[q]]);
        (learner.mask, learner.autapses) = (None, true);
        let exact = adjoint("bptt", &learner, &outcome);
        prop_assert!(deviation(&adjoint("modprop_type", &learner, &outcome), &exact) < CLOSE);
    }

    /// Identity 5: the recursion over classes = the same over cells with the expanded type matrix = taps of all lags.
    #[test]
    fn class_states_are_cell_states(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        (learner.lags, learner.sign) = (STEPS, vec![0; plan.cells]);
        let reference = adjoint("modprop_type", &learner, &outcome);
        for form in [Form::Forward, Form::Adjoint] {
            let taps = run(form, "modprop_type_S", &learner, &outcome).unwrap();
            prop_assert!(deviation(&taps, &reference) < CLOSE, "{form} taps");
        }
        if learner.channels() > 1 {
            // Receptors go by the sign of the weight, which an expanded matrix changes.
            return Ok(());
        }
        let types = TypeMatrix::all(&learner).total();
        let mut expanded = learner.clone();
        expanded.w_rec = Matrix::from_fn(plan.cells, plan.cells, |post, pre| {
            types[(learner.type_id[post], learner.type_id[pre])]
        });
        (expanded.mask, expanded.autapses) = (None, true);
        for form in [Form::Forward, Form::Adjoint] {
            let mut cells = run(form, "modprop_cell", &expanded, &outcome).unwrap();
            for (post, pre) in (0..plan.cells).flat_map(|p| (0..plan.cells).map(move |q| (p, q))) {
                if !learner.exists(post, pre) {
                    cells.w_rec[(post, pre)] = 0.0;
                }
            }
            prop_assert!(deviation(&cells, &reference) < CLOSE, "{form} cells");
        }
    }

    /// Identity 6: a reach of one hop is MDGL; less, or no weights, is e-prop.
    #[test]
    fn short_reaches(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        let eprop = adjoint("eprop", &learner, &outcome);
        let hop = match plan.kind {
            Kind::LifExp => plan.delay + 1,
            _ => plan.delay,
        };
        learner.lags = hop - 1;
        prop_assert!(deviation(&adjoint("modprop_type_S", &learner, &outcome), &eprop) < CLOSE);
        if plan.kind != Kind::Everything {
            learner.lags = hop;
            let mdgl = adjoint("mdgl_type_all", &learner, &outcome);
            prop_assert!(deviation(&adjoint("modprop_type_S", &learner, &outcome), &mdgl) < CLOSE);
        }
        learner.w_rec = Matrix::zeros(plan.cells, plan.cells);
        if learner.channels() == 1 {
            for name in ["modprop_type", "modprop_cell", "bptt", "mdgl_cell"] {
                prop_assert!(deviation(&adjoint(name, &learner, &outcome), &eprop) < CLOSE, "{name}");
            }
        }
    }

    /// A batch in groups of trials is the batch.
    #[test]
    fn groups_add_up(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let whole = adjoint("modprop_type", &network.learner, &outcome);
        let mut sum = Gradient::zeros(&network.learner);
        for trial in 0..outcome.tape.trials() {
            let (tape, credit) = crate::network::one_trial(&outcome.tape, &outcome.credit, trial);
            let rule = rule("modprop_type").unwrap();
            sum.add(&gradient(Form::Adjoint, rule, &network.learner, &tape, &credit).unwrap());
        }
        prop_assert!(deviation(&sum, &whole) < CLOSE);
    }
}

/// On networks that spike, the rules differ from each other, and an attached reset from a detached one: without, the
/// properties above would be empty.
#[test]
fn rules_differ() {
    for kind in NOT_RFLO {
        let plan = |attached| NetworkPlan {
            seed: 11,
            kind: *kind,
            cells: 7,
            delay: 2,
            kappa: 0.9,
            sparse: false,
            dale: true,
            attached,
            classify: false,
            regularised: true,
        };
        let network = Network::new(&plan(true));
        let outcome = simulate(&network, &Travel::Exact, None);
        let spikes = outcome.tape.z.values().iter().filter(|z| **z == 1.0).count();
        assert!(*kind == Kind::Relu || spikes > 20, "{kind:?}: {spikes} spikes");
        let found: Vec<(&str, Gradient)> = RULES
            .iter()
            .filter(|rule| applies(rule, &network.learner) && !matches!(rule.reach, Reach::Hops(_)))
            .map(|rule| (rule.name, adjoint(rule.name, &network.learner, &outcome)))
            .collect();
        for (index, (first, one)) in found.iter().enumerate() {
            for (second, other) in &found[..index] {
                let same = [*first, *second] == ["modprop_cell_exact", "bptt"]
                    // Rate cells neither adapt nor are reset.
                    || [*first, *second] == ["d_rtrl", "ottt"] && *kind == Kind::Relu
                    || first.ends_with("meanconst") && *second == "modprop_type" && *kind != Kind::Mixed;
                let off = deviation(one, other);
                assert!(same == (off < 1e-9), "{kind:?}: {first} and {second} differ by {off:.1e}");
            }
        }
        let detached = Network::new(&plan(false));
        let off =
            deviation(&adjoint("eprop", &detached.learner, &outcome), &adjoint("eprop", &network.learner, &outcome));
        assert!(*kind == Kind::Relu || off > 1e-6, "{kind:?}: the reset changes {off:.1e}");
    }
}
