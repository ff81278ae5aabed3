//! `fileset`: the files that match a pattern with `*`, `?`, `[..]`, `{a,b}` and `**`.

use super::super::convert::{self, Outcome, Stop};
use super::args::Args;
use super::file::path;
use super::{Answer, Value};
use crate::source::{EntryKind, ReadError, join, relative};
use std::collections::BTreeSet;

/// So many patterns may come from one pattern by its braces.
const MOST_PATTERNS: usize = 100;
/// So many files may match.
const MOST_FILES: usize = 10_000;

pub(super) fn fileset(args: &Args) -> Outcome<Answer> {
    let folder = path(args, 0)?;
    let mut found = BTreeSet::new();
    for pattern in braces(args.text(1)?)? {
        let pattern = join(&folder, &pattern);
        let (start, rest) = match pattern.strip_prefix('/') {
            Some(rest) => ("/", rest),
            None => ("", pattern.as_str()),
        };
        let parts: Vec<Vec<Piece>> = rest.split('/').map(pieces).collect::<Outcome<_>>()?;
        walk(args, start.to_owned(), &parts, &mut found)?;
    }
    let names = found.iter().map(|file| args.made(Value::string(relative(&join("", &folder), file))));
    Ok(Answer::Made(convert::set(names.collect())?))
}

/// Adds the files below a folder that match the rest of a pattern.
fn walk(args: &Args, folder: String, parts: &[Vec<Piece>], found: &mut BTreeSet<String>) -> Outcome<()> {
    let Some((part, rest)) = parts.split_first() else { return Ok(()) };
    if let Some(name) = literal(part) {
        // A name is looked up, not searched for: the folder may be one that cannot be listed.
        let path = join(&folder, &name);
        return if rest.is_empty() { add_if_file(args, path, found) } else { walk(args, path, rest, found) };
    }
    let entries = match args.files.list(if folder.is_empty() { "." } else { &folder })? {
        Ok(entries) => entries,
        Err(ReadError::Missing | ReadError::Folder) => return Ok(()),
        Err(ReadError::Refused(why)) => return Err(Stop::undecided(format!("the folder {folder} {why}"))),
    };
    let any_depth = matches!(part.as_slice(), [Piece::AnyDepth]);
    if any_depth && !rest.is_empty() {
        walk(args, folder.clone(), rest, found)?;
    }
    for entry in entries.iter().filter(|entry| any_depth || matches(part, &entry.name)) {
        let path = join(&folder, &entry.name);
        match entry.kind {
            EntryKind::Outside => return Err(Stop::undecided(format!("{path} leads outside the repository"))),
            EntryKind::File if rest.is_empty() => _ = found.insert(path),
            EntryKind::Folder if any_depth => walk(args, path, parts, found)?,
            EntryKind::Folder | EntryKind::FolderLink if !any_depth && !rest.is_empty() => walk(args, path, rest, found)?,
            _ => {}
        }
        if found.len() > MOST_FILES {
            return Err(Stop::undecided(format!("more than {MOST_FILES} files match")));
        }
    }
    Ok(())
}

fn add_if_file(args: &Args, path: String, found: &mut BTreeSet<String>) -> Outcome<()> {
    match args.files.read(&path)? {
        Ok(_) => _ = found.insert(path),
        Err(ReadError::Missing | ReadError::Folder) => {}
        Err(ReadError::Refused(why)) => return Err(Stop::undecided(format!("{path} {why}"))),
    }
    Ok(())
}

/// A part of a pattern between two slashes is a list of these.
#[derive(Debug)]
enum Piece {
    /// This character.
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `[a-z]`, `[^a-z]`
    Class(bool, Vec<(char, char)>),
    /// `**` alone: this folder and all below it.
    AnyDepth,
}

fn literal(part: &[Piece]) -> Option<String> {
    part.iter().map(|piece| if let Piece::Char(c) = piece { Some(*c) } else { None }).collect()
}

fn bad_pattern() -> Stop {
    Stop::refused("the pattern has a mistake")
}

fn pieces(part: &str) -> Outcome<Vec<Piece>> {
    if part == "**" {
        return Ok(vec![Piece::AnyDepth]);
    }
    let mut rest = part.chars();
    let mut pieces = Vec::new();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '*' => Piece::Many,
            '?' => Piece::One,
            '\\' => Piece::Char(rest.next().ok_or_else(bad_pattern)?),
            '[' => class(&mut rest)?,
            c => Piece::Char(c),
        });
    }
    Ok(pieces)
}

fn class(rest: &mut std::str::Chars<'_>) -> Outcome<Piece> {
    let mut next = || match rest.next() {
        Some('\\') => rest.next().map(|c| (c, true)),
        other => other.map(|c| (c, false)),
    };
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut negated = false;
    let mut open: Option<char> = None;
    for position in 0.. {
        match next().ok_or_else(bad_pattern)? {
            ('^' | '!', false) if position == 0 => negated = true,
            (']', false) if !ranges.is_empty() || open.is_some() => break,
            ('-', false) if open.is_some() => {
                let low = open.take().ok_or_else(bad_pattern)?;
                match next().ok_or_else(bad_pattern)? {
                    (']', false) => return Err(bad_pattern()),
                    (high, _) => ranges.push((low, high)),
                }
            }
            (c, _) => {
                ranges.extend(open.replace(c).map(|c| (c, c)));
            }
        }
    }
    ranges.extend(open.map(|c| (c, c)));
    Ok(Piece::Class(negated, ranges))
}

/// Whether a name matches. After a mismatch only the last `*` needs to be tried again, one character further on.
fn matches(part: &[Piece], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    loop {
        let fits = match (part.get(p), name.get(n)) {
            (None, None) => return true,
            (Some(Piece::Many | Piece::AnyDepth), _) => {
                again = Some((p, n));
                p += 1;
                continue;
            }
            (Some(Piece::One), Some(_)) => true,
            (Some(Piece::Char(wanted)), Some(c)) => wanted == c,
            (Some(Piece::Class(negated, ranges)), Some(c)) => {
                ranges.iter().any(|(low, high)| (low..=high).contains(&c)) != *negated
            }
            _ => false,
        };
        match &mut again {
            _ if fits => {
                p += 1;
                n += 1;
            }
            Some((star, from)) if *from < name.len() => {
                *from += 1;
                p = *star + 1;
                n = *from;
            }
            _ => return false,
        }
    }
}

/// The patterns that one with braces stands for.
fn braces(pattern: &str) -> Outcome<Vec<String>> {
    let mut done = Vec::new();
    let mut todo = vec![pattern.to_owned()];
    while let Some(pattern) = todo.pop() {
        match first_braces(&pattern)? {
            None => done.push(pattern),
            Some((before, choices, after)) => todo.extend(choices.iter().map(|choice| format!("{before}{choice}{after}"))),
        }
        if done.len() + todo.len() > MOST_PATTERNS {
            return Err(Stop::undecided("the pattern has too many braces to be worked out"));
        }
    }
    Ok(done)
}

type Braces<'p> = (&'p str, Vec<&'p str>, &'p str);

/// What stands before the first braces, the choices in them, and what stands behind.
fn first_braces(pattern: &str) -> Outcome<Option<Braces<'_>>> {
    let mut depth = 0;
    let mut escaped = false;
    let mut marks: Vec<usize> = Vec::new();
    for (i, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => {
                depth += 1;
                if depth == 1 {
                    marks.push(i);
                }
            }
            ',' if depth == 1 => marks.push(i),
            '}' if depth == 1 => {
                marks.push(i);
                let part = |pair: &[usize]| match pair {
                    [from, to] => pattern.get(from + 1..*to),
                    _ => None,
                };
                let choices = marks.windows(2).filter_map(part).collect();
                let before = marks.first().and_then(|start| pattern.get(..*start)).unwrap_or("");
                return Ok(Some((before, choices, pattern.get(i + 1..).unwrap_or(""))));
            }
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return Err(bad_pattern());
        }
    }
    if depth == 0 { Ok(None) } else { Err(bad_pattern()) }
}
