//! Breaks one thing at a time in real code, and counts how often overlint finds it.
//!
//! ```text
//! cargo run --release --example mutate -- [--show] FOLDER...
//! ```
//!
//! Each folder is a repository. In every root module and template that has a cluster without an error, each mutant of `mutants.rs` that fits
//! is made: one value replaced where it comes from, one attribute added, or one resource more. Some need a preparation first, such as a
//! cluster made dual-stack; what that alone already brings up does not count. A mutant only counts if the values come out as meant: one
//! whose attribute something else overrides is not made. Found means that the rule reports the cluster then. The files are changed in a
//! copy. `--show` lists what is not found, with the change or with the reason why it is undecided, and what could not be made.

mod additions;
mod attributes;
mod mutants;
mod sandbox;
mod spot;

use mutants::{MUTANTS, Mutant, WITHOUT};
use overlint::Deployment;
use overlint::model::{Cluster, World};
use overlint::report::{Report, Severity};
use rayon::prelude::*;
use sandbox::{Run, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// More clusters of one root module or template are not broken: they are mostly alike.
const MOST_CLUSTERS: usize = 2;

/// What came out for one rule.
#[derive(Default)]
struct Tally {
    mutants: usize,
    found: usize,
    /// Those that are undecided instead.
    undecided: usize,
    repositories: BTreeSet<String>,
    not_made: usize,
    lines: Vec<String>,
}

/// What came out for one mutant.
enum Outcome {
    Found,
    Undecided(String),
    /// With the change that was made.
    Missed(String),
    NotMade,
}

/// One mutant and its outcome.
struct Trial {
    repository: String,
    rule: &'static str,
    what: String,
    outcome: Outcome,
}

fn main() -> io::Result<()> {
    let (flags, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let done = overlint::with_threads(0, || folders.par_iter().map(|folder| mutate(folder)).collect::<io::Result<Vec<_>>>());
    let done = done.map_err(io::Error::other)??;
    let clean: usize = done.iter().map(|(clean, _)| clean.0).sum();
    let all: usize = done.iter().map(|(clean, _)| clean.1).sum();
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for trial in done.into_iter().flat_map(|(_, trials)| trials) {
        let tally = tallies.entry(trial.rule).or_default();
        let line = |how: &str| format!("{how}: {} {}", trial.repository, trial.what);
        if let Outcome::NotMade = trial.outcome {
            tally.not_made += 1;
            tally.lines.push(line("not made"));
            continue;
        }
        tally.mutants += 1;
        tally.repositories.insert(trial.repository.clone());
        match trial.outcome {
            Outcome::Found | Outcome::NotMade => tally.found += 1,
            Outcome::Undecided(why) => {
                tally.undecided += 1;
                tally.lines.push(line(&format!("undecided ({why})")));
            }
            Outcome::Missed(change) => tally.lines.push(format!("{}\n{change}", line("MISSED")).trim_end().to_owned()),
        }
    }
    print(&tallies, flags.iter().any(|f| f == "--show"), (clean, all))
}

fn print(tallies: &BTreeMap<&'static str, Tally>, show: bool, (clean, all): (usize, usize)) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{clean} of {all} clusters have no error and are broken, at most {MOST_CLUSTERS} of one root")?;
    writeln!(
        out,
        "{:36} {:>8} {:>6} {:>9} {:>6} {:>5} {:>8}",
        "rule", "mutants", "found", "undecided", "missed", "repos", "not made"
    )?;
    for (rule, t) in tallies {
        let missed = t.mutants - t.found - t.undecided;
        let (repos, not_made) = (t.repositories.len(), t.not_made);
        writeln!(out, "{rule:36} {:>8} {:>6} {:>9} {missed:>6} {repos:>5} {not_made:>8}", t.mutants, t.found, t.undecided)?;
        if show {
            t.lines.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
        }
    }
    let sum = |of: fn(&Tally) -> usize| tallies.values().map(of).sum::<usize>();
    let (mutants, found, undecided) = (sum(|t| t.mutants), sum(|t| t.found), sum(|t| t.undecided));
    writeln!(out, "{:36} {mutants:>8} {found:>6} {undecided:>9} {:>6}", "all", mutants - found - undecided)?;
    let left = overlint::rules::RULES.iter().filter(|rule| !tallies.contains_key(rule.name));
    for rule in left {
        let why = WITHOUT.iter().find(|(name, _)| *name == rule.name).map_or("no code here that it fits", |(_, why)| why);
        writeln!(out, "{:36} {why}", rule.name)?;
    }
    Ok(())
}

/// Breaks what one repository has. Returns how many clusters have no error, of how many, and the trials.
fn mutate(folder: &str) -> io::Result<((usize, usize), Vec<Trial>)> {
    let repository = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder).to_owned();
    let sandbox = Sandbox::copy(folder)?;
    let (mut clean, mut all, mut trials) = (0, 0, Vec::new());
    for root in sandbox.roots() {
        let original = sandbox.run(&root, None, None);
        let mut seen = BTreeSet::new();
        for deployment in original.deployments.iter().filter(|d| d.root == root) {
            for cluster in &deployment.world.clusters {
                if !seen.insert(cluster.address.clone()) {
                    continue;
                }
                all += 1;
                let broken = original.report.findings.iter().any(|f| f.severity == Severity::Error && is_of(f, cluster));
                if !broken {
                    clean += 1;
                    if seen.len() <= MOST_CLUSTERS {
                        let subject = Subject { sandbox: &sandbox, root: &root, original: &original, deployment, cluster };
                        trials.extend(MUTANTS.iter().filter_map(|mutant| subject.trial(&repository, mutant)));
                    }
                }
            }
        }
    }
    Ok(((clean, all), trials))
}

/// A cluster to break.
struct Subject<'s> {
    sandbox: &'s Sandbox,
    root: &'s str,
    original: &'s Run,
    deployment: &'s Deployment,
    cluster: &'s Cluster,
}

impl Subject<'_> {
    /// Makes a mutant and looks what comes out. Nothing where it does not fit.
    fn trial(&self, repository: &str, mutant: &Mutant) -> Option<Trial> {
        let (world, cluster) = (&self.deployment.world, self.cluster);
        if !(mutant.fits)(world, cluster) {
            return None;
        }
        let what = format!("{} {}", self.root, cluster.address);
        let trial = |outcome| Some(Trial { repository: repository.to_owned(), rule: mutant.rule, what: what.clone(), outcome });
        let mut files = BTreeMap::new();
        // What was found on that day without a change does not count.
        let mut run = mutant.day.map(|day| self.sandbox.run(self.root, None, Some(day)));
        let prepare = mutant.on.steps(cluster)?;
        let last = prepare.len() + mutant.steps.len() - 1;
        for (number, step) in prepare.iter().chain(mutant.steps).enumerate() {
            let before = run.as_ref().unwrap_or(self.original);
            if number == last && finds(&before.report, mutant.rule, cluster) {
                return None;
            }
            let (world, cluster) = self.place(before)?;
            let value = step.value(world, cluster)?;
            let made = step.candidates(world, cluster, &before.sources, &value).into_iter().find_map(|edits| {
                let mut files = files.clone();
                before.edit(&edits, &mut files)?;
                let after = self.sandbox.run(self.root, Some(&files), mutant.day);
                let (world, cluster) = self.place(&after)?;
                let whole = after.report.unreadable.len() <= self.original.report.unreadable.len();
                (whole && step.holds(world, cluster, &value)).then_some((files, after))
            });
            let Some((changed, after)) = made else {
                // What there is no way to try does not fit.
                return (!step.candidates(world, cluster, &before.sources, &value).is_empty())
                    .then(|| trial(Outcome::NotMade))?;
            };
            files = changed;
            run = Some(after);
        }
        let run = run?;
        if !self.place(&run).is_some_and(|(world, cluster)| (mutant.then)(world, cluster)) {
            return None;
        }
        let report = run.report;
        if finds(&report, mutant.rule, cluster) {
            return trial(Outcome::Found);
        }
        let open = report.undecided.iter().find(|u| u.rule == mutant.rule && u.cluster == *cluster.address);
        trial(match open {
            Some(open) => Outcome::Undecided(open.why.reason.to_string()),
            None => Outcome::Missed(changed(&files)),
        })
    }

    /// The same cluster in another run.
    fn place<'r>(&self, run: &'r Run) -> Option<(&'r World, &'r Cluster)> {
        let is_same = |d: &&Deployment| d.root == self.deployment.root && d.scenario == self.deployment.scenario;
        let world = &run.deployments.iter().find(is_same)?.world;
        Some((world, world.clusters.iter().find(|c| c.address == self.cluster.address)?))
    }
}

fn is_of(finding: &overlint::report::Finding, cluster: &Cluster) -> bool {
    *finding.cluster == *cluster.address || finding.also.iter().any(|also| **also == *cluster.address)
}

fn finds(report: &Report, rule: &str, cluster: &Cluster) -> bool {
    report.findings.iter().any(|f| f.rule == rule && is_of(f, cluster))
}

/// The lines that are not in the files any more, and those that are new.
fn changed(files: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for (path, new) in files {
        let old = std::fs::read_to_string(path).unwrap_or_default();
        let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (old.lines().collect(), new.lines().collect());
        let lost = old.lines().filter(|line| !after.contains(line)).map(|line| ('-', line));
        let added = new.lines().filter(|line| !before.contains(line)).map(|line| ('+', line));
        let lines: String = lost.chain(added).map(|(sign, line)| format!("        {sign}{line}\n")).collect();
        text.push_str(&lines);
    }
    text
}
