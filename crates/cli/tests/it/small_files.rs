//! What short recordings take on the disk.

use super::Desk;

/// Once 18 MB for 300 ms of 41 cells: each column took the room of 16,384 rows. Here there are 60 cells, a report, weights
/// and a checkpoint.
#[test]
fn a_short_recording_takes_little_room() {
    let desk = Desk::new();
    let shown = desk.done(&["run", "small.json", "--duration-ms", "300", "--checkpoint-every-ms", "100", "-o", "a.h5"]);
    let bytes = std::fs::metadata(desk.path("a.h5")).unwrap().len();
    assert!(bytes < 200_000, "{bytes} bytes: {shown}");
}
