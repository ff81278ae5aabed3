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

#[cfg(test)]
mod tests {
    use super::{PARAMETERS, TEMPLATE, in_parameters, in_template};

    #[test]
    fn placeholders_are_told_from_values() {
        assert!(TEMPLATE.is_some() && PARAMETERS.is_some());
        for text in ["a-{{ .Values.cidr }}", "{{cidr}}", "#{cidr}#", "${AZURE_LOCATION}", "x${AZURE_ENV_NAME=dev}"] {
            assert!(in_template(text).is_some() && in_parameters(text).is_some(), "{text}");
        }
        let whole = ["GEN-UNIQUE-8", "GEN-SSH-PUB-KEY", "GET-PREREQ-subnetId", "<your-cidr>", "__CIDR__", "@@CIDR@@", "$(cidr)"];
        for text in whole.into_iter().chain(["10.0.${N}.0/24", "${cidr}"]) {
            assert!(in_template(text).is_none() && in_parameters(text).is_some(), "{text}");
        }
        let values = [
            "10.0.0.0/16",
            "GEN-",
            "GENERAL-x",
            "a GEN-UNIQUE",
            "a<b",
            "<p><b>x</b></p>",
            "some__name__x",
            "{0}",
            "{{0}}x",
            "$x",
        ];
        for text in values {
            assert!(in_template(text).is_none(), "{text}");
            assert_eq!(in_parameters(text).is_some(), text == "{{0}}x", "{text}");
        }
    }
}
