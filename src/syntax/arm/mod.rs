//! ARM: templates and files of parameters as JSON.
//!
//! JSON becomes the one form of templates ([`crate::syntax::template`]); strings that are expressions are parsed by [`mod@expr`]. Comments,
//! commas after the last element and line breaks in strings are taken, as Azure's tools do.

mod expr;
mod parameters;
mod resource;
mod template;
mod value;

use crate::source::{FileId, Span};
use crate::syntax::json::{self, Node, Value};
use crate::syntax::template::{Language, ParameterFile, Template};
use value::{MOST_ERRORS, Reader, get};

const LANGUAGE: Language = Language::Arm;

/// The one mark of what a template needs to matter.
const CLUSTERS: &[u8] = b"managedClusters";

/// A file that was read, and what is wrong with it.
#[derive(Debug)]
pub struct Read {
    /// What it is.
    pub kind: Kind,
    /// What is wrong: the place, and a message for the user. In order of place; of many only the first.
    pub errors: Vec<(Span, String)>,
}

/// What a file is.
#[derive(Debug)]
pub enum Kind {
    /// A template.
    Template(Template),
    /// A file with values for the parameters of a template.
    Parameters(ParameterFile),
}

/// Whether a file may be a template that has to do with clusters: whether it names `managedClusters`, in any letter case. This is quick
/// and errs on one side only: a file without that is no template with a cluster, but may deploy one that is linked. UTF-16 is let through.
pub fn is_candidate(bytes: &[u8]) -> bool {
    let letter = |lower: u8| memchr::memchr2_iter(lower, lower.to_ascii_uppercase(), bytes);
    // The `g` is rarer than the letters before it.
    let before = CLUSTERS.iter().position(|&b| b == b'g').unwrap_or(0);
    let names = |at: usize| at.checked_sub(before).and_then(|start| bytes.get(start..start + CLUSTERS.len()));
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || letter(b'g').any(|at| names(at).is_some_and(|name| name.eq_ignore_ascii_case(CLUSTERS)))
}

/// Reads a JSON file, given without a byte order mark. `None` when it is neither a template nor a file of parameters, by what it says:
/// names of files tell nothing.
pub fn read(file: FileId, text: &str) -> Option<Read> {
    let json::Parsed { root, errors: broken, .. } = json::parse(file, text);
    let is_template = is_template(&root)?;
    let mut reader = Reader { file, text, broken: &broken, errors: Vec::new(), depth: 0 };
    let kind = if is_template { Kind::Template(reader.template(&root)) } else { Kind::Parameters(reader.parameters(&root)) };
    let mut errors = reader.errors;
    errors.extend(broken);
    errors.sort();
    errors.truncate(MOST_ERRORS);
    Some(Read { kind, errors })
}

/// Whether this is a template; a file of parameters otherwise. None if it is neither.
fn is_template(root: &Node) -> Option<bool> {
    let schema = schema(root).unwrap_or_default();
    if schema.ends_with("deploymenttemplate.json") {
        return Some(true);
    }
    if schema.ends_with("deploymentparameters.json") {
        return Some(false);
    }
    // A plan of Terraform.
    if get(root, "format_version").is_some() {
        return None;
    }
    if let Some(resources) = get(root, "resources") {
        let typed = |node: &Node| get(node, "type").is_some() && get(node, "apiVersion").is_some();
        let some = resources.items().iter().any(typed) || resources.members().iter().any(|member| typed(&member.value));
        return some.then_some(true);
    }
    let parameters = get(root, "parameters")?.members();
    let given = |node: &Node| get(node, "value").is_some() || get(node, "reference").is_some();
    let all = !parameters.is_empty() && parameters.iter().all(|member| given(&member.value));
    (all && get(root, "contentVersion").is_some()).then_some(false)
}

/// The file name of the schema that a file says it follows, in small letters.
fn schema(root: &Node) -> Option<String> {
    let Value::String(schema) = &get(root, "$schema")?.value else { return None };
    let path = schema.split('#').next().unwrap_or("");
    path.rsplit('/').next().map(str::to_ascii_lowercase)
}
