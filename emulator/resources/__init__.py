"""What every EC2 resource has: tags, and filters to find it by."""
