//! A page, ready to be written as PNG or SVG.

use crate::Error;
use crate::canvas::{self, FINE};
use crate::mark::Mark;
use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};
use std::path::Path;

/// How a picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Pixels, red, green and blue of eight bits each.
    Png,
    /// Vector graphics, with text as text.
    Svg,
}

impl PictureFormat {
    /// The format that the extension of a path asks for; capitals do not matter.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match extension.as_str() {
            "png" => Ok(Self::Png),
            "svg" => Ok(Self::Svg),
            _ => Err(Error::UnknownFormat { path: path.to_owned() }),
        }
    }
}

/// What to do with a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    Refuse,
    /// Replace it.
    Replace,
}

/// A drawn page.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) marks: Vec<Mark>,
}

impl Picture {
    /// Width of the page, pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the page, pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The page as SVG.
    pub fn svg(&self) -> Result<String, Error> {
        let mut svg = String::new();
        let (width, height) = self.fine_size();
        {
            let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
            canvas::draw(&area, &self.marks, canvas::SVG)?;
        }
        let drawn = format!(r#"width="{width}" height="{height}" viewBox"#);
        let shown = format!(r#"width="{}" height="{}" viewBox"#, self.width, self.height);
        // These are the defaults, said of every spike; quotes in a text are escaped, so no text is hit.
        Ok(svg.replacen(&drawn, &shown, 1).replace(r#" opacity="1""#, "").replace(r#" stroke="none""#, ""))
    }

    /// The page as the bytes of a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        let (width, height) = self.fine_size();
        let mut fine = vec![0; 3 * width as usize * height as usize];
        {
            let area = BitMapBackend::with_buffer(&mut fine, (width, height)).into_drawing_area();
            canvas::draw(&area, &self.marks, canvas::BITMAP)?;
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&averaged(&fine, self.width as usize))?;
        writer.finish()?;
        Ok(file)
    }

    /// Writes the page in the format that the extension names. The file appears complete or not at
    /// all: it is written beside, under the name with `.part` added, and renamed.
    pub fn write(&self, path: &Path, existing: Existing) -> Result<(), Error> {
        let format = PictureFormat::of(path)?;
        write_beside(path, existing, || match format {
            PictureFormat::Png => self.png(),
            PictureFormat::Svg => Ok(self.svg()?.into_bytes()),
        })
    }

    fn fine_size(&self) -> (u32, u32) {
        (self.width * FINE, self.height * FINE)
    }
}

/// Writes a file under its name with `.part` added and renames it.
pub(crate) fn write_beside(
    path: &Path,
    existing: Existing,
    bytes: impl FnOnce() -> Result<Vec<u8>, Error>,
) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if existing == Existing::Refuse && path.try_exists().map_err(failed)? {
        return Err(Error::Exists { path: path.to_owned() });
    }
    Ok(neuropil_files::write(path, &bytes()?)?)
}

/// The picture of which each pixel is the mean of `FINE` x `FINE` pixels; `width` is the new one.
fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
    let factor = FINE as usize;
    let row = 3 * width * factor;
    let mut coarse = Vec::with_capacity(fine.len() / (factor * factor));
    for rows in fine.chunks_exact(row * factor) {
        for byte in 0..3 * width {
            let first = byte / 3 * 3 * factor + byte % 3;
            let places = (0..factor).flat_map(|y| (0..factor).map(move |x| y * row + first + 3 * x));
            let sum: u32 = places.map(|place| u32::from(rows[place])).sum();
            coarse.push(u8::try_from((sum + FINE * FINE / 2) / (FINE * FINE)).unwrap_or(u8::MAX));
        }
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        assert_eq!(PictureFormat::of(Path::new("a/b.png")).unwrap(), PictureFormat::Png);
        assert_eq!(PictureFormat::of(Path::new("b.SVG")).unwrap(), PictureFormat::Svg);
        for path in ["b.pdf", "b", "png", "b.png.gz", ""] {
            let message = PictureFormat::of(Path::new(path)).unwrap_err().to_string();
            assert!(message.starts_with(path) && message.contains(".png") && message.contains(".svg"), "{message}");
        }
    }

    #[test]
    fn averaging_keeps_places_and_colours() {
        // Two pixels: one of four equal parts, one with a single red part of 200.
        let mut fine = vec![0; 2 * 4 * 3];
        for place in [0, 3, 12, 15] {
            fine[place + 2] = 90;
        }
        fine[9] = 200;
        assert_eq!(averaged(&fine, 2), [0, 0, 90, 50, 0, 0]);
    }
}
