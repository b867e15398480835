"""Buckets, with the settings that a template can say; their notifications are said by the functions they run."""

from emulator.cloud import Cloud
from emulator.stacks.export.draft import Draft
from emulator.stacks.resources.bucket_documents import DOCUMENTS

BUCKET = "AWS::S3::Bucket"
_SAID_ELSEWHERE = {
    "BucketPolicy",
    "BucketNotificationConfiguration",
    *(one.setting for one in DOCUMENTS.values() if one.said),
}


def add_buckets(cloud: Cloud, draft: Draft) -> None:
    """
    Add every bucket. One keeps its name that functions are told in a way that no reference can say.

    That is a part of a longer text, or the name of a bucket that runs functions: the bucket is made after them.
    """
    told = [value for one in cloud.functions.list() for value in one.environment.values()]
    buckets, settings = cloud.buckets, cloud.buckets.bucket_settings
    for bucket in buckets.names():
        name = draft.name(BUCKET, bucket, bucket, "Bucket")
        rules = buckets.rules.list(bucket)
        versioning = buckets.versioning(bucket)
        documents = {
            member: document.said(kept)
            for member, document in DOCUMENTS.items()
            if document.said and (kept := settings.get(bucket, document.setting))
        }
        is_told = any(bucket in value and (bucket != value or rules) for value in told)
        draft.add(
            name,
            BUCKET,
            {
                "BucketName": bucket if draft.keeps_names or is_told else None,
                "VersioningConfiguration": {"Status": versioning} if versioning else None,
                **documents,
            },
        )
        for setting in sorted(set(_set_of(cloud, bucket)) - _SAID_ELSEWHERE):
            draft.left_out.append(f"{setting} of the bucket {bucket}")
        draft.left_out += [f"the notification of {bucket} to {rule.target}" for rule in rules if not rule.is_aws]
        if kept := settings.get(bucket, "BucketPolicy"):
            draft.add(
                draft.name("AWS::S3::BucketPolicy", bucket, bucket, "Policy"),
                "AWS::S3::BucketPolicy",
                {"Bucket": draft.ref(BUCKET, bucket), "PolicyDocument": kept["Policy"]},
            )


def _set_of(cloud: Cloud, bucket: str) -> list[str]:
    rows = cloud.database.rows("SELECT name FROM bucket_setting WHERE bucket = ?", bucket)
    return [row["name"] for row in rows]
