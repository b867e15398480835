"""The JSON schema of an `ami.yaml`, for editors: they complete fields and underline mistakes while one writes.

It knows less than the reader: not what is in the folder, not the other AMIs.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from emulator.images.schema import AmiModel


def definition_schema() -> dict[str, Any]:
    """Return the schema, of draft 2020-12."""
    schema = AmiModel.model_json_schema(schema_generator=_Generator)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


class _Generator(GenerateJsonSchema):
    """Leaves out what helps nobody who writes: repeated titles, and that a field may be null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        found = super().default_schema(schema)
        if found.get("default") is None:
            found.pop("default", None)
        return found
