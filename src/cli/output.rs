//! Writing to the terminal and to files.

use super::Exit;
use clap::ValueEnum;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Columns where there is no terminal to ask.
pub(super) const WIDTH: usize = 80;

/// When to colour; by itself on a terminal.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Whether to colour the standard output. Without a word on the command line the environment decides: `NO_COLOR`, then
    /// `CLICOLOR_FORCE` and `FORCE_COLOR`.
    pub fn on(self) -> bool {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let forced = |name: &str| set(name).is_some_and(|value| value != "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR").is_some() => false,
            Self::Auto if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
            Self::Auto => io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

/// Columns of the terminal.
pub(super) fn width() -> usize {
    let of_stdout = terminal_size::terminal_size_of(io::stdout());
    // Behind a pager, standard error still is the terminal.
    of_stdout.or_else(|| terminal_size::terminal_size_of(io::stderr())).map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether the terminal can open links.
pub(super) fn links() -> bool {
    io::stdout().is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
}

/// What the clock says, in seconds since 1970 (UTC); `SOURCE_DATE_EPOCH`, where it is set, for output that can be made again.
pub(super) fn time() -> u64 {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    told.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Writes to the standard output. A reader that has seen enough and went away is no failure.
pub(super) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Exit {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Ok(()) => Exit::Clean,
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(e) => {
            complain(&format!("cannot write to the standard output: {e}"));
            Exit::Failed
        }
    }
}

/// Says on the standard error output what could not be done.
pub(super) fn complain(message: &str) {
    // When not even this can be written, there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "overlint: {message}");
}

/// Says something on the standard error output that is no failure.
pub(super) fn note(message: &str) {
    complain(&format!("note: {message}"));
}

/// Writes a file as a whole or not at all. What is no regular file, such as `/dev/stderr`, is written to as it is.
///
/// # Errors
/// What the disk or `write` says.
pub(super) fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {
            // A symbolic link stays one, and the file behind it keeps its permissions.
            replace(&fs::canonicalize(path)?, Some(found.permissions()), write)
        }
        Ok(_) => fill(File::options().write(true).open(path)?, write),
        Err(_) => replace(path, None, write),
    }
}

fn replace(path: &Path, mode: Option<fs::Permissions>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or(OsStr::new("overlint")));
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let file = File::create_new(&temporary)?;
    let written = mode
        .map_or(Ok(()), |mode| file.set_permissions(mode))
        .and_then(|()| fill(file, write))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush()
}
