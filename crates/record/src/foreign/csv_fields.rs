//! Fields of tables as text: what is written here is read here.

use std::borrow::Cow;

/// Beginnings of a field that a spreadsheet takes for a formula, and the mark that stands before such a field.
const FORMULA: [char; 5] = ['=', '+', '-', '@', MARK];
/// Stands before a field that would be a formula; spreadsheets show it as text.
const MARK: char = '\'';

/// A name as a field of a table with commas, in quotes where it needs them. A name that begins as a formula does (`=`,
/// `+`, `-`, `@`) has an apostrophe before it, which `csv_name` takes away.
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let marked = match text.starts_with(FORMULA) {
        true => Cow::Owned(format!("{MARK}{text}")),
        false => Cow::Borrowed(text),
    };
    match text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        true => Cow::Owned(format!("\"{}\"", marked.replace('"', "\"\""))),
        false => marked,
    }
}

/// The name that a field stands for.
pub(crate) fn csv_name(field: &str) -> &str {
    field.strip_prefix(MARK).filter(|name| name.starts_with(FORMULA)).unwrap_or(field)
}

/// A row: the line that it begins in, and its fields.
pub(crate) type Row<'t> = (usize, Vec<Cow<'t, str>>);

/// The rows of a table; empty lines are skipped. The first row tells what separates fields: commas or semicolons, one
/// between two fields, or else spaces and tabs, any number of them. Fields in quotes hold anything, a quote twice.
pub(crate) struct Rows<'t> {
    rest: &'t str,
    line: usize,
    /// Spaces and tabs, if there is none.
    separator: Option<char>,
}

impl<'t> Rows<'t> {
    pub fn new(text: &'t str) -> Self {
        // Spreadsheets begin a file with a byte-order mark.
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = rest.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        Self { rest, line: 1, separator: [',', ';'].into_iter().find(|separator| first.contains(*separator)) }
    }

    /// Goes behind the end of a line.
    fn pass(&mut self, length: usize) {
        self.rest = self.rest.get(length + 1..).unwrap_or_default();
        self.line += 1;
    }

    fn plain(&self, line: &'t str) -> Vec<Cow<'t, str>> {
        match self.separator {
            Some(separator) => line.split(separator).map(|field| Cow::Borrowed(field.trim())).collect(),
            None => line.split_whitespace().map(Cow::Borrowed).collect(),
        }
    }

    /// A row with quotes, which may go over several lines.
    fn quoted(&mut self) -> Result<Row<'t>, usize> {
        let first = self.line;
        let (mut fields, mut field) = (Vec::new(), String::new());
        // Up to here a field has been in quotes: these spaces are not trimmed.
        let (mut kept, mut open, mut begun) = (0, false, false);
        let mut characters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            if open {
                match character {
                    '"' if characters.next_if(|(_, next)| *next == '"').is_some() => field.push('"'),
                    '"' => (open, kept) = (false, field.len()),
                    _ => field.push(character),
                }
                self.line += usize::from(character == '\n');
                continue;
            }
            match character {
                '\n' => {
                    end = at;
                    break;
                }
                '"' if field.is_empty() => (open, begun) = (true, true),
                _ if self.separates(character) => {
                    if self.separator.is_some() || begun {
                        fields.push(finished(&mut field, &mut kept));
                    }
                    begun = false;
                }
                _ if field.is_empty() && character.is_whitespace() => {}
                _ => {
                    field.push(character);
                    begun = true;
                }
            }
        }
        if open {
            return Err(first);
        }
        if self.separator.is_some() || begun {
            fields.push(finished(&mut field, &mut kept));
        }
        self.pass(end);
        Ok((first, fields))
    }

    fn separates(&self, character: char) -> bool {
        self.separator.map_or_else(|| character.is_whitespace(), |separator| separator == character)
    }
}

impl<'t> Iterator for Rows<'t> {
    /// A row, or the line of a quote that does not end.
    type Item = Result<Row<'t>, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.rest.split('\n').next().filter(|_| !self.rest.is_empty())?;
            if line.trim().is_empty() {
                self.pass(line.len());
                continue;
            }
            if line.contains('"') {
                return Some(self.quoted());
            }
            let row = (self.line, self.plain(line));
            self.pass(line.len());
            return Some(Ok(row));
        }
    }
}

/// A field without the spaces behind what was in quotes.
fn finished<'t>(field: &mut String, kept: &mut usize) -> Cow<'t, str> {
    let mut own = std::mem::take(field);
    let length = own.trim_end().len().max(std::mem::take(kept));
    own.truncate(length);
    Cow::Owned(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        let rows = Rows::new(text).map(Result::unwrap);
        rows.map(|(line, fields)| (line, fields.into_iter().map(Cow::into_owned).collect())).collect()
    }

    #[test]
    fn every_name_that_is_written_is_read() {
        let names = [
            "exc",
            "L2/3 exc",
            "=1+1",
            "-x",
            "+",
            "@a,b",
            "'a",
            "'=a",
            "''",
            "a,b",
            "a\"b",
            "\"",
            " a ",
            "a\nb",
            "a\r\nb",
            "a;b",
            "a\tb",
            "",
            "1 \"2\", 3\n",
        ];
        let lines: Vec<String> = names.iter().map(|name| format!("x,{},7", csv_field(name))).collect();
        let found = rows(&format!("a,b,c\n{}\n", lines.join("\n")));
        let read: Vec<&str> = found[1..].iter().map(|(_, fields)| csv_name(&fields[1])).collect();
        assert_eq!(read, names);
        let formula = |field: &str| field.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
        assert!(names.iter().all(|name| !formula(&csv_field(name))));
        assert!(found[1..].iter().all(|(_, fields)| fields.len() == 3 && fields[0] == "x" && fields[2] == "7"));
    }

    #[test]
    fn the_header_tells_the_separator() {
        assert_eq!(rows("a b\n\n 1\t 2 \r\n"), [(1, vec!["a".into(), "b".into()]), (3, vec!["1".into(), "2".into()])]);
        assert_eq!(rows("\u{feff}a; b\n1 ;\n")[1], (2, vec!["1".to_owned(), String::new()]));
        assert_eq!(rows("a b\n\"x y\"  2\n")[1].1, ["x y", "2"]);
        // Lines are counted inside quotes too.
        assert_eq!(rows("a,b\n\"1\n2\",3\n4,5\n")[2].0, 4);
        let mut open = Rows::new("a,b\n1,\"2\n3,4\n");
        open.next();
        assert_eq!(open.next(), Some(Err(2)));
    }
}
