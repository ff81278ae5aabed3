environment = "dev"
space       = "10.1.0.0/20"
most_nodes  = 5
