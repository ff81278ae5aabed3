//! Faults of the machine: pipes where files should be, full disks, folders that vanish, names that steer terminals. Always an end, an
//! exit code and a message, and nothing half-written.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "helpers of tests may panic as tests may, and say what they skip"
)]

mod common;

use common::program::{Project, Run};
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
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

/// A cluster with a mistake that `--fix` repairs.
const FIXABLE: &str = "resource \"azurerm_kubernetes_cluster\" \"c\" {\n  network_profile {\n    network_plugin = \"azure\"\n    \
    network_plugin_mode = \"overlay\"\n    pod_cidr = \"10.244.0.0/16\"\n    service_cidr = \"10.0.0.0/16\"\n    \
    dns_service_ip = \"10.0.0.1\"\n  }\n}\n";

fn is_fixed(text: &str) -> bool {
    text == FIXABLE.replace("10.0.0.1\"", "10.0.0.10\"")
}

#[test]
fn a_limit_of_size_is_an_error_and_not_the_end() {
    let project = Project::new(&[("main.tf", FIXABLE)]);
    for (args, message) in [
        ("check -q --output json=r.json", "cannot write r.json: "),
        ("check -q --write-baseline r.json", "cannot write r.json: "),
        ("check -q --fix", "cannot change main.tf: "),
        ("check >out", "cannot write to the standard output: "),
        ("init", "cannot write overlint.toml: "),
    ] {
        let run = shell(&project.path(""), &format!("ulimit -c 0; ulimit -f 0; exec \"$0\" {args}"));
        assert_eq!(run.code, 2, "{args}: {}", run.err);
        assert!(run.err.contains(&format!("overlint: {message}")), "{args}: {}", run.err);
        assert_eq!(project.read("main.tf"), FIXABLE);
        let _ = fs::remove_file(project.path("out"));
        assert_eq!(names(&project), [".git", "main.tf"], "{args}");
    }
}

/// Whether a tool can be used here; says so if not.
fn has_tool(tool: &str) -> bool {
    let works = Command::new("sh").args(["-c", tool]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: `{tool}` does not work here");
    }
    works
}

#[test]
fn what_fails_on_the_way_to_the_disk_leaves_the_old_file() {
    if !has_tool("strace -f -o /dev/null true") {
        return;
    }
    let calls = ["/^fsync$:error=EIO", "/^fsync$:error=EDQUOT", "/^rename:error=EROFS", "/^f?chmod:error=EPERM"];
    for (call, (args, message)) in calls.iter().flat_map(|call| {
        let runs = [("check -q --fix", "cannot change main.tf: "), ("check -q --output json=r.json", "cannot write r.json: ")];
        runs.map(|run| (*call, run))
    }) {
        let project = Project::new(&[("main.tf", FIXABLE), ("r.json", "old")]);
        let run = shell(&project.path(""), &format!("strace -f -o /dev/null -e inject={call} \"$0\" {args}"));
        assert_eq!(run.code, 2, "{call} {args}: {}", run.err);
        assert!(run.err.contains(message), "{call} {args}: {}", run.err);
        assert_eq!((project.read("main.tf").as_str(), project.read("r.json").as_str()), (FIXABLE, "old"), "{call} {args}");
        assert_eq!(names(&project), [".git", "main.tf", "r.json"], "{call} {args}");
    }
}

#[test]
fn a_full_disk_changes_nothing() {
    if !has_tool("unshare -m mount -t tmpfs -o size=8k none /mnt") {
        return;
    }
    let project = Project::new(&[("main.tf", FIXABLE)]);
    let line = "unshare -m sh -c 'mount -t tmpfs -o size=8k none /mnt; cp main.tf /mnt; cd /mnt; mkdir .git; \
        dd if=/dev/zero of=full bs=4k 2>/dev/null; for args in --fix \"--output json=r.json\" \"--write-baseline b.json\"; \
        do \"$0\" check -q $args; echo $?; done; \"$0\" init; echo $?; ls -A; cat main.tf' \"$0\"";
    let run = shell(&project.path(""), line);
    assert_eq!(run.out, format!("2\n2\n2\n2\n.git\nfull\nmain.tf\n{FIXABLE}"), "{}", run.err);
    assert_eq!(run.err.matches("No space left on device").count(), 4, "{}", run.err);
}

/// Starts the program so that it stops for a while before it puts a file in its place, sends it a signal then, and tells by which one it
/// ended.
fn interrupted(project: &Project, args: &[&str], signal: &str) -> Option<i32> {
    let mut command = Command::new("strace");
    command.args(["-f", "-o", "/dev/null", "-e", "inject=/^rename:delay_enter=1500000", env!("CARGO_BIN_EXE_overlint"), "check"]);
    let mut child = command.args(args).current_dir(project.path("")).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let is_temporary = |name: &String| name.ends_with(".tmp");
    while !names(project).iter().any(is_temporary) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
        std::thread::yield_now();
    }
    let children = format!("kill -{signal} $(cat /proc/{0}/task/{0}/children)", child.id());
    assert!(Command::new("sh").args(["-c", &children]).status().unwrap().success());
    child.wait().unwrap().signal()
}

#[test]
fn who_stops_a_run_finds_whole_files_and_no_others() {
    if !has_tool("strace -f -o /dev/null true && test -e /proc/self/task/$$/children") {
        return;
    }
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        let project = project();
        assert_eq!(interrupted(&project, &["-q", "--output", "json=r.json"], signal), Some(number));
        assert_eq!(names(&project), [".git", "main.tf", "r.json"]);
        assert!(project.read("r.json").ends_with("}\n"));
    }
    let project = project();
    assert_eq!(interrupted(&project, &["-q", "--write-baseline", "b.json"], "INT"), Some(2));
    assert_eq!(names(&project), [".git", "b.json", "main.tf"]);
    let files: Vec<String> = (0..5).map(|i| format!("{i}.tf")).collect();
    let texts: Vec<String> = (0..5).map(|i| FIXABLE.replace("\"c\"", &format!("\"c{i}\""))).collect();
    let both: Vec<(&str, &str)> = files.iter().zip(&texts).map(|(file, text)| (file.as_str(), text.as_str())).collect();
    let project = Project::new(&both);
    assert_eq!(interrupted(&project, &["--fix"], "INT"), Some(2));
    assert_eq!(names(&project), [&[".git".to_owned()], files.as_slice()].concat());
    let changed = both.iter().filter(|(file, old)| project.read(file) != *old).count();
    assert!((1..5).contains(&changed), "{changed}");
    assert!(both.iter().all(|(file, old)| {
        let new = project.read(file);
        new == *old || new == old.replace("10.0.0.1\"", "10.0.0.10\"")
    }));
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

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let project = Project::new(&[("main.tf", CLUSTER), ("a.tf", CLUSTER)]);
    let stop = AtomicBool::new(false);
    let (real, pipe) = (project.path("a.tf"), project.path("pipe"));
    mkfifo(&pipe);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (kept, spare) = (project.path("kept"), project.path("spare"));
            fs::write(&kept, CLUSTER.replace("\"c\"", "\"a\"")).unwrap();
            while !stop.load(Ordering::Relaxed) {
                for from in [&pipe, &kept] {
                    let _ = fs::remove_file(&spare);
                    fs::hard_link(from, &spare).and_then(|()| fs::rename(&spare, &real)).unwrap();
                }
            }
        });
        for _ in 0..20 {
            let run = project.check(&["--format", "compact"]);
            assert!((1..=2).contains(&run.code), "{}", run.code);
            assert!(run.out.contains("main.tf:5:16: error:"), "what stays is checked: {}", run.out);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn few_threads_little_memory_and_few_open_files_are_enough() {
    let project = project();
    for line in ["ulimit -n 12; exec", "ulimit -v 300000; exec", "ulimit -s 2048; exec"] {
        let run = shell(&project.path(""), &format!("{line} \"$0\" check --jobs 64 --format compact"));
        assert_eq!(run.code, 1, "{line}: {}", run.err);
        assert!(run.out.contains("main.tf:5:16: error: pod_cidr"), "{line}: {}", run.out);
    }
    for (line, code, message) in [
        ("exec \"$0\" check", 2, "overlint: cannot start the threads: "),
        ("exec \"$0\" init", 2, "overlint: cannot write overlint.toml: "),
        ("sleep 2 | \"$0\" lsp", 1, "overlint: cannot start the threads: "),
    ] {
        let run = shell(&project.path(""), &format!("ulimit -v 60000; {line}"));
        assert_eq!(run.code, code, "{line}: {}", run.err);
        assert!(run.err.starts_with(message), "{line}: {}", run.err);
    }
    assert_eq!(names(&project), [".git", "main.tf"]);
}

#[test]
fn no_environment_is_needed_and_an_odd_one_does_no_harm() {
    let project = project();
    let plain = project.check(&[]);
    for line in [
        "exec env -i \"$0\" check",
        "HOME=/nowhere TMPDIR=/nowhere XDG_CACHE_HOME=/nowhere TERM=dumb exec \"$0\" check",
        "COLUMNS=0 LINES=-1 TERM= exec \"$0\" check",
        "COLUMNS=99999999999999999999 LANG=C LC_ALL=C exec \"$0\" check",
    ] {
        let run = shell(&project.path(""), line);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (1, plain.out.as_str(), ""), "{line}");
    }
}

#[test]
fn paths_may_be_written_in_any_way() {
    let project = Project::new(&[("main.tf", CLUSTER), ("-x/-y.tf", CLUSTER), ("sub/x.txt", ""), ("::a::/main.tf", CLUSTER)]);
    symlink(".", project.path("here")).unwrap();
    let absolute = project.path("main.tf");
    let once = project.found(&["main.tf"]);
    assert!(once.contains(&"main.tf:5 invalid-cidr".to_owned()), "{once:?}");
    let many = ["main.tf", "main.tf", "./main.tf", ".//main.tf", "sub/../main.tf"];
    assert_eq!(project.found(&many), once);
    assert!(project.found(&[absolute.to_str().unwrap()]).iter().any(|line| line.ends_with("main.tf:5 invalid-cidr")));
    assert!(project.found(&["here/"]).contains(&"here/main.tf:5 invalid-cidr".to_owned()));
    assert!(project.found(&["--", "-x"]).contains(&"-x/-y.tf:5 invalid-cidr".to_owned()));
    // A line of a log that starts with :: is a command to GitHub's runner.
    assert!(project.check(&["--format", "compact", "::a::"]).out.starts_with("./::a::/main.tf:"));
    for (path, message) in [
        ("", "a value is required"),
        (&*"n".repeat(300), "File name too long"),
        (&*"n/".repeat(3000), "File name too long"),
        ("main.tf/", "main.tf"),
        ("main.tf/x", "Not a directory"),
    ] {
        let run = project.check(&["--format", "compact", path]);
        assert!(format!("{}{}", run.out, run.err).contains(message), "{path}: {}{}", run.out, run.err);
        assert_eq!(run.code, if path == "main.tf/" { 1 } else { 2 }, "{path}: {}", run.out);
    }
    let run = shell(&project.path(""), "exec \"$0\" check \"$(printf 'e\\377.tf')\"");
    assert!(run.code == 2 && run.err.contains("invalid UTF-8"), "{}", run.err);
    let many: Vec<String> = (0..10_000).map(|i| format!("no{i}.tf")).collect();
    let run = project.check(&[&["--format", "compact"][..], &many.iter().map(String::as_str).collect::<Vec<_>>()].concat());
    assert_eq!((run.code, run.out.lines().count()), (2, 10_000));
}

#[test]
fn a_reader_that_goes_is_no_failure_and_a_full_device_is_one() {
    let clusters: String = (0..100).map(|i| CLUSTER.replace("\"c\"", &format!("\"c{i}\""))).collect();
    let project = Project::new(&[("main.tf", &clusters)]);
    for format in ["text", "compact", "json", "sarif", "github", "azure", "gitlab", "junit", "markdown"] {
        let run =
            shell(&project.path(""), &format!("{{ \"$0\" check --undecided --format {format}; echo $? >&2; }} | head -c 1"));
        assert_eq!((run.out.len(), run.err.as_str()), (1, "1\n"), "{format}");
        let run = shell(&project.path(""), &format!("exec \"$0\" check --format {format} >/dev/full"));
        assert_eq!(run.code, 2, "{format}");
        assert!(run.err.starts_with("overlint: cannot write to the standard output: "), "{format}: {}", run.err);
    }
    for args in ["--help", "--version", "check --help", "rules", "explain invalid-cidr", "schema", "completions bash"] {
        let run = shell(&project.path(""), &format!("exec \"$0\" {args} >/dev/full"));
        assert!(run.code == 2 && run.err.contains("cannot write to the standard output: "), "{args}: {}", run.err);
        assert_eq!(shell(&project.path(""), &format!("exec \"$0\" {args} >/dev/null")).code, 0, "{args}");
    }
    assert_eq!(shell(&project.path(""), "exec \"$0\" check nowhere 2>/dev/full").code, 2);
}

/// Texts that do harm: controls of both kinds, turned and hidden text, commands of pipelines, the ends of XML and Markdown.
const EVIL: &str = "\u{1b}[31m\u{7}\u{9b}1m\u{7f}\u{202e}\u{200b}\u{200f}\u{feff}\u{2028} ::error::x %0A ##vso[task.x]y ###[error]z \
    ###vso[task.setvariable variable=a]b </a> ]]> <!-- &amp; | `";

#[test]
fn values_cannot_steer_what_reads_them() {
    let project = Project::new(&[("main.tf", &FIXABLE.replace("10.244.0.0/16", EVIL).replace("\"c\"", "\"c\u{202e}\""))]);
    let name = OsStr::from_bytes(b"m\n::error::\xff\x1b###[error]###vso[task.x]");
    fs::create_dir(project.path("").join(name)).unwrap();
    fs::write(project.path("").join(name).join("main.tf"), CLUSTER.replace("wrong", EVIL)).unwrap();
    let steers = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}\u{200f}\u{feff}\u{2028}".contains(c);
    let check = |format: &str| {
        let run = project.check(&["--format", format, "--undecided", "--statistics"]);
        assert_eq!(run.code, 1, "{format}: {}", run.err);
        assert!(!run.out.chars().any(steers) && !run.err.chars().any(steers), "{format}: {:?}", run.out);
        assert!(!run.out.lines().any(|line| line.trim_start().starts_with("::error::")), "{format}: {}", run.out);
        run.out
    };
    for format in ["junit", "markdown"] {
        check(format);
    }
    // What is for people is printed into the logs of pipelines, too.
    for format in ["text", "compact"] {
        let out = check(format);
        assert!(!out.contains("##[") && !out.contains("##vso["), "{format}: {out}");
    }
    let json: serde_json::Value = serde_json::from_str(&check("json")).unwrap();
    let clusters = json["findings"].as_array().unwrap().iter().map(|finding| finding["cluster"].as_str().unwrap());
    assert!(clusters.collect::<Vec<_>>().contains(&"azurerm_kubernetes_cluster.c\u{202e}"), "what JSON says is the name itself");
    for format in ["sarif", "gitlab"] {
        serde_json::from_str::<serde_json::Value>(&check(format)).unwrap();
    }
    assert!(check("sarif").contains("\"m%0A%3A%3Aerror%3A%3A%FF%1B%23%23%23%5Berror%5D%23%23%23vso%5Btask.x%5D/main.tf\""));
    // A command starts a line for GitHub; for Azure, and in an older form for GitHub, it may stand anywhere.
    for line in check("github").lines().filter(|line| !line.starts_with("::")) {
        assert!(!line.contains("##"), "{line}");
    }
    for line in check("azure").lines() {
        assert!(!line.contains("##vso[") || line.starts_with("##vso[task.logissue "), "{line}");
    }
}

#[test]
fn differences_hold_for_any_name_and_do_no_harm_on_terminals() {
    let names = ["a\nb\u{1b}.tf", "\"q\\.tf", "ü \u{202e}.tf"];
    let texts: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(i, _)| FIXABLE.replace("\"c\"", &format!("\"c{i}\"")) + "# \u{1b}[31m\u{9b}1m\n")
        .collect();
    let files: Vec<(&str, &str)> = names.iter().zip(&texts).map(|(name, text)| (*name, text.as_str())).collect();
    let project = Project::new(&files);
    let line = "\"$0\" check --diff >d; grep -c '^[-+]' d; rmdir .git && git init -q && git apply d && \"$0\" check -q";
    let run = shell(&project.path(""), line);
    if !has_tool("git --version") {
        return;
    }
    assert_eq!((run.code, run.out.as_str()), (0, "12\n"), "{}", run.err);
    if has_tool("script -qec true /dev/null") {
        let project = Project::new(&files);
        let run = shell(&project.path(""), "script -qec \"'$0' check --diff --color never\" /dev/null");
        assert!(run.out.contains("+    dns_service_ip = \"10.0.0.10\""), "{}", run.out);
        assert!(!run.out.chars().any(|c| c.is_control() && !"\r\n".contains(c) || c == '\u{202e}'), "{:?}", run.out);
    }
}

#[test]
fn what_git_tracks_must_be_known() {
    // Each leaves nothing of which git would say that it is a repository.
    for line in [
        "rmdir .git; echo 'gitdir: /nowhere/x' >.git",
        "rmdir .git; echo 'gitdir: .git' >.git",
        "rmdir .git; echo hello >.git",
        "rmdir .git; : >.git",
        "true",
        "mkdir .git/index",
        "rmdir .git; ln -s .git .git",
    ] {
        let project = Project::new(&[("main.tf", FIXABLE)]);
        let run = shell(&project.path(""), &format!("{line}; exec \"$0\" check --tracked-only --fix --format compact"));
        assert_eq!(run.code, 2, "{line}: {}{}", run.out, run.err);
        assert!(run.out.contains(".:1:1: error: which files git tracks cannot be told: "), "{line}: {}", run.out);
        assert!(run.err.contains("main.tf is not changed: "), "{line}: {}", run.err);
        assert_eq!(project.read("main.tf"), FIXABLE, "{line}");
        // Who does not ask for that is served.
        let run = shell(&project.path(""), "exec \"$0\" check --fix -q");
        assert_eq!(run.code, 0, "{line}: {}", run.err);
        assert!(is_fixed(&project.read("main.tf")), "{line}");
    }
}

#[test]
fn a_file_that_is_not_understood_is_not_changed() {
    let conflict = FIXABLE.replace("    pod_cidr", "<<<<<<< HEAD\n    pod_cidr");
    let project = Project::new(&[("main.tf", &conflict)]);
    let run = project.check(&["--fix", "--format", "compact"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("main.tf is not changed: it could not be read in full"), "{}", run.err);
    assert_eq!(project.read("main.tf"), conflict);
}

#[test]
fn a_changed_file_keeps_its_owner() {
    let project = Project::new(&[("main.tf", FIXABLE)]);
    let run = shell(&project.path(""), "chown 65534:65534 main.tf 2>/dev/null && \"$0\" check -q --fix && ls -ln main.tf");
    if run.code != 0 && !run.out.contains("main.tf") {
        eprintln!("skipped: only the superuser can give files away");
        return;
    }
    assert!(run.out.contains(" 65534 65534 ") || run.out.contains(" 65534  65534 "), "{}", run.out);
    assert!(is_fixed(&project.read("main.tf")));
}

#[test]
fn a_file_that_is_not_to_be_written_is_left() {
    let project = Project::new(&[("main.tf", FIXABLE), ("r.json", "old")]);
    assert_eq!(shell(&project.path(""), "chmod 444 main.tf r.json").code, 0);
    for (args, file) in [("--fix", "main.tf"), ("--output json=r.json", "r.json"), ("--write-baseline r.json", "r.json")] {
        let run = shell(&project.path(""), &format!("exec \"$0\" check -q {args}"));
        assert_eq!(run.code, 2, "{args}: {}", run.err);
        assert!(run.err.contains(&format!("{file}: permission denied")), "{args}: {}", run.err);
        assert_eq!((project.read("main.tf").as_str(), project.read("r.json").as_str()), (FIXABLE, "old"), "{args}");
        assert_eq!(names(&project), [".git", "main.tf", "r.json"], "{args}");
    }
}

/// What the language server says to something, and how it ends.
fn served(input: &[u8]) -> Run {
    let mut server = Command::new(env!("CARGO_BIN_EXE_overlint"));
    server.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().unwrap();
    // Who has ended does not read everything.
    let _ = server.stdin.take().unwrap().write_all(input);
    let output = server.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().expect("not ended by a signal"), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn the_language_server_ends_whatever_a_client_sends() {
    let frame = |text: &str| format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes();
    let exit = frame(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    let cases: &[&[u8]] = &[
        b"",
        b"\0",
        b"hello\r\n\r\n",
        b"Content-Length: -1\r\n\r\n{}",
        b"Content-Length: 18446744073709551615\r\n\r\n{}",
        b"Content-Length: 99999999999999999999999\r\n\r\n{}",
        b"Content-Length: 5\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length:\r\n\r\n",
        b"Content-Length: 2\r\n",
        b"Content-Length: 10\r\n\r\n{}",
        b"Content-Length: 0\r\n\r\n",
        b"\r\n\r\n\r\n",
        &frame("{\"id\":1,\"method\":\"initialize\",\"params\":null}"),
        &frame("{\"id\":1,\"method\":\"initialize\",\"params\":{\"rootUri\":\"file:///%00\"}}"),
        &frame(&"[".repeat(100_000)),
        &frame(&format!("{{\"method\":{}", "{\"a\":".repeat(10_000))),
        &frame("{\"id\":1e400,\"method\":\"x\"}"),
        &frame("\u{feff}{}"),
    ];
    for case in cases {
        for input in [case.to_vec(), [case, exit.as_slice()].concat()] {
            let run = served(&input);
            assert_eq!((run.code, run.err.as_str()), (1, ""), "{:?}", String::from_utf8_lossy(&input));
        }
    }
    // A client that does not read, and then goes.
    let run = shell(Path::new("/"), "printf 'Content-Length: 1\\r\\n\\r\\n{%.0s' 1 2 3 4 5 | \"$0\" lsp >&-; echo $?");
    assert_eq!((run.out.as_str(), run.err.as_str()), ("1\n", ""));
}
