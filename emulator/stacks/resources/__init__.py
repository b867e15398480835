"""What a stack can be made of: a module for each family of resource types, each type a Kind. `catalog` has them all."""
