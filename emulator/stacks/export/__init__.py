"""The other way round: from what stands in a home to a template that makes the like of it, here or on AWS.

`service` writes it; a module for each family says its resources. What no template can say is told, never left out in
silence: objects, what lies on disks, versions of functions and their aliases.
"""
