//! What a browser makes of the page of `neuropil view`: charts that are drawn, that follow the window, and single spikes.

use crate::browser::probed;
use crate::build::neuropil;
use crate::shell::{Failure, failure, root, run};
use crate::system;
use std::path::Path;
use std::process::Command;

/// Looks at the pixels of every chart, moves the window, chooses a cell; the title says what is wrong. Charts are drawn once the
/// script rests, which is what it waits for.
const RECORDING: &str = r##"<script>
(async () => {
  const faults = [], rest = async () => { for (let turn = 0; turn < 5; turn++) await null; };
  try {
    const page = window.explorer, charts = [...document.querySelectorAll("#charts canvas")];
    const pixels = (own) => own.getContext("2d").getImageData(0, 0, own.width, own.height).data;
    const coloured = (own) => { let count = 0; const all = pixels(own); for (let at = 0; at < all.length; at += 4) if (all[at + 3] > 0 && Math.abs(all[at] - all[at + 2]) > 20) count += 1; return count; };
    const before = charts.map(coloured);
    before.forEach((count, chart) => { if (count < 100) faults.push(`chart ${chart} has ${count} coloured pixels`); });
    page.show(100, 110);
    page.draw_now();
    await rest();
    if (get("window").textContent !== "100 to 110 ms") faults.push(`the window is ${get("window").textContent}`);
    if (!get("command").textContent.includes("--from-ms 100 --to-ms 110")) faults.push(get("command").textContent);
    // Windows are (from, to], and the last one holds the spikes of the last step.
    const all = page.populations.map((own) => own.within(0, 500)), parts = page.populations.map((own) => [...Array(5)].reduce((sum, _, part) => { const [begin, end] = own.within(100 * part, 100 * (part + 1)); return sum + end - begin; }, 0));
    page.populations.forEach((own, place) => {
      if (all[place][1] !== own.count || parts[place] !== own.count) faults.push(`${own.name}: ${own.count} spikes, in its window ${all[place]}, in five parts ${parts[place]}`);
      const [, end] = own.within(0, own.time(own.count >> 1));
      if (!(end > own.count >> 1)) faults.push(`${own.name}: a spike at the end of a window is outside`);
    });
    // A spike of a window of few spikes has four pixels of its own.
    const spikes = page.populations.reduce((sum, own) => { const [begin, end] = own.within(100, 110); return sum + end - begin; }, 0);
    const after = coloured(charts[0]);
    if (!(after > 1.5 * spikes && after < 4.5 * spikes + 2000)) faults.push(`${spikes} spikes have ${after} pixels`);
    page.view.hidden.add(page.populations[0].name);
    page.draw_now();
    await rest();
    if (coloured(charts[0]) === after) faults.push("a hidden population is drawn");
    for (const asked of performance.getEntriesByType("resource")) faults.push(`it asks for ${asked.name}`);
    document.title = JSON.stringify({ charts: charts.length, spikes: page.populations.reduce((sum, own) => sum + own.count, 0), faults });
  } catch (fault) { document.title = JSON.stringify({ faults: [String(fault.stack)] }); }
})();
</script>"##;

/// Chooses each measure, and shows single seeds.
const TRAINING: &str = r##"<script>
(() => {
  const faults = [];
  try {
    const page = window.explorer, lines = [];
    for (let measure = 0; measure < page.choice.length; measure++) { page.choice.selectedIndex = measure; page.draw(); lines.push(page.lines); }
    if (lines.some((own) => own < 3)) faults.push(`lines: ${lines}`);
    if (document.querySelectorAll("#charts canvas").length !== 1) faults.push("more than one chart");
    document.title = JSON.stringify({ measures: page.choice.length, faults });
  } catch (fault) { document.title = JSON.stringify({ faults: [String(fault.stack)] }); }
})();
</script>"##;

/// Gives the page of a run that is at half its way the one of its end, as a page that follows its file does: a view of the whole stays
/// one, a part stays where it is, and nothing is there twice.
const FOLLOWING: &str = r##"<script>
(() => {
  const faults = [], parsed = () => new DOMParser().parseFromString(PAGE, "text/html");
  const count = () => window.explorer.populations.reduce((sum, own) => sum + own.count, 0), shown = () => get("window").textContent;
  try {
    const before = count(), charts = document.querySelectorAll("#charts section").length;
    window.explorer.view.hidden.add(window.explorer.populations[1].name);
    renew(parsed());
    if (shown() !== "0 to 500 ms") faults.push(`the whole became ${shown()}`);
    if (!(count() > 1.2 * before)) faults.push(`${before} spikes became ${count()}`);
    window.explorer.show(100, 200);
    renew(parsed());
    window.explorer.draw_now();
    if (shown() !== "100 to 200 ms") faults.push(`a part became ${shown()}`);
    if (document.querySelectorAll("#charts section").length !== charts) faults.push("charts are there twice");
    const boxes = [...document.querySelectorAll("#keys input")].map((own) => own.checked);
    if (boxes.join() !== "true,false") faults.push(`populations are shown: ${boxes}`);
    document.title = JSON.stringify({ spikes: count(), faults });
  } catch (fault) { document.title = JSON.stringify({ faults: [String(fault.stack)] }); }
})();
</script>"##;

/// Draws a page many times, moving over a window of a seventh and zooming from all to a step, and takes the time of each.
const FRAMES: &str = r##"<script>
(async () => {
  const page = window.explorer, spikes = page.populations.reduce((sum, own) => sum + own.count, 0), frames = 60;
  // Charts follow once the script rests; reading a pixel waits until they are painted.
  const drawn = async (from, to) => {
    const begun = performance.now();
    page.show(from, to);
    page.draw_now();
    for (let turn = 0; turn < 5; turn++) await null;
    for (const own of document.querySelectorAll("#charts canvas")) own.getContext("2d").getImageData(0, 0, 1, 1);
    return performance.now() - begun;
  };
  const told = async (window) => {
    const all = [];
    for (let frame = 0; frame <= frames; frame++) all.push(await drawn(...window(frame)));
    const own = all.slice(1).sort((one, other) => one - other);
    return { median: own[own.length >> 1], longest: own.at(-1) };
  };
  const end = held.end_ms, width = (frame) => end * Math.pow(0.85, frame);
  const moved = await told((frame) => [0.25 * end + 0.001 * frame * end, 0.4 * end + 0.001 * frame * end]);
  const zoomed = await told((frame) => [0.37 * (end - width(frame)), 0.37 * (end - width(frame)) + width(frame)]);
  document.title = JSON.stringify({ spikes, moved, zoomed, faults: [] });
})();
</script>"##;

/// How long headless Chromium, which paints in software, takes to draw a page that `neuropil view` has written.
pub fn frames(page: &str) -> Result<String, Failure> {
    system::install_chromium()?;
    let said = probed(Path::new(page), FRAMES)?;
    let times = |way: &str| {
        let of = |which: &str| said[way][which].as_f64().unwrap_or(f64::NAN);
        format!("{:.0} ms (longest {:.0} ms)", of("median"), of("longest"))
    };
    let (moved, zoomed) = (times("moved"), times("zoomed"));
    Ok(format!("{} spikes: a frame takes {moved} while it moves, {zoomed} while it zooms", said["spikes"]))
}

/// The page of a recording and that of training runs, which `cargo xtask report` has made.
pub fn check(target: &Path) -> Result<String, Failure> {
    let recorded = |name: &str, duration: &str| {
        let recording = target.join(name);
        let model =
            ["run", "models/networks/first_network.json", "--duration-ms", duration, "--quiet", "--force", "-o"];
        run(Command::new(neuropil()?).args(model).arg(&recording).current_dir(root()))?;
        Ok::<_, Failure>(recording)
    };
    let (half, recording) = (recorded("ci-explorer-half.h5", "250")?, recorded("ci-explorer.h5", "500")?);
    let page = |file: &Path| {
        let page = file.with_extension("view.html");
        run(Command::new(neuropil()?).arg("view").arg(file).args(["--force", "-o"]).arg(&page))?;
        Ok::<_, Failure>(page)
    };
    let whole = page(&recording)?;
    let said = probed(&whole, RECORDING)?;
    let (charts, spikes) = (said["charts"].as_u64().unwrap_or(0), said["spikes"].as_u64().unwrap_or(0));
    if charts != 3 || spikes == 0 {
        return Err(failure(format!("the page to explore has {charts} charts of {spikes} spikes, expected 3 of many")));
    }
    let later = std::fs::read_to_string(&whole).map_err(|error| failure(format!("{}: {error}", whole.display())))?;
    // Nothing of it may end the element.
    let later = serde_json::Value::String(later).to_string().replace('<', "\\u003c");
    let followed = probed(&page(&half)?, &FOLLOWING.replace("PAGE", &later))?["spikes"].as_u64().unwrap_or(0);
    if followed != spikes {
        return Err(failure(format!("a page that follows its file has {followed} spikes, expected {spikes}")));
    }
    let measures = probed(&page(&target.join("ci-report.h5"))?, TRAINING)?["measures"].as_u64().unwrap_or(0);
    if measures < 5 {
        return Err(failure(format!("the page of training runs has {measures} measures")));
    }
    Ok(format!("the page to explore draws {spikes} spikes and {measures} measures"))
}
