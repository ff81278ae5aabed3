//! Input that nobody would write on purpose: a clear message or an unknown value, the exit code of the contract, and always an end.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs `overlint check` in a folder: exit code and standard output.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_overlint"))
        .args(["check", "--format", "compact", "--undecided"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// A cluster with this pod CIDR.
fn cluster(pod_cidr: &str) -> String {
    format!(
        "\nresource \"azurerm_kubernetes_cluster\" \"c\" {{\n  network_profile {{\n    network_plugin = \"azure\"\n    \
         network_plugin_mode = \"overlay\"\n    pod_cidr = {pod_cidr}\n  }}\n}}\n"
    )
}

/// Checks one file; the exit code, and a part of what must be said.
#[track_caller]
fn says(text: impl AsRef<[u8]>, code: i32, part: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), text).unwrap();
    let (exit, said) = check(folder.path(), &[]);
    assert_eq!(exit, Some(code), "{said}");
    assert!(said.contains(part), "{part:?} is not in:\n{said}");
}

#[test]
fn files_that_are_no_text() {
    let needle = b"azurerm_kubernetes_cluster".as_slice();
    says([needle, &[0; 4096]].concat(), 2, "main.tf:1:1: error: an attribute needs a = and a value");
    says(
        [b"a = \"\xff\"\n".as_slice(), cluster("\"x\"").as_bytes()].concat(),
        2,
        "main.tf:1:6: error: this file is not valid UTF-8",
    );
    says(
        [b"\xff\xfe".as_slice(), &cluster("\"x\"").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        0,
        "",
    );
    let noise: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    says([&noise, needle].concat(), 2, "main.tf:1:");
}

#[test]
fn a_folder_of_zeros_beside_a_good_module() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bad")).unwrap();
    fs::create_dir(folder.path().join("good")).unwrap();
    fs::write(folder.path().join("bad/main.tf"), [b"azurerm_kubernetes_cluster".as_slice(), &[0; 64]].concat()).unwrap();
    fs::write(folder.path().join("good/main.tf"), cluster("\"x\"")).unwrap();
    let (exit, said) = check(folder.path(), &[]);
    assert_eq!(exit, Some(2));
    assert!(said.contains("bad/main.tf:1:1: error:") && said.contains("good/main.tf:6:16: error: pod_cidr"), "{said}");
}

#[test]
fn deep_nesting() {
    let n = 100_000;
    for (open, close) in [("[", "]"), ("(", ")"), ("{a=", "}"), ("x[", "]"), ("f(", ")"), ("!", ""), ("\"${", "}\"")] {
        let text = format!("locals {{ a = {}1{} }}\n{}", open.repeat(n), close.repeat(n), cluster("local.a"));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tf"), text).unwrap();
        let (exit, said) = check(folder.path(), &[]);
        assert_eq!(exit, Some(2), "{open}");
        assert!(said.contains("main.tf:1:"), "{open}");
    }
    says(format!("{}{}", "a {\n".repeat(n), cluster("\"x\"")), 2, "this { is never closed");
    says(format!("locals {{ a = {}2 }}\n{}", "true ? 1 : ".repeat(n), cluster("local.a")), 2, "main.tf:1:");
    says(format!("locals {{ a = 1{} }}\n{}", " + 1".repeat(n), cluster("local.a")), 2, "main.tf:1:");
}

#[test]
fn what_is_never_closed() {
    let n = 50_000;
    says(format!("{}{}", "resource \"a\" \"b\" {\n".repeat(n), cluster("\"x\"")), 2, "error: this { is never closed");
    says(format!("a = <<EOT\n{}{}", "x\n".repeat(n), cluster("\"x\"")), 2, "main.tf:1:5: error: this is never closed");
    says(format!("{}{}", "/*".repeat(n), cluster("\"x\"")), 2, "error:");
    says(format!("a = \"{}{}", "${\"".repeat(n), cluster("\"x\"")), 2, "this string is not closed");
}

#[test]
fn values_that_grow_without_end() {
    let mut lists = String::from("locals {\n a0 = [1, 1, 1, 1]\n");
    let mut texts = String::from("locals {\n a0 = \"xxxxxxxxxx\"\n");
    for i in 1..40 {
        let before = format!("local.a{}", i - 1);
        writeln!(lists, " a{i} = [{before}, {before}, {before}, {before}]").unwrap();
        writeln!(texts, " a{i} = \"${{{before}}}${{{before}}}\"").unwrap();
    }
    says(format!("{lists}}}{}", cluster("local.a39 == local.a38 ? \"a\" : \"b\"")), 0, "undecided: the value has more than");
    says(format!("{texts}}}{}", cluster("local.a39")), 0, "undecided: this string is too long to be worked out");
    let loops = (0..9).fold("1".to_owned(), |inner, i| format!("[for v{i} in [0,1,2,3,4,5,6,7,8,9] : {inner}]"));
    says(format!("locals {{ a = {loops} }}{}", cluster("local.a")), 0, "undecided: this module takes too much work");
    says(format!("locals {{ a = range(10000000) }}{}", cluster("local.a[5]")), 0, "undecided: ");
    says(
        format!(
            "resource \"azurerm_subnet\" \"s\" {{\n count = 100000000\n name = \"x\"\n}}{}",
            cluster("azurerm_subnet.s[5].name")
        ),
        0,
        "undecided: count is no whole number from 0 to 2000",
    );
}

#[test]
fn regular_expressions_that_take_long() {
    let long = (1..16).fold("locals {\n a0 = \"aaaaaaaaaaaaaaaa\"\n".to_owned(), |text, i| {
        format!("{text} a{i} = \"${{local.a{0}}}${{local.a{0}}}\"\n", i - 1)
    });
    let why = "undecided: the regular expression is too much work for a text of this length";
    for call in [
        "regexall(\"(a{1,100}){1,100}(b|a)*$\", local.a15)[0][0]",
        "regex(\"(a{1,100}){1,100}b\", local.a15)[0]",
        "replace(local.a15, \"/(a{1,100}){1,100}b/\", \"\")",
    ] {
        says(format!("{long}}}{}", cluster(call)), 0, why);
    }
    // What is usual in code is far from that.
    let text = "10.0.0.0/16,".repeat(5_000);
    says(
        format!("locals {{ a = \"{text}\" }}{}", cluster("regexall(\"[0-9.]{7,15}/[0-9]{1,2}\", local.a)[4999]")),
        1,
        "pod CIDR 10.0.0.0/16 overlaps",
    );
}

#[test]
fn security_rules_for_very_many_ranges() {
    let network = "resource \"azurerm_virtual_network\" \"v\" {\n name = \"v\"\n address_space = [\"10.0.0.0/8\"]\n}\n\
        resource \"azurerm_subnet\" \"s\" {\n name = \"s\"\n virtual_network_name = azurerm_virtual_network.v.name\n \
        address_prefixes = flatten([for a in range(5) : [for b in range(1000) : cidrsubnet(\"10.0.0.0/9\", 15, a * 1000 + b)]])\n}\n\
        resource \"azurerm_network_security_group\" \"n\" {\n name = \"n\"\n security_rule {\n name = \"r\"\n priority = 100\n \
        direction = \"Inbound\"\n access = \"Deny\"\n protocol = \"*\"\n source_port_range = \"*\"\n destination_port_range = \"*\"\n \
        source_address_prefix = \"*\"\n destination_address_prefix = \"*\"\n }\n}\n\
        resource \"azurerm_subnet_network_security_group_association\" \"a\" {\n subnet_id = azurerm_subnet.s.id\n \
        network_security_group_id = azurerm_network_security_group.n.id\n}\n";
    let nodes = "default_node_pool {\n name = \"p\"\n vnet_subnet_id = azurerm_subnet.s.id\n }\n network_profile";
    let text = network.to_owned() + &cluster("\"192.168.0.0/16\"").replace("network_profile", nodes);
    says(text, 1, "undecided: the rules list too many ranges and ports [nsg-deny-blocks-overlay]");
}

#[test]
fn what_refers_to_itself() {
    says(format!("locals {{\n a = local.b\n b = local.a\n}}{}", cluster("local.a")), 0, "undecided: local.a refers to itself");
    says(format!("variable \"v\" {{ default = var.v }}{}", cluster("var.v")), 0, "undecided: var.v refers to itself");
    says(
        format!("resource \"azurerm_subnet\" \"s\" {{ name = azurerm_subnet.s.name }}{}", cluster("azurerm_subnet.s.name")),
        0,
        "undecided: azurerm_subnet.s refers to itself",
    );
    says(format!("module \"m\" {{ source = \"./.\" }}{}", cluster("module.m.x")), 0, "undecided: the module");
}

#[test]
fn modules_that_multiply() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..30 {
        let own = folder.path().join(format!("m{i}"));
        fs::create_dir(&own).unwrap();
        let next = i + 1;
        fs::write(
            own.join("main.tf"),
            format!("module \"a\" {{ source = \"../m{next}\" }}\nmodule \"b\" {{ source = \"../m{next}\" }}\n"),
        )
        .unwrap();
    }
    fs::create_dir(folder.path().join("m30")).unwrap();
    fs::write(folder.path().join("m30/main.tf"), cluster("\"x\"")).unwrap();
    let (exit, said) = check(folder.path(), &[]);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("undecided: there are more than"), "{said}");
}

#[test]
fn large_objects_are_left_out_quickly() {
    let keys = (0..30_000).fold(String::new(), |mut keys, i| {
        write!(keys, "k{i} = {i}, ").unwrap();
        keys
    });
    says(format!("locals {{ a = {{ {keys} }} }}{}", cluster("local.a.k1")), 2, "lines or keys and is not read");
    says(
        format!("locals {{ a = {{\n{} }} }}{}", "k = 1\n".repeat(5_000), cluster("local.a.k")),
        2,
        "the same keys too many times",
    );
}

#[test]
fn files_with_too_many_parts_are_read_up_to_there() {
    let told = |file: &str, text: String, part: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tf"), cluster("\"x\"")).unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        let (exit, said) = check(folder.path(), &[]);
        assert_eq!(exit, Some(2), "{file}");
        assert!(said.contains(part), "{file}: {part:?} is not in:\n{said}");
        assert!(said.contains("pod_cidr"), "{file}: the rest is checked:\n{said}");
    };
    told("other.tf", "a{}\n".repeat(400_001), "other.tf:400001:1: error: a file of more than 400000 attributes and blocks");
    told("other.tf", format!("a = {}", "[".repeat(50_000)), "brackets are nested too deeply here");
    told("other.tf.json", format!("{{ \"a\": [{}1] }}", "1,".repeat(1_000_000)), "more than 1000000 values");
    told(
        "other.bicep",
        format!("// microsoft.containerservice/managedclusters\n{}", "[\n".repeat(1_000_001)),
        "a file of more than 2000000 words and signs",
    );
}

#[test]
fn large_files_of_git_and_overlint_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    write("main.tf", &cluster("\"x\""));
    write(".gitignore", &"*.x\n".repeat(300_000));
    write("overlint.toml", &"# x\n".repeat(300_000));
    let (exit, said) = check(folder.path(), &[]);
    assert_eq!(exit, Some(2));
    for file in [".gitignore", "overlint.toml"] {
        assert!(said.contains(&format!("{file}:1:1: error: this file is larger than 1 MiB and was not read")), "{said}");
    }
}

#[test]
fn texts_that_take_memory() {
    let mut texts = String::from("locals {\n a0 = \"xxxxxxxxxxxxxxxx\"\n");
    for i in 1..16 {
        writeln!(texts, " a{i} = \"${{local.a{0}}}${{local.a{0}}}\"", i - 1).unwrap();
    }
    let texts = format!("{texts} many = [for i in range(1000) : \"${{i}}${{local.a15}}\"]\n}}");
    says(format!("{texts}{}", cluster("local.many[999]")), 0, "undecided: this module takes too much work");
    let encoded =
        (1..60).fold("locals {\n a0 = \"\\\\\"\n".to_owned(), |text, i| format!("{text} a{i} = jsonencode(local.a{})\n", i - 1));
    says(format!("{encoded}}}{}", cluster("local.a59")), 0, "undecided: texts of more than 1 MiB");
}

#[test]
fn very_many_clusters() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    };
    write("main.tf", "module \"m\" {\n  source = \"./m\"\n  count = 30\n}\n");
    write("m/main.tf", &cluster("null").replace("{\n  network", "{\n  count = 1000\n  network"));
    let (exit, said) = check(folder.path(), &["--select", "invalid-cidr"]);
    assert_eq!(exit, Some(0));
    assert!(said.contains("undecided: there are more than 20000 clusters, networks and the like"), "{said}");
}

#[test]
fn paths_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), cluster("\"10.244.0.0/16\"")).unwrap();
    let (exit, said) = check(folder.path(), &["nowhere", "."]);
    assert_eq!(exit, Some(2));
    assert!(said.contains("nowhere:1:1: error: no such file or folder"), "{said}");
    assert!(said.contains("main.tf:3:3: note:"), "the rest is checked all the same: {said}");
}
