//! Variable files that are filled in by something else before Terraform reads them.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What such files have where values will be: `{{ x }}`, `<% x %>`, `<X>` as a whole value, `__X__`, `#{X}#`, `@@X@@`, `$(X)`, and `${x}`,
/// which Terraform does not take in a variable file.
static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r##"\{\{[^\n]*?\}\}|<%[^\n]*?%>|"<[^<>"%\n][^<>"\n]*>"|\b__[A-Za-z][A-Za-z0-9_.-]*?__|#\{[^}\n]+\}#?|@@\w+@@|\$\(\w[\w.-]*\)|\$\{[^}\n]+\}"##)
        .ok()
});

/// The first placeholder in a file's text, comments left out.
pub fn find(text: &str) -> Option<Range<usize>> {
    let pattern = PLACEHOLDER.as_ref()?;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let code = line.trim_start();
        let is_comment = code.starts_with("//") || (code.starts_with('#') && !code.starts_with("#{"));
        let escaped = |at: usize| line.get(..at).is_some_and(|before| before.ends_with('$'));
        let found = pattern.find_iter(line).find(|found| !escaped(found.start()));
        if let Some(found) = found.filter(|_| !is_comment) {
            return Some(start + found.start()..start + found.end());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{PLACEHOLDER, find};

    #[test]
    fn placeholders_are_told_from_values() {
        assert!(PLACEHOLDER.is_some());
        let cases = [
            ("a = \"{{ .Values.cidr }}\"\n", "{{ .Values.cidr }}"),
            ("{{- if .x }}\na = 1\n{{- end }}\n", "{{- if .x }}"),
            ("a = \"<%= @cidr %>\"\n", "<%= @cidr %>"),
            ("a = \"<your-cidr>\"\n", "\"<your-cidr>\""),
            ("a = \"__POD_CIDR__\"\n", "__POD_CIDR__"),
            ("a = \"#{PodCidr}#\"\n", "#{PodCidr}#"),
            ("a = #{Count}#\n", "#{Count}#"),
            ("a = \"@@CIDR@@\"\n", "@@CIDR@@"),
            ("a = \"$(PodCidr)\"\n", "$(PodCidr)"),
            ("a = \"${POD_CIDR}\"\n", "${POD_CIDR}"),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text).and_then(|range| text.get(range)), Some(expected), "{text}");
        }
        let values = [
            "a = { b = { c = 1 }}\n",
            "# fill in {{ this }}\na = 1\n",
            "a = \"$${x}\"\n",
            "a = \"x <= 1 and y > 2\"\n",
            "a = \"some__name\"\n",
        ];
        for text in values {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
