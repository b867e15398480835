"""What instances and workers use of what they may."""
