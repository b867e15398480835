"""What S3 says when it says no: AWS's code and wording; who was meant is in the hint."""

from collections.abc import Iterable
from datetime import datetime

from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError, nearest


class NoSuchBucketError(NotFoundError):
    """No bucket has this name."""

    code = "NoSuchBucket"

    def __init__(self, name: str, existing: Iterable[str] = ()) -> None:
        near = nearest(name, existing) or f"make it with `cloudlet s3 mb s3://{name}`"
        super().__init__("The specified bucket does not exist", hint=f"no bucket is called {name!r}; {near}")
        self.bucket = name


class NoSuchKeyError(NotFoundError):
    """The bucket holds no object with this key."""

    code = "NoSuchKey"

    def __init__(self, bucket: str, key: str) -> None:
        super().__init__(
            "The specified key does not exist.",
            hint=f"s3://{bucket} holds no {key!r}; see `cloudlet s3 ls s3://{bucket}`",
        )
        self.bucket = bucket
        self.key = key


class NoSuchUploadError(NotFoundError):
    """There is no such multipart upload any more, or there never was."""

    code = "NoSuchUpload"

    def __init__(self, upload_id: str) -> None:
        super().__init__(
            "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload"
            " might have been aborted or completed."
        )
        self.fields = {"UploadId": upload_id}


class InvalidPartError(InvalidRequestError):
    """A part that is to be in the object was not uploaded, or is another one."""

    code = "InvalidPart"

    def __init__(self, upload_id: str, number: int, etag: str) -> None:
        super().__init__(
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the"
            " specified entity tag may not match the part's entity tag."
        )
        self.fields = {"UploadId": upload_id, "PartNumber": str(number), "ETag": etag}


class InvalidPartOrderError(InvalidRequestError):
    """Parts are named in the order of their numbers."""

    code = "InvalidPartOrder"

    def __init__(self) -> None:
        super().__init__(
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        )


class EntityTooSmallError(InvalidRequestError):
    """Every part but the last has at least 5 MiB."""

    code = "EntityTooSmall"

    def __init__(self, proposed: int, minimum: int, number: int, etag: str) -> None:
        super().__init__("Your proposed upload is smaller than the minimum allowed size")
        self.fields = {
            "ProposedSize": str(proposed),
            "MinSizeAllowed": str(minimum),
            "PartNumber": str(number),
            "ETag": etag,
        }


class UploadSizeError(InvalidRequestError):
    """The parts together are not as long as the request says."""

    code = "InvalidRequest"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            "The provided 'x-amz-mp-object-size' header does not match what was computed.",
            hint=f"the parts have {size_bytes} bytes together",
        )


class OperationAbortedError(ConflictError):
    """Others changed the same thing all the while; HTTP 409."""

    code = "OperationAborted"

    def __init__(self) -> None:
        super().__init__(
            "A conflicting conditional operation is currently in progress against this resource. Please try again."
        )


class DeletedObjectError(NoSuchKeyError):
    """The newest version of the key is a delete marker."""

    def __init__(self, bucket: str, key: str, version_id: str) -> None:
        super().__init__(bucket, key)
        self.version_id = version_id


class NoSuchVersionError(NotFoundError):
    """The object has no version of this id."""

    code = "NoSuchVersion"

    def __init__(self, bucket: str, key: str, version_id: str) -> None:
        super().__init__("The specified version does not exist.")
        self.bucket = bucket
        self.key = key
        self.version_id = version_id


class MarkerNotAllowedError(InvalidRequestError):
    """A delete marker has no bytes to read; HTTP 405."""

    code = "MethodNotAllowed"

    def __init__(self, bucket: str, key: str, version_id: str, made_at: datetime) -> None:
        super().__init__("The specified method is not allowed against this resource.")
        self.bucket = bucket
        self.key = key
        self.version_id = version_id
        self.made_at = made_at


class BucketAlreadyOwnedByYouError(ConflictError):
    """A bucket of this name is here already."""

    code = "BucketAlreadyOwnedByYou"

    def __init__(self, name: str) -> None:
        super().__init__(
            "Your previous request to create the named bucket succeeded and you already own it.",
            hint=f"see what it holds with `cloudlet s3 ls s3://{name}`",
        )
        self.bucket = name


class BucketNotEmptyError(ConflictError):
    """A bucket with something in it is not deleted."""

    code = "BucketNotEmpty"

    def __init__(self, name: str, example: str) -> None:
        super().__init__(
            "The bucket you tried to delete is not empty",
            hint=f"it holds {example!r}; `cloudlet s3 rb s3://{name} --force` deletes all of it",
        )
        self.bucket = name


class InvalidBucketNameError(InvalidRequestError):
    """AWS would not take this name."""

    code = "InvalidBucketName"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("The specified bucket is not valid.", hint=f"{name!r}: {reason}")
        self.bucket = name


class KeyTooLongError(InvalidRequestError):
    """A key is at most 1024 bytes of UTF-8."""

    code = "KeyTooLongError"

    def __init__(self) -> None:
        super().__init__("Your key is too long", hint="a key is at most 1024 bytes of UTF-8")


class InvalidKeyError(InvalidRequestError):
    """The key's `..` segments lead above its bucket."""

    code = "InvalidURI"

    def __init__(self, key: str) -> None:
        super().__init__("Couldn't parse the specified URI.", hint=f"the key {key!r} leads above its bucket")


class InvalidArgumentError(InvalidRequestError):
    """An argument makes no sense to S3."""

    code = "InvalidArgument"


class UnstorableKeyError(InvalidArgumentError):
    """S3 would take this key, a folder cannot."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"The key {key!r} cannot be a file in the bucket's folder: {reason}")


class KeyClashError(ConflictError):
    """A folder holds `a` or `a/b`, not both."""

    code = "ObjectParentIsFile"


class InvalidTagError(InvalidRequestError):
    """A tag is longer than AWS takes, or there are too many."""

    code = "InvalidTag"


class MetadataTooLargeError(InvalidRequestError):
    """User metadata is at most 2 KB."""

    code = "MetadataTooLarge"

    def __init__(self) -> None:
        super().__init__("Your metadata headers exceed the maximum allowed metadata size")


class PreconditionFailedError(ConflictError):
    """The object is not in the state that the request asked for."""

    code = "PreconditionFailed"

    def __init__(self, condition: str = "") -> None:
        super().__init__("At least one of the pre-conditions you specified did not hold")
        self.fields = {"Condition": condition} if condition else {}


class ObjectBeingWrittenError(ConflictError):
    """Some process is writing to the file right now. The code is one that SDKs answer by trying again."""

    code = "SlowDown"

    def __init__(self, bucket: str, key: str) -> None:
        super().__init__(f"s3://{bucket}/{key} is being written to; please try again")


class StorageError(EmulatorError):
    """The file system refused; its own words are in the message."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = {} if hint is None else {"Hint": hint}


class TooManyOpenFilesError(EmulatorError):
    """So many connections and files are open that the system grants no more. SDKs try again."""

    code = "SlowDown"

    def __init__(self) -> None:
        super().__init__(
            "Please reduce your request rate.",
            hint="this process may open no more files; raise its limit with `ulimit -n`",
        )


class AccessDeniedError(EmulatorError):
    """The file's permissions keep us out."""

    code = "AccessDenied"

    def __init__(self, path: str, doing: str = "read") -> None:
        super().__init__("Access Denied", hint=f"this user may not {doing} {path}")
