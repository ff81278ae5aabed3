//! Plans as code that can be deployed after a look at the names.

use super::plan::{Plan, Pool};
use crate::cidr::Cidr;
use crate::report::plural;
use std::fmt::{Display, Write as _};

/// A size that most regions have. Plans say nothing of machines.
const VM_SIZE: &str = "Standard_D4s_v5";

impl Plan {
    /// What it is for: `60 nodes, and 6 more during an upgrade`.
    pub fn title(&self) -> String {
        format!("{}, and {} more during an upgrade", plural(self.nodes, "node"), self.surge_nodes)
    }

    fn pod_cidrs(&self) -> Vec<Cidr> {
        std::iter::once(self.pod_cidr.range).chain(self.pod_cidr_ipv6).collect()
    }

    fn service_cidrs(&self) -> Vec<Cidr> {
        std::iter::once(self.service_cidr).chain(self.service_cidr_ipv6).collect()
    }

    fn subnet_ranges(&self) -> Vec<Cidr> {
        std::iter::once(self.node_subnet.range).chain(self.node_subnet_ipv6).collect()
    }

    fn is_dual_stack(&self) -> bool {
        self.pod_cidr_ipv6.is_some()
    }

    /// The plan in Terraform's language: a root module for the azurerm provider.
    pub fn hcl(&self) -> String {
        let mut pools = self.pools.iter();
        let system = pools.next().map(|pool| hcl_pool(self, pool, "    ", &[])).unwrap_or_default();
        let ranges = if self.is_dual_stack() {
            format!(
                "    ip_versions         = [\"IPv4\", \"IPv6\"]\n    pod_cidrs           = {}\n    service_cidrs       = {}\n",
                list(&self.pod_cidrs()),
                list(&self.service_cidrs())
            )
        } else {
            format!(
                "    pod_cidr            = \"{}\"\n    service_cidr        = \"{}\"\n",
                self.pod_cidr.range, self.service_cidr
            )
        };
        let mut text = format!(
            r#"# A network for {title}.
terraform {{
  required_providers {{
    azurerm = {{
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }}
  }}
}}

provider "azurerm" {{
  features {{}}
}}

resource "azurerm_resource_group" "aks" {{
  name     = "rg-aks"
  location = "westeurope"
}}

resource "azurerm_virtual_network" "aks" {{
  name                = "vnet-aks"
  resource_group_name = azurerm_resource_group.aks.name
  location            = azurerm_resource_group.aks.location
  address_space       = {space}
}}

resource "azurerm_subnet" "nodes" {{
  name                 = "snet-nodes"
  resource_group_name  = azurerm_resource_group.aks.name
  virtual_network_name = azurerm_virtual_network.aks.name
  address_prefixes     = {subnet}
}}

resource "azurerm_kubernetes_cluster" "aks" {{
  name                = "aks"
  resource_group_name = azurerm_resource_group.aks.name
  location            = azurerm_resource_group.aks.location
  dns_prefix          = "aks"
  sku_tier            = "Standard"

  default_node_pool {{
{system}  }}

  identity {{
    type = "SystemAssigned"
  }}

  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
{ranges}    dns_service_ip      = "{dns}"
  }}
}}
"#,
            title = self.title(),
            space = list(&self.vnet),
            subnet = list(&self.subnet_ranges()),
            dns = self.dns_service_ip,
        );
        for pool in pools {
            let more = [("kubernetes_cluster_id", "azurerm_kubernetes_cluster.aks.id"), ("mode", "\"User\"")];
            let attributes = hcl_pool(self, pool, "  ", &more);
            let _ = write!(text, "\nresource \"azurerm_kubernetes_cluster_node_pool\" \"{}\" {{\n{attributes}}}\n", pool.name);
        }
        text
    }

    /// The plan in Bicep: a template for a resource group.
    pub fn bicep(&self) -> String {
        let ranges = if self.is_dual_stack() {
            format!(
                "      ipFamilies: ['IPv4', 'IPv6']\n      podCidrs: {}\n      serviceCidrs: {}\n",
                bicep_list(&self.pod_cidrs()),
                bicep_list(&self.service_cidrs())
            )
        } else {
            format!("      podCidr: '{}'\n      serviceCidr: '{}'\n", self.pod_cidr.range, self.service_cidr)
        };
        let subnet = if self.is_dual_stack() {
            format!("addressPrefixes: {}", bicep_list(&self.subnet_ranges()))
        } else {
            format!("addressPrefix: '{}'", self.node_subnet.range)
        };
        let pools: String = self.pools.iter().enumerate().map(|(n, pool)| bicep_pool(self, pool, n == 0)).collect();
        format!(
            r"// A network for {title}.
param location string = resourceGroup().location

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {{
  name: 'vnet-aks'
  location: location
  properties: {{
    addressSpace: {{
      addressPrefixes: {space}
    }}
    subnets: [
      {{
        name: 'snet-nodes'
        properties: {{
          {subnet}
        }}
      }}
    ]
  }}
}}

resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{
  name: 'aks'
  location: location
  sku: {{
    name: 'Base'
    tier: 'Standard'
  }}
  identity: {{
    type: 'SystemAssigned'
  }}
  properties: {{
    dnsPrefix: 'aks'
    agentPoolProfiles: [
{pools}    ]
    networkProfile: {{
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
{ranges}      dnsServiceIP: '{dns}'
    }}
  }}
}}
",
            title = self.title(),
            space = bicep_list(&self.vnet),
            dns = self.dns_service_ip,
        )
    }
}

/// The attributes of a pool after some others, formatted as `terraform fmt` does.
fn hcl_pool(plan: &Plan, pool: &Pool, indent: &str, others: &[(&str, &str)]) -> String {
    let own = [
        ("name", format!("\"{}\"", pool.name)),
        ("vm_size", format!("\"{VM_SIZE}\"")),
        ("vnet_subnet_id", "azurerm_subnet.nodes.id".to_owned()),
        ("auto_scaling_enabled", "true".to_owned()),
        ("min_count", pool.least.to_string()),
        ("max_count", pool.most.to_string()),
        ("max_pods", plan.pods_per_node.to_string()),
    ];
    let all: Vec<(&str, &str)> = others.iter().copied().chain(own.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let width = all.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in all {
        let _ = writeln!(text, "{indent}{name:width$} = {value}");
    }
    let _ = writeln!(text, "\n{indent}upgrade_settings {{\n{indent}  max_surge = \"{}\"\n{indent}}}", plan.surge);
    text
}

fn bicep_pool(plan: &Plan, pool: &Pool, is_system: bool) -> String {
    format!(
        r"      {{
        name: '{name}'
        mode: '{mode}'
        vmSize: '{VM_SIZE}'
        vnetSubnetID: vnet.properties.subnets[0].id
        count: {least}
        enableAutoScaling: true
        minCount: {least}
        maxCount: {most}
        maxPods: {pods}
        upgradeSettings: {{
          maxSurge: '{surge}'
        }}
      }}
",
        name = pool.name,
        mode = if is_system { "System" } else { "User" },
        least = pool.least,
        most = pool.most,
        pods = plan.pods_per_node,
        surge = plan.surge,
    )
}

fn list(ranges: &[impl Display]) -> String {
    let quoted: Vec<String> = ranges.iter().map(|range| format!("\"{range}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

fn bicep_list(ranges: &[impl Display]) -> String {
    list(ranges).replace('"', "'")
}
