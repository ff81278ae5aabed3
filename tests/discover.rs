//! Which files of which trees are read.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic as tests may")]

use overlint::discover::{Options, discover};
use overlint::source::Sources;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CLUSTER: &str = "resource \"azurerm_kubernetes_cluster\" \"this\" {}\n";

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn call(name: &str, source: &str) -> String {
    format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n")
}

/// Reads paths relative to a root.
fn read_with(root: &TempDir, paths: &[&str], options: &Options) -> Sources {
    let paths: Vec<String> = paths.iter().map(|p| root.path().join(p).to_str().unwrap().to_owned()).collect();
    discover(&paths, options)
}

fn read(root: &TempDir, paths: &[&str]) -> Sources {
    read_with(root, paths, &Options::default())
}

fn relative<'a>(root: &TempDir, path: &'a str) -> &'a str {
    path.strip_prefix(root.path().to_str().unwrap()).unwrap().trim_start_matches('/')
}

/// The files that were read, in order.
fn files<'a>(root: &TempDir, sources: &'a Sources) -> Vec<&'a str> {
    sources.iter().map(|(_, file)| relative(root, file.path())).collect()
}

/// The folders to lint.
fn folders<'a>(root: &TempDir, sources: &'a Sources) -> Vec<&'a str> {
    sources.folders().map(|folder| relative(root, folder)).collect()
}

/// What could not be read, and why.
fn unreadable<'a>(root: &TempDir, sources: &'a Sources) -> Vec<(&'a str, &'a str)> {
    sources.unreadable().iter().map(|u| (relative(root, &u.path), u.message.as_str())).collect()
}

#[test]
fn reads_what_terraform_reads_in_a_root() {
    let root = tree(&[
        ("main.tf", CLUSTER),
        ("variables.tf", "variable \"a\" {}"),
        ("terraform.tfvars", "a = 1"),
        ("b.auto.tfvars", "a = 2"),
        ("prod.tfvars", "a = 3"),
        (".terraform.lock.hcl", ""),
        (".terraform/modules/x/main.tf", CLUSTER),
        (".git/x.tf", CLUSTER),
        (".#main.tf", CLUSTER),
        ("README.md", "azurerm_kubernetes_cluster"),
    ]);
    let sources = read(&root, &[""]);
    let expected = [".terraform.lock.hcl", "b.auto.tfvars", "main.tf", "prod.tfvars", "terraform.tfvars", "variables.tf"];
    assert_eq!(files(&root, &sources), expected);
    assert_eq!(folders(&root, &sources), [""]);
    assert!(sources.unreadable().is_empty());
}

#[test]
fn unrelated_folders_are_not_loaded() {
    let root = tree(&[("a/main.tf", CLUSTER), ("b/main.tf", "resource \"azurerm_virtual_network\" \"this\" {}")]);
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["a/main.tf"]);
    assert_eq!(folders(&root, &sources), ["a"]);
}

#[test]
fn callers_and_everything_they_call_are_loaded() {
    let root = tree(&[
        ("live/main.tf", &(call("platform", "../platform") + &call("net", "../net"))),
        ("live/terraform.tfvars", ""),
        ("platform/main.tf", &call("x", "./x")),
        ("platform/x/main.tf", CLUSTER),
        ("net/main.tf", &call("subnet", "./subnet")),
        ("net/subnet/main.tf", "resource \"azurerm_subnet\" \"this\" {}"),
        ("other/main.tf", &call("net", "../net")),
    ]);
    let sources = read(&root, &[""]);
    let expected =
        ["live/main.tf", "live/terraform.tfvars", "net/main.tf", "net/subnet/main.tf", "platform/main.tf", "platform/x/main.tf"];
    assert_eq!(files(&root, &sources), expected);
    assert_eq!(folders(&root, &sources), ["live", "net", "net/subnet", "platform", "platform/x"]);
}

#[test]
fn modules_outside_the_path_are_read_but_not_linted() {
    let root = tree(&[
        ("live/prod/main.tf", &call("platform", "../../modules/platform")),
        ("modules/platform/main.tf", &call("x", "../x")),
        ("modules/platform/terraform.tfvars", "ignored = \"in a module\""),
        ("modules/x/main.tf", CLUSTER),
        ("modules/y/main.tf", CLUSTER),
    ]);
    let sources = read(&root, &["live/prod"]);
    assert_eq!(files(&root, &sources), ["live/prod/main.tf", "modules/platform/main.tf", "modules/x/main.tf"]);
    assert_eq!(folders(&root, &sources), ["live/prod"]);
}

#[test]
fn a_module_alone_does_not_pull_in_its_callers() {
    let root = tree(&[("live/main.tf", &call("x", "../modules/x")), ("modules/x/main.tf", CLUSTER)]);
    let sources = read(&root, &["modules"]);
    assert_eq!(files(&root, &sources), ["modules/x/main.tf"]);
}

#[test]
fn cycles_end() {
    let root = tree(&[("a/main.tf", &(call("b", "../b") + CLUSTER)), ("b/main.tf", &call("a", "../a"))]);
    assert_eq!(files(&root, &read(&root, &[""])), ["a/main.tf", "b/main.tf"]);
    assert_eq!(files(&root, &read(&root, &["b"])), ["a/main.tf", "b/main.tf"]);
}

#[test]
fn a_call_of_a_missing_cluster_module_keeps_its_folder() {
    let root = tree(&[
        ("by-path/main.tf", &call("this", "../modules/aks")),
        ("by-name/main.tf", &call("k8s", "../modules/this")),
        ("neither/main.tf", &call("network", "../modules/network")),
    ]);
    let sources = read(&root, &[""]);
    assert_eq!(folders(&root, &sources), ["by-name", "by-path"]);
    assert!(sources.unreadable().is_empty());
}

#[test]
fn gitignore_files_nest_and_negate() {
    let root = tree(&[
        (".gitignore", "*.auto.tfvars\n/build/\ngenerated*\n"),
        ("main.tf", CLUSTER),
        ("local.auto.tfvars", ""),
        ("generated.tf", CLUSTER),
        ("build/main.tf", CLUSTER),
        ("sub/build/main.tf", CLUSTER),
        ("sub/.gitignore", "!generated.tf\n/skip.tf\n"),
        ("sub/generated.tf", CLUSTER),
        ("sub/skip.tf", CLUSTER),
        ("sub/deep/generated.tf", CLUSTER),
        ("sub/deep/skip.tf", CLUSTER),
        ("other/generated/main.tf", CLUSTER),
    ]);
    let sources = read(&root, &[""]);
    let expected = ["main.tf", "sub/build/main.tf", "sub/deep/generated.tf", "sub/deep/skip.tf", "sub/generated.tf"];
    assert_eq!(files(&root, &sources), expected);
    let all = read_with(&root, &[""], &Options { no_ignore: true, ..Options::default() });
    assert_eq!(all.len(), 10);
}

#[test]
fn a_file_in_an_ignored_folder_cannot_come_back() {
    let root = tree(&[(".gitignore", "out/\n!out/main.tf\n"), ("out/main.tf", CLUSTER)]);
    assert!(read(&root, &[""]).is_empty());
}

#[test]
fn gitignore_files_above_the_path_count_up_to_the_repository() {
    let root = tree(&[
        (".gitignore", "*.tf\n"),
        ("repository/.git/info/exclude", "b.tf\n"),
        ("repository/.gitignore", "/live/prod/a.tf\n"),
        ("repository/live/prod/a.tf", CLUSTER),
        ("repository/live/prod/b.tf", CLUSTER),
        ("repository/live/prod/c.tf", CLUSTER),
    ]);
    for path in ["repository", "repository/live", "repository/live/prod", "repository/live/prod/c.tf"] {
        assert_eq!(files(&root, &read(&root, &[path])), ["repository/live/prod/c.tf"], "{path}");
    }
}

#[test]
fn a_repository_inside_another_starts_afresh() {
    let root = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "*.tf\n"),
        ("main.tf", CLUSTER),
        ("vendor/.git", "gitdir: ../.git/modules/vendor"),
        ("vendor/main.tf", CLUSTER),
    ]);
    assert_eq!(files(&root, &read(&root, &[""])), ["vendor/main.tf"]);
}

#[test]
fn what_the_user_names_is_read_even_when_git_ignores_it() {
    let root = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "/out/\n*.tmp.tf\n"),
        ("out/a.tmp.tf", CLUSTER),
        ("out/b.tmp.tf", CLUSTER),
        ("out/c.tf", CLUSTER),
    ]);
    assert_eq!(files(&root, &read(&root, &["out"])), ["out/c.tf"]);
    assert_eq!(files(&root, &read(&root, &["out/a.tmp.tf"])), ["out/a.tmp.tf", "out/c.tf"]);
    assert_eq!(files(&root, &read(&root, &["", "out", "out/a.tmp.tf"])), ["out/a.tmp.tf", "out/c.tf"]);
}

#[test]
fn a_called_module_is_read_even_when_git_ignores_it() {
    let root = tree(&[(".gitignore", "vendor/**\n"), ("main.tf", &call("x", "./vendor/x")), ("vendor/x/main.tf", CLUSTER)]);
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["main.tf", "vendor/x/main.tf"]);
    assert_eq!(folders(&root, &sources), [""]);
}

#[test]
fn a_file_stands_for_its_folder() {
    let root = tree(&[("a/main.tf", CLUSTER), ("a/more.tf", "locals {}"), ("a/b/main.tf", CLUSTER)]);
    let sources = read(&root, &["a/more.tf"]);
    assert_eq!(files(&root, &sources), ["a/main.tf", "a/more.tf"]);
    assert_eq!(folders(&root, &sources), ["a"]);
}

#[test]
fn overlapping_paths_are_read_once() {
    let root = tree(&[("a/main.tf", CLUSTER), ("a/b/main.tf", CLUSTER)]);
    let sources = read(&root, &["", "a", "a/b", "a/b/main.tf", "a/../a"]);
    assert_eq!(files(&root, &sources), ["a/b/main.tf", "a/main.tf"]);
}

#[test]
fn names_are_relative_to_the_current_folder() {
    fs::create_dir_all("target").unwrap();
    let root = TempDir::new_in("target").unwrap();
    write(root.path(), "main.tf", CLUSTER);
    let relative = format!("target/{}", root.path().file_name().unwrap().to_str().unwrap());
    let sources = discover(&[format!("./{relative}/")], &Options::default());
    let names: Vec<&str> = sources.iter().map(|(_, file)| file.path()).collect();
    assert_eq!(names, [format!("{relative}/main.tf")]);
    assert_eq!(sources.folders().collect::<Vec<_>>(), [relative]);
}

#[test]
fn a_missing_path_is_recorded_and_the_rest_goes_on() {
    let root = tree(&[("main.tf", CLUSTER)]);
    let sources = read(&root, &["missing", ""]);
    assert_eq!(files(&root, &sources), ["main.tf"]);
    assert_eq!(unreadable(&root, &sources), [("missing", "no such file or folder")]);
}

#[test]
fn variable_files_are_read_too() {
    let root = tree(&[("main.tf", CLUSTER), ("env/prod.tfvars", "a = 1")]);
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let options = Options { var_files: vec![path("env/prod.tfvars"), path("env/dev.tfvars")], ..Options::default() };
    let sources = read_with(&root, &["main.tf"], &options);
    assert_eq!(files(&root, &sources), ["main.tf", "env/prod.tfvars"]);
    assert_eq!(unreadable(&root, &sources), [("env/dev.tfvars", "this file cannot be read: no such file or folder")]);
}

#[test]
fn variable_files_near_a_root_module_are_read() {
    let root = tree(&[
        ("infra/aks/main.tf", &(CLUSTER.to_owned() + &call("net", "../../modules/net"))),
        ("infra/aks/prod.tfvars", ""),
        ("infra/aks/env/dev/terraform.tfvars", ""),
        ("infra/aks/docs/x.tfvars", ""),
        ("infra/aks/env/sample.tfvars", ""),
        ("infra/aks/env/own/main.tf", ""),
        ("infra/aks/env/own/dev.tfvars", ""),
        ("infra/vars/stage.tfvars", ""),
        ("infra/dev.tfvars", ""),
        ("environments/test/eu.auto.tfvars", ""),
        ("environments/test/.hidden.tfvars", ""),
        ("modules/net/main.tf", ""),
        ("modules/net/dev.tfvars", ""),
        ("modules/vars/dev.tfvars", ""),
        ("other/main.tf", ""),
        ("other/dev.tfvars", ""),
        ("other/env/dev.tfvars", ""),
    ]);
    let variables = |sources: &Sources| -> Vec<String> {
        files(&root, sources).into_iter().filter(|path| path.ends_with(".tfvars")).map(str::to_owned).collect()
    };
    let own = ["infra/aks/env/dev/terraform.tfvars", "infra/aks/prod.tfvars"];
    let near = ["environments/test/eu.auto.tfvars", own[0], own[1], "infra/vars/stage.tfvars"];
    assert_eq!(variables(&read(&root, &[""])), near);
    // Outside the given path only what is in the same repository.
    for path in ["infra/aks", "infra/aks/main.tf"] {
        assert_eq!(variables(&read(&root, &[path])), own, "{path}");
    }
    fs::create_dir(root.path().join(".git")).unwrap();
    for path in ["infra", "infra/aks", "infra/aks/main.tf"] {
        assert_eq!(variables(&read(&root, &[path])), near, "{path}");
    }
    write(root.path(), ".gitignore", "stage.tfvars");
    assert_eq!(variables(&read(&root, &["infra/aks"])), near[..3]);
    let options = Options { no_ignore: true, ..Options::default() };
    assert_eq!(variables(&read_with(&root, &["infra/aks"], &options)), near);
}

/// The configuration file of each folder to lint that has one.
fn configs(root: &TempDir, sources: &Sources) -> Vec<String> {
    let pair = |(folder, file)| format!("{}: {}", relative(root, folder), relative(root, sources.file(file).path()));
    sources.configs().map(pair).collect()
}

#[test]
fn the_nearest_configuration_file_applies() {
    let root = tree(&[
        ("overlint.toml", "outside the repository"),
        ("repo/.git/HEAD", ""),
        ("repo/.overlint.toml", ""),
        ("repo/a/x/main.tf", CLUSTER),
        ("repo/b/overlint.toml", ""),
        ("repo/b/.overlint.toml", ""),
        ("repo/b/x/main.tf", CLUSTER),
        ("repo/b/inner/.git/HEAD", ""),
        ("repo/b/inner/main.tf", CLUSTER),
    ]);
    let all = ["repo/a/x: repo/.overlint.toml", "repo/b/x: repo/b/overlint.toml"];
    assert_eq!(configs(&root, &read(&root, &["repo"])), all);
    assert_eq!(configs(&root, &read(&root, &["repo/a/x"])), all[..1]);
    assert_eq!(configs(&root, &read(&root, &["repo/b/x/main.tf"])), all[1..]);
    assert_eq!(configs(&root, &read(&root, &["repo/b/inner"])), [""; 0]);
    let path = root.path().join("repo/b/overlint.toml").to_str().unwrap().to_owned();
    let options = Options { config: Some(path), ..Options::default() };
    assert_eq!(configs(&root, &read_with(&root, &["repo/a/x"], &options)), ["repo/a/x: repo/b/overlint.toml"]);
    let options = Options { config: Some("missing.toml".to_owned()), ..Options::default() };
    let sources = read_with(&root, &["repo/a/x"], &options);
    assert_eq!(sources.unreadable().iter().map(|u| u.path.as_str()).collect::<Vec<_>>(), ["missing.toml"]);
}

#[test]
fn what_the_configuration_file_names_is_read() {
    let settings = "[[terraform]]\nroot = \"infra\"\nvar-files = [\"../values/a.tfvars\", \"values/missing\"]\n\n\
        [[terraform]]\nroot = \"nowhere\"\n";
    let root = tree(&[("repo/overlint.toml", settings), ("repo/infra/main.tf", CLUSTER), ("values/a.tfvars", "")]);
    let sources = read(&root, &["repo"]);
    assert_eq!(files(&root, &sources), ["repo/infra/main.tf", "repo/overlint.toml", "values/a.tfvars"]);
    let message = "there is no folder nowhere; paths here start from this file's folder";
    assert_eq!(unreadable(&root, &sources), [("repo/overlint.toml", message)]);
    assert_eq!(sources.text(sources.unreadable()[0].span.unwrap()), "\"nowhere\"");
}

#[test]
fn of_a_big_module_the_first_files_are_read() {
    let root = tree(&[("a.tf", CLUSTER), ("c.tf", CLUSTER), ("other/main.tf", CLUSTER)]);
    for number in 0..4 {
        write(root.path(), &format!("b{number}.tf"), vec![b'\n'; 16 << 20]);
    }
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["a.tf", "b0.tf", "b1.tf", "b2.tf", "b3.tf", "other/main.tf"]);
    let message = "this folder holds more than 100000 files or 64 MiB of configuration: c.tf and what follows were not read";
    let told = sources.unreadable();
    assert_eq!(told.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>(), [message]);
}

#[test]
fn big_files_are_not_read() {
    let root = tree(&[("main.tf", CLUSTER)]);
    write(root.path(), "fits.tf", vec![b'\n'; 16 << 20]);
    write(root.path(), "big.tf", vec![b'\n'; (16 << 20) + 1]);
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["fits.tf", "main.tf"]);
    assert_eq!(unreadable(&root, &sources), [("big.tf", "this file is larger than 16 MiB and was not read")]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    #[test]
    fn links_to_folders_are_not_walked() {
        let root = tree(&[("a/main.tf", CLUSTER)]);
        symlink(root.path(), root.path().join("a/loop")).unwrap();
        symlink("a", root.path().join("b")).unwrap();
        symlink("a", root.path().join("folder.tf")).unwrap();
        let sources = read(&root, &[""]);
        assert_eq!(files(&root, &sources), ["a/main.tf"]);
        assert!(sources.unreadable().is_empty());
        assert_eq!(files(&root, &read(&root, &["b"])), ["b/main.tf"], "a link that the user names is followed");
    }

    #[test]
    fn links_to_files_are_read() {
        let root = tree(&[("a/main.tf", CLUSTER), ("common/providers.tf", "provider \"azurerm\" {}")]);
        symlink("../common/providers.tf", root.path().join("a/providers.tf")).unwrap();
        symlink("nowhere", root.path().join("a/broken.tf")).unwrap();
        symlink("/dev/zero", root.path().join("a/zero.tf")).unwrap();
        let sources = read(&root, &[""]);
        assert_eq!(files(&root, &sources), ["a/main.tf", "a/providers.tf"]);
        let told =
            [("a/broken.tf", "this symbolic link leads nowhere"), ("a/zero.tf", "this is no regular file and was not read")];
        let mut unreadable = unreadable(&root, &sources);
        unreadable.sort_unstable();
        assert_eq!(unreadable, told);
    }

    #[test]
    fn a_module_behind_a_link_is_found() {
        let root = tree(&[("a/main.tf", &call("x", "./x")), ("real/main.tf", CLUSTER)]);
        symlink("../real", root.path().join("a/x")).unwrap();
        assert_eq!(files(&root, &read(&root, &["a"])), ["a/main.tf", "a/x/main.tf"]);
    }

    #[test]
    fn modules_that_lead_back_to_themselves_end() {
        let root = tree(&[("a/main.tf", &(call("x", "./x") + &call("y", "./y") + CLUSTER))]);
        symlink(".", root.path().join("a/x")).unwrap();
        assert!(read(&root, &["a"]).len() > 1);
        symlink(".", root.path().join("a/y")).unwrap();
        assert!(read(&root, &["a"]).len() < 50_000);
    }

    #[test]
    fn pipes_are_not_read() {
        let root = tree(&[("main.tf", CLUSTER)]);
        if !Command::new("mkfifo").arg(root.path().join("pipe.tf")).status().is_ok_and(|s| s.success()) {
            eprintln!("skipped: there is no mkfifo");
            return;
        }
        symlink("pipe.tf", root.path().join("link.tf")).unwrap();
        let sources = read(&root, &[""]);
        assert_eq!(files(&root, &sources), ["main.tf"]);
        let unreadable = unreadable(&root, &sources);
        assert_eq!(unreadable.len(), 2);
        for path in ["pipe.tf", "link.tf"] {
            assert!(unreadable.contains(&(path, "this is no regular file and was not read")), "{unreadable:?}");
        }
    }

    #[test]
    fn what_may_not_be_read_is_recorded() {
        let root = tree(&[("a/main.tf", CLUSTER), ("closed/main.tf", CLUSTER), ("b/closed.tf", CLUSTER)]);
        let close = |path: &str, mode| fs::set_permissions(root.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
        close("closed", 0);
        close("b/closed.tf", 0);
        if fs::read_dir(root.path().join("closed")).is_ok() {
            eprintln!("skipped: permissions do not bind this user (root?)");
            return;
        }
        let sources = read(&root, &[""]);
        assert_eq!(files(&root, &sources), ["a/main.tf"]);
        let expected = [
            ("b/closed.tf", "this file cannot be read: permission denied"),
            ("closed", "this folder cannot be read: permission denied"),
        ];
        assert_eq!(unreadable(&root, &sources), expected);
        close("closed", 0o700);
    }

    #[test]
    fn names_that_are_not_utf8_stay_apart() {
        let root = TempDir::new().unwrap();
        for name in [&b"\xfe"[..], b"\xff"] {
            let folder = root.path().join(OsStr::from_bytes(name));
            if fs::create_dir(&folder).is_err() {
                eprintln!("skipped: this file system takes only UTF-8 names");
                return;
            }
            fs::write(folder.join("main.tf"), CLUSTER).unwrap();
            fs::write(folder.join(OsStr::from_bytes(b"\xe4.tf")), "").unwrap();
        }
        let sources = read(&root, &[""]);
        assert_eq!(files(&root, &sources), ["\\xfe/\\xe4.tf", "\\xfe/main.tf", "\\xff/\\xe4.tf", "\\xff/main.tf"]);
    }
}

const PLAN: &str = r#"{"format_version":"1.2","resource_changes":[{"type":"azurerm_kubernetes_cluster"}]}"#;

#[test]
fn plans_are_found_by_their_content() {
    let root = tree(&[
        ("tf/main.tf", CLUSTER),
        ("tf/any-name.json", PLAN),
        ("tf/other.json", "{\"uses\": \"azurerm_kubernetes_cluster\"}"),
        ("tf/package.json", "{}"),
        ("tf/plan.txt", PLAN),
        ("tf/.hidden.json", PLAN),
        ("plans/a.json", PLAN),
        ("plans/b.json", "{ not even JSON"),
        ("none/main.tf", "locals {}\n"),
    ]);
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(PLAN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(root.path(), "plans/c.json", utf_16);
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["plans/a.json", "plans/c.json", "tf/any-name.json", "tf/main.tf"]);
    assert_eq!(unreadable(&root, &sources), []);
}

#[test]
fn of_a_folder_only_the_plans_that_were_named_are_read() {
    let root = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "*.json\n"),
        ("main.tf", CLUSTER),
        ("a.json", PLAN),
        ("b.json", PLAN),
        ("module/c.json", PLAN),
        ("module/main.tf", CLUSTER),
        ("caller/main.tf", &call("m", "../module")),
    ]);
    assert_eq!(files(&root, &read(&root, &["a.json"])), ["a.json", "main.tf"]);
    assert_eq!(files(&root, &read(&root, &["main.tf"])), ["main.tf"]);
    assert_eq!(files(&root, &read(&root, &[""])), ["caller/main.tf", "main.tf", "module/main.tf"]);
    let all = Options { no_ignore: true, ..Options::default() };
    assert_eq!(files(&root, &read_with(&root, &["caller"], &all)), ["caller/main.tf", "module/main.tf"]);
}

#[test]
fn of_big_data_only_plans_are_told() {
    let root = tree(&[("main.tf", CLUSTER)]);
    write(root.path(), "data.json", vec![b' '; (16 << 20) + 1]);
    let mut plan = PLAN.as_bytes().to_vec();
    plan.resize((16 << 20) + 1, b' ');
    write(root.path(), "plan.json", plan);
    let sources = read(&root, &[""]);
    assert_eq!(files(&root, &sources), ["main.tf"]);
    assert_eq!(unreadable(&root, &sources), [("plan.json", "this file is larger than 16 MiB and was not read")]);
}

#[test]
fn downloaded_modules_are_read_but_not_linted() {
    let list = r#"{"Modules":[
        {"Key":"","Source":"","Dir":"."},
        {"Key":"aks","Source":"registry.terraform.io/acme/aks/azurerm","Version":"1.0.0","Dir":".terraform/modules/aks"},
        {"Key":"aks.net","Source":"git::https://example.com/net.git//a","Dir":".terraform/modules/aks.net/a"}
    ]}"#;
    let root = tree(&[
        (".gitignore", ".terraform\n"),
        (".git/HEAD", ""),
        ("app/main.tf", &call("aks", "acme/aks/azurerm")),
        ("app/.terraform/modules/modules.json", list),
        ("app/.terraform/modules/aks/main.tf", &format!("{CLUSTER}{}", call("sub", "./sub"))),
        ("app/.terraform/modules/aks/sub/main.tf", ""),
        ("app/.terraform/modules/aks/examples/main.tf", CLUSTER),
        ("app/.terraform/modules/aks.net/a/main.tf", ""),
        ("app/.terraform/modules/other/main.tf", CLUSTER),
    ]);
    let sources = read(&root, &[""]);
    assert_eq!(folders(&root, &sources), ["app"]);
    let expected = [
        "app/.terraform/modules/aks.net/a/main.tf",
        "app/.terraform/modules/aks/main.tf",
        "app/.terraform/modules/aks/sub/main.tf",
        "app/.terraform/modules/modules.json",
        "app/main.tf",
    ];
    assert_eq!(files(&root, &sources), expected);
    assert_eq!(unreadable(&root, &sources), []);
}

#[test]
fn clusters_of_azapi_count() {
    let kind = "type = \"microsoft.containerService/ManagedClusters@2025-01-01\"";
    let root = tree(&[
        ("a/main.tf", &format!("resource \"azapi_resource\" \"c\" {{\n  {kind}\n}}\n")),
        ("b/main.tf", &format!("# {kind}\n")),
        ("c/main.tf", "resource \"azapi_resource\" \"c\" {\n  type = \"Microsoft.Network/virtualNetworks@2025-01-01\"\n}\n"),
    ]);
    assert_eq!(folders(&root, &read(&root, &[""])), ["a"]);
}

#[test]
fn automatic_clusters_count() {
    let main = |kind: &str| format!("resource \"{kind}\" \"c\" {{}}\n");
    let root = tree(&[
        ("a/main.tf", &main("azurerm_kubernetes_automatic_cluster")),
        ("b/main.tf", &main("azurerm_kubernetes_fleet_manager")),
        ("c/main.tf", &(main("azurerm_kubernetes_fleet_manager") + &main("azurerm_kubernetes_cluster_node_pool"))),
    ]);
    assert_eq!(folders(&root, &read(&root, &[""])), ["a", "c"]);
}

#[test]
fn modules_from_elsewhere_that_may_hold_a_cluster_count() {
    let root = tree(&[
        ("aks/main.tf", &call("platform", "Azure/aks/azurerm")),
        ("named/main.tf", &call("aks", "acme/platform/azurerm")),
        ("eks/main.tf", &call("x", "terraform-aws-modules/eks/aws")),
        ("tags/main.tf", &format!("{}locals {{ x = \"aks\" }}\n", call("tags", "acme/tags/azurerm"))),
    ]);
    assert_eq!(folders(&root, &read(&root, &[""])), ["aks", "named"]);
}
