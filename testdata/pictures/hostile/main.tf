resource "azurerm_virtual_network" "v" {
  name = "<script>alert(1)</script>\"'&שלום עולם \u202eabc 🚀節点"
  resource_group_name = "rg"
  address_space = ["10.0.0.0/12","fd00:1234:5678:9abc::/64"]
}
resource "azurerm_virtual_network" "far" {
  name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  resource_group_name = "rg"
  address_space = ["10.32.0.0/16", "10.40.0.0/16", "192.168.3.4/32", "172.16.0.0/12"]
}
resource "azurerm_virtual_network_peering" "p" {
  name = "spoke-hub"
  virtual_network_name = azurerm_virtual_network.v.name
  remote_virtual_network_id = azurerm_virtual_network.far.id
  resource_group_name = "rg"
}
resource "azurerm_subnet" "s" {
  count = 60
  name = "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy-${count.index}"
  virtual_network_name = azurerm_virtual_network.v.name
  resource_group_name = "rg"
  address_prefixes = ["10.1.${count.index}.0/24"]
}
resource "azurerm_subnet" "rtl" {
  name = "ﷺﷻ مرحبا بالعالم 𒈙𒈙"
  virtual_network_name = azurerm_virtual_network.v.name
  resource_group_name = "rg"
  address_prefixes = ["10.2.0.0/24"]
}
resource "azurerm_subnet" "more" {
  count = 50
  name = "節点サブネット長い名前${count.index}"
  virtual_network_name = azurerm_virtual_network.v.name
  resource_group_name = "rg"
  address_prefixes = ["10.3.${count.index}.0/24"]
}
resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  default_node_pool {
    name = "system"
    vnet_subnet_id = azurerm_subnet.rtl.id
    node_count = 3
  }
  network_profile {
    network_plugin = "azure"
    network_plugin_mode = "overlay"
    pod_cidr = "10.1.0.0/16"
    service_cidr = "10.1.3.0/24"
    dns_service_ip = "10.1.3.10"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "many" {
  count                 = 400
  name                  = "pool${count.index}"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.main.id
  vnet_subnet_id        = azurerm_subnet.s[count.index % 60].id
  node_count            = 2
}
