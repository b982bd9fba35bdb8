//! Recordings made of a hash: a cortical column with the sizes and mean rates of Potjans & Diesmann (2014).

use neuropil_report::{PopulationSpikes, TraceSet};

/// Name, cells and mean rate in Hz.
const COLUMN: [(&str, u64, f64); 8] = [
    ("L23E", 20683, 0.86),
    ("L23I", 5834, 2.80),
    ("L4E", 21915, 4.45),
    ("L4I", 5479, 5.93),
    ("L5E", 4850, 7.59),
    ("L5I", 1065, 8.63),
    ("L6E", 14395, 1.09),
    ("L6I", 2948, 7.88),
];

/// Uniform in (0, 1]: splitmix64 of a counter.
fn uniform(counter: u64) -> f64 {
    let mut z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (((z ^ (z >> 31)) >> 11) + 1) as f64 / (1u64 << 53) as f64
}

/// Poisson trains; those of inhibitory populations are more regular (intervals of two stages).
pub fn column(to_ms: f64) -> Vec<PopulationSpikes> {
    let populations = COLUMN.iter().zip(0u64..);
    populations.map(|(&(name, cells, rate_hz), index)| trains(name, cells, rate_hz, index, to_ms)).collect()
}

fn trains(name: &str, cells: u64, rate_hz: f64, index: u64, to_ms: f64) -> PopulationSpikes {
    let inhibitory = name.ends_with('I');
    let stages = if inhibitory { 2 } else { 1 };
    let mut spikes = Vec::new();
    for cell in 0..cells {
        let mut counter = (index << 56) | (cell << 24);
        let mut time_ms = 0.0;
        loop {
            for _ in 0..stages {
                counter += 1;
                time_ms -= uniform(counter).ln() * 1e3 / (rate_hz * f64::from(stages));
            }
            if time_ms >= to_ms {
                break;
            }
            spikes.push((time_ms, cell));
        }
    }
    spikes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (times_ms, node_ids) = spikes.into_iter().unzip();
    PopulationSpikes {
        name: name.to_owned(),
        cell_type: if inhibitory { "interneuron" } else { "pyramidal" }.to_owned(),
        sign: if inhibitory { -1 } else { 1 },
        cells,
        times_ms,
        node_ids,
        ..PopulationSpikes::default()
    }
}

/// Membrane potentials that wander, are reset, and now and then are not a number.
pub fn potentials(population: &str, cells: u64, to_ms: f64) -> TraceSet {
    let dt_ms = 0.1;
    let mut v_m = vec![-58.0; usize::try_from(cells).expect("a few cells")];
    let mut data = Vec::new();
    let mut counter = 1 << 60;
    let mut time_ms = 0.0;
    while time_ms < to_ms {
        for v in &mut v_m {
            counter += 1;
            *v += dt_ms * (-54.5 - *v) / 10.0 + 0.9 * (uniform(counter) - 0.5);
            *v = if *v > -50.0 { -65.0 } else { *v };
            data.push(if uniform(counter << 1) < 1e-4 { f64::NAN } else { *v });
        }
        time_ms += dt_ms;
    }
    TraceSet {
        population: population.to_owned(),
        variable: "v_m".to_owned(),
        unit: "mV".to_owned(),
        node_ids: (0..cells).map(|cell| cell * 7).collect(),
        start_ms: 0.0,
        dt_ms,
        data,
        ..TraceSet::default()
    }
}
