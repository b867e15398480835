"""The default VPC: subnets, addresses, security groups."""
