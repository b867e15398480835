"""Key pairs: who may log in to instances."""
