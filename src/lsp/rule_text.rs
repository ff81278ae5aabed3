//! A rule's document, as an editor shows it.

use crate::date::Date;
use crate::rules::{self, Document};

/// The document of a rule in Markdown; `None` when there is no such rule.
pub(super) fn markdown(rule: &str) -> Option<String> {
    let rule = rules::find(rule)?;
    let document = Document::parse(rule.document).ok()?;
    let severity = document.worst(Date::LATEST).map_or("off".to_owned(), |severity| severity.to_string());
    Some(format!(
        "### {}\n\n**{}** ({severity})\n\n{}\n\n[Read more]({})\n",
        rule.name,
        document.title,
        document.text.trim(),
        document.url
    ))
}

/// The name of a rule at a byte offset of a line, with where it is in the line.
pub(super) fn name_at(line: &str, offset: usize) -> Option<(&'static str, std::ops::Range<usize>)> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let start = line.get(..offset)?.rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
    let end = line.get(offset..)?.find(|c| !is_part(c)).map_or(line.len(), |after| offset + after);
    let rule = rules::find(line.get(start..end)?)?;
    Some((rule.name, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_the_cursor_is_in_them() {
        let line = "  # overlint: ignore[agic-overlay, pod-cidr-capacity] x";
        for offset in [21, 25, 33] {
            assert_eq!(name_at(line, offset), Some(("agic-overlay", 21..33)), "{offset}");
        }
        assert_eq!(name_at(line, 36).unwrap().0, "pod-cidr-capacity");
        assert_eq!(name_at(line, 5), None);
        assert_eq!(name_at("ä", 1), None);
        assert!(markdown("agic-overlay").unwrap().starts_with("### agic-overlay\n"));
    }
}
