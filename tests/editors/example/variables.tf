variable "pod_cidr" {
  default = "10.0.0.0/16"
}
