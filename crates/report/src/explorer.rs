//! A page to explore, in one file that fetches nothing (but for one that follows its file): the recording or the training runs are in it, and its script draws
//! them.
//!
//! Charts over time are made by uPlot (Leon Sorokin, MIT), which is part of the page ([ADR 10](../../../docs/adr/0010-explorer.md)).

use crate::page::escaped;
use crate::picture::write_beside;
use crate::{Error, Existing};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

const UPLOT: &str = include_str!("../assets/explorer/uPlot.iife.js");
const UPLOT_STYLE: &str = include_str!("../assets/explorer/uPlot.min.css");
const SCRIPT: &str = include_str!("../assets/explorer/explorer.js");
const STYLE: &str = include_str!("../assets/explorer/explorer.css");

/// What a page holds.
#[derive(Debug, Clone, Default)]
pub struct Explorer {
    /// What stands at its head.
    pub title: String,
    /// How it was made, in a sentence; may be empty.
    pub told: String,
    /// What there is, as JSON that the script reads; arrays by their names `a0`, `a1`, ...
    pub held: String,
    /// Their bytes, numbers with the least byte first.
    pub arrays: Vec<Vec<u8>>,
    /// Which state of its file it shows, where the page is to follow the file: it then asks `stamp`, beside it, for another. Empty
    /// of pages that stay as they are.
    pub stamp: String,
}

impl Explorer {
    /// Keeps an array; its name.
    pub fn keep(&mut self, bytes: impl IntoIterator<Item = u8>) -> String {
        self.arrays.push(bytes.into_iter().collect());
        format!("a{}", self.arrays.len() - 1)
    }

    /// The page as HTML.
    pub fn page(&self) -> String {
        let title = escaped(&self.title);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\" data-stamp=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>{UPLOT_STYLE}\n{STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1><span class=\"told\" id=\"told\">{}</span>\
             <span id=\"live\" aria-live=\"polite\"></span>\
             <span>window: <b id=\"window\"></b></span><span id=\"under\" aria-live=\"polite\"></span></header>\n\
             <main><div><div id=\"keys\"></div><div id=\"charts\"></div>\
             <p><span id=\"moves\">Wheel or + and -: zoom. Drag or arrows: move. Double click or 0: everything. Click: choose a cell and a time.<br></span>\
             The command that draws this window: <code id=\"command\"></code></p></div><aside id=\"side\"></aside></main>\n",
            escaped(&self.stamp),
            escaped(&self.told)
        );
        // Nothing of it may end the element.
        let held = self.held.replace('<', "\\u003c");
        html += &format!("<script type=\"application/json\" id=\"held\">{held}</script>\n");
        for (number, bytes) in self.arrays.iter().enumerate() {
            html += &format!("<script type=\"application/octet-stream\" id=\"a{number}\">");
            STANDARD.encode_string(bytes, &mut html);
            html += "</script>\n";
        }
        html + &format!("<script>{UPLOT}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
    }

    /// Writes the page, as [`Picture::write`](crate::Picture::write) does.
    ///
    /// # Errors
    /// Files that are no page, exist or cannot be written.
    pub fn write(&self, path: &Path, existing: Existing) -> Result<(), Error> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if !["html", "htm"].contains(&extension.as_str()) {
            return Err(Error::NoPage { path: path.to_owned() });
        }
        write_beside(path, existing, || Ok(self.page().into_bytes()))
    }
}
