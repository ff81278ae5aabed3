variable "location" {
  type = string
}

variable "resource_group_name" {
  type = string
}

variable "address_space" {
  type = string
}

variable "subnets" {
  description = "Address range by subnet."
  type        = map(string)
}
