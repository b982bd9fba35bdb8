//! Weights and delays of drawn synapses, through the public interface.

use neuropil_core::{Clock, Distribution, Outside, Shape};
use neuropil_network::connect::{AllToAll, Connector, FixedInDegree, FixedOutDegree, List};
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, model};
use neuropil_network::projection::{BadSynapse, Synapse};
use neuropil_network::{Kind, NetworkError, Population, Projection, Property, Sign};

const DT: f64 = 0.1;

fn population(cells: u32, sign: Sign) -> Population<f64> {
    let entry = model("lif_delta").unwrap();
    let columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    let built = entry.build(&columns, cells as usize, Clock::new(DT).unwrap()).unwrap();
    Population {
        name: "cells".into(),
        cells,
        kind: Kind::Neurons(built),
        cell_type: String::new(),
        sign,
        positions: None,
        initial: Vec::new(),
    }
}

fn design(cells: [u32; 2], sign: Sign, connector: impl Connector + 'static, properties: [Property; 2]) -> Design<f64> {
    let [weight, delay_ms] = properties;
    Design {
        clock: Clock::new(DT).unwrap(),
        seed: 7,
        populations: vec![population(cells[0], sign), population(cells[1], Sign::Mixed)],
        projections: vec![Projection {
            name: "wires".into(),
            source: 0,
            target: 1,
            from: None,
            to: None,
            connector: Box::new(connector),
            autapses: true,
            multapses: true,
            weight,
            delay_ms,
            receptor: None,
            synapse: None,
            plastic: false,
            third_factors: Vec::new(),
            stream: None,
        }],
        poisson: Vec::new(),
        currents: Vec::new(),
        voices: Vec::new(),
        weights: Weights::Full,
    }
}

fn synapses(design: &Design<f64>) -> Result<Vec<Synapse>, NetworkError> {
    let mut all = Vec::new();
    design.synapses(0, &mut |synapse| all.push(synapse)).map(|()| all)
}

fn constant(value: f64) -> Property {
    Property::Drawn(Distribution::constant(value))
}

fn normal(mean: f64, std: f64, min: f64) -> Property {
    let shape = Shape::Normal { mean, std };
    Property::Drawn(Distribution { shape, min, max: f64::INFINITY, outside: Outside::Redraw })
}

/// P(X <= x) of a standard normal number, by Simpson's rule.
fn phi(x: f64) -> f64 {
    let density = |u: f64| (-0.5 * u * u).exp() / std::f64::consts::TAU.sqrt();
    let h = (x + 9.0) / 2000.0;
    let inner: f64 = (1..2000).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * density(-9.0 + h * f64::from(i))).sum();
    h / 3.0 * (density(-9.0) + inner + density(x))
}

/// Delays of a normal distribution, redrawn below dt, then rounded to the nearest step: step k has the probability of
/// ((k - 1/2) h, (k + 1/2) h], k = 1 that of [h, 3/2 h], of the distribution cut at h. Each frequency within five standard
/// errors. Would catch delays that are cut off, clipped to one step or rounded down.
#[test]
fn drawn_delays_are_rounded_redraws() {
    let (mean, std) = (0.5, 0.3);
    let connector = FixedInDegree { in_degree: 100 };
    let design = design([500, 400], Sign::Mixed, connector, [constant(1.0), normal(mean, std, DT)]);
    let all = synapses(&design).unwrap();
    assert_eq!(all.len(), 40_000);
    let n = all.len() as f64;
    let at = |ms: f64| phi((ms - mean) / std);
    for k in 1..=15_u32 {
        let (low, high) = (f64::from(k) * DT - 0.05, f64::from(k) * DT + 0.05);
        let p = (at(high) - at(low.max(DT))) / (1.0 - at(DT));
        let found = all.iter().filter(|synapse| synapse.delay_steps == k).count() as f64 / n;
        assert!((found - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt() + 1.0 / n, "{k} steps: {found} instead of {p}");
    }
    assert!(all.iter().all(|synapse| synapse.delay_steps >= 1));
}

/// Weights have their moments, and are independent of delays and of the synapse before. Would catch weights and delays
/// drawn from one number, and one draw for all synapses of a cell; for both kinds of keys (target, source).
#[test]
fn weights_and_delays_are_independent_draws() {
    for by_source in [false, true] {
        let properties = [normal(50.0, 10.0, f64::NEG_INFINITY), normal(5.0, 1.0, DT)];
        let design = match by_source {
            false => design([400, 300], Sign::Mixed, FixedInDegree { in_degree: 100 }, properties),
            true => design([300, 400], Sign::Mixed, FixedOutDegree { out_degree: 100 }, properties),
        };
        let all = synapses(&design).unwrap();
        let n = all.len() as f64;
        let weights: Vec<f64> = all.iter().map(|synapse| (synapse.weight - 50.0) / 10.0).collect();
        let delays: Vec<f64> = all.iter().map(|synapse| f64::from(synapse.delay_steps) * DT - 5.0).collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
        let bound = 5.0 / n.sqrt();
        assert!((weights.iter().sum::<f64>() / n).abs() < bound);
        assert!((product(&weights, &weights) - 1.0).abs() < bound * 2.0_f64.sqrt());
        assert!((product(&delays, &delays) - 1.0 - DT * DT / 12.0).abs() < bound * 2.0_f64.sqrt());
        assert!(product(&weights, &delays).abs() < bound, "weight and delay of a synapse");
        assert!(product(&weights, &weights[1..]).abs() < bound, "neighbours");
        assert!(product(&weights, &weights[100..]).abs() < bound, "neighbouring cells");
    }
}

/// A drawn weight against the sign of its senders is refused by the cells it joins. Would catch a check of constants only.
#[test]
fn a_drawn_weight_against_dales_law_is_refused() {
    for (sign, mean) in [(Sign::Excitatory, 3.0), (Sign::Inhibitory, -3.0)] {
        let drawn = |mean| [normal(mean, 1.0, f64::NEG_INFINITY), constant(1.0)];
        let bad = synapses(&design([100, 100], sign, AllToAll, drawn(mean)));
        let Err(NetworkError::Synapse { projection, fault: BadSynapse::Weight { weight, .. } }) = bad else {
            panic!("{bad:?}")
        };
        assert_eq!(projection, "wires");
        assert!(weight * mean < 0.0, "{weight}");
        assert!(synapses(&design([100, 100], sign, AllToAll, drawn(mean * 100.0))).is_ok());
        assert!(synapses(&design([100, 100], Sign::Mixed, AllToAll, drawn(mean))).is_ok());
    }
}

/// Weights of 16 bits are the nearest ones, whoever asks for them; those beyond are refused.
#[test]
fn weights_are_rounded_to_16_bits_when_drawn() {
    let of = |weight, weights| {
        let mut design = design([30, 30], Sign::Mixed, AllToAll, [weight, constant(1.0)]);
        design.weights = weights;
        synapses(&design)
    };
    let [full, half] =
        [Weights::Full, Weights::Half].map(|own| of(normal(-87.8, 8.8, f64::NEG_INFINITY), own).unwrap());
    for (full, half) in full.iter().zip(&half) {
        assert_eq!(Synapse { weight: full.weight, ..*half }, *full);
        let error = (half.weight / full.weight - 1.0).abs();
        assert!(error <= 0.5_f64.powi(11) && (half.weight * 32.0).fract() == 0.0, "{full:?} {half:?}");
    }
    assert!(full.iter().zip(&half).any(|(full, half)| full != half));
    let bad = of(constant(7e4), Weights::Half).unwrap_err().to_string();
    assert!(bad.contains("weight 70000") && bad.contains("at most 65504 in size, for weights of 16 bits"), "{bad}");
}

/// A delay that rounds to no step, is negative, not finite or too long is refused; half a step is one.
#[test]
fn impossible_delays_are_refused() {
    let of = |delay| synapses(&design([2, 2], Sign::Mixed, AllToAll, [constant(1.0), constant(delay)]));
    for delay in [0.0, 0.04, -1.0, f64::NAN, f64::INFINITY, 100_001.0] {
        let bad = of(delay);
        assert!(matches!(bad, Err(NetworkError::Synapse { fault: BadSynapse::Delay { .. }, .. })), "{delay}: {bad:?}");
    }
    for (delay, steps) in [(0.06, 1), (0.1, 1), (0.14, 1), (0.16, 2), (1.5, 15), (100_000.0, 1_000_000)] {
        assert!(of(delay).unwrap().iter().all(|synapse| synapse.delay_steps == steps), "{delay} ms");
    }
}

/// offset + slope d, A exp(-d/l), A exp(-d^2/(2 s^2)) of the distance between the sending cell's and the receiving cell's
/// position. Would catch positions taken from the wrong population or by the wrong index.
#[test]
fn weights_and_delays_follow_the_distance() {
    type OfDistance = fn(f64) -> f64;
    let kinds: [(Property, OfDistance); 3] = [
        (Property::Linear { offset: 0.5, slope_per_um: 0.01 }, |d| 0.5 + 0.01 * d),
        (Property::Exponential { amplitude: 8.0, length_um: 60.0 }, |d| 8.0 * (-d / 60.0).exp()),
        (Property::Gaussian { amplitude: 8.0, sigma_um: 60.0 }, |d| 8.0 * (-d * d / 7200.0).exp()),
    ];
    let pre: Vec<[f64; 3]> = (0..4).map(|i| [f64::from(i) * 30.0, 5.0, 0.0]).collect();
    let post: Vec<[f64; 3]> = (0..3).map(|i| [0.0, f64::from(i * i) * 20.0, -30.0]).collect();
    for (property, value) in kinds {
        let list = List::new(vec![0, 3, 2, 1, 0], &[2, 2, 0, 1, 0]);
        let mut design = design([4, 3], Sign::Mixed, list, [property.clone(), property]);
        assert_eq!(design.faults().len(), 1, "positions are missing");
        design.populations[0].positions = Some(pre.clone());
        assert_eq!(design.faults().len(), 1, "positions are missing");
        design.populations[1].positions = Some(post.clone());
        assert_eq!(design.faults(), []);
        let all = synapses(&design).unwrap();
        assert_eq!(all.len(), 5);
        for synapse in all {
            let (p, q) = (pre[synapse.source as usize], post[synapse.target as usize]);
            let d = ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2) + (p[2] - q[2]).powi(2)).sqrt();
            assert!((synapse.weight - value(d)).abs() < 1e-13, "{synapse:?}");
            assert!((f64::from(synapse.delay_steps) * DT - value(d)).abs() <= 0.05 + 1e-9, "{synapse:?}");
        }
    }
}

/// Listed weights and delays belong to their synapse, in the order of the list and not of the targets.
#[test]
fn listed_weights_keep_their_synapse() {
    let (sources, targets) = (vec![1, 0, 1, 2], [2, 1, 0, 1]);
    let properties = [Property::List(vec![1.0, 2.0, 3.0, 4.0]), Property::List(vec![0.1, 0.2, 0.3, 0.4])];
    let mut all = synapses(&design([3, 3], Sign::Mixed, List::new(sources.clone(), &targets), properties)).unwrap();
    all.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    for (k, synapse) in (0..).zip(all) {
        let index = k as usize;
        let expected =
            Synapse { source: sources[index], target: targets[index], weight: f64::from(k + 1), delay_steps: k + 1 };
        assert_eq!(synapse, expected);
    }
}

/// Sampled without synapses, uniform delays from 1 to 2 ms are 10 to 20 steps of 0.1 ms, the ends half as often; those of a list are what it holds.
#[test]
fn sampled_delays_are_those_that_synapses_draw() {
    let sampled = |delay_ms, samples| {
        let design = design([50, 50], Sign::Mixed, AllToAll, [constant(1.0), delay_ms]);
        design.projections[0].sample_delays(&design.context(0), samples)
    };
    let drawn = sampled(Property::Drawn(Distribution::unbounded(Shape::Uniform { low: 1.0, high: 2.0 })), 4000);
    let counts: Vec<usize> = (9..=21).map(|step| drawn.iter().filter(|own| **own == step).count()).collect();
    assert_eq!((counts[0], counts[12], drawn.len()), (0, 0, 4000));
    assert!(counts[2..11].iter().all(|count| (330..470).contains(count)), "{counts:?}");
    assert!([1, 11].iter().all(|end| (140..260).contains(&counts[*end])), "{counts:?}");
    assert_eq!(sampled(Property::List(vec![0.3, 0.5]), 4), [3, 5, 3, 5]);
    assert_eq!(sampled(Property::List(Vec::new()), 4), []);
}
