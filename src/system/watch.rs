//! Signals that are taken before they do anything.

use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, raise};
use nix::unistd::Pid;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// What ends or stops a program, from a keyboard and from elsewhere; and [`WAKE`].
const TAKEN: [Signal; 6] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGTSTP, WAKE];

/// Has the thread that takes signals look whether it is still needed.
const WAKE: Signal = Signal::SIGUSR1;

/// As long as it lives, a thread takes the signals that end or stop the program: something can be done before. Threads that are started
/// meanwhile leave them to that thread, also later on.
pub(crate) struct Watch {
    before: SigSet,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Calls `on` for each signal. What that is given lets the signal do what it would have done.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(on: impl Fn(&dyn Fn()) + Send + 'static) -> io::Result<Self> {
        let taken: SigSet = TAKEN.into_iter().collect();
        let before = taken.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let mut watch = Self { before, is_over: Arc::clone(&is_over), thread: None };
        let run = move || {
            while let Ok(signal) = taken.wait() {
                if signal == WAKE && is_over.load(Ordering::Acquire) {
                    return;
                }
                on(&|| let_through(signal));
            }
        };
        watch.thread = Some(thread::Builder::new().name("signals".to_owned()).spawn(run)?);
        Ok(watch)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take().filter(|thread| !thread.is_finished()) {
            // All threads leave the signal to the one that waits for it.
            if kill(Pid::this(), WAKE).is_ok() {
                let _ = thread.join();
            }
        }
        // It was the mask of this thread before; a signal that came meanwhile does here what it does.
        let _ = self.before.thread_set_mask();
    }
}

/// Lets a signal do what it does by itself. Who started the program may have it ignored.
fn let_through(signal: Signal) {
    let mut one = SigSet::empty();
    one.add(signal);
    let _ = one.thread_unblock();
    let _ = raise(signal);
    let _ = one.thread_block();
}
