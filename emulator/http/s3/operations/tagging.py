"""The tags of objects and of their versions."""

from emulator.buckets.tags import tag_set_of, tags_of_set
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.descriptions import version_of


async def get_object_tagging(call: Call) -> Output:
    stored = await call.run(call.buckets.objects.head, call.bucket, call.key, call.version_id)
    return {"TagSet": tag_set_of(stored.description.tags), **version_of(call, stored)}


async def put_object_tagging(call: Call) -> Output:
    return await _set(call, tags_of_set(call.asked["Tagging"]["TagSet"]))


async def delete_object_tagging(call: Call) -> Output:
    return await _set(call, None)


async def _set(call: Call, tags: dict[str, str] | None) -> Output:
    stored = await call.write(
        call.buckets.objects.set_tags, call.bucket, call.key, tags, call.version_id, origin=call.origin
    )
    return version_of(call, stored)


OPERATIONS: dict[str, Handler] = {
    "DeleteObjectTagging": delete_object_tagging,
    "GetObjectTagging": get_object_tagging,
    "PutObjectTagging": put_object_tagging,
}
