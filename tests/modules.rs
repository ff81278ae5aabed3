//! Modules that are not part of the code: downloaded ones, known ones, and others. Files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::Sources;

/// Checks the root module in the current folder.
fn check(files: &[(&str, &str)]) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
    }
    sources.add_folder("");
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert_eq!(report.unreadable, []);
    (sources, report)
}

/// The findings of a rule: file, text at the place, and the places behind it.
fn found<'s>(sources: &'s Sources, report: &'s Report, rule: &str) -> Vec<(&'s str, &'s str, Vec<(&'s str, &'s str)>)> {
    let one = |f: &'s overlint::report::Finding| {
        let behind = f.related.iter().map(|r| (r.message.as_str(), sources.text(r.span))).collect();
        (sources.file(f.place.file).path(), sources.text(f.place), behind)
    };
    report.findings.iter().filter(|f| f.rule == rule).map(one).collect()
}

/// Why calls of modules are undecided.
fn unresolved(report: &Report) -> Vec<(&str, &str)> {
    report.undecided.iter().filter(|u| u.rule == "*").map(|u| (&*u.cluster, &*u.why.reason)).collect()
}

const LIST: &str = ".terraform/modules/modules.json";

fn list(modules: &[(&str, &str, &str, &str)]) -> String {
    let entry = |(key, source, version, dir): &(&str, &str, &str, &str)| {
        format!(r#"{{"Key":"{key}","Source":"{source}","Version":"{version}","Dir":"{dir}"}}"#)
    };
    let entries: Vec<_> = modules.iter().map(entry).collect();
    format!(r#"{{"Modules":[{{"Key":"","Source":"","Dir":"."}},{}]}}"#, entries.join(","))
}

const AKS: &str = r#"
variable "pods" {}
variable "plugin" { default = "azure" }
resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {}
  network_profile {
    network_plugin      = var.plugin
    network_plugin_mode = "overlay"
    pod_cidr            = var.pods
  }
}
"#;

const CALL: &str = r#"
locals { pods = "10.100.0.0/25" }
module "aks" {
  source  = "acme/aks/azurerm"
  version = "~> 2.0"
  pods    = local.pods
}
"#;

#[test]
fn a_finding_in_a_downloaded_module_is_told_at_the_argument() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let (sources, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
    let behind = vec![("local.pods", "\"10.100.0.0/25\""), ("where the module uses it", "var.pods")];
    assert_eq!(found(&sources, &report, "pod-cidr-below-one-node"), [("main.tf", "local.pods", behind)]);
    assert_eq!(unresolved(&report), []);
}

#[test]
fn without_an_argument_it_is_told_at_the_call() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let aks = AKS.replace("variable \"pods\" {}", "variable \"pods\" { default = \"10.100.0.0/26\" }");
    let call = CALL.replace("pods    = local.pods", "");
    let (sources, report) = check(&[("main.tf", &call), (LIST, &list), (".terraform/modules/aks/main.tf", &aks)]);
    let behind = vec![("where the module uses it", "var.pods"), ("default of var.pods", "\"10.100.0.0/26\"")];
    assert_eq!(found(&sources, &report, "pod-cidr-below-one-node"), [("main.tf", "module \"aks\"", behind)]);
}

#[test]
fn modules_inside_modules_and_in_folders_of_packages() {
    let list = list(&[
        ("platform", "./platform", "", "platform"),
        ("platform.k8s", "git::https://example.com/modules.git//aks?ref=v1", "", ".terraform/modules/platform.k8s/aks"),
        ("platform.k8s.inner", "registry.terraform.io/acme/aks/azurerm", "2.0.0", ".terraform/modules/platform.k8s.inner"),
        ("platform.k8s.inner.net", "./net", "", ".terraform/modules/platform.k8s.inner/net"),
    ]);
    let files = [
        ("main.tf", "module \"platform\" {\n  source = \"./platform\"\n  range = \"10.100.0.0/25\"\n}\n"),
        (
            "platform/main.tf",
            "variable \"range\" {}\nmodule \"k8s\" {\n  source = \"git::https://example.com/modules.git//aks?ref=v1\"\n  \
             range = var.range\n}\n",
        ),
        (LIST, &list),
        (
            ".terraform/modules/platform.k8s/aks/main.tf",
            "variable \"range\" {}\nmodule \"inner\" {\n  source = \"acme/aks/azurerm\"\n  pods = var.range\n}\n",
        ),
        (".terraform/modules/platform.k8s.inner/main.tf", &format!("{AKS}module \"net\" {{\n  source = \"./net\"\n}}\n")),
        (".terraform/modules/platform.k8s.inner/net/main.tf", ""),
    ];
    let (sources, report) = check(&files);
    assert_eq!(unresolved(&report), []);
    let found = found(&sources, &report, "pod-cidr-below-one-node");
    // The nearest of the user's own lines: the argument in the local module.
    assert_eq!((found[0].0, found[0].1, found.len()), ("platform/main.tf", "var.range", 1));
    let messages: Vec<_> = found[0].2.iter().map(|(message, _)| *message).collect();
    let expected = ["argument range of module.platform", "where the module uses it", "argument pods of module.inner"];
    assert_eq!(messages, expected);
}

#[test]
fn a_list_that_is_out_of_date_is_not_used() {
    for (source, version) in
        [("registry.terraform.io/other/aks/azurerm", "2.3.4"), ("registry.terraform.io/acme/aks/azurerm", "1.9.0")]
    {
        let list = list(&[("aks", source, version, ".terraform/modules/aks")]);
        let (_, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
        assert_eq!(unresolved(&report), [("module.aks", "the module acme/aks/azurerm is not part of this code")]);
    }
    // The same source in another spelling.
    let call = CALL.replace("acme/aks/azurerm", "github.com/acme/aks").replace("version = \"~> 2.0\"", "");
    let list = list(&[("aks", "git::https://github.com/acme/aks.git", "", ".terraform/modules/aks")]);
    let (_, report) = check(&[("main.tf", &call), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
    assert_eq!(unresolved(&report), []);
}

#[test]
fn a_list_that_is_none_is_as_good_as_no_list() {
    for text in ["", "null", "{\"Modules\": 1}", "[1, 2"] {
        let (_, report) = check(&[("main.tf", CALL), (LIST, text), (".terraform/modules/aks/main.tf", AKS)]);
        assert_eq!(unresolved(&report).len(), 1, "{text}");
    }
}

#[test]
fn downloaded_modules_narrow_the_version_of_the_provider() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let constraint = |version: &str| {
        let required = format!("terraform {{\n  required_providers {{\n    azurerm = \"{version}\"\n  }}\n}}\n{AKS}");
        let old = required.replace("network_plugin_mode", "docker_bridge_cidr = \"172.17.0.1/16\"\n    network_plugin_mode");
        let (_, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", &old)]);
        report.findings.iter().filter(|f| f.rule == "deprecated-network-attribute").count()
    };
    assert_eq!(constraint("~> 3.40.0"), 0);
    assert_eq!(constraint("~> 3.60"), 1);
}
