"""An `ami.yaml` read into a Definition: text, fields, files beside it. All that is wrong comes out together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from emulator.errors import DefinitionError, Problem, nearest
from emulator.images.definition import BaseImage, Definition, FileEntry
from emulator.images.yaml_text import read_document

if TYPE_CHECKING:
    from emulator.images.schema import AmiModel, FileModel, Surroundings

_NOT_TEXT = ("string_type", "string_sub_type", "string_unicode", "invalid_key")
_FORMS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list; write one `- item` a line",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of fields",
    "model_attributes_type": "a mapping of fields",
    "dataclass_type": "a mapping of fields",
}


def read_definition(raw: bytes, file: str, surroundings: "Surroundings") -> Definition:
    """Return what *raw*, known to the user as *file*, defines; DefinitionError lists every mistake."""
    document = read_document(raw, file)
    import pydantic  # after the text, so that a file that is no YAML costs no 50 ms

    from emulator.images.schema import AmiModel, cross_problems

    problems = list(document.problems)
    model = None
    try:
        model = AmiModel.model_validate(document.data, context=surroundings)
    except pydantic.ValidationError as error:
        fields = AmiModel.model_fields
        problems += [_problem(file, dict(detail), fields) for detail in error.errors(include_url=False)]
    problems += [Problem(file, path, message, value) for path, message, value in cross_problems(document.data)]
    if problems or model is None:
        raise DefinitionError(_in_order(problems, document.lines))
    return _definition(model, raw, file, surroundings.folder, document.lines)


def _in_order(problems: list[Problem], lines: Mapping[str, int]) -> list[Problem]:
    """Sort by the place in the file, as a reader mends it; what is not there comes first."""
    return sorted(problems, key=lambda problem: lines.get(problem.path, 0))


def _problem(file: str, detail: Mapping[str, Any], fields: Mapping[str, object]) -> Problem:
    location = [str(part) for part in detail["loc"] if part != "[key]"]
    return Problem(file, ".".join(location), _message(detail, location, fields), detail["input"])


def _message(detail: Mapping[str, Any], location: list[str], fields: Mapping[str, object]) -> str:
    from emulator.checks import shown

    kind, value = detail["type"], detail["input"]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "missing":
        return "is missing" + _only_value(location)
    if kind == "extra_forbidden":
        allowed = list(fields) if len(location) == 1 else _fields_below(location[0])
        return f"is no field here; {nearest(location[-1], allowed) or 'there are ' + ', '.join(allowed)}"
    if kind in _NOT_TEXT:
        scalar = isinstance(value, bool | int | float) or hasattr(value, "isoformat")
        return f"{shown(value)} is not text" + ("; put it in quotes" if scalar else "")
    if kind in _FORMS:
        return f"{shown(value)} is not {_FORMS[kind]}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"{shown(value)} is not a port (1 to 65535)"
    if kind == "literal_error":
        return f"{shown(value)} is not {detail['ctx']['expected']}"
    return f"{shown(value)}: {detail['msg']}"


def _only_value(location: list[str]) -> str:
    """Return what to write for a field that can have but one value."""
    from emulator.images.schema import AmiModel

    field = AmiModel.model_fields[location[0]] if len(location) == 1 else None
    values = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
    return f"; write `{location[0]}: {values[0]}`" if len(values) == 1 else ""


def _fields_below(field: str) -> list[str]:
    from emulator.images.schema import BaseModelOfAmi, FileModel

    return list((BaseModelOfAmi if field == "base" else FileModel).model_fields)


def _definition(model: "AmiModel", raw: bytes, file: str, folder: Path, lines: Mapping[str, int]) -> Definition:
    return Definition(
        file=file,
        raw=raw,
        name=model.name,
        description=model.description,
        base=BaseImage(model.base.image, model.base.bootstrap) if model.base else None,
        extends=model.extends,
        packages=tuple(model.packages),
        pip=tuple(model.pip),
        files=tuple(_files(model.files, file, folder)),
        run=tuple(model.run),
        services=tuple(model.services),
        env=dict(model.env),
        user=model.user,
        ports=tuple(model.ports),
        init=model.init,
        lines=lines,
    )


def _files(models: "list[FileModel]", file: str, folder: Path) -> Iterator[FileEntry]:
    for index, model in enumerate(models):
        try:
            content = (folder / model.source).read_bytes() if model.source else (model.content or "").encode()
        except OSError as error:
            reason = f"{model.source!r} cannot be read: {error.strerror}"
            raise DefinitionError([Problem(file, f"files.{index}.source", reason, model.source)]) from error
        yield FileEntry(model.path, content, model.source, int(model.mode, 8), model.owner)
