//! What a browser makes of a report: the distribution's headless Chromium lays it out, and a script that is put behind it looks around.

use crate::build::{neuropil, target_directory};
use crate::explorer_page;
use crate::shell::{Failure, failure, root, run};
use crate::system;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Tells in the title how many figures and tables there are, and what is wrong with them.
const PROBE: &str = r#"<script>
addEventListener("load", () => {
  const faults = [], figures = document.querySelectorAll("svg"), words = [];
  for (const figure of figures) {
    const own = figure.getBoundingClientRect();
    if (own.width < 200 || own.height < 100) faults.push(`a figure of ${own.width} x ${own.height}`);
    for (const text of figure.querySelectorAll("text")) {
      const place = text.getBoundingClientRect();
      words.push(text.textContent);
      const inside = place.left > own.left - 2 && place.right < own.right + 2 && place.top > own.top - 2 && place.bottom < own.bottom + 2;
      if (!inside) faults.push(`"${text.textContent}" lies outside its figure`);
      if (place.width === 0 && text.textContent.trim()) faults.push(`"${text.textContent}" is not drawn`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is wider than the window");
  for (const asked of performance.getEntriesByType("resource")) faults.push(`it asks for ${asked.name}`);
  const tables = document.querySelectorAll("table").length;
  document.title = JSON.stringify({ figures: figures.length, tables, words: words.length, faults });
});
</script>"#;

/// Reports of a comparison and of a sweep over the tissue, as the browser sees them.
pub fn check() -> Result<String, Failure> {
    system::install_chromium()?;
    let target = target_directory()?;
    let small = ["training.updates=4", "training.batch=2", "training.evaluate_every=1", "carrier.step_ms=10"];
    let compare = |rules: &str, more: &[&str], name: &str| {
        let file = target.join(name);
        let mut command = Command::new(neuropil()?);
        command.args(["compare", "models/tasks/mini_evidence.json", "--seeds", "2", "--align", "--quiet", "--force"]);
        command
            .args(["--rules", rules])
            .args(small.iter().flat_map(|change| ["--set", change]))
            .args(more)
            .arg("-o")
            .arg(&file);
        run(command.current_dir(root()))?;
        looked_at(&file)
    };
    let sweep = ["--sweep", "carrier.diffusivity_um2_per_ms=0.1,1"];
    let plain = compare("bptt,modprop_type,eprop", &[], "ci-report.h5")?;
    let swept = compare("modprop_type,modprop_type+field", &sweep, "ci-report-sweep.h5")?;
    let explored = explorer_page::check(&target)?;
    Ok(format!("Chromium shows {plain} and {swept}, all text inside its figure, nothing fetched; {explored}"))
}

/// Writes the report of a file, and says how many figures and tables a browser finds in it.
fn looked_at(file: &Path) -> Result<String, Failure> {
    let page = file.with_extension("html");
    run(Command::new(neuropil()?).arg("report").arg(file).args(["--force", "-o"]).arg(&page))?;
    let said = probed(&page, PROBE)?;
    let count = |name: &str| said[name].as_u64().unwrap_or(0);
    let (figures, tables, words) = (count("figures"), count("tables"), count("words"));
    if figures == 0 || tables == 0 || words == 0 {
        return Err(failure(format!("{}: {figures} figures, {tables} tables, {words} words", page.display())));
    }
    Ok(format!("{words} words in figures and {tables} tables"))
}

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
