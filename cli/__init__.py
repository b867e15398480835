"""The door for a terminal: words in, one call into the core, words out."""
