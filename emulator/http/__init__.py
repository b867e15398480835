"""The server process, and its doors: one package a protocol. A door parses, makes one call, renders."""
