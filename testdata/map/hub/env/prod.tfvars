environment   = "prod"
space         = "10.2.0.0/20"
most_nodes    = 240
partner_space = ["172.16.8.0/22"]
