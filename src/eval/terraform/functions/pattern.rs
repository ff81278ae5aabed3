//! Regular expressions as Terraform reads them: Go's dialect, which differs from that of the `regex` crate in details.
//!
//! The differences that are translated: `\d`, `\s`, `\w` and `\b` mean ASCII in Go; `\Q..\E` quotes; a `{` that starts no repetition
//! and a `[` inside brackets stand for themselves, and so do `&` and `~` inside brackets and `\<` and `\>`; flags that Go lacks are refused.
//!
//! Source: the Go package `regexp/syntax`.

use super::super::convert::{Outcome, Stop};
use regex::{Error, Regex, RegexBuilder};
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

/// `{1000,1000}` is the longest repetition that Go allows.
const LONGEST_REPETITION: usize = 10;
/// Larger programs are not compiled.
const LARGEST_PROGRAM: usize = 1 << 20;

/// Compiles a pattern in Go's dialect.
pub(super) fn compile(pattern: &str) -> Outcome<Regex> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&translated).size_limit(LARGEST_PROGRAM).build().map_err(|error| match error {
        Error::CompiledTooBig(_) => Stop::undecided("the regular expression is too large to be worked out"),
        _ => Stop::refused(format!("{pattern:?} is not a regular expression")),
    })
}

/// About how many states a pattern has once its repetitions are written out: a search may look at each for each character of a text.
pub(super) fn weight(pattern: &str) -> usize {
    // Of each group that is open: what is before its last part, and that part.
    let mut groups = vec![(0usize, 0usize)];
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        let part = match c {
            '(' => {
                groups.push((0, 0));
                continue;
            }
            ')' if groups.len() > 1 => groups.pop().map_or(0, |(before, last)| before.saturating_add(last)),
            '{' if let Some(inside) = repetition(rest.clone()) => {
                rest.by_ref().take(inside.len() + 1).for_each(drop);
                let times = inside.split(',').filter_map(|n| n.parse().ok()).max().unwrap_or(1);
                groups.last_mut().into_iter().for_each(|(_, last)| *last = last.saturating_mul(times));
                continue;
            }
            '\\' => match rest.next() {
                Some('p' | 'P') => OF_UNICODE_CLASS,
                _ => 1,
            },
            '.' | '[' => OF_CLASS,
            _ => 1,
        };
        groups.last_mut().into_iter().for_each(|(before, last)| (*before, *last) = (before.saturating_add(*last), part));
    }
    groups.into_iter().fold(0, |sum, (before, last)| sum.saturating_add(before).saturating_add(last))
}

/// About how many states a class has, for the bytes of its characters.
const OF_CLASS: usize = 8;
const OF_UNICODE_CLASS: usize = 300;

/// What kind of groups a pattern captures.
pub(super) enum Groups {
    /// None: a match is a text.
    None,
    /// Without names: a match is a list.
    Numbered,
    /// With these names: a match is a map.
    Named(Vec<Arc<str>>),
}

impl Groups {
    /// Terraform refuses to mix groups with and without names.
    pub(super) fn of(regex: &Regex) -> Outcome<Self> {
        let named: Vec<Arc<str>> = regex.capture_names().flatten().map(Arc::from).collect();
        match (regex.captures_len() - 1, named.len()) {
            (0, _) => Ok(Self::None),
            (_, 0) => Ok(Self::Numbered),
            (all, names) if all == names => Ok(Self::Named(named)),
            _ => Err(Stop::refused("the pattern mixes groups with and without names")),
        }
    }
}

fn translate(pattern: &str) -> Outcome<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let mut repeated = false;
    while let Some(c) = rest.next() {
        let repeats = matches!(c, '*' | '+' | '?') || c == '{' && repetition(rest.clone()).is_some();
        if repeats && repeated {
            return Err(Stop::refused(format!("{pattern:?} repeats a repetition")));
        }
        match c {
            '\\' => escape(&mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out),
            '{' => match repetition(rest.clone()) {
                Some(inside) => {
                    rest.by_ref().take(inside.len() + 1).for_each(drop);
                    out.push_str(&format!("{{{inside}}}"));
                }
                None => out.push_str("\\{"),
            },
            '(' => {
                flags(rest.clone())?;
                out.push('(');
                // The ? of (?: is no repetition.
                out.extend(rest.next_if_eq(&'?'));
            }
            _ => out.push(c),
        }
        if repeats {
            out.extend(rest.next_if_eq(&'?'));
        }
        repeated = repeats;
    }
    Ok(out)
}

/// The inside of a repetition such as `{2}`, `{2,}` or `{2,3}`, the `{` of which was read.
fn repetition(rest: Peekable<Chars>) -> Option<String> {
    let rest: String = rest.take(LONGEST_REPETITION).collect();
    let (inside, _) = rest.split_once('}')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let valid = match inside.split_once(',') {
        Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        None => number(inside),
    };
    valid.then(|| inside.to_owned())
}

fn flags(mut rest: Peekable<Chars>) -> Outcome<()> {
    if rest.next() != Some('?') {
        return Ok(());
    }
    match rest.take_while(|c| c.is_ascii_alphabetic() || *c == '-').find(|c| matches!(c, 'x' | 'u' | 'R')) {
        Some(flag) => Err(Stop::refused(format!("a regular expression has no flag {flag:?}"))),
        None => Ok(()),
    }
}

/// The members of a class such as `\d`, and whether the class means all others.
fn perl_class(c: char) -> Option<(&'static str, bool)> {
    let members = match c.to_ascii_lowercase() {
        'd' => "0-9",
        's' => "\\t\\n\\f\\r ",
        'w' => "0-9A-Za-z_",
        _ => return None,
    };
    Some((members, c.is_ascii_uppercase()))
}

fn escape(rest: &mut Peekable<Chars>, out: &mut String) -> Outcome<()> {
    let Some(c) = rest.next() else {
        out.push('\\');
        return Ok(());
    };
    match (c, perl_class(c)) {
        (_, Some((members, negated))) => out.push_str(&format!("[{}{members}]", if negated { "^" } else { "" })),
        ('b' | 'B', _) => out.push_str(&format!("(?-u:\\{c})")),
        ('Q', _) => quote(rest, out),
        ('<' | '>', _) => out.push(c),
        ('p' | 'P' | 'x', _) => {
            out.extend(['\\', c]);
            if rest.peek() == Some(&'{') {
                copy_through('}', rest, out);
            }
        }
        ('C', _) => return Err(Stop::undecided("\\C in a regular expression is not worked out")),
        _ => out.extend(['\\', c]),
    }
    Ok(())
}

fn quote(rest: &mut Peekable<Chars>, out: &mut String) {
    let mut quoted = String::new();
    for c in rest.by_ref() {
        quoted.push(c);
        if quoted.ends_with("\\E") {
            quoted.truncate(quoted.len() - 2);
            break;
        }
    }
    out.push_str(&regex::escape(&quoted));
}

/// A class in brackets, the `[` of which was read.
fn class(rest: &mut Peekable<Chars>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    while let Some(c) = rest.next() {
        match c {
            ']' => return out.push(']'),
            '\\' => class_escape(rest, out),
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                copy_through(']', rest, out);
            }
            '[' | '&' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
}

/// A `-` behind a class such as `\w` stands for itself.
fn class_escape(rest: &mut Peekable<Chars>, out: &mut String) {
    let Some(c) = rest.next() else { return out.push('\\') };
    match (c, perl_class(c)) {
        (_, Some((members, negated))) => {
            out.push_str(&if negated { format!("[^{members}]") } else { members.to_owned() });
            if rest.next_if_eq(&'-').is_some() {
                out.push_str("\\-");
            }
        }
        ('<' | '>', _) => out.push(c),
        _ => out.extend(['\\', c]),
    }
}

fn copy_through(last: char, rest: &mut Peekable<Chars>, out: &mut String) {
    for c in rest.by_ref() {
        out.push(c);
        if c == last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_weigh_what_they_repeat() {
        for (pattern, expected) in [
            ("", 0),
            ("abc", 3),
            ("a{3}", 3),
            ("(a{1,100}){1,100}b", 10_001),
            ("((ab){10,}c){2}", 42),
            ("a{", 2),
            ("a)b", 3),
            ("(", 0),
        ] {
            assert_eq!(weight(pattern), expected, "{pattern}");
        }
        assert_eq!(weight(&"(a{1000}".repeat(30)), 30_000);
        assert_eq!(weight(&format!("{}a{}", "(".repeat(30), "{1000})".repeat(30))), usize::MAX);
    }

    #[test]
    fn reads_patterns_as_go_does() {
        for (pattern, matching, other) in [
            (r"^\d+$", "123", "\u{663}"),
            (r"^[\w-.]+$", "a-b.c", "a b"),
            (r"^[[&~]$", "[", "a"),
            (r"^a{,2}$", "a{,2}", "aa"),
            (r"^a{2}$", "aa", "a{2}"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^[[:alpha:]]$", "a", "1"),
            (r"^[]a]$", "]", "b"),
            (r"\bb", "a b", "ab"),
            (r"^\<$", "<", ""),
            (r"^[^\S]$", " ", "a"),
            (r"^\pL\p{Greek}\x{61}{2}$", "äαaa", "a"),
            (r"^(?:a+?b??)?$", "aab", "b"),
        ] {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(matching) && !regex.is_match(other), "{pattern}");
        }
        for refused in ["(", "a**", "a{2}{3}", "a*?+", "(?x)a", "(?=a)", "[a", "\\"] {
            assert!(matches!(compile(refused), Err(Stop::Refused(_))), "{refused}");
        }
    }
}
