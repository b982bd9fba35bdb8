//! What every solver must do, and what only the exact ones do.

use super::grid::Grid;
use super::wall::{CLOSED, Wall, Walls};
use super::{Compartments, CrankNicolson, Heterogeneous, SeparableKernel, Solver, Space, Threads, Transport};

const SHAPE: [usize; 3] = [7, 6, 33];

fn grid() -> Grid {
    Grid::new(SHAPE, [5.0, 4.0, 6.0]).unwrap()
}

fn transport(walls: Walls, loss: f64) -> Transport {
    Transport { grid: grid(), walls, diffusivity: [0.1, 0.07, 0.1], loss }
}

fn separable(transport: &Transport, step: f64) -> Box<dyn Solver> {
    Box::new(SeparableKernel::new(transport, step).unwrap())
}

/// The grid has one diffusivity: that along x.
fn crank_nicolson(transport: &Transport, step: f64) -> Box<dyn Solver> {
    let voxels = transport.grid.voxels();
    let tissue = Heterogeneous {
        grid: transport.grid,
        walls: transport.walls,
        diffusivity: vec![transport.diffusivity[0]; voxels],
        volume_fraction: vec![0.2; voxels],
        loss: transport.loss,
    };
    Box::new(CrankNicolson::new(&tissue, step).unwrap())
}

/// As many compartments as the grid has voxels along z, exchanging with their neighbours.
fn compartments(transport: &Transport, step: f64) -> Box<dyn Solver> {
    Box::new(row().solver(transport.loss, step).unwrap())
}

fn row() -> Compartments {
    let volumes: Vec<f64> = (0..SHAPE[2]).map(|i| 1000.0 + 50.0 * i as f64).collect();
    let pairs: Vec<_> = (1..volumes.len()).map(|i| (i - 1, i, 0.9 + 0.01 * i as f64)).collect();
    Compartments::new(&volumes, 0.2, &pairs).unwrap()
}

struct Subject {
    build: fn(&Transport, f64) -> Box<dyn Solver>,
    space: Space,
    exact: bool,
}

fn subjects() -> [Subject; 3] {
    let voxels = || Space::voxels(grid(), 0.2).unwrap();
    [
        Subject { build: separable, space: voxels(), exact: true },
        Subject { build: crank_nicolson, space: voxels(), exact: false },
        Subject { build: compartments, space: Space::Compartments(row()), exact: true },
    ]
}

/// Some peaks on nothing.
fn peaks(places: usize) -> Vec<f64> {
    (0..places).map(|i| if i % 17 == 3 { 1.0 + (i % 13) as f64 } else { 0.0 }).collect()
}

fn after(solver: &mut dyn Solver, steps: usize, mut c: Vec<f64>, threads: &Threads) -> Vec<f64> {
    (0..steps).for_each(|_| solver.advance(&mut c, threads));
    c
}

fn largest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

const PERIODIC: [Wall; 2] = [Wall::Periodic; 2];

/// Amounts stay to 1e-12 over 10^4 steps without loss, whatever closed or periodic walls, and fall as e^{−kt} with it;
/// concentrations never fall below 0. Would catch weights that do not add up, and walls that leak.
#[test]
fn amounts_are_conserved() {
    for subject in subjects() {
        for (walls, loss) in [
            (CLOSED, 0.0),
            ([PERIODIC, CLOSED[1], CLOSED[2]], 0.0),
            ([CLOSED[0], PERIODIC, CLOSED[2]], 0.0),
            ([CLOSED[0], CLOSED[1], PERIODIC], 0.0),
            (CLOSED, 1e-5),
        ] {
            let mut solver = (subject.build)(&transport(walls, loss), 10.0);
            let before = peaks(subject.space.places());
            let amount = subject.space.amount(&before);
            let c = after(&mut *solver, 10_000, before, &Threads::ONE);
            let expected = amount * (-loss * 100_000.0).exp();
            let drift = (subject.space.amount(&c) / expected - 1.0).abs();
            assert!(drift < 1e-12, "{}: {drift:e} with {walls:?}", solver.info().name);
            assert!(c.iter().all(|c| *c >= 0.0));
        }
    }
}

/// Would catch a result that threads decide.
#[test]
fn bits_do_not_depend_on_threads() {
    let walls = [[Wall::Reflect, Wall::Absorb], PERIODIC, [Wall::Absorb, Wall::Reflect]];
    for subject in subjects() {
        let mut results = [1, 2, 4, 5].map(|threads| {
            let mut solver = (subject.build)(&transport(walls, 1e-5), 25.0);
            after(&mut *solver, 20, peaks(subject.space.places()), &Threads::new(threads).unwrap())
        });
        let first = std::mem::take(&mut results[0]);
        assert!(first.iter().any(|c| *c > 0.0));
        assert!(results[1..].iter().all(|result| *result == first));
    }
}

/// An empty field stays empty, a uniform one uniform.
#[test]
fn nothing_comes_from_nothing() {
    for subject in subjects() {
        let places = subject.space.places();
        let mut solver = (subject.build)(&transport(CLOSED, 0.0), 10.0);
        assert_eq!(after(&mut *solver, 3, vec![0.0; places], &Threads::ONE), vec![0.0; places]);
        let c = after(&mut *solver, 100, vec![3.7; places], &Threads::ONE);
        assert!(largest(&c, &vec![3.7; places]) < 1e-14, "{}", solver.info().name);
    }
}

/// What is deposited at a and sampled at b is what b sends to a, at any places: the same weights both ways.
#[test]
fn coupling_is_symmetric() {
    let walls = [[Wall::Reflect, Wall::Absorb], PERIODIC, [Wall::Reflect, Wall::Reflect]];
    for subject in subjects() {
        let sites = match &subject.space {
            Space::Voxels { grid, .. } => [[12.3, 23.9, 17.0], [30.0, 1.1, 60.7]].map(|p| grid.site(p).unwrap()),
            Space::Compartments(row) => [3, 9].map(|index| row.site(index).unwrap()),
        };
        let heard = [(0, 1), (1, 0)].map(|(from, to): (usize, usize)| {
            let mut solver = (subject.build)(&transport(walls, 1e-4), 20.0);
            let mut c = vec![0.0; subject.space.places()];
            subject.space.deposit(&mut c, &sites[from], 5000.0);
            let c = after(&mut *solver, 200, c, &Threads::ONE);
            subject.space.sample(&c, &sites[to])
        });
        assert!((heard[0] / heard[1] - 1.0).abs() < 1e-12 && heard[0] > 0.0, "{heard:?}");
    }
}

/// Exact solvers: halving the step changes nothing. Second order: a quarter of the error.
#[test]
fn halving_the_step_shows_the_order() {
    let walls = [[Wall::Absorb, Wall::Reflect], [Wall::Reflect, Wall::Fixed(2.0)], CLOSED[2]];
    for subject in subjects() {
        let at = |steps: usize| {
            let mut solver = (subject.build)(&transport(walls, 1e-4), 400.0 / steps as f64);
            after(&mut *solver, steps, smooth(&subject.space), &Threads::ONE)
        };
        let fine = at(256);
        let max = fine.iter().copied().fold(0.0, f64::max);
        if subject.exact {
            assert!(largest(&at(1), &at(2)) < 1e-9 * max && largest(&at(8), &fine) < 1e-9 * max);
        } else {
            let errors = [4, 8].map(|steps| largest(&at(steps), &fine));
            let ratio = errors[0] / errors[1];
            assert!((3.5..4.5).contains(&ratio), "{ratio}");
        }
    }
}

fn smooth(space: &Space) -> Vec<f64> {
    (0..space.places()).map(|i| 2.0 + (i as f64 / 40.0).sin()).collect()
}

/// Mirroring or turning the box gives the mirrored or turned result.
#[test]
fn results_turn_with_the_box() {
    let side = 12;
    let transport = Transport {
        grid: Grid::new([side; 3], [5.0; 3]).unwrap(),
        walls: [[Wall::Reflect; 2]; 3],
        diffusivity: [0.1; 3],
        loss: 1e-5,
    };
    let turned = |c: &[f64], to: &dyn Fn([usize; 3]) -> [usize; 3]| -> Vec<f64> {
        let index = |voxel: usize| [voxel / (side * side), voxel / side % side, voxel % side];
        (0..c.len()).map(|voxel| c[transport.grid.index(to(index(voxel)))]).collect()
    };
    let mirror = |axis: usize| {
        move |place: [usize; 3]| std::array::from_fn(|own| if own == axis { side - 1 - place[own] } else { place[own] })
    };
    let turns: [&dyn Fn([usize; 3]) -> [usize; 3]; 5] =
        [&mirror(0), &mirror(1), &mirror(2), &|[x, y, z]| [y, z, x], &|[x, y, z]| [z, y, side - 1 - x]];
    // The axes of the splitting are not alike: its error turns the other way.
    for (build, turns) in [(separable as fn(&Transport, f64) -> _, &turns[..]), (crank_nicolson, &turns[..3])] {
        let run = |c: Vec<f64>| after(&mut *build(&transport, 30.0), 50, c, &Threads::ONE);
        let start = peaks(side * side * side);
        let result = run(start.clone());
        for to in turns {
            assert!(largest(&run(turned(&start, to)), &turned(&result, to)) < 1e-12);
        }
    }
}
