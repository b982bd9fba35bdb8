//! The cells of models/cells are those of their papers: each case against what NEST, or a finer integration, computed.

use neuropil_verify::{find, run};
use std::path::Path;

#[test]
fn cells_from_files_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/equations");
    let cases = find(&folder).unwrap();
    assert_eq!(cases.len(), 35);
    for case in cases {
        let report = run(&case).unwrap();
        assert!(report.checks.len() > 1);
        for check in &report.checks {
            assert!(check.passed(), "{}: {check:?}", report.case);
        }
    }
}
