//! What can be done about a finding.

mod in_json;

use super::checker::Place;
use super::diagnostics::{self, uri_of};
use super::places::{self, Encoding};
use super::workspace::{View, Views};
use crate::report::{Finding, Repair, Safety};
use gen_lsp_types::{CodeAction, CodeActionKind, Command, Position, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The command that shows a rule's document.
pub(super) const EXPLAIN: &str = "overlint.explain";

/// What stands for the reason until the user writes it.
const REASON: &str = "TODO: say why";

/// What is known of repairs: those that hold, nothing for those that do not.
pub(super) type Repairs = BTreeMap<Place, Option<Repair>>;

/// The actions for the findings that touch a range of a document.
pub(super) fn at(document: Document<'_>, range: Range, views: &Views, repairs: &Repairs, encoding: Encoding) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    for (place, view, finding) in findings(document.path, range, views, encoding) {
        let repair = repairs.get(&place).and_then(Option::as_ref);
        let here = Here { finding, repair, document, view, encoding };
        let new: Vec<CodeAction> = here.actions().into_iter().filter(|action| !actions.contains(action)).collect();
        actions.extend(new);
    }
    actions
}

/// The findings that touch a range of a document, if they have a repair.
pub(super) fn to_repair(path: &Path, range: Range, views: &Views, encoding: Encoding) -> Vec<Place> {
    let all = findings(path, range, views, encoding).into_iter();
    all.filter(|(_, _, finding)| finding.repair.is_some()).map(|(place, _, _)| place).collect()
}

fn findings<'v>(path: &Path, range: Range, views: &'v Views, encoding: Encoding) -> Vec<(Place, &'v View, &'v Finding)> {
    let mut found = Vec::new();
    for (folder, view) in views {
        for (number, finding) in view.files.get(path).iter().flat_map(|file| &file.findings).enumerate() {
            let at = encoding.range(finding.place, &view.sources);
            if at.start <= range.end && range.start <= at.end {
                found.push((Place { folder: folder.clone(), path: path.to_owned(), number }, view, finding));
            }
        }
    }
    found
}

/// A document that the client has open.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub path: &'a Path,
    pub uri: &'a Uri,
    pub text: &'a str,
}

/// A finding in an open document.
struct Here<'a> {
    finding: &'a Finding,
    /// Its repair, if that holds.
    repair: Option<&'a Repair>,
    document: Document<'a>,
    view: &'a View,
    encoding: Encoding,
}

impl Here<'_> {
    /// All that can be done about it, the best first.
    fn actions(&self) -> Vec<CodeAction> {
        self.repair().into_iter().chain(self.suppress()).chain([self.explain()]).collect()
    }

    /// Changes the code so that the finding goes away, wherever its value comes from. Only what holds is offered.
    fn repair(&self) -> Option<CodeAction> {
        let repair = self.repair?;
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for edit in &repair.edits {
            let path = places::absolute(&self.view.base, self.view.sources.file(edit.span.file).path());
            let open = (path == self.document.path).then_some(self.document.uri);
            let range = self.encoding.range(edit.span, &self.view.sources);
            changes.entry(uri_of(&path, open)).or_default().push(TextEdit { range, new_text: edit.text.clone() });
        }
        Some(CodeAction {
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: (repair.safety == Safety::Safe).then_some(true),
            ..self.action(repair.title.clone())
        })
    }

    /// Says in the code that the finding is known and why that is fine.
    fn suppress(&self) -> Option<CodeAction> {
        let edit = match comment_mark(self.document.path) {
            Some(mark) => self.comment(mark)?,
            None => self.member()?,
        };
        Some(CodeAction {
            edit: Some(WorkspaceEdit {
                changes: Some([(self.document.uri.clone(), vec![edit])].into()),
                ..WorkspaceEdit::default()
            }),
            ..self.action(format!("Suppress {} here, with a reason", self.finding.rule))
        })
    }

    /// A comment on the line above. Where that line already is one for another rule, this one is added.
    fn comment(&self, mark: &str) -> Option<TextEdit> {
        let rule = self.finding.rule;
        let line = self.encoding.range(self.finding.place, &self.view.sources).start.line;
        // What is wrong with such a comment is mended, not suppressed.
        let own = self.document.text.lines().nth(line as usize).filter(|own| end_of_rules(own).is_none())?;
        let above = line.checked_sub(1).and_then(|above| Some((above, self.document.text.lines().nth(above as usize)?)));
        Some(match above.and_then(|(above, text)| Some((above, text, end_of_rules(text)?))) {
            Some((line, text, end)) => {
                insert(Position { line, character: self.encoding.character_in(text, end) }, format!(", {rule}"))
            }
            None => {
                let indent: String = own.chars().take_while(|c| c.is_whitespace()).collect();
                let end = if self.document.text.contains("\r\n") { "\r\n" } else { "\n" };
                let comment = format!("{indent}{mark} overlint: ignore[{rule}] {REASON}{end}");
                insert(Position { line, character: 0 }, comment)
            }
        })
    }

    /// A member of an object around it.
    fn member(&self) -> Option<TextEdit> {
        let is_terraform =
            self.document.path.to_str().is_some_and(|path| path.ends_with(".tf.json") || path.ends_with(".tofu.json"));
        let file = self.view.sources.file(self.finding.place.file);
        let (offset, text) = in_json::suppress(file.text(), self.finding.place.start, self.finding.rule, is_terraform)?;
        Some(insert(self.encoding.position(file, offset), text))
    }

    /// Shows the document of the rule.
    fn explain(&self) -> CodeAction {
        let title = format!("Explain {}", self.finding.rule);
        let command = Command {
            title: title.clone(),
            command: EXPLAIN.to_owned(),
            arguments: Some(vec![self.finding.rule.into()]),
            ..Command::default()
        };
        CodeAction { command: Some(command), ..self.action(title) }
    }

    fn action(&self, title: String) -> CodeAction {
        CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostics::of_finding(self.finding, self.view, self.encoding)]),
            ..CodeAction::default()
        }
    }
}

fn insert(at: Position, new_text: String) -> TextEdit {
    TextEdit { range: Range { start: at, end: at }, new_text }
}

/// How comments begin in a file; `None` for JSON, which has none.
fn comment_mark(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "bicep" | "bicepparam" | "jsonc" => Some("//"),
        "json" => None,
        _ => Some("#"),
    }
}

/// Where the list of rules ends in a line that is only a comment that suppresses some.
fn end_of_rules(line: &str) -> Option<usize> {
    let comment = line.trim_start().strip_prefix("//").or_else(|| line.trim_start().strip_prefix('#'))?;
    comment.trim_start().strip_prefix("overlint: ignore[")?;
    line.find(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_are_such_comments_take_more_rules() {
        assert_eq!(end_of_rules("  # overlint: ignore[a] why"), Some(22));
        assert_eq!(end_of_rules("// overlint: ignore[a, b]"), Some(24));
        assert_eq!(end_of_rules("x = 1 # overlint: ignore[a] why"), None);
        assert_eq!(end_of_rules("# a comment]"), None);
        assert_eq!(comment_mark(Path::new("a/main.bicep")), Some("//"));
        assert_eq!(comment_mark(Path::new("main.tf.json")), None);
    }
}
