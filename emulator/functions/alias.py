"""An alias: a name for a version, or for two of them that share the invocations. `aliases` has the verbs."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Alias:
    """`weights` gives another version its share, from 0 to 1; the rest is `version`'s."""

    function: str
    name: str
    version: str
    revision_id: str
    description: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)

    def choose(self, draw: Callable[[], float]) -> str:
        """Return the version that one invocation goes to; *draw* returns a number from 0 to 1."""
        drawn = draw()
        for version, weight in self.weights.items():
            if drawn < weight:
                return version
            drawn -= weight
        return self.version

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Alias":
        return cls(**json.loads(text))
