//! `--report-only`: of what was found, that which has to do with some files.

use crate::discover::normal;
use crate::report::Report;
use crate::settings;
use crate::source::{FileId, Sources};
use std::collections::BTreeSet;

/// Leaves in a report what has to do with the files, named as on the command line. With a configuration file among them that is everything.
///
/// What could not be read at all, and mistakes in configuration files, stay: without them the rest may be wrong.
pub(super) fn to_files(report: &mut Report, sources: &Sources, files: &[String]) {
    let is_config = |path: &str| settings::NAMES.contains(&path.rsplit('/').next().unwrap_or(path));
    let named: BTreeSet<String> = files.iter().map(|path| sources.absolute(&normal(path))).collect();
    if named.iter().any(|path| is_config(path)) {
        return;
    }
    let is_named = |file: FileId| named.contains(&sources.absolute(sources.file(file).path()));
    report
        .findings
        .retain(|finding| is_named(finding.place.file) || finding.related.iter().any(|related| is_named(related.span.file)));
    report.undecided.retain(|undecided| undecided.why.span.is_some_and(|span| is_named(span.file)));
    let configs: BTreeSet<FileId> = sources.configs().map(|(_, file)| file).collect();
    report.unreadable.retain(|unreadable| {
        unreadable.span.is_none_or(|span| is_named(span.file) || configs.contains(&span.file) || is_config(&unreadable.path))
    });
}
