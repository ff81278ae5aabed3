resource "azurerm_kubernetes_cluster" "apps" {
  name                = "aks-apps"
  location            = var.location
  resource_group_name = azurerm_resource_group.platform.name
  dns_prefix          = "apps"
  sku_tier            = "Standard"

  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    vnet_subnet_id = module.network.subnet_ids["apps"]
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.1"
  }

  aci_connector_linux {
    subnet_name = "virtual-nodes"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "workers" {
  name                  = "workers"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.apps.id
  vm_size               = "Standard_D8s_v5"
  auto_scaling_enabled  = true
  min_count             = var.workers.min
  max_count             = var.workers.max
  max_pods              = 300
  vnet_subnet_id        = module.network.subnet_ids["apps"]
}
