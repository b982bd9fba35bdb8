//! The diffusion cases of the repository hold, each within the tolerances of its header.

use neuropil_verify::{find, run};
use std::path::Path;

#[test]
fn diffusion_cases_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/diffusion");
    let cases = find(&folder).unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let report = run(&case).unwrap();
        assert!(!report.checks.is_empty());
        for check in &report.checks {
            assert!(check.passed(), "{}: {check:?}", report.case);
        }
    }
}
