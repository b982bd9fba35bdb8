//! A page as the distribution's headless Chromium shows it.

use crate::shell::{Failure, failure};
use crate::system;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Opens a page with a script behind it, and returns what the script puts into the title; its `faults` must be none.
pub fn probed(page: &Path, probe: &str) -> Result<Value, Failure> {
    let unreadable = |error: std::io::Error| failure(format!("{}: {error}", page.display()));
    let html = std::fs::read_to_string(page).map_err(unreadable)?;
    let own = page.with_extension("probe.html");
    std::fs::write(&own, format!("{html}{probe}")).map_err(unreadable)?;
    let browser = Command::new(system::chromium().unwrap_or("chromium"))
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1280,900",
            "--timeout=60000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", page.with_extension("profile").display()))
        .arg(format!("file://{}", own.display()))
        .output()
        .map_err(|error| failure(format!("chromium could not be started: {error}")))?;
    let shown = String::from_utf8_lossy(&browser.stdout);
    let said = shown.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    let said = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let said: Value = serde_json::from_str(&said).map_err(|error| {
        let (page, why) = (page.display(), String::from_utf8_lossy(&browser.stderr));
        failure(format!("{page}: the browser did not run the probe ({}; {error}): {said}\n{why}", browser.status))
    })?;
    let faults: Vec<&str> = said["faults"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match &faults[..] {
        [] => Ok(said),
        faults => Err(failure(format!("{}: {}", page.display(), faults.join("; ")))),
    }
}
