//! The thread that checks. It takes jobs, and answers with what is known after each.

use super::clock::Clock;
use super::workspace::{Change, Texts, View, Workspace};
use crate::config::Config;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What to check.
pub(super) struct Job {
    /// The client's edits and settings are counted; this is the last one that the job knows of.
    pub revision: u64,
    /// The folders of the workspace.
    pub folders: Vec<PathBuf>,
    /// What the client has open.
    pub texts: Texts,
    /// What changed since the last job.
    pub changes: BTreeMap<PathBuf, Change>,
    /// Whether the settings changed.
    pub again: bool,
    /// What to check for.
    pub config: Config,
}

/// What is known after a job.
pub(super) struct Checked {
    /// That of the job.
    pub revision: u64,
    /// What is known of each folder.
    pub views: Vec<View>,
    /// How long that took.
    pub clock: Clock,
}

/// Starts the thread; `tell` gets what it finds out. It ends when the sender of jobs is gone.
///
/// # Errors
/// When it cannot be started.
pub(super) fn start(tell: impl Fn(Checked) + Send + 'static) -> std::io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    std::thread::Builder::new().name("checker".to_owned()).spawn(move || {
        // Without threads of its own for deep code there is no checker; the server goes on without.
        let _ = crate::with_threads(0, move || run(jobs, tell));
    })?;
    Ok(sender)
}

fn run(jobs: Receiver<Job>, tell: impl Fn(Checked)) {
    let mut checker = Checker::default();
    while let Ok(job) = jobs.recv() {
        let config = job.config.clone();
        let checked = checker.check(job);
        if !config.is_stopped() {
            tell(checked);
        }
    }
}

#[derive(Default)]
struct Checker {
    workspaces: BTreeMap<PathBuf, Workspace>,
    texts: Texts,
}

impl Checker {
    fn check(&mut self, job: Job) -> Checked {
        let mut clock = Clock::start();
        self.follow(&job);
        for (path, change) in &job.changes {
            self.workspaces.values_mut().for_each(|workspace| workspace.note(path, *change, &self.texts, &job.texts));
        }
        self.texts = job.texts;
        clock.lap("note");
        for workspace in self.workspaces.values_mut() {
            if job.again {
                workspace.forget();
            }
            workspace.update(&self.texts, &job.config, &mut clock);
        }
        let views = self.workspaces.values().map(|workspace| workspace.view(&job.config)).collect();
        clock.lap("merge");
        Checked { revision: job.revision, views, clock }
    }

    /// Has one workspace for each folder, and one for each open file that lies in none of them.
    fn follow(&mut self, job: &Job) {
        let loose = job.texts.keys().filter(|path| !job.folders.iter().any(|folder| path.starts_with(folder)));
        let loose: Vec<&PathBuf> = loose.collect();
        self.workspaces.retain(|path, _| job.folders.contains(path) || loose.contains(&path));
        for folder in &job.folders {
            self.workspaces.entry(folder.clone()).or_insert_with(|| Workspace::folder(folder));
        }
        for file in loose {
            self.workspaces.entry(file.clone()).or_insert_with(|| Workspace::file(file));
        }
    }
}
