//! Differences of two texts, in the unified form that `patch` and `git apply` read.

use crate::report::printable;
use std::fmt::Write;

/// So many lines are shown around a difference.
const AROUND: usize = 3;

/// A part of the lines: where it starts and ends in the old and in the new text.
#[derive(Clone, Copy, Debug)]
struct Part {
    old: (usize, usize),
    new: (usize, usize),
}

/// The difference of two texts of a file; nothing when they are the same.
pub(super) fn unified(path: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut text = String::new();
    let mut parts = differences(&old, &new).into_iter().peekable();
    while let Some(first) = parts.next() {
        if text.is_empty() {
            let (a, b) = if path.starts_with('/') { ("", "") } else { ("a/", "b/") };
            let _ = write!(text, "--- {}\n+++ {}\n", quoted(a, path), quoted(b, path));
        }
        let mut hunk = vec![first];
        let mut last = first;
        while let Some(next) = parts.next_if(|next| next.old.0 - last.old.1 <= 2 * AROUND) {
            hunk.push(next);
            last = next;
        }
        write_hunk(&mut text, &hunk, &old, &new);
    }
    text
}

/// A path as git writes it: in quotes if anything in it would end the line or steer a terminal.
fn quoted(side: &str, path: &str) -> String {
    let is_special = |byte: &u8| byte.is_ascii_control() || matches!(byte, b'"' | b'\\');
    let path = format!("{side}{path}");
    if !path.bytes().any(|byte| is_special(&byte)) && printable(&path) == path {
        return path;
    }
    let mut text = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => _ = write!(text, "\\{byte:03o}"),
        }
    }
    text.push('"');
    text
}

/// A difference for eyes only: with characters that would steer a terminal spelled out.
pub(super) fn shown(diff: &str) -> String {
    let part = |part: &str| {
        let inner = part.trim_end_matches(['\n', '\t']);
        let inner = if part.ends_with('\n') { inner.strip_suffix('\r').unwrap_or(inner) } else { inner };
        format!("{}{}", printable(inner), part.strip_prefix(inner).unwrap_or_default())
    };
    diff.split_inclusive(['\n', '\t']).map(part).collect()
}

fn write_hunk(text: &mut String, parts: &[Part], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
    let before = first.old.0.min(AROUND);
    let after = (old.len() - last.old.1).min(AROUND);
    let (from, to) = ((first.old.0 - before, first.new.0 - before), (last.old.1 + after, last.new.1 + after));
    let range = |start: usize, end: usize| format!("{},{}", if end > start { start + 1 } else { start }, end - start);
    let _ = writeln!(text, "@@ -{} +{} @@", range(from.0, to.0), range(from.1, to.1));
    let mut lines = |sign: char, lines: Option<&[&str]>| {
        for line in lines.unwrap_or_default() {
            let end = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
            let _ = write!(text, "{sign}{line}{end}");
        }
    };
    let mut at = from.0;
    for part in parts {
        lines(' ', old.get(at..part.old.0));
        lines('-', old.get(part.old.0..part.old.1));
        lines('+', new.get(part.new.0..part.new.1));
        at = part.old.1;
    }
    lines(' ', old.get(at..to.0));
}

/// Where the lines differ. Repairs change few lines, so that the nearest place where both go on alike is the right one.
fn differences(old: &[&str], new: &[&str]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if old.get(i) == new.get(j) {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let meets =
            |distance: usize| (0..=distance).map(move |a| (i + a, j + distance - a)).find(|(a, b)| alike(old, new, *a, *b));
        let (a, b) = (1..=old.len() + new.len()).find_map(meets).unwrap_or((old.len(), new.len()));
        parts.push(Part { old: (i, a), new: (j, b) });
        (i, j) = (a, b);
    }
    parts
}

/// Whether both texts have the same line here, or none.
fn alike(old: &[&str], new: &[&str], i: usize, j: usize) -> bool {
    let at_end = i == old.len() && j == new.len();
    at_end || old.get(i).is_some_and(|line| new.get(j) == Some(line)) || i > old.len() && j > new.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_are_shown_with_the_lines_around() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk\nl\nm\nx\nN";
        let expected = "--- a/x y.tf\n+++ b/x y.tf\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n\
            @@ -11,4 +11,5 @@\n k\n l\n m\n-n\n\\ No newline at end of file\n+x\n+N\n\\ No newline at end of file\n";
        assert_eq!(unified("x y.tf", old, new), expected);
        assert_eq!(unified("x", old, old), "");
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        let head = |path: &str| unified(path, "a", "b").lines().next().unwrap().to_owned();
        assert_eq!(head("ä b's.tf"), "--- a/ä b's.tf");
        assert_eq!(head("a\n\"\\.tf"), r#"--- "a/a\012\"\\.tf""#);
        assert_eq!(head("/\u{202e}x"), r#"--- "/\342\200\256x""#);
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(shown("-a\u{1b}[1m\r\n+\tb\tc\r\r\n"), "-a\\u{1b}[1m\r\n+\tb\tc\\r\r\n");
    }

    #[test]
    fn a_new_line_is_one() {
        assert_eq!(unified("/x", "a\r\nb\r\n", "a\r\nn\r\nb\r\n"), "--- /x\n+++ /x\n@@ -1,2 +1,3 @@\n a\r\n+n\r\n b\r\n");
    }
}
