resource "azurerm_virtual_network" "main" {
  name                = "vnet-main"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.240.0.0/16", "fd00:db8:deca::/48"]
}

resource "azurerm_subnet" "nodes" {
  name                 = "snet-nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.240.0.0/22", "fd00:db8:deca:deed::/64"]
}

resource "azurerm_nat_gateway" "out" {
  name                = "ng-out"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_subnet_nat_gateway_association" "out" {
  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.out.id
}

resource "azurerm_kubernetes_cluster" "main" {
  name       = "aks-main"
  location   = "westeurope"
  dns_prefix = "main"

  default_node_pool {
    name           = "system"
    vnet_subnet_id = azurerm_subnet.nodes.id
    node_count     = 5
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    ip_versions         = ["IPv4", "IPv6"]
    pod_cidrs           = ["10.244.0.0/16", "fd12:3456:789a::/64"]
    service_cidrs       = ["10.0.0.0/16", "fd12:3456:789a:1::/108"]
    dns_service_ip      = "10.0.0.10"
  }
}
