//! What several tests need.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "each test uses a part; tests fail by panics"
)]

pub mod editor;
pub mod expr;
pub mod program;
pub mod report;
pub mod template;

use overlint::config::Config;
use overlint::report::Report;
use overlint::rules::Example;
use overlint::source::{Asked, Sources};
use std::path::Path;

/// Compares a generated text with a file of the project, or writes the file when `OVERLINT_BLESS` is set.
pub fn golden(path: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("OVERLINT_BLESS").is_some() {
        std::fs::write(&file, actual).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(expected, actual, "{path} differs; if the new text is right, run the test with OVERLINT_BLESS=1");
}

/// What the checker says of one example of a document, run as a root module of its own.
pub fn check(example: &Example<'_>) -> Report {
    let file = match example.language {
        "terraform" => "main.tf",
        "plan" => "plan.json",
        "bicep" => "main.bicep",
        "arm" => "azuredeploy.json",
        other => panic!("no rule is checked in {other} yet"),
    };
    let config = Config { as_of: example.as_of, ..Config::default() };
    check_with(&[(file, &example.code)], &config).1
}

/// A cluster whose pod CIDR is an expression.
pub fn cluster(value: &str) -> String {
    format!(
        r#"
resource "azurerm_kubernetes_cluster" "c" {{
  default_node_pool {{ name = "system" }}
  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = {value}
  }}
}}
"#
    )
}

/// The report on some files, all of which are linted.
pub fn check_with(files: &[(&str, &str)], config: &Config) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
        sources.add_folder(overlint::source::parent(path));
        sources.ask(path, Asked::Found);
    }
    let report = overlint::with_threads(1, || overlint::check(&sources, config)).unwrap();
    (sources, report)
}

/// The quoted value of the pod CIDR of each cluster, or why it is not known.
pub fn values(files: &[(&str, &str)], config: &Config) -> Vec<String> {
    let (_, report) = check_with(files, config);
    let quoted = report.findings.iter().filter(|f| f.rule == "invalid-cidr" && f.message.starts_with("pod_cidr"));
    let quoted = quoted.map(|f| f.message.split('"').nth(1).unwrap().replace("\\\\", "\\").replace("\\n", "\n"));
    let unknown = report.undecided.iter().filter(|u| u.rule == "invalid-cidr");
    quoted.chain(unknown.map(|u| format!("? {}", u.why.reason))).collect()
}
