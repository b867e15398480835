"""The operations of S3 that are served, by the names of their commands: what each does, and an example."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What a command's help says."""

    summary: str
    example: str
    """What follows the command's name, if it begins with `--bucket raw`."""


def _setting(noun: str, *, put: str, names: str) -> dict[str, Row]:
    """Return the commands for a setting of buckets that can be put, seen and deleted, by *names*: GET PUT DELETE."""
    verbs = {"get": ("Show", ""), "put": ("Set", put), "delete": ("Delete", "")}
    return {
        name: Row(f"{verbs[verb][0]} a bucket's {noun}", verbs[verb][1])
        for name in names.split()
        for verb in [name.partition("-")[0]]
    }


def _configurations(kind: str, noun: str, put: str) -> dict[str, Row]:
    """Return the commands for settings of which a bucket has many, each with an id."""
    name = f"bucket-{kind}-configuration"
    return {
        f"put-{name}": Row(f"Set one of a bucket's {noun}", f"--id all {put}"),
        f"get-{name}": Row(f"Show one of a bucket's {noun}", "--id all"),
        f"list-{name}s": Row(f"List a bucket's {noun}", ""),
        f"delete-{name}": Row(f"Delete one of a bucket's {noun}", "--id all"),
    }


_OBJECT = "--key a.csv"
_UPLOAD = "--key big.bin --upload-id ID"

COMMANDS: dict[str, Row] = {
    "list-buckets": Row("List buckets", ""),
    "create-bucket": Row("Make a bucket", ""),
    "head-bucket": Row("Tell whether a bucket is there", ""),
    "delete-bucket": Row("Delete an empty bucket", ""),
    "get-bucket-location": Row("Show the region that a bucket was made for", ""),
    "put-object": Row("Store an object: a file's content, under a key", f"{_OBJECT} --body a.csv --metadata k=v"),
    "get-object": Row("Write an object to a file, and show what is known of it", f"{_OBJECT} out.csv"),
    "head-object": Row("Show what is known of an object", _OBJECT),
    "get-object-attributes": Row(
        "Show an object's checksum, parts and size", f"{_OBJECT} --object-attributes ETag ObjectSize"
    ),
    "copy-object": Row("Copy an object", "--key b.csv --copy-source raw/a.csv"),
    "delete-object": Row("Delete an object, or a version of it", _OBJECT),
    "delete-objects": Row("Delete up to a thousand objects", "--delete 'Objects=[{Key=a.csv},{Key=b.csv}]'"),
    "list-objects-v2": Row("List objects", "--prefix in/ --max-items 10"),
    "list-objects": Row("List objects as of old", "--prefix in/"),
    "list-object-versions": Row("List the versions of objects", "--prefix in/"),
    "restore-object": Row("Ask for an archived object", f"{_OBJECT} --restore-request Days=1"),
    **{
        f"{verb}-object-tagging": Row(f"{word} an object's tags", f"{_OBJECT}{more}")
        for verb, word, more in (
            ("put", "Set", " --tagging 'TagSet=[{Key=team,Value=data}]'"),
            ("get", "Show", ""),
            ("delete", "Delete", ""),
        )
    },
    "put-object-acl": Row("Set who may use an object", f"{_OBJECT} --acl private"),
    "get-object-acl": Row("Show who may use an object", _OBJECT),
    "create-multipart-upload": Row("Begin an upload in parts", "--key big.bin"),
    "upload-part": Row("Send a part of an upload", f"{_UPLOAD} --part-number 1 --body part1"),
    "upload-part-copy": Row(
        "Make a part of an upload from an object", f"{_UPLOAD} --part-number 1 --copy-source raw/a.csv"
    ),
    "list-parts": Row("List the parts of an upload", _UPLOAD),
    "list-multipart-uploads": Row("List uploads that are under way", ""),
    "complete-multipart-upload": Row(
        "Make an object of the parts of an upload", f"{_UPLOAD} --multipart-upload file://parts.json"
    ),
    "abort-multipart-upload": Row("End an upload, and drop its parts", _UPLOAD),
    **_setting(
        "notifications",
        put="--notification-configuration file://notifications.json",
        names="put-bucket-notification-configuration get-bucket-notification-configuration",
    ),
    **_setting(
        "versioning",
        put="--versioning-configuration Status=Enabled",
        names="put-bucket-versioning get-bucket-versioning",
    ),
    **_setting(
        "lifecycle rules",
        put="--lifecycle-configuration file://rules.json",
        names="put-bucket-lifecycle-configuration get-bucket-lifecycle-configuration delete-bucket-lifecycle",
    ),
    **_setting(
        "policy",
        put="--policy file://policy.json",
        names="put-bucket-policy get-bucket-policy delete-bucket-policy",
    ),
    "get-bucket-policy-status": Row("Tell whether a bucket's policy makes it public", ""),
    **_setting(
        "tags",
        put="--tagging 'TagSet=[{Key=team,Value=data}]'",
        names="put-bucket-tagging get-bucket-tagging delete-bucket-tagging",
    ),
    **_setting(
        "rules for pages of other origins",
        put="--cors-configuration file://cors.json",
        names="put-bucket-cors get-bucket-cors delete-bucket-cors",
    ),
    **_setting(
        "web site",
        put="--website-configuration 'IndexDocument={Suffix=index.html}'",
        names="put-bucket-website get-bucket-website delete-bucket-website",
    ),
    **_setting(
        "encryption",
        put="--server-side-encryption-configuration file://encryption.json",
        names="put-bucket-encryption get-bucket-encryption delete-bucket-encryption",
    ),
    **_setting("access list", put="--acl private", names="put-bucket-acl get-bucket-acl"),
    **_setting(
        "block on public access",
        put="--public-access-block-configuration BlockPublicAcls=true",
        names="put-public-access-block get-public-access-block delete-public-access-block",
    ),
    **_setting(
        "ownership of objects",
        put="--ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'",
        names="put-bucket-ownership-controls get-bucket-ownership-controls delete-bucket-ownership-controls",
    ),
    **_setting(
        "replication",
        put="--replication-configuration file://replication.json",
        names="put-bucket-replication get-bucket-replication delete-bucket-replication",
    ),
    **_setting(
        "access log",
        put="--bucket-logging-status file://logging.json",
        names="put-bucket-logging get-bucket-logging",
    ),
    **_setting(
        "transfer acceleration",
        put="--accelerate-configuration Status=Enabled",
        names="put-bucket-accelerate-configuration get-bucket-accelerate-configuration",
    ),
    **_setting(
        "payer of requests",
        put="--request-payment-configuration Payer=BucketOwner",
        names="put-bucket-request-payment get-bucket-request-payment",
    ),
    **_setting("access by tags", put="--abac-status Status=Enabled", names="put-bucket-abac get-bucket-abac"),
    **_setting(
        "locking of objects",
        put="--object-lock-configuration ObjectLockEnabled=Enabled",
        names="put-object-lock-configuration get-object-lock-configuration",
    ),
    **_configurations("analytics", "analyses", "--analytics-configuration file://analysis.json"),
    **_configurations("intelligent-tiering", "tierings", "--intelligent-tiering-configuration file://tiering.json"),
    **_configurations("inventory", "inventories", "--inventory-configuration file://inventory.json"),
    **_configurations("metrics", "metrics", "--metrics-configuration Id=all"),
}
