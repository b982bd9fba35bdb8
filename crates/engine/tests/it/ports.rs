//! Named ports: what arrives where, and what is refused.

use super::{Net, noise, probe, record};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ClockError, Distribution, ParameterSet, Real, Unit};
use neuropil_network::Kind;
use neuropil_network::Property;
use neuropil_network::Window;
use neuropil_network::connect::{AllToAll, OneToOne};
use neuropil_network::current::Waveform;
use neuropil_network::neuron::{
    Cells, Column, CurrentPort, Equations, Frame, ModelInfo, Output, Port, SignRule, Variable,
};
use neuropil_network::source::Rate;

neuropil_core::parameters! {
    /// A cell that counts; its time constant does nothing.
    pub struct CounterParams {
        /// Nothing
        tau: Ms = 1.0, Positive;
    }
}

/// Counts what arrives: two ports into variables of their own, two before the test, two continuous ones; it fires where
/// something arrives at port `c`.
struct Counter;

const fn plane(symbol: &'static str) -> Variable {
    Variable { symbol, unit: Unit::One, doc: "sum of arrivals" }
}

const fn port(name: &'static str, into: Option<usize>, sign: SignRule) -> Port {
    Port { name, unit: Unit::One, sign, into, doc: "a port" }
}

impl Equations for Counter {
    const INFO: ModelInfo = ModelInfo {
        name: "counter",
        summary: "counts arrivals",
        references: &[],
        parameters: CounterParams::TABLE,
        variables: &[plane("v"), plane("a"), plane("b"), plane("c"), plane("d"), plane("soma"), plane("dendrite")],
        derived: &[],
        counters: 3,
        ports: &[
            port("a", Some(1), SignRule::Any),
            port("c", None, SignRule::Positive),
            port("b", Some(2), SignRule::NegativeAsSize),
            port("d", None, SignRule::Negative),
        ],
        currents: &[CurrentPort::only(Unit::One), CurrentPort { name: "dendrite", unit: Unit::One, doc: "" }],
        output: Output::Spikes,
    };
    type Params = CounterParams;
    type Propagator<R: Real> = ();

    fn propagator<R: Real>(params: &CounterParams, _: Clock) -> Result<(), ClockError> {
        let Ms(_) = params.tau;
        Ok(())
    }

    fn rest(_: &CounterParams, _: usize) -> f64 {
        0.0
    }

    fn advance<R: Real>((): &(), frame: Frame<'_, '_, R>) -> bool {
        assert_eq!((frame.variables.len(), frame.counters.len(), frame.input.len()), (7, 3, 4));
        for cell in frame.range {
            let arrived = [1, 3].map(|port| std::mem::take(&mut frame.input[port][cell]));
            frame.fired[cell] = u8::from(arrived[0] != R::ZERO);
            frame.variables[3][cell] += arrived[0];
            frame.variables[4][cell] += arrived[1];
            frame.counters[2][cell] += 1;
            for (current, variable) in frame.currents.iter().zip([5, 6]).filter(|(current, _)| !current.is_empty()) {
                frame.variables[variable][cell] += current[cell];
            }
        }
        true
    }

    fn mean_current(_: &CounterParams, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

/// Nothing that reaches one port is seen at another, whatever the kinds of ports beside it, over blocks and threads, next
/// to cells whose planes are shared. Would catch planes that are numbered by port alone, sizes that are not taken, and
/// a second continuous port that gets the first one's current.
#[test]
fn every_port_receives_its_own() {
    for (blocks, threads) in [(1, 1), (2, 2), (4, 3)] {
        let mut net = Net::<f64>::new(0.5, 3);
        let source = net.train(5, &[(1, 0), (3, 1), (3, 4), (6, 2)]);
        let built = Cells::<Counter, f64>::boxed(&Counter::INFO, &[Column::Constant(1.0)], 5, net.design.clock);
        let cells = net.population(5, Kind::Neurons(built.unwrap_or_else(|_| panic!("it has no faults"))));
        let other = net.cells("lif_alpha", 3, &[]);
        for (receptor, weight) in [(0, 1.0), (0, -0.25), (1, 10.0), (2, -100.0), (3, -1000.0)] {
            net.project(source, cells, OneToOne, weight, 0.5).receptor = Some(receptor);
        }
        net.project(source, other, AllToAll, 5.0, 1.0);
        net.poisson(cells, Rate::Constant(1e-9), 1.0);
        net.design.poisson[0].receptor = Some(3);
        net.design.poisson[0].weight = -1.0;
        let window = Window { start_ms: 1.0, stop_ms: 2.0 };
        for amplitude in [3.0, 7.0] {
            net.current_in(cells, Waveform::Constant { amplitude }, window);
        }
        net.design.currents[1].port = 1;
        let probes = (1..7).map(|variable| probe(cells, variable, 5)).collect();
        let (spikes, frames) = record(&mut net.simulation(blocks, threads, probes), 10, 4);
        let last = |variable: usize| &frames[variable - 1][45..];
        let arrived = [1.0, 1.0, 1.0, 0.0, 1.0];
        for (variable, one) in (1..).zip([0.75, 100.0, 10.0, -1000.0]) {
            assert_eq!(last(variable), arrived.map(|arrived| arrived * one), "{blocks} blocks, variable {variable}");
        }
        assert_eq!((last(5), last(6)), (&[6.0; 5][..], &[14.0; 5][..]));
        let fired: Vec<_> = spikes.into_iter().filter(|(_, id)| (5..10).contains(id)).collect();
        assert_eq!(fired, [(2, 5), (4, 6), (4, 9), (7, 7)]);
    }
}

/// A network whose projections name the port that the sign would have chosen has the bits of one that names none.
#[test]
fn a_name_and_the_sign_choose_alike() {
    for model in ["lif_exp", "lif_alpha", "lif_cond_exp", "lif_exp_multi"] {
        let run = |named: bool| {
            let mut net = Net::<f64>::new(0.1, 5);
            let spikes = (1..800).flat_map(|step| (0..4).map(move |cell| (step, cell)));
            let source = net.train(4, &spikes.filter(|(step, cell)| noise(*cell, *step) < 0.2).collect::<Vec<_>>());
            let cells = net.cells(model, 6, &[("i_e", 300.0)]);
            for (port, weight) in [(0, 25.0), (1, -1.0)] {
                net.project(source, cells, AllToAll, weight, 1.5).receptor = named.then_some(port);
                net.project(cells, cells, AllToAll, weight, 2.0).receptor = named.then_some(port);
            }
            record(&mut net.simulation(1, 1, vec![probe(cells, 0, 6)]), 800, 100)
        };
        let (unnamed, named) = (run(false), run(true));
        assert!(unnamed.0.iter().any(|(_, id)| *id >= 4), "{model} must fire");
        assert!(unnamed == named, "{model}");
    }
}

/// What a port does not take, a port that is not there, and no name where several could be meant.
#[test]
fn wrong_ports_are_named() {
    let told = |change: &dyn Fn(&mut Net<f64>)| {
        let mut net = Net::<f64>::new(0.1, 5);
        let source = net.train(1, &[(1, 0)]);
        let cells = net.cells("lif_exp", 1, &[]);
        net.project(source, cells, AllToAll, 1.0, 1.0);
        change(&mut net);
        net.build(None, 1).err().map_or(String::new(), |faults| faults[0].to_string())
    };
    let wrong = told(&|net| net.design.projections[0].receptor = Some(1));
    assert!(wrong.contains("must be <= 0, its receptor takes inhibitory weights only"), "{wrong}");
    let wrong = told(&|net| {
        net.design.projections[0].receptor = Some(0);
        net.design.projections[0].weight = Property::Drawn(Distribution::constant(-1.0));
    });
    assert!(wrong.contains("must be >= 0, its receptor takes excitatory weights only"), "{wrong}");
    let wrong = told(&|net| net.design.projections[0].receptor = Some(2));
    assert!(wrong.contains("lif_exp has 2 receptors, not 3"), "{wrong}");
    let wrong = told(&|net| {
        net.poisson(1, Rate::Constant(1.0), -3.0);
        net.design.poisson[0].receptor = Some(0);
    });
    assert!(wrong.contains("Poisson input") && wrong.contains("weight -3: must be >= 0"), "{wrong}");
    let wrong = told(&|net| {
        net.current_in(1, Waveform::Constant { amplitude: 1.0 }, Window { start_ms: 0.0, stop_ms: 1.0 });
        net.design.currents[0].port = 1;
    });
    assert!(wrong.contains("lif_exp has 1 ports of currents, not 2"), "{wrong}");
    let wrong = told(&|net| {
        let built = Cells::<Counter, f64>::boxed(&Counter::INFO, &[Column::Constant(1.0)], 1, net.design.clock);
        let cells = net.population(1, Kind::Neurons(built.unwrap_or_else(|_| panic!("it has no faults"))));
        net.design.projections[0].target = cells;
    });
    assert!(wrong.contains("name its receptor, one of a, c, b, d of counter"), "{wrong}");
}
