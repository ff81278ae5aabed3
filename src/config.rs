//! What a run was asked to do.

use crate::date::Date;
use crate::progress::Progress;
use crate::report::Severity;
use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What configuration files say of rules: how bad each is, or that it is off (`None`).
pub type Severities = BTreeMap<&'static str, Option<Severity>>;

/// Settings of a run, from the command line; for one root module or template, with those of its configuration file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Only these rules; all when empty.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// The day whose rules apply, if it was said.
    pub as_of: Option<Date>,
    /// What the configuration file says of rules.
    pub severities: Arc<Severities>,
    /// Values of Terraform input variables, in order: the last one wins.
    pub variables: Vec<Given>,
    /// The paths of parameter files for templates, in order; without any, each template is checked with those that belong to it.
    pub parameters: Vec<String>,
    /// Terraform's workspace and where its name is written, if it is known.
    pub workspace: Option<(Arc<str>, Span)>,
    /// Whether to leave out what can be repaired, which takes further checks to find out.
    pub no_repairs: bool,
    /// Whether to tell what is known of each attribute, too: [`crate::report::Report::insights`].
    pub insights: bool,
    /// Whether to draw maps instead of running rules: [`crate::report::Report::maps`].
    pub maps: bool,
    /// Set by others when the answer is no longer wanted: what has not begun by then is left out of the report.
    pub stop: Arc<AtomicBool>,
    /// Counted up by the check.
    pub progress: Arc<Progress>,
}

/// What the command line says about Terraform input variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `--var`: a name, and its value as written.
    Value(String, String),
    /// `--var-file`: the path of a file, whose text is among the sources.
    File(String),
}

impl Config {
    /// The paths of the variable files of the command line, in order.
    pub fn var_files(&self) -> Vec<&str> {
        let mut paths = Vec::new();
        for given in &self.variables {
            if let Given::File(path) = given {
                paths.push(path.as_str());
            }
        }
        paths
    }

    /// Whether the answer is no longer wanted.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The day whose rules apply: today's, where nothing is said.
    pub fn day(&self) -> Date {
        self.as_of.unwrap_or(Date::LATEST)
    }

    /// Whether the code is checked as it is by itself: with other values, or on another day, something else is found.
    pub fn is_plain(&self) -> bool {
        self.variables.is_empty() && self.parameters.is_empty() && self.as_of.is_none()
    }

    /// Whether a rule is to be run. Whom the command line selects is not off.
    pub fn wants(&self, rule: &str) -> bool {
        let selected = self.select.iter().any(|r| r == rule);
        let off = || self.select.is_empty() && self.severities.get(rule) == Some(&None);
        (self.select.is_empty() || selected) && !off() && !self.ignore.iter().any(|r| r == rule)
    }

    /// How bad the configuration file says that a rule's findings are, if it does.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.severities.get(rule).copied().flatten()
    }
}
