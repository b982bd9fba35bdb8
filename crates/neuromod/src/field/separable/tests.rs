use super::super::wall::{CLOSED, Walls, image};
use super::super::{Grid, Space, closed_form::Unbounded};
use super::*;

fn transport(grid: Grid, walls: Walls, loss: f64) -> Transport {
    Transport { grid, walls, diffusivity: [0.1, 0.05, 0.2], loss }
}

/// c = Π cos(n π x/L) decays at k + Σ D (4/dx²) sin²(n π dx/(2L)), and sines between absorbing walls at the same:
/// the eigenmodes of the grid. Would catch wrong weights, images or loss.
#[test]
fn fields_are_those_of_the_eigenmodes() {
    let grid = Grid::new([10, 7, 12], [5.0, 4.0, 3.0]).unwrap();
    for (walls, odd) in [(CLOSED, false), ([[Wall::Absorb; 2]; 3], true)] {
        for modes in [[2.0, 1.0, 1.0], [1.0, 3.0, 2.0], [9.0, 6.0, 11.0]] {
            let mode = |[i, j, k]: [usize; 3]| -> f64 {
                let phase = |axis: usize, index: usize| {
                    modes[axis] * std::f64::consts::PI * (index as f64 + 0.5) / grid.shape()[axis] as f64
                };
                let value = |axis, index| if odd { phase(axis, index).sin() } else { phase(axis, index).cos() };
                value(0, i) * value(1, j) * value(2, k)
            };
            let index = |voxel: usize| [voxel / 84, voxel / 12 % 7, voxel % 12];
            let start: Vec<f64> = (0..grid.voxels()).map(|voxel| mode(index(voxel))).collect();
            let transport = transport(grid, walls, 1e-4);
            for step in [1.0, 40.0, 700.0] {
                let mut c = start.clone();
                SeparableKernel::new(&transport, step).unwrap().advance(&mut c, &Threads::ONE);
                let rate: f64 = (0..3)
                    .map(|axis| {
                        let n = grid.shape()[axis] as f64;
                        let sine = (modes[axis] * std::f64::consts::PI / (2.0 * n)).sin();
                        4.0 * transport.ratio(axis, 1.0) * sine * sine
                    })
                    .sum();
                let factor = (-(rate + 1e-4) * step).exp();
                let worst = c.iter().zip(&start).map(|(c, s)| (c - s * factor).abs()).fold(0.0, f64::max);
                assert!(worst < 1e-11, "{worst:e} {step} {modes:?}");
            }
        }
    }
}

/// Boxes of any shape, walls of any kind and any reach give what the plain sums over neighbours and their images give,
/// axis by axis, on any number of threads. Would catch a lane, a column, a line, an image or a halo that is left out.
#[test]
fn any_box_is_the_plain_sum() {
    let (closed, periodic) = (CLOSED[0], [Wall::Periodic; 2]);
    let (odd, mixed) = ([Wall::Absorb; 2], [Wall::Reflect, Wall::Absorb]);
    let boxes = [
        ([1, 1, 1], [closed, odd, mixed]),
        ([3, 1, 9], [periodic, closed, closed]),
        ([1, 17, 2], [mixed, periodic, odd]),
        ([5, 4, 16], [odd, mixed, periodic]),
        ([4, 11, 13], [mixed, closed, mixed]),
        ([9, 3, 131], [closed, odd, closed]),
    ];
    for (shape, walls) in boxes {
        let grid = Grid::new(shape, [5.0, 4.0, 6.0]).unwrap();
        let transport = transport(grid, walls, 1e-4);
        let start: Vec<f64> = (0..grid.voxels()).map(|i| ((i * 7919) % 101) as f64).collect();
        for step in [1.0, 60.0, 700.0] {
            let mut expected = start.clone();
            for axis in [2, 1, 0] {
                let weights = bessel::weights(transport.ratio(axis, step)).unwrap();
                expected = plainly(&expected, grid, (axis, walls[axis]), &weights);
            }
            expected.iter_mut().for_each(|c| *c *= (-1e-4 * step).exp());
            let results = [1, 2, 3].map(|threads| {
                let mut c = start.clone();
                let mut solver = SeparableKernel::new(&transport, step).unwrap();
                solver.advance(&mut c, &Threads::new(threads).unwrap());
                c
            });
            assert!(results[1..].iter().all(|result| *result == results[0]), "{shape:?}");
            let worst = results[0].iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-11, "{shape:?} {step}: {worst:e}");
        }
    }
}

/// c_i + Σ K_j ((c_{i−j} + c_{i+j}) − 2 c_i) along an axis.
fn plainly(c: &[f64], grid: Grid, (axis, walls): (usize, [Wall; 2]), weights: &[f64]) -> Vec<f64> {
    let [_, ny, nz] = grid.shape();
    let each = |voxel: usize| {
        let index = [voxel / (ny * nz), voxel / nz % ny, voxel % nz];
        let at = |offset: isize| {
            let mut place = index;
            let (source, sign) = image(index[axis].cast_signed() + offset, grid.shape()[axis], walls);
            place[axis] = source;
            sign * c[grid.index(place)]
        };
        let pair = |(j, weight): (isize, &f64)| weight * (at(-j) + at(j) - 2.0 * c[voxel]);
        c[voxel] + (1..).zip(weights).map(pair).sum::<f64>()
    };
    (0..c.len()).map(each).collect()
}

/// A step of eleven neighbours and more keeps amounts as well as the shorter one of the conformance kit, along every axis
/// and across every kind of wall that lets nothing out. Would catch rounding that has a direction.
#[test]
fn long_steps_conserve() {
    let grid = Grid::new([9, 7, 13], [5.0, 4.0, 6.0]).unwrap();
    let periodic = [Wall::Periodic; 2];
    for walls in [CLOSED, [periodic, CLOSED[1], periodic], [CLOSED[0], periodic, CLOSED[2]]] {
        let mut solver = SeparableKernel::new(&transport(grid, walls, 0.0), 150.0).unwrap();
        assert!(solver.reach().iter().all(|reach| *reach > 8), "{:?}", solver.reach());
        let mut c: Vec<f64> =
            (0..grid.voxels()).map(|i| if i % 17 == 3 { 1.0 + (i % 13) as f64 } else { 0.0 }).collect();
        let before: f64 = c.iter().sum();
        (0..10_000).for_each(|_| solver.advance(&mut c, &Threads::ONE));
        let drift = (c.iter().sum::<f64>() / before - 1.0).abs();
        assert!(drift < 1e-12 && c.iter().all(|c| *c >= 0.0), "{drift:e} {walls:?}");
    }
}

/// Axes of one voxel: nothing moves between reflecting walls, c falls by e^{−4 D t/dx²} between absorbing ones.
#[test]
fn one_voxel_is_an_axis_too() {
    let grid = Grid::new([1, 1, 1], [4.0; 3]).unwrap();
    let at = |walls| {
        let mut c = [2.0];
        SeparableKernel::new(&transport(grid, walls, 0.0), 30.0).unwrap().advance(&mut c, &Threads::ONE);
        c[0]
    };
    assert_eq!(at(CLOSED), 2.0);
    assert_eq!(at([[Wall::Periodic; 2]; 3]), 2.0);
    let walls = [CLOSED[0], [Wall::Absorb; 2], CLOSED[2]];
    assert!((at(walls) / 2.0 - (-4.0 * 0.05 * 30.0 / 16.0_f64).exp()).abs() < 1e-12);
}

/// Walls of different concentrations: with time, a straight line between them; without diffusion across, with loss,
/// the discrete solution by hand. Would catch an inflow of half the strength.
#[test]
fn fixed_walls_reach_their_steady_profile() {
    let grid = Grid::new([8, 1, 3], [5.0; 3]).unwrap();
    let walls = [[Wall::Fixed(4.0), Wall::Fixed(1.0)], CLOSED[1], CLOSED[2]];
    let mut solver = SeparableKernel::new(&transport(grid, walls, 0.0), 500.0).unwrap();
    assert!(solver.has_inflow());
    let mut c = vec![0.0; grid.voxels()];
    (0..400).for_each(|_| solver.advance(&mut c, &Threads::ONE));
    for (voxel, c) in c.iter().enumerate() {
        let expected = 4.0 - 3.0 * ((voxel / 3) as f64 + 0.5) / 8.0;
        assert!((c - expected).abs() < 1e-10, "{voxel}: {c} {expected}");
    }
}

/// A pulse far from walls, and a steady source with loss, approach the continuum as second order in dx: 1 % where dx
/// is a tenth of the distance. Would catch a wrong factor anywhere between molecules and nM.
#[test]
fn pulses_and_sources_are_those_of_the_continuum() {
    let tissue = Unbounded { diffusivity: 0.1, loss: 1e-3, volume_fraction: 0.2 };
    let grid = Grid::new([61; 3], [2.0; 3]).unwrap();
    let space = Space::voxels(grid, 0.2).unwrap();
    let transport = Transport { grid, walls: CLOSED, diffusivity: [0.1; 3], loss: 1e-3 };
    let centre = grid.site([61.0; 3]).unwrap();
    let mut c = vec![0.0; grid.voxels()];
    space.deposit(&mut c, &centre, 5000.0);
    SeparableKernel::new(&transport, 400.0).unwrap().advance(&mut c, &Threads::ONE);
    for r in [0.0, 8.0, 14.0] {
        let found = space.sample(&c, &grid.site([61.0 + r, 61.0, 61.0]).unwrap());
        let expected = tissue.point_pulse(5000.0, r, 400.0);
        assert!((found / expected - 1.0).abs() < 0.04, "{r}: {found} {expected}");
    }
    let mut rate = vec![0.0; grid.voxels()];
    space.deposit(&mut rate, &centre, 3.0);
    let mut solver = SeparableKernel::new(&transport, 250.0).unwrap();
    let gain = response(&transport, &rate, 250.0).unwrap();
    let mut c = vec![0.0; grid.voxels()];
    for step in 1..=32 {
        solver.advance(&mut c, &Threads::ONE);
        c.iter_mut().zip(&gain).for_each(|(c, gain)| *c += gain);
        if step == 4 {
            let found = space.sample(&c, &grid.site([61.0, 73.0, 61.0]).unwrap());
            assert!((found / tissue.point_source_on(3.0, 12.0, 1000.0) - 1.0).abs() < 0.03, "{found}");
        }
    }
    let found = space.sample(&c, &grid.site([61.0, 61.0, 81.0]).unwrap());
    assert!((found / tissue.point_source_steady(3.0, 20.0) - 1.0).abs() < 0.03, "{found}");
}

/// A uniform source with loss settles at Q/(A α k): 4,500 cells/mm³ of 600 molecules/s at 0.01/s make 2.2 nM.
#[test]
fn a_uniform_source_settles_at_its_ratio() {
    let grid = Grid::new([3, 4, 5], [10.0; 3]).unwrap();
    let transport = Transport { grid, walls: CLOSED, diffusivity: [0.1; 3], loss: 1e-5 };
    let density = 4500.0e-9 * 0.6 / (crate::MOLECULES_PER_NM_UM3 * 0.2);
    let gain = response(&transport, &vec![density; 60], 1e4).unwrap();
    let mut solver = SeparableKernel::new(&transport, 1e4).unwrap();
    let mut c = vec![0.0; 60];
    for _ in 0..400 {
        solver.advance(&mut c, &Threads::ONE);
        c.iter_mut().zip(&gain).for_each(|(c, gain)| *c += gain);
    }
    assert!(c.iter().all(|c| (c / (density / 1e-5) - 1.0).abs() < 1e-9));
    assert!((c[0] - 2.24).abs() < 0.01, "{}", c[0]);
}
