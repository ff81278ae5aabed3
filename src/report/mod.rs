//! Findings as plain data, and the reporters: pure functions from a [`Report`] to text.

pub mod azure;
mod commands;
pub mod compact;
mod excerpt;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
mod location;
pub mod markdown;
mod render;
mod repair;
pub mod sarif;
mod summary;
pub mod text;

pub(crate) use commands::Inert;
pub(crate) use location::Escaped;
pub use location::{Location, printable};
pub use render::{Format, Style, UnknownFormat, render};
pub use repair::{Edit, Repair, Safety};

use crate::insight::Insight;
use crate::map::ClusterMap;
use crate::model::Undecided;
use crate::source::{Sources, Span, Unreadable, parent};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;

/// So many scenarios are named in a line.
const MOST_NAMES: usize = 4;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A risk.
    Warning,
    /// Azure refuses it, or connectivity breaks.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the evaluated values. No capital at the start, no full stop at the end.
    pub message: String,
    /// The address of the cluster.
    pub cluster: String,
    /// Further clusters with the same finding at the same place: code that is used several times is told about once.
    pub also: Vec<String>,
    /// All clusters that have it: the folder of the root module or template, and the address. For what is about no cluster, the address is
    /// empty.
    pub owners: Vec<(String, String)>,
    /// The place to edit: the attribute nearest to the cluster.
    pub place: Span,
    /// Where the values came from, and the other things involved.
    pub related: Vec<Related>,
    /// What Azure does about it, with its error code if known. One or more sentences.
    pub azure: String,
    /// What to change. One or more sentences.
    pub fix: String,
    /// The page that says so.
    pub url: String,
    /// The scenarios that it is found in, sorted; none when it does not take one to find it.
    pub scenarios: Vec<String>,
    /// What to change in the files, where that is certain and one place.
    pub repair: Option<Repair>,
}

/// More places than this are not added to a finding for others that say the same.
const MOST_RELATED: usize = 16;

impl Finding {
    /// All places in it.
    pub(crate) fn spans_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        let edits = self.repair.iter_mut().flat_map(|repair| &mut repair.edits).map(|edit| &mut edit.span);
        std::iter::once(&mut self.place).chain(self.related.iter_mut().map(|related| &mut related.span)).chain(edits)
    }

    /// The same with the root that it was found in.
    pub(crate) fn owned_by(self, root: &str, sources: &Sources) -> Self {
        // Templates and plans are files, root modules are folders.
        let folder = if sources.has(root) { parent(root) } else { root };
        Self { owners: vec![(folder.to_owned(), self.cluster.clone())], ..self }
    }

    /// Adds what another finding that says the same has beside: places, and what to change.
    pub fn is_also(&mut self, related: Vec<Related>, repair: Option<Repair>) {
        self.comes_also_from(related);
        self.repair = self.repair.take().zip(repair).and_then(|(own, other)| own.and(other));
    }

    /// Adds the places of another finding that says the same.
    fn comes_also_from(&mut self, places: Vec<Related>) {
        for mut related in places {
            let is_new = !self.related.iter().any(|r| r.span == related.span && r.message == related.message);
            if is_new && self.related.len() < MOST_RELATED {
                // One way of the value is shown step by step: the first.
                related.origin = false;
                self.related.push(related);
            }
        }
    }

    /// The message, with the scenarios if there are any.
    pub fn message_in_scenarios(&self) -> Cow<'_, str> {
        match self.scenarios.as_slice() {
            [] => Cow::Borrowed(&self.message),
            names => Cow::Owned(format!("{} ({})", self.message, in_scenarios(names))),
        }
    }

    /// Adds scenarios in which it is found, too; none when it does not take one.
    fn is_also_in(&mut self, scenarios: Vec<String>) {
        if self.scenarios.is_empty() || scenarios.is_empty() {
            self.scenarios.clear();
        } else {
            self.scenarios.extend(scenarios);
            self.scenarios.sort();
            self.scenarios.dedup();
        }
    }

    /// What Azure does and what to change, as one text.
    pub fn help(&self) -> String {
        [self.azure.as_str(), self.fix.as_str()].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }
}

/// Where something holds: `in env/dev.tfvars, env/prod.tfvars`. Many scenarios are not all named.
pub fn in_scenarios(names: &[String]) -> String {
    let (shown, rest) = names.split_at(names.len().min(MOST_NAMES));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    format!("in {}{more}", shown.join(", "))
}

/// Another place that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What is there: "node subnet 10.1.4.0/22", "default of var.pod_cidr".
    pub message: String,
    /// The place.
    pub span: Span,
    /// Whether the value at the finding's place came from here. Such places stand in order, nearest first.
    pub origin: bool,
}

/// A rule that could not be decided for a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecidedRule {
    /// The rule's name; `*` where a part of the code could not be followed at all, so that every rule is meant.
    pub rule: &'static str,
    /// The address of the cluster (of the module call, where that is what could not be followed).
    pub cluster: String,
    /// Why, and the place that makes it so.
    pub why: Undecided,
}

/// All that a run found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The findings, sorted by path, line, column and rule.
    pub findings: Vec<Finding>,
    /// What could not be decided, sorted likewise.
    pub undecided: Vec<UndecidedRule>,
    /// What could not be read or parsed.
    pub unreadable: Vec<Unreadable>,
    /// How many files were read.
    pub files: usize,
    /// The addresses of the clusters that were found; in the report of a whole run, after the folder of their root module.
    pub clusters: BTreeSet<String>,
    /// What is known of the attributes, if that was asked for.
    pub insights: Vec<Insight>,
    /// The maps of the clusters, if they were asked for: [`crate::config::Config::maps`].
    pub maps: Vec<ClusterMap>,
    /// How many findings comments and the like suppress.
    pub suppressed: usize,
    /// How many findings a baseline knows.
    pub baselined: usize,
}

impl Report {
    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Sorts everything by place, and drops what is there twice, so that the same input gives the same bytes.
    pub fn sort(&mut self, sources: &Sources) {
        let place = |span: Span| (sources.file(span.file).path(), span.start, span.end);
        self.findings.sort_by(|a, b| {
            place(a.place)
                .cmp(&place(b.place))
                .then_with(|| (a.rule, &a.message, &a.cluster, &a.scenarios).cmp(&(b.rule, &b.message, &b.cluster, &b.scenarios)))
        });
        // Thousands of clusters may have one finding.
        let mut also = HashSet::new();
        self.findings.dedup_by(|next, first| {
            if (next.rule, next.severity, next.place, &next.message) != (first.rule, first.severity, first.place, &first.message)
            {
                also.clear();
                return false;
            }
            if also.is_empty() {
                also.extend(first.also.iter().cloned());
            }
            if next.cluster != first.cluster && also.insert(next.cluster.clone()) {
                first.also.push(std::mem::take(&mut next.cluster));
            }
            first.owners.append(&mut next.owners);
            first.is_also(std::mem::take(&mut next.related), next.repair.take());
            first.is_also_in(std::mem::take(&mut next.scenarios));
            true
        });
        for finding in self.findings.iter_mut().filter(|finding| finding.owners.len() > 1) {
            finding.owners.sort();
            finding.owners.dedup();
        }
        self.undecided.sort_by(|a, b| {
            let at = |u: &UndecidedRule| u.why.span.map(place);
            (at(a), a.rule, &a.cluster, &a.why.reason).cmp(&(at(b), b.rule, &b.cluster, &b.why.reason))
        });
        self.undecided.dedup();
        self.unreadable
            .sort_by(|a, b| (&a.path, a.span.map(|s| s.start), &a.message).cmp(&(&b.path, b.span.map(|s| s.start), &b.message)));
        self.unreadable.dedup();
    }
}

/// A number of things: `1 node`, `2 nodes`, `3 addresses`.
pub(crate) fn plural(number: impl std::fmt::Display, thing: &str) -> String {
    let number = number.to_string();
    if number == "1" { format!("1 {thing}") } else { format!("{number} {}", several(thing)) }
}

/// Several things, whose one is called so.
pub(crate) fn several(thing: &str) -> String {
    format!("{thing}{}", if thing.ends_with('s') { "es" } else { "s" })
}

/// A number with its digits in groups of three: `65,536`.
pub(crate) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped() {
        let texts = [0, 999, 1000, 250_000, 1_000_000].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "250,000", "1,000,000"]);
    }
}
