//! Baselines: findings that are known and not to be told again.
//!
//! A finding is known again by its rule, the folder of its root module or template, the address of its cluster, and its message, which has
//! the values. Lines, file names and places do not count, so that code can move; with other values it is another finding.

use crate::report::{Finding, Report};
use crate::source::{Sources, relative};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The version of the format.
const VERSION: u32 = 1;

/// Known findings, each with how often it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Known, usize>);

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    /// The folder of the root module or template, from the folder of the baseline on.
    root: String,
    rule: String,
    cluster: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    version: u32,
    #[serde(borrow, default)]
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    root: Cow<'a, str>,
    rule: Cow<'a, str>,
    cluster: Cow<'a, str>,
    message: Cow<'a, str>,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    count: usize,
}

fn once() -> usize {
    1
}

fn is_once(count: &usize) -> bool {
    *count == 1
}

impl Baseline {
    /// The findings of a report. `folder` is that of the file that they are written to.
    pub fn of(report: &Report, sources: &Sources, folder: &str) -> Self {
        let mut baseline = Self::default();
        for known in report.findings.iter().flat_map(|finding| known(finding, sources, folder)) {
            *baseline.0.entry(known).or_default() += 1;
        }
        baseline
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// Why it is none, in words for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Of another version, the rest may look otherwise, too.
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let wrong = |e: serde_json::Error| format!("this is no baseline: {e}");
        let Head { version } = serde_json::from_str(text).map_err(wrong)?;
        if version != VERSION {
            return Err(format!("this baseline is of version {version}; this overlint reads version {VERSION}"));
        }
        let document: Document = serde_json::from_str(text).map_err(wrong)?;
        debug_assert_eq!(document.version, VERSION);
        let mut baseline = Self::default();
        for entry in document.findings {
            let known = Known {
                root: entry.root.into_owned(),
                rule: entry.rule.into_owned(),
                cluster: entry.cluster.into_owned(),
                message: entry.message.into_owned(),
            };
            let count = baseline.0.entry(known).or_default();
            *count = count.saturating_add(entry.count);
        }
        Ok(baseline)
    }

    /// Writes it as JSON, one line for each finding, in an order that does not depend on places.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\n\"version\": {VERSION},\n\"findings\": [")?;
        for (i, (known, count)) in self.0.iter().enumerate() {
            let entry = Entry {
                root: known.root.as_str().into(),
                rule: known.rule.as_str().into(),
                cluster: known.cluster.as_str().into(),
                message: known.message.as_str().into(),
                count: *count,
            };
            out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, &entry)?;
        }
        writeln!(out, "\n]\n}}")
    }

    /// Takes out of a report what is known, and counts it. What is left of the baseline was not found. A finding that several clusters
    /// have is known when it is for each of them.
    pub fn apply(mut self, report: &mut Report, sources: &Sources, folder: &str) -> Self {
        let before = report.findings.len();
        report.findings.retain(|finding| {
            let mut all = true;
            for known in known(finding, sources, folder) {
                match self.0.get_mut(&known) {
                    Some(left) if *left > 1 => *left -= 1,
                    Some(_) => _ = self.0.remove(&known),
                    None => all = false,
                }
            }
            !all
        });
        report.baselined += before - report.findings.len();
        self
    }

    /// How many of its findings are of these rules and roots (folders from that of the baseline on).
    pub fn count(&self, is_meant: impl Fn(&str, &str) -> bool) -> usize {
        self.0.iter().filter(|(known, _)| is_meant(&known.rule, &known.root)).map(|(_, count)| count).sum()
    }
}

/// What a finding is known by: once for each cluster that has it.
fn known(finding: &Finding, sources: &Sources, folder: &str) -> Vec<Known> {
    let of_owner = |(root, cluster): &(String, String)| {
        // Paths in messages start from the current folder.
        let message = if root.is_empty() { finding.message.clone() } else { finding.message.replace(&format!("{root}/"), "") };
        Known {
            root: relative(folder, &sources.absolute(root)),
            rule: finding.rule.to_owned(),
            cluster: cluster.clone(),
            message,
        }
    };
    finding.owners.iter().map(of_owner).collect()
}
