//! What comments say: `overlint: ignore[rule-a, rule-b] reason`.

use crate::spelling::nearest;
use std::ops::Range;

/// What a comment says to overlint.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// It suppresses findings of rules.
    Ignore(Ignore),
    /// It is meant to, and does not; and why.
    Wrong(Range<usize>, String),
}

/// Findings of some rules are to be suppressed. Places are in the text of the comment.
#[derive(Debug, PartialEq, Eq)]
pub struct Ignore {
    /// From the first word to the closing bracket.
    pub at: Range<usize>,
    /// The names in the brackets.
    pub rules: Vec<Range<usize>>,
    /// Whether a reason follows.
    pub has_reason: bool,
    /// Whether it is about the whole file.
    pub whole_file: bool,
}

/// What every such comment has, for a quick look.
pub const MARK: &str = "overlint:";

/// How it is written.
const FORM: &str = "write overlint: ignore[rule] and a reason";

/// Reads a comment, with its marks or without.
pub fn read(comment: &str) -> Vec<Said> {
    let mut said = Vec::new();
    let starts: Vec<usize> = memchr::memmem::find_iter(comment.as_bytes(), MARK).collect();
    for (i, start) in starts.iter().enumerate() {
        let before = comment.get(..*start).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_end();
        // In the middle of a sentence it is only talked about.
        if !(line.is_empty() || line.ends_with(['#', '/', '*'])) {
            continue;
        }
        let from = start + MARK.len();
        let next = starts.get(i + 1).copied().unwrap_or(comment.len());
        let rest = comment.get(from..next).unwrap_or("");
        let rest = rest.split('\n').next().unwrap_or("");
        said.extend(one(*start, from, rest));
    }
    said
}

/// What stands after the mark at `start`, up to the end of the line.
fn one(start: usize, from: usize, rest: &str) -> Option<Said> {
    let trimmed = rest.trim_start();
    let word_at = from + rest.len() - trimmed.len();
    let word = trimmed.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or("");
    let word_end = word_at + word.len();
    let whole_file = word == "ignore-file";
    if !whole_file && word != "ignore" {
        let near = nearest(word, ["ignore", "ignore-file"].into_iter())?;
        return Some(Said::Wrong(start..word_end, format!("this suppresses nothing; did you mean overlint: {near}[..]?")));
    }
    let after = trimmed.get(word.len()..).unwrap_or("");
    let list = after.trim_start().strip_prefix('[').and_then(|list| list.split_once(']'));
    let Some((names, reason)) = list else {
        return Some(Said::Wrong(start..word_end, format!("this suppresses nothing; {FORM}")));
    };
    let list_at = word_end + after.len() - names.len() - reason.len() - 1;
    let mut rules = Vec::new();
    let mut at = list_at;
    for name in names.split(',') {
        let trimmed = name.trim();
        if !trimmed.is_empty() {
            let begin = at + name.len() - name.trim_start().len();
            rules.push(begin..begin + trimmed.len());
        }
        at += name.len() + 1;
    }
    let end = list_at + names.len() + 1;
    if rules.is_empty() {
        return Some(Said::Wrong(start..end, format!("this names no rule; {FORM}")));
    }
    let marks = |c: char| c.is_whitespace() || matches!(c, '#' | '/' | '*' | '-' | '–' | ':');
    let has_reason = !reason.trim_matches(marks).is_empty();
    Some(Said::Ignore(Ignore { at: start..end, rules, has_reason, whole_file }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said, in few words.
    fn of(comment: &str) -> Vec<String> {
        let part = |at: Range<usize>| comment.get(at).unwrap();
        let word = |said| match said {
            Said::Wrong(at, message) => format!("{}: {message}", part(at)),
            Said::Ignore(ignore) => {
                let rules: Vec<&str> = ignore.rules.into_iter().map(part).collect();
                let file = if ignore.whole_file { "file " } else { "" };
                let reason = if ignore.has_reason { " with reason" } else { "" };
                format!("{file}{} as {}{reason}", rules.join("+"), part(ignore.at))
            }
        };
        read(comment).into_iter().map(word).collect()
    }

    #[test]
    fn comments_are_read() {
        assert_eq!(of("# overlint: ignore[a-b] why not"), ["a-b as overlint: ignore[a-b] with reason"]);
        assert_eq!(of("//overlint:ignore[ a , b,]"), ["a+b as overlint:ignore[ a , b,]"]);
        assert_eq!(of("/* overlint: ignore [a] -- */"), ["a as overlint: ignore [a]"]);
        assert_eq!(of("/*\n * overlint: ignore-file[a]: old\n */"), ["file a as overlint: ignore-file[a] with reason"]);
        assert_eq!(of("# TODO # overlint: ignore[a] x"), ["a as overlint: ignore[a] with reason"]);
        let two = "# overlint: ignore[a] # overlint: ignore[b] why";
        assert_eq!(of(two), ["a as overlint: ignore[a]", "b as overlint: ignore[b] with reason"]);
        assert_eq!(of("overlint: ignore[a] in JSON"), ["a as overlint: ignore[a] with reason"]);
    }

    #[test]
    fn what_is_nearly_one_is_told() {
        assert_eq!(of("# overlint: ignore"), [format!("overlint: ignore: this suppresses nothing; {FORM}")]);
        assert_eq!(of("# overlint: ignore[]"), [format!("overlint: ignore[]: this names no rule; {FORM}")]);
        assert_eq!(of("# overlint: ignore[a"), [format!("overlint: ignore: this suppresses nothing; {FORM}")]);
        assert_eq!(
            of("# overlint: ingore[a]"),
            ["overlint: ingore: this suppresses nothing; did you mean overlint: ignore[..]?"]
        );
        for other in ["# see overlint: ignore[a]", "# overlint: finds nothing here", "# overlint:", "# overlint ignore[a]"] {
            assert!(of(other).is_empty(), "{other}");
        }
    }
}
