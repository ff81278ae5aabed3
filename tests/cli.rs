//! The program as users run it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic as tests may")]

use overlint::rules::RULES;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The program, without the environment of whoever runs the tests.
fn overlint(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_overlint"));
    command.env_clear().current_dir(folder).args(args).stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    overlint(folder, args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not ended by a signal")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A folder with nothing to complain about.
fn clean() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("main.tf"), "resource \"azurerm_resource_group\" \"this\" {}\n").unwrap();
    folder
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = clean();
    let cases: &[(&[&str], &str)] = &[
        (&[], "Usage: overlint"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["check", "--frobnicate"], "unexpected argument"),
        (&["check", "--format", "yaml"], "possible values: text, compact, json, sarif"),
        (&["check", "--output", "report.sarif"], "as in sarif=overlint.sarif"),
        (&["check", "--output", "yaml=report.yaml"], "yaml"),
        (&["check", "--var", "region"], "as in region=westeurope"),
        (&["check", "--as-of", "2023-02-29"], "is not a date"),
        (&["check", "--jobs", "0"], "0 is not in 1..=1024"),
        (&["check", "--fail-on", "never-ever"], "possible values: error, warning, note, never"),
        (&["check", "--select", "no-such-rule"], "no rule has this name"),
        (&["check", "--ignore", "no-such-rule"], "no rule has this name"),
        (&["check", ""], "a value is required"),
        (&["explain", "no-such-rule"], "no rule has this name"),
        (&["explain"], "<RULE>"),
        (&["completions", "tcsh"], "possible values: bash"),
    ];
    for (args, message) in cases {
        let output = run(folder.path(), args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(stderr(&output).contains(message), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn help_tells_the_exit_codes() {
    let folder = clean();
    for args in [&["--help"][..], &["check", "--help"]] {
        let output = run(folder.path(), args);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("Exit codes:"), "{}", stdout(&output));
    }
    assert_eq!(stdout(&run(folder.path(), &["--version"])), format!("overlint {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn nothing_to_complain_about_ends_with_0() {
    let folder = clean();
    for args in [&["check"][..], &["check", "main.tf"], &["check", ".", "--jobs", "1", "--fail-on", "note", "--statistics"]] {
        let output = run(folder.path(), args);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn a_missing_path_ends_with_2() {
    let folder = clean();
    let output = run(folder.path(), &["check", "missing", ".", "--fail-on", "never"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("missing"), "{}", stdout(&output));
    assert!(stdout(&output).contains("no such file or folder"));
}

#[test]
fn a_parameter_file_that_cannot_be_read_ends_with_2() {
    let folder = clean();
    let output = run(folder.path(), &["check", "--parameters", "missing.bicepparam", "--fail-on", "never"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("missing.bicepparam"), "{}", stdout(&output));
    assert!(stdout(&output).contains("no such file or folder"));
    assert_eq!(code(&run(folder.path(), &["check", "--parameters", ""])), 2);
}

#[test]
fn each_variable_file_is_a_scenario() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let cluster = "variable \"cidr\" {}\nresource \"azurerm_kubernetes_cluster\" \"c\" {\n  default_node_pool {}\n  network_profile {\n    \
        network_plugin = \"azure\"\n    network_plugin_mode = \"overlay\"\n    pod_cidr = var.cidr\n  }\n}\n";
    write("main.tf", cluster);
    write("dev.tfvars", "cidr = \"10.244.0.0/16\"\n");
    write("prod.tfvars", "cidr = \"wrong\"\n");
    let output = run(folder.path(), &["check", "--format", "compact"]);
    assert!(stdout(&output).contains("(in prod.tfvars) [invalid-cidr]"), "{}", stdout(&output));
    let output = run(folder.path(), &["check", "--format", "compact", "--var-file", "dev.tfvars"]);
    assert!(!stdout(&output).contains("tfvars"), "{}", stdout(&output));
    // A configuration file names others.
    write("overlint.toml", "[[terraform]]\nroot = \".\"\nvar-files = [\"dev.tfvars\"]\n");
    let output = run(folder.path(), &["check", "--format", "compact"]);
    assert!(!stdout(&output).contains("prod.tfvars"), "{}", stdout(&output));
    write("other.toml", "[[terraform]]\nroot = \".\"\nvar-file = []\n");
    let output = run(folder.path(), &["check", "--format", "compact", "--config", "other.toml", "--fail-on", "never"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("other.toml:3:1: error: there is no setting var-file"), "{}", stdout(&output));
    let output = run(folder.path(), &["check", "--config", "missing.toml", "--fail-on", "never"]);
    assert_eq!(code(&output), 2);
    // From inside, the same files have shorter names.
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    fs::create_dir_all(folder.path().join("infra")).unwrap();
    fs::rename(folder.path().join("main.tf"), folder.path().join("infra/main.tf")).unwrap();
    write("infra/lab.tfvars", "cidr = \"lab\"\n");
    write("overlint.toml", "[[terraform]]\nroot = \"infra\"\nvar-files = [\"infra/lab.tfvars\", \"prod.tfvars\"]\n");
    let output = run(&folder.path().join("infra"), &["check", "--format", "compact"]);
    assert!(
        stdout(&output).contains("(in lab.tfvars)") && stdout(&output).contains("(in ../prod.tfvars)"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn quiet_tells_only_what_failed() {
    let folder = clean();
    let output = run(folder.path(), &["check", "-q", "missing"]);
    assert_eq!(code(&output), 2);
    assert_eq!(stdout(&output), "");
    assert_eq!(stderr(&output), "overlint: missing: no such file or folder\n");
}

#[test]
fn a_closed_pipe_changes_nothing() {
    let folder = clean();
    let cases: &[(&[&str], i32)] =
        &[(&["completions", "zsh"], 0), (&["rules", "--format", "json"], 0), (&["check", "."], 0), (&["check", "missing"], 2)];
    for (args, expected) in cases {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = overlint(folder.path(), args).stdout(writer).output().unwrap();
        assert_eq!(code(&output), *expected, "{args:?}");
        assert_eq!(stderr(&output), "", "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let folder = clean();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = overlint(folder.path(), &["completions", "bash"]).stdout(full).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("cannot write to the standard output"), "{}", stderr(&output));
}

#[test]
fn reports_go_to_files() {
    let folder = clean();
    fs::write(folder.path().join("report.json"), "old").unwrap();
    let args = ["check", "missing", "--output", "json=report.json", "--output", "compact=report.txt"];
    let output = run(folder.path(), &args);
    assert_eq!(code(&output), 2);
    for name in ["report.json", "report.txt"] {
        let report = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(report.contains("missing"), "{name}: {report}");
    }
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["main.tf", "report.json", "report.txt"], "nothing else is left behind");
}

#[test]
fn a_file_that_cannot_be_written_is_a_failure() {
    let folder = clean();
    for target in ["compact=no/such/folder/report", "compact=."] {
        let output = run(folder.path(), &["check", "--output", target, "--output", "compact=written"]);
        assert_eq!(code(&output), 2, "{target}");
        assert!(stderr(&output).contains("overlint: cannot write"), "{}", stderr(&output));
        assert!(folder.path().join("written").exists(), "the rest goes on");
    }
}

#[cfg(unix)]
#[test]
fn output_follows_links_and_spares_devices() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = clean();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("real")).unwrap();
    fs::write(path("real/report"), "old").unwrap();
    fs::set_permissions(path("real/report"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/report", path("link")).unwrap();
    let output = run(folder.path(), &["check", "missing", "--output", "compact=link", "--output", "compact=/dev/null"]);
    assert_eq!(code(&output), 2);
    assert!(path("link").is_symlink());
    assert!(fs::read_to_string(path("real/report")).unwrap().contains("missing"));
    assert_eq!(fs::metadata(path("real/report")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn colors_are_asked_for() {
    let folder = clean();
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let output = overlint(folder.path(), args).envs(env.iter().copied()).output().unwrap();
        stdout(&output).contains('\u{1b}')
    };
    // A pipe is no terminal.
    assert!(!colored(&["check", "missing"], &[]));
    assert!(!colored(&["check", "missing", "--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["check", "missing"], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = clean();
    let text = run(folder.path(), &["rules"]);
    let json = run(folder.path(), &["rules", "--format", "json"]);
    assert_eq!((code(&text), code(&json)), (0, 0));
    assert_eq!(stdout(&text).lines().count(), RULES.len());
    let list: serde_json::Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!(list["version"], 1);
    assert_eq!(list["rules"].as_array().unwrap().len(), RULES.len());
    for (i, rule) in RULES.iter().enumerate() {
        assert_eq!(list["rules"][i]["name"], rule.name);
        let title = list["rules"][i]["title"].as_str().unwrap();
        let output = run(folder.path(), &["explain", rule.name]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).starts_with(&format!("{}\n{title}\n", rule.name)), "{}", stdout(&output));
        assert!(stdout(&output).contains("\nSeverity"), "{}", rule.name);
    }
}

#[test]
fn a_misspelt_rule_gets_a_hint() {
    let folder = clean();
    let Some(rule) = RULES.first() else {
        eprintln!("skipped: there is no rule");
        return;
    };
    let output = run(folder.path(), &["check", "--select", &format!("{}s", rule.name)]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains(&format!("did you mean '{}'?", rule.name)), "{}", stderr(&output));
}

#[test]
fn shells_get_completions() {
    let folder = clean();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(folder.path(), &["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("overlint"), "{shell}");
    }
}

#[test]
fn the_last_option_that_sets_a_variable_wins() {
    let folder = TempDir::new().unwrap();
    let code = "variable \"x\" {}\nresource \"azurerm_kubernetes_cluster\" \"c\" {\n  network_profile {\n    network_plugin = \"azure\"\n    \
                network_plugin_mode = \"overlay\"\n    pod_cidr = var.x\n  }\n}\n";
    fs::write(folder.path().join("main.tf"), code).unwrap();
    fs::write(folder.path().join("a.tfvars"), "x = \"from-a\"\n").unwrap();
    fs::write(folder.path().join("b.json"), "{\"x\": \"from-b\"}\n").unwrap();
    for (options, last) in [
        (["--var", "x=given", "--var-file", "a.tfvars", "--var-file=b.json"], "\"from-b\""),
        (["--var-file", "a.tfvars", "--var", "x=given", "--var=y=other"], "\"given\""),
        (["--var-file=b.json", "--var=x=given", "--var-file", "a.tfvars", "--var=y=other"], "\"from-a\""),
    ] {
        let output = run(folder.path(), &[&["check", "--format", "compact"], &options[..]].concat());
        let invalid = stdout(&output).lines().find(|line| line.contains("invalid-cidr")).unwrap_or_default();
        assert!(invalid.contains(last), "{options:?}: {}", stdout(&output));
    }
}

/// Checks a text in the place of a file.
fn run_on(folder: &Path, args: &[&str], text: &str) -> Output {
    let mut child = overlint(folder, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_standard_input_stands_for_a_file_beside_the_others() {
    const OTHER: &str = "resource \"azurerm_kubernetes_cluster\" \"b\" {\n  network_profile {\n    network_plugin      = \"none\"\n    \
                         network_plugin_mode = \"overlay\"\n  }\n}\n";
    let folder = clean();
    fs::write(folder.path().join("plugin.tf"), "variable \"plugin\" {\n  default = \"azure\"\n}\n").unwrap();
    fs::write(folder.path().join("main.tf"), OTHER.replace("\"b\"", "\"a\"").replace("\"none\"", "var.plugin")).unwrap();
    fs::write(folder.path().join("other.tf"), OTHER).unwrap();
    let check = |args: &[&str], text: &str| {
        let args: Vec<&str> =
            ["check", "-", "--format", "compact", "--ignore", "implicit-cidr-default"].iter().chain(args).copied().collect();
        run_on(folder.path(), &args, text)
    };
    // Of what was typed, and not of other.tf.
    let output = check(&["--stdin-filename", "plugin.tf"], "variable \"plugin\" {\n  default = \"kubenet\"\n}\n");
    assert_eq!(code(&output), 1);
    let found = "main.tf:3:27: error: network_plugin_mode is \"overlay\", but network_plugin is \"kubenet\" [overlay-requires-azure-plugin]\n";
    assert!(stdout(&output).contains(found), "{}", stdout(&output));
    assert!(!stdout(&output).contains("other.tf"));
    // A file that is not there yet.
    let output = check(&["--stdin-filename", "new.tf"], &OTHER.replace("\"b\"", "\"c\""));
    assert!(stdout(&output).starts_with("new.tf:3:27: error"), "{}", stdout(&output));
    let output = check(&["--stdin-filename", "plugin.tf"], "variable \"plugin\" {\n  default = \"azure\"\n}\n");
    assert_eq!((code(&output), stdout(&output)), (0, ""));
    // No more is read of it than of a file.
    let mut endless = overlint(folder.path(), &["check", "-", "--stdin-filename", "main.tf"]);
    let output = endless.stdin(fs::File::open("/dev/zero").unwrap()).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("main.tf on the standard input: this file is larger than 16 MiB and was not read"),
        "{}",
        stderr(&output)
    );
    for args in [&[][..], &["--stdin-filename", "main.tf", "--fix"], &["--stdin-filename", "main.tf", "also.tf"]] {
        assert_eq!(code(&check(args, "")), 2, "{args:?}");
    }
}
