//! How long the phases of a check take, for those who ask for it by the protocol's `trace`.

use std::fmt;
use std::time::{Duration, Instant};

/// Phases with the time that they took. A phase ends where the next one begins.
#[derive(Debug)]
pub(super) struct Clock {
    last: Instant,
    phases: Vec<(&'static str, Duration)>,
}

impl Clock {
    /// Starts the first phase.
    pub fn start() -> Self {
        Self { last: Instant::now(), phases: Vec::new() }
    }

    /// Time that belongs to no phase ends here.
    pub fn resume(&mut self) {
        self.last = Instant::now();
    }

    /// Ends a phase. What it took before adds up.
    pub fn lap(&mut self, phase: &'static str) {
        let now = Instant::now();
        let took = now - self.last;
        self.last = now;
        match self.phases.iter_mut().find(|(name, _)| *name == phase) {
            Some((_, known)) => *known += took,
            None => self.phases.push((phase, took)),
        }
    }
}

/// `check 2.1 ms, merge 0.3 ms`
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = |(name, took): &(&str, Duration)| format!("{name} {:.1} ms", took.as_secs_f64() * 1e3);
        f.write_str(&self.phases.iter().map(phase).collect::<Vec<_>>().join(", "))
    }
}
