"""What an instance is told about itself at 169.254.169.254."""
