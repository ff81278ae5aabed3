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

locals {
  address_space = "10.0.0.0/16"
}

module "network" {
  source = "./network"

  resource_group_name = azurerm_resource_group.platform.name
  location            = var.location
  address_space       = local.address_space

  subnets = {
    apps  = cidrsubnet(local.address_space, 6, 0)
    tools = cidrsubnet(local.address_space, 8, 4)
  }
}
