//! Peerings across modules: what the documents of the rules cannot show, for their examples are single files.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::source::Sources;

/// A module with a cluster in a VNet of its own, which has the same name in every instance, and `peered` peerings with `remote`.
const SPOKE: &str = r#"
variable "space" {}
variable "remote" {}
variable "peered" {}

resource "azurerm_virtual_network" "spoke" {
  name                = "spoke"
  resource_group_name = "spoke"
  address_space       = [var.space]
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "spoke"
  virtual_network_name = "spoke"
  address_prefixes     = [var.space]
}

resource "azurerm_virtual_network_peering" "out" {
  count                     = var.peered
  resource_group_name       = "spoke"
  virtual_network_name      = "spoke"
  remote_virtual_network_id = var.remote
}

output "vnet" {
  value = azurerm_virtual_network.spoke.id
}

resource "azurerm_kubernetes_cluster" "aks" {
  name = "aks"
  default_node_pool {
    name           = "system"
    vnet_subnet_id = azurerm_subnet.nodes.id
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
  }
}
"#;

const HUB: &str = r#"
resource "azurerm_virtual_network" "hub" {
  name                = "hub"
  resource_group_name = "hub"
  address_space       = ["10.0.0.0/16"]
}
"#;

/// A call of the module.
fn spoke(name: &str, space: &str, peered: u8) -> String {
    format!(
        r#"
module "{name}" {{
  source = "./spoke"
  space  = "{space}"
  remote = azurerm_virtual_network.hub.id
  peered = {peered}
}}
"#
    )
}

/// The clusters in which the rule finds something, and why it is undecided for others.
fn connected(root: &str, modules: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    const RULE: &str = "service-cidr-overlaps-connected";
    let mut sources = Sources::new();
    for (folder, code) in [("", root), ("spoke", SPOKE)].iter().chain(modules) {
        sources.add(format!("{folder}/main.tf").trim_start_matches('/'), code.as_bytes());
        sources.add_folder(folder);
    }
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    let found = report.findings.iter().filter(|f| f.rule == RULE).map(|f| f.cluster.clone());
    let undecided = report.undecided.iter().filter(|u| u.rule == RULE).map(|u| format!("{}: {}", u.cluster, u.why.reason));
    (found.collect(), undecided.collect())
}

const NOTHING: [&str; 0] = [];

#[test]
fn vnets_of_one_name_in_several_instances_keep_apart() {
    let root = format!("{HUB}{}{}", spoke("near", "10.1.0.0/16", 1), spoke("apart", "10.2.0.0/16", 0));
    let (found, undecided) = connected(&root, &[]);
    assert_eq!(found, ["module.near.azurerm_kubernetes_cluster.aks"]);
    assert_eq!(undecided, NOTHING);
}

#[test]
fn spokes_reach_the_hub_and_not_each_other() {
    // The space of one is the default service CIDR, which the other must not mind.
    let hub = HUB.replace("10.0.0.0/16", "10.8.0.0/16");
    let root = format!("{hub}{}{}", spoke("default", "10.0.0.0/16", 1), spoke("other", "10.2.0.0/16", 1));
    let (found, undecided) = connected(&root, &[]);
    assert_eq!(found, NOTHING);
    assert_eq!(undecided, NOTHING);
}

#[test]
fn a_name_that_several_vnets_have_is_not_guessed() {
    let peering = r#"
resource "azurerm_virtual_network_peering" "in" {
  resource_group_name       = "hub"
  virtual_network_name      = "hub"
  remote_virtual_network_id = "/subscriptions/s/resourceGroups/spoke/providers/Microsoft.Network/virtualNetworks/spoke"
}
"#;
    let one = format!("{HUB}{peering}{}", spoke("a", "10.1.0.0/16", 0));
    let (found, undecided) = connected(&one, &[]);
    assert_eq!(found, ["module.a.azurerm_kubernetes_cluster.aks"]);
    assert_eq!(undecided, NOTHING);
    let two = format!("{one}{}", spoke("b", "10.2.0.0/16", 0));
    let (found, undecided) = connected(&two, &[]);
    assert_eq!(found, NOTHING);
    let several = |name: &str| format!("module.{name}.azurerm_kubernetes_cluster.aks: several VNets have this name");
    assert_eq!(undecided, [several("a"), several("b")]);
}

#[test]
fn an_unknown_number_of_modules_hides_the_peerings_in_them() {
    let calls = r#"
variable "wanted" {}

module "peering" {
  count  = var.wanted
  source = "./peering"
  name   = azurerm_virtual_network.hub.name
  remote = module.a.vnet
}
"#;
    let peering = r#"
variable "name" {}
variable "remote" {}

resource "azurerm_virtual_network_peering" "this" {
  resource_group_name       = "hub"
  virtual_network_name      = var.name
  remote_virtual_network_id = var.remote
}
"#;
    let root = format!("{HUB}{}{calls}", spoke("a", "10.1.0.0/16", 0));
    let (found, undecided) = connected(&root, &[("peering", peering)]);
    assert_eq!(found, NOTHING);
    assert_eq!(undecided, ["module.a.azurerm_kubernetes_cluster.aks: how often module.peering[?] stands is not known"]);
    let (found, _) = connected(&root.replace("var.wanted", "1"), &[("peering", peering)]);
    assert_eq!(found, ["module.a.azurerm_kubernetes_cluster.aks"]);
}
