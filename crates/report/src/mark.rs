//! What a page is made of, in its own pixels: origin at the top left, y downwards.

use crate::colour::Colour;

/// A place on the page.
pub(crate) type Point = (f64, f64);

/// Which part of a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Which way a text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Rightwards,
    Upwards,
}

/// A line of text; `at` lies on its baseline and `size` is that of the em.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub words: String,
    pub at: Point,
    pub size: f64,
    pub colour: Colour,
    pub anchor: Anchor,
    pub direction: Direction,
}

impl Text {
    /// Horizontal text that starts at a place.
    pub fn new(words: impl Into<String>, at: Point, size: f64, colour: Colour) -> Self {
        let words: String = words.into();
        let words = words.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
        Self { words, at, size, colour, anchor: Anchor::Start, direction: Direction::Rightwards }
    }

    /// The same text, anchored elsewhere.
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text, running upwards.
    pub fn upwards(self) -> Self {
        Self { direction: Direction::Upwards, ..self }
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A filled rectangle, by its upper left corner and its size.
    Box { at: Point, size: Point, colour: Colour },
    /// Connected straight lines.
    Line { points: Vec<Point>, width: f64, colour: Colour },
    /// A filled polygon.
    Area { points: Vec<Point>, colour: Colour },
    /// A line of text.
    Text(Text),
}

impl Mark {
    /// A straight line of one pixel.
    pub fn rule(from: Point, to: Point, colour: Colour) -> Self {
        let thickness = 1.0;
        if from.1 == to.1 {
            Self::Box { at: (from.0.min(to.0), from.1), size: ((to.0 - from.0).abs(), thickness), colour }
        } else {
            Self::Box { at: (from.0, from.1.min(to.1)), size: (thickness, (to.1 - from.1).abs()), colour }
        }
    }
}

/// A rectangle of the page in which something is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    pub fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub fn centre(self) -> Point {
        (0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }
}
