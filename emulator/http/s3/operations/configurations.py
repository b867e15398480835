"""Configurations of which a bucket can have many, each with an id. They are kept and answered; nothing acts on them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.buckets.errors import InvalidArgumentError
from emulator.errors import InvalidRequestError, NotFoundError
from emulator.http.s3.call import Call, Handler, Output

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST = 1000
_PAGE = 100


class NoSuchConfigurationError(NotFoundError):
    """The bucket has no such configuration of this id."""

    code = "NoSuchConfiguration"

    def __init__(self) -> None:
        super().__init__("The specified configuration does not exist.")


class TooManyConfigurationsError(InvalidRequestError):
    """A bucket has at most a thousand of a kind."""

    code = "TooManyConfigurations"

    def __init__(self) -> None:
        super().__init__("You are attempting to create a new configuration but have already reached the limit.")


@dataclass(frozen=True)
class Configuration:
    """One kind, `Inventory` say: its operations are called Put-, Get-, Delete- and List- after it."""

    kind: str

    @property
    def noun(self) -> str:
        return f"Bucket{self.kind}Configuration"

    @property
    def body(self) -> str:
        return f"{self.kind}Configuration"

    async def put(self, call: Call) -> Output:
        """Make a configuration, or replace the one of its id."""
        document = call.asked[self.body]
        if not _ID.fullmatch(call.asked["Id"]) or document["Id"] != call.asked["Id"]:
            raise InvalidArgumentError("The configuration ID is not valid, or not the one in the document.")
        await call.write(self._put, call, document)
        return {}

    async def get(self, call: Call) -> Output:
        """Return one."""
        document = await call.run(call.buckets.bucket_settings.get, call.bucket, self._name(call))
        if document is None:
            raise NoSuchConfigurationError
        return {self.body: document}

    async def remove(self, call: Call) -> Output:
        """Delete one."""
        if not await call.write(call.buckets.bucket_settings.delete, call.bucket, self._name(call)):
            raise NoSuchConfigurationError
        return {}

    async def listed(self, call: Call) -> Output:
        """Return a page of them, by id; the token is the last id of the page before."""
        found = await call.run(call.buckets.bucket_settings.each, call.bucket, self.noun)
        after = call.asked.get("ContinuationToken", "")
        following = [identifier for identifier in found if identifier > after]
        shown = following[:_PAGE]
        output: dict[str, Any] = {f"{self.body}List": [found[identifier] for identifier in shown]}
        output["IsTruncated"] = len(following) > len(shown)
        if after:
            output["ContinuationToken"] = after
        if output["IsTruncated"]:
            output["NextContinuationToken"] = shown[-1]
        return output

    def _put(self, call: Call, document: Mapping[str, Any]) -> None:
        settings = call.buckets.bucket_settings
        found = settings.each(call.bucket, self.noun)
        if len(found) >= _MOST and document["Id"] not in found:
            raise TooManyConfigurationsError
        settings.put(call.bucket, self._name(call), document)

    def _name(self, call: Call) -> str:
        return f"{self.noun}/{call.asked['Id']}"


KINDS = tuple(Configuration(kind) for kind in ("Analytics", "IntelligentTiering", "Inventory", "Metrics"))

OPERATIONS: dict[str, Handler] = {
    **{f"Put{one.noun}": one.put for one in KINDS},
    **{f"Get{one.noun}": one.get for one in KINDS},
    **{f"Delete{one.noun}": one.remove for one in KINDS},
    **{f"List{one.noun}s": one.listed for one in KINDS},
}
