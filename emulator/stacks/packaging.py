"""Code that a template names by a path of this machine, as `aws cloudformation package` treats it.

There it is uploaded to a bucket, under its hash, and the template says where. Here it stays where it is: what the
template then says is a bucket that cannot be, with the hash as a part of the key, so that other code is another value.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.functions.code.package import open_package
from emulator.stacks.errors import ValidationError
from emulator.stacks.reading import Document

LOCAL_BUCKET = "local."
"""No bucket can be called so."""
_IN_STRUCTURES = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
_AS_URIS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_ELSEWHERE = ("s3://", "http://", "https://")


class Packager:
    """Replaces the paths in one template; they are read as relative to *folder*."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch
        self._missing: list[str] = []

    def package(self, document: Document) -> Document:
        """Return *document* with every local path replaced; ValidationError names all those that lead nowhere."""
        packaged = copy.deepcopy(document)
        for name, kind, properties in _resources(packaged):
            if kind in _AS_URIS:
                if kind == "AWS::Serverless::Function" and _needs_code(packaged, properties):
                    properties.setdefault("CodeUri", ".")
                self._replace(name, properties, _AS_URIS[kind], lambda key: f"s3://{LOCAL_BUCKET}/{key}")
            elif kind in _IN_STRUCTURES:
                self._replace(
                    name, properties, _IN_STRUCTURES[kind], lambda key: {"S3Bucket": LOCAL_BUCKET, "S3Key": key}
                )
        self._replace("Globals", _function_globals(packaged), "CodeUri", lambda key: f"s3://{LOCAL_BUCKET}/{key}")
        if self._missing:
            raise ValidationError("\n".join(self._missing), hint=f"paths are relative to {self._folder}")
        return packaged

    def _replace(self, name: str, properties: Document, member: str, written: Callable[[str], Any]) -> None:
        said = properties.get(member)
        if not isinstance(said, str) or said.startswith(_ELSEWHERE):
            return
        path = (self._folder / said).resolve()
        if not path.exists():
            self._missing.append(
                f"Parameter {member} of resource {name} refers to a file or folder that does not exist {path}"
            )
            return
        with open_package(path, self._scratch) as package:
            properties[member] = written(f"{package.digest.hex()}{path}")


def local_path(code: Mapping[str, Any]) -> Path | None:
    """Return the path that a Code or a Content stands for; None if it lies in a bucket or in the template itself."""
    if code.get("S3Bucket") != LOCAL_BUCKET:
        return None
    return Path("/" + str(code["S3Key"]).partition("/")[2])


def _resources(document: Document) -> Iterator[tuple[str, str, Document]]:
    resources = document.get("Resources")
    for name, said in resources.items() if isinstance(resources, dict) else ():
        if isinstance(said, dict) and isinstance(said.get("Type"), str):
            if said.get("Properties") is None:
                said["Properties"] = {}
            properties = said["Properties"]
            if isinstance(properties, dict):
                yield name, said["Type"], properties


def _function_globals(document: Document) -> Document:
    said = document.get("Globals")
    found = said.get("Function") if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _needs_code(document: Document, properties: Document) -> bool:
    said = {**_function_globals(document), **properties}
    return not ({"CodeUri", "InlineCode", "ImageUri"} & said.keys()) and said.get("PackageType", "Zip") == "Zip"
