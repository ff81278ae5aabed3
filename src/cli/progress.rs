//! A line on the terminal that tells how far a run is, if that takes long.
//!
//! A thread draws it, and nobody else: whoever writes something in between, or ends the program, asks that thread to wipe the line first.
//! Nobody waits long for a terminal that takes no more.

use super::output;
use crate::progress::{Counts, Progress};
use crate::system::{self, Watch};
use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// A run that is done by then shows no line.
const LONG: Duration = Duration::from_secs(1);

/// So often the line is drawn again.
const AGAIN: Duration = Duration::from_millis(200);

/// So long a terminal may take until the line is wiped; then it is left.
const WIPED_BY: Duration = Duration::from_secs(2);

/// Runs something. If it takes long, a line on the terminal shows how far it is, unless the user wants it quiet. The line is gone
/// afterwards; meanwhile, nothing may be written.
pub(super) fn shown<T>(is_quiet: bool, run: impl FnOnce(&Arc<Progress>) -> T) -> T {
    let progress = Arc::default();
    // Without the threads for it, there is no line.
    let _line = if !is_quiet && has_viewer() { Line::start(&progress).ok() } else { None };
    run(&progress)
}

/// Whether somebody may look at the standard error output.
fn has_viewer() -> bool {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !output::is_dumb() && !in_ci
}

/// As long as it lives, the line is shown.
struct Line {
    pencil: Pencil,
    watch: Option<Watch>,
}

impl Line {
    fn start(progress: &Arc<Progress>) -> io::Result<Self> {
        let (asks, asked) = channel();
        let pencil = Pencil(asks);
        let of_signals = pencil.clone();
        let watch = Watch::start(move |act| of_signals.aside(act))?;
        let progress = Arc::clone(progress);
        let tell = move || system::is_in_foreground().then(|| (text(&progress.now()), output::width_of_stderr()));
        thread::Builder::new().name("progress".to_owned()).spawn(move || draw(&asked, LONG, &tell, &mut io::stderr()))?;
        let of_panics = pencil.clone();
        let hook = panic::take_hook();
        // It stays: without a line it does what was done before.
        panic::set_hook(Box::new(move |info| of_panics.aside(|| hook(info))));
        Ok(Self { pencil, watch: Some(watch) })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.pencil.ask(Ask::End);
        // What waited for the line to be gone may end the program here.
        self.watch.take();
    }
}

/// What the thread that draws is asked for.
enum Ask {
    /// To wipe the line, say so, and draw none before it is asked to go on.
    Wipe(SyncSender<()>),
    /// To go on, as far as this one is concerned who had the line wiped.
    GoOn,
    /// To wipe the line, say so, and end.
    End(SyncSender<()>),
}

/// Asks the thread that draws.
#[derive(Clone)]
struct Pencil(Sender<Ask>);

impl Pencil {
    /// Does something while there is no line.
    fn aside(&self, act: impl FnOnce()) {
        self.ask(Ask::Wipe);
        act();
        let _ = self.0.send(Ask::GoOn);
    }

    /// Has the line wiped. There is none if nobody answers.
    fn ask(&self, ask: impl FnOnce(SyncSender<()>) -> Ask) {
        let (done, wiped) = sync_channel(1);
        if self.0.send(ask(done)).is_ok() {
            let _ = wiped.recv_timeout(WIPED_BY);
        }
    }
}

/// Draws the line again and again, from some time on, as long as there is a text to draw and a width.
fn draw(asked: &Receiver<Ask>, from: Duration, tell: &dyn Fn() -> Option<(String, usize)>, out: &mut dyn Write) {
    let mut drawn = Drawn { out, len: 0 };
    let mut wait = from;
    // So many have something else to write.
    let mut others = 0_usize;
    loop {
        match asked.recv_timeout(wait) {
            Ok(Ask::Wipe(done)) => {
                others += 1;
                drawn.wipe();
                let _ = done.send(());
            }
            Ok(Ask::GoOn) => others = others.saturating_sub(1),
            Ok(Ask::End(done)) => {
                drawn.wipe();
                let _ = done.send(());
                return;
            }
            Err(RecvTimeoutError::Timeout) => {
                wait = AGAIN;
                match tell() {
                    Some((text, width)) if others == 0 => drawn.draw(&text, width),
                    _ => {}
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What is on the terminal.
struct Drawn<'o> {
    out: &'o mut dyn Write,
    /// So many columns.
    len: usize,
}

impl Drawn<'_> {
    /// Draws a text in the place of what is there. The cursor goes back to the start: what the terminal or the system writes by itself, such
    /// as `^C`, comes out over the line and not behind it.
    fn draw(&mut self, text: &str, width: usize) {
        // In the last column, some terminals go on to the next line.
        let room = width.saturating_sub(1);
        let text: String = text.chars().take(room).collect();
        let pad = self.len.min(room);
        self.len = text.len();
        self.write(&format!("\r{text:<pad$}\r"));
    }

    fn wipe(&mut self) {
        if self.len > 0 {
            self.write(&format!("\r{:1$}\r", "", self.len));
            self.len = 0;
        }
    }

    /// Writes all at once, so that nothing flickers.
    fn write(&mut self, text: &str) {
        // Who cannot see the line does without.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// How far a run is, in words; ASCII, for any terminal.
fn text(counts: &Counts) -> String {
    let Counts { folders, files, clusters, modules, templates, checked, trials, rounds } = *counts;
    let roots = match (modules, templates) {
        (0, 0) => {
            let (files, folders) = (counted(files, "file"), counted(folders, "folder"));
            return format!("reading: {files} in {folders}, {} with clusters", grouped(clusters));
        }
        (modules, 0) => counted(modules, "root module"),
        (0, templates) => counted(templates, "template"),
        (modules, templates) => format!("{} root modules and templates", grouped(modules + templates)),
    };
    let what = match (rounds, trials) {
        (0, 0) => "checking".to_owned(),
        (0, trials) => format!("trying repairs, check {trials}"),
        (rounds, 0) => format!("repairing, round {rounds}"),
        (rounds, trials) => format!("repairing, round {rounds}, check {trials}"),
    };
    format!("{what}: {} of {roots}", grouped(checked))
}

fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with a comma before each three digits: `12,431`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn it_says_how_far_a_run_is() {
        let progress = Progress::default();
        let now = || text(&progress.now());
        assert_eq!(now(), "reading: 0 files in 0 folders, 0 with clusters");
        progress.read(1, true);
        assert_eq!(now(), "reading: 1 file in 1 folder, 1 with clusters");
        progress.read(12_430, false);
        progress.read(1_000_000, false);
        assert_eq!(now(), "reading: 1,012,431 files in 3 folders, 1 with clusters");
        progress.check(120, 0);
        (0..45).for_each(|_| progress.checked());
        assert_eq!(now(), "checking: 45 of 120 root modules");
        progress.check(0, 1);
        assert_eq!(now(), "checking: 0 of 1 template");
        progress.check(1, 1_000);
        progress.trial();
        assert_eq!(now(), "trying repairs, check 1: 0 of 1,001 root modules and templates");
        progress.round();
        progress.check(7, 0);
        progress.checked();
        assert_eq!(now(), "repairing, round 1: 1 of 7 root modules");
        progress.trial();
        assert_eq!(now(), "repairing, round 1, check 1: 1 of 7 root modules");
    }

    /// What a terminal of some columns shows after some bytes, if nothing is longer than a line.
    fn screen(bytes: &[u8], width: usize) -> String {
        let (mut cells, mut at) = (vec![b' '; width], 0);
        for byte in bytes {
            match byte {
                b'\r' => at = 0,
                byte => {
                    cells[at] = *byte;
                    at += 1;
                }
            }
        }
        String::from_utf8(cells).unwrap().trim_end().to_owned()
    }

    #[test]
    fn it_is_drawn_over_itself_and_cut_to_the_width() {
        let mut out = Vec::new();
        let mut drawn = Drawn { out: &mut out, len: 0 };
        drawn.wipe();
        drawn.draw("reading: 12 files", 80);
        drawn.draw("checking", 80);
        drawn.draw("checking: 45 of 120", 10);
        assert_eq!(screen(&out, 80), "checking:");
        assert!(out.starts_with(b"\rreading") && out.ends_with(b"\r"));
        let mut drawn = Drawn { out: &mut out, len: 9 };
        drawn.wipe();
        drawn.wipe();
        assert_eq!(screen(&out, 80), "");
    }

    /// An output that others may look at.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn bytes(&self) -> Vec<u8> {
            self.0.lock().unwrap().clone()
        }

        fn wait_for(&self, is_there: impl Fn(&str) -> bool) {
            while !is_there(&screen(&self.bytes(), 80)) {
                thread::yield_now();
            }
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_writes_in_between_finds_no_line() {
        let (asks, asked) = channel();
        let (pencil, out) = (Pencil(asks), Shared::default());
        let mut to = out.clone();
        let tell = || Some(("checking".to_owned(), 80));
        let thread = thread::spawn(move || draw(&asked, Duration::ZERO, &tell, &mut to));
        out.wait_for(|screen| screen == "checking");
        pencil.aside(|| {
            let before = out.bytes();
            assert_eq!(screen(&before, 80), "");
            pencil.aside(|| assert_eq!(out.bytes(), before));
            thread::sleep(AGAIN * 2);
            assert_eq!(out.bytes(), before);
        });
        out.wait_for(|screen| screen == "checking");
        pencil.ask(Ask::End);
        assert_eq!(screen(&out.bytes(), 80), "");
        thread.join().unwrap();
        // Without a line nobody is waited for.
        pencil.aside(|| {});
    }
}
