"""Whether a bucket keeps versions."""

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.http.s3.call import Call, Handler, Output


class MfaRequiredError(EmulatorError):
    """Nobody here has a device that makes codes; HTTP 403."""

    code = "AccessDenied"

    def __init__(self) -> None:
        super().__init__("Mfa Authentication must be used for this request")


async def get_bucket_versioning(call: Call) -> Output:
    status = await call.run(call.buckets.versioning, call.bucket)
    return {"Status": status} if status else {}


async def put_bucket_versioning(call: Call) -> Output:
    asked = call.asked["VersioningConfiguration"]
    if asked.get("MFADelete") == "Enabled":
        raise MfaRequiredError
    if "Status" not in asked:
        raise InvalidRequestError(
            "The Versioning element must be specified", code="IllegalVersioningConfigurationException"
        )
    await call.write(call.buckets.set_versioning, call.bucket, asked["Status"])
    return {}


OPERATIONS: dict[str, Handler] = {
    "GetBucketVersioning": get_bucket_versioning,
    "PutBucketVersioning": put_bucket_versioning,
}
