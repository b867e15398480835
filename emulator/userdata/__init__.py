"""User data: what an instance does when it first boots."""
