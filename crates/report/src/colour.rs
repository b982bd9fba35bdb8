//! Colours: blues excite, reds inhibit, greys do neither.
//!
//! Within a sign, populations go from dark to light in their order. The blues are darker than the
//! reds and lie on the axis that red-green colour blindness leaves alone.

/// A colour as red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub [u8; 3]);

impl Colour {
    /// Titles.
    pub const INK: Self = Self([0x1A, 0x1A, 0x1A]);
    /// Labels and axes.
    pub const AXIS: Self = Self([0x40, 0x40, 0x40]);
    /// Remarks.
    pub const FAINT: Self = Self([0x6B, 0x6B, 0x6B]);
    /// Lines that separate and guide.
    pub const RULE: Self = Self([0xDD, 0xDD, 0xDD]);
    /// Five cells of one panel; after Okabe and Ito (2008).
    pub const CELLS: [Self; 5] = [
        Self([0x00, 0x72, 0xB2]),
        Self([0xD5, 0x5E, 0x00]),
        Self([0x00, 0x9E, 0x73]),
        Self([0xCC, 0x79, 0xA7]),
        Self([0x33, 0x33, 0x33]),
    ];

    /// The colour of the n-th rule of a comparison; they repeat after nine.
    pub fn of_rule(number: usize) -> Self {
        let further = [[0xE6, 0x9F, 0x00], [0x56, 0xB4, 0xE9], [0x8C, 0x56, 0x4B], [0x7B, 0x61, 0xB5]].map(Self);
        let all: Vec<Self> = Self::CELLS.into_iter().chain(further).collect();
        all[number % all.len()]
    }

    /// The colour of an amount, from 0 to 1: dark to light, as viridis.
    pub fn of_amount(part: f64) -> Self {
        const STOPS: [[u8; 3]; 5] =
            [[0x44, 0x01, 0x54], [0x3B, 0x52, 0x8B], [0x21, 0x91, 0x8C], [0x5E, 0xC9, 0x62], [0xFD, 0xE7, 0x25]];
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        let stop = (1..STOPS.len() - 1).rev().find(|&stop| part >= 0.25 * stop as f64).unwrap_or(0);
        Self(STOPS[stop]).towards(Self(STOPS[stop + 1]), 4.0 * part - stop as f64)
    }

    /// This colour moved towards another, `part` from 0 to 1.
    pub fn towards(self, other: Self, part: f64) -> Self {
        let mut mixed = self.0;
        for (value, (from, to)) in mixed.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *value = byte(f64::from(from) + part * (f64::from(to) - f64::from(from)));
        }
        Self(mixed)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// The signs that occur, in words and with the middle of their tones.
pub(crate) fn key(signs: &[i8]) -> Vec<(&'static str, Colour)> {
    let all = [(1, "excitatory"), (-1, "inhibitory"), (0, "other")];
    let used = all.into_iter().filter(|(sign, _)| signs.iter().any(|other| other.signum() == *sign));
    let coloured = used.map(|(sign, words)| {
        let [dark, light] = tone(sign);
        (words, dark.towards(light, 0.5))
    });
    coloured.collect()
}

/// The darkest and the lightest colour of a sign.
fn tone(sign: i8) -> [Colour; 2] {
    match sign {
        1.. => [Colour([0x08, 0x2A, 0x5E]), Colour([0x4A, 0x97, 0xD2])],
        0 => [Colour([0x3A, 0x3A, 0x3A]), Colour([0x9A, 0x9A, 0x9A])],
        ..0 => [Colour([0x9C, 0x16, 0x16]), Colour([0xF0, 0x7C, 0x3E])],
    }
}

/// A colour for each population, from the signs of their synapses.
pub(crate) fn population_colours(signs: &[i8]) -> Vec<Colour> {
    let alike = |others: &[i8], sign: i8| others.iter().filter(|other| other.signum() == sign.signum()).count();
    let colour = |(index, &sign): (usize, &i8)| {
        let [dark, light] = tone(sign);
        let last = alike(signs, sign).max(2) - 1;
        dark.towards(light, alike(&signs[..index], sign) as f64 / last as f64)
    };
    signs.iter().enumerate().map(colour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_population_has_its_own_colour_and_the_tone_of_its_sign() {
        let signs = [1, -1, 1, -1, 1, -1, 1, -1, 0, 0];
        let colours = population_colours(&signs);
        for (index, colour) in colours.iter().enumerate() {
            assert!(!colours[..index].contains(colour));
            let [red, _, blue] = colour.0;
            assert_eq!(i16::from(blue) - i16::from(red) > 0, signs[index] > 0);
            assert_eq!(i16::from(red) - i16::from(blue) > 0, signs[index] < 0);
        }
    }

    #[test]
    fn the_key_names_the_signs_that_occur() {
        let words = |signs: &[i8]| key(signs).into_iter().map(|(words, _)| words).collect::<Vec<_>>();
        assert_eq!(words(&[-1, 2, -3]), ["excitatory", "inhibitory"]);
        assert_eq!(words(&[0]), ["other"]);
        assert!(words(&[]).is_empty());
    }

    #[test]
    fn mixing_starts_here_and_ends_there() {
        let (from, to) = (Colour([0, 10, 200]), Colour([255, 20, 100]));
        assert_eq!(from.towards(to, 0.0), from);
        assert_eq!(from.towards(to, 1.0), to);
        assert_eq!(from.towards(to, 0.5), Colour([128, 15, 150]));
    }
}
