//! What a browser makes of a report: the distribution's headless Chromium lays it out, and a script that is put behind it looks around.

use crate::browser::probed;
use crate::build::{neuropil, target_directory};
use crate::explorer_page;
use crate::shell::{Failure, failure, root, run};
use crate::system;
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
