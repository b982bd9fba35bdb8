//! What a run will need, told without a synapse: beside what a run then has.

use super::Desk;
use serde_json::Value;

/// A machine that does everything in a round number of ns.
const MACHINE: &str =
    r#"{"threads": 1, "draw_ns": 50, "value_ns": 10, "event_ns": 2, "row_ns": 20, "look_ns": 4, "spike_ns": 30}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("machine.json"), MACHINE).unwrap();
    desk
}

fn planned(desk: &Desk, arguments: &[&str]) -> Value {
    let told = desk.done(&[&["plan", "small.json", "--machine", "machine.json", "--json"], arguments].concat());
    serde_json::from_str(&told).unwrap()
}

fn close(told: f64, found: f64, tolerance: f64) -> bool {
    (told - found).abs() <= tolerance * found
}

/// Synapses, the bytes of synapses and of the index of their rows, and events at the rates that a run had are those of the run. Would catch rows
/// that are counted twice, or for one block of several.
#[test]
fn synapses_bytes_and_events_are_those_of_a_run() {
    let desk = desk();
    for blocks in ["1", "5"] {
        let blocks = format!("simulation.blocks={blocks}");
        let set = ["--set", &blocks, "--set", "populations.exc.cells=400", "--set", "populations.inh.cells=200"];
        let run = desk.run(&[&["run", "small.json", "-o", "out.h5", "--force", "--threads", "1"], &set[..]].concat());
        let json = ["run", "small.json", "-o", "out.h5", "--force", "--json", "-q", "--threads", "1"];
        let done: Value = serde_json::from_str(&desk.done(&[&json[..], &set[..]].concat())).unwrap();
        let rates = done["populations"].as_array().unwrap().iter();
        let rates: Vec<String> =
            rates.map(|own| format!("{}={}", own["name"].as_str().unwrap(), own["rate_hz"])).collect();
        let told = planned(&desk, &[&set[..], &["--rate-hz", &rates[0], "--rate-hz", &rates[1]]].concat());
        let number = |own: &Value| own.as_f64().unwrap();
        assert!(close(number(&told["synapses"]), number(&done["synapses"]), 0.02), "{told} {done}");
        let events = number(&done["synaptic_events"]) / 0.05;
        assert!(close(number(&told["synaptic_events_per_s"]), events, 0.05), "{told} {done}");
        // "built 10,000 synapses in 0.0 s (123.4 kB); running on 1 thread"
        let line = run.err.lines().chain(run.out.lines()).find(|line| line.starts_with("built")).unwrap().to_owned();
        let (_, bytes) = line.split_once('(').unwrap();
        let kilobytes: f64 = bytes.split_once(" kB").unwrap().0.parse().unwrap();
        let held = number(&told["memory"]["synapses"]) + number(&told["memory"]["index"]);
        assert!(close(held, 1e3 * kilobytes, 0.05), "{line}: {told}");
    }
}

/// Ranks share synapses, and meet once in their shortest delay of 0.5 ms; what they hand over costs what --network says.
#[test]
fn ranks_meet_as_often_as_the_shortest_delay_says() {
    let desk = desk();
    let one = planned(&desk, &[]);
    assert_eq!(
        (&one["ranks"], &one["meetings_per_s"], &one["wall_s"]["messages"]),
        (&1.into(), &0.0.into(), &0.0.into())
    );
    let four = planned(&desk, &["--ranks", "4", "--network", "1us,1GB/s"]);
    assert_eq!((&four["meetings_per_s"], &four["message_bytes"]), (&2000.0.into(), &256.0.into()));
    let messages = four["wall_s"]["messages"].as_f64().unwrap();
    assert!(close(messages, 2000.0 * (2.0 * 1e-6 + 3.0 * 256.0 / 1e9), 1e-9), "{four}");
    assert_eq!(four["synapses"], one["synapses"]);
    let part = |own: &Value| own["memory"]["synapses"].as_f64().unwrap();
    assert!((0.25..0.6).contains(&(part(&four) / part(&one))), "{one} {four}");
    // Unequal shares are told: exc cells, of which there are twice as many, have no synapse of `inh` less.
    assert!(four["imbalance"].as_f64().unwrap() >= 1.0);
    let text =
        desk.done(&["plan", "small.json", "--machine", "machine.json", "--ranks", "2", "--network", "1us,1GB/s"]);
    for part in
        ["60 cells", "2 ranks of 1 thread", "memory of a rank", "wall time of a second", "2,000/s", "\"look_ns\":4"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!desk.exists("small.h5"));
}

#[test]
fn what_cannot_be_planned_says_why() {
    let desk = desk();
    let refused = |arguments: &[&str], code: i32, part: &str| {
        let done = desk.run(&[&["plan"], arguments].concat());
        assert!(done.code == code && done.err.contains(part), "{arguments:?}: {} {}", done.code, done.err);
    };
    let small = |arguments: &[&'static str]| [&["small.json", "--machine", "machine.json"], arguments].concat();
    refused(&small(&["--ranks", "2"]), 3, "--ranks 2: several ranks need --network, as in --network 2us,10GB/s");
    refused(&small(&["--ranks", "0"]), 2, "--ranks");
    refused(&small(&["--network", "2,10"]), 2, "as in 2us,10GB/s");
    refused(&small(&["--rate-hz", "ex=5"]), 3, "--rate-hz ex=5");
    refused(&small(&["--rate-hz", "-1"]), 3, "must be a number >= 0");
    let blocks = ["--ranks", "3", "--network", "1us,1GB/s", "--set", "simulation.blocks=2"];
    refused(&small(&blocks), 3, "the 3 ranks");
    refused(&["small.json", "--measure"], 2, "cannot be used with");
    refused(&[], 2, "MODEL");
    let untold = super::SMALL.replace(", \"mean_rate_hz\": 5", "");
    std::fs::write(desk.path("untold.json"), untold).unwrap();
    refused(&["untold.json", "--machine", "machine.json"], 3, "populations.exc: has no `mean_rate_hz`");
    std::fs::write(desk.path("other.json"), "{\"threads\": 1}").unwrap();
    refused(&["small.json", "--machine", "other.json"], 3, "other.json: `draw_ns` is missing");
}
