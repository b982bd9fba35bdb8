//! The raster: spikes as points, cells as rows, populations as bands.

use crate::axis::{self, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Anchor, Frame, Mark, Text};
use crate::text::{self, HALF_DIGIT};
use crate::{PopulationSpikes, Window};

/// More spikes than this blur into each other and make an SVG too large to open.
pub(crate) const MOST_SPIKES: usize = 15_000;
/// Cells are not thinned below this number of rows; the window gets shorter instead.
const LEAST_ROWS: u64 = 200;
const NAME_SIZE: f64 = 13.0;
const MOST_NAME: f64 = 170.0;
const SPIKE_WIDTH: f64 = 1.5;

/// What of a recording is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Selection {
    /// Cells whose row this divides are shown.
    pub every: u64,
    /// The part of the window that is shown.
    pub window: Window,
}

impl Selection {
    /// All of it if that is at most so many spikes; else fewer cells; if these are few, less time.
    pub fn of(populations: &[PopulationSpikes], window: Window, most: usize) -> Self {
        let most_every = (populations.iter().map(rows).fold(0, u64::saturating_add) / LEAST_ROWS).max(1);
        let mut every = 1;
        let mut times_ms = shown_times(populations, window, every);
        while times_ms.len() > most && every < most_every {
            let needed = every.saturating_mul(times_ms.len() as u64).div_ceil(most as u64);
            every = needed.max(every + 1 + every / 16).min(most_every);
            times_ms = shown_times(populations, window, every);
        }
        if times_ms.len() <= most {
            return Self { every, window };
        }
        let (_, &mut last_ms, _) = times_ms.select_nth_unstable_by(most, f64::total_cmp);
        Self { every, window: window.first_ms(rounded_down(last_ms - window.from_ms())) }
    }
}

fn shown_times(populations: &[PopulationSpikes], window: Window, every: u64) -> Vec<f64> {
    let of = |population: &PopulationSpikes| {
        let spikes = population.within(window);
        spikes.filter(|(_, cell)| population.row(*cell).is_multiple_of(every)).map(|own| own.0).collect::<Vec<_>>()
    };
    populations.iter().flat_map(of).collect()
}

/// The value without the digits after its second.
fn rounded_down(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor() - 1.0);
    (value / unit).floor() * unit
}

fn rows(population: &PopulationSpikes) -> u64 {
    population.node_ids.iter().map(|cell| population.row(*cell).saturating_add(1)).fold(population.cells, u64::max)
}

/// Width of the column of names.
pub(crate) fn names_width(populations: &[PopulationSpikes]) -> f64 {
    let widths = populations.iter().map(|population| {
        let which = which(population).map_or(0.0, |which| text::width(&which, TICK_SIZE - 1.0));
        text::width(&population.name, NAME_SIZE).max(which)
    });
    widths.fold(0.0, f64::max).min(MOST_NAME)
}

/// Which cells are shown, where these are not those from 0 on.
fn which(population: &PopulationSpikes) -> Option<String> {
    let only = population.only.as_ref()?;
    let (first, last) = (only.first()?, only.last()?);
    let count = text::count(only.len() as u64);
    Some(match last - first {
        0 => format!("cell {first}"),
        span if span + 1 == only.len() as u64 => format!("cells {first} to {last}"),
        _ => format!("{count} of cells {first} to {last}"),
    })
}

/// The height from `top` to `bottom` divided in proportion to the cells, but in parts of at least
/// `least`; in equal parts where that is impossible.
pub(crate) fn bands(populations: &[PopulationSpikes], frame: Frame, least: f64) -> Vec<Frame> {
    let weights: Vec<f64> = populations.iter().map(|population| rows(population).max(1) as f64).collect();
    let mut heights = vec![frame.height() / weights.len().max(1) as f64; weights.len()];
    if heights.first().is_some_and(|&equal| equal > least) {
        let mut raised = vec![false; weights.len()];
        loop {
            let kept: f64 = raised.iter().filter(|&&raised| raised).map(|_| least).sum();
            let weight: f64 =
                weights.iter().zip(&raised).filter(|(_, raised)| !**raised).map(|(weight, _)| weight).sum();
            for (height, (own, raised)) in heights.iter_mut().zip(weights.iter().zip(&raised)) {
                *height = if *raised { least } else { (frame.height() - kept) * own / weight };
            }
            let Some(low) = heights.iter().zip(&raised).position(|(height, raised)| !raised && *height < least) else {
                break;
            };
            raised[low] = true;
        }
    }
    let mut top = frame.top;
    let stacked = heights.into_iter().map(|height| {
        let band = Frame { top, bottom: top + height, ..frame };
        top += height;
        band
    });
    stacked.collect()
}

/// Every how many bands there is room for a line of text.
pub(crate) fn labelled(bands: &[Frame]) -> usize {
    let lowest = bands.iter().map(|band| band.height()).fold(f64::INFINITY, f64::min);
    (1..=bands.len()).find(|&step| step as f64 * lowest >= NAME_SIZE).unwrap_or(bands.len().max(1))
}

/// Draws the spikes, each population in its band and colour, and the names at the left.
pub(crate) fn raster(
    populations: &[PopulationSpikes],
    colours: &[Colour],
    bands: &[Frame],
    selection: Selection,
    marks: &mut Vec<Mark>,
) {
    let step = labelled(bands);
    for (index, (population, (&colour, &band))) in populations.iter().zip(colours.iter().zip(bands)).enumerate() {
        if index > 0 {
            marks.push(Mark::rule((band.left, band.top), (band.right, band.top), Colour::RULE));
        }
        spikes(population, colour, band, selection, marks);
        if index.is_multiple_of(step) {
            name(population, colour, band, marks);
        }
    }
}

fn spikes(population: &PopulationSpikes, colour: Colour, band: Frame, selection: Selection, marks: &mut Vec<Mark>) {
    let time = Scale::new([selection.window.from_ms(), selection.window.to_ms()], [band.left, band.right]);
    let row = band.height() * (selection.every as f64 / rows(population) as f64).min(1.0);
    let height = (0.8 * row).clamp(SPIKE_WIDTH, 14.0).min(band.height());
    let cells = Scale::new([0.0, rows(population) as f64], [band.top, band.bottom]);
    for (time_ms, cell) in population.within(selection.window) {
        let cell = population.row(cell);
        if cell.is_multiple_of(selection.every) {
            let y = (cells.place(cell as f64) + 0.5 * row).min(band.bottom - 0.5 * height);
            let at = (time.place(time_ms) - 0.5 * SPIKE_WIDTH, y - 0.5 * height);
            marks.push(Mark::Box { at, size: (SPIKE_WIDTH, height), colour });
        }
    }
}

fn name(population: &PopulationSpikes, colour: Colour, band: Frame, marks: &mut Vec<Mark>) {
    let (x, middle) = (band.left - 10.0, band.centre().1);
    let both = band.height() > 3.0 * NAME_SIZE;
    let baseline = if both { middle - 2.0 } else { middle + HALF_DIGIT * NAME_SIZE };
    let words = text::shortened(&population.name, NAME_SIZE, MOST_NAME);
    marks.push(Mark::Text(Text::new(words, (x, baseline), NAME_SIZE, colour).anchored(Anchor::End)));
    if both {
        let at = (x, middle + TICK_SIZE + 1.0);
        let words = which(population).unwrap_or_else(|| text::count(population.cells));
        let words = text::shortened(&words, TICK_SIZE - 1.0, MOST_NAME);
        marks.push(Mark::Text(Text::new(words, at, TICK_SIZE - 1.0, Colour::FAINT).anchored(Anchor::End)));
    }
}

/// Says that there is nothing to show.
pub(crate) fn nothing(frame: Frame, words: &str, size: f64, marks: &mut Vec<Mark>) {
    let (x, y) = frame.centre();
    marks.push(Mark::Text(Text::new(words, (x, y + HALF_DIGIT * size), size, Colour::FAINT).anchored(Anchor::Middle)));
}

/// What a column of bars shows, one value a population.
pub(crate) struct Column<'a> {
    pub heading: &'a str,
    pub values: Vec<Option<f64>>,
    /// The least value that the longest possible bar stands for.
    pub full_at_least: f64,
}

/// One bar a population: its value as length and as number, a dash if it has none.
pub(crate) fn bars(column: &Column, colours: &[Colour], bands: &[Frame], marks: &mut Vec<Mark>) {
    const NUMBER: f64 = 46.0;
    let Some(first) = bands.first() else { return };
    let at = (first.left - 1.0, first.top - 9.0);
    marks.push(Mark::Text(Text::new(column.heading, at, axis::LABEL_SIZE, Colour::AXIS)));
    let most = column.values.iter().flatten().copied().fold(column.full_at_least, f64::max);
    let step = labelled(bands);
    for (index, (value, (&colour, band))) in column.values.iter().zip(colours.iter().zip(bands)).enumerate() {
        let length = value.map_or(0.0, |value| if most > 0.0 { value / most * (band.width() - NUMBER) } else { 0.0 });
        let height = (0.62 * band.height()).min(22.0);
        let middle = band.centre().1;
        if length > 0.0 {
            marks.push(Mark::Box { at: (band.left, middle - 0.5 * height), size: (length, height), colour });
        }
        if index.is_multiple_of(step) {
            let words = value.map_or("–".to_owned(), text::quantity);
            let at = (band.left + length + 6.0, middle + HALF_DIGIT * TICK_SIZE);
            marks.push(Mark::Text(Text::new(words, at, TICK_SIZE, Colour::AXIS)));
        }
    }
    let (left, bottom) = (first.left - 1.0, bands.last().map_or(first.bottom, |last| last.bottom));
    marks.push(Mark::rule((left, first.top), (left, bottom), Colour::AXIS));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(cells: u64, spikes_of_each: u64) -> PopulationSpikes {
        let spikes = (0..spikes_of_each).flat_map(|k| (0..cells).map(move |cell| (k as f64 + 0.5, cell)));
        let (times_ms, node_ids) = spikes.unzip();
        PopulationSpikes { cells, times_ms, node_ids, ..Default::default() }
    }

    fn heights(cells: &[u64], height: f64) -> Vec<f64> {
        let populations: Vec<_> = cells.iter().map(|&cells| population(cells, 0)).collect();
        let frame = Frame { left: 0.0, top: 10.0, right: 1.0, bottom: 10.0 + height };
        bands(&populations, frame, 16.0).iter().map(|band| band.height()).collect()
    }

    #[test]
    fn bands_are_proportional_but_legible() {
        let bands = heights(&[20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948], 600.0);
        assert!((bands.iter().sum::<f64>() - 600.0).abs() < 1e-9);
        assert_eq!(bands[5], 16.0);
        assert!(bands.iter().all(|&height| height >= 16.0));
        assert!((bands[0] / bands[6] - 20683.0 / 14395.0).abs() < 1e-9);
        assert_eq!(heights(&[1, 100_000], 20.0), [10.0, 10.0]);
        assert_eq!(heights(&[0, 0], 40.0), [20.0, 20.0]);
        assert!(heights(&[], 40.0).is_empty());
    }

    #[test]
    fn many_cells_are_thinned_by_cells() {
        let populations = [population(40_000, 2), population(10_000, 2)];
        let window = Window::new(0.0, 100.0).unwrap();
        let selection = Selection::of(&populations, window, MOST_SPIKES);
        assert_eq!(selection, Selection { every: 7, window });
        assert!(shown_times(&populations, window, selection.every).len() <= MOST_SPIKES);
    }

    #[test]
    fn few_busy_cells_are_shown_for_less_time() {
        let window = Window::new(0.0, 10_000.0).unwrap();
        let selection = Selection::of(&[population(10, 10_000)], window, MOST_SPIKES);
        assert_eq!((selection.every, selection.window), (1, Window::new(0.0, 1500.0).unwrap()));
    }

    /// Cells that were recorded have the rows, whichever they are. Would catch rows for all cells of the population.
    #[test]
    fn a_part_fills_its_band() {
        let only: Vec<u64> = (350..370).collect();
        let part = PopulationSpikes {
            cells: 20,
            times_ms: vec![1.0, 2.0],
            node_ids: vec![350, 369],
            only: Some(only),
            ..Default::default()
        };
        assert_eq!((rows(&part), which(&part).unwrap()), (20, "cells 350 to 369".to_owned()));
        let others = PopulationSpikes { only: Some(vec![3, 9, 11]), ..part.clone() };
        assert_eq!(which(&others).unwrap(), "3 of cells 3 to 11");
        let frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 200.0 };
        let selection = Selection::of(std::slice::from_ref(&part), Window::new(0.0, 10.0).unwrap(), MOST_SPIKES);
        let mut marks = Vec::new();
        spikes(&part, Colour::AXIS, frame, selection, &mut marks);
        let tops: Vec<f64> =
            marks.iter().map(|mark| if let Mark::Box { at, .. } = mark { at.1 } else { -1.0 }).collect();
        assert_eq!(tops, [1.0, 191.0]);
    }

    #[test]
    fn a_small_recording_is_shown_whole() {
        let window = Window::new(0.0, 100.0).unwrap();
        assert_eq!(Selection::of(&[population(100, 50)], window, 5000), Selection { every: 1, window });
        assert_eq!(Selection::of(&[], window, 5000), Selection { every: 1, window });
    }
}
