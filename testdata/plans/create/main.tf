terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

variable "pod_cidr" {
  default = "10.1.0.0/16"
}

module "net" {
  source   = "./net"
  for_each = toset(["blue"])
}

module "aks" {
  source    = "./aks"
  count     = 1
  subnet_id = module.net["blue"].subnet_id
  pod_cidr  = var.pod_cidr
}
