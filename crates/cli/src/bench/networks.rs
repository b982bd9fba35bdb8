//! The networks that are measured by name.

/// A shipped network, and what is changed of it.
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The model file.
    pub model: &'static str,
    /// What the file says that its cells are written in; none where all are built in.
    pub cells: Option<&'static str>,
    /// As given to `--set`.
    pub set: &'static [&'static str],
}

const PD14: &str = neuropil_shipped::networks::POTJANS_DIESMANN_2014;
const BRUNEL: &str = neuropil_shipped::networks::BRUNEL_2000_AI;
const CUBA: &str = neuropil_shipped::networks::VOGELS_ABBOTT_2005_CUBA;
const COBA: &str = neuropil_shipped::networks::VOGELS_ABBOTT_2005_COBA;
const DESTEXHE: &str = neuropil_shipped::networks::DESTEXHE_2009_CORTEX;
const ADEX: &str = neuropil_shipped::cells::ADEX;
const COBAHH: &str = neuropil_shipped::networks::BRETTE_2007_COBAHH;
const HODGKIN_HUXLEY: &str = neuropil_shipped::cells::HH_TRAUB_MILES;
const LEARNS: &str = neuropil_shipped::networks::MICROCIRCUIT_LEARNS;
const ONLINE: &str = neuropil_shipped::networks::ONLINE_MODPROP;

/// 10,000 cells, a million plastic synapses.
const MILLION: &[&str] = &[
    "populations.exc.cells=8000",
    "populations.inh.cells=2000",
    "projections.0.probability=0.05",
    r#"projections.0.weight={"distribution":"normal","mean":0.05,"std":0.15}"#,
    "projections.1.probability=0.0092",
    "projections.2.probability=0.0092",
    "learning.apply_every_ms=100",
    "learning.record_weights_every_ms=10000",
];
/// Ten times the cells at the same in-degree.
const TENFOLD: &[&str] = &[
    "populations.exc.cells=32000",
    "populations.inh.cells=8000",
    "projections.0.probability=0.002",
    "projections.1.probability=0.002",
];
/// One evaluation a step, as the peers that are compared have it.
const EULER: &[&str] = &["populations.exc.method=exponential_euler", "populations.inh.method=exponential_euler"];
const TENFOLD_EULER: &[&str] = &[TENFOLD[0], TENFOLD[1], TENFOLD[2], TENFOLD[3], EULER[0], EULER[1]];
/// Fifty times the cells at the same in-degree, four evaluations a step.
const HUNDRED_THOUSAND: &[&str] = &[
    "populations.exc.cells=80000",
    "populations.inh.cells=20000",
    "projections.0.probability=0.0004",
    "projections.1.probability=0.0004",
    r#"populations.exc.integration={"method":"rk4"}"#,
    r#"populations.inh.integration={"method":"rk4"}"#,
];
const HUNDRED_THOUSAND_AUTO: &[&str] =
    &[HUNDRED_THOUSAND[0], HUNDRED_THOUSAND[1], HUNDRED_THOUSAND[2], HUNDRED_THOUSAND[3]];
/// 10,000 cells, a tenth of all pairs connected, kept at ten irregular spikes a second by Poisson trains.
const BALANCED: &[&str] = &[
    "populations.exc.cells=8000",
    "populations.inh.cells=2000",
    "populations.exc.t_ref_ms=2",
    "populations.inh.t_ref_ms=2",
    r#"populations.exc.initial={"V_m_mv":{"distribution":"uniform","low":-60,"high":-50}}"#,
    r#"populations.inh.initial={"V_m_mv":{"distribution":"uniform","low":-60,"high":-50}}"#,
    r#"populations.exc.integration={"method":"rk4"}"#,
    r#"populations.inh.integration={"method":"rk4"}"#,
    "projections.0.probability=0.1",
    "projections.1.probability=0.1",
    "projections.0.weight_ns=0.15",
    "projections.1.weight_ns=-1.2",
    "projections.0.delay_ms=1.5",
    "projections.1.delay_ms=1.5",
    "inputs.0.rate_hz=3000",
    "inputs.0.weight_ns=1.2",
];
/// The scheme of Brian2's own example of this network.
const EXPONENTIAL_EULER: &[&str] = &[
    r#"populations.exc.integration={"method":"exponential_euler"}"#,
    r#"populations.inh.integration={"method":"exponential_euler"}"#,
];

/// All of them.
pub const NETWORKS: &[Entry] = &[
    Entry {
        name: "microcircuit",
        about: "Potjans & Diesmann 2014; --scale 0.1 for a tenth",
        model: PD14,
        cells: None,
        set: &[],
    },
    Entry { name: "brunel", about: "Brunel 2000, 12,500 cells, g 5, eta 2", model: BRUNEL, cells: None, set: &[] },
    Entry { name: "cuba", about: "Vogels & Abbott 2005, 4,000 cells, currents", model: CUBA, cells: None, set: &[] },
    Entry {
        name: "coba",
        about: "the same with conductances, exponential Euler",
        model: COBA,
        cells: None,
        set: EULER,
    },
    Entry {
        name: "plastic",
        about: "10,000 cells and a million synapses that learn by ModProp",
        model: ONLINE,
        cells: None,
        set: MILLION,
    },
    Entry {
        name: "microcircuit_learns",
        about: "the microcircuit, all 3e8 synapses learn by ModProp; 16 GB",
        model: LEARNS,
        cells: None,
        set: &[],
    },
    Entry {
        name: "adex",
        about: "Destexhe 2009, 100,000 AdEx cells of a file, Runge-Kutta",
        model: DESTEXHE,
        cells: Some(ADEX),
        set: HUNDRED_THOUSAND,
    },
    Entry {
        name: "adex_auto",
        about: "the same, as many parts of a step as each cell needs",
        model: DESTEXHE,
        cells: Some(ADEX),
        set: HUNDRED_THOUSAND_AUTO,
    },
    Entry {
        name: "adex_balanced",
        about: "10,000 AdEx cells of a file, a tenth of all pairs connected, Runge-Kutta",
        model: DESTEXHE,
        cells: Some(ADEX),
        set: BALANCED,
    },
    Entry {
        name: "cobahh",
        about: "Brette 2007, 4,000 Hodgkin-Huxley cells of a file, exponential Euler",
        model: COBAHH,
        cells: Some(HODGKIN_HUXLEY),
        set: EXPONENTIAL_EULER,
    },
    Entry {
        name: "cobahh_auto",
        about: "the same, as many parts of a step as each cell needs",
        model: COBAHH,
        cells: Some(HODGKIN_HUXLEY),
        set: &[],
    },
    Entry {
        name: "cuba_40000",
        about: "cuba with 40,000 cells, the same in-degree",
        model: CUBA,
        cells: None,
        set: TENFOLD,
    },
    Entry {
        name: "coba_40000",
        about: "coba with 40,000 cells, the same in-degree",
        model: COBA,
        cells: None,
        set: TENFOLD_EULER,
    },
];
