//! Whole pages: what they say, how they are stored, and what is refused.

use crate::synthetic;
use neuropil_report::{Error, Existing, PlotOptions, PopulationSpikes, TraceSet, Window, overview};
use std::fs;
use tempfile::TempDir;

fn window(to_ms: f64) -> Window {
    Window::new(0.0, to_ms).unwrap()
}

fn svg(populations: &[PopulationSpikes], traces: &[TraceSet], to_ms: f64) -> String {
    overview(populations, traces, window(to_ms), "a test", &PlotOptions::default()).svg().unwrap()
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_column_is_thinned_and_named() {
    let populations = synthetic::column(1000.0);
    let svg = svg(&populations, &[synthetic::potentials("L4E", 7, 1000.0)], 1000.0);
    for population in &populations {
        assert!(svg.contains(&population.name), "{}", population.name);
    }
    assert!(svg.contains("cell shown") && svg.contains("77,169 cells"));
    assert!(svg.contains("v_m (mV)") && svg.contains("L4E, 5 of 7 cells"));
    let boxes = svg.matches("<rect").count();
    assert!((10_000..15_500).contains(&boxes), "{boxes} rectangles");
    assert!(svg.len() < 2_000_000, "{} bytes", svg.len());
    assert!(svg.contains(r#"width="1600" height="1000" viewBox="0 0 3200 2000""#));
}

#[test]
fn few_busy_cells_are_shown_for_less_time() {
    let times_ms: Vec<f64> = (0..50_000).map(|k| f64::from(k) * 0.2).collect();
    let node_ids = (0..50_000).map(|k| k % 10).collect();
    let busy = PopulationSpikes { name: "busy".into(), sign: 1, cells: 10, times_ms, node_ids, ..Default::default() };
    let svg = svg(&[busy], &[], 10_000.0);
    assert!(svg.contains("raster shows the first 3000 ms") && svg.contains("50,000 spikes of 10 cells"));
    assert!(!svg.contains("cell shown"));
}

#[test]
fn silence_is_a_picture() {
    let silent = PopulationSpikes { name: "silent".into(), cells: 100, ..Default::default() };
    let unsampled = TraceSet { variable: "v_m".into(), unit: "mV".into(), ..Default::default() };
    for (populations, traces) in [(vec![], vec![]), (vec![silent], vec![unsampled])] {
        let picture = overview(&populations, &traces, window(10.0), "", &PlotOptions::default());
        let svg = picture.svg().unwrap();
        assert!(svg.contains("no spikes") && (traces.is_empty() || svg.contains("no samples of v_m")));
        picture.png().unwrap();
    }
}

#[test]
fn strange_input_does_not_panic() {
    let stranger = PopulationSpikes {
        name: "<&\u{7}\"".into(),
        cells: 0,
        times_ms: vec![f64::NAN, 3.0, -1.0, 5.0, 2.0],
        node_ids: vec![0, u64::MAX, 1, 2],
        ..Default::default()
    };
    let crowd = vec![stranger; 90];
    let wild = TraceSet {
        node_ids: vec![1, 2],
        dt_ms: f64::NAN,
        data: vec![f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, 1.0],
        ..Default::default()
    };
    let steady = TraceSet { dt_ms: 1.0, ..wild.clone() };
    let smallest = PlotOptions::new(PlotOptions::LEAST, PlotOptions::LEAST).unwrap();
    for traces in [vec![wild], vec![steady; 30]] {
        let picture = overview(&crowd, &traces, window(10.0), &"long ".repeat(99), &smallest);
        picture.png().unwrap();
        let svg = picture.svg().unwrap();
        assert!(svg.contains("&lt;&amp;\u{FFFD}&quot;"));
    }
}

#[test]
fn a_png_has_the_size_asked_for() {
    let directory = directory();
    let path = directory.path().join("column.PNG");
    let options = PlotOptions::new(900, 600).unwrap();
    let populations = synthetic::column(100.0);
    overview(&populations, &[], window(100.0), "a test", &options).write(&path, Existing::Refuse).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(&path).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height, frame.color_type), (900, 600, png::ColorType::Rgb));
    let white = pixels.chunks(3).filter(|pixel| *pixel == [255; 3]).count();
    assert!(white > 900 * 600 / 4 && white < 900 * 600 * 99 / 100, "{white} white pixels");
    assert!(!path.with_extension("PNG.part").exists());
}

#[test]
fn only_png_and_svg_are_written() {
    let directory = directory();
    let picture = overview(&[], &[], window(1.0), "", &PlotOptions::default());
    for name in ["page.pdf", "page", "page.jpeg"] {
        let failure = picture.write(&directory.path().join(name), Existing::Replace).unwrap_err();
        assert!(matches!(failure, Error::UnknownFormat { .. }), "{failure}");
        assert!([name, ".png", ".svg"].iter().all(|part| failure.to_string().contains(part)), "{failure}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn an_existing_file_is_kept_unless_forced() {
    let directory = directory();
    let path = directory.path().join("page.svg");
    fs::write(&path, "precious").unwrap();
    let picture = overview(&[], &[], window(1.0), "", &PlotOptions::default());
    let failure = picture.write(&path, Existing::Refuse).unwrap_err();
    assert!(matches!(failure, Error::Exists { .. }) && failure.to_string().contains("page.svg"), "{failure}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    picture.write(&path, Existing::Replace).unwrap();
    assert!(fs::read_to_string(&path).unwrap().ends_with("</svg>\n"));
}

#[test]
fn a_missing_directory_is_named_with_the_reason() {
    let directory = directory();
    let path = directory.path().join("nowhere").join("page.svg");
    let picture = overview(&[], &[], window(1.0), "", &PlotOptions::default());
    let message = picture.write(&path, Existing::Refuse).unwrap_err().to_string();
    assert!(message.contains("nowhere") && message.contains("No such file"), "{message}");
}
