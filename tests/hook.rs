//! What a hook before a commit needs: only tracked files count, and only what has to do with some files is told. Needs git for its index.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests may panic as tests may; skipped tests say so")]

mod common;

use common::program::{Project, Run};
use std::path::Path;
use std::process::Command;

const CLUSTER: &str = r#"resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {
    max_pods = 300
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
"#;

/// Runs git; false when there is no git, or not one that can do this.
fn git(folder: &Path, args: &[&str]) -> bool {
    let config = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").args(config).args(args).current_dir(folder).output().is_ok_and(|run| run.status.success());
    if !done {
        eprintln!("skipped: git {} does not work here", args.join(" "));
    }
    done
}

/// A repository with some tracked files, and one that is not.
fn repository(init: &[&str]) -> Option<Project> {
    let project = Project::new(&[
        ("main.tf", CLUSTER),
        ("infra/live/main.tf", CLUSTER),
        ("infra/notes.txt", "no code"),
        ("with space/ä/main.tf", CLUSTER),
    ]);
    let set_up = git(&project.path(""), &[&["init", "-q"], init].concat()) && git(&project.path(""), &["add", "."]);
    project.write("new.tf", &CLUSTER.replace("\"c\"", "\"new\""));
    project.write("sketch/main.tf", CLUSTER);
    project.write("infra/live/new.tf", &CLUSTER.replace("\"c\"", "\"new\""));
    set_up.then_some(project)
}

const ALL: [&str; 3] =
    ["infra/live/main.tf:3 max-pods-range", "main.tf:3 max-pods-range", "with space/ä/main.tf:3 max-pods-range"];

#[test]
fn only_tracked_files_are_read() {
    let Some(project) = repository(&[]) else { return };
    assert_eq!(project.found(&[]).len(), 6);
    assert_eq!(project.found(&["--tracked-only"]), ALL);
    assert_eq!(project.found(&["--tracked-only", "infra"]), ["infra/live/main.tf:3 max-pods-range"]);
    assert_eq!(project.found(&["--tracked-only", "sketch"]), [""; 0]);
    assert_eq!(project.found(&["--tracked-only", "new.tf"]), ["main.tf:3 max-pods-range"]);
    let run = project.run_in("infra", &["check", "--tracked-only", "--format", "compact"]);
    assert_eq!(run.found(), ["live/main.tf:3 max-pods-range"]);
    // What tracked code refers to is read all the same.
    project.write("caller/main.tf", "module \"aks\" {\n  source = \"../sketch\"\n}\n");
    assert!(git(&project.path(""), &["add", "caller"]));
    assert_eq!(project.found(&["--tracked-only", "caller"]), ["sketch/main.tf:3 max-pods-range"]);
}

#[test]
fn indexes_of_all_versions_are_read() {
    for version in ["2", "3", "4"] {
        let Some(project) = repository(&[]) else { return };
        // Version 3 has flags that are only written for such an entry.
        project.write("later.tf", "");
        assert!(git(&project.path(""), &["add", "--intent-to-add", "later.tf"]));
        assert!(git(&project.path(""), &["update-index", "--index-version", version]));
        assert_eq!(project.found(&["--tracked-only"]), ALL, "version {version}");
    }
    if let Some(project) = repository(&["--object-format=sha256"]) {
        assert_eq!(project.found(&["--tracked-only"]), ALL);
    }
}

fn tracked(project: &Project, folder: &str) -> Run {
    project.run_in(folder, &["check", "--tracked-only", "--format", "compact"])
}

#[test]
fn linked_work_trees_and_submodules_have_indexes_of_their_own() {
    let Some(project) = repository(&[]) else { return };
    let top = project.path("");
    assert!(git(&top, &["commit", "-qm", "all"]) && git(&top, &["worktree", "add", "-q", "trees/w"]));
    let tree = project.path("trees/w");
    std::fs::write(tree.join("new.tf"), CLUSTER.replace("\"c\"", "\"new\"")).unwrap();
    let run = common::program::run(&tree, &["check", "--tracked-only", "--format", "compact"]);
    assert_eq!(run.found(), ALL);
    let other = repository(&[]).unwrap();
    assert!(git(&other.path(""), &["commit", "-qm", "all"]));
    if git(&top, &["submodule", "--quiet", "add", other.path("").to_str().unwrap(), "sub"]) {
        project.write("sub/new.tf", &CLUSTER.replace("\"c\"", "\"new\""));
        let found = tracked(&project, "").found();
        assert_eq!(found.iter().filter(|line| line.starts_with("sub/")).count(), 3, "{found:?}");
    }
}

#[test]
fn an_index_that_cannot_be_read_ends_with_2() {
    let project = Project::new(&[("main.tf", CLUSTER)]);
    let cases: [(&[u8], &str); 4] = [
        (b"", "git's index is damaged"),
        (b"DIRC\0\0\0\x02\0\0\0\x01", "git's index is damaged"),
        (b"DIRC\0\0\0\x09\0\0\0\0", "git's index has version 9"),
        (b"DIRC\0\0\0\x02\0\0\0\0zzzz\0\0\0\x0001234567890123456789", "an extension zzzz"),
    ];
    for (bytes, message) in cases {
        std::fs::write(project.path(".git/index"), bytes).unwrap();
        let run = tracked(&project, "");
        assert!(run.code == 2 && run.out.contains(message), "{message}: {}", run.out);
    }
    std::fs::remove_file(project.path(".git/index")).unwrap();
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(tracked(&project, "").code, 0, "nothing was ever added");
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    let run = tracked(&project, "");
    assert!(run.code == 2 && run.out.contains("this is in no git repository"), "{}", run.out);
    let Some(project) = repository(&[]) else { return };
    let top = project.path("");
    if git(&top, &["update-index", "--split-index"]) {
        let run = tracked(&project, "");
        assert!(run.code == 2 && run.out.contains("git's index is split"), "{}", run.out);
        assert!(git(&top, &["update-index", "--no-split-index"]));
    }
    assert!(git(&top, &["commit", "-qm", "all"]));
    if git(&top, &["sparse-checkout", "set", "--cone", "--sparse-index", "with space"]) {
        let run = tracked(&project, "");
        assert!(run.code == 2 && run.out.contains("git's index is sparse"), "{}", run.out);
    }
}

#[test]
fn only_what_has_to_do_with_the_files_is_told() {
    let code = CLUSTER.replace("300", "var.pods");
    let variable = "variable \"pods\" {\n  type = number\n}\n";
    let project = Project::new(&[
        ("a/main.tf", &code),
        ("a/variables.tf", variable),
        ("a/terraform.tfvars", "pods = 300\n"),
        ("b/main.tf", CLUSTER),
        ("c/main.tf", &code),
        ("c/variables.tf", variable),
    ]);
    let found = |files: &[&str]| {
        let run = project
            .check(&[&["--format", "compact", "--undecided", "--select", "max-pods-range", "--report-only"], files].concat());
        (run.out.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>(), run.code)
    };
    let of = |paths: &[&str], code| (paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>(), code);
    assert_eq!(found(&["a/main.tf"]), of(&["a/main.tf"], 1));
    assert_eq!(found(&["a/terraform.tfvars"]), of(&["a/main.tf"], 1), "a related place counts");
    assert_eq!(found(&["./b/main.tf", "a/variables.tf"]), of(&["b/main.tf"], 1));
    assert_eq!(found(&["c/variables.tf", "missing.tf"]), of(&["c/variables.tf"], 0));
    assert_eq!(found(&["README.md"]), of(&[], 0));
    assert_eq!(found(&[]), of(&[], 0), "no file is no finding");
    let absolute = project.path("b/main.tf");
    assert_eq!(found(&[absolute.to_str().unwrap()]), of(&["b/main.tf"], 1));
    // A configuration file is about all.
    assert_eq!(found(&["overlint.toml"]).0.len(), 3);
    // Other options may follow.
    let run = project.check(&["a", "--report-only", "b/main.tf", "--format", "compact"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    // A broken file counts where it is named.
    project.write("a/broken.tf", "locals {\n  x = \n}\n");
    assert_eq!(found(&["b/main.tf"]).1, 1);
    assert_eq!(found(&["a/broken.tf"]).1, 2);
    let run = project.check(&["missing", "--report-only", "b/main.tf"]);
    assert_eq!(run.code, 2);
}

#[test]
fn a_hook_is_given_the_files_of_a_commit() {
    let Some(project) = repository(&[]) else { return };
    let hook = |args: &[&str]| {
        let run = project.run_in("", &[&["check", "--format", "compact", "--hook"], args].concat());
        (run.found(), run.code)
    };
    let main = vec!["main.tf:3 max-pods-range".to_owned()];
    assert_eq!(hook(&["main.tf"]), (main.clone(), 1));
    // Options that users add stand between, and files that are not tracked do not count.
    assert_eq!(hook(&["--fail-on", "never", "main.tf", "infra/notes.txt"]), (main, 0));
    assert_eq!(hook(&["infra/notes.txt"]), (vec![], 0));
    assert_eq!(hook(&["new.tf"]), (vec![], 0));
    assert_eq!(hook(&[]), (ALL.map(str::to_owned).to_vec(), 1), "by hand, without files");
    assert_eq!(hook(&["--report-only", "main.tf"]).1, 2);
}
