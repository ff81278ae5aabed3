//! What was found in a folder, file by file. When some roots are checked again, only the files are put together again in which these roots
//! find something else than before.
//!
//! For each file the same comes out as [`ByRoot::whole`] makes of all: sorting, merging and suppressing never look beyond one file, but for
//! two things that are counted here: which rules are undecided anywhere, and whether everything could be read.

use crate::ByRoot;
use crate::config::Config;
use crate::insight::Insight;
use crate::report::{Finding, Report};
use crate::settings::Settings;
use crate::source::{FileId, Sources, Span, Unreadable};
use crate::suppress::{self, Judge, Suppressions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is told of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OfFile {
    /// The findings, without what is suppressed.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The roots that know something of the file.
    pub roots: Arc<BTreeSet<String>>,
}

/// What is known of attributes, root by root.
pub(super) type Insights = Arc<Vec<Insight>>;

/// What is known of a folder.
#[derive(Default)]
pub(super) struct Board {
    roots: BTreeMap<String, OfRoot>,
    /// What could not be read and belongs to no root, by path.
    rest: BTreeMap<String, Vec<Unreadable>>,
    settings: Arc<Settings>,
    /// What files say of findings in them, by path.
    said: BTreeMap<String, Suppressions>,
    /// How many roots have a rule undecided.
    undecided: BTreeMap<&'static str, usize>,
    /// How many things could not be read.
    unreadable: usize,
    files: BTreeMap<String, Arc<OfFile>>,
    roots_at: BTreeMap<String, Arc<BTreeSet<String>>>,
    /// What nobody was told yet: files, and roots of which something else is known.
    news: News,
}

/// What is new since the last time.
#[derive(Default)]
struct News {
    is_all: bool,
    files: BTreeSet<String>,
    roots: BTreeSet<String>,
}

/// What is told, by path or root; `None` where there is nothing any more.
pub(super) struct Told {
    /// Whether that is all there is.
    pub is_all: bool,
    /// Files.
    pub files: Vec<(String, Option<Arc<OfFile>>)>,
    /// Roots.
    pub insights: Vec<(String, Option<Insights>)>,
}

/// What one root tells.
#[derive(Default)]
struct OfRoot {
    findings: BTreeMap<String, Vec<Finding>>,
    unreadable: BTreeMap<String, Vec<Unreadable>>,
    undecided: BTreeSet<&'static str>,
    insights: Insights,
    /// All files that it knows something of.
    paths: BTreeSet<String>,
}

impl OfRoot {
    fn new(root: &str, report: Report, sources: &Sources) -> Self {
        let mut paths = BTreeSet::new();
        let mut files: BTreeSet<FileId> = BTreeSet::new();
        for insight in &report.insights {
            files.insert(insight.span.file);
            files.extend(insight.origin.iter().map(|(_, span)| span.file));
        }
        paths.extend(files.into_iter().map(|file| sources.file(file).path().to_owned()));
        let mut findings: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
        for finding in report.findings.into_iter().map(|finding| finding.owned_by(root, sources)) {
            findings.entry(sources.file(finding.place.file).path().to_owned()).or_default().push(finding);
        }
        let mut unreadable: BTreeMap<String, Vec<Unreadable>> = BTreeMap::new();
        for wrong in report.unreadable {
            unreadable.entry(wrong.path.clone()).or_default().push(wrong);
        }
        paths.extend(findings.keys().chain(unreadable.keys()).cloned());
        let undecided = report.undecided.iter().map(|undecided| undecided.rule).collect();
        Self { findings, unreadable, undecided, insights: Arc::new(report.insights), paths }
    }

    /// Whether another one tells the same of a file.
    fn is_like(&self, other: &Self, path: &str) -> bool {
        self.findings.get(path) == other.findings.get(path) && self.unreadable.get(path) == other.unreadable.get(path)
    }

    fn count_unreadable(&self) -> usize {
        self.unreadable.values().map(Vec::len).sum()
    }
}

/// What a check of some roots is about.
pub(super) struct Scope<'a> {
    /// The files that changed.
    pub changed: &'a BTreeSet<String>,
    /// What changes with them; the roots among these were checked.
    pub affected: &'a BTreeSet<String>,
    /// What these are worked out with; no more was read.
    pub used: &'a BTreeSet<String>,
}

impl Board {
    /// What the configuration files say.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// All that was found, and which one of it is a finding in a file.
    pub fn whole(&self, path: &str, number: usize) -> Option<(Report, usize)> {
        self.files.get(path)?.findings.get(number)?;
        let before =
            self.files.iter().take_while(|(other, _)| other.as_str() < path).map(|(_, file)| file.findings.len()).sum::<usize>();
        let findings = self.files.values().flat_map(|file| &file.findings).cloned().collect();
        let unreadable = self.files.values().flat_map(|file| &file.unreadable).cloned().collect();
        Some((Report { findings, unreadable, ..Report::default() }, before + number))
    }

    /// Puts the report on everything in the place of all that was known.
    pub fn renew(&mut self, found: ByRoot, sources: &Sources, config: &Config) {
        *self = Self { settings: Arc::clone(&found.settings), ..Self::default() };
        self.said.extend(sources.iter().filter_map(|(_, file)| Some((file.path().to_owned(), Suppressions::of(file)?))));
        let mut stale: BTreeSet<String> = self.said.keys().cloned().collect();
        for (root, report) in found.roots {
            let new = OfRoot::new(&root, report, sources);
            self.put(root, Some(new), &mut stale);
        }
        self.add_rest(found.rest.unreadable, &mut stale);
        self.refresh(stale, sources, config);
        self.news = News { is_all: true, ..News::default() };
    }

    /// Puts the report on a part in the place of what was known of that part.
    pub fn update(&mut self, scope: &Scope<'_>, mut found: ByRoot, sources: &Sources, config: &Config) {
        let before = self.around();
        let mut stale = scope.changed.clone();
        for path in scope.changed {
            self.said.remove(path);
            let said = sources.file_at(path).and_then(Suppressions::of);
            self.said.extend(said.map(|said| (path.clone(), said)));
        }
        for root in scope.affected {
            let new = found.roots.remove(root).map(|report| OfRoot::new(root, report, sources));
            self.put(root.clone(), new, &mut stale);
        }
        for path in scope.used {
            if let Some(known) = self.rest.remove(path) {
                self.unreadable -= known.len();
                stale.insert(path.clone());
            }
        }
        // Of what lies elsewhere not all that uses it was checked.
        found.rest.unreadable.retain(|wrong| scope.used.contains(&wrong.path));
        self.add_rest(found.rest.unreadable, &mut stale);
        if self.around() != before {
            stale.extend(self.said.keys().cloned());
        }
        self.refresh(stale, sources, config);
    }

    /// Gives files the names that they have in sources that were found again.
    pub fn rename(&mut self, before: &Sources, now: &Sources) {
        let name = |file: FileId| if before.has_id(file) { now.id_at(before.file(file).path()) } else { Some(file) };
        let rename = |span: &mut Span| span.file = name(span.file).unwrap_or(FileId::outside(0));
        for root in self.roots.values_mut() {
            root.findings.values_mut().flatten().flat_map(Finding::spans_mut).for_each(rename);
            root.unreadable.values_mut().flatten().flat_map(Unreadable::spans_mut).for_each(rename);
            Arc::make_mut(&mut root.insights).iter_mut().flat_map(Insight::spans_mut).for_each(rename);
        }
        self.rest.values_mut().flatten().flat_map(Unreadable::spans_mut).for_each(rename);
        for file in self.files.values_mut().map(Arc::make_mut) {
            file.findings.iter_mut().flat_map(Finding::spans_mut).for_each(rename);
            file.unreadable.iter_mut().flat_map(Unreadable::spans_mut).for_each(rename);
        }
        self.settings = Arc::new(Settings::read(now));
        self.news = News { is_all: true, ..News::default() };
    }

    /// Tells what is new, once.
    pub fn tell(&mut self) -> Told {
        let news = std::mem::take(&mut self.news);
        if news.is_all {
            let files = self.files.iter().map(|(path, file)| (path.clone(), Some(Arc::clone(file))));
            let insights = self.roots.iter().map(|(root, known)| (root.clone(), Some(Arc::clone(&known.insights))));
            return Told { is_all: true, files: files.collect(), insights: insights.collect() };
        }
        let file = |path: String| (self.files.get(&path).map(Arc::clone), path);
        let root = |root: String| (self.roots.get(&root).map(|known| Arc::clone(&known.insights)), root);
        Told {
            is_all: false,
            files: news.files.into_iter().map(file).map(|(file, path)| (path, file)).collect(),
            insights: news.roots.into_iter().map(root).map(|(insights, root)| (root, insights)).collect(),
        }
    }

    /// What decides for all files whether a suppression is of no use.
    fn around(&self) -> (BTreeSet<&'static str>, bool) {
        (self.undecided.keys().copied().collect(), self.unreadable == 0)
    }

    /// Puts what a root tells in the place of what it told before. The files of which it tells something else are stale.
    fn put(&mut self, root: String, new: Option<OfRoot>, stale: &mut BTreeSet<String>) {
        let old = self.roots.remove(&root);
        if old.is_none() && new.is_none() {
            return;
        }
        self.news.roots.insert(root.clone());
        let (old, new) = (old.unwrap_or_default(), new.map(|new| (root.clone(), new)));
        let none = OfRoot::default();
        let now = new.as_ref().map_or(&none, |(_, new)| new);
        stale.extend(old.paths.union(&now.paths).filter(|path| !old.is_like(now, path)).cloned());
        for path in old.paths.difference(&now.paths) {
            stale.insert(path.clone());
            if let Some(roots) = self.roots_at.get_mut(path) {
                Arc::make_mut(roots).remove(&root);
            }
        }
        for path in now.paths.difference(&old.paths) {
            stale.insert(path.clone());
            Arc::make_mut(self.roots_at.entry(path.clone()).or_default()).insert(root.clone());
        }
        for rule in &now.undecided {
            *self.undecided.entry(rule).or_default() += 1;
        }
        for rule in &old.undecided {
            self.undecided.entry(rule).and_modify(|count| *count -= 1);
            self.undecided.retain(|_, count| *count > 0);
        }
        self.unreadable = self.unreadable + now.count_unreadable() - old.count_unreadable();
        self.roots.extend(new);
    }

    fn add_rest(&mut self, unreadable: Vec<Unreadable>, stale: &mut BTreeSet<String>) {
        self.unreadable += unreadable.len();
        for wrong in unreadable {
            stale.insert(wrong.path.clone());
            self.rest.entry(wrong.path.clone()).or_default().push(wrong);
        }
    }

    /// Puts files together again.
    fn refresh(&mut self, stale: BTreeSet<String>, sources: &Sources, config: &Config) {
        let undecided = self.undecided.keys().copied().collect();
        let settings = Arc::clone(&self.settings);
        let judge = Judge::new(undecided, self.unreadable == 0, sources, config, &settings);
        for path in stale {
            let new = self.put_together(&path, &judge, sources);
            if new.as_ref() == self.files.get(&path).map(Arc::as_ref) {
                continue;
            }
            self.news.files.insert(path.clone());
            match new {
                Some(new) => _ = self.files.insert(path, Arc::new(new)),
                None => _ = self.files.remove(&path),
            }
        }
    }

    /// What is told of a file, if anything is.
    fn put_together(&self, path: &str, judge: &Judge<'_>, sources: &Sources) -> Option<OfFile> {
        let names = self.roots_at.get(path).cloned().unwrap_or_default();
        let roots = || names.iter().filter_map(|root| self.roots.get(root));
        let unreadable = roots().filter_map(|root| root.unreadable.get(path)).chain(self.rest.get(path)).flatten();
        let mut report = Report {
            findings: roots().filter_map(|root| root.findings.get(path)).flatten().cloned().collect(),
            unreadable: unreadable.cloned().collect(),
            ..Report::default()
        };
        let mut said = suppress::late(&report.findings, sources);
        said.extend(sources.id_at(path).zip(self.said.get(path).cloned()));
        suppress::settle(&mut report, said, judge);
        let Report { findings, unreadable, .. } = report;
        let is_nothing = findings.is_empty() && unreadable.is_empty() && names.is_empty();
        (!is_nothing).then_some(OfFile { findings, unreadable, roots: names })
    }
}
