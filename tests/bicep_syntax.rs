//! The Bicep parser: against checkouts of real repositories, against what Bicep's own lexer and parser say, and with broken texts.
//! What each construct becomes is tested in `bicep_constructs.rs`.
//!
//! The environment variable `OVERLINT_BICEP_CORPUS` names folders with checkouts, separated as in `PATH`, each checkout in a folder
//! `OWNER+NAME`. `Azure+bicep` is the compiler's own repository; many of its files are wrong on purpose. Without the variable nothing
//! here is tested, and the tests say so. `OVERLINT_BICEP_MUTATION_SECONDS` is how long to try broken texts, 10 by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests may"
)]

use overlint::source::{FileId, Sources};
use overlint::syntax::bicep::ast::{Statement, StatementKind};
use overlint::syntax::bicep::lex::{TokenKind, lex};
use overlint::syntax::bicep::{self, Dialect, Parsed, parse};
use overlint::syntax::expr::ExprKind;
use overlint::syntax::template::{Declaration, DeclarationKind, Template};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const VARIABLE: &str = "OVERLINT_BICEP_CORPUS";
const COMPILER: &str = "Azure+bicep";

/// Tells whoever runs the tests; what the print macros write is only shown when a test fails.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "\nbicep corpus: {text}");
}

/// The folders with checkouts.
fn corpus() -> Vec<PathBuf> {
    let Some(folders) = std::env::var_os(VARIABLE) else {
        tell(&format!("skipped, because {VARIABLE} is not set"));
        return Vec::new();
    };
    std::env::split_paths(&folders).collect()
}

/// The Bicep files of all checkouts, or of the compiler's, sorted.
fn files(of_compiler: bool) -> Vec<(PathBuf, Dialect)> {
    let entries = corpus().into_iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    let paths = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    let paths = paths.filter(|path| path.components().any(|part| part.as_os_str() == COMPILER) == of_compiler);
    paths.filter_map(|path| Dialect::of(path.to_str()?).map(|dialect| (path.clone(), dialect))).collect()
}

/// A file as overlint sees it.
fn text(path: &Path) -> String {
    let (sources, id) = source(&fs::read(path).unwrap());
    sources.file(id).text().to_owned()
}

fn source(bytes: &[u8]) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let id = sources.add("x", bytes);
    (sources, id)
}

fn parsed(text: &str, dialect: Dialect) -> Parsed {
    let (_, id) = source(text.as_bytes());
    parse(id, text, dialect)
}

/// Every span lies in the text, on character boundaries. Taken from the debug form, so that no node is forgotten.
fn check_spans(parsed: &dyn Debug, text: &str) {
    let debug = format!("{parsed:?}");
    let mut numbers = debug.split("start: ").skip(1).map(|rest| {
        let (start, rest) = rest.split_once(", end: ").unwrap();
        let end = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        (start.parse::<usize>().unwrap(), end.parse::<usize>().unwrap())
    });
    let bad = numbers.find(|(start, end)| text.get(*start..*end).is_none());
    assert_eq!(bad, None, "a span is not in the text:\n{text}");
}

#[test]
fn real_files_are_read() {
    let files = files(false);
    let (mut read, mut bytes, mut templated, mut failures) = (0, 0, 0, String::new());
    for (path, dialect) in &files {
        let text = text(path);
        if *dialect == Dialect::Parameters && text.contains("{{") {
            templated += 1;
            continue;
        }
        let parsed = parsed(&text, *dialect);
        check_spans(&parsed, &text);
        read += usize::from(parsed.errors.is_empty());
        bytes += text.len();
        if let Some((span, message)) = parsed.errors.first() {
            let line = text.get(..span.start as usize).unwrap().matches('\n').count() + 1;
            let _ = writeln!(failures, "{}:{line}: {message}", path.display());
        }
    }
    let all = files.len() - templated;
    tell(&format!(
        "{read} of {all} files with {bytes} bytes are read without error; {templated} are templates of Bicep\n{failures}"
    ));
    assert!(read * 1000 >= all * 995, "less than 99.5%");
}

#[test]
fn the_compilers_files_are_read_without_a_crash() {
    let files = files(true);
    let mut with_errors = 0;
    for (path, dialect) in &files {
        let text = text(path);
        let parsed = parsed(&text, *dialect);
        check_spans(&parsed, &text);
        with_errors += usize::from(!parsed.errors.is_empty());
    }
    if !files.is_empty() {
        tell(&format!("{} files of the compiler are read, {with_errors} of them with errors", files.len()));
    }
}

/// A template, or what a parameter file can refer to.
fn lowered(text: &str, dialect: Dialect) -> Template {
    let (_, id) = source(text.as_bytes());
    match dialect {
        Dialect::Template => bicep::template(id, text).0,
        Dialect::Parameters => bicep::parameters(id, text).0.scope,
    }
}

/// The names of resources and modules, each before what is declared inside it.
fn written(statements: &[Statement], names: &mut Vec<String>) {
    for statement in statements {
        match &statement.kind {
            // The compiler refuses interpolations in a type, and nothing can be told of such a resource.
            StatementKind::Resource(resource) if matches!(resource.of.kind, ExprKind::String(_)) => {
                names.push(resource.name.text.to_string());
                written(&resource.children, names);
            }
            StatementKind::Module(module) => names.push(module.name.text.to_string()),
            _ => {}
        }
    }
}

fn declared(declarations: &[Declaration], names: &mut Vec<String>) {
    for declaration in declarations {
        names.push(declaration.symbol.as_ref().unwrap().text.to_string());
        if let DeclarationKind::Resource(resource) = &declaration.kind {
            declared(&resource.children, names);
        }
    }
}

#[test]
fn every_resource_and_module_is_declared() {
    let (mut files, mut all) = (0, 0);
    for (path, dialect) in [self::files(false), self::files(true)].concat() {
        let text = text(&path);
        let template = lowered(&text, dialect);
        check_spans(&template, &text);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        written(&parsed(&text, dialect).statements, &mut before);
        declared(&template.declarations, &mut after);
        assert_eq!(before, after, "{}", path.display());
        files += 1;
        all += after.len();
    }
    if files > 0 {
        tell(&format!("{files} files declare {all} resources and modules"));
    }
}

/// The tokens of a text, one a line, as the compiler's baselines write them.
fn tokens(text: &str) -> Vec<String> {
    let escape = |text: &str| text.replace('\r', "\\r").replace('\n', "\\n");
    let tokens = lex(text).tokens.into_iter();
    let written = tokens.map(|t| format!("{:?} |{}|", t.kind, escape(text.get(t.start as usize..t.end as usize).unwrap())));
    written.collect()
}

/// The notes of a baseline: a line `//@[from:to) note` for each.
fn notes(path: &Path) -> Vec<String> {
    let text = text(path);
    let lines = text.split('\n').filter_map(|line| line.strip_prefix("//@["));
    lines.map(|line| line.split_once(") ").unwrap().1.trim_end_matches('\r').to_owned()).collect()
}

/// The folders of the compiler's baselines with their source and a file of notes beside it.
fn baselines(notes: &str) -> Vec<(PathBuf, PathBuf, Dialect)> {
    let beside = files(true).into_iter().filter_map(|(path, dialect)| {
        let name = path.file_name()?.to_str()?;
        let (stem, extension) = name.split_once('.')?;
        let other = path.with_file_name(format!("{stem}.{notes}.{extension}"));
        let main = matches!(name, "main.bicep" | "parameters.bicepparam");
        (main && other.is_file()).then_some((path, other, dialect))
    });
    beside.collect()
}

#[test]
fn tokens_are_those_of_the_compiler() {
    let (mut same, mut different) = (0, Vec::new());
    for (path, baseline, _) in baselines("tokens") {
        let (ours, theirs) = (tokens(&text(&path)), notes(&baseline));
        match ours.iter().zip(&theirs).find(|(a, b)| a != b) {
            None if ours.len() == theirs.len() => same += 1,
            other => different.push(format!("{}: {other:?}", path.display())),
        }
    }
    if same > 0 {
        tell(&format!("the tokens of {same} baselines are the same, of {} not\n{}", different.len(), different.join("\n")));
    }
    let malformed = |title: &str| title.contains("Invalid");
    let bad: Vec<_> = different.iter().filter(|title| !malformed(title)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

/// The codes of the compiler's lexer and parser. It refuses a newline after the comma in an array or object (238); we do not.
const SYNTAX_CODES: [u16; 63] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 32, 64, 68, 87, 96, 97, 103, 117, 118,
    123, 133, 136, 140, 162, 167, 201, 202, 226, 236, 237, 243, 249, 257, 266, 279, 300, 305, 317, 322, 325, 337, 344, 346, 347,
    354, 355, 356, 375, 404, 436,
];

#[test]
fn errors_are_where_the_compiler_has_them() {
    let (mut agree, mut differ) = ([0, 0], Vec::new());
    for (path, baseline, dialect) in baselines("diagnostics") {
        let codes = notes(&baseline);
        let codes = codes.iter().filter_map(|note| note.strip_prefix("[BCP")?.get(..3)?.parse::<u16>().ok());
        let theirs: BTreeSet<u16> = codes.filter(|code| SYNTAX_CODES.contains(code)).collect();
        let ours = parsed(&text(&path), dialect).errors;
        match theirs.is_empty() == ours.is_empty() {
            true => agree[usize::from(ours.is_empty())] += 1,
            false => differ.push(format!("{}: theirs {theirs:?}, ours {:?}", path.display(), ours.first())),
        }
    }
    if agree != [0, 0] {
        tell(&format!("{} baselines have errors, {} have none; we differ on\n{}", agree[0], agree[1], differ.join("\n")));
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

/// Numbers that look random, the same ones in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound.max(1)
    }
}

/// Deletes, replaces, inserts or repeats a few bytes.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    const PIECES: [&[u8]; 26] = [
        b"'",
        b"'''",
        b"$'''",
        b"${",
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b"\n",
        b"\r",
        b"\\",
        b"?",
        b"=>",
        b"/*",
        b"*/",
        b"//",
        b"@",
        b"#",
        b"\"",
        b"\xc3\xa9",
        b"\xff",
        b"resource a 'b' = ",
        b"!",
        b"...",
    ];
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(6)).min(bytes.len());
        let piece = PIECES[numbers.below(PIECES.len())];
        match numbers.below(4) {
            0 => drop(bytes.splice(at..end, [])),
            1 => drop(bytes.splice(at..end, piece.iter().copied())),
            2 => drop(bytes.splice(at..at, piece.iter().copied())),
            _ => {
                let copied = bytes.get(at..(at + numbers.below(200)).min(bytes.len())).unwrap_or(&[]).to_vec();
                let to = numbers.below(bytes.len() + 1);
                drop(bytes.splice(to..to, copied));
            }
        }
    }
}

#[test]
fn broken_texts_do_no_harm() {
    let seconds = std::env::var("OVERLINT_BICEP_MUTATION_SECONDS").ok().map_or(10, |s| s.parse().unwrap());
    let files: Vec<_> = [files(false), files(true)].concat();
    let originals = files.into_iter().map(|(path, dialect)| (fs::read(path).unwrap(), dialect));
    let originals: Vec<_> = originals.filter(|(bytes, _)| bytes.len() < 10_000).collect();
    let (mut tried, mut numbers, start) = (0_usize, Numbers(0x9e37_79b9_7f4a_7c15), Instant::now());
    while !originals.is_empty() && start.elapsed() < Duration::from_secs(seconds) {
        let (bytes, dialect) = &originals[numbers.below(originals.len())];
        let mut bytes = bytes.clone();
        mutate(&mut bytes, &mut numbers);
        let (sources, id) = source(&bytes);
        let text = sources.file(id).text();
        check_spans(&parse(id, text, *dialect), text);
        check_spans(&lowered(text, *dialect), text);
        tried += 1;
    }
    if tried > 0 {
        tell(&format!("{tried} broken texts in {seconds} s"));
    }
}

#[test]
fn the_last_token_is_the_end() {
    for text in ["", "x", "'", "'''", "${", "/*", "'${", "'${\n", "$$'''${a}$${b}", "é"] {
        assert_eq!(lex(text).tokens.last().unwrap().kind, TokenKind::EndOfFile, "{text}");
        check_spans(&parsed(text, Dialect::Template), text);
    }
}
