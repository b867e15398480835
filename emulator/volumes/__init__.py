"""EBS: disks that outlive instances."""
