"""Notifications of a bucket, whoever is told: the rules, as our own commands add, list and remove them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from emulator.buckets import Buckets, Rule, is_s3_uri, parse_s3_uri
from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.notifications import UnreachableTargetsError
from emulator.errors import EmulatorError
from emulator.functions.service import Functions
from emulator.pipeline.deliveries.targets import checked_target, feeds_itself, folder_of, is_folder


class Notifications:
    """Adds, lists and removes rules with any kind of target."""

    def __init__(self, buckets: Buckets, functions: Callable[[], Functions]) -> None:
        self._buckets = buckets
        self._functions = functions

    def add(self, wanted: Rule) -> Rule:
        """
        Follow *wanted*, whoever its target is; an equal rule that is here already stays as it is.

        What cannot be told, or would tell of its own telling, is refused: InvalidRequestError, or NotFoundError if the
        bucket or the function is not there.
        """
        rule = replace(wanted, target=checked_target(wanted.target))
        if feeds_itself(rule):
            raise InvalidArgumentError(
                f"every file that is written to {rule.target} would make another one",
                hint="choose a folder in another bucket, or a prefix that does not match it",
            )
        self._check_there(rule.target)
        return self._buckets.rules.add(rule)

    def list(self, bucket: str | None = None) -> list[Rule]:
        """Return the rules of *bucket*, which must be there, or of all."""
        if bucket is not None:
            self._buckets.get(bucket)
        return self._buckets.rules.list(bucket)

    def remove(self, bucket: str, rule_id: str) -> Rule:
        """Remove a rule; what it told already is still delivered."""
        self._buckets.get(bucket)
        return self._buckets.rules.remove(rule_id, bucket)

    def _check_there(self, target: str) -> None:
        if is_s3_uri(target):
            self._buckets.get(parse_s3_uri(target).bucket)
        elif is_folder(target):
            self._check_outside(folder_of(target))
        elif target.startswith("arn:"):
            self._functions().find(target)

    def _check_outside(self, folder: Path) -> None:
        """Refuse a bucket's own folder: what is dropped there says nothing of where it comes from."""
        real = folder.resolve()
        for bucket in self._buckets.list():
            root = bucket.path.resolve()
            if real.is_relative_to(root):
                inner = real.relative_to(root).as_posix()
                uri = f"s3://{bucket.name}/" + ("" if inner == "." else f"{inner}/")
                raise InvalidArgumentError(f"{folder} is in the bucket {bucket.name!r}", hint=f"write {uri}")
        if real.is_relative_to(self._buckets.root.resolve()):
            raise InvalidArgumentError(f"{folder} is where buckets are made", hint="choose another folder")


def check_functions(functions: Functions, targets: Sequence[str]) -> None:
    """Raise UnreachableTargetsError, in S3's words, unless each of *targets* is a function that is here."""
    reasons: dict[str, str] = {}
    hint = None
    for target in targets:
        try:
            functions.find(target)
        except EmulatorError as error:
            reasons[target] = f"Not authorized to invoke function [{target}]"
            hint = error.hint or error.message
    if reasons:
        raise UnreachableTargetsError(reasons, hint)
