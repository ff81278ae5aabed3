//! Configuration files: files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::program::Project;

/// Too many pods on line 3, and bits behind the prefix on line 8.
const CLUSTER: &str = r#"resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {
    max_pods = 300
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.1.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
"#;

const PODS: &str = "main.tf:3 max-pods-range";
const BITS: &str = "main.tf:8 cidr-host-bits-set";

#[test]
fn rules_get_the_severity_that_the_configuration_gives_them() {
    let project = Project::new(&[("main.tf", CLUSTER)]);
    assert_eq!(project.found(&[]), [PODS, BITS]);
    let cases: [(&str, &[&str], i32, &str); 5] = [
        ("[rules]\nmax-pods-range = \"off\"\n", &[BITS], 1, "8:27: warning"),
        ("[rules]\ncidr-host-bits-set = \"error\"\n", &[PODS, BITS], 1, "8:27: error"),
        ("[rules]\ncidr-host-bits-set = \"note\"\nmax-pods-range = \"note\"\n", &[PODS, BITS], 0, "3:16: note"),
        ("[rules]\n", &[PODS, BITS], 1, "3:16: error"),
        ("rules.max-pods-range = \"off\"\nrules.cidr-host-bits-set = \"off\"", &[], 0, ""),
    ];
    for (config, expected, code, shown) in cases {
        project.write("overlint.toml", config);
        let run = project.check(&["--format", "compact"]);
        assert_eq!((run.found(), run.code), (expected.iter().map(|s| (*s).to_owned()).collect(), code), "{config}");
        assert!(run.out.contains(shown), "{config}: {}", run.out);
    }
    // The command line wins.
    assert_eq!(project.found(&["--select", "max-pods-range"]), [PODS]);
    assert!(project.found(&["--select", "max-pods-range", "--ignore", "max-pods-range"]).is_empty());
}

#[test]
fn what_is_off_on_a_day_stays_off() {
    // From 2024-07-02 on, ARM64 pools need no further version.
    let old = CLUSTER.replace("max_pods = 300", "vm_size = \"Standard_D2ps_v5\"").replace("10.244.1.0", "10.244.0.0");
    let config = "[rules]\narm64-overlay-region = \"error\"\narm64-overlay-upgrade = \"error\"\n";
    let project = Project::new(&[("main.tf", &old), ("overlint.toml", config)]);
    assert!(project.found(&[]).is_empty());
}

#[test]
fn the_day_is_that_of_the_configuration_unless_the_command_line_gives_one() {
    let kubenet = CLUSTER
        .replace("\"azure\"", "\"kubenet\"")
        .replace("    network_plugin_mode = \"overlay\"\n", "")
        .replace("max_pods = 300", "max_pods = 30")
        .replace("10.244.1.0", "10.244.0.0");
    let project = Project::new(&[("a/main.tf", &kubenet), ("b/main.tf", &kubenet)]);
    assert_eq!(project.found(&[]), ["a/main.tf:6 kubenet-retirement", "b/main.tf:6 kubenet-retirement"]);
    for day in ["2023-11-28", "\"2023-11-28\""] {
        project.write("a/overlint.toml", &format!("as-of = {day}\n"));
        assert_eq!(project.found(&[]), ["b/main.tf:6 kubenet-retirement"]);
        assert_eq!(project.found(&["--as-of", "2026-01-01"]).len(), 2);
        assert_eq!(project.found(&["--as-of", "2023-12-01"]).len(), 0);
    }
    // A template has the day of its folder, too.
    let bicep = "resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  name: 'c'\n  location: 'westeurope'\n  \
                 properties: {\n    networkProfile: {\n      networkPlugin: 'kubenet'\n    }\n  }\n}\n";
    project.write("a/main.bicep", bicep);
    project.write("b/main.bicep", bicep);
    let found = project.found(&["--select", "kubenet-retirement"]);
    assert_eq!(found, ["b/main.bicep:6 kubenet-retirement", "b/main.tf:6 kubenet-retirement"]);
}

#[test]
fn excluded_files_are_not_checked_by_themselves() {
    let project = Project::new(&[
        ("main.tf", CLUSTER),
        ("examples/one/main.tf", CLUSTER),
        ("examples/kept/main.tf", CLUSTER),
        ("examples/overlint.toml", ""),
        ("live/test/main.tf", CLUSTER),
        ("sketch.tf", &CLUSTER.replace("\"c\"", "\"sketch\"")),
    ]);
    let all = project.found(&["--select", "max-pods-range"]);
    assert_eq!(all.len(), 5, "{all:?}");
    project.write("overlint.toml", "exclude = [\"examples/*\", \"!examples/kept\", \"test/\", \"sketch.tf\"]\n");
    // The nearest file counts: the one in examples/ excludes nothing.
    assert_eq!(project.found(&["--select", "max-pods-range"]).len(), 3);
    std::fs::remove_file(project.path("examples/overlint.toml")).unwrap();
    assert_eq!(project.found(&["--select", "max-pods-range"]), ["examples/kept/main.tf:3 max-pods-range", PODS]);
    // As with .gitignore, what is named is checked; --no-ignore is about git only.
    assert_eq!(project.found(&["--select", "max-pods-range", "live/test"]), ["live/test/main.tf:3 max-pods-range"]);
    assert_eq!(project.found(&["--select", "max-pods-range", "--no-ignore"]).len(), 2);
    // A file that applies everywhere excludes from its own folder on.
    project.write("conf/other.toml", "exclude = [\"../live\", \"main.tf\"]\n");
    assert_eq!(project.found(&["--select", "max-pods-range", "--config", "conf/other.toml"]).len(), 5);
    project.write("other.toml", "exclude = [\"/live\", \"/main.tf\"]\n");
    assert_eq!(project.found(&["--select", "max-pods-range", "--config", "other.toml"]).len(), 3);
}

#[test]
fn excluded_modules_are_read_where_they_are_called() {
    let module = CLUSTER.replace("300", "var.pods") + "variable \"pods\" {\n  type = number\n}\n";
    let project = Project::new(&[
        ("overlint.toml", "exclude = [\"modules/\"]\n"),
        ("main.tf", "module \"aks\" {\n  source = \"./modules/aks\"\n  pods   = 300\n}\n"),
        ("modules/aks/main.tf", &module),
        ("modules/other/main.tf", &module),
    ]);
    let run = project.check(&["--select", "max-pods-range", "--format", "json"]);
    assert!(run.out.contains("node pool default has room for 300 pods") || run.out.contains("300 pods per node"), "{}", run.out);
    assert!(run.out.contains("\"undecided\": []"), "the other module is no root: {}", run.out);
}

#[test]
fn mistakes_are_drawn_where_they_are() {
    let cases = [
        ("as-off = 2023-11-28", "1:1", "there is no setting as-off; did you mean as-of?"),
        ("as-of = 2023-02-29", "1:9", "invalid date"),
        ("as-of = \"tomorrow\"", "1:9", "a day is needed here, such as 2023-11-28"),
        ("as-of = 2023-11-28T10:00:00", "1:9", "a day is needed here"),
        ("exclude = \"old\"", "1:11", "exclude is a list of patterns"),
        ("exclude = [\"[z-a]\"]", "1:12", "this is no pattern as in .gitignore"),
        ("rules = 1", "1:9", "rules is a table"),
        ("[rules]\npod-cidr-capcity = \"off\"", "2:1", "there is no rule pod-cidr-capcity; did you mean pod-cidr-capacity?"),
        ("[rules]\nxyz = \"off\"", "2:1", "there is no rule xyz; `overlint rules` lists them"),
        ("[rules]\ninvalid-cidr = \"bad\"", "2:16", "a severity is needed here"),
        ("[rules]\ninvalid-cidr = 2", "2:16", "a severity is needed here"),
    ];
    for (config, place, message) in cases {
        let project = Project::new(&[("main.tf", CLUSTER), ("overlint.toml", config)]);
        let run = project.check(&["--format", "compact"]);
        assert_eq!(run.code, 2, "{config}");
        assert!(run.out.contains(message), "{config}: {}", run.out);
        assert!(run.out.contains(&format!("overlint.toml:{place}: error: ")), "{config}: {}", run.out);
        assert!(run.out.contains("max-pods-range"), "the rest is checked: {}", run.out);
    }
    let project = Project::new(&[("main.tf", CLUSTER), ("overlint.toml", "as-off = 2023-11-28\n")]);
    let drawn = project.check(&[]).out;
    assert!(drawn.contains("╭─[overlint.toml:1:1]\n 1 │ as-off = 2023-11-28\n   · ──────\n"), "{drawn}");
}
