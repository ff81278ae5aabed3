//! The thread that checks. It takes jobs, and answers with what is known after each.

use super::clock::Clock;
use super::workspace::{Change, News, Texts, Workspace};
use crate::config::Config;
use crate::report::Repair;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

/// What the thread is asked for.
pub(super) enum Job {
    /// To find out what is known after some changes.
    Check(Check),
    /// To try whether repairs hold.
    Try(Try),
}

/// What to check.
pub(super) struct Check {
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

/// Which repairs to try.
pub(super) struct Try {
    /// The revision that they belong to.
    pub revision: u64,
    /// The findings whose repairs they are.
    pub places: Vec<Place>,
    /// What to check for.
    pub config: Config,
}

/// A finding: the folder of the workspace in which it was found, its file, and which one of that file it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// The file.
    pub path: PathBuf,
    /// The number of the finding.
    pub number: usize,
}

/// What the thread tells.
pub(super) enum Answer {
    /// What is known.
    Checked(Checked),
    /// Which repairs hold.
    Tried(Tried),
}

/// What came of trying repairs.
pub(super) struct Tried {
    /// That of the job.
    pub revision: u64,
    /// The repairs that hold; nothing for the others.
    pub repairs: Vec<(Place, Option<Repair>)>,
}

/// What is known after a check.
pub(super) struct Checked {
    /// That of the job.
    pub revision: u64,
    /// What is new of each folder, or of a file that lies in none.
    pub news: BTreeMap<PathBuf, News>,
    /// How long that took.
    pub clock: Clock,
}

/// Starts the thread; `tell` gets what it finds out, `fail` why it cannot check at all. It ends when the sender of jobs is gone.
///
/// # Errors
/// When it cannot be started.
pub(super) fn start(
    tell: impl Fn(Answer) + Send + 'static,
    fail: impl FnOnce(io::Error) + Send + 'static,
) -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    thread::Builder::new().name("checker".to_owned()).spawn(move || {
        if let Err(e) = crate::with_threads(0, move || run(jobs, tell)) {
            fail(io::Error::other(e));
        }
    })?;
    Ok(sender)
}

fn run(jobs: Receiver<Job>, tell: impl Fn(Answer)) {
    let mut checker = Checker::default();
    while let Ok(job) = jobs.recv() {
        let answer = match job {
            Job::Check(job) => checker.check(job).map(Answer::Checked),
            Job::Try(job) => checker.try_repairs(job).map(Answer::Tried),
        };
        answer.into_iter().for_each(&tell);
    }
}

#[derive(Default)]
struct Checker {
    workspaces: BTreeMap<PathBuf, Workspace>,
    texts: Texts,
}

impl Checker {
    /// Does what is to be done; `None` when it was stopped.
    fn check(&mut self, job: Check) -> Option<Checked> {
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
        if job.config.is_stopped() {
            return None;
        }
        let news = self.workspaces.iter_mut().map(|(path, workspace)| (path.clone(), workspace.news())).collect();
        clock.lap("tell");
        Some(Checked { revision: job.revision, news, clock })
    }

    /// Tries repairs; `None` when it was stopped.
    fn try_repairs(&self, job: Try) -> Option<Tried> {
        let repair = |place: Place| {
            let workspace = self.workspaces.get(&place.folder);
            let repair = workspace.and_then(|workspace| workspace.repair(&place.path, place.number, &job.config));
            (place, repair)
        };
        let repairs = job.places.into_iter().map(repair).collect();
        (!job.config.is_stopped()).then_some(Tried { revision: job.revision, repairs })
    }

    /// Has one workspace for each folder, and one for each open file that lies in none of them.
    fn follow(&mut self, job: &Check) {
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
