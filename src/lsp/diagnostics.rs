//! From a report to what the client draws.

use super::places::{self, Encoding};
use super::uri;
use super::workspace::View;
use crate::report::{Finding, Severity};
use crate::source::{Sources, Unreadable};
use gen_lsp_types::{CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Position, Range, Uri};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The diagnostics of files, by their absolute paths.
pub(super) type ByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// Everything that was found in the folders. What folders that lie in one another both have is there once.
pub(super) fn all(views: &[View], encoding: Encoding) -> ByFile {
    let mut files = ByFile::new();
    for view in views {
        for finding in &view.report.findings {
            let path = places::absolute(&view.base, view.sources.file(finding.place.file).path());
            add(&mut files, path, of_finding(finding, view, encoding));
        }
        for unreadable in &view.report.unreadable {
            let path = places::absolute(&view.base, &unreadable.path);
            add(&mut files, path, of_unreadable(unreadable, &view.sources, encoding));
        }
    }
    files
}

fn add(files: &mut ByFile, path: PathBuf, diagnostic: Diagnostic) {
    let file = files.entry(path).or_default();
    if !file.contains(&diagnostic) {
        file.push(diagnostic);
    }
}

/// The diagnostic of a finding.
pub(super) fn of_finding(finding: &Finding, view: &View, encoding: Encoding) -> Diagnostic {
    let related = finding.related.iter().map(|related| DiagnosticRelatedInformation {
        location: places::location(related.span, &view.sources, &view.base, encoding),
        message: related.message.clone(),
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: encoding.range(finding.place, &view.sources),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Note => DiagnosticSeverity::Information,
        }),
        code: Some(finding.rule.to_owned().into()),
        code_description: Some(CodeDescription { href: Uri(finding.url.clone()) }),
        message: message(finding).into(),
        related_information: Some(related).filter(|related| !related.is_empty()),
        ..plain()
    }
}

/// What is wrong, what Azure does about it, and what to change: a line each.
fn message(finding: &Finding) -> String {
    let lines = [&*finding.message_in_scenarios(), &finding.azure, &finding.fix].map(str::to_owned);
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn of_unreadable(unreadable: &Unreadable, sources: &Sources, encoding: Encoding) -> Diagnostic {
    Diagnostic {
        range: unreadable.span.map_or(Range::default(), |span| encoding.range(span, sources)),
        severity: Some(DiagnosticSeverity::Error),
        message: unreadable.message.clone().into(),
        ..plain()
    }
}

fn plain() -> Diagnostic {
    Diagnostic {
        range: Range { start: Position::default(), end: Position::default() },
        source: Some("overlint".to_owned()),
        ..Diagnostic::default()
    }
}

/// The URI of a file, as the client writes it if it has it open.
pub(super) fn uri_of(path: &std::path::Path, open: Option<&Uri>) -> Uri {
    open.cloned().unwrap_or_else(|| uri::of_path(path))
}
