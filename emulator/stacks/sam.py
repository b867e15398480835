"""SAM's transform: AWS's own translator turns AWS::Serverless::* into what CloudFormation has.

The one module that imports it, and only when a template asks for it: with what it brings, that is half a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.stacks.errors import ValidationError
from emulator.stacks.reading import Document

TRANSFORM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True)
class _Region:
    """What the translator asks an AWS session for; a real one would read the user's profiles."""

    region_name: str


def transformed(document: Document, parameters: Mapping[str, str], region: str) -> Document:
    """Return *document* as plain CloudFormation; ValidationError lists what SAM finds wrong with it."""
    said = document.get("Transform", [])
    asked = [said] if isinstance(said, str) else said
    if not isinstance(asked, list) or any(one != TRANSFORM for one in asked):
        raise ValidationError(
            f"Transform {said} is not available here", hint=f"there is {TRANSFORM}; leave the others out"
        )
    if not asked:
        return document
    return _translate(document, parameters, region)


def _translate(document: Document, parameters: Mapping[str, str], region: str) -> Document:
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    values = dict(parameters)
    translator = Translator(None, Parser(), boto_session=_Region(region))
    try:
        to_py27_compatible_template(document, values)
        translated = translator.translate(document, values)
    except InvalidDocumentException as error:
        raise ValidationError("\n".join(cause.message for cause in error.causes)) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # it does not look at all that it takes
        raise ValidationError(f"Transform {TRANSFORM} failed with: {error!r}") from error
    plain: Document = undo_mark_unicode_str_in_template(translated)
    plain.pop("Globals", None)
    return plain
