//! Stretches of time in which something was edited: shaded, and named at the top as far as there is room.

use crate::axis::Scale;
use crate::colour::Colour;
use crate::mark::{Frame, Mark, Text};
use crate::{EditSpan, Window, text};

/// The shade of one edit; of more at a time it is darker.
const SHADE: Colour = Colour([0xFD, 0xF1, 0xD6]);
const DARKER: Colour = Colour([0xF9, 0xE5, 0xBC]);
const EDGE: Colour = Colour([0xD9, 0xA4, 0x41]);
const NAME: Colour = Colour([0x8A, 0x5A, 0x00]);
const NAME_SIZE: f64 = 11.0;
const LEAST_NAME: f64 = 30.0;

/// Shades a frame, and names the edits above it, as far as there is room.
pub(crate) fn shade(edits: &[EditSpan], window: Window, frame: Frame, marks: &mut Vec<Mark>) {
    shade_plain(edits, window, frame, marks);
    let named = names(edits, window, frame).into_iter();
    marks.extend(named.map(|own| Mark::Text(Text::new(own.words, (own.left, frame.top - 5.0), NAME_SIZE, NAME))));
}

/// How many of the edits that a frame shades have no room for their name, and how many it shades.
pub(crate) fn unnamed(edits: &[EditSpan], window: Window, frame: Frame) -> [usize; 2] {
    let shaded = edits.iter().filter(|edit| ends(edit, window, frame).is_some()).count();
    [shaded - names(edits, window, frame).len(), shaded]
}

/// The name of an edit, and where it begins.
struct Named {
    words: String,
    left: f64,
}

/// The names for which there is room.
fn names(edits: &[EditSpan], window: Window, frame: Frame) -> Vec<Named> {
    let mut free = frame.left;
    let mut shown: Vec<_> = edits.iter().filter_map(|edit| Some((ends(edit, window, frame)?, edit))).collect();
    shown.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    let mut named = Vec::new();
    for (number, ([left, _], edit)) in shown.iter().enumerate() {
        let next =
            shown[number + 1..].iter().map(|own| own.0[0]).find(|next| *next > left + 1.0).unwrap_or(frame.right);
        let left = left.max(free);
        let room = next.max(left) - left - 4.0;
        if room >= LEAST_NAME {
            let words = text::shortened(&edit.what, NAME_SIZE, room);
            free = left + text::width(&words, NAME_SIZE) + 8.0;
            named.push(Named { words, left });
        }
    }
    named
}

/// Shades a frame.
pub(crate) fn shade_plain(edits: &[EditSpan], window: Window, frame: Frame, marks: &mut Vec<Mark>) {
    let spans: Vec<[f64; 2]> = edits.iter().filter_map(|edit| ends(edit, window, frame)).collect();
    let mut edges: Vec<f64> = spans.iter().flatten().copied().collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    for pair in edges.windows(2) {
        let count = spans.iter().filter(|own| own[0] <= pair[0] && pair[1] <= own[1]).count();
        if count > 0 {
            let (at, size) = ((pair[0], frame.top), (pair[1] - pair[0], frame.height()));
            marks.push(Mark::Box { at, size, colour: if count == 1 { SHADE } else { DARKER } });
        }
    }
    let inside = |x: &&f64| **x > frame.left && **x < frame.right;
    marks.extend(edges.iter().filter(inside).map(|x| Mark::rule((*x, frame.top), (*x, frame.bottom), EDGE)));
}

/// Where an edit begins and ends in a frame, which is at one place for one that is made at once; `None` where it lies beside the window.
fn ends(edit: &EditSpan, window: Window, frame: Frame) -> Option<[f64; 2]> {
    let [from, to] = [edit.from_ms.max(window.from_ms()), edit.to_ms.min(window.to_ms())];
    let time = Scale::new([window.from_ms(), window.to_ms()], [frame.left, frame.right]);
    let at_once = edit.from_ms == edit.to_ms && from == to;
    (from < to || at_once).then(|| [time.place(from), time.place(to)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(from_ms: f64, to_ms: f64) -> EditSpan {
        EditSpan { from_ms, to_ms, what: "silence exc".into() }
    }

    /// Would catch shades that leave the frame, or overlapping edits that look like one.
    #[test]
    fn edits_are_shaded_where_they_are() {
        let frame = Frame { left: 100.0, top: 20.0, right: 200.0, bottom: 60.0 };
        let window = Window::new(0.0, 10.0).unwrap();
        let mut marks = Vec::new();
        shade(&[edit(2.0, 5.0), edit(4.0, f64::INFINITY), edit(20.0, 30.0)], window, frame, &mut marks);
        let boxes = marks.iter().filter_map(|mark| match mark {
            Mark::Box { at, size, colour } if *colour != EDGE => Some((at.0, size.0, *colour)),
            _ => None,
        });
        let expected = [(120.0, 20.0, SHADE), (140.0, 10.0, DARKER), (150.0, 50.0, SHADE)];
        assert_eq!(boxes.collect::<Vec<_>>(), expected);
        let edges = marks.iter().filter(|mark| matches!(mark, Mark::Box { colour, .. } if *colour == EDGE));
        assert_eq!(edges.count(), 3);
        assert!(marks.iter().any(|mark| matches!(mark, Mark::Text(_))));
    }

    /// Once a name for which there was no room was missing without a word.
    #[test]
    fn names_without_room_are_counted() {
        let frame = Frame { left: 100.0, top: 20.0, right: 200.0, bottom: 60.0 };
        let window = Window::new(0.0, 10.0).unwrap();
        let edits = [edit(2.0, 5.0), edit(2.5, 5.0), edit(3.0, 5.0), edit(20.0, 30.0)];
        let mut marks = Vec::new();
        shade(&edits, window, frame, &mut marks);
        let names = marks.iter().filter(|mark| matches!(mark, Mark::Text(_))).count();
        assert_eq!((unnamed(&edits, window, frame), names), ([2, 3], 1));
        assert_eq!(unnamed(&edits[..1], window, frame), [0, 1]);
    }
}
