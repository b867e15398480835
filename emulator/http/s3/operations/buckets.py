"""Buckets themselves."""

import re
from datetime import UTC, datetime

from emulator.buckets.errors import BucketAlreadyOwnedByYouError
from emulator.errors import InvalidRequestError
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.errors import NotImplementedByS3Error
from emulator.http.s3.operations import setting_checks
from emulator.http.s3.operations.setting_checks import Document
from emulator.http.s3.ownership import ENFORCED, has_grants
from emulator.http.s3.tokens import start_of, token_of
from emulator.settings import ACCOUNT_ID, FIRST_REGION

_REGION = re.compile(r"EU|[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_MOST = 10_000


class InvalidBucketAclError(InvalidRequestError):
    """A new bucket has no ACLs unless it is made with another ownership."""

    code = "InvalidBucketAclWithObjectOwnership"

    def __init__(self) -> None:
        super().__init__("Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")


async def create_bucket(call: Call) -> Output:
    settings = _asked_settings(call)
    try:
        await call.run(call.buckets.create_bucket, call.bucket)
    except BucketAlreadyOwnedByYouError:
        if call.settings.region != FIRST_REGION:  # AWS's oldest region says yes once more
            raise
        settings = {}
    for noun, document in settings.items():
        await call.write(call.buckets.bucket_settings.put, call.bucket, noun, document)
    return {"Location": f"/{call.bucket}", "BucketArn": f"arn:aws:s3:::{call.bucket}"}


def _asked_settings(call: Call) -> dict[str, Document]:
    """Return what the bucket is to be set to from the beginning; raises what AWS says if that will not do."""
    asked = call.asked.get("CreateBucketConfiguration", {})
    if "Bucket" in asked or "Location" in asked:
        raise NotImplementedByS3Error("directory buckets")
    region = asked.get("LocationConstraint")
    # Any but the first is taken: clients are set up for the region they will use on AWS.
    if region and (region == FIRST_REGION or not _REGION.fullmatch(region)):
        raise InvalidRequestError("The specified location-constraint is not valid", code="InvalidLocationConstraint")
    ownership = call.asked.get("ObjectOwnership", ENFORCED)
    if ownership == ENFORCED and (call.asked.get("ACL", "private") != "private" or has_grants(call)):
        raise InvalidBucketAclError
    settings: dict[str, Document] = {}
    if "ObjectOwnership" in call.asked:
        settings["BucketOwnershipControls"] = {"Rules": [{"ObjectOwnership": ownership}]}
    if asked.get("Tags"):
        settings["BucketTagging"] = setting_checks.tagging(call, {"TagSet": asked["Tags"]})
    return settings


async def delete_bucket(call: Call) -> Output:
    await call.run(call.buckets.delete_bucket, call.bucket)
    return {}


async def head_bucket(call: Call) -> Output:
    await call.run(call.buckets.get, call.bucket)
    return {"BucketRegion": call.settings.region, "BucketArn": f"arn:aws:s3:::{call.bucket}"}


async def get_bucket_location(call: Call) -> Output:
    await call.run(call.buckets.get, call.bucket)
    region = call.settings.region
    return {"LocationConstraint": "" if region == FIRST_REGION else region}


async def list_buckets(call: Call) -> Output:
    prefix, token, most = (
        call.asked.get("Prefix", ""),
        call.asked.get("ContinuationToken"),
        call.asked.get("MaxBuckets"),
    )
    after = "" if token is None else start_of(token)
    is_elsewhere = call.asked.get("BucketRegion", call.settings.region) != call.settings.region
    known = [] if is_elsewhere else await call.run(call.buckets.list)
    found = [bucket for bucket in known if bucket.name.startswith(prefix) and bucket.name > after]
    shown = found[: _MOST if most is None else most]
    output = {
        "Buckets": [
            {
                "Name": bucket.name,
                "CreationDate": datetime.fromtimestamp(int(bucket.created_at.timestamp()), UTC),
                "BucketRegion": call.settings.region,
                "BucketArn": f"arn:aws:s3:::{bucket.name}",
            }
            for bucket in shown
        ],
        "Owner": {"ID": ACCOUNT_ID},
    }
    if len(found) > len(shown):
        output["ContinuationToken"] = token_of(shown[-1].name)
    if prefix:
        output["Prefix"] = prefix
    return output


OPERATIONS: dict[str, Handler] = {
    "CreateBucket": create_bucket,
    "DeleteBucket": delete_bucket,
    "GetBucketLocation": get_bucket_location,
    "HeadBucket": head_bucket,
    "ListBuckets": list_buckets,
}
