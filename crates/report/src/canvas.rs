//! Draws the marks of a page with any backend of the drawing library.
//!
//! Backends count in whole pixels. A page is therefore drawn [`FINE`] times larger: an SVG says so in
//! its view box, a bitmap is averaged down, which also smooths what the bitmap backend draws jagged.

use crate::Error;
use crate::mark::{Anchor, Direction, Mark, Point, Text};
use crate::text;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Pixels of a backend in one pixel of the page.
pub(crate) const FINE: u32 = 2;

/// In what the two backends of the library differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// Font size that gives an em of one pixel.
    size_of_em: f64,
    /// From the top at which a text is anchored down to its baseline, in em.
    baseline: f64,
    /// Whether the corners of connected lines are cut where they would be sharp.
    cuts_corners: bool,
}

/// Writes text as text, in an em of size / 1.24 and 0.76 em below the anchor.
pub(crate) const SVG: Habits = Habits { size_of_em: 1.24, baseline: 0.76, cuts_corners: true };

/// Draws glyphs whose size is the height of the line, half of it below the anchor.
pub(crate) const BITMAP: Habits =
    Habits { size_of_em: text::LINE_HEIGHT, baseline: 0.5 * text::LINE_HEIGHT, cuts_corners: false };

/// Draws all marks, in their order, on white.
pub(crate) fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    marks: &[Mark],
    habits: Habits,
) -> Result<(), Error> {
    text::register();
    let drawing = |failure: DrawingAreaErrorKind<DB::ErrorType>| Error::Drawing { reason: failure.to_string() };
    area.fill(&WHITE).map_err(drawing)?;
    for mark in marks {
        draw_mark(area, mark, habits).map_err(drawing)?;
    }
    area.present().map_err(drawing)
}

fn draw_mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    mark: &Mark,
    habits: Habits,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    match mark {
        Mark::Box { at, size, colour } => {
            let (left, top) = pixel(*at);
            let (width, height) = pixel(*size);
            let corners = [(left, top), (left + width.max(1), top + height.max(1))];
            area.draw(&Rectangle::new(corners, rgb(colour.0).filled()))
        }
        Mark::Line { points, width, colour } => {
            let width = pixel((*width, 0.0)).0.unsigned_abs().max(1);
            let points: Vec<_> = points.iter().copied().map(pixel).collect();
            let style = rgb(colour.0).stroke_width(width);
            if habits.cuts_corners {
                return area.draw(&PathElement::new(points, style));
            }
            points.windows(2).try_for_each(|ends| area.draw(&PathElement::new(ends.to_vec(), style)))
        }
        Mark::Area { points, colour } => {
            let points: Vec<_> = points.iter().copied().map(pixel).collect();
            area.draw(&Polygon::new(points, rgb(colour.0).filled()))
        }
        Mark::Text(text) => draw_text(area, text, habits),
    }
}

fn draw_text<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    text: &Text,
    habits: Habits,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let drop = habits.baseline * text.size;
    let (transform, at) = match text.direction {
        Direction::Rightwards => (FontTransform::None, (text.at.0, text.at.1 - drop)),
        Direction::Upwards => (FontTransform::Rotate270, (text.at.0 - drop, text.at.1)),
    };
    let horizontal = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let size = text.size * habits.size_of_em * f64::from(FINE);
    let colour = rgb(text.colour.0);
    let font = (text::FAMILY, size).into_font().transform(transform);
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Top));
    area.draw(&plotters::element::Text::new(text.words.as_str(), pixel(at), style))
}

fn rgb([red, green, blue]: [u8; 3]) -> RGBColor {
    RGBColor(red, green, blue)
}

#[expect(clippy::cast_possible_truncation, reason = "pages are small, and places outside one saturate")]
fn pixel((x, y): Point) -> (i32, i32) {
    let whole = |value: f64| (value * f64::from(FINE)).round().clamp(-1e6, 1e6) as i32;
    (whole(x), whole(y))
}
