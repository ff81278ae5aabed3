//! What the client has open.

use super::places::Encoding;
use super::uri;
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its name, as the client writes it.
    pub uri: Uri,
    /// Its text.
    pub text: Arc<str>,
    /// The client's number for this text.
    pub version: i32,
}

/// All open documents that are files, by their absolute paths.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<PathBuf, Document>);

impl Documents {
    /// Opens one. Returns its path, if it is a file.
    pub fn open(&mut self, uri: Uri, version: i32, text: String) -> Option<PathBuf> {
        let path = uri::to_path(&uri.0)?;
        self.0.insert(path.clone(), Document { uri, text: text.into(), version });
        Some(path)
    }

    /// Changes one. Returns its path, if it is open.
    pub fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<PathBuf> {
        let path = uri::to_path(&uri.0)?;
        let document = self.0.get_mut(&path)?;
        let mut text = document.text.to_string();
        for change in changes {
            apply(&mut text, change, encoding);
        }
        document.text = text.into();
        document.version = version;
        Some(path)
    }

    /// Closes one. Returns its path, if it was open.
    pub fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = uri::to_path(&uri.0)?;
        self.0.remove(&path).map(|_| path)
    }

    /// The document at a path.
    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.0.get(path)
    }

    /// All texts.
    pub fn texts(&self) -> BTreeMap<PathBuf, Arc<str>> {
        self.0.iter().map(|(path, document)| (path.clone(), Arc::clone(&document.text))).collect()
    }
}

fn apply(text: &mut String, change: TextDocumentContentChangeEvent, encoding: Encoding) {
    match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => *text = whole.text,
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
            let offset = |position: gen_lsp_types::Position| {
                let mut lines = text.split_inclusive('\n');
                let before: usize = lines.by_ref().take(position.line as usize).map(str::len).sum();
                let line = lines.next().unwrap_or("").trim_end_matches(['\n', '\r']);
                before + encoding.offset_in(line, position.character)
            };
            let (start, end) = (offset(part.range.start), offset(part.range.end));
            text.replace_range(start.min(end)..end.max(start), &part.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(text: &str, changes: serde_json::Value, encoding: Encoding) -> String {
        let mut documents = Documents::default();
        let uri = Uri("file:///a.tf".to_owned());
        let path = documents.open(uri.clone(), 1, text.to_owned()).unwrap();
        documents.change(&uri, 2, serde_json::from_value(changes).unwrap(), encoding);
        documents.get(&path).unwrap().text.to_string()
    }

    fn edit(line: u32, from: u32, to: u32, text: &str) -> serde_json::Value {
        json!({"range": {"start": {"line": line, "character": from}, "end": {"line": line, "character": to}}, "text": text})
    }

    #[test]
    fn edits_apply_one_after_the_other_in_the_client_s_units() {
        let text = "a = \"😀\"\r\nb = 1\n";
        assert_eq!(changed(text, json!([edit(0, 5, 7, "x"), edit(1, 4, 5, "22")]), Encoding::Utf16), "a = \"x\"\r\nb = 22\n");
        assert_eq!(changed(text, json!([edit(0, 5, 9, "x")]), Encoding::Utf8), "a = \"x\"\r\nb = 1\n");
        assert_eq!(changed(text, json!([edit(0, 5, 6, "x")]), Encoding::Utf32), "a = \"x\"\r\nb = 1\n");
        assert_eq!(changed(text, json!([{"text": "new"}]), Encoding::Utf16), "new");
    }

    #[test]
    fn edits_that_lie_outside_do_no_harm() {
        assert_eq!(changed("a\nb", json!([edit(7, 9, 9, "!")]), Encoding::Utf16), "a\nb!");
        assert_eq!(changed("a\nb", json!([edit(0, 99, 2, "!")]), Encoding::Utf16), "a!\nb");
        // In the middle of a character, the whole of it goes on.
        assert_eq!(changed("é", json!([edit(0, 1, 1, "!")]), Encoding::Utf8), "é!");
    }
}
