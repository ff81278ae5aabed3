resource "azurerm_virtual_network" "this" {
  name                = "vnet"
  location            = "westeurope"
  resource_group_name = "net"
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "net"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.1.4.0/22"]
}

resource "azurerm_kubernetes_cluster" "this" {
  name                = "aks"
  location            = "westeurope"
  resource_group_name = "aks"
  dns_prefix          = "aks"
  sku_tier            = "Standard"
  kubernetes_version  = "1.26.10"

  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    vnet_subnet_id = azurerm_subnet.nodes.id
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin = "azure"
    network_policy = "calico"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "win" {
  name                  = "win"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.this.id
  vm_size               = "Standard_D4s_v5"
  node_count            = 2
  max_pods              = 50
  os_type               = "Windows"
  os_sku                = "Windows2022"
  vnet_subnet_id        = azurerm_subnet.nodes.id
}
