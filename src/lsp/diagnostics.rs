//! From a report to what the client draws.

use super::places::{self, Encoding};
use super::uri;
use super::workspace::View;
use crate::report::{Finding, Severity};
use crate::source::{Sources, Unreadable};
use gen_lsp_types::{CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Position, Range, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The diagnostics of files, by their absolute paths.
pub(super) type ByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// Everything that was found in a file. What folders that lie in one another both have is there once.
pub(super) fn of_file<'a>(path: &Path, views: impl IntoIterator<Item = &'a View>, encoding: Encoding) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for view in views {
        let Some(file) = view.files.get(path) else { continue };
        let findings = file.findings.iter().map(|finding| of_finding(finding, view, encoding));
        let unreadable = file.unreadable.iter().map(|unreadable| of_unreadable(unreadable, &view.sources, encoding));
        for diagnostic in findings.chain(unreadable) {
            if !all.contains(&diagnostic) {
                all.push(diagnostic);
            }
        }
    }
    all
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
pub(super) fn uri_of(path: &Path, open: Option<&Uri>) -> Uri {
    open.cloned().unwrap_or_else(|| uri::of_path(path))
}
