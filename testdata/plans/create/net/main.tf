resource "azurerm_virtual_network" "this" {
  name                = "vnet"
  location            = "westeurope"
  resource_group_name = "net"
  address_space       = ["10.1.0.0/20"]
}

resource "azurerm_subnet" "this" {
  for_each             = toset(["nodes", "spare"])
  name                 = each.key
  resource_group_name  = "net"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [each.key == "nodes" ? "10.1.4.0/22" : "10.1.8.0/24"]
}

output "subnet_id" {
  value = azurerm_subnet.this["nodes"].id
}
