variable "location" {
  type    = string
  default = "westeurope"
}

variable "pod_cidr" {
  description = "Pods of the apps cluster. Every node takes a /24 of it."
  type        = string
  default     = "10.100.0.0/20"
}

variable "workers" {
  description = "The autoscaler's bounds for the worker pool."
  type = object({
    min = optional(number, 3)
    max = optional(number, 10)
  })
  default = {}
}
