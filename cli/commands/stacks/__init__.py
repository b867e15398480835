"""`deploy`, `destroy`, `stacks` and `export`: a template, and what stands because of it."""

import typer

from cli.options import command


def add_to(app: typer.Typer) -> None:
    """Register the commands at the top of the tree."""
    from cli.commands.stacks.deploy import deploy
    from cli.commands.stacks.destroy import destroy
    from cli.commands.stacks.export import export
    from cli.commands.stacks.listing import stacks

    command(app, "deploy")(deploy)
    command(app, "destroy")(destroy)
    command(app, "stacks")(stacks)
    command(app, "export")(export)
