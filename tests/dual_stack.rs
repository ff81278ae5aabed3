//! What makes a cluster dual-stack, and what stays open where the code does not say.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use overlint::config::Config;

/// The rules about dual-stack networking that find something or are undecided (with a question mark), of a cluster with these settings.
fn rules(network: &str) -> Vec<String> {
    let main = format!(
        r#"
variable "any" {{}}
resource "azurerm_kubernetes_cluster" "c" {{
  name               = "c"
  kubernetes_version = "1.25.11"
  default_node_pool {{
    name    = "system"
    vm_size = "Standard_D4s_v5"
  }}
  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    {network}
  }}
}}
"#
    );
    let (_, report) = common::check_with(&[("main.tf", &main)], &Config::default());
    let found = report.findings.iter().map(|f| f.rule.to_owned());
    let undecided = report.undecided.iter().map(|u| format!("{}?", u.rule));
    let all = found.chain(undecided).filter_map(|rule| rule.strip_prefix("dual-stack-").map(str::to_owned));
    let mut all: Vec<String> = all.collect();
    all.sort();
    all
}

#[test]
fn families_make_a_cluster_dual_stack() {
    assert_eq!(rules(r#"ip_versions = ["IPv4", "IPv6"]"#), ["k8s-version"]);
    assert_eq!(rules(r#"ip_versions = ["ipv4", "ipv6"]"#), ["k8s-version"]);
    assert!(rules(r#"ip_versions = ["IPv4"]"#).is_empty());
    assert!(rules("").is_empty());
}

#[test]
fn an_empty_list_of_families_is_none() {
    assert!(rules("ip_versions = []").is_empty());
    assert_eq!(rules(r#"ip_versions = ["IPv4", "IPv4"]"#), ["family-list"]);
}

#[test]
fn ranges_of_both_families_make_a_cluster_dual_stack() {
    let both = r#"pod_cidrs = ["10.244.0.0/16", "fd12:3456:789a::/64"]"#;
    assert_eq!(rules(both), ["cidr-count-order", "k8s-version"]);
    // Whether the families go with them is open, but not that both are meant.
    assert_eq!(rules(&format!("{both}\nip_versions = var.any")), ["cidr-count-order?", "family-list?", "k8s-version"]);
    assert!(rules(r#"pod_cidrs = ["10.244.0.0/16"]"#).is_empty());
}

#[test]
fn what_is_unknown_matters_only_where_it_decides() {
    // The version is too low if the cluster is dual-stack; there is no network policy that could be wrong.
    assert_eq!(rules("ip_versions = var.any"), ["family-list?", "k8s-version?"]);
    assert_eq!(rules("pod_cidrs = var.any"), ["cidr-count-order?", "k8s-version?"]);
    assert!(rules("pod_cidr = var.any").is_empty());
    assert_eq!(rules("ip_versions = var.any\nnetwork_policy = \"calico\"").len(), 3);
}

#[test]
fn a_range_of_the_wrong_family_decides_whatever_the_others_are() {
    let families = r#"ip_versions = ["IPv4", "IPv6"]"#;
    let pods = r#"pod_cidrs = ["fd12:3456:789a::/64", var.any]"#;
    assert_eq!(rules(&format!("{families}\n{pods}")), ["cidr-count-order", "k8s-version"]);
}
