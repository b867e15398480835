"""What the Conditions of a template come to: the functions of logic, which stand there and nowhere else."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.stacks.errors import ValidationError
from emulator.stacks.parameters import text_of

_MOST_TERMS = 10


class Conditions:
    """The conditions of one template; *resolve* works out what is compared."""

    def __init__(self, said: Mapping[str, Any], resolve: Callable[[Any], Any]) -> None:
        self._said = said
        self._resolve = resolve
        self._asked: list[str] = []

    def __iter__(self) -> Any:
        return iter(self._said)

    def hold(self, name: str) -> bool:
        """Tell whether the condition called *name* is true."""
        if name not in self._said:
            raise ValidationError(f"Template format error: Unresolved condition dependency {name}")
        if name in self._asked:
            raise ValidationError(f"Template format error: Circular dependency between conditions: [{name}]")
        self._asked.append(name)
        try:
            return self._truth(self._said[name])
        finally:
            self._asked.pop()

    def _truth(self, said: Any) -> bool:
        name, value = next(iter(said.items())) if isinstance(said, Mapping) and len(said) == 1 else ("", None)
        if name == "Condition":
            return self.hold(str(value))
        if name not in _COUNTS or not isinstance(value, list) or len(value) not in _COUNTS[name]:
            raise ValidationError(
                "Template format error: Every Conditions member must be one of Fn::And, Fn::Equals, Fn::Not, Fn::Or,"
                " Condition"
            )
        if name == "Fn::Equals":
            one, other = (self._resolve(each) for each in value)
            return bool(_comparable(one) == _comparable(other))
        truths = [self._truth(one) for one in value]
        if name == "Fn::Not":
            return not truths[0]
        return all(truths) if name == "Fn::And" else any(truths)


_COUNTS = {
    "Fn::And": range(2, _MOST_TERMS + 1),
    "Fn::Equals": range(2, 3),
    "Fn::Not": range(1, 2),
    "Fn::Or": range(2, _MOST_TERMS + 1),
}


def _comparable(value: Any) -> Any:
    return text_of(value) if isinstance(value, str | int | float) else value
