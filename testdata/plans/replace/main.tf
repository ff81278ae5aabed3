resource "azurerm_kubernetes_cluster" "this" {
  for_each            = toset(["a.b"])
  name                = "aks"
  location            = "westeurope"
  resource_group_name = "aks"
  dns_prefix          = "aks"
  sku_tier            = "Standard"

  default_node_pool {
    name       = "system"
    vm_size    = "Standard_D4s_v5"
    node_count = 3
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.2.0.0/16"
    dns_service_ip      = "10.2.0.10"
  }
}
