//! Writing to the terminal and to files.

use super::{Exit, diff};
use crate::report::printable;
use crate::system::Held;
use clap::ValueEnum;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Columns where there is no terminal to ask.
pub(super) const WIDTH: usize = 80;

/// So many names are tried for a temporary file.
const MOST_TRIES: usize = 100;

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
            Self::Auto => io::stdout().is_terminal() && !is_dumb(),
        }
    }
}

/// Whether the terminal only takes one line after the other.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Columns of the terminal.
pub(super) fn width() -> usize {
    let of_stdout = terminal_size::terminal_size_of(io::stdout());
    // Behind a pager, standard error still is the terminal.
    of_stdout.map_or_else(width_of_stderr, |(width, _)| usize::from(width.0))
}

/// Columns of the terminal at the standard error output.
pub(super) fn width_of_stderr() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(WIDTH, |(width, _)| usize::from(width.0))
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

/// Prints a difference: as it is for programs, and so that it does no harm on a terminal.
pub(super) fn difference(text: &str) -> Exit {
    if io::stdout().is_terminal() {
        stdout(|out| out.write_all(diff::shown(text).as_bytes()))
    } else {
        stdout(|out| out.write_all(text.as_bytes()))
    }
}

/// Says on the standard error output what could not be done.
pub(super) fn complain(message: &str) {
    // When not even this can be written, there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "overlint: {}", printable(message));
}

/// Says that no thread could be started.
pub(super) fn no_threads(why: &impl Display) {
    complain(&format!("cannot start the threads: {why}"));
}

/// Says something on the standard error output that is no failure.
pub(super) fn note(message: &str) {
    complain(&format!("note: {message}"));
}

/// Writes a file as a whole or not at all. What is no regular file, such as `/dev/stderr`, is written to as it is. Nothing is on the disk
/// before all of it is known, so that a run that is stopped leaves nothing behind.
///
/// # Errors
/// What the disk or `write` says.
pub(super) fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    write(&mut text)?;
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {
            // A new file could take the place of one that nobody is meant to write.
            if found.permissions().readonly() {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            File::options().write(true).open(path)?;
            // A symbolic link stays one, and the file behind it keeps its owner and its permissions.
            replace(&fs::canonicalize(path)?, Some(&found), &text)
        }
        // A reader that has seen enough and went away is no failure.
        Ok(_) => match File::options().write(true).open(path)?.write_all(&text) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        },
        Err(_) => replace(path, None, &text),
    }
}

/// Writes a file that is not there yet, as a whole or not at all.
///
/// # Errors
/// What the disk says, also that the file is there.
pub(super) fn new_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let _held = Held::new();
    let mut file = File::create_new(path)?;
    let written = file.write_all(text).and_then(|()| settle(&file));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

fn replace(path: &Path, old: Option<&Metadata>, text: &[u8]) -> io::Result<()> {
    // Whoever stops the run meanwhile gets the old file or the new one, and nothing beside it.
    let _held = Held::new();
    let (mut file, temporary) = beside(path)?;
    let written = old
        .map_or(Ok(()), |old| take_after(&file, old))
        .and_then(|()| file.write_all(text))
        .and_then(|()| settle(&file))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Gives a new file the owner and the permissions of an old one.
fn take_after(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let owners = |of: &Metadata| (of.uid(), of.gid());
        if file.metadata().is_ok_and(|new| owners(&new) != owners(old)) {
            // Only the superuser may give files away.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
    }
    file.set_permissions(old.permissions())
}

/// Waits until a file is on the disk: some disks, above all those in a network, say only then that they are full.
fn settle(file: &File) -> io::Result<()> {
    match file.sync_all() {
        // Some can only write.
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        settled => settled,
    }
}

/// A new file beside another one. In containers, a run that was killed had the same process id: names that are taken are passed over.
fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut tries = 0;
    loop {
        let mut name = OsString::from(".");
        // Names may have 255 bytes: a long one is not repeated.
        let own = path.file_name().filter(|name| name.len() < 200);
        name.push(own.unwrap_or(OsStr::new("overlint")));
        name.push(format!(".{}-{tries}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        match File::create_new(&temporary) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && tries < MOST_TRIES => tries += 1,
            created => return created.map(|file| (file, temporary)),
        }
    }
}
