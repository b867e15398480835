"""What it would have cost on AWS: dated prices, times what the meters say. An estimate, never a bill."""
