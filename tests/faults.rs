//! Faults of the machine: pipes where files should be, full disks, folders that vanish, names that steer terminals. Always an end, an
//! exit code and a message, and nothing half-written.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::program::{Project, Run};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

const CLUSTER: &str = "resource \"azurerm_kubernetes_cluster\" \"c\" {\n  network_profile {\n    network_plugin = \"azure\"\n    \
    network_plugin_mode = \"overlay\"\n    pod_cidr = \"wrong\"\n  }\n}\n";

const NOT_REGULAR: &str = "this is no regular file and was not read";

fn project() -> Project {
    Project::new(&[("main.tf", CLUSTER)])
}

/// Runs a line of a shell, in which `$0` is the program. A run that does not end is stopped after a minute.
fn shell(folder: &Path, line: &str) -> Run {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_overlint")]).current_dir(folder).env_clear().stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().expect("not ended by a signal"), out: text(output.stdout), err: text(output.stderr) }
}

fn mkfifo(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The names in a project's folder.
fn names(project: &Project) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(project.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn pipes_are_never_waited_for() {
    let told: &[(&str, &[&str])] = &[
        ("x.tf", &[]),
        ("x.tf", &["x.tf"]),
        ("terraform.tfvars", &[]),
        ("x.tfvars", &["--var-file", "x.tfvars"]),
        ("main.bicep", &[]),
        ("x.json", &["--parameters", "x.json"]),
        ("overlint.toml", &[]),
        ("x.toml", &["--config", "x.toml"]),
        (".git/info/exclude", &[]),
        (".git/index", &["--tracked-only"]),
        ("known.json", &["--baseline", "known.json"]),
    ];
    for (path, args) in told {
        let project = project();
        mkfifo(&project.path(path));
        let run = project.check(&[&["--format", "compact"], *args].concat());
        assert_eq!(run.code, 2, "{path} {args:?}: {}{}", run.out, run.err);
        assert!(format!("{}{}", run.out, run.err).contains(NOT_REGULAR), "{path} {args:?}: {}{}", run.out, run.err);
    }
    // Nobody says that these are meant for overlint.
    for path in ["x.json", ".gitignore", "bicepconfig.json", ".terraform/modules/modules.json"] {
        let project = project();
        mkfifo(&project.path(path));
        assert!(project.found(&[]).contains(&"main.tf:5 invalid-cidr".to_owned()), "{path}");
    }
    let project = Project::new(&[("main.tf", &CLUSTER.replace("\"wrong\"", "file(\"x.txt\")"))]);
    mkfifo(&project.path("x.txt"));
    let run = project.check(&["--format", "compact", "--undecided"]);
    assert!(run.out.contains("x.txt is no regular file and is not read"), "{}", run.out);
}

#[test]
fn pipes_that_the_shell_has_opened_are_read() {
    let project = Project::new(&[("main.tf", &format!("variable \"x\" {{}}\n{}", CLUSTER.replace("\"wrong\"", "var.x")))]);
    let run = shell(&project.path(""), "echo 'x = \"bad\"' | \"$0\" check --format compact --var-file /dev/stdin");
    assert!(run.out.contains("pod_cidr \"bad\" is not a CIDR"), "{}{}", run.out, run.err);
}

#[test]
fn devices_and_sockets_are_not_read() {
    let project = project();
    symlink("/dev/zero", project.path("zero.tf")).unwrap();
    symlink("/dev/zero", project.path("zero.tfvars")).unwrap();
    let _socket = UnixListener::bind(project.path("socket.tf")).unwrap();
    let run = project.check(&["--format", "compact", "--var-file", "/dev/zero", "--baseline", "/dev/zero"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains(&format!("cannot use the baseline /dev/zero: {NOT_REGULAR}")), "{}", run.err);
    let run = project.check(&["--format", "compact", "--var-file", "/dev/zero"]);
    for path in ["zero.tf", "socket.tf", "/dev/zero"] {
        assert!(run.out.contains(&format!("{path}:1:1: error: {NOT_REGULAR}")), "{}", run.out);
    }
    assert!(run.out.contains("main.tf:5:"), "the rest is checked: {}", run.out);
}

#[test]
fn links_in_circles_end() {
    let project = Project::new(&[
        ("main.tf", &format!("{CLUSTER}module \"m\" {{ source = \"./loop/loop/sub\" }}\n")),
        ("sub/a.tf", CLUSTER),
    ]);
    symlink(".", project.path("loop")).unwrap();
    symlink("self.tf", project.path("self.tf")).unwrap();
    symlink("..", project.path("sub/up")).unwrap();
    let run = project.check(&["--format", "compact"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("self.tf:1:1: error: this symbolic link cannot be followed"), "{}", run.out);
    assert!(run.out.contains("main.tf:5:16: error:"), "{}", run.out);
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    for (args, file) in
        [("check -q --output json=r.json", "r.json"), ("check -q --write-baseline r.json", "r.json"), ("init", "overlint.toml")]
    {
        let project = project();
        // Without the signal, writing fails as on a full disk.
        let run = shell(&project.path(""), &format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" {args}"));
        assert_eq!(run.code, 2, "{args}: {}", run.err);
        assert!(run.err.contains(&format!("overlint: cannot write {file}: ")), "{args}: {}", run.err);
        assert_eq!(names(&project), [".git", "main.tf"], "{args}");
        if args != "init" {
            project.write("r.json", "as it was");
            let run = shell(&project.path(""), &format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" {args}"));
            assert_eq!(run.code, 2, "{args}");
            assert_eq!(project.read("r.json"), "as it was");
            assert_eq!(names(&project), [".git", "main.tf", "r.json"], "{args}");
        }
    }
}

#[test]
fn what_a_killed_run_left_behind_is_in_nobodys_way() {
    let project = project();
    // A process that becomes another keeps its id, as the first process of a container has always the same.
    let run = shell(&project.path(""), "touch .r.json.$$-0.tmp .r.json.$$-1.tmp; exec \"$0\" check -q --output json=r.json");
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert!(project.read("r.json").contains("invalid-cidr"));
    let long = "n".repeat(250);
    assert_eq!(project.check(&["-q", "--output", &format!("json={long}")]).code, 1);
    assert!(project.read(&long).contains("invalid-cidr"));
}

#[test]
fn closed_inputs_and_outputs_change_nothing() {
    let project = project();
    for line in [
        "exec \"$0\" check <&-",
        "exec \"$0\" check >&-",
        "exec \"$0\" check <&- >&- 2>&-",
        "exec \"$0\" check --output json=/dev/stdout -q",
    ] {
        assert_eq!(shell(&project.path(""), line).code, 1, "{line}");
    }
    let run = shell(&project.path(""), "{ \"$0\" check -q --output json=/dev/stdout; echo $? >&2; } | true");
    assert_eq!(run.err, "1\n");
}

#[test]
fn a_current_folder_that_is_gone_is_told() {
    let project = project();
    let run = shell(&project.path(""), "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" check --format compact");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.out.contains("the current folder cannot be told: no such file or folder"), "{}", run.out);
    let run = shell(&project.path(""), "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" init");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot write overlint.toml"), "{}", run.err);
}

#[test]
fn names_cannot_steer_terminals() {
    let project = project();
    let name = OsStr::from_bytes(b"e\nvil\x1b[31m\x07\xff\xc2\x9b.tf");
    fs::write(project.path("").join(name), "a = \n").unwrap();
    let is_safe = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
    for format in ["text", "compact", "github", "azure", "junit", "markdown"] {
        let run = project.check(&["--format", format, "--undecided", "--statistics"]);
        assert_eq!(run.code, 2, "{format}");
        assert!(run.out.contains("a value is missing after this"), "{format}: {}", run.out);
        assert!(is_safe(&run.out) && is_safe(&run.err), "{format}: {:?} {:?}", run.out, run.err);
        assert!(!run.out.lines().any(|line| line.starts_with("vil")), "{format}: {}", run.out);
    }
    for args in [
        &["check", "-q"][..],
        &["check", "\u{1b}[31m\n"],
        &["check", "--baseline", "\u{1b}[31m\n"],
        &["check", "--output", "json=nowhere/\u{1b}[31m\u{202e}"],
        &["check", "--config", "\u{1b}[31m\n"],
        &["check", "--report-only", "\u{1b}[31m\n"],
        &["init", "\u{1b}[31m\n"],
    ] {
        let run = project.run(args);
        assert!(is_safe(&run.out) && is_safe(&run.err), "{args:?}: {:?} {:?}", run.out, run.err);
    }
}

#[test]
fn files_may_come_and_go() {
    let project = project();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                for i in 0..20 {
                    let folder = project.path(&format!("d{i}"));
                    if (round + i).is_multiple_of(2) {
                        let _ = fs::create_dir(&folder);
                        let _ = fs::write(folder.join("main.tf"), CLUSTER.repeat(round as usize % 7));
                        let _ = fs::write(folder.join("main.bicep"), "module x 'gone.bicep' = {}");
                    } else {
                        let _ = fs::remove_dir_all(&folder);
                    }
                }
            }
        });
        for _ in 0..15 {
            let run = project.check(&["--format", "compact"]);
            assert!((1..=2).contains(&run.code), "{}", run.code);
            assert!(!run.err.contains("panicked") && !run.out.contains("overlint itself failed"), "{}{}", run.out, run.err);
            assert!(run.out.contains("main.tf:5:16: error:"), "what stays is checked: {}", run.out);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_checkout_that_cannot_be_written_is_checked() {
    let project = project();
    // For the superuser there are no permissions: this one becomes nobody.
    let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let is_root = shell(&project.path(""), "test $(id -u) = 0").code == 0;
    if is_root && shell(&project.path(""), &format!("{nobody} \"$0\" --version")).code != 0 {
        eprintln!("skipped: needs setpriv, and a program that everybody may run");
        return;
    }
    let run_as = if is_root { nobody } else { "exec" };
    let run = shell(
        &project.path(""),
        &format!("mkdir closed; echo > closed.tf; chmod 0 closed closed.tf; chmod 555 .; {run_as} \"$0\" check --format compact"),
    );
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.out.contains("main.tf:5:16: error: pod_cidr"), "{}", run.out);
    for part in [
        "closed:1:1: error: this folder cannot be read: permission denied",
        "closed.tf:1:1: error: this file cannot be read: permission denied",
    ] {
        assert!(run.out.contains(part), "{}", run.out);
    }
    let run = shell(&project.path(""), &format!("{run_as} \"$0\" init"));
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot write overlint.toml: "), "{}", run.err);
    assert_eq!(shell(&project.path(""), "chmod 755 . closed closed.tf").code, 0);
}

#[test]
fn line_ends_and_paths_of_windows() {
    let project = Project::new(&[
        ("main.tf", "module \"m\" {\r\n  source = \".\\\\sub\"\r\n}\r\n"),
        ("crlf/main.tf", &CLUSTER.replace('\n', "\r\n")),
        ("sub/main.tf", CLUSTER),
    ]);
    let run = project.check(&["--format", "compact"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("crlf/main.tf:5:16: error: pod_cidr \"wrong\""), "{}", run.out);
    assert!(run.out.contains("sub/main.tf:5:16: error: pod_cidr \"wrong\""), "{}", run.out);
}
