# What the expressions of the vectors may name. What has no default is known neither to Terraform nor to overlint.

variable "u" {}

variable "u_string" {
  type = string
}

variable "u_number" {
  type = number
}

variable "u_bool" {
  type = bool
}

variable "u_list" {
  type = list(string)
}

variable "u_set" {
  type = set(string)
}

variable "u_map" {
  type = map(string)
}

variable "u_object" {
  type = object({
    name = string
    size = optional(number, 1)
  })
}

variable "number" {
  type    = number
  default = "7"
}

variable "string" {
  type    = string
  default = 12
}

variable "list" {
  type    = list(string)
  default = ["b", "a", "c", "a"]
}

variable "set" {
  type    = set(string)
  default = ["b", "a", "c", "a"]
}

variable "map" {
  type = map(string)
  default = {
    one = 1
    two = "2"
    off = false
  }
}

variable "objects" {
  type = list(object({
    name = string
    size = optional(number, 1)
    tags = optional(map(string), {})
  }))
  default = [
    { name = "first" },
    { name = "second", size = "2", tags = { a = 1 }, more = true },
    { name = null, size = null, tags = null },
  ]
}

variable "no_string" {
  type    = string
  default = null
}

variable "no_list" {
  type    = list(string)
  default = null
}

variable "no_object" {
  type    = object({ name = string })
  default = null
}

variable "not_null" {
  type     = string
  default  = "kept"
  nullable = false
}

locals {
  n      = 5
  s      = "abc"
  t      = true
  none   = null
  tuple  = ["x", 2, true, null]
  texts  = ["a", "b", "c"]
  counts = [3, 1, 2]
  pairs  = { a = 1, b = "two", c = null }
  deep = {
    name      = "top"
    list      = [{ id = 1, tags = ["p", "q"] }, { id = 2, tags = [] }]
    inner     = { a = { b = { c = "end" } } }
    "odd key" = 1
  }
  ranges      = ["10.0.0.0/16", "10.1.0.0/16", "fd00::/48"]
  half        = ["a", var.u_string]
  half_map    = { a = "1", b = var.u_string }
  half_object = { id = 1, name = var.u, list = [1, var.u_number] }
}

locals {
  # For the templates.
  values = {
    x     = "X"
    n     = 5
    yes   = true
    list  = ["a", "b"]
    map   = { k = "v", l = "w" }
    none  = null
    empty = []
  }
}
