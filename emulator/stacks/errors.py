"""What is wrong with a template or a stack, in CloudFormation's words."""

from collections.abc import Collection, Sequence

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError, nearest


class ValidationError(InvalidRequestError):
    """The template, or what it was given, can never work."""

    code = "ValidationError"


class UnsupportedError(InvalidRequestError):
    """The template asks for what this cloud has not; all of it is listed, nothing was made."""

    code = "ValidationError"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems), hint="nothing was made; what a template may say is in docs/stacks.md")


class StackNotFoundError(NotFoundError):
    """No stack has this name."""

    code = "ValidationError"

    def __init__(self, name: str, known: Collection[str]) -> None:
        hint = nearest(name, known) or (f"there are: {', '.join(known)}" if known else "no stack is deployed here")
        super().__init__(f"Stack with id {name} does not exist", hint=hint)


class StackFailedError(EmulatorError):
    """A deployment or a removal did not come to its end; the code is the status that the stack is in now."""
