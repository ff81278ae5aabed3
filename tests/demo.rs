//! The demo that the README starts with: its output stays as it is, and the README shows what is really printed.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::report::{Format, Style, render};
use std::path::Path;
use std::process::Command;

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

#[test]
fn the_markdown_report_has_the_address_plan() {
    let output = Command::new(env!("CARGO_BIN_EXE_overlint"))
        .env_clear()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "testdata/demo", "--format", "markdown"])
        .output()
        .expect("it runs");
    let page = String::from_utf8(output.stdout).expect("reports are UTF-8");
    let plan =
        page.split("<summary>Address plan</summary>").nth(1).and_then(|rest| rest.split("</details>").next()).expect("a plan");
    let rows: Vec<&str> = plan.lines().filter(|line| line.starts_with("| <code>")).collect();
    assert_eq!(rows.len(), 7, "{plan}");
    assert_eq!(
        rows[3],
        "| <code>10.0.0.0/16</code>: Azure's default | service\\_cidr of cluster azurerm\\_kubernetes\\_cluster.tools | 65,536 addresses, 10.0.0.0 \
         to 10.0.255.255 | **node subnet snet-tools 10.0.4.0/24**, **subnet snet-apps 10.0.0.0/22**, **address space 10.0.0.0/16 of VNet \
         vnet-platform** | <code>testdata/demo/tools.tf:24:3</code> |"
    );
    assert!(rows[0].contains("room for 16 nodes, a /24 each; the node pools may reach 43 nodes"), "{}", rows[0]);
}
