//! What a run was asked to do.

use crate::date::Date;
use crate::source::Span;
use std::sync::Arc;

/// Settings of a run, from the command line.
#[derive(Clone, Debug)]
pub struct Config {
    /// Only these rules; all when empty.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// The day whose rules apply.
    pub day: Date,
    /// Values of Terraform input variables (`--var`), in order: name and value as written.
    pub vars: Vec<(String, String)>,
    /// Paths of Terraform variable files (`--var-file`), in order; their texts are among the sources.
    pub var_files: Vec<String>,
    /// Terraform's workspace and where its name is written, if it is known.
    pub workspace: Option<(Arc<str>, Span)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            day: Date::LATEST,
            vars: Vec::new(),
            var_files: Vec::new(),
            workspace: None,
        }
    }
}

impl Config {
    /// Whether a rule is to be run.
    pub fn wants(&self, rule: &str) -> bool {
        (self.select.is_empty() || self.select.iter().any(|r| r == rule)) && !self.ignore.iter().any(|r| r == rule)
    }
}
