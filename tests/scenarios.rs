//! Variable sets: which files make which scenarios of a root module, and what the report says of them.
//!
//! The value under test is put where a pod CIDR belongs. Since it is none, the report quotes it and names the scenarios that have it.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::cluster;
use overlint::config::{Config, Given};
use overlint::report::{Format, Report, Style, render};
use overlint::source::{Sources, parent};

/// A root module with a variable, which has no default unless there is one in `more`.
fn root(more: &str) -> String {
    format!(
        "variable \"cidr\" {{\n{more}\n}}\nvariable \"other\" {{ default = \"\" }}\nvariable \"third\" {{ default = \"\" }}\n"
    ) + &cluster("\"${var.cidr}${var.other}${var.third}\"")
}

/// Checks files; a configuration file in the current folder applies to all of it.
fn check_with(files: &[(&str, &str)], config: &Config) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
    }
    let settings = sources.iter().find(|(_, f)| f.path() == "overlint.toml").map(|(id, _)| id);
    for (path, _) in files.iter().filter(|(path, _)| path.ends_with(".tf")) {
        sources.add_folder(parent(path));
        if let Some(settings) = settings {
            sources.set_config(parent(path), settings);
        }
    }
    let report = overlint::with_threads(2, || overlint::check(&sources, config)).unwrap();
    (sources, report)
}

fn check(files: &[(&str, &str)]) -> Report {
    check_with(files, &Config::default()).1
}

/// The values that the pod CIDR has, each with its scenarios; why it is not known; what was not checked.
fn values(report: &Report) -> Vec<String> {
    let quoted = report.findings.iter().filter(|f| f.rule == "invalid-cidr" && f.message.starts_with("pod_cidr"));
    let quoted = quoted.map(|f| {
        let value = f.message.split('"').nth(1).unwrap();
        if f.scenarios.is_empty() { value.to_owned() } else { format!("{value} in {}", f.scenarios.join(", ")) }
    });
    let unknown = report.undecided.iter().filter(|u| u.rule == "invalid-cidr");
    let unknown = unknown.map(|u| format!("? {}", u.why.reason));
    let skipped = report.undecided.iter().filter(|u| u.rule == "*").map(|u| format!("* {}: {}", u.cluster, u.why.reason));
    let unreadable = report.unreadable.iter().map(|u| format!("! {}: {}", u.path, u.message));
    let mut values: Vec<String> = quoted.chain(unknown).chain(skipped).chain(unreadable).collect();
    values.sort();
    values
}

#[track_caller]
fn expect(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(values(&check(files)), expected);
}

#[test]
fn each_variable_file_of_a_root_is_a_scenario() {
    let root = root("");
    expect(
        &[("main.tf", &root), ("dev.tfvars", "cidr = \"dev\""), ("prod.tfvars", "cidr = \"prod\"")],
        &["dev in dev.tfvars", "prod in prod.tfvars"],
    );
    expect(
        &[
            ("infra/main.tf", &root),
            ("infra/terraform.tfvars", "other = \"+\""),
            ("infra/envs/dev.tfvars", "cidr = \"dev\""),
            ("infra/envs/eu/prod.tfvars", "cidr = \"prod\""),
            ("infra/test/terraform.tfvars.json", "{\"cidr\": \"test\"}"),
            ("environments/stage/terraform.tfvars", "cidr = \"stage\""),
        ],
        &[
            "dev+ in infra/envs/dev.tfvars",
            "prod+ in infra/envs/eu/prod.tfvars",
            "stage+ in environments/stage/terraform.tfvars",
            "test+ in infra/test/terraform.tfvars.json",
        ],
    );
}

#[test]
fn what_is_the_same_in_several_scenarios_is_found_once() {
    let files = [
        ("main.tf", &*root("")),
        ("env/dev.tfvars", "cidr = \"same\""),
        ("env/prod.tfvars", "cidr = \"same\""),
        ("env/test.tfvars", "cidr = \"10.0.0.0/8\""),
    ];
    let report = check(&files);
    assert_eq!(values(&report), ["same in env/dev.tfvars, env/prod.tfvars"]);
    assert_eq!(report.clusters.len(), 1);
    let finding = report.findings.iter().find(|f| f.rule == "invalid-cidr").unwrap();
    let related: Vec<&str> = finding.related.iter().map(|r| r.message.as_str()).collect();
    assert!(related.contains(&"var.cidr in env/dev.tfvars") && related.contains(&"var.cidr in env/prod.tfvars"), "{related:?}");
}

#[test]
fn what_several_roots_share_is_found_once() {
    let caller = "variable \"cidr\" {}\nmodule \"m\" {\n  source = \"../m\"\n  cidr = var.cidr\n}\n";
    let with_default = caller.replace("{}", "{ default = \"same\" }");
    let shared = root("");
    let set = "cidr = \"same\"";
    let (m, b, b_dev) = (("m/main.tf", &*shared), ("b/main.tf", caller), ("b/dev.tfvars", set));
    expect(&[m, ("a/main.tf", caller), ("a/dev.tfvars", set), b, b_dev], &["same in a/dev.tfvars, b/dev.tfvars"]);
    expect(&[m, ("a/main.tf", &with_default), b, b_dev], &["same"]);
}

#[test]
fn the_root_without_a_file_is_checked_if_it_is_complete() {
    let dev = ("env/dev.tfvars", "cidr = \"dev\"");
    let prod = ("env/prod.tfvars", "cidr = \"prod\"");
    expect(&[("main.tf", &root("default = \"default\"")), dev], &["default", "dev in env/dev.tfvars"]);
    expect(&[("main.tf", &root("")), ("a.auto.tfvars", "cidr = \"auto\""), dev], &["auto", "dev in env/dev.tfvars"]);
    expect(&[("main.tf", &root("")), dev, prod], &["dev in env/dev.tfvars", "prod in env/prod.tfvars"]);
    expect(&[("main.tf", &root(""))], &["? var.cidr has no value"]);
}

#[test]
fn the_command_line_has_the_only_set() {
    let files = [("main.tf", &*root("")), ("dev.tfvars", "cidr = \"dev\""), ("prod.tfvars", "cidr = \"prod\"")];
    let config = Config { variables: vec![Given::File("prod.tfvars".to_owned())], ..Config::default() };
    assert_eq!(values(&check_with(&files, &config).1), ["prod"]);
    let config = Config { variables: vec![Given::Value("cidr".to_owned(), "given".to_owned())], ..Config::default() };
    assert_eq!(values(&check_with(&files, &config).1), ["given in dev.tfvars, prod.tfvars", "given"][..1]);
}

#[test]
fn what_one_scenario_leaves_open_is_said_of_that_one() {
    let files =
        [("main.tf", &*root("")), ("env/dev.tfvars", "cidr = \"dev\"\nother = \"\""), ("env/prod.tfvars", "other = \"x\"")];
    expect(&files, &["? var.cidr has no value in env/prod.tfvars", "dev in env/dev.tfvars"]);
    let open = [("main.tf", &*root("")), ("env/dev.tfvars", "other = \"\""), ("env/prod.tfvars", "other = \"x\"")];
    expect(&open, &["? var.cidr has no value"]);
}

#[test]
fn a_file_belongs_to_a_root_only_if_that_is_plain() {
    let root = root("default = \"default\"");
    let strangers = [
        ("env/dev.tfvars", "cidr = \"dev\"\nunknown = 1"),
        ("env/dev.tfvars", "unknown = 1"),
        ("env/dev.tfvars", ""),
        ("env/dev.tfvars", "cidr = \"dev\"\nblock {}"),
        ("docs/x.tfvars", "cidr = \"dev\""),
        ("env/sample.tfvars", "cidr = \"sample\""),
        ("env/example/dev.tfvars", "cidr = \"sample\""),
        ("env/a/b/c/d/dev.tfvars", "cidr = \"deep\""),
    ];
    for stranger in strangers {
        expect(&[("main.tf", &root), stranger], &["default"]);
    }
    let far = "a/b/c/main.tf";
    expect(&[(far, &root), ("env/dev.tfvars", "cidr = \"dev\"")], &["default"]);
    expect(&[(far, &root), ("a/env/dev.tfvars", "cidr = \"dev\"")], &["default", "dev in a/env/dev.tfvars"]);
    expect(&[(far, &root), ("a/dev.tfvars", "cidr = \"dev\"")], &["default"]);
}

#[test]
fn the_nearest_of_several_roots_has_a_file() {
    let root = root("default = \"default\"");
    let dev = ("stacks/env/dev.tfvars", "cidr = \"dev\"");
    // The same distance: nobody knows which.
    expect(&[("stacks/a/main.tf", &root), ("stacks/b/main.tf", &root), dev], &["default", "default"]);
    expect(
        &[("stacks/a/main.tf", &root), ("stacks/main.tf", &root), dev],
        &["default", "default", "dev in stacks/env/dev.tfvars"],
    );
    // What has code of its own is no variable set of others.
    let call = format!("module \"m\" {{\n  source = \"./env\"\n}}\n{}", cluster("\"root\""));
    expect(&[("main.tf", &call), ("env/main.tf", &root), ("env/dev.tfvars", "cidr = \"dev\"")], &["default", "root"]);
}

#[test]
fn files_that_share_nothing_are_parts_of_a_set() {
    let root = root("");
    expect(
        &[
            ("main.tf", &root),
            ("env/dev/aks.tfvars", "cidr = \"dev-\""),
            ("env/dev/network.tfvars", "other = \"net\""),
            ("env/prod/aks.tfvars", "cidr = \"prod-\""),
            ("env/prod/network.tfvars", "other = \"net\""),
        ],
        &["dev-net in env/dev/aks.tfvars + env/dev/network.tfvars", "prod-net in env/prod/aks.tfvars + env/prod/network.tfvars"],
    );
    expect(
        &[
            ("main.tf", &root),
            ("configuration/aks.tfvars", "cidr = \"aks\""),
            ("configuration/network.tfvars", "other = \"-net\""),
            ("configuration/more/third.tfvars", "third = \"-third\""),
        ],
        &["aks-net-third in configuration/aks.tfvars + configuration/network.tfvars + configuration/more/third.tfvars"],
    );
    // What is common comes first, and yields.
    expect(
        &[
            ("main.tf", &root),
            ("vars/common.tfvars", "cidr = \"common\"\nother = \"-o\""),
            ("vars/dev.tfvars", "cidr = \"dev\""),
            ("vars/prod.tfvars", "cidr = \"prod\""),
            ("vars/naming.tfvars", "third = \"-n\""),
        ],
        &["dev-o-n in vars/dev.tfvars", "prod-o-n in vars/prod.tfvars"],
    );
    // Environments are alternatives, whatever they set.
    expect(
        &[("main.tf", &root), ("dev.tfvars", "cidr = \"dev\""), ("prod.tfvars", "other = \"x\"")],
        &["? var.cidr has no value in prod.tfvars", "dev in dev.tfvars"],
    );
}

#[test]
fn templates_are_not_checked_but_named() {
    let files = [("main.tf", &*root("")), ("env/dev.tfvars", "cidr = \"dev\""), ("env/prod.tfvars", "cidr = \"#{PodCidr}#\"")];
    expect(&files, &["* env/prod.tfvars: this file is a template, as #{PodCidr}# in it shows", "dev in env/dev.tfvars"]);
    let only = [("main.tf", &*root("")), ("env/prod.tfvars", "{{ if .x }}\ncidr = \"{{ .cidr }}\"\n{{ end }}\n")];
    expect(&only, &["* env/prod.tfvars: this file is a template, as {{ if .x }} in it shows", "? var.cidr has no value"]);
}

#[test]
fn mistakes_count_in_files_that_are_used() {
    let used = [("main.tf", &*root("")), ("env/dev.tfvars", "cidr = ]\nother = 1\n")];
    assert_eq!(check(&used).unreadable.len(), 1, "{:?}", values(&check(&used)));
    let unused = [("main.tf", &*root("")), ("env/dev.tfvars", "unknown = ]\n")];
    expect(&unused, &["? var.cidr has no value"]);
}

#[test]
fn there_may_be_a_hundred_scenarios() {
    let root = root("");
    let named: Vec<(String, String)> = (0..101).map(|i| (format!("env/dev{i:03}.tfvars"), format!("cidr = \"{i}\""))).collect();
    let mut files = vec![("main.tf", &*root)];
    files.extend(named.iter().map(|(path, text)| (&**path, &**text)));
    let values = values(&check(&files));
    assert_eq!(values.len(), 101);
    assert_eq!(values[0], "* .: there are more than 100 variable sets here; the others were not checked");
}

#[test]
fn the_configuration_file_names_sets() {
    let root = root("");
    let files = |settings| {
        [
            ("overlint.toml", settings),
            ("infra/main.tf", &*root),
            ("infra/dev.tfvars", "cidr = \"not asked for\""),
            ("env/dev.tfvars", "cidr = \"dev\""),
            ("env/prod.tfvars", "cidr = \"prod\"\nnobody = \"declares this\""),
            ("common.tfvars", "cidr = \"common\"\nother = \"+\""),
        ]
    };
    let both = "[[terraform]]\nroot = \"infra\"\nvar-files = [\"env/dev.tfvars\", [\"common.tfvars\", \"env/prod.tfvars\"]]\n";
    expect(&files(both), &["dev in env/dev.tfvars", "prod+ in common.tfvars + env/prod.tfvars"]);
    let elsewhere = "[[terraform]]\nroot = \"other\"\nvar-files = [\"env/dev.tfvars\"]\n";
    // Named files are for the roots that they are named for.
    expect(&files(elsewhere), &["not asked for in infra/dev.tfvars"]);
    let config = Config { variables: vec![Given::File("env/prod.tfvars".to_owned())], ..Config::default() };
    assert_eq!(values(&check_with(&files(both), &config).1), ["prod"]);
    let missing = "[[terraform]]\nroot = \"infra\"\nvar-files = [[\"env/dev.tfvars\", \"env/x.tfvars\"], [\"env/dev.tfvars\"]]\n";
    let (sources, report) = check_with(&files(missing), &Config::default());
    let message = "! overlint.toml: env/x.tfvars does not exist or could not be read; paths here start from this file's folder";
    assert_eq!(values(&report), [message, "dev in env/dev.tfvars"]);
    assert_eq!(sources.text(report.unreadable[0].span.unwrap()), "\"env/x.tfvars\"");
}

#[test]
fn the_configuration_file_names_the_workspace() {
    let main = cluster("terraform.workspace");
    let settings = "[[terraform]]\nroot = \".\"\nworkspace = \"dev\"\n\n[[terraform]]\nroot = \".\"\nworkspace = \"prod\"\n";
    expect(&[("main.tf", &main)], &["? terraform.workspace is not known"]);
    let files = [("main.tf", &*main), ("overlint.toml", settings)];
    expect(&files, &["dev in workspace dev", "prod in workspace prod"]);
    let report = check(&files);
    let finding = report.findings.iter().find(|f| f.message.contains("\"dev\"")).unwrap();
    assert_eq!(finding.related[0].message, "workspace");
    let root = root("");
    let both = "[[terraform]]\nroot = \".\"\nvar-files = [\"a.tfvars\"]\nworkspace = \"dev\"\n";
    expect(&[("main.tf", &*root), ("a.tfvars", "cidr = \"a\""), ("overlint.toml", both)], &["a in a.tfvars in workspace dev"]);
}

#[test]
fn mistakes_in_the_configuration_file_have_their_place() {
    let main = cluster("\"x\"");
    let cases = [
        ("terrafrom = 1\n", "terrafrom", "there is no setting terrafrom; did you mean terraform?"),
        ("[[terraform]]\nroot = \".\"\nvar-file = []\n", "var-file", "there is no setting var-file; did you mean var-files?"),
        ("[[terraform]]\nworkspace = \"x\"\n", "[[terraform]]", "root is missing: the folder of the root module, from here"),
        ("[[terraform]]\nroot = 1\n", "1", "a text is needed here"),
        (
            "[[terraform]]\nroot = \".\"\nvar-files = \"x\"\n",
            "\"x\"",
            "var-files is a list with one element for each set: a file, or a list of files",
        ),
        ("[[terraform]]\nroot = \".\"\nvar-files = [[1]]\n", "1", "a text is needed here"),
        ("[terraform]\nroot = \".\"\n", "terraform", "terraform is a list of tables: write [[terraform]]"),
        ("arm = [1]\n", "1", "arm is a list of tables: write [[arm]]"),
        ("[[arm]]\nparameters = []\n", "[[arm]]", "template is missing: the file of the template, from here"),
        (
            "[[arm]]\ntemplate = \"a.bicep\"\nparameters = 1\n",
            "1",
            "parameters is a list with one element for each set: a file, or a list of files",
        ),
        (
            "[[arm]]\ntemplate = \"a.bicep\"\nroot = \"x\"\n",
            "root",
            "there is no setting root; here may stand template, parameters",
        ),
    ];
    for (settings, place, message) in cases {
        let (sources, report) = check_with(&[("main.tf", &*main), ("overlint.toml", settings)], &Config::default());
        let told: Vec<_> = report.unreadable.iter().map(|u| (sources.text(u.span.unwrap()), u.message.as_str())).collect();
        assert_eq!(told, [(place, message)], "{settings}");
        assert_eq!(values(&report).last().unwrap(), "x", "the rest goes on");
    }
    let (_, report) = check_with(&[("main.tf", &*main), ("overlint.toml", "a = [\n")], &Config::default());
    assert_eq!(report.unreadable.len(), 1, "{:?}", report.unreadable);
}

#[test]
fn every_format_names_the_scenarios() {
    let files = [
        ("main.tf", &*root("")),
        ("env/dev.tfvars", "cidr = \"same\""),
        ("env/prod.tfvars", "cidr = \"same\""),
        ("env/stage.tfvars", "cidr = \"{{ x }}\""),
    ];
    let (sources, report) = check_with(&files, &Config::default());
    let told = |format| {
        let mut out = Vec::new();
        render(format, &report, &sources, &Style { width: 200, undecided: true, ..Style::default() }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    for (format, scenarios, template) in [
        (Format::Text, "azurerm_kubernetes_cluster.c in env/dev.tfvars, env/prod.tfvars\n", "undecided env/stage.tfvars\n"),
        (
            Format::Compact,
            "(in env/dev.tfvars, env/prod.tfvars) [invalid-cidr]\n",
            "env/stage.tfvars:1:9: undecided: this file is a template",
        ),
        (
            Format::Json,
            "\"scenarios\": [\n        \"env/dev.tfvars\",\n        \"env/prod.tfvars\"\n      ]",
            "\"cluster\": \"env/stage.tfvars\"",
        ),
        (
            Format::Sarif,
            "\"properties\": {\n            \"scenarios\": [\n              \"env/dev.tfvars\"",
            "No rule could be decided for env/stage.tfvars",
        ),
    ] {
        let text = told(format);
        assert!(text.contains(scenarios), "{format}: {text}");
        assert!(text.contains(template), "{format}: {text}");
    }
}
