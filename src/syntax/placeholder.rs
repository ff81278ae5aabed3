//! Placeholders: what another tool replaces by a value before Azure sees the file.

use regex::Regex;
use std::sync::{Arc, LazyLock};

/// In a template: `{{ x }}`, `#{x}#`, and `${AZURE_X}`, which the Azure Developer CLI replaces. Braces mean something in many texts, so
/// that there has to be a name inside.
static TEMPLATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{\{-?\s*[A-Za-z_.$][^{}\n]*\}\}|#\{[^{}\n]+\}#|\$\{AZURE_[^{}\n]+\}").ok());

/// In a file of parameters also any `${x}`, and as the whole value `GEN-X` and `GET-X` of Azure's quickstart templates, `<x>`, `__x__`,
/// `@@x@@` and `$(x)`.
static PARAMETERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\{\{[^\n]*?\}\}|#\{[^{}\n]+\}#?|\$\{[^{}\n]+\}|^(?:GE[NT]-[A-Z][A-Za-z0-9_.-]*|<[^<>\n]+>|__[A-Za-z][\w.-]*__|@@\w+@@|\$\(\w[\w.-]*\))$",
    )
    .ok()
});

/// Why the value is unknown, if a text of a template holds a placeholder.
pub(in crate::syntax) fn in_template(text: &str) -> Option<Arc<str>> {
    // Templates have many texts, but few with these.
    if !text.contains("{{") && !text.contains("#{") && !text.contains("${AZURE_") {
        return None;
    }
    found(&TEMPLATE, text)
}

/// Why the value is unknown, if a value of a file of parameters is or holds a placeholder.
pub(in crate::syntax) fn in_parameters(text: &str) -> Option<Arc<str>> {
    found(&PARAMETERS, text)
}

fn found(pattern: &LazyLock<Option<Regex>>, text: &str) -> Option<Arc<str>> {
    let found = pattern.as_ref()?.find(text)?;
    Some(format!("{} stands for a value that another tool puts there", found.as_str()).into())
}
