//! One folder of the client's workspace: what was found in it, and what is known of it. After a change only the roots are checked again that
//! it can matter to.

use super::board::{Board, Insights, OfFile, Scope, Told};
use super::clock::Clock;
use super::places;
use crate::config::Config;
use crate::discover::{Buffers, Disk, Imprint, Options, discover, read_again};
use crate::repairs;
use crate::report::Repair;
use crate::source::{self, Sources};
use crate::{ByRoot, check_part, check_roots};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// It has another text, in an editor or on the disk.
    Text,
    /// It appeared or disappeared.
    Existence,
}

/// All texts of an editor, by absolute path.
pub(super) type Texts = BTreeMap<PathBuf, Arc<str>>;

/// A folder, and what is known of it.
pub(super) struct Workspace {
    /// The folder that paths start from.
    base: PathBuf,
    /// What to check, from there.
    paths: Vec<String>,
    sources: Sources,
    disk: Disk,
    board: Board,
    todo: Todo,
}

/// What has to be done before everything is known.
enum Todo {
    Nothing,
    /// Roots are to be checked that have to do with these files.
    Check(BTreeSet<String>),
    /// All roots are to be checked.
    CheckAll,
    /// Files are to be found first.
    Discover {
        /// Whether all roots are to be checked then.
        all: bool,
        /// Files that changed, and that were replaced already.
        replaced: BTreeSet<String>,
    },
}

/// What is new of a folder.
pub(super) struct News {
    /// The folder that the paths in the sources start from.
    base: PathBuf,
    /// The texts.
    sources: Sources,
    told: Told,
}

/// All that is known of a folder.
#[derive(Default)]
pub(super) struct View {
    /// The folder that the paths in the sources start from.
    pub base: PathBuf,
    /// The texts.
    pub sources: Sources,
    /// What was found in files, by their absolute paths.
    pub files: BTreeMap<PathBuf, Arc<OfFile>>,
    /// What is known of attributes, by root.
    pub insights: BTreeMap<String, Insights>,
}

/// What is known of each folder of the workspace, and of files that lie in none.
pub(super) type Views = BTreeMap<PathBuf, View>;

impl View {
    /// Takes what is new. Returns the paths of the files of which something else is known than before.
    pub fn take(&mut self, news: News) -> Vec<PathBuf> {
        let News { base, sources, told } = news;
        let mut changed = Vec::new();
        if told.is_all {
            changed.extend(std::mem::take(&mut self.files).into_keys());
            self.insights.clear();
        }
        for (path, file) in told.files {
            let path = places::absolute(&base, &path);
            changed.push(path.clone());
            match file {
                Some(file) => _ = self.files.insert(path, file),
                None => _ = self.files.remove(&path),
            }
        }
        for (root, insights) in told.insights {
            match insights {
                Some(insights) => _ = self.insights.insert(root, insights),
                None => _ = self.insights.remove(&root),
            }
        }
        (self.base, self.sources) = (base, sources);
        changed
    }
}

impl Workspace {
    /// A folder with all below it.
    pub fn folder(base: &Path) -> Self {
        Self::new(base, vec![".".to_owned()])
    }

    /// A single file, with what belongs to it.
    pub fn file(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self::new(path.parent().unwrap_or(path), name.into_iter().collect())
    }

    fn new(base: &Path, paths: Vec<String>) -> Self {
        Self {
            base: base.to_owned(),
            paths,
            sources: Sources::new(),
            disk: Disk::around(&[], &Buffers::default()),
            board: Board::default(),
            todo: Todo::find_all(),
        }
    }

    /// Everything is to be done again.
    pub fn forget(&mut self) {
        self.todo = Todo::find_all();
    }

    /// Takes note of a change. `before` and `now` are what the editor has.
    pub fn note(&mut self, path: &Path, change: Change, before: &Texts, now: &Texts) {
        let name = places::relative(&self.base, path);
        let on_disk = || read_again(path).ok().map(|bytes| Arc::from(source::text(&bytes)));
        let known = self.sources.file_at(&name).map(|file| file.shared_text());
        let old = known.clone().or_else(|| before.get(path).cloned()).or_else(|| now.get(path).and_then(|_| on_disk()));
        let new = now.get(path).cloned().or_else(on_disk);
        let imprint = |text: &Option<Arc<str>>| Imprint::of(&name, text.as_deref().unwrap_or(""));
        let is_wrong = self.sources.unreadable().iter().any(|wrong| wrong.path == name);
        let appears = change == Change::Existence && !now.contains_key(path);
        match () {
            () if !appears && old == new => {}
            // It may be in order now.
            () if is_wrong => self.todo.find(),
            () if old.is_some() && new.is_some() && !appears && imprint(&old) == imprint(&new) => match (&known, &new) {
                (Some(_), Some(new)) => {
                    self.sources.replace(&name, new);
                    self.read_by_code(&name);
                    self.todo.check(name);
                }
                _ => self.read_by_code(&name),
            },
            // Most files in a folder are none of our business.
            () if known.is_none() && imprint(&new).is_nothing() && imprint(&old).is_nothing() => self.read_by_code(&name),
            () => {
                self.read_by_code(&name);
                self.todo.find();
            }
        }
    }

    /// Takes note of a change in a file that may matter to the code that reads it.
    fn read_by_code(&mut self, name: &str) {
        self.disk.askers(name).into_iter().for_each(|asker| self.todo.check(asker));
    }

    /// Does what is to be done. When it is stopped, that stays to be done.
    pub fn update(&mut self, texts: &Texts, config: &Config, clock: &mut Clock) {
        if matches!(self.todo, Todo::Nothing) {
            return;
        }
        // Paths are to be what they are for someone who works in this folder. Only this thread, and what it waits for, reads files.
        if std::env::set_current_dir(&self.base).is_err() {
            *self = Self { todo: Todo::Nothing, ..Self::new(&self.base, self.paths.clone()) };
            self.board.renew(ByRoot::default(), &self.sources, config);
            return;
        }
        let texts = texts.iter().map(|(path, text)| (places::relative(&self.base, path), Arc::clone(text)));
        let buffers = Buffers::new(texts.collect());
        if let Todo::Discover { all, replaced } = &self.todo {
            let found = discover(&self.paths, &Options { buffers: buffers.clone(), ..Options::default() });
            self.disk = Disk::around(&self.paths, &buffers).after(&self.disk);
            let changed = if *all { None } else { found.changed_since(&self.sources) };
            // Whether such files are there is also told at the place that names them.
            let settings = self.board.settings();
            let changed = changed.filter(|changed| !changed.iter().any(|path| settings.names(path, &found)));
            self.todo = match changed {
                None => Todo::CheckAll,
                Some(changed) => Todo::Check(self.sources.links().users(changed.into_iter().chain(replaced.iter().cloned()))),
            };
            self.follow(found);
            clock.lap("find");
        }
        if self.sources.is_late_full() {
            self.todo = Todo::CheckAll;
        }
        self.sources.set_reader(self.disk.with(&buffers));
        match &self.todo {
            Todo::Check(files) => {
                let links = self.sources.links();
                let affected = links.users(files.iter().cloned());
                let used = links.used(affected.iter().cloned());
                let part = self.sources.part(&used, &affected);
                clock.lap("part");
                let found = check_part(&part, config, self.board.settings());
                clock.lap("check");
                if !config.is_stopped() {
                    let scope = Scope { changed: files, affected: &affected, used: &used };
                    self.board.update(&scope, found, &self.sources, config);
                }
            }
            _ => {
                // Every report is made anew, so that no old text is of use.
                self.sources.forget_late();
                let found = check_roots(&self.sources, config);
                clock.lap("check");
                if !config.is_stopped() {
                    self.board.renew(found, &self.sources, config);
                }
            }
        }
        if !config.is_stopped() {
            self.todo = Todo::Nothing;
        }
        clock.lap("merge");
    }

    /// Goes on with sources that were found again. What is known stays known, until it is checked again.
    fn follow(&mut self, mut found: Sources) {
        found.keep_late(&self.sources);
        if !found.is_named_like(&self.sources) {
            self.board.rename(&self.sources, &found);
        }
        self.sources = found;
    }

    /// The repair of a finding in a file, if everything else stays as good with it.
    pub fn repair(&self, path: &Path, number: usize, config: &Config) -> Option<Repair> {
        let (report, number) = self.board.whole(&places::relative(&self.base, path), number)?;
        std::env::set_current_dir(&self.base).ok()?;
        let config = Config { insights: false, ..config.clone() };
        repairs::verify_one(report, number, &self.sources, &config)
    }

    /// What is new since the last time.
    pub fn news(&mut self) -> News {
        News { base: self.base.clone(), sources: self.sources.clone(), told: self.board.tell() }
    }
}

impl Todo {
    /// Everything.
    fn find_all() -> Self {
        Self::Discover { all: true, replaced: BTreeSet::new() }
    }

    fn check(&mut self, file: String) {
        match self {
            Self::Nothing => *self = Self::Check(BTreeSet::from([file])),
            Self::Check(files) | Self::Discover { replaced: files, .. } => _ = files.insert(file),
            Self::CheckAll => {}
        }
    }

    fn find(&mut self) {
        *self = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => Self::Discover { all: false, replaced: BTreeSet::new() },
            Self::Check(replaced) => Self::Discover { all: false, replaced },
            Self::CheckAll => Self::find_all(),
            known @ Self::Discover { .. } => known,
        };
    }
}
