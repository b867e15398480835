"""A template's text, with the short tags that people write."""

from typing import Any

import yaml


class Ref(str):
    """`!Ref`: a resource or a parameter by its name."""

    __slots__ = ()


class GetAtt(str):
    """`!GetAtt`: what is to be known of a resource, as `Raw.Arn`."""

    __slots__ = ()


class Sub(str):
    """`!Sub`: a text with variables in it."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text and not any(line.endswith(" ") for line in text.splitlines()) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _tagged(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar(f"!{type(text).__name__}", str(text))


_Dumper.add_representer(str, _text)
for _kind in (Ref, GetAtt, Sub):
    _Dumper.add_representer(_kind, _tagged)


def written(template: dict[str, Any]) -> str:
    """Return *template* as YAML, in the order in which it was put together."""
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
