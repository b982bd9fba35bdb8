//! `neuropil verify`.

use crate::args::VerifyArgs;
use crate::error::CliError;
use crate::screen;
use neuropil_verify::{Case, Report};

/// Runs reference cases.
///
/// # Errors
/// Cases that cannot be run, or deviations beyond their tolerance.
pub fn verify(args: &VerifyArgs) -> Result<(), CliError> {
    let mut cases: Vec<Case> = Vec::new();
    for path in &args.paths {
        cases.extend(neuropil_verify::find(path).map_err(CliError::input)?);
    }
    let mut reports = Vec::new();
    let mut faults = Vec::new();
    for case in &cases {
        match neuropil_verify::run(case) {
            Ok(report) => {
                if !args.json {
                    print(&report)?;
                }
                reports.push(report);
            }
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if args.json {
        screen::print(&json(&reports).to_string())?;
    }
    if !faults.is_empty() {
        return Err(CliError::Input(faults.join("\nerror: ")));
    }
    let missed: usize = reports.iter().flat_map(|report| &report.checks).filter(|check| !check.passed()).count();
    let checks: usize = reports.iter().map(|report| report.checks.len()).sum();
    if missed > 0 {
        return Err(CliError::Missed(format!("{missed} of {checks} checks missed their tolerance")));
    }
    if !args.json {
        screen::print(&format!("all within tolerance: {checks} checks, {} cases", reports.len()))?;
    }
    Ok(())
}

fn print(report: &Report) -> Result<(), CliError> {
    for check in &report.checks {
        screen::print(&format!(
            "{:<32} {:<21} deviation {:>9.3e} {:<7} tolerance {:>7.0e}  {}  ({})",
            report.case,
            check.what,
            check.deviation,
            check.unit,
            check.tolerance,
            if check.passed() { "ok" } else { "MISSED" },
            check.detail
        ))?;
    }
    Ok(())
}

fn json(reports: &[Report]) -> serde_json::Value {
    let check = |check: &neuropil_verify::Check| {
        serde_json::json!({
            "what": check.what, "deviation": check.deviation, "tolerance": check.tolerance, "unit": check.unit,
            "detail": check.detail, "passed": check.passed(),
        })
    };
    let report = |report: &Report| serde_json::json!({"case": report.case, "checks": report.checks.iter().map(check).collect::<Vec<_>>()});
    reports.iter().map(report).collect()
}
