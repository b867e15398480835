"""What it would have cost on AWS."""
