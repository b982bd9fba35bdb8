//! The networks that are measured by name.

/// A shipped network, and what is changed of it.
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The model file.
    pub model: &'static str,
    /// As given to `--set`.
    pub set: &'static [&'static str],
}

const PD14: &str = include_str!("../../../../models/networks/potjans_diesmann_2014.json");
const BRUNEL: &str = include_str!("../../../../models/networks/brunel_2000_ai.json");
const CUBA: &str = include_str!("../../../../models/networks/vogels_abbott_2005_cuba.json");
const COBA: &str = include_str!("../../../../models/networks/vogels_abbott_2005_coba.json");

const ONLINE: &str = include_str!("../../../../models/networks/online_modprop.json");

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

/// All of them.
pub const NETWORKS: &[Entry] = &[
    Entry { name: "microcircuit", about: "Potjans & Diesmann 2014; --scale 0.1 for a tenth", model: PD14, set: &[] },
    Entry { name: "brunel", about: "Brunel 2000, 12,500 cells, g 5, eta 2", model: BRUNEL, set: &[] },
    Entry { name: "cuba", about: "Vogels & Abbott 2005, 4,000 cells, currents", model: CUBA, set: &[] },
    Entry { name: "coba", about: "the same with conductances, exponential Euler", model: COBA, set: EULER },
    Entry {
        name: "plastic",
        about: "10,000 cells and a million synapses that learn by ModProp",
        model: ONLINE,
        set: MILLION,
    },
    Entry { name: "cuba_40000", about: "cuba with 40,000 cells, the same in-degree", model: CUBA, set: TENFOLD },
    Entry { name: "coba_40000", about: "coba with 40,000 cells, the same in-degree", model: COBA, set: TENFOLD_EULER },
];
