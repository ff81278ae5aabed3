//! Placeholders: what another tool replaces by a value before Azure sees the file.

use super::expr::{Expr, ExprKind, Part};
use crate::source::Span;
use regex::Regex;
use std::sync::{Arc, LazyLock};

/// In a template: `{{ x }}`, `#{x}#`, `#_x_#` and `<<x>>` of the tests of Azure's modules, and `${AZURE_X}`, which the Azure Developer CLI
/// replaces. Braces mean something in many texts, so that there has to be a name inside.
static TEMPLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\{\{-?\s*[A-Za-z_.$][^{}\n]*\}\}|#\{[^{}\n]+\}#|#_\w+_#|<<[A-Za-z]\w*>>|\$\{AZURE_[^{}\n]+\}").ok()
});

/// In a file of parameters also any `${x}`, and as the whole value `GEN-X` and `GET-X` of Azure's quickstart templates, `<x>`, `__x__`,
/// `@@x@@` and `$(x)`.
static PARAMETERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\{\{[^\n]*?\}\}|#\{[^{}\n]+\}#?|#_\w+_#|<<[A-Za-z]\w*>>|\$\{[^{}\n]+\}|^(?:GE[NT]-[A-Z][A-Za-z0-9_.-]*|<[^<>\n]+>|__[A-Za-z][\w.-]*__|@@\w+@@|\$\(\w[\w.-]*\))$",
    )
    .ok()
});

/// The parts of a text of a template that holds placeholders; `span` is its place.
pub(in crate::syntax) fn in_template(text: &str, span: Span) -> Option<Vec<Part>> {
    // Templates have many texts, but few with these.
    let marks = ["{{", "#{", "#_", "<<", "${AZURE_"];
    marks.iter().any(|mark| text.contains(mark)).then(|| parts(&TEMPLATE, text, span))?
}

/// The parts of a value of a file of parameters that is or holds a placeholder; `span` is its place.
pub(in crate::syntax) fn in_parameters(text: &str, span: Span) -> Option<Vec<Part>> {
    parts(&PARAMETERS, text, span)
}

fn parts(pattern: &LazyLock<Option<Regex>>, text: &str, span: Span) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = 0;
    let push = |parts: &mut Vec<Part>, between: Option<&str>| {
        parts.extend(between.filter(|between| !between.is_empty()).map(|between| Part::Text(between.into())));
    };
    for found in pattern.as_ref()?.find_iter(text) {
        push(&mut parts, text.get(rest..found.start()));
        parts.push(Part::Value(Expr::new(ExprKind::Placeholder(found.as_str().into()), span)));
        rest = found.end();
    }
    if parts.is_empty() {
        return None;
    }
    push(&mut parts, text.get(rest..));
    Some(parts)
}

/// Why a placeholder's value is unknown.
pub(crate) fn why(placeholder: &str) -> Arc<str> {
    format!("{placeholder} stands for a value that another tool puts there").into()
}

#[cfg(test)]
mod tests {
    use super::{PARAMETERS, TEMPLATE};
    use crate::source::{FileId, Span};

    fn in_template(text: &str) -> Option<Vec<super::Part>> {
        super::in_template(text, Span::new(FileId::outside(0), 0, 0))
    }

    fn in_parameters(text: &str) -> Option<Vec<super::Part>> {
        super::in_parameters(text, Span::new(FileId::outside(0), 0, 0))
    }

    #[test]
    fn placeholders_are_told_from_values() {
        assert!(TEMPLATE.is_some() && PARAMETERS.is_some());
        for text in [
            "a-{{ .Values.cidr }}",
            "{{cidr}}",
            "#{cidr}#",
            "${AZURE_LOCATION}",
            "x${AZURE_ENV_NAME=dev}",
            "a#_prefix_#b",
            "<<prefix>>",
        ] {
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
            "cat <<EOF",
            "1 << 2 >> 1",
            "#_",
        ];
        for text in values {
            assert!(in_template(text).is_none(), "{text}");
            assert_eq!(in_parameters(text).is_some(), text == "{{0}}x", "{text}");
        }
    }
}
