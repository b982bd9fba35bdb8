use super::*;
use nalgebra::Complex;

fn way() -> Way {
    Way { distance: 20.0, diffusivity: 0.1, loss: 2e-4, k_off: 0.002, taus: vec![400.0, 1500.0] }
}

/// The trapezoidal rule over 0 … t of f.
fn integral(t: f64, f: impl Fn(f64) -> f64) -> f64 {
    let n = 40_000;
    let h = t / f64::from(n);
    h * ((1..n).map(|i| f(h * f64::from(i))).sum::<f64>() + 0.5 * (f(0.0) + f(t)))
}

/// Diffusion alone: the pulse response r/sqrt(4π D t³) e^{−r²/(4 D t) − k t}; a stage alone: 1 − e^{−t/τ}; both: their
/// convolution. Would catch a wrong transform or contour.
#[test]
fn responses_are_those_of_the_time_domain() {
    let spread = Way { k_off: f64::INFINITY, taus: vec![], ..way() };
    let pulse = |t: f64| {
        if t <= 0.0 {
            return 0.0;
        }
        let (r, d) = (20.0, 0.1);
        r / (4.0 * std::f64::consts::PI * d * t * t * t).sqrt() * (-r * r / (4.0 * d * t) - 2e-4 * t).exp()
    };
    for t in [200.0, 1000.0, 8000.0] {
        assert!((spread.cumulative(t) - integral(t, pulse)).abs() < 1e-8, "{t}");
        let both = Way { taus: vec![400.0], ..spread.clone() };
        let expected = integral(t, |s| pulse(s) * (1.0 - (-(t - s) / 400.0).exp()));
        assert!((both.cumulative(t) - expected).abs() < 1e-8, "{t}");
    }
    assert!((way().cumulative(1e6) - way().dc_gain()).abs() < 1e-9);
    assert!((way().transform(Complex::new(0.0, 0.0)).re - way().dc_gain()).abs() < 1e-15);
}

/// With fast diffusion and binding and one stage the taps are (1 − ρ) ρ^{s−1}.
#[test]
fn one_stage_makes_geometric_taps() {
    let way = Way { distance: 1.0, diffusivity: 1e12, loss: 0.0, k_off: f64::INFINITY, taus: vec![700.0] };
    let rho = (-0.5_f64).exp();
    for (s, tap) in (0..).zip(way.taps(350.0, 20)) {
        assert!((tap - (1.0 - rho) * rho.powi(s)).abs() < 1e-6, "{s} {tap}");
    }
    let fit = fit(&Modes::single(rho).taps(40), 350.0, 1);
    assert!(fit.residual < 0.05, "{fit:?}");
    assert!((fit.tau_ms[0] / 700.0 - 1.0).abs() < 0.1, "{fit:?}");
}

/// Ĝ by the transform is the sum of the taps discounted; the mean delay its slope: gain 0.37 at 15 um for NPY lost at
/// 1e-4/ms with a memory of 5 s.
#[test]
fn gains_are_laplace_transforms() {
    let npy = Way { distance: 15.0, diffusivity: 0.0685, loss: 1e-4, k_off: f64::INFINITY, taus: vec![] };
    assert!((npy.gain(1.0 / 5000.0) - 0.37).abs() < 0.002);
    let way = way();
    let bin = 5.0;
    let sigma = 1.0 / 3000.0;
    let sum: f64 =
        (0..).zip(way.taps(bin, 8000)).map(|(s, tap)| tap * (-sigma * bin * (f64::from(s) + 0.5)).exp()).sum();
    assert!((sum - way.gain(sigma)).abs() < 1e-6, "{sum}");
    let h = 1e-9;
    let slope = (way.dc_gain() - way.gain(h)) / h / way.dc_gain();
    assert!((slope / way.mean_delay() - 1.0).abs() < 1e-4, "{slope}");
}

/// The recursion, a state a mode, is the truncated sum of all taps.
#[test]
fn recursion_is_the_truncated_sum() {
    let modes = Modes { modes: vec![(0.7, 0.9), (-0.2, 0.5), (0.1, 0.0)] };
    let eligibility: Vec<f64> = (0..300).map(|t| (f64::from(t) * 0.37).sin()).collect();
    let taps = modes.taps(300);
    let mut trace = modes.trace();
    for t in 0..300 {
        let found = trace.advance(&modes, eligibility[t]);
        let expected: f64 = (0..=t).map(|s| taps[s] * eligibility[t - s]).sum();
        assert!((found - expected).abs() < 1e-12);
    }
}

/// A late modulator correlates: F_s = Σ_u G_u K_{u+s} by plain sums, on both sides of 0.
#[test]
fn late_modulators_credit_wrongly() {
    let modes = Modes { modes: vec![(1.0, 0.95), (0.5, 0.8)] };
    let modulator: Vec<f64> = (0..60).map(|u| if u < 5 { 0.0 } else { 0.9_f64.powi(u) }).collect();
    let taps = modes.taps(2000);
    let tap = |s: i32| -> f64 {
        let each = (0..).zip(&modulator).filter(|(u, _)| u + s >= 0);
        each.map(|(u, g)| g * taps[usize::try_from(u + s).unwrap()]).sum()
    };
    let correlation = modes.correlate(&modulator);
    for (s, right) in (0..).zip(correlation.right.taps(50)) {
        assert!((right - tap(s)).abs() < 1e-12);
    }
    let wrong: f64 = (-60..0).map(tap).sum();
    let right: f64 = (0..1900).map(tap).sum();
    assert!((correlation.miscredited - wrong / (wrong + right)).abs() < 1e-9);
    assert_eq!(modes.correlate(&[1.0]).miscredited, 0.0, "at once: nothing is wrong");
}

/// Taps of two exponentials are found again, both of them and no others; weights are never negative.
#[test]
fn fits_find_their_stages() {
    let taps = Modes { modes: vec![(0.3, (-0.1_f64).exp()), (1.0, (-0.8_f64).exp())] }.taps(60);
    let found = fit(&taps, 500.0, 4);
    assert!(found.residual < 1e-3 && found.tau_ms.len() == 2, "{found:?}");
    for (found, tau_ms) in found.tau_ms.iter().zip([5000.0, 625.0]) {
        assert!((found / tau_ms - 1.0).abs() < 0.01, "{found} {tau_ms}");
    }
    assert!(found.modes.modes.iter().all(|(kappa, _)| *kappa > 0.0));
    assert!(fit(&taps, 500.0, 1).residual > found.residual);
    // A rise is no sum of decays, but nothing that decays alone comes nearer.
    let taps = way().taps(500.0, 30);
    let rising = fit(&taps, 500.0, 3);
    let alone = |tau: f64| {
        let shape = Modes::single((-500.0 / tau).exp()).taps(30);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let weight = product(&shape, &taps) / product(&shape, &shape);
        let left: Vec<f64> = taps.iter().zip(&shape).map(|(tap, shape)| tap - weight * shape).collect();
        (product(&left, &left) / product(&taps, &taps)).sqrt()
    };
    let best = (1..400).map(|i| alone(50.0 * f64::from(i))).fold(1.0, f64::min);
    assert!(rising.residual > 1e-3 && rising.residual < best + 2e-3, "{best} {rising:?}");
    assert_eq!(fit(&[0.0; 10], 1.0, 2).modes.modes, []);
}

/// One type that releases a peptide and hears it by a Gi receptor.
fn peptides() -> Peptides {
    use crate::receptor::{Binding, EffectLaws, GClass, Ligand, Receptor, SignedMode};
    use crate::{Cargo, CellType, Expression, Species, SpeciesParams};
    use neuropil_core::ParameterSet;
    use neuropil_core::units::{One, PerMs, Um2PerMs};

    let params = SpeciesParams { diffusivity_free: Um2PerMs(0.3), tortuosity: One(1.7), loss: PerMs(1e-4) };
    let ligands = vec![Ligand { species: 0, k_d: 20.0, k_on: 1e-4 }];
    let own = CellType {
        name: "a".into(),
        releases: vec![Cargo { species: 0, molecules_per_vesicle: 5000.0 }],
        release: crate::release::DenseCore::defaults(),
        expresses: vec![Expression { receptor: 0, density: 0.5 }],
        effects: EffectLaws::defaults(),
        signed: SignedMode::default(),
    };
    Peptides {
        volume_fraction: 0.2,
        species: vec![Species { name: "P".into(), gene: String::new(), params, uptake: None }],
        receptors: vec![Receptor {
            name: "R".into(),
            class: GClass::Gi,
            ligands,
            binding: Binding::Kinetic,
            desensitisation: None,
        }],
        cell_types: vec![own],
        messengers: GClass::ALL.map(Cascade::linear_of),
        gain: 3.0,
    }
}

/// The messenger that the simulated chain raises at 30 um after one molecule, summed over each tap, is the tap: within
/// the gap between grid and continuum at six voxels. Would catch a factor lost between release and messenger.
#[test]
fn taps_are_those_of_the_simulated_chain() {
    use crate::field::{CLOSED, Field, Grid, Layer, SeparableKernel, Space, Threads, Transport};
    use crate::release::Sites;
    use crate::{Cell, Chain, Drive, Pace};

    let peptides = peptides();
    let grid = Grid::new([48; 3], [5.0; 3]).unwrap();
    let diffusivity = [peptides.species[0].diffusivity_effective(); 3];
    let transport = Transport { grid, walls: CLOSED, diffusivity, loss: 1e-4 };
    let solver = Box::new(SeparableKernel::new(&transport, 10.0).unwrap());
    let layers = vec![Layer { name: "P".into(), solver, uptake: None }];
    let field = Field::new(Space::voxels(grid, 0.2).unwrap(), layers);
    let places = [[107.5, 122.5, 122.5], [137.5, 122.5, 122.5]].map(|place| grid.site(place).unwrap());
    let cells = places.map(|site| Cell { cell_type: 0, site }).to_vec();
    let pace = Pace { steps: 1, field_step_ms: 10.0 };
    let mut chain = Chain::new(peptides.clone(), field, (cells, Sites::single(places.to_vec())), pace, 1).unwrap();
    chain.drive(&[Drive { cell: 0, species: 0, rate: 0.1 }]).unwrap();
    let mut found = vec![0.0; 12];
    for step in 0..600 {
        let before = chain.listeners().levels(&peptides, 1)[0];
        chain.field_step(&Threads::ONE);
        chain.drive(&[]).unwrap();
        found[step / 50] += 5.0 * (before + chain.listeners().levels(&peptides, 1)[0]);
    }

    let options = TapOptions { bin_ms: 500.0, count: 12, time_scale: 1.0, stages: 2 };
    let report = effective_taps(&peptides, &peptides.channels(), &[30.0], &options).unwrap();
    let largest = found.iter().copied().fold(0.0, f64::max);
    for (tap, found) in report.taps.iter().zip(&found) {
        assert!((tap + found).abs() < 0.06 * largest, "Gi is negative: {:?} {found:?}", report.taps);
    }
    assert!(report.gain < 0.0 && report.miscredited > 0.0 && report.miscredited < 1.0, "{report:?}");
    assert!((report.peak_ms - 900.0 / (6.0 * diffusivity[0])).abs() < 1e-9);
}

/// A task whose clock runs ten times faster sees the same taps in bins of a tenth, and says so.
#[test]
fn the_time_scale_is_told() {
    let peptides = peptides();
    let of = |bin_ms, time_scale| {
        let options = TapOptions { bin_ms, count: 8, time_scale, stages: 2 };
        effective_taps(&peptides, &peptides.channels(), &[20.0, 45.0], &options).unwrap()
    };
    let (slow, fast) = (of(500.0, 1.0), of(50.0, 10.0));
    assert_eq!(slow.taps, fast.taps);
    assert!((slow.delay_ms / fast.delay_ms - 10.0).abs() < 1e-12);
    assert_eq!(fast.time_scale, 10.0);
    let options = TapOptions { bin_ms: 500.0, count: 8, time_scale: 1.0, stages: 2 };
    assert_eq!(effective_taps(&peptides, &peptides.channels(), &[0.0], &options), None);
}

/// Two receptors of one class for one peptide add up, whatever their densities; another class is another bundle. Would
/// catch a channel that is left out, and signs that are mixed.
#[test]
fn channels_of_one_sign_add_up() {
    use crate::Expression;
    use crate::receptor::GClass;

    let mut peptides = peptides();
    for class in [GClass::Gi, GClass::Gq] {
        let receptor = crate::receptor::Receptor { class, ..peptides.receptors[0].clone() };
        peptides.cell_types[0].expresses.push(Expression { receptor: peptides.receptors.len(), density: 0.25 });
        peptides.receptors.push(receptor);
    }
    let bundles = bundles(&peptides);
    assert_eq!(bundles.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2], "Gq raises alone, two Gi lower");
    let options = TapOptions { bin_ms: 500.0, count: 8, time_scale: 1.0, stages: 2 };
    let of = |channels: &[Channel]| effective_taps(&peptides, channels, &[20.0, 45.0], &options).unwrap();
    let (both, first) = (of(&bundles[1]), of(&bundles[1][..1]));
    for (both, first) in both.taps.iter().zip(&first.taps) {
        assert!((both / first - 1.5).abs() < 1e-12);
    }
    assert!((both.gain / first.gain - 1.5).abs() < 1e-12 && both.gain < 0.0);
    assert!((both.delay_ms / first.delay_ms - 1.0).abs() < 1e-12);
    assert!((both.peak_ms / first.peak_ms - 1.0).abs() < 1e-12);
    assert!(of(&bundles[0]).gain > 0.0);
    assert_eq!(effective_taps(&peptides, &[], &[20.0], &options), None);
}
