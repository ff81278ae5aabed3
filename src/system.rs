//! What is asked of the operating system beyond the standard library: signals that wait, and files that are opened without waiting.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(unix)]
mod watch;

#[cfg(unix)]
use nix::fcntl::OFlag;
#[cfg(unix)]
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
#[cfg(unix)]
use nix::unistd::{getpgrp, tcgetpgrp};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;
#[cfg(unix)]
pub(crate) use watch::Watch;

/// What ends a program from outside: Ctrl-C, a time limit, a terminal that is closed.
#[cfg(unix)]
const ENDS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// As long as it lives, signals that end the program wait, as far as this thread gets them. Threads that are started meanwhile never get
/// them: they are left to the thread that started them.
pub(crate) struct Held {
    #[cfg(unix)]
    before: Option<SigSet>,
}

impl Held {
    /// Has the signals wait.
    pub fn new() -> Self {
        #[cfg(unix)]
        {
            let ends: SigSet = ENDS.into_iter().collect();
            Self { before: ends.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Held {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // It was the mask of this thread before; a signal that came meanwhile ends the program here.
            let _ = before.thread_set_mask();
        }
    }
}

/// Stands for what takes signals, where there are none.
#[cfg(not(unix))]
pub(crate) struct Watch;

#[cfg(not(unix))]
impl Watch {
    /// Does nothing.
    ///
    /// # Errors
    /// Never.
    pub fn start(_on: impl Fn(&dyn Fn()) + Send + 'static) -> io::Result<Self> {
        Ok(Self)
    }
}

/// Whether the terminal at the standard error output is ours, as far as that can be told: who runs in the background leaves it to others.
pub(crate) fn is_in_foreground() -> bool {
    #[cfg(unix)]
    return !tcgetpgrp(io::stderr()).is_ok_and(|group| group != getpgrp());
    #[cfg(not(unix))]
    true
}

/// Has writes beyond the limit of a file's size fail as on a full disk, instead of ending the program. For all threads that are started
/// after this.
pub(crate) fn survive_size_limits() {
    #[cfg(unix)]
    {
        let mut limit = SigSet::empty();
        limit.add(Signal::SIGXFSZ);
        // Without it, the program ends at the limit.
        let _ = limit.thread_block();
    }
}

/// Opens a file to read it. If it is a pipe, nobody is waited for.
///
/// # Errors
/// What the system says.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    options.custom_flags(OFlag::O_NONBLOCK.bits());
    options.read(true).open(path)
}

/// The same for a path that is not to lead on: a symbolic link at its end is an error.
///
/// # Errors
/// What the system says.
pub(crate) fn open_itself(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW).bits());
    options.read(true).open(path)
}
