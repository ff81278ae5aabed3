//! Files that the code itself reads: `file()` and its kin, templates and YAML. Files in, report out; what lies outside the repository is
//! never read.
//!
//! The value under test is put where a pod CIDR belongs. Since it is none, the report quotes it; if it cannot be known, the report says why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::{Format, Report, Style, render};
use overlint::source::{Sources, parent};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A cluster whose pod CIDR is an expression.
fn cluster(value: &str) -> String {
    format!(
        "resource \"azurerm_kubernetes_cluster\" \"c\" {{\n  default_node_pool {{ name = \"p\" }}\n  network_profile {{\n    network_plugin      = \"azure\"\n    \
         network_plugin_mode = \"overlay\"\n    pod_cidr            = {value}\n  }}\n}}\n"
    )
}

fn check(files: &[(&str, &str)]) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
        if path.ends_with(".tf") {
            sources.add_folder(parent(path));
        }
    }
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    (sources, report)
}

/// The quoted value of the only pod CIDR, or why it is not known.
fn value(files: &[(&str, &str)]) -> String {
    let (_, report) = check(files);
    let quoted = report.findings.iter().filter(|f| f.rule == "invalid-cidr" && f.message.starts_with("pod_cidr"));
    let quoted = quoted.map(|f| f.message.split('"').nth(1).unwrap().replace("\\\\", "\\").replace("\\n", "\n"));
    let unknown = report.undecided.iter().filter(|u| u.rule == "invalid-cidr");
    let values: Vec<String> = quoted.chain(unknown.map(|u| format!("? {}", u.why.reason))).collect();
    assert_eq!(values.len(), 1, "{values:?}");
    values.into_iter().next().unwrap()
}

/// Checks the value of expressions in a root module that lies beside these files.
#[track_caller]
fn all(files: &[(&str, &str)], cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        let main = cluster(expression);
        let files: Vec<(&str, &str)> = files.iter().copied().chain([("main.tf", main.as_str())]).collect();
        assert_eq!(value(&files), *expected, "{expression}");
    }
}

#[test]
fn files_are_read_where_terraform_runs() {
    all(
        &[("cidr.txt", "10.0.0.0/33\n"), ("conf/a.json", r#"{"cidr": "x"}"#), ("conf/b.csv", "name,cidr\na,y\n")],
        &[
            (r#"chomp(file("cidr.txt"))"#, "10.0.0.0/33"),
            (r#"trimspace(file("./conf/../cidr.txt"))"#, "10.0.0.0/33"),
            (r#"jsondecode(file("${path.module}/conf/a.json")).cidr"#, "x"),
            (r#"jsondecode(file("${path.root}/conf/a.json"))["cidr"]"#, "x"),
            (r#"csvdecode(file("conf/b.csv"))[0].cidr"#, "y"),
            (r#"filebase64("conf/b.csv")"#, "bmFtZSxjaWRyCmEseQo="),
            (r#"filemd5("cidr.txt")"#, "d8a7e26a113d369a546a0dda471eaeec"),
            (r#"file("nope.txt")"#, "? file: there is no file nope.txt"),
            (r#"file("conf")"#, "? file: conf is a folder"),
            (r#"try(file("nope.txt"), "none")"#, "none"),
            (r#"can(filebase64("nope.txt")) ? "a" : "b""#, "b"),
            (r#"fileexists("cidr.txt") ? "a" : "b""#, "a"),
            (r#"fileexists("nope.txt") ? "a" : "b""#, "b"),
            (r#"fileexists("conf") ? "a" : "b""#, "? fileexists: conf is a folder"),
            (r#"file("~/x")"#, "? ~/x is not read: the home folder differs between machines"),
            (r#"try(file("~/x"), "none")"#, "? ~/x is not read: the home folder differs between machines"),
            (r#"abspath("x")"#, "? absolute paths differ between machines"),
            (r#"abspath("/a/../x")"#, "/x"),
            (r#"jsondecode(file("${abspath(path.module)}/conf/a.json")).cidr"#, "x"),
            (r#"jsondecode(file(abspath("conf/a.json"))).cidr"#, "x"),
            (r#"file("${path.cwd}/cidr.txt")"#, "? path.cwd depends on where Terraform is run"),
            ("file(null)", "? file: argument 1: null is not accepted"),
            ("file(var.nope)", "? var.nope is not declared in this module"),
        ],
    );
}

#[test]
fn digests_of_files() {
    let digests = [
        ("filemd5", "b1946ac92492d2347c6235b4d2611184"),
        ("filesha1", "f572d396fae9206628714fb2ce00f72e94f2258f"),
        ("filesha256", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"),
        ("filebase64sha256", "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="),
    ];
    for (function, expected) in digests {
        all(&[("x", "hello\n")], &[(&format!("{function}(\"x\")"), expected)]);
    }
    let long = "e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629";
    all(&[("x", "hello\n")], &[(&format!("filesha512(\"x\") == \"{long}\" ? \"same\" : \"other\""), "same")]);
    all(&[("x", "hello\n")], &[(r#"filebase64sha512("x") == base64sha512("hello\n") ? "same" : "other""#, "same")]);
}

#[test]
fn paths_of_modules() {
    let module = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let output = "output \"path\" { value = \"${path.module} ${path.root}\" }\noutput \"text\" { value = trimspace(file(\"${path.module}/x.txt\")) }\n";
    let deep = format!("{output}{}output \"below\" {{ value = module.below.path }}\n", module("below", "./below"));
    let cases = [
        ("base", "./inner", "base/inner", "module.m.path", "inner ."),
        ("base", "./inner", "base/inner", "module.m.below", "inner/below ."),
        ("base", "../common", "common", "module.m.path", "../common ."),
        ("base", "../common", "common", "module.m.below", "../common/below ."),
        ("base", "../base/inner", "base/inner", "module.m.path", "../base/inner ."),
        ("base", "../common", "common", "module.m.text", "text of common"),
        ("base", "../common", "common", "file(\"here.txt\")", "text of base"),
        ("base", "../common", "common", "path.module", "."),
        ("/abs/base", "../common", "/abs/common", "module.m.text", "text of common"),
        ("../base", "../common", "../common", "module.m.text", "text of common"),
    ];
    for (root, source, folder, expression, expected) in cases {
        let main = format!("{}{}", module("m", source), cluster(expression));
        let found = value(&[
            (&format!("{root}/main.tf"), &main),
            (&format!("{root}/here.txt"), "text of base"),
            (&format!("{folder}/main.tf"), &deep),
            (&format!("{folder}/x.txt"), "text of common\n"),
            (&format!("{folder}/below/main.tf"), output),
        ]);
        assert_eq!(found, expected, "{root} {source} {expression}");
    }
}

#[test]
fn sets_of_files() {
    let files: Vec<(&str, &str)> =
        ["a.yaml", "b.yml", "c/d.yaml", "c/e/f.yaml", "c/e/.g.yaml", "h.json", "[x].txt"].map(|path| (path, "")).to_vec();
    for (folder, pattern, expected) in [
        (".", "*.yaml", "a.yaml"),
        (".", "*.y*ml", "a.yaml b.yml"),
        (".", "**/*.yaml", "a.yaml c/d.yaml c/e/.g.yaml c/e/f.yaml"),
        ("c", "**", "d.yaml e/.g.yaml e/f.yaml"),
        ("./c/", "*", "d.yaml"),
        ("c", "e/?.yaml", "e/f.yaml"),
        ("c", "../*.json", "../h.json"),
        (".", "{a,b}.{yaml,yml}", "a.yaml b.yml"),
        (".", "[ab].*", "a.yaml b.yml"),
        (".", "[!a-b].*", "h.json"),
        (".", "[^a-b].*", "h.json"),
        (".", "\\[x\\].txt", "[x].txt"),
        (".", "*/*/*.yaml", "c/e/.g.yaml c/e/f.yaml"),
        (".", "c/**/f.yaml", "c/e/f.yaml"),
        (".", "a.yaml", "a.yaml"),
        (".", "./a.yaml", "a.yaml"),
        (".", "c", ""),
        (".", "nope/*", ""),
        ("nope", "*", ""),
        ("a.yaml", "*", ""),
        (".", "[a", "? fileset: the pattern has a mistake"),
        (".", "{a", "? fileset: the pattern has a mistake"),
    ] {
        let pattern = pattern.replace('\\', "\\\\");
        let expression = format!("\"<${{join(\" \", fileset(\"{folder}\", \"{pattern}\"))}}>\"");
        let expected = if expected.starts_with('?') { expected.to_owned() } else { format!("<{expected}>") };
        all(&files, &[(&expression, &expected)]);
    }
    // Every file of a folder is a cluster: the usual way to configure many.
    let main = format!(
        "locals {{\n  all = {{ for f in fileset(path.module, \"clusters/*.yaml\") : trimsuffix(basename(f), \".yaml\") => \
         yamldecode(file(f)) }}\n}}\n{}",
        cluster("each.value.network.pod_cidr").replacen('{', "{\n  for_each = local.all", 1)
    );
    let (_, report) = check(&[
        ("main.tf", &main),
        ("clusters/blue.yaml", "network:\n  pod_cidr: blue\n"),
        ("clusters/green.yaml", "network: { pod_cidr: green }\n"),
    ]);
    let found: Vec<(&str, &str)> = report
        .findings
        .iter()
        .filter(|f| f.rule == "invalid-cidr")
        .map(|f| (&*f.cluster, f.message.split(" is").next().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("azurerm_kubernetes_cluster.c[\"blue\"]", "pod_cidr \"blue\""),
            ("azurerm_kubernetes_cluster.c[\"green\"]", "pod_cidr \"green\"")
        ]
    );
}

#[test]
fn templates_from_files() {
    let template = "%{ for name, size in pools ~}\n${name}: ${size}\n%{ endfor ~}\n%{ if big }big%{ else }small%{ endif }\n";
    all(
        &[
            ("t.tftpl", template),
            ("list.tftpl", "${[for x in items : \"<${x}>\"]}"),
            ("other.tftpl", "${file(\"plain.txt\")}"),
            ("recursive.tftpl", "${templatefile(\"plain.txt\", {})}"),
            ("outside.tftpl", "${local.name}"),
            ("broken.tftpl", "a\n${x"),
            ("plain.txt", "plain"),
            ("conf.yaml.tftpl", "cidr: ${cidr}\nnodes:\n%{ for n in nodes ~}\n  - ${n}\n%{ endfor ~}\n"),
        ],
        &[
            (r#"templatefile("t.tftpl", { pools = { a = 1, b = 2 }, big = false })"#, "a: 1\nb: 2\nsmall\n"),
            (r#"templatefile("list.tftpl", { items = ["x", "y"] })[1]"#, "<y>"),
            (r#"templatefile("other.tftpl", {})"#, "plain"),
            (r#"templatefile("recursive.tftpl", {})"#, "? templatefile cannot be used inside a template"),
            (r#"try(templatefile("recursive.tftpl", {}), "none")"#, "none"),
            (r#"templatefile("outside.tftpl", { name = "x" })"#, "? the template is given no local"),
            (r#"templatefile("outside.tftpl", { local = { name = "x" } })"#, "x"),
            (r#"[for name in ["n"] : templatefile("outside.tftpl", {})][0]"#, "? the template is given no local"),
            (r#"templatefile("nope.tftpl", {})"#, "? templatefile: there is no file nope.tftpl"),
            (r#"templatefile("plain.txt", "x")"#, "? templatefile: the variables are string, not a map"),
            (r#"templatefile("plain.txt", { "1x" = 1 })"#, "? templatefile: \"1x\" cannot be the name of a variable"),
            (r#"yamldecode(templatefile("conf.yaml.tftpl", { cidr = "c", nodes = ["n", "m"] })).cidr"#, "c"),
            (r#"yamldecode(templatefile("conf.yaml.tftpl", { cidr = "c", nodes = ["n", "m"] })).nodes[1]"#, "m"),
        ],
    );
    let broken = value(&[("broken.tftpl", "a\n${x"), ("main.tf", &cluster("templatefile(\"broken.tftpl\", {})"))]);
    assert!(broken.starts_with("? templatefile: this does not parse"), "{broken}");
    // What is unknown stays unknown, and what is known around it does not help.
    let main = format!("variable \"x\" {{}}\n{}", cluster("templatefile(\"t.tftpl\", { x = var.x })"));
    assert_eq!(value(&[("t.tftpl", "a${x}"), ("main.tf", &main)]), "? var.x has no value");
}

#[test]
fn templates_from_values() {
    let main = |value: &str| {
        format!(
            "locals {{\n  text = \"<$${{upper(name)}}>\"\n  reads = \"$${{file(\\\"main.tf\\\")}}\"\n  again = \"$${{templatestring(name, {{}})}}\"\n}}\n{}",
            cluster(value)
        )
    };
    for (expression, expected) in [
        (r#"templatestring(local.text, { name = "x" })"#, "<X>"),
        (r#"templatestring(local.text, {})"#, "? the template is given no name"),
        (r#"templatestring("a", {})"#, "? templatestring: the template must be a reference to a string"),
        (r#"templatestring(local.reads, {})"#, "? file cannot be used inside the template of templatestring"),
        (r#"templatestring(local.again, { name = "x" })"#, "? templatestring cannot be used inside a template"),
    ] {
        assert_eq!(value(&[("main.tf", &main(expression))]), expected, "{expression}");
    }
}

/// The report as users see it.
fn text(files: &[(&str, &str)]) -> String {
    let (sources, report) = check(files);
    let style = Style { width: 100, undecided: true, ..Style::default() };
    let mut out = Vec::new();
    render(Format::Text, &report, &sources, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is not in:\n{rest}\nof:\n{text}")).1;
    }
}

#[test]
fn findings_point_into_yaml_files() {
    let yaml = "# the clusters\nnetwork:\n  name: x\n  pod_cidr: 10.0.0.0/33 # too long\n  list: [a, b]\n";
    let main = format!(
        "locals {{\n  conf = yamldecode(file(\"${{path.module}}/conf.yaml\"))\n}}\n{}",
        cluster("local.conf.network.pod_cidr")
    );
    let report = text(&[("env/conf.yaml", yaml), ("env/main.tf", &main)]);
    has(
        &report,
        &["env/main.tf:9:27", "local.conf", "env/main.tf:2:10", "the file ./conf.yaml", "env/conf.yaml:4:13", "10.0.0.0/33"],
    );
    // By way of a variable of a module, a loop and a function.
    let module = "variable \"net\" {}\n".to_owned() + &cluster("var.net.pod_cidr");
    let main = "locals {\n  nets = [for n in [\"conf\"] : yamldecode(file(\"${n}.yaml\"))]\n}\nmodule \"aks\" {\n  source = \"./aks\"\n  net = merge(local.nets[0].network, { name = \"y\" })\n}\n";
    let report = text(&[("conf.yaml", yaml), ("main.tf", main), ("aks/main.tf", &module)]);
    has(&report, &["aks/main.tf:7:27", "conf.yaml:4:13", "10.0.0.0/33"]);
}

#[test]
fn findings_name_other_files() {
    let main = format!("locals {{\n  conf = jsondecode(file(\"conf.json\"))\n}}\n{}", cluster("local.conf.network.pod_cidr"));
    let report = text(&[("conf.json", "{ \"network\": { \"pod_cidr\": \"x\" } }\n"), ("main.tf", &main)]);
    has(&report, &["main.tf:9:27", "local.conf", "main.tf:2:10", "the file conf.json", "conf.json:1:1"]);
    let report = text(&[("t.tftpl", "${cidr}/33"), ("main.tf", &cluster("templatefile(\"t.tftpl\", { cidr = \"10.0.0.0\" })"))]);
    has(&report, &["main.tf:6:27", "the file t.tftpl", "t.tftpl:1:1"]);
}

#[test]
fn yaml_is_bounded() {
    let bomb: String = (1..40).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)).collect();
    let deep = |n: usize| format!("{}x{}", "[".repeat(n), "]".repeat(n));
    let block: String = (0..300).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let long: String = (0..120_000).map(|i| format!("- {i}\n")).collect();
    let chain: String = (1..5_000).map(|i| format!("a{i}: &a{i} [*a{}]\n", i - 1)).collect();
    let merges: String =
        (1..40).map(|i| format!("a{i}: &a{i}\n  <<: *a{0}\n  k{i}a: 1\n  k{i}b: 1\n", i - 1)).collect::<String>();
    let too_deep = "? YAML nested more than 100 deep is not worked out";
    for (yaml, expression, expected) in [
        (format!("a0: &a0 [x]\n{bomb}"), ".a0[0]", "x"),
        (
            format!("a0: &a0 [x]\n{bomb}"),
            ".a39[0][1][0][1][0][1][0][1][0][1].nope",
            "? this is list, which has no attribute nope",
        ),
        (deep(99), "[0]", "?"),
        (deep(200), "", too_deep),
        (deep(100_000), "", too_deep),
        (block, "", too_deep),
        (long, "[0]", "? YAML with more than 100000 values is not worked out"),
        (format!("a0: &a0 [x]\n{chain}"), "", too_deep),
        (format!("a0: &a0 {{k: v}}\n{merges}"), ".a39.k", "v"),
        ("a: &x {k: v}\nb: [*x, *x]".to_owned(), ".b[1].k", "v"),
    ] {
        let expression = format!("yamldecode(file(\"x.yaml\")){expression}");
        let found = value(&[("x.yaml", &yaml), ("main.tf", &cluster(&expression))]);
        assert!(found.starts_with(expected), "{expression}: {found}");
    }
    // What walks a bomb gives up.
    let yaml = format!("a0: &a0 [x]\n{bomb}");
    for function in ["jsonencode", "yamlencode", "length"] {
        let found = value(&[("x.yaml", &yaml), ("main.tf", &cluster(&format!("{function}(yamldecode(file(\"x.yaml\")))")))]);
        assert!(found.starts_with("? the value") || found == "40", "{function}: {found}");
    }
}

#[test]
fn reading_is_bounded() {
    let main = cluster("join(\"\", [for i in flatten([for j in range(99) : range(99)]) : file(\"x.txt\")])");
    assert_eq!(value(&[("x.txt", "x"), ("main.tf", &main)]), "? this module reads too many files");
    let main = cluster("[for i in range(99) : startswith(file(\"x.txt\"), \"y\")][98]");
    assert_eq!(value(&[("x.txt", &"x".repeat(1 << 20)), ("main.tf", &main)]), "? this module reads too many files");
    let long = "${x}".repeat(300_000);
    assert_eq!(
        value(&[("t.tftpl", &long), ("main.tf", &cluster("templatefile(\"t.tftpl\", { x = 1 })"))]),
        "? this template is too long to be worked out"
    );
    let nested = format!("${{{}x{}}}", "(".repeat(5_000), ")".repeat(5_000));
    let found = value(&[("t.tftpl", &nested), ("main.tf", &cluster("templatefile(\"t.tftpl\", { x = 1 })"))]);
    assert!(found.starts_with("? this does not parse: invalid nesting depth"), "{found}");
    // What is too much here may be a good template: no error that `try` would catch.
    for template in [nested, "=".repeat(9_999)] {
        let main = cluster("try(templatefile(\"t.tftpl\", { x = 1 }), \"caught\")");
        let found = value(&[("t.tftpl", &template), ("main.tf", &main)]);
        assert!(found.starts_with("? "), "{found}");
    }
}

/// Runs `overlint check` in a folder: what it prints.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_overlint"))
        .args(["check", "--format", "compact", "--undecided"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What the program says of a file that a root module in `top/repo/env` reads by this path.
fn said_of(top: &Path, path: &str) -> String {
    let expression = format!("trimspace(file(\"{path}\"))");
    write(top, "repo/env/main.tf", cluster(&expression));
    run(&top.join("repo"), &["env"])
}

#[test]
fn nothing_outside_the_repository_is_read() {
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    write(top, "secret.txt", "secret");
    write(top, "repo/.git/config", "secret");
    write(top, "repo/common/x.txt", "common text");
    write(top, "repo/env/x.txt", "own text");
    write(top, "repo/env/latin.txt", b"\xe9");
    write(top, "repo/env/large.txt", vec![b'x'; (4 << 20) + 1]);
    let inside = top.join("repo/common/x.txt");
    let outside = "lies outside the repository and is not read";
    for (path, expected) in [
        ("x.txt", "\"own text\""),
        ("../common/x.txt", "\"common text\""),
        ("../../secret.txt", outside),
        ("../../nope.txt", outside),
        ("/etc/passwd", outside),
        ("/etc/nope", outside),
        ("../env/../../secret.txt", outside),
        ("../.git/config", "belongs to git itself and is not read"),
        ("nope.txt", "there is no file nope.txt"),
        ("x.txt/y", "there is no file x.txt/y"),
        ("latin.txt", "latin.txt is not UTF-8"),
        ("large.txt", "large.txt is larger than 4 MiB and is not read"),
        (inside.to_str().unwrap(), "\"common text\""),
    ] {
        let said = said_of(top, path);
        assert!(said.contains(expected), "{path}: {expected:?} is not in:\n{said}");
        assert!(!said.contains("\"secret\""), "{path}:\n{said}");
    }
    // Without a repository, the folder on the command line is the limit.
    fs::remove_dir_all(top.join("repo/.git")).unwrap();
    let said = said_of(top, "../common/x.txt");
    assert!(said.contains(outside), "{said}");
    let said = run(&top.join("repo"), &[]);
    assert!(said.contains("\"common text\""), "{said}");
    let said = run(&top.join("repo"), &["env", "common"]);
    assert!(said.contains("\"common text\""), "{said}");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_no_way_out() {
    use std::os::unix::fs::symlink;
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    write(top, "outside/secret.txt", "secret");
    write(top, "repo/.git/HEAD", "");
    write(top, "repo/common/x.txt", "common text");
    write(top, "repo/env/main.tf", "");
    let env = top.join("repo/env");
    symlink("../../outside/secret.txt", env.join("file.txt")).unwrap();
    symlink("../../outside", env.join("folder")).unwrap();
    symlink("../common", env.join("inside")).unwrap();
    symlink("../../outside/nope", env.join("dangling.txt")).unwrap();
    symlink("loop.txt", env.join("loop.txt")).unwrap();
    symlink("/dev/zero", env.join("device.txt")).unwrap();
    assert!(Command::new("mkfifo").arg(env.join("pipe.txt")).status().unwrap().success());
    let outside = "lies outside the repository and is not read";
    for (path, expected) in [
        ("inside/x.txt", "\"common text\""),
        ("file.txt", outside),
        ("folder/secret.txt", outside),
        ("folder/nope.txt", outside),
        ("dangling.txt", "is reached by a symbolic link that leads nowhere"),
        ("loop.txt", "cannot be read"),
        ("device.txt", outside),
        ("pipe.txt", "is no regular file and is not read"),
    ] {
        let said = said_of(top, path);
        assert!(said.contains(expected), "{path}: {expected:?} is not in:\n{said}");
        assert!(!said.contains("\"secret\""), "{path}:\n{said}");
    }
    write(top, "repo/env/main.tf", cluster("join(\" \", fileset(\".\", \"*.txt\"))"));
    let said = run(&top.join("repo"), &["env"]);
    assert!(said.contains("leads outside the repository"), "{said}");
    write(top, "repo/env/main.tf", cluster("join(\" \", fileset(\".\", \"inside/*.txt\"))"));
    let said = run(&top.join("repo"), &["env"]);
    assert!(said.contains("\"inside/x.txt\""), "{said}");
}

#[test]
fn the_same_whatever_the_number_of_threads() {
    let top = tempfile::tempdir().unwrap();
    for i in 0..20 {
        write(top.path(), &format!("r{i}/conf.yaml"), format!("cidr: bad{i}\n"));
        write(top.path(), &format!("r{i}/main.tf"), cluster("yamldecode(file(\"conf.yaml\")).cidr"));
    }
    let one = run(top.path(), &["--jobs", "1"]);
    assert_eq!(one.matches("[invalid-cidr]").count(), 20, "{one}");
    for _ in 0..5 {
        assert_eq!(run(top.path(), &["--jobs", "8"]), one);
    }
}
