"""SAM's transform: AWS's own translator turns AWS::Serverless::* into what CloudFormation has.

The one module that imports it, and only when a template asks for it: with what it brings, that is half a second.
"""

from collections.abc import Mapping

from emulator.stacks.errors import ValidationError
from emulator.stacks.reading import Document

TRANSFORM = "AWS::Serverless-2016-10-31"


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
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    values = dict(parameters)
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    to_py27_compatible_template(document, values)
    try:
        translated = translator.translate(document, values)
    except InvalidDocumentException as error:
        raise ValidationError("\n".join(cause.message for cause in error.causes)) from error
    plain: Document = undo_mark_unicode_str_in_template(translated)
    plain.pop("Globals", None)
    return plain
