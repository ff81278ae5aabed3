//! The demo that the README starts with: its output stays as it is, and the README shows what is really printed.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::report::{Format, Style, render};
use std::path::Path;

/// What `overlint check testdata/demo` prints in 80 columns, with `--undecided` or without.
fn output(undecided: bool) -> String {
    // Tests run in the folder of the package, so paths come out as in the README.
    let (sources, report) = overlint::with_threads(1, || {
        let sources = discover(&["testdata/demo".to_owned()], &Options::default());
        let report = overlint::check(&sources, &Config::default());
        (sources, report)
    })
    .expect("threads");
    let mut out = Vec::new();
    let style = Style { undecided, ..Style::default() };
    render(Format::Text, &report, &sources, &style, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn the_demo_prints_what_it_did() {
    common::golden("tests/golden/demo.txt", &output(true));
}

#[test]
fn the_readme_shows_real_output() {
    let output = output(false);
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    let block = readme.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("a block of output");
    let mut lines = output.lines();
    for shown in block.lines().filter(|line| line.trim() != "...") {
        assert!(lines.any(|line| line == shown), "the README shows a line that is not printed, or not here: {shown}");
    }
}
