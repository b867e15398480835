"""How help speaks of an option: by its name where people set it often, else by the type of its value."""

from emulator.http.aws.model import Member, Shape

_KNOWN = {
    "Bucket": ("NAME", "The bucket."),
    "Key": ("KEY", "The object's key."),
    "Body": ("FILE", "The file whose content is stored; - is stdin."),
    "CopySource": ("BUCKET/KEY", "What is copied."),
    "Delimiter": ("TEXT", "Keys count as one up to it, as a folder: /."),
    "Prefix": ("TEXT", "Only keys that begin so."),
    "StartAfter": ("KEY", "Only keys behind this one."),
    "Range": ("BYTES", "Only a part of it: bytes=0-99."),
    "VersionId": ("ID", "The version; default: the newest."),
    "UploadId": ("ID", "The upload, from create-multipart-upload."),
    "PartNumber": ("N", "The number of a part, from 1 on."),
    "Metadata": ("KEY=VALUE,...", "User metadata, in shorthand or JSON."),
    "ContentType": ("TYPE", "The media type, such as text/csv."),
    "Policy": ("JSON", "The policy, or file://F, or - for stdin."),
    "Id": ("ID", "Which of them."),
    "IfMatch": ("ETAG", "Only if the object's is this one."),
    "IfNoneMatch": ("ETAG", "Only if the object's is another; * is any."),
}
_METAVARS = {"integer": "N", "long": "N", "timestamp": "TIME", "structure": "STRUCTURE", "map": "KEY=VALUE,..."}
_PLACES = {"header": "The header", "querystring": "The query's", "uri": "The path's"}
_MOST_CHOICES = 8


def is_usual(member: Member) -> bool:
    """Tell whether people set it often."""
    return member.name in _KNOWN


def metavar_of(member: Member) -> str:
    """Return what stands for the value in help."""
    if member.name in _KNOWN:
        return _KNOWN[member.name][0]
    if member.shape.type == "list":
        return "STRUCTURE..." if member.shape.item.shape.type == "structure" else "TEXT..."
    return _METAVARS.get(member.shape.type, "TEXT")


def help_of(member: Member) -> str:
    """Return the sentence on the option; of what is a mere header, the header, which S3's own reference explains."""
    if member.name in _KNOWN:
        return _KNOWN[member.name][1]
    shape = member.shape.item.shape if member.shape.type == "list" else member.shape
    if shape.enum:
        shown = shape.enum[:_MOST_CHOICES]
        more = ", ..." if len(shape.enum) > len(shown) else "."
        return f"One of {', '.join(shown)}{more}" if len(shape.enum) > 1 else f"Nothing but {shown[0]}."
    if shape.type == "structure":
        return f"{_members(shape)}: shorthand, JSON, file://F or -."
    return f"{_PLACES[member.location]} {member.wire_name}." if member.location in _PLACES else "Sent as it is."


def _members(shape: Shape) -> str:
    return ", ".join(shape.members) or "Empty"
