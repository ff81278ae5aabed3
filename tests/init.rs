//! `overlint init` and `overlint schema`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests may panic as tests may")]

mod common;

use common::program::Project;
use overlint::rules::RULES;
use overlint::settings::{self, KEYS};
use std::collections::BTreeSet;
use std::process::Command;

const CLUSTER: &str = r#"variable "pods" {}
variable "max" {
  default = 30
}
resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {
    max_pods = var.max
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pods
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
"#;

const BICEP: &str = "param pods string
resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'c'
  location: 'westeurope'
  properties: {
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: pods
      serviceCidr: '10.96.0.0/16'
      dnsServiceIP: '10.96.0.10'
    }
  }
}
";

fn project() -> Project {
    Project::new(&[
        ("infra/main.tf", CLUSTER),
        ("infra/env/common.tfvars", "max = 300\n"),
        ("infra/env/dev.tfvars", "pods = \"10.244.1.0/16\"\n"),
        ("infra/env/prod.tfvars", "pods = \"10.244.0.0/16\"\n"),
        ("one/main.tf", &CLUSTER.replace("{}", "{\n  default = \"10.244.0.0/16\"\n}")),
        ("modules/aks/examples/a/main.tf", &CLUSTER.replace("{}", "{\n  default = \"10.244.0.0/16\"\n}")),
        ("bicep/main.bicep", BICEP),
        ("bicep/dev.bicepparam", "using 'main.bicep'\nparam pods = '10.245.1.0/16'\n"),
        ("bicep/prod.bicepparam", "using 'main.bicep'\nparam pods = '10.245.0.0/16'\n"),
    ])
}

const DRAFT: &str = r#"#:schema ./overlint.schema.json
# Editors use the line above if this file is there: overlint schema > overlint.schema.json

# What overlint is to know of this project. What stands behind a # without a space is a setting: take the # away.
# Paths start from this folder.

# Check against what Azure accepted on this day, not today.
#as-of = 2023-11-28

# Files and folders that are not checked by themselves, as in .gitignore.
#exclude = ["examples/"]

# How bad the findings of rules are: "off", "note", "warning" or "error". `overlint rules` lists all.
[rules]
#cidr-host-bits-set = "warning" # 2 findings today
#max-pods-range = "error" # 1 finding today
#suppression-without-reason = "warning"

# Networks that the clusters reach and that are not in the code. A list that is there is taken to be complete.
[network]
# Behind VPN gateways and ExpressRoute:
#on-premises = ["10.8.0.0/14", "192.168.0.0/16"]
# VNets that are connected:
#peered = []

# infra is checked with these; with this table, with those only that stand in it.
#[[terraform]]
#root = "infra"
#var-files = [
#["infra/env/common.tfvars", "infra/env/dev.tfvars"],
#["infra/env/common.tfvars", "infra/env/prod.tfvars"],
#]

# bicep/main.bicep is checked with these; with this table, with those only that stand in it.
#[[arm]]
#template = "bicep/main.bicep"
#parameters = [
#"bicep/dev.bicepparam",
#"bicep/prod.bicepparam",
#]
"#;

/// The draft with its settings in force.
fn in_force(draft: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with([' ', ':']) => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    draft.lines().map(line).collect()
}

#[test]
fn a_configuration_is_drafted_of_what_is_there() {
    let project = project();
    let before = project.check(&["--format", "json"]).out;
    let run = project.run(&["init"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "wrote overlint.toml\n", ""));
    assert_eq!(project.read("overlint.toml"), DRAFT);
    let files = |report: &str| report.replace("\"files\": 10", "\"files\": 9");
    assert_eq!(files(&project.check(&["--format", "json"]).out), before, "as it is, it changes nothing");
    // What it suggests is right, but for the examples in it.
    project
        .write("overlint.toml", &in_force(DRAFT).replace("as-of = 2023-11-28\n", "").replace("exclude = [\"examples/\"]\n", ""));
    let run = project.check(&["--format", "compact"]);
    assert_eq!(run.found().len(), 3, "{}", run.out);
    assert!(run.out.contains("(in infra/env/common.tfvars + infra/env/dev.tfvars)"), "{}", run.out);
}

#[test]
fn nothing_is_overwritten() {
    let project = project();
    for name in ["overlint.toml", ".overlint.toml"] {
        project.write(name, "# mine\n");
        let run = project.run(&["init"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert_eq!(run.err, format!("overlint: {name} is there already; it was left as it is\n"));
        assert_eq!(project.read(name), "# mine\n");
        std::fs::remove_file(project.path(name)).unwrap();
    }
    assert_eq!(project.run(&["init", "missing"]).code, 2);
    // In a folder, paths start from there.
    let run = project.run(&["init", "infra"]);
    assert_eq!((run.code, run.out.as_str()), (0, "wrote infra/overlint.toml\n"));
    let draft = project.read("infra/overlint.toml");
    assert!(draft.contains("#root = \".\"\n") && draft.contains("#[\"env/common.tfvars\", \"env/dev.tfvars\"],"), "{draft}");
    let run = project.run_in("one", &["init"]);
    assert_eq!(run.code, 0);
    assert!(!project.read("one/overlint.toml").contains("[[terraform]]"), "there is nothing to say of it");
}

#[test]
fn an_empty_folder_gets_one_too() {
    let project = Project::new(&[]);
    assert_eq!(project.run(&["init"]).code, 0);
    let draft = project.read("overlint.toml");
    assert!(settings::parse(&draft).1.is_empty());
    let (file, wrong) = settings::parse(&in_force(&draft));
    assert!(wrong.is_empty() && file.as_of.is_some() && file.exclude == ["examples/"], "{wrong:?}");
    assert_eq!(file.rules.len(), 2);
}

#[test]
fn the_schema_is_that_of_the_parser() {
    let project = Project::new(&[]);
    let schema = project.run(&["schema"]).out;
    common::golden("docs/overlint.schema.json", &schema);
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    for (head, keys) in KEYS {
        let table = match head {
            "" => &schema,
            "[network]" => &schema["properties"]["network"],
            other => &schema["properties"][other.trim_matches(['[', ']'])]["items"],
        };
        let in_schema: BTreeSet<&str> = table["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(in_schema, keys.iter().copied().collect(), "{head}");
        assert_eq!(table["additionalProperties"], false, "{head}");
        for key in keys {
            let property = &table["properties"][key];
            assert!(property["description"].is_string() || property["items"]["description"].is_string(), "{head} {key}");
            // The parser knows the key, though not with this value.
            let (_, wrong) = settings::parse(&format!("{head}\n{key} = {{}}\n"));
            assert!(wrong.iter().all(|(_, message)| !message.contains("there is no setting")), "{head} {key}: {wrong:?}");
        }
    }
    let rules = schema["properties"]["rules"]["properties"].as_object().unwrap();
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(rules.keys().map(String::as_str).collect::<BTreeSet<_>>(), names);
}

/// Configurations that are right, and such that are not, by the parser.
const RIGHT: [&str; 4] = [
    "",
    "exclude = [\"a\"]\nas-of = \"2024-01-01\"\n[rules]\ninvalid-cidr = \"off\"\n[network]\non-premises = [\"10.0.0.0/8\"]\npeered = []\n",
    "[[terraform]]\nroot = \".\"\nvar-files = [\"a.tfvars\", [\"b.tfvars\", \"c.tfvars\"], []]\nworkspace = \"w\"\n[[terraform]]\nroot = \"x\"\n",
    "[[arm]]\ntemplate = \"main.bicep\"\nparameters = [\"a.bicepparam\", [\"b.json\"]]\n",
];
const WRONG: [&str; 12] = [
    "exlude = []",
    "exclude = \"a\"",
    "as-of = 2024",
    "[rules]\nno-such-rule = \"off\"",
    "[rules]\ninvalid-cidr = \"fatal\"",
    "[network]\nonprem = []",
    "[network]\npeered = \"10.0.0.0/8\"",
    "[terraform]\nroot = \".\"",
    "[[terraform]]\nvar-files = []",
    "[[terraform]]\nroot = 1",
    "[[arm]]\nparameters = []",
    "[[arm]]\ntemplate = \"a\"\nparameters = [1]",
];

#[test]
fn the_parser_takes_what_is_right() {
    for text in RIGHT {
        assert_eq!(settings::parse(text).1, [], "{text}");
    }
    for text in WRONG {
        assert_ne!(settings::parse(text).1, [], "{text}");
    }
}

/// With check-jsonschema (from PyPI) on the PATH.
#[test]
fn a_validator_agrees_with_the_parser() {
    let project = Project::new(&[("schema.json", &serde_json::to_string(&settings::schema()).unwrap())]);
    let run = |args: &[&str]| Command::new("check-jsonschema").args(args).current_dir(project.path("")).output();
    let Ok(of_schema) = run(&["--check-metaschema", "schema.json"]) else {
        eprintln!("skipped: check-jsonschema is not installed");
        return;
    };
    assert!(of_schema.status.success(), "{}", String::from_utf8_lossy(&of_schema.stdout));
    for (text, right) in RIGHT.map(|text| (text, true)).into_iter().chain(WRONG.map(|text| (text, false))) {
        project.write("overlint.toml", text);
        let output = run(&["--schemafile", "schema.json", "overlint.toml"]).unwrap();
        assert_eq!(output.status.success(), right, "{text}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
