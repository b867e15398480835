"""A function's code: what was deployed, and what it needs, in folders that nothing changes afterwards."""
