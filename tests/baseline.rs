//! Baselines: what is known is not told again, wherever it moves.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::program::Project;

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

/// A project whose two findings are in its baseline.
fn project() -> Project {
    let project = Project::new(&[("infra/main.tf", CLUSTER)]);
    let run = project.check(&["--write-baseline", "known.json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, "nothing found in 1 cluster (1 file); 2 in the baseline\n");
    project
}

/// What is found beside the baseline, and what is said of the baseline.
fn found(project: &Project, more: &[&str]) -> (Vec<String>, String) {
    let run = project.check(&[&["--format", "compact", "--baseline", "known.json"], more].concat());
    (run.found(), run.err)
}

#[track_caller]
fn unchanged(project: &Project) {
    assert_eq!(found(project, &[]), (vec![], String::new()));
}

#[test]
fn a_baseline_has_a_line_for_each_finding() {
    let project = project();
    let expected = r#"{
"version": 1,
"findings": [
{"root":"infra","rule":"cidr-host-bits-set","cluster":"azurerm_kubernetes_cluster.c","message":"pod_cidr 10.244.1.0/16 does not start at its network address 10.244.0.0"},
{"root":"infra","rule":"max-pods-range","cluster":"azurerm_kubernetes_cluster.c","message":"node pool azurerm_kubernetes_cluster.c has room for 300 pods per node; Azure accepts 10 to 250"}
]
}
"#;
    assert_eq!(project.read("known.json"), expected);
    let run = project.check(&["--baseline", "known.json", "--format", "json"]);
    assert!(run.out.contains("\"baselined\": 2") && run.out.contains("\"findings\": []"), "{}", run.out);
    assert_eq!(run.code, 0);
}

#[test]
fn what_is_known_survives_moves() {
    let project = project();
    unchanged(&project);
    // Other lines, another order, another file, another current folder, another way to write a value.
    project.write("infra/main.tf", &format!("# new\n\nlocals {{\n  a = 1\n}}\n\n{CLUSTER}"));
    unchanged(&project);
    project.write("infra/main.tf", "locals {\n  pods = \"10.244.1.0/16\"\n}\n");
    project.write("infra/cluster.tf", &CLUSTER.replace("\"10.244.1.0/16\"", "local.pods"));
    unchanged(&project);
    let run = project.run_in("infra", &["check", "--baseline", "../known.json", "--format", "compact"]);
    assert_eq!((run.code, run.out, run.err), (0, String::new(), String::new()));
    let absolute = project.path("infra").to_str().unwrap().to_owned();
    let run = project.run_in("infra", &["check", "--baseline", "../known.json", "--format", "compact", &absolute]);
    assert_eq!((run.code, run.out, run.err), (0, String::new(), String::new()));
}

#[test]
fn what_is_new_is_told() {
    let project = project();
    let gone = "overlint: note: 1 finding of the baseline is no longer there; --write-baseline known.json leaves it out\n";
    // Another value is another finding, and so is another cluster or another root module.
    project.write("infra/main.tf", &CLUSTER.replace("300", "301"));
    assert_eq!(found(&project, &[]), (vec!["infra/main.tf:3 max-pods-range".to_owned()], gone.to_owned()));
    assert_eq!(project.check(&["--baseline", "known.json"]).code, 1);
    project.write("infra/main.tf", &(CLUSTER.to_owned() + &CLUSTER.replace("\"c\"", "\"d\"")));
    assert_eq!(found(&project, &[]).0, ["infra/main.tf:15 max-pods-range", "infra/main.tf:20 cidr-host-bits-set"]);
    project.write("infra/main.tf", CLUSTER);
    project.write("other/main.tf", CLUSTER);
    assert_eq!(found(&project, &[]).0, ["other/main.tf:3 max-pods-range", "other/main.tf:8 cidr-host-bits-set"]);
}

#[test]
fn a_shared_module_is_known_for_each_who_calls_it() {
    let call = "module \"aks\" {\n  source = \"../aks\"\n}\n";
    let project = Project::new(&[("aks/main.tf", CLUSTER), ("b/main.tf", call), ("c/main.tf", call)]);
    project.check(&["--write-baseline", "known.json"]);
    assert_eq!(project.read("known.json").lines().count(), 5 + 4);
    unchanged(&project);
    project.write("a/main.tf", call);
    assert_eq!(found(&project, &[]).0, ["aks/main.tf:3 max-pods-range", "aks/main.tf:8 cidr-host-bits-set"]);
}

#[test]
fn findings_that_are_alike_are_counted() {
    // Two pools of one name, as in two branches of a template.
    let pool = "{ name: 'p', mode: 'User', count: 1, maxPods: 300 }";
    let bicep = |pools: &str| {
        format!(
            "resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{\n  name: 'c'\n  location: 'westeurope'\n  properties: {{\n    \
             agentPoolProfiles: [\n{pools}\n    ]\n    networkProfile: {{\n      networkPlugin: 'azure'\n      networkPluginMode: 'overlay'\n    \
             }}\n  }}\n}}\n"
        )
    };
    let project = Project::new(&[("main.bicep", &bicep(&format!("{pool}\n{pool}")))]);
    project.check(&["--write-baseline", "known.json", "--select", "max-pods-range"]);
    assert!(project.read("known.json").contains("\"count\":2}"), "{}", project.read("known.json"));
    let select = ["--select", "max-pods-range"];
    assert_eq!(found(&project, &select), (vec![], String::new()));
    project.write("main.bicep", &bicep(&format!("{pool}\n{pool}\n{pool}")));
    assert_eq!(found(&project, &select).0, ["main.bicep:8 max-pods-range"]);
    project.write("main.bicep", &bicep(pool));
    let (told, said) = found(&project, &select);
    assert!(told.is_empty() && said.contains("1 finding of the baseline is no longer there"), "{told:?} {said}");
}

#[test]
fn what_is_gone_is_said_only_where_the_run_can_know() {
    let project = project();
    project.write("infra/main.tf", &CLUSTER.replace("300", "30").replace("10.244.1.0", "10.244.0.0"));
    project.write("other/main.tf", "");
    let gone = "overlint: note: 2 findings of the baseline are no longer there; --write-baseline known.json leaves them out\n";
    assert_eq!(found(&project, &[]), (vec![], gone.to_owned()));
    assert_eq!(found(&project, &["infra"]), (vec![], gone.to_owned()));
    for args in [
        &["other"][..],
        &["infra/main.tf"],
        &["--select", "pod-cidr-capacity"],
        &["--ignore", "max-pods-range,cidr-host-bits-set"],
        &["--as-of", "2024-01-01"],
        &["--var", "a=1"],
    ] {
        assert_eq!(found(&project, args).1, "", "{args:?}");
    }
    // A folder that is gone, too.
    std::fs::remove_dir_all(project.path("infra")).unwrap();
    assert_eq!(found(&project, &[]), (vec![], gone.to_owned()));
    // What is suppressed need not be in the baseline.
    project.write("infra/main.tf", &CLUSTER.replace("    max_pods", "    # overlint: ignore[max-pods-range] x\n    max_pods"));
    assert!(found(&project, &[]).1.contains("1 finding of"), "{}", found(&project, &[]).1);
}

#[test]
fn a_baseline_that_cannot_be_used_ends_with_2() {
    let project = project();
    let cases = [
        ("", "this is no baseline: EOF"),
        ("<<<<<<< HEAD\n{}", "this is no baseline: expected value at line 1 column 1"),
        ("{\"version\": 2, \"rules\": []}", "this baseline is of version 2; this overlint reads version 1"),
        ("{\"version\": 1, \"findings\": [{\"rule\": \"x\"}]}", "this is no baseline: missing field `root`"),
        ("{\"findings\": []}", "this is no baseline: missing field `version`"),
    ];
    for (text, message) in cases {
        project.write("known.json", text);
        let run = project.check(&["--baseline", "known.json"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(&format!("cannot use the baseline known.json: {message}")), "{text}: {}", run.err);
    }
    let run = project.check(&["--baseline", "missing.json"]);
    assert!(run.code == 2 && run.err.contains("missing.json"), "{}", run.err);
    let run = project.check(&["--write-baseline", "no/such/folder.json"]);
    assert!(run.code == 2 && run.err.contains("cannot write no/such/folder.json"), "{}", run.err);
    assert_eq!(run.out.matches("max-pods-range").count(), 1, "it is told all the same: {}", run.out);
    assert_eq!(project.check(&["--baseline", "a.json", "--write-baseline", "a.json"]).code, 2);
}
