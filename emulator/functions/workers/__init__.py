"""The containers that run functions: who starts them, what they are locked into, and how they are spoken to."""
