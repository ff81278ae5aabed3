data "azurerm_application_gateway" "shared" {
  name                = "agw-shared"
  resource_group_name = "rg-edge"
}

resource "azurerm_kubernetes_cluster" "tools" {
  name                = "aks-tools"
  location            = var.location
  resource_group_name = azurerm_resource_group.platform.name
  dns_prefix          = "tools"

  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 2
    vnet_subnet_id = module.network.subnet_ids["tools"]
  }

  identity {
    type = "SystemAssigned"
  }

  # No service_cidr here: Azure has a default for it.
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.101.0.0/16"
  }

  ingress_application_gateway {
    gateway_id = data.azurerm_application_gateway.shared.id
  }
}
