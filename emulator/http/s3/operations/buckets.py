"""Buckets themselves."""

from datetime import UTC, datetime

from emulator.buckets.errors import BucketAlreadyOwnedByYouError
from emulator.errors import InvalidRequestError
from emulator.http.s3.call import Call, Handler, Output
from emulator.settings import ACCOUNT_ID, FIRST_REGION


async def create_bucket(call: Call) -> Output:
    # Any other region is taken: clients are set up for the region they will use on AWS.
    if call.asked.get("CreateBucketConfiguration", {}).get("LocationConstraint") == FIRST_REGION:
        raise InvalidRequestError("The specified location-constraint is not valid", code="InvalidLocationConstraint")
    try:
        await call.run(call.buckets.create_bucket, call.bucket)
    except BucketAlreadyOwnedByYouError:
        if call.settings.region != FIRST_REGION:  # AWS's oldest region says yes once more
            raise
    return {"Location": f"/{call.bucket}", "BucketArn": f"arn:aws:s3:::{call.bucket}"}


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
    prefix, after = call.asked.get("Prefix", ""), call.asked.get("ContinuationToken", "")
    most = call.asked.get("MaxBuckets", 10_000)
    found = [
        bucket for bucket in await call.run(call.buckets.list) if bucket.name.startswith(prefix) and bucket.name > after
    ]
    shown = found[:most]
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
        output["ContinuationToken"] = shown[-1].name
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
