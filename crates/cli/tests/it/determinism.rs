//! The same seed gives the same bits for any number of threads.

use super::Desk;
use neuropil_record::{Recording, Spikes, WeightData};

/// Spikes, report values and weights of a recording, bit for bit.
type Bits = (Vec<(Spikes, Vec<u64>)>, Vec<Vec<u64>>, Vec<(WeightData, Vec<u64>)>);

fn bits(desk: &Desk, name: &str) -> Bits {
    let recording = Recording::open(desk.path(name)).unwrap();
    let of = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
    let spikes = ["exc", "inh"].map(|population| {
        let spikes = recording.spikes(population).unwrap();
        let times = of(&spikes.times_ms);
        (spikes, times)
    });
    let reports = recording.reports().unwrap();
    let values = reports.iter().map(|report| of(&recording.report_data(report, 0..report.frames).unwrap()));
    let weights = recording.weights().unwrap();
    let weights = weights.iter().map(|record| {
        let data = recording.weight_data(record).unwrap();
        let weights = of(&data.weights);
        (data, weights)
    });
    (spikes.into(), values.collect(), weights.collect())
}

#[test]
fn threads_do_not_decide_anything() {
    let desk = Desk::new();
    for precision in ["double", "single"] {
        for threads in ["1", "2", "3", "5"] {
            let output = format!("{precision}{threads}.h5");
            desk.done(&[
                "run",
                "small.json",
                "-q",
                "-o",
                &output,
                "--threads",
                threads,
                "--precision",
                precision,
                "--set",
                "simulation.blocks=7",
                "--set",
                "record.weights=true",
                "--record",
                "inh:i_syn_exc_pa:0.5",
            ]);
        }
        let one = bits(&desk, &format!("{precision}1.h5"));
        assert!(one.0.iter().all(|(spikes, _)| spikes.times_ms.len() > 20), "too few spikes to compare");
        assert_eq!((one.1.len(), one.2.len()), (2, 3));
        for threads in ["2", "3", "5"] {
            assert!(one == bits(&desk, &format!("{precision}{threads}.h5")), "{precision}, {threads} threads");
        }
    }
    let other = "other.h5";
    desk.done(&["run", "small.json", "-q", "-o", other, "--seed", "4", "--set", "record.weights=true"]);
    assert_ne!(bits(&desk, "double1.h5").0, bits(&desk, other).0, "another seed");
}
