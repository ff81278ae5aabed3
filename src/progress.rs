//! How far a run is: numbers that discovery and the core count up while they work, for whoever shows them.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far a run is. Nothing that is reported depends on it.
#[derive(Debug, Default)]
pub struct Progress {
    folders: AtomicUsize,
    files: AtomicUsize,
    clusters: AtomicUsize,
    modules: AtomicUsize,
    templates: AtomicUsize,
    checked: AtomicUsize,
    trials: AtomicUsize,
    rounds: AtomicUsize,
}

/// The numbers at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Folders that were looked into.
    pub folders: usize,
    /// Files in them that were read.
    pub files: usize,
    /// Those of the folders in which a cluster is mentioned.
    pub clusters: usize,
    /// Root modules and plans to check; none as long as files are read.
    pub modules: usize,
    /// Root templates to check.
    pub templates: usize,
    /// Those of both that were checked.
    pub checked: usize,
    /// Checks that were begun to find out which repairs hold, since the last round of repairs.
    pub trials: usize,
    /// Rounds of repairs that were begun.
    pub rounds: usize,
}

impl Progress {
    /// A folder was looked into, and so many files in it were read.
    pub fn read(&self, files: usize, holds_cluster: bool) {
        add(&self.folders, 1);
        add(&self.files, files);
        add(&self.clusters, usize::from(holds_cluster));
    }

    /// From now on, so many roots are checked.
    pub fn check(&self, modules: usize, templates: usize) {
        self.checked.store(0, Ordering::Relaxed);
        self.modules.store(modules, Ordering::Relaxed);
        self.templates.store(templates, Ordering::Relaxed);
    }

    /// One of them was checked.
    pub fn checked(&self) {
        add(&self.checked, 1);
    }

    /// A check begins that finds out which repairs hold.
    pub fn trial(&self) {
        add(&self.trials, 1);
    }

    /// A round of repairs begins.
    pub fn round(&self) {
        self.trials.store(0, Ordering::Relaxed);
        add(&self.rounds, 1);
    }

    /// The numbers now.
    pub fn now(&self) -> Counts {
        let get = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Counts {
            folders: get(&self.folders),
            files: get(&self.files),
            clusters: get(&self.clusters),
            modules: get(&self.modules),
            templates: get(&self.templates),
            checked: get(&self.checked),
            trials: get(&self.trials),
            rounds: get(&self.rounds),
        }
    }
}

fn add(count: &AtomicUsize, more: usize) {
    count.fetch_add(more, Ordering::Relaxed);
}
