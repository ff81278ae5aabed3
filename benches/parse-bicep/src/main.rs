//! How fast Bicep is parsed, beside the tree-sitter grammar for it, in one run on the same files.
//!
//! `cargo run --release --manifest-path benches/parse-bicep/Cargo.toml -- FOLDER..` reads every `.bicep` and `.bicepparam` file below the
//! folders, and lets the two parse all of them in turn, one thread each, five times. It prints the medians and how many files each could
//! not parse in full.

use overlint::source::Sources;
use overlint::syntax::bicep::{self, Dialect};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

fn main() {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let mut files: Vec<(Dialect, String)> = Vec::new();
    for entry in folders.iter().flat_map(|f| walkdir::WalkDir::new(f).sort_by_file_name()).flatten() {
        if let (Some(dialect), Ok(text)) =
            (Dialect::of(&entry.path().to_string_lossy()), std::fs::read_to_string(entry.path()))
        {
            files.push((dialect, text));
        }
    }
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut broken = (0, 0);
    for _ in 0..ROUNDS {
        let (time, errors) = overlint::with_threads(1, || overlint_parses(&files)).expect("a thread can be started");
        ours.push(time);
        broken.0 = errors;
        let (time, errors) = tree_sitter_parses(&files);
        theirs.push(time);
        broken.1 = errors;
    }
    let show = |name: &str, times: &mut Vec<Duration>, broken: usize| {
        times.sort();
        let median = times[times.len() / 2];
        let speed = bytes as f64 / 1e6 / median.as_secs_f64();
        println!(
            "{name:12} {median:>10.1?} (from {:.1?} to {:.1?}), {speed:6.1} MB/s, {broken} files with errors",
            times[0],
            times[times.len() - 1]
        );
        median
    };
    let a = show("overlint", &mut ours, broken.0);
    let b = show("tree-sitter", &mut theirs, broken.1);
    println!("tree-sitter takes {:.1} times as long", b.as_secs_f64() / a.as_secs_f64());
}

fn overlint_parses(files: &[(Dialect, String)]) -> (Duration, usize) {
    let mut sources = Sources::new();
    let file = sources.add("main.bicep", b"");
    let start = Instant::now();
    let broken = files.iter().filter(|(dialect, text)| !bicep::parse(file, text, *dialect).errors.is_empty()).count();
    (start.elapsed(), broken)
}

fn tree_sitter_parses(files: &[(Dialect, String)]) -> (Duration, usize) {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_bicep::LANGUAGE.into()).expect("the grammar fits the library");
    let start = Instant::now();
    let broken = files.iter().filter(|(_, text)| parser.parse(text, None).is_none_or(|tree| tree.root_node().has_error())).count();
    (start.elapsed(), broken)
}
