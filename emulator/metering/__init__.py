"""How long instances ran and functions worked."""
