//! How JSON, which has no comments, says that a finding is known: a member of an object that the finding is in.

use super::REASON;
use crate::source::FileId;
use crate::syntax::json::{self, Node};

/// The byte offset and the text that suppress a rule at an offset of a file; none where that has to be written by hand, since the object
/// has such a member for something else.
pub(super) fn suppress(text: &str, offset: u32, rule: &str, is_terraform: bool) -> Option<(u32, String)> {
    let root = json::parse(FileId::outside(0), text).root;
    let around = around(&root, offset);
    let (object, member) = if is_terraform {
        let object = around.last().copied().filter(|object| object.get("//").is_none())?;
        (object, format!("\"//\": \"overlint: ignore[{rule}] {REASON}\""))
    } else {
        let is_resource = |object: &&&Node| object.get("type").is_some() && object.get("apiVersion").is_some();
        let object = around.iter().rev().find(is_resource).copied().filter(|object| object.get("metadata").is_none())?;
        (object, format!("\"metadata\": {{ \"overlint\": {{ \"ignore\": {{ \"{rule}\": \"{REASON}\" }} }} }}"))
    };
    // On a line of its own, unless the object is all on one.
    let start = object.span.start + 1;
    let first = object.members().first()?.name_span.start;
    let gap = text.get(start as usize..first as usize)?;
    let lead = if gap.contains('\n') { gap } else { "" };
    let after = if gap.contains('\n') { "," } else { ", " };
    Some((start, format!("{lead}{member}{after}")))
}

/// The objects that an offset is in, from the outermost one.
fn around(root: &Node, offset: u32) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut next = Some(root);
    while let Some(node) = next {
        if !node.members().is_empty() {
            found.push(node);
        }
        let inner = node.items().iter().chain(node.members().iter().map(|m| &m.value));
        let is_around = |inner: &&Node| inner.span.start <= offset && offset < inner.span.end;
        next = inner.into_iter().find(is_around);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(text: &str, at: &str, is_terraform: bool) -> Option<String> {
        let offset = text.find(at).unwrap() as u32;
        let (start, new) = suppress(text, offset, "r", is_terraform)?;
        let (before, after) = text.split_at(start as usize);
        let done = format!("{before}{new}{after}");
        assert!(serde_json::from_str::<serde_json::Value>(&done).is_ok(), "{done}");
        Some(done)
    }

    #[test]
    fn the_innermost_object_of_terraform_s_json_gets_a_comment() {
        let text = "{\"a\": {\n    \"x\": 1\n}}";
        let done_ = done(text, "1", true).unwrap();
        assert_eq!(done_, "{\"a\": {\n    \"//\": \"overlint: ignore[r] TODO: say why\",\n    \"x\": 1\n}}");
        assert_eq!(done("{\"//\": \"note\", \"x\": 1}", "1", true), None);
    }

    #[test]
    fn the_resource_of_a_template_gets_metadata() {
        let text = r#"{"resources": [{"type": "t", "apiVersion": "v", "properties": {"x": 1}}]}"#;
        let done_ = done(text, "1", false).unwrap();
        assert!(done_.contains(r#"[{"metadata": { "overlint": { "ignore": { "r": "TODO: say why" } } }, "type""#), "{done_}");
        assert_eq!(done(r#"{"x": 1}"#, "1", false), None);
        assert_eq!(done(r#"{"type": "t", "apiVersion": "v", "metadata": {}, "x": 1}"#, "1", false), None);
    }
}
