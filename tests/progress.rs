//! The line that shows how far a long run is: on terminals only, and gone before anything else is written. A run is long here because it
//! reads a pipe that the test holds open.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests may panic as tests may, and say what they skip"
)]

mod common;

use common::program::Project;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is shown while the pipe is read.
const LINE: &str = "reading: 2 files in 1 folder, 1 with clusters";

/// Checks with what comes through the pipe.
const CHECK: &str = "cat pipe | \"$OVERLINT\" check --format compact --var-file /dev/stdin";

fn project() -> Project {
    let cluster = common::cluster("var.x");
    let project = Project::new(&[("main.tf", &cluster), ("variables.tf", "variable \"x\" {}\n")]);
    assert!(Command::new("mkfifo").arg(project.path("pipe")).status().unwrap().success());
    project
}

/// What is printed at the end.
fn report() -> String {
    let project = project();
    project.write("x.tfvars", "x = \"bad\"\n");
    let run = project.check(&["--format", "compact", "--var-file", "x.tfvars"]);
    assert!(run.code == 1 && run.out.contains("is not a CIDR"), "{}{}", run.out, run.err);
    run.out.replace("x.tfvars", "/dev/stdin")
}

/// Whether there is a tool for terminals; says so if not.
fn has_terminals() -> bool {
    let works = Command::new("sh").args(["-c", "script -qec true /dev/null"]).stdin(Stdio::null()).stdout(Stdio::null()).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: `script -qec` does not work here");
    }
    works
}

/// A shell in a terminal of its own.
struct Terminal {
    shell: Child,
    keyboard: ChildStdin,
    seen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    /// Runs a line of the shell in the folder of a project.
    fn run(project: &Project, variable: &str, line: &str) -> Self {
        let mut command = Command::new("script");
        command.args(["-qec", line, "/dev/null"]).current_dir(project.path("")).env_clear();
        let (name, value) = variable.split_once('=').unwrap();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("SHELL", "/bin/sh").env("TERM", "xterm").env(name, value);
        command.env("OVERLINT", env!("CARGO_BIN_EXE_overlint"));
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (keyboard, mut screen) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let shown = Arc::clone(&seen);
        let reader = thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut some) {
                shown.lock().unwrap().extend(&some[..count]);
            }
        });
        Self { shell, keyboard, seen, reader }
    }

    fn seen(&self) -> String {
        String::from_utf8(self.seen.lock().unwrap().clone()).unwrap()
    }

    /// Waits until something was shown so many times.
    fn wait_for(&self, text: &str, times: usize) {
        // Far more than any machine needs: a test that fails is to end.
        let end = Instant::now() + Duration::from_secs(120);
        while self.seen().matches(text).count() < times {
            assert!(Instant::now() < end && !self.reader.is_finished(), "{text} was not shown: {:?}", self.seen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, key: u8) {
        self.keyboard.write_all(&[key]).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for the end, and tells the exit code and what was shown.
    fn end(mut self) -> (i32, String) {
        let code = self.shell.wait().unwrap().code().unwrap();
        self.reader.join().unwrap();
        (code, String::from_utf8(self.seen.lock().unwrap().clone()).unwrap())
    }
}

/// Gives a run what it waits for.
fn feed(project: &Project) {
    fs::write(project.path("pipe"), "x = \"bad\"\n").unwrap();
}

/// What wipes a line.
fn wiped(line: &str) -> String {
    format!("\r{}\r", " ".repeat(line.len()))
}

/// What a terminal shows in the end, without spaces at the end of lines.
fn screen(seen: &str) -> String {
    let (mut lines, mut column) = (vec![Vec::new()], 0);
    for c in seen.chars() {
        match c {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            c => {
                let line: &mut Vec<char> = lines.last_mut().unwrap();
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
    }
    let lines = lines.into_iter().map(|line| String::from_iter(line).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_long_run_shows_a_line_and_wipes_it() {
    if !has_terminals() {
        return;
    }
    let project = project();
    let terminal = Terminal::run(&project, "A=b", &format!("{CHECK} >out"));
    terminal.wait_for(LINE, 2);
    feed(&project);
    let (code, seen) = terminal.end();
    assert_eq!(code, 1, "{seen:?}");
    assert!(seen.contains(&format!("\r{LINE}\r\r{LINE}\r")), "{seen:?}");
    assert_eq!(screen(&seen), "", "{seen:?}");
    assert!(!seen.contains('\u{1b}') && seen.is_ascii(), "{seen:?}");
    assert_eq!(project.read("out"), report());

    // With the report in the same terminal.
    let terminal = Terminal::run(&project, "A=b", CHECK);
    terminal.wait_for(LINE, 1);
    feed(&project);
    let (_, seen) = terminal.end();
    assert_eq!(screen(&seen), report(), "{seen:?}");
}

#[test]
fn failures_are_told_without_the_line() {
    if !has_terminals() {
        return;
    }
    let project = project();
    let line = CHECK.replace("compact", "json") + " --output json=no/such/folder --statistics >out";
    let terminal = Terminal::run(&project, "A=b", &line);
    terminal.wait_for(LINE, 1);
    feed(&project);
    let (code, seen) = terminal.end();
    assert_eq!(code, 2, "{seen:?}");
    let told = screen(&seen);
    assert!(told.starts_with("overlint: cannot write no/such/folder: ") && !told.contains("reading"), "{seen:?}");
    assert!(told.contains("  error    invalid-cidr\n"), "{seen:?}");
}

#[test]
fn the_line_is_no_longer_than_the_terminal_is_wide() {
    if !has_terminals() {
        return;
    }
    let project = project();
    let terminal = Terminal::run(&project, "A=b", &format!("stty rows 10 cols 20; {CHECK} >out"));
    terminal.wait_for("reading", 2);
    feed(&project);
    let (_, seen) = terminal.end();
    assert!(seen.contains("\rreading: 2 files in\r\r"), "{seen:?}");
    assert!(seen.split('\r').all(|line| line.len() < 20) && screen(&seen).is_empty(), "{seen:?}");
}

#[test]
fn nobody_sees_a_line_who_would_not_want_it() {
    if !has_terminals() {
        return;
    }
    let alone = |variable: &str, line: &str| {
        let project = project();
        let terminal = Terminal::run(&project, variable, line);
        (project, terminal)
    };
    let quiet = [
        alone("CI=1", CHECK),
        alone("TERM=dumb", CHECK),
        alone("A=b", &format!("{CHECK} 2>&1 | cat")),
        alone("A=b", &format!("{CHECK} 2>err; cat err")),
        // Somebody else uses the terminal.
        alone("A=b", &format!("set -m; {CHECK} & wait")),
    ];
    let silent = alone("A=b", &format!("{CHECK} --quiet"));
    let (project, terminal) = alone("CI=", CHECK);
    // Had they shown one, it would be there by now: they began before.
    terminal.wait_for(LINE, 1);
    for (project, terminal) in quiet {
        feed(&project);
        let (_, seen) = terminal.end();
        let after = seen.find("main.tf").expect("a report");
        assert!(seen[after..].starts_with(&report().replace('\n', "\r\n")), "{seen:?}");
        assert!(!seen.contains("reading"), "{seen:?}");
    }
    feed(&silent.0);
    assert_eq!(silent.1.end(), (1, String::new()));
    feed(&project);
    assert_eq!(terminal.end().0, 1);
}

#[test]
fn a_short_run_shows_none() {
    if !has_terminals() {
        return;
    }
    let project = project();
    let begun = Instant::now();
    let (_, seen) = Terminal::run(&project, "A=b", "\"$OVERLINT\" check --format compact").end();
    if begun.elapsed() >= Duration::from_secs(1) {
        eprintln!("skipped: even a short run takes long here");
        return;
    }
    assert_eq!(seen, project.check(&["--format", "compact"]).out.replace('\n', "\r\n"));
}

#[test]
fn whatever_ends_the_run_leaves_no_line() {
    if !has_terminals() {
        return;
    }
    // The terminal itself shows what was pressed.
    for (key, shown, code) in [(3, "^C", 130), (28, "^\\", 131)] {
        let project = project();
        let mut terminal = Terminal::run(&project, "A=b", &format!("ulimit -c 0; {CHECK}"));
        terminal.wait_for(LINE, 2);
        terminal.press(key);
        let (ended, seen) = terminal.end();
        assert_eq!(ended, code, "{seen:?}");
        let (_, after) = seen.split_once(shown).expect("the key is shown");
        assert!(after.starts_with(&wiped(LINE)), "{seen:?}");
        assert!(!after.contains("reading"), "{seen:?}");
    }
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("USR1", 138)] {
        let project = project();
        let line = format!("cat pipe | sh -c 'echo $$ >id; exec {}'", CHECK.split_once('|').unwrap().1.trim());
        let terminal = Terminal::run(&project, "A=b", &line);
        terminal.wait_for(LINE, 1);
        let kill = format!("kill -{signal} $(cat id)");
        assert!(Command::new("sh").args(["-c", &kill]).current_dir(project.path("")).status().unwrap().success());
        terminal.wait_for(&wiped(LINE), 1);
        feed(&project);
        let (ended, seen) = terminal.end();
        assert_eq!(ended, code, "{signal}: {seen:?}");
        let last = seen.rfind(LINE).unwrap();
        assert!(seen[last..].starts_with(&format!("{LINE}\r{}", wiped(LINE))), "{signal}: {seen:?}");
    }
}

#[test]
fn a_run_that_is_stopped_for_a_while_goes_on() {
    if !has_terminals() {
        return;
    }
    let project = project();
    let mut terminal = Terminal::run(&project, "A=b", &format!("set -m; {CHECK}; echo stopped; fg"));
    terminal.wait_for(LINE, 2);
    terminal.press(26);
    terminal.wait_for("stopped", 1);
    let before = terminal.seen();
    assert!(before.contains(&format!("^Z{}", wiped(LINE))), "{before:?}");
    terminal.wait_for(LINE, before.matches(LINE).count() + 1);
    feed(&project);
    let (code, seen) = terminal.end();
    assert_eq!(code, 1, "{seen:?}");
    assert!(screen(&seen).ends_with(&format!("\n{}", report())), "{seen:?}");
}
