"""`python -m cli`: the command, wherever the package is importable."""

from cli.main import main

main()
