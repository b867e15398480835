"""`cloudlet s3api`: the operations of S3 as `aws s3api` has them, one command each, made from AWS's own model.

`table` has their names, `making` makes a command, `values` reads its options; `request`, `connection`, `answer` and
`pages` are the way to S3's door and back, `showing` what people see of it.
"""

from typing import Any

import typer

from cli.commands.s3api.table import COMMANDS
from cli.helptext import HelpfulCommand, HelpfulGroup


class S3Api(HelpfulGroup):
    """Shows every command, and makes those that are asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        shown = {name: HelpfulCommand(name=name, help=row.summary) for name, row in COMMANDS.items()}
        self.commands = {**shown}
        self._not_made = set(shown)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self._not_made:
            from cli.commands.s3api.making import made

            self.commands[cmd_name] = made(cmd_name, COMMANDS[cmd_name])
            self._not_made.remove(cmd_name)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="s3api",
    no_args_is_help=True,
    help="""S3 by the letter: one command for each of its operations.

    \b
    cloudlet s3api put-object --bucket raw --key a.csv --body a.csv
    cloudlet s3api head-object --bucket raw --key a.csv --output json
    cloudlet s3api list-objects-v2 --bucket raw --query 'Contents[].Key'
    cloudlet s3api get-object --bucket raw --key a.csv out.csv

    As `aws s3api`: the same options, shorthand, JSON and file://, the same
    answers. Each goes to S3's endpoint of the running server, or, if none
    runs, to the same code in this process.
    """,
)
