//! A page that follows its file, shown on this machine alone, while the run that writes the file goes on.

use crate::error::CliError;
use crate::{interrupt, screen};
use neuropil_report::Explorer;
use neuropil_session::explorer_of;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use tiny_http::{Header, Method, Request, Response, Server};

/// How often Ctrl-C is asked for.
const PATIENCE: Duration = Duration::from_millis(100);
/// Bytes of a token: nobody guesses 128 bits.
const TOKEN: usize = 16;

/// Shows the page of `recording` at an address of this machine until Ctrl-C; `port` 0 is any that is free.
///
/// # Errors
/// Files that are not there or that no page can be made of; a port that is taken.
pub fn serve(recording: &Path, port: u16) -> Result<(), CliError> {
    // Whatever is no recording is refused before there is an address.
    let file = Followed { recording, folder: tempfile::tempdir().map_err(|error| no_folder(&error))? };
    file.page()?;
    let server = Server::http((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| CliError::Output(format!("--port {port}: cannot listen on this machine: {error}")))?;
    let token = token()?;
    interrupt::listen()?;
    let address = server.server_addr();
    screen::print(&format!("open http://{address}/{token}/ in a browser of this machine; Ctrl-C ends it"))?;
    while !interrupt::is_asked() {
        let asked = server.recv_timeout(PATIENCE).map_err(|error| CliError::Output(format!("{address}: {error}")))?;
        if let Some(request) = asked {
            answer(request, &token, &file);
        }
    }
    Ok(())
}

/// 128 random bits of the system. Nothing that is computed depends on them.
fn token() -> Result<String, CliError> {
    let mut bytes = [0; TOKEN];
    getrandom::fill(&mut bytes)
        .map_err(|error| CliError::Output(format!("the system has no random numbers for the address: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Answers a browser; one that has gone does not matter.
fn answer(request: Request, token: &str, file: &Followed<'_>) {
    let inside = request.url().strip_prefix('/').and_then(|path| path.strip_prefix(token));
    let (code, kind, body) = match (request.method(), inside) {
        (Method::Get, Some("/")) => match file.page() {
            Ok(page) => (200, "text/html; charset=utf-8", page.page()),
            Err(fault) => (503, "text/plain; charset=utf-8", fault.to_string()),
        },
        (Method::Get, Some("/stamp")) => (200, "text/plain; charset=utf-8", file.stamp()),
        _ => (404, "text/plain; charset=utf-8", "there is nothing here".into()),
    };
    let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("both are ASCII");
    let response = Response::from_string(body).with_status_code(code);
    let response = [("Content-Type", kind), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
        .into_iter()
        .fold(response, |response, (name, value)| response.with_header(header(name, value)));
    let _ = request.respond(response);
}

/// A recording, or what a run has written of it so far.
struct Followed<'a> {
    recording: &'a Path,
    /// Where a copy lies while a page is made of it.
    folder: tempfile::TempDir,
}

impl Followed<'_> {
    /// The file itself, or `NAME.part`, whichever was written to last.
    fn newest(&self) -> PathBuf {
        let mut part = self.recording.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let changed = |path: &Path| fs::metadata(path).and_then(|own| own.modified()).ok();
        if changed(&part) > changed(self.recording) { part } else { self.recording.to_owned() }
    }

    /// Another one, if the file has changed.
    fn stamp(&self) -> String {
        let newest = self.newest();
        let Ok(own) = fs::metadata(&newest) else { return String::new() };
        let since = own.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        format!("{} {} {}", newest.display(), own.len(), since.as_nanos())
    }

    /// The page. A file that is being written is copied first; where the copy was made in the middle of a write, it is made again.
    fn page(&self) -> Result<Explorer, CliError> {
        const TIMES: usize = 5;
        let mut before = Err(CliError::Output(String::new()));
        for time in 0..TIMES {
            if time > 0 {
                std::thread::sleep(PATIENCE);
            }
            let (stamp, newest) = (self.stamp(), self.newest());
            let is_whole = newest == self.recording;
            before = if is_whole { self.made(&newest, stamp) } else { self.copied(&newest, stamp) };
            if before.is_ok() || is_whole {
                break;
            }
        }
        before
    }

    fn copied(&self, part: &Path, stamp: String) -> Result<Explorer, CliError> {
        let copy = self.folder.path().join("copy.h5");
        let made = match fs::copy(part, &copy) {
            Ok(_) => self.made(&copy, stamp),
            // It has its name by now, or never had this one.
            Err(error) if error.kind() == ErrorKind::NotFound => self.made(self.recording, stamp),
            Err(error) => Err(no_folder(&error)),
        };
        let _ = fs::remove_file(&copy);
        made
    }

    fn made(&self, path: &Path, stamp: String) -> Result<Explorer, CliError> {
        Ok(Explorer { stamp, ..explorer_of(path, self.recording)? })
    }
}

fn no_folder(error: &std::io::Error) -> CliError {
    CliError::Output(format!("cannot copy what is being written to the folder of temporary files: {error}"))
}
