//! The overview of a recording on one page.

use crate::axis::{self, Scale};
use crate::colour::{self, Colour, population_colours};
use crate::mark::{Frame, Mark, Text};
use crate::panels::{self, Place};
use crate::raster::{self, Column, MOST_SPIKES, Selection};
use crate::spans;
use crate::{
    EditSpan, Error, Picture, PopulationSpikes, PopulationStatistics, TraceSet, Window, population_statistics, text,
};

const MARGIN: f64 = 22.0;
const GAP: f64 = 18.0;
const TITLE_SIZE: f64 = 20.0;
const TITLE_BASELINE: f64 = MARGIN + 16.0;
const CAPTION_SIZE: f64 = 12.0;
const CAPTION_LINE: f64 = 18.0;
/// Title and caption.
const HEADER: f64 = 100.0;
/// Numbers and name of a time axis.
const TIME_AXIS: f64 = 48.0;
const LEAST_BAND: f64 = 17.0;
const LEAST_PANEL: f64 = 56.0;
/// Numbers and name of a value axis.
const VALUE_AXIS: f64 = 64.0;

/// The size of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlotOptions {
    width: u32,
    height: u32,
}

impl PlotOptions {
    /// The least width and height, pixels.
    pub const LEAST: u32 = 480;
    /// The greatest width and height, pixels.
    pub const MOST: u32 = 6000;

    /// A page of this size, pixels.
    pub fn new(width: u32, height: u32) -> Result<Self, Error> {
        let accepted = Self::LEAST..=Self::MOST;
        if accepted.contains(&width) && accepted.contains(&height) {
            Ok(Self { width, height })
        } else {
            Err(Error::BadSize { width, height, least: Self::LEAST, most: Self::MOST })
        }
    }

    /// Width, pixels.
    pub(crate) fn width_pixels(self) -> u32 {
        self.width
    }

    /// Height, pixels.
    pub(crate) fn height_pixels(self) -> u32 {
        self.height
    }

    /// Width and height, pixels.
    pub(crate) fn size(self) -> (f64, f64) {
        (f64::from(self.width), f64::from(self.height))
    }

    /// How many spikes a page of this size can show apart.
    fn most_spikes(self) -> usize {
        let pixels = self.width as usize * self.height as usize;
        MOST_SPIKES.min(pixels / 100)
    }
}

impl Default for PlotOptions {
    /// 1600 x 1000 pixels.
    fn default() -> Self {
        Self { width: 1600, height: 1000 }
    }
}

/// Draws a recording on one page: the spikes of all populations, from top to bottom in their order;
/// beside them mean rate and mean CV of ISI; below them the rate of all cells over time (bins of 1 to
/// 5 ms, wider for windows above 5 s) and one panel for each set of traces, as far as there is room.
///
/// If the window holds more than 15,000 spikes (fewer on a small page), the raster shows every k-th
/// cell, or less time if the cells are few; the caption says so. Rates and regularity always count
/// every spike in the window.
pub fn overview(
    populations: &[PopulationSpikes],
    traces: &[TraceSet],
    window: Window,
    title: &str,
    options: &PlotOptions,
) -> Picture {
    overview_of(&Observation { populations, traces, edits: &[] }, window, title, options)
}

/// What was observed of a run.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'o> {
    /// The spikes.
    pub populations: &'o [PopulationSpikes],
    /// Traces.
    pub traces: &'o [TraceSet],
    /// What was edited meanwhile: shades the raster.
    pub edits: &'o [EditSpan],
}

/// As [`overview`], with the times of edits shaded.
pub fn overview_of(seen: &Observation<'_>, window: Window, title: &str, options: &PlotOptions) -> Picture {
    let Observation { populations, traces, edits } = *seen;
    let signs: Vec<i8> = populations.iter().map(|population| population.sign).collect();
    let recording = Recording {
        populations,
        traces,
        edits,
        window,
        statistics: populations.iter().map(|population| population_statistics(population, window)).collect(),
        colours: population_colours(&signs),
        selection: Selection::of(populations, window, options.most_spikes()),
    };
    let room = Room { shortened: recording.selection.window != window, traces: traces.len() };
    let names = raster::names_width(populations);
    // What stands above the raster does not change how wide it is.
    let across = room.layout(0.0, names, options).raster;
    let unnamed = spans::unnamed(edits, recording.selection.window, across);
    let caption = recording.caption(room.traces_shown(options), unnamed);
    let mut marks = Vec::new();
    let key = key_of_signs(&signs, options, &mut marks);
    let top = header(title, &caption, (options, key), &mut marks);
    let layout = room.layout(top, names, options);
    recording.upper_half(&layout, &mut marks);
    recording.lower_half(&layout, &mut marks);
    Picture { width: options.width, height: options.height, marks }
}

/// What is drawn, and what follows from it.
struct Recording<'a> {
    populations: &'a [PopulationSpikes],
    traces: &'a [TraceSet],
    edits: &'a [EditSpan],
    window: Window,
    statistics: Vec<PopulationStatistics>,
    colours: Vec<Colour>,
    selection: Selection,
}

impl Recording<'_> {
    /// The raster and the bars beside it.
    fn upper_half(&self, layout: &Layout, marks: &mut Vec<Mark>) {
        let shown = self.selection.window;
        let bands = raster::bands(self.populations, layout.raster, LEAST_BAND);
        spans::shade(self.edits, shown, layout.raster, marks);
        raster::raster(self.populations, &self.colours, &bands, self.selection, marks);
        axis::spines(layout.raster, marks);
        let time = Scale::new([shown.from_ms(), shown.to_ms()], layout.raster.across());
        if shown == self.window {
            axis::x_ticks(&time, layout.raster, marks);
        } else {
            axis::time_axis(&time, layout.raster, marks);
        }
        if self.statistics.iter().all(|numbers| numbers.spikes == 0) {
            let is_unseen = !self.statistics.is_empty() && self.statistics.iter().all(|own| own.rate_hz.is_none());
            let words = if is_unseen { "no cell was observed" } else { "no spikes" };
            raster::nothing(layout.raster, words, 28.0, marks);
        }
        let rates = self.statistics.iter().map(|numbers| numbers.rate_hz).collect();
        let cvs = self.statistics.iter().map(|numbers| numbers.cv_isi).collect();
        let columns = [
            (Column { heading: "mean rate (Hz)", values: rates, full_at_least: 0.0 }, layout.rates),
            (Column { heading: "CV of ISI", values: cvs, full_at_least: 1.0 }, layout.cvs),
        ];
        for (column, Frame { left, right, .. }) in columns {
            let bands: Vec<_> = bands.iter().map(|band| Frame { left, right, ..*band }).collect();
            raster::bars(&column, &self.colours, &bands, marks);
        }
    }

    /// The rate over time and the traces, above one time axis.
    fn lower_half(&self, layout: &Layout, marks: &mut Vec<Mark>) {
        let Some((&rate, places)) = layout.panels.split_first() else { return };
        spans::shade_plain(self.edits, self.window, rate.panel, marks);
        panels::rate(self.populations, self.window, rate, marks);
        let labels = panels::axis_labels(self.traces);
        for ((set, label), &place) in self.traces.iter().zip(&labels).zip(places) {
            let own = self.populations.iter().position(|population| population.name == set.population);
            panels::trace((set, label), own.map_or(Colour::AXIS, |own| self.colours[own]), self.window, place, marks);
        }
        let time = Scale::new([self.window.from_ms(), self.window.to_ms()], layout.raster.across());
        let (last, others) = (places.last().unwrap_or(&rate), layout.panels.len() - 1);
        for place in &layout.panels[..others] {
            axis::x_ticks(&time, place.panel, marks);
        }
        axis::time_axis(&time, last.panel, marks);
    }

    fn caption(&self, panels: usize, [unnamed, shaded]: [usize; 2]) -> Vec<String> {
        let (window, shown) = (self.window, self.selection.window);
        let spikes = text::count(self.statistics.iter().map(|numbers| numbers.spikes).sum());
        let cells = text::count(self.statistics.iter().map(|numbers| numbers.cells).fold(0, u64::saturating_add));
        let mut clauses = vec![
            format!("{} to {}", text::time(window.from_ms()), text::time(window.to_ms())),
            format!("{spikes} spikes of {cells} cells"),
        ];
        if self.selection.every > 1 {
            clauses.push(format!("every {} cell shown", ordinal(self.selection.every)));
        }
        if shown != window {
            clauses.push(format!("raster shows the first {}", text::time(shown.duration_ms())));
        }
        if unnamed > 0 {
            let has = if unnamed == 1 { "has" } else { "have" };
            clauses.push(format!("{unnamed} of {shaded} edits {has} no room for a name"));
        }
        if panels < self.traces.len() {
            clauses.push(format!("{panels} of {} sets of traces fit on the page", self.traces.len()));
        }
        clauses
    }
}

/// Draws what the colours mean at the right of the title and returns where that starts.
fn key_of_signs(signs: &[i8], options: &PlotOptions, marks: &mut Vec<Mark>) -> f64 {
    const SQUARE: f64 = 10.0;
    let mut right = f64::from(options.width) - MARGIN;
    let key = if signs.iter().all(|&sign| sign == 0) { Vec::new() } else { colour::key(signs) };
    for (words, colour) in key.into_iter().rev() {
        let left = right - text::width(words, CAPTION_SIZE);
        marks.push(Mark::Text(Text::new(words, (left, TITLE_BASELINE), CAPTION_SIZE, Colour::AXIS)));
        let at = (left - 6.0 - SQUARE, TITLE_BASELINE - SQUARE + 0.5);
        marks.push(Mark::Box { at, size: (SQUARE, SQUARE), colour });
        right = at.0 - GAP;
    }
    right
}

/// Draws title and caption and returns where the rest may start.
fn header(title: &str, caption: &[String], (options, key): (&PlotOptions, f64), marks: &mut Vec<Mark>) -> f64 {
    let width = f64::from(options.width) - 2.0 * MARGIN;
    let baseline = TITLE_BASELINE;
    let words = text::shortened(title, TITLE_SIZE, key - MARGIN);
    marks.push(Mark::Text(Text::new(words, (MARGIN, baseline), TITLE_SIZE, Colour::INK)));
    let mut y = baseline + 4.0;
    for line in text::lines(caption, CAPTION_SIZE, width) {
        y += CAPTION_LINE;
        marks.push(Mark::Text(Text::new(line, (MARGIN, y), CAPTION_SIZE, Colour::FAINT)));
    }
    y + 16.0
}

fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", text::count(number))
}

/// What must find room on a page.
struct Room {
    shortened: bool,
    traces: usize,
}

struct Layout {
    raster: Frame,
    rates: Frame,
    cvs: Frame,
    panels: Vec<Place>,
}

impl Frame {
    fn across(self) -> [f64; 2] {
        [self.left, self.right]
    }
}

impl Room {
    fn traces_shown(&self, options: &PlotOptions) -> usize {
        let fits = |traces: usize| panel_height(traces, options) >= LEAST_PANEL;
        (0..=self.traces).rev().find(|&traces| fits(traces)).unwrap_or(0)
    }

    fn layout(&self, top: f64, names: f64, options: &PlotOptions) -> Layout {
        let (width, height) = (f64::from(options.width), f64::from(options.height));
        let column = (0.095 * width).clamp(92.0, 190.0);
        let left = MARGIN + (names + 12.0).max(VALUE_AXIS);
        let right = width - MARGIN;
        let cvs = Frame { left: right - column, top: 0.0, right, bottom: 0.0 };
        let rates = Frame { left: cvs.left - GAP - column, right: cvs.left - GAP, ..cvs };
        let across = Frame { right: rates.left - 1.5 * GAP, left, ..cvs };

        let number = 1 + self.traces_shown(options);
        let panel = panel_height(number - 1, options);
        let mut y = height - TIME_AXIS - number as f64 * (panel + GAP);
        let raster_bottom = y - if self.shortened { TIME_AXIS } else { 0.0 };
        let mut panels = Vec::new();
        for _ in 0..number {
            let frame = Frame { top: y + GAP, bottom: y + GAP + panel, ..across };
            let remarks = Frame { left: rates.left, right, ..frame };
            panels.push(Place { panel: frame, remarks, label_away: VALUE_AXIS - 14.0 });
            y = frame.bottom;
        }
        let raster = Frame { top: top + 24.0, bottom: raster_bottom, ..across };
        Layout { raster, rates, cvs, panels }
    }
}

/// Height of each panel if these traces are shown: with more of them, together up to half a page.
fn panel_height(traces: usize, options: &PlotOptions) -> f64 {
    let body = f64::from(options.height) - HEADER - TIME_AXIS;
    let share = (0.2 + 0.13 * traces as f64).min(0.55);
    share * body / (1 + traces) as f64 - if traces == 0 { 0.0 } else { 0.5 * GAP }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_english() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 22, 113, 1001].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 22nd 113th 1,001st"
        );
    }

    #[test]
    fn the_size_of_a_page_is_bounded() {
        assert!(PlotOptions::new(1600, 1000).is_ok());
        for (width, height) in [(0, 1000), (1600, 100), (100_000, 1000)] {
            let message = PlotOptions::new(width, height).unwrap_err().to_string();
            assert!(message.contains("480") && message.contains("6000"), "{message}");
        }
    }

    #[test]
    fn panels_do_not_overlap_and_leave_room_for_the_raster() {
        for (width, height) in [(480, 480), (1600, 1000), (6000, 6000)] {
            let options = PlotOptions::new(width, height).unwrap();
            for (traces, shortened) in [(0, false), (0, true), (3, false), (40, true)] {
                let layout = Room { shortened, traces }.layout(80.0, 60.0, &options);
                assert!(layout.raster.height() > 50.0 && layout.raster.width() > 100.0, "{width} x {height}");
                let mut bottom = layout.raster.bottom;
                for place in &layout.panels {
                    assert!(place.panel.top >= bottom + 0.9 * GAP && place.panel.height() > 40.0);
                    bottom = place.panel.bottom;
                }
                assert!(bottom + 40.0 < f64::from(height));
            }
        }
    }
}
