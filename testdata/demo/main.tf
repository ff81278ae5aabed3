# Two AKS clusters in one virtual network. Looks fine, plans fine, and does not deploy:
#
#   overlint check testdata/demo

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

resource "azurerm_resource_group" "platform" {
  name     = "rg-platform"
  location = var.location
}

module "network" {
  source = "./network"

  resource_group_name = azurerm_resource_group.platform.name
  location            = var.location
  address_space       = "10.0.0.0/16"

  subnets = {
    apps  = "10.0.0.0/22"
    tools = "10.0.4.0/24"
  }
}
