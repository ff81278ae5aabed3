//! Repairs are tried before they are told, and made.
//!
//! A rule sees one cluster; the same literal may serve others, in other modules and scenarios. So all that uses the changed files is
//! checked again with the changes made: a repair that leaves its finding, or brings up another one, is dropped.

use crate::config::Config;
use crate::report::{Edit, Finding, Repair, Report, Safety};
use crate::source::{FileId, Sources, Span};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// So many checks are made at most to find out which repairs hold; what is not tried is dropped.
const MOST_CHECKS: usize = 24;

/// What is made in one go, what that shows is made in the next, so many times at most.
const MOST_ROUNDS: usize = 10;

/// Folders with copies of what others write: the next download would bring the mistake back.
pub const OF_OTHERS: [&str; 4] = [".terraform", ".terragrunt-cache", "node_modules", "vendor"];

/// What became of the texts.
pub struct Repaired {
    /// The texts with all repairs made.
    pub sources: Sources,
    /// What is found in them.
    pub report: Report,
    /// The files that were changed, in their order.
    pub changed: Vec<FileId>,
}

/// Makes the repairs of a report that are wanted, in memory; and those that show after that, until there are no more. Safe ones come first.
///
/// Needs deep stacks, as [`crate::check`] does.
pub fn repair(sources: &Sources, config: &Config, report: Report, wanted: &dyn Fn(&Finding, &Repair) -> bool) -> Repaired {
    let mut done = Repaired { sources: sources.clone(), report, changed: Vec::new() };
    for _ in 0..MOST_ROUNDS {
        let of_report = done.report.findings.iter().filter_map(|finding| Some((finding, finding.repair.as_ref()?)));
        let of_report = of_report.filter(|(finding, repair)| wanted(finding, repair));
        let Some(safety) = of_report.map(|(_, repair)| repair.safety).min() else { break };
        let first = |finding: &Finding, repair: &Repair| repair.safety == safety && wanted(finding, repair);
        let (group, _) = split(Candidate::of(&done.report, &first));
        let edits: Vec<&Edit> = group.iter().flat_map(|candidate| &candidate.edits).collect();
        let Some(changed) = with(&done.sources, &edits) else { break };
        config.progress.round();
        done.report = crate::check(&changed, config);
        done.sources = changed;
        done.changed.extend(edits.iter().map(|edit| edit.span.file));
    }
    done.changed.sort_unstable();
    done.changed.dedup();
    done
}

/// Drops the repairs that do not hold: that leave their finding, bring up another one or break a file. The report is on all of the sources;
/// findings without a repair cost nothing.
///
/// Needs deep stacks, as [`crate::check`] does.
pub fn verify(report: &mut Report, sources: &Sources, config: &Config) {
    if report.findings.iter().all(|finding| finding.repair.is_none()) {
        return;
    }
    drop_contrary(report);
    let known = report.unreadable.clone();
    let unreadable = known.iter().map(|u| (&u.path, &u.message)).collect();
    let mut trial = Trial { sources, config, before: Count::of(report, sources), unreadable, left: MOST_CHECKS };
    let mut held = BTreeSet::new();
    for safety in [Safety::Safe, Safety::Unsafe] {
        let mut rest = Candidate::of(report, &|_, repair| repair.safety == safety);
        while !rest.is_empty() && trial.left > 0 {
            let (group, later) = split(rest);
            rest = later;
            trial.run(group, report, &mut held);
        }
    }
    for (i, finding) in report.findings.iter_mut().enumerate() {
        if !held.contains(&i) {
            finding.repair = None;
        }
    }
}

/// The repair of one finding of such a report, if it holds by itself.
///
/// Needs deep stacks, as [`crate::check`] does.
pub fn verify_one(mut report: Report, number: usize, sources: &Sources, config: &Config) -> Option<Repair> {
    let finding = report.findings.get(number)?;
    let own = finding.repair.as_ref()?;
    let clashes = |edit: &Edit| own.edits.iter().any(|known| known != edit && known.clashes(edit));
    let is_contrary = |other: &Finding| other.rule == finding.rule && edits(other).any(clashes);
    if report.findings.iter().any(is_contrary) {
        return None;
    }
    for (_, other) in report.findings.iter_mut().enumerate().filter(|(i, _)| *i != number) {
        other.repair = None;
    }
    verify(&mut report, sources, config);
    report.findings.into_iter().nth(number)?.repair
}

fn edits(finding: &Finding) -> impl Iterator<Item = &Edit> {
    finding.repair.iter().flat_map(|repair| &repair.edits)
}

/// Drops repairs of one rule that would put different texts in one place: what is right for one cluster is wrong for another.
fn drop_contrary(report: &mut Report) {
    let of_rule = |finding: &Finding| edits(finding).map(|edit| (finding.rule, edit.clone())).collect();
    let all: Vec<Vec<(&str, Edit)>> = report.findings.iter().map(of_rule).collect();
    let contrary = contrary(all.iter().flatten().collect());
    for (finding, edits) in report.findings.iter_mut().zip(&all) {
        if edits.iter().any(|edit| contrary.contains(edit)) {
            finding.repair = None;
        }
    }
}

/// The edits that clash with others of their rule. They come in the order of their places, so that only neighbours can clash.
fn contrary<'e>(sorted: BTreeSet<&'e (&'static str, Edit)>) -> BTreeSet<&'e (&'static str, Edit)> {
    let mut found = BTreeSet::new();
    // The one that reaches furthest, of those before.
    let mut before: Option<&(&str, Edit)> = None;
    for edit in sorted {
        let known = before.filter(|known| known.0 == edit.0 && known.1.span.file == edit.1.span.file);
        if let Some(known) = known.filter(|known| known.1.clashes(&edit.1)) {
            found.extend([known, edit]);
        }
        if known.is_none_or(|known| known.1.span.end <= edit.1.span.end) {
            before = Some(edit);
        }
    }
    found
}

/// Changes, and the findings that they are to make go away.
struct Candidate {
    edits: Vec<Edit>,
    findings: Vec<usize>,
}

impl Candidate {
    /// Those of a report that are wanted, each once.
    fn of(report: &Report, wanted: &dyn Fn(&Finding, &Repair) -> bool) -> Vec<Self> {
        let mut found: BTreeMap<&[Edit], Vec<usize>> = BTreeMap::new();
        let mut order = Vec::new();
        for (i, finding) in report.findings.iter().enumerate() {
            if let Some(repair) = finding.repair.as_ref().filter(|repair| wanted(finding, repair)) {
                let findings = found.entry(&repair.edits).or_default();
                if findings.is_empty() {
                    order.push(repair.edits.as_slice());
                }
                findings.push(i);
            }
        }
        let candidate = |edits: &[Edit]| Self { edits: edits.to_vec(), findings: found.remove(edits).unwrap_or_default() };
        order.into_iter().map(candidate).collect()
    }
}

/// Those that can be made together, and the others.
fn split(candidates: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut taken = Places::default();
    let (mut group, mut later) = (Vec::new(), Vec::new());
    for candidate in candidates {
        if candidate.edits.iter().any(|edit| taken.clash(edit)) {
            later.push(candidate);
        } else {
            candidate.edits.iter().for_each(|edit| taken.add(edit));
            group.push(candidate);
        }
    }
    (group, later)
}

/// The places of edits that do not clash, by where they begin.
#[derive(Default)]
struct Places(BTreeMap<(FileId, u32), Span>);

impl Places {
    fn add(&mut self, edit: &Edit) {
        self.0.insert((edit.span.file, edit.span.start), edit.span);
    }

    /// Whether an edit clashes with one of them: if any, then with one of its neighbours.
    fn clash(&self, edit: &Edit) -> bool {
        let at = (edit.span.file, edit.span.start);
        let near = [self.0.range(..=at).next_back(), self.0.range(at..).next()];
        near.into_iter().flatten().any(|(_, span)| edit.clashes(&Edit { span: *span, text: String::new() }))
    }
}

struct Trial<'a> {
    sources: &'a Sources,
    config: &'a Config,
    before: Count,
    /// Paths and messages of what could not be read before.
    unreadable: BTreeSet<(&'a String, &'a String)>,
    /// So many checks may still be made.
    left: usize,
}

impl Trial<'_> {
    /// Tries repairs together. Where something is wrong, those that may have to do with it are tried by themselves, and the others again.
    fn run(&mut self, group: Vec<Candidate>, report: &Report, held: &mut BTreeSet<usize>) {
        if group.is_empty() || self.left == 0 {
            return;
        }
        self.left -= 1;
        let findings = |candidate: &Candidate| candidate.findings.iter().filter_map(|i| report.findings.get(*i)).collect();
        let of_candidates: Vec<Vec<&Finding>> = group.iter().map(findings).collect();
        let Some(wrong) = self.wrong(&group, &of_candidates) else { return };
        if wrong.is_empty() {
            return held.extend(group.iter().flat_map(|candidate| &candidate.findings));
        }
        if group.len() == 1 {
            return;
        }
        let touches = |findings: &Vec<&Finding>| findings.iter().any(|f| clusters(f).any(|cluster| wrong.contains(cluster)));
        let mut touched: VecDeque<bool> = of_candidates.iter().map(touches).collect();
        let (suspects, rest): (Vec<_>, Vec<_>) = group.into_iter().partition(|_| touched.pop_front() == Some(true));
        if suspects.is_empty() {
            let mut first = rest;
            let second = first.split_off(first.len() / 2);
            self.run(first, report, held);
            return self.run(second, report, held);
        }
        self.run(rest, report, held);
        // Where one repair alone has to do with what is wrong, it need not be tried again to know that.
        if suspects.len() > wrong.len() {
            suspects.into_iter().for_each(|candidate| self.run(vec![candidate], report, held));
        }
    }

    /// The clusters of which something is found that should not be there after the repairs; `None` where the texts cannot be changed so.
    fn wrong(&self, group: &[Candidate], findings: &[Vec<&Finding>]) -> Option<BTreeSet<String>> {
        let edits: Vec<&Edit> = group.iter().flat_map(|candidate| &candidate.edits).collect();
        let changed = with(self.sources, &edits)?;
        self.config.progress.trial();
        let after = crate::check_changed(&affected(&changed, &edits), self.config);
        let repaired = Count::of_all(findings.iter().flatten().copied(), self.sources);
        let mut wrong = Count::of(&after, &changed).beyond(&self.before, &repaired);
        if after.unreadable.iter().any(|u| !self.unreadable.contains(&(&u.path, &u.message))) {
            // What cannot be read any more may hold any cluster.
            wrong.insert(String::new());
        }
        Some(wrong)
    }
}

fn clusters(finding: &Finding) -> impl Iterator<Item = &String> {
    std::iter::once(&finding.cluster).chain(&finding.also)
}

/// How often each rule finds something, by file, cluster and scenario.
#[derive(Default)]
struct Count(BTreeMap<(&'static str, String, String, String), usize>);

impl Count {
    fn of(report: &Report, sources: &Sources) -> Self {
        Self::of_all(report.findings.iter(), sources)
    }

    fn of_all<'f>(findings: impl Iterator<Item = &'f Finding>, sources: &Sources) -> Self {
        let mut count = Self::default();
        for finding in findings {
            let path = sources.file(finding.place.file).path();
            // A template that is compiled from the repaired file is to be compiled again; that is no harm done.
            if path.strip_suffix(".json").is_some_and(|base| sources.has(&format!("{base}.bicep"))) {
                continue;
            }
            let scenarios: Vec<&str> = match finding.scenarios.as_slice() {
                [] => vec![""],
                names => names.iter().map(String::as_str).collect(),
            };
            for cluster in clusters(finding) {
                for scenario in &scenarios {
                    *count.0.entry((finding.rule, path.to_owned(), cluster.clone(), (*scenario).to_owned())).or_default() += 1;
                }
            }
        }
        count
    }

    /// The clusters of which there is more here than before without what was repaired.
    fn beyond(&self, before: &Self, repaired: &Self) -> BTreeSet<String> {
        let of = |count: &Self, key| count.0.get(key).copied().unwrap_or(0);
        let keys = self.0.keys().chain(repaired.0.keys());
        keys.filter(|key| of(self, *key) + of(repaired, *key) > of(before, *key)).map(|key| key.2.clone()).collect()
    }
}

/// The texts with changes made in them; `None` if a place is none of theirs.
fn with(sources: &Sources, edits: &[&Edit]) -> Option<Sources> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit));
    let mut changed = sources.clone();
    for (id, edits) in by_file {
        let file = sources.file(id);
        changed.replace(file.path(), &apply(file.text(), edits)?);
        // What the code only reads by a function is read again from where it is.
        if changed.file(id).text() == file.text() {
            return None;
        }
    }
    Some(changed)
}

/// The part of the texts that changes in them can matter to.
fn affected(sources: &Sources, edits: &[&Edit]) -> Sources {
    let files: BTreeSet<String> = edits.iter().map(|edit| sources.file(edit.span.file).path().to_owned()).collect();
    let users = sources.links().users(files.iter().cloned());
    // Texts that were not discovered have no links.
    if users == files {
        return sources.clone();
    }
    let used = sources.links().used(users.iter().cloned());
    sources.part(&used, &users)
}

/// A text with changes made in it that do not clash.
fn apply(text: &str, mut edits: Vec<&Edit>) -> Option<String> {
    edits.sort();
    let mut changed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        changed.push_str(text.get(done..edit.span.start as usize)?);
        changed.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    changed.push_str(text.get(done..)?);
    Some(changed)
}
