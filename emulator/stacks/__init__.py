"""Stacks: a CloudFormation or SAM template, and what stands here because of it.

A template is read (`template`), its functions are worked out (`intrinsics`), what it says is compared with what stands
(`plan`) and made so (`deployment`). `resources` has a module for each family of resource types.
"""
