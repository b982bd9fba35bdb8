//! A page for a browser, in one file that needs no other: headings, text, tables, figures and what was typed.

use crate::picture::write_beside;
use crate::{Error, Existing, Picture};
use std::fmt::Write;
use std::path::Path;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#222;max-width:76rem;margin:2rem auto;padding:0 1.5rem}\
h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ddd}\
table{border-collapse:collapse;margin:1rem 0;font-size:.92rem}th,td{padding:.25rem .9rem .25rem 0;text-align:right;\
border-bottom:1px solid #eee;font-variant-numeric:tabular-nums}th{color:#666;font-weight:600}\
th:first-child,td:first-child{text-align:left}.wide{overflow-x:auto}figure{margin:1rem 0}\
figure svg{max-width:100%;height:auto}figcaption{color:#666;font-size:.9rem}\
pre{background:#f6f6f4;padding:.8rem 1rem;overflow-x:auto;font-size:.85rem}summary{cursor:pointer;color:#456}";

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Block {
    /// A heading of a section.
    Heading(String),
    /// Text.
    Paragraph(String),
    /// Names of columns and rows; the first column is text, the others are numbers.
    Table(Vec<String>, Vec<Vec<String>>),
    /// A picture and what it shows.
    Figure(Picture, String),
    /// Text as it is typed.
    Code(String),
    /// The same, folded away under a title.
    Folded(String, String),
}

/// The page as HTML.
///
/// # Errors
/// Pictures that cannot be drawn.
pub fn page(title: &str, blocks: &[Block]) -> Result<String, Error> {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        title = escaped(title)
    );
    for block in blocks {
        html += &match block {
            Block::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
            Block::Paragraph(text) => format!("<p>{}</p>\n", escaped(text)),
            Block::Table(columns, rows) => table(columns, rows),
            Block::Figure(picture, caption) => {
                format!("<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>\n", picture.svg()?, escaped(caption))
            }
            Block::Code(text) => format!("<pre>{}</pre>\n", escaped(text)),
            Block::Folded(name, text) => {
                format!("<details>\n<summary>{}</summary>\n<pre>{}</pre>\n</details>\n", escaped(name), escaped(text))
            }
        };
    }
    html += "</body>\n</html>\n";
    Ok(html)
}

/// Writes a page, as [`Picture::write`] does.
///
/// # Errors
/// As [`page`]; files that exist or cannot be written.
pub fn write_page(title: &str, blocks: &[Block], path: &Path, existing: Existing) -> Result<(), Error> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !["html", "htm"].contains(&extension.as_str()) {
        return Err(Error::NoPage { path: path.to_owned() });
    }
    write_beside(path, existing, || Ok(page(title, blocks)?.into_bytes()))
}

fn table(columns: &[String], rows: &[Vec<String>]) -> String {
    let mut html = String::from("<div class=\"wide\"><table>\n<tr>");
    let cells = |html: &mut String, kind: &str, row: &[String]| {
        for cell in row {
            // A string takes all that is written to it.
            let _ = write!(html, "<{kind}>{}</{kind}>", escaped(cell));
        }
    };
    cells(&mut html, "th", columns);
    for row in rows {
        html += "</tr>\n<tr>";
        cells(&mut html, "td", row);
    }
    html + "</tr>\n</table></div>\n"
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CurvePanel, PlotOptions, RuleCurve, learning_curves};

    /// All parts are there, what they say is text and no markup, and nothing is fetched from elsewhere.
    #[test]
    fn a_page_stands_alone() {
        let curves = vec![RuleCurve { rule: 0, updates: vec![0.0, 1.0], runs: vec![vec![1.0, 0.5]], beside: vec![] }];
        let panels = [CurvePanel { label: "loss".into(), curves }];
        let picture = learning_curves(&panels, &[], &["bptt".into()], ("title", ""), &PlotOptions::default());
        let row = vec!["a<b".to_owned(), "1".to_owned()];
        let blocks = [
            Block::Heading("What came out".into()),
            Block::Table(vec!["rule".into(), "loss".into()], vec![row]),
            Block::Figure(picture, "curves".into()),
            Block::Code("x & y".into()),
            Block::Folded("task".into(), "{\"<script>\": 1}".into()),
        ];
        let html = page("<b>", &blocks).unwrap();
        for words in
            ["&lt;b&gt;</h1>", "<td>a&lt;b</td><td>1</td>", "<svg", "x &amp; y", "{&quot;&lt;script&gt;&quot;: 1}"]
        {
            assert!(html.contains(words), "{words}");
        }
        assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href="));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        write_page("page", &blocks, &path, Existing::Refuse).unwrap();
        assert!(matches!(write_page("page", &blocks, &path, Existing::Refuse), Err(Error::Exists { .. })));
        assert!(matches!(
            write_page("page", &[], &folder.path().join("a.png"), Existing::Refuse),
            Err(Error::NoPage { .. })
        ));
    }
}
