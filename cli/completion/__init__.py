"""What a shell shows for Tab: commands, options, and the names of what there is. Never an error, never for long.

`scripts` are what a shell sources; they ask `answering`, which cuts a line into words (`line`), finds out what is being
written (`candidates`) and looks up names (`values`).
"""

WORD = "__complete"
"""The first word of the question that the scripts ask; no command is called so."""
