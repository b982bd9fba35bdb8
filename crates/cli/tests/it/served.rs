//! `neuropil view --serve`: the page that follows a run.

use crate::{Desk, spawn};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A page that is shown; it ends with the test.
struct Shown {
    child: Child,
    _out: BufReader<ChildStdout>,
    /// 127.0.0.1:PORT
    host: String,
    /// /TOKEN/
    path: String,
}

impl Shown {
    fn of(desk: &Desk, file: &str) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
        command.args(["view", file, "--serve"]).current_dir(&desk.folder);
        let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::inherit()));
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.split_whitespace().nth(1).and_then(|own| own.strip_prefix("http://")).unwrap_or_default();
        let (host, path) = address.split_once('/').unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { child, _out: out, host: host.to_owned(), path: format!("/{path}") }
    }

    /// The code and the body.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.host).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split_whitespace().nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn page(&self) -> String {
        let (code, page) = self.get(&self.path);
        assert_eq!(code, 200, "{page}");
        page
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file that is written anew is told by its stamp and shown as it is then; whoever does not know the token sees nothing.
#[test]
fn a_page_follows_its_file() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "--duration-ms", "20", "-o", "run.h5"]);
    let shown = Shown::of(&desk, "run.h5");
    assert!(shown.host.starts_with("127.0.0.1:") && shown.path.len() == 34, "{} {}", shown.host, shown.path);
    let (_, stamp) = shown.get(&format!("{}stamp", shown.path));
    let page = shown.page();
    assert!(page.contains(&format!("data-stamp=\"{stamp}\"")) && page.contains("\"end_ms\":20.0"), "{stamp}");
    assert_eq!(shown.get(&format!("{}stamp", shown.path)).1, stamp);
    desk.done(&["run", "small.json", "--duration-ms", "40", "-o", "run.h5", "--force"]);
    let (_, later) = shown.get(&format!("{}stamp", shown.path));
    assert!(later != stamp && shown.page().contains("\"end_ms\":40.0"), "{later}");
    let wrong = "0".repeat(32);
    for path in ["/".to_owned(), format!("/{wrong}/"), "/stamp".to_owned(), format!("{}net.json", shown.path)] {
        assert_eq!(shown.get(&path).0, 404, "{path}");
    }
    // A page by itself asks for nothing.
    desk.done(&["view", "run.h5"]);
    assert!(std::fs::read_to_string(desk.path("run.html")).unwrap().contains("data-stamp=\"\""));
}

/// A run that goes on is shown as far as it has come, from before its file has its name.
#[test]
fn a_page_follows_a_run() {
    let desk = Desk::new();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
    command.args(["run", "small.json", "--duration-ms", "10000000", "-o", "long.h5", "--quiet"]);
    let mut run = spawn(command.current_dir(&desk.folder).stderr(Stdio::null()));
    let since = Instant::now();
    let waits = || {
        assert!(since.elapsed() < Duration::from_secs(60), "nothing came");
        std::thread::sleep(Duration::from_millis(50));
    };
    while !desk.exists("long.h5.part") {
        waits();
    }
    let shown = Shown::of(&desk, "long.h5");
    // More spikes make a longer page.
    let first = shown.page().len();
    while shown.page().len() <= first {
        waits();
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

/// What cannot be shown is refused before there is an address.
#[test]
fn what_cannot_be_shown_is_refused() {
    let desk = Desk::new();
    let missing = desk.run(&["view", "gone.h5", "--serve"]);
    assert!(missing.code == 3 && missing.err.contains("gone.h5"), "{}: {}", missing.code, missing.err);
    desk.done(&["run", "small.json", "--duration-ms", "20", "-o", "run.h5"]);
    for wrong in [&["--serve", "--force"][..], &["--serve", "-o", "page.html"], &["--port", "8080"]] {
        let done = desk.run(&[&["view", "run.h5"], wrong].concat());
        assert_eq!(done.code, 2, "{wrong:?}: {}", done.err);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let done = desk.run(&["view", "run.h5", "--serve", "--port", &port.to_string()]);
    assert!(done.code != 0 && done.err.contains(&format!("--port {port}")), "{}", done.err);
}
