//! What can be done about a finding.

mod in_json;

use super::diagnostics;
use super::places::{self, Encoding};
use super::workspace::View;
use crate::report::Finding;
use gen_lsp_types::{CodeAction, CodeActionKind, Command, Position, Range, TextEdit, Uri, WorkspaceEdit};
use std::path::Path;

/// The command that shows a rule's document.
pub(super) const EXPLAIN: &str = "overlint.explain";

/// What stands for the reason until the user writes it.
const REASON: &str = "TODO: say why";

/// The actions for the findings that touch a range of a file, given its text.
pub(super) fn at(path: &Path, uri: &Uri, text: &str, range: Range, views: &[View], encoding: Encoding) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    for view in views {
        let name = places::relative(&view.base, path);
        for finding in &view.report.findings {
            let at = encoding.range(finding.place, &view.sources);
            if view.sources.file(finding.place.file).path() == name && at.start <= range.end && range.start <= at.end {
                let place = Place { finding, uri, path, text, view, encoding };
                let new = place.actions().into_iter().filter(|action| !actions.contains(action));
                let new: Vec<CodeAction> = new.collect();
                actions.extend(new);
            }
        }
    }
    actions
}

/// A finding in an open document.
struct Place<'a> {
    finding: &'a Finding,
    uri: &'a Uri,
    path: &'a Path,
    text: &'a str,
    view: &'a View,
    encoding: Encoding,
}

impl Place<'_> {
    /// All that can be done about it, the best first.
    fn actions(&self) -> Vec<CodeAction> {
        self.suppress().into_iter().chain([self.explain()]).collect()
    }

    /// Says in the code that the finding is known and why that is fine.
    fn suppress(&self) -> Option<CodeAction> {
        let edit = match comment_mark(self.path) {
            Some(mark) => self.comment(mark)?,
            None => self.member()?,
        };
        Some(CodeAction {
            edit: Some(WorkspaceEdit { changes: Some([(self.uri.clone(), vec![edit])].into()), ..WorkspaceEdit::default() }),
            ..self.action(format!("Suppress {} here, with a reason", self.finding.rule))
        })
    }

    /// A comment on the line above. Where that line already is one for another rule, this one is added.
    fn comment(&self, mark: &str) -> Option<TextEdit> {
        let rule = self.finding.rule;
        let line = self.encoding.range(self.finding.place, &self.view.sources).start.line;
        // What is wrong with such a comment is mended, not suppressed.
        let own = self.text.lines().nth(line as usize).filter(|own| end_of_rules(own).is_none())?;
        let above = line.checked_sub(1).and_then(|above| Some((above, self.text.lines().nth(above as usize)?)));
        Some(match above.and_then(|(above, text)| Some((above, text, end_of_rules(text)?))) {
            Some((line, text, end)) => {
                insert(Position { line, character: self.encoding.character_in(text, end) }, format!(", {rule}"))
            }
            None => {
                let indent: String = own.chars().take_while(|c| c.is_whitespace()).collect();
                let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
                let comment = format!("{indent}{mark} overlint: ignore[{rule}] {REASON}{end}");
                insert(Position { line, character: 0 }, comment)
            }
        })
    }

    /// A member of an object around it.
    fn member(&self) -> Option<TextEdit> {
        let is_terraform = self.path.to_str().is_some_and(|path| path.ends_with(".tf.json") || path.ends_with(".tofu.json"));
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
