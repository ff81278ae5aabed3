//! What a run was asked to do.

use crate::date::Date;
use crate::source::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Settings of a run, from the command line.
#[derive(Clone, Debug)]
pub struct Config {
    /// Only these rules; all when empty.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// The day whose rules apply.
    pub day: Date,
    /// Values of Terraform input variables, in order: the last one wins.
    pub variables: Vec<Given>,
    /// The paths of parameter files for templates, in order; without any, each template is checked with those that belong to it.
    pub parameters: Vec<String>,
    /// Terraform's workspace and where its name is written, if it is known.
    pub workspace: Option<(Arc<str>, Span)>,
    /// Whether to tell what is known of each attribute, too: [`crate::report::Report::insights`].
    pub insights: bool,
    /// Set by others when the answer is no longer wanted: what has not begun by then is left out of the report.
    pub stop: Arc<AtomicBool>,
}

/// What the command line says about Terraform input variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `--var`: a name, and its value as written.
    Value(String, String),
    /// `--var-file`: the path of a file, whose text is among the sources.
    File(String),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            day: Date::LATEST,
            variables: Vec::new(),
            parameters: Vec::new(),
            workspace: None,
            insights: false,
            stop: Arc::default(),
        }
    }
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

    /// Whether a rule is to be run.
    pub fn wants(&self, rule: &str) -> bool {
        (self.select.is_empty() || self.select.iter().any(|r| r == rule)) && !self.ignore.iter().any(|r| r == rule)
    }
}
