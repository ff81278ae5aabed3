//! ARM templates and Bicep files that are deployed by themselves, each checked with its sets of parameter files.

use crate::choices;
use crate::config::Config;
use crate::eval::Assumptions;
use crate::eval::template::{self, Templates};
use crate::facts::Facts;
use crate::model::{self, ProviderVersion, Undecided, World};
use crate::report::{Finding, Report, UndecidedRule};
use crate::scenarios::parameters::{Root, Roots, Set};
use crate::scenarios::{self, Named};
use crate::settings::Settings;
use crate::source::Sources;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

impl Named for Set<'_> {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// What a check of templates needs.
pub(crate) struct Checker<'a> {
    pub templates: &'a Templates,
    pub settings: &'a Settings,
    pub sources: &'a Sources,
    pub config: &'a Config,
    pub facts: &'a Facts,
}

impl Checker<'_> {
    /// Checks all roots: one report for each, by the path of the template. A template that was compiled from a Bicep file beside it only
    /// adds what that does not explain.
    pub fn check(&self, roots: &Roots<'_>) -> BTreeMap<String, Report> {
        let check = |root: &Root<'_>| (root.template.to_owned(), once_for_loops(self.root(root, None)));
        let (sources, compiled): (Vec<&Root>, Vec<&Root>) = roots.roots.iter().partition(|root| root.source.is_none());
        let mut found: BTreeMap<String, Report> =
            sources.into_par_iter().map(check).inspect(|_| self.config.progress.checked()).collect();
        let compiled: Vec<(String, Report)> = compiled
            .into_par_iter()
            .map(|root| match root.source.and_then(|source| Some((source, found.get(source)?))) {
                Some((source, report)) => (root.template.to_owned(), once_for_loops(self.compiled(root, source, report))),
                None => check(root),
            })
            .inspect(|_| self.config.progress.checked())
            .collect();
        found.extend(compiled);
        for (path, why) in &roots.skipped {
            let undecided = UndecidedRule { rule: "*", cluster: (*path).to_owned(), why: Undecided::new(why.as_str(), None) };
            found.entry((*path).to_owned()).or_default().undecided.push(undecided);
        }
        found
    }

    /// Checks a compiled template whose source has this report.
    fn compiled(&self, root: &Root<'_>, source: &str, of_source: &Report) -> Report {
        // What the source leaves open, the template may decide: it holds the code of modules, too.
        let is_open = |rule: &str| of_source.undecided.iter().any(|open| open.rule == "*" || open.rule == rule);
        let mut report = self.root(root, None);
        if unexplained(&report.findings, &of_source.findings).iter().any(|new| !is_open(new.rule)) {
            report = self.root(root, Some(source));
        }
        report.findings = unexplained(&report.findings, &of_source.findings);
        // What is compiled is not repaired: the next build would bring the mistake back.
        report.findings.iter_mut().for_each(|finding| finding.repair = None);
        // It is the same cluster, and what the source leaves open, that leaves open, too.
        if !of_source.clusters.is_empty() {
            report.clusters.clear();
            report.undecided.clear();
        }
        report
    }

    fn root(&self, root: &Root<'_>, outdated: Option<&str>) -> Report {
        crate::guarded(root.template, self.config, || {
            scenarios::check_all(&root.sets, "parameter file", &|set| self.set(root.template, set, outdated))
        })
    }

    /// Checks a template with one set of parameter files. Where something hangs on a condition that is not known, both ways are checked.
    fn set(&self, path: &str, set: &Set<'_>, outdated: Option<&str>) -> Report {
        let config = self.settings.applied(crate::source::parent(path), self.config);
        choices::check_all(&|assumptions| {
            let (mut world, unresolved) = self.template(path, set, assumptions);
            world.compiled_from = outdated.map(str::to_owned);
            crate::run_rules(world, unresolved, self.sources, &config, self.facts)
        })
    }

    /// What a template declares with one set of parameter files, and the calls in it that could not be followed.
    pub fn template(&self, path: &str, set: &Set<'_>, assumptions: &Assumptions) -> (World, Vec<(String, Undecided)>) {
        let evaluated = template::evaluate(path, &set.parameters, self.templates, self.sources, assumptions, &model::is_wanted);
        let folder = crate::source::parent(path);
        let day = self.settings.applied(folder, self.config).day();
        let mut world = World::new(&evaluated.resources, &ProviderVersion::default(), self.facts, day);
        world.told = self.settings.told(folder);
        (world, evaluated.unresolved)
    }
}

/// The same with what is undecided alike in all turns of a loop told for the first only.
fn once_for_loops(mut report: Report) -> Report {
    let mut seen = HashSet::new();
    report
        .undecided
        .retain(|open| seen.insert((open.rule, without_turns(&open.cluster), open.why.span, without_turns(&open.why.reason))));
    report
}

/// An address with the numbers of turns left out: `aks[].cluster`.
fn without_turns(address: &str) -> String {
    let mut parts = address.split('[');
    let mut text = parts.next().unwrap_or("").to_owned();
    for part in parts {
        text.push('[');
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

/// The findings in a compiled template that its source does not have. The two may call things otherwise, so that of each rule only the
/// number of findings is compared.
fn unexplained(compiled: &[Finding], source: &[Finding]) -> Vec<Finding> {
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    source.iter().for_each(|finding| *explained.entry(finding.rule).or_default() += 1);
    let same_text = |f: &&Finding| source.iter().any(|s| s.rule == f.rule && s.message == f.message);
    // What is worded alike is explained first.
    let (alike, others): (Vec<&Finding>, Vec<&Finding>) = compiled.iter().partition(same_text);
    let is_new = |finding: &&Finding| match explained.get_mut(finding.rule) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    alike.into_iter().chain(others).filter(is_new).cloned().collect()
}
