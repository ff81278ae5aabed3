variable "vnet_space" {
  type = list(string)
}

variable "subnet_prefix" {}

variable "pod_cidr" {}

variable "max_count" {}

resource "azurerm_virtual_network" "main" {
  name                = "vnet-main"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = var.vnet_space
}

resource "azurerm_subnet" "nodes" {
  name                 = "snet-nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = [var.subnet_prefix]
}

resource "azurerm_virtual_network_peering" "to_others" {
  name                      = "to-others"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.main.name
  remote_virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
}

resource "azurerm_kubernetes_cluster" "main" {
  name       = "aks-main"
  location   = "westeurope"
  dns_prefix = "main"

  default_node_pool {
    name                 = "system"
    vnet_subnet_id       = azurerm_subnet.nodes.id
    auto_scaling_enabled = true
    min_count            = 1
    max_count            = var.max_count
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
  }
}

module "elsewhere" {
  source = "git::https://example.com/modules.git//aks-cluster"
}
