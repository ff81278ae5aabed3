variable "pod_cidr" {
  default = "10.0.0.0/14"
}

locals {
  pods = var.pod_cidr
}

resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.100.0.0/16", "192.168.0.0/24"]
}

resource "azurerm_virtual_network_peering" "to_hub" {
  name                      = "spoke-to-hub"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
}

resource "azurerm_subnet" "nodes" {
  name                 = "snet-nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.0.4.0/24"]
}

resource "azurerm_subnet" "database" {
  name                 = "snet-database"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.0.8.0/26"]
}

resource "azurerm_kubernetes_cluster" "main" {
  name       = "aks-main"
  location   = "westeurope"
  dns_prefix = "main"

  default_node_pool {
    name                 = "system"
    vnet_subnet_id       = azurerm_subnet.nodes.id
    auto_scaling_enabled = true
    min_count            = 3
    max_count            = 300
    node_count           = 20
    max_pods             = 100

    upgrade_settings {
      max_surge = "33%"
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = local.pods
    service_cidr        = "172.16.0.0/20"
    dns_service_ip      = "172.16.0.10"
  }
}

resource "azurerm_kubernetes_cluster" "edge" {
  name       = "aks-edge"
  location   = "westeurope"
  dns_prefix = "edge"

  default_node_pool {
    name           = "system"
    vnet_subnet_id = azurerm_subnet.nodes.id
    node_count     = 3
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
  }
}
