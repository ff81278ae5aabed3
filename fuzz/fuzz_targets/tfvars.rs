//! Values of variables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint_fuzz::{check, sources};

const CODE: &str = r#"
variable "range" {
  type = string
}
variable "pools" {
  type    = map(object({ count = number, zones = optional(list(string), ["1"]) }))
  default = {}
  validation {
    condition     = length(var.pools) < 3
    error_message = "too many"
  }
}
variable "any" { default = null }
resource "azurerm_kubernetes_cluster" "c" {
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.range
    service_cidr        = var.any
  }
}
resource "azurerm_kubernetes_cluster_node_pool" "p" {
  for_each              = var.pools
  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id
  node_count            = each.value.count
  zones                 = each.value.zones
}
"#;

fuzz_target!(|data: &[u8]| {
    let name = if data.first() == Some(&b'{') { "terraform.tfvars.json" } else { "terraform.tfvars" };
    check(&sources([("main.tf", CODE.as_bytes()), (name, data)]));
});
