//! Suppressions: what the code says of findings in it. They are known after all else, since a suppression that suppresses nothing is a
//! finding, too.

mod comment;
mod in_json;
mod layout;

use crate::config::Config;
use crate::report::{Finding, Report, Severity};
use crate::rules::{self, Document, RULES};
use crate::settings::Settings;
use crate::source::{FileId, SourceFile, Sources, Span, join, parent};
use crate::spelling::nearest;
use crate::syntax::bicep::ast::DirectiveKind;
use crate::syntax::hcl::files;
use comment::Said;
use layout::Layout;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The rule on suppressions that suppress nothing.
const UNUSED: &str = "unused-suppression";
/// The rule on suppressions without a reason.
const WITHOUT_REASON: &str = "suppression-without-reason";

/// One rule, suppressed at one place.
#[derive(Clone, Debug)]
struct Suppression {
    /// The name as written.
    rule: String,
    /// Where the name is written.
    at: Range<usize>,
    /// The comment or the like that it is a part of, by its start.
    of: usize,
    /// The code that it is about: findings that begin there.
    scope: Range<usize>,
    /// Whether it says why.
    has_reason: bool,
    /// Whether it has suppressed something.
    used: bool,
}

/// What a file says of findings in it.
#[derive(Clone, Debug, Default)]
pub struct Suppressions {
    /// All that suppresses.
    all: Vec<Suppression>,
    /// What is meant to suppress but does not.
    wrong: Vec<(Range<usize>, String)>,
}

/// Puts a report in order, as [`settle`] does, with what the code says.
pub fn apply(report: &mut Report, sources: &Sources, config: &Config, settings: &Settings) {
    let files: Vec<(FileId, &SourceFile)> = sources.iter().collect();
    let found = files.into_par_iter().filter_map(|(id, file)| Some((id, read(file)?)));
    let mut said: BTreeMap<FileId, Suppressions> = found.collect();
    said.extend(late(&report.findings, sources));
    if said.is_empty() {
        // Nobody judges anything.
        return report.sort(sources);
    }
    let open = report.undecided.iter().map(|undecided| undecided.rule).collect();
    let judge = Judge::new(open, report.unreadable.is_empty(), sources, config, settings);
    settle(report, said, &judge);
}

/// What files say that the code reads: those are known by the findings in them.
pub fn late(findings: &[Finding], sources: &Sources) -> BTreeMap<FileId, Suppressions> {
    let places: BTreeSet<FileId> = findings.iter().map(|finding| finding.place.file).collect();
    let late = places.into_iter().map(|id| (id, sources.file(id))).filter(|(_, file)| !sources.has(file.path()));
    late.filter_map(|(id, file)| Some((id, read(file)?))).collect()
}

/// Sorts a report and merges what says the same, takes out what is suppressed, counts that, and adds what is wrong with suppressions.
pub fn settle(report: &mut Report, mut said: BTreeMap<FileId, Suppressions>, judge: &Judge<'_>) {
    report.sort(judge.sources);
    let before = report.findings.len();
    report.findings.retain(|finding| !said.get_mut(&finding.place.file).is_some_and(|of_file| of_file.suppress(finding)));
    report.suppressed += before - report.findings.len();
    let wrong: Vec<Finding> = said.iter().flat_map(|(id, of_file)| judge.findings(*id, of_file)).collect();
    if !wrong.is_empty() {
        report.findings.extend(wrong);
        report.sort(judge.sources);
    }
}

impl Suppressions {
    /// Reads those of a file; none if it plainly has none.
    pub fn of(file: &SourceFile) -> Option<Self> {
        read(file)
    }

    /// Whether a finding is suppressed; what does so is noted.
    fn suppress(&mut self, finding: &Finding) -> bool {
        let place = finding.place.start as usize;
        let mut suppressed = false;
        for suppression in &mut self.all {
            if suppression.scope.contains(&place) && suppression.rule == finding.rule {
                suppression.used = true;
                suppressed = true;
            }
        }
        suppressed
    }

    fn add(&mut self, said: Vec<Said>, text: &str, offset: usize, of: usize, scope: &Range<usize>) {
        for said in said {
            match said {
                Said::Wrong(at, message) => self.wrong.push((at.start + offset..at.end + offset, message)),
                Said::Ignore(ignore) => {
                    let scope = if ignore.whole_file { 0..usize::MAX } else { scope.clone() };
                    self.all.extend(ignore.rules.into_iter().map(|at| Suppression {
                        rule: text.get(at.clone()).unwrap_or("").to_owned(),
                        at: at.start + offset..at.end + offset,
                        of,
                        scope: scope.clone(),
                        has_reason: ignore.has_reason,
                        used: false,
                    }));
                }
            }
        }
    }
}

/// Reads a file's suppressions; none if it plainly has none.
fn read(file: &SourceFile) -> Option<Suppressions> {
    let text = file.text();
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let is_json = file.path().ends_with(".json") || file.path().ends_with(".jsonc");
    let may_suppress = has(comment::MARK) || has("#disable-") || (is_json && has("\"overlint\""));
    if !may_suppress {
        return None;
    }
    let layout = Layout::of(file)?;
    let mut found = Suppressions::default();
    for at in &layout.comments {
        let comment = text.get(at.clone()).unwrap_or("");
        let said = comment::read(comment);
        if !said.is_empty() {
            found.add(said, comment, at.start, at.start, &layout.target(at).unwrap_or(0..0));
        }
    }
    found.directives(&layout, text);
    if is_json {
        in_json::read(file, &mut found);
    }
    Some(found)
}

impl Suppressions {
    /// Bicep's own directives: names of rules beside the codes of its linter.
    fn directives(&mut self, layout: &Layout, text: &str) {
        let mut open: Vec<Suppression> = Vec::new();
        for directive in &layout.directives {
            let has_reason = layout.has_comment_after(directive.at.end);
            for at in &directive.codes {
                let Some(rule) = text.get(at.clone()).and_then(rules::find) else { continue };
                if directive.kind == DirectiveKind::Restore {
                    for disabled in open.extract_if(.., |disabled| disabled.rule == rule.name) {
                        let scope = disabled.scope.start..directive.at.start;
                        self.all.push(Suppression { scope, ..disabled });
                    }
                    continue;
                }
                let next_only = directive.kind == DirectiveKind::DisableNextLine;
                let scope = if next_only { layout.next_line(directive.at.start) } else { directive.at.end..usize::MAX };
                let suppression = Suppression {
                    rule: rule.name.to_owned(),
                    at: at.clone(),
                    of: directive.at.start,
                    scope,
                    has_reason,
                    used: false,
                };
                if next_only { self.all.push(suppression) } else { open.push(suppression) }
            }
        }
        self.all.extend(open);
    }
}

/// Says what is wrong with suppressions.
pub struct Judge<'a> {
    sources: &'a Sources,
    config: &'a Config,
    settings: &'a Settings,
    /// Rules that could not be decided somewhere: what they would have found is not known.
    undecided: BTreeSet<&'static str>,
    /// Whether the run has seen all there is to see.
    is_complete: bool,
    documents: BTreeMap<&'static str, Document>,
}

impl<'a> Judge<'a> {
    /// Knows the rules that could not be decided somewhere, and whether all could be read.
    pub fn new(
        undecided: BTreeSet<&'static str>,
        is_all_read: bool,
        sources: &'a Sources,
        config: &'a Config,
        settings: &'a Settings,
    ) -> Self {
        let is_complete = is_all_read && config.is_plain();
        let document = |rule: &rules::Rule| (rule.name, Document::parse(rule.document).unwrap_or_default());
        let documents = RULES.iter().filter(|rule| [UNUSED, WITHOUT_REASON].contains(&rule.name)).map(document).collect();
        Self { sources, config, settings, undecided, is_complete, documents }
    }

    fn findings(&self, id: FileId, of_file: &Suppressions) -> Vec<Finding> {
        let path = self.sources.file(id).path();
        let Some(folder) = self.linted_folder(path) else { return Vec::new() };
        let config = self.settings.applied(folder, self.config);
        // Both can be suppressed themselves: for the whole file, or by the same comment.
        let waived: BTreeSet<(&str, Option<usize>)> =
            of_file.all.iter().map(|s| (s.rule.as_str(), Some(s.of).filter(|_| s.scope.end != usize::MAX))).collect();
        let mut is_needed: BTreeMap<&str, bool> = BTreeMap::new();
        let mut findings = Vec::new();
        let mut told = |rule, of: Option<usize>, at: &Range<usize>, message: String, fix: &str| {
            let Some(severity) = self.severity(rule, &config) else { return };
            let is_waived = waived.contains(&(rule, None)) || of.is_some_and(|of| waived.contains(&(rule, Some(of))));
            if config.wants(rule) && !is_waived {
                let place = Span::new(id, at.start, at.end);
                findings.push(self.finding((rule, severity), folder, place, message, fix));
            }
        };
        for (at, message) in &of_file.wrong {
            told(UNUSED, None, at, message.clone(), "Correct the comment, or delete it.");
        }
        for suppression in &of_file.all {
            let Suppression { rule: name, of, at, .. } = suppression;
            let Some(rule) = rules::find(name) else {
                let near = nearest(name, RULES.iter().map(|rule| rule.name));
                let hint = near.map_or_else(|| "`overlint rules` lists them".to_owned(), |near| format!("did you mean {near}?"));
                let message = format!("there is no rule {name}; {hint}");
                told(UNUSED, Some(*of), at, message, "Correct the name, or delete it.");
                continue;
            };
            let would_find = is_needed.entry(rule.name).or_insert_with(|| self.would_find(rule, &config));
            if !suppression.used && *would_find {
                let message = format!("this suppresses nothing: {name} finds nothing here");
                let fix = "Delete it, or move it to the line of the finding, to the line above, or above the block around it.";
                told(UNUSED, Some(*of), at, message, fix);
            }
            if !suppression.has_reason {
                let message = format!("{name} is suppressed without a reason");
                told(WITHOUT_REASON, Some(*of), at, message, "Write after the brackets why this is acceptable here.");
            }
        }
        findings
    }

    /// The folder to lint that a file belongs to: its own, or one above that variable files belong to.
    fn linted_folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let own = parent(path);
        let name = path.rsplit('/').next().unwrap_or("");
        if files::role(name).is_none() && !files::has_values(name) {
            return self.sources.asked(path).map(|_| own);
        }
        // OpenTofu reads another file in its place, and is what counts then.
        let tofu = name.replacen(".tf", ".tofu", 1);
        let is_replaced = files::replaced(&tofu).as_deref() == Some(name) && self.sources.has(&join(own, &tofu));
        // Downloaded modules are not the user's own.
        if is_replaced || path.split('/').any(|part| part == ".terraform") {
            return None;
        }
        let mut folder = own;
        loop {
            if self.sources.is_linted(folder) {
                return Some(folder);
            }
            if folder.is_empty() || folder == "/" || folder.ends_with("..") {
                return None;
            }
            folder = parent(folder);
        }
    }

    /// Whether a finding of a rule would have been told if there were one.
    fn would_find(&self, rule: &rules::Rule, config: &Config) -> bool {
        let is_on = |document: Document| document.is_on(config.day(), config.severity(rule.name));
        rule.name != UNUSED
            && rule.name != WITHOUT_REASON
            && self.is_complete
            && config.wants(rule.name)
            && !self.undecided.contains("*")
            && !self.undecided.contains(rule.name)
            && Document::parse(rule.document).is_ok_and(is_on)
    }

    fn severity(&self, rule: &str, config: &Config) -> Option<Severity> {
        self.documents.get(rule)?.severity_as("default", config.day(), config.severity(rule))
    }

    fn finding(
        &self,
        (rule, severity): (&'static str, Severity),
        folder: &str,
        place: Span,
        message: String,
        fix: &str,
    ) -> Finding {
        Finding {
            rule,
            severity,
            message,
            cluster: String::new(),
            also: Vec::new(),
            owners: vec![(folder.to_owned(), String::new())],
            place,
            related: Vec::new(),
            azure: String::new(),
            fix: fix.to_owned(),
            url: self.documents.get(rule).map(|document| document.url.clone()).unwrap_or_default(),
            scenarios: Vec::new(),
            repair: None,
        }
    }
}
