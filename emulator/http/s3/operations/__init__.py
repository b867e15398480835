"""The operations, one module each. To add one: write its module, and name it here."""

from emulator.http.s3.operations import (
    copy_object,
    create_bucket,
    delete_bucket,
    delete_object,
    delete_objects,
    get_bucket_location,
    get_object,
    head_bucket,
    head_object,
    list_buckets,
    list_objects,
    list_objects_v2,
    put_object,
)

OPERATIONS = (
    list_buckets.OPERATION,
    create_bucket.OPERATION,
    head_bucket.OPERATION,
    delete_bucket.OPERATION,
    get_bucket_location.OPERATION,
    list_objects.OPERATION,
    list_objects_v2.OPERATION,
    put_object.OPERATION,
    copy_object.OPERATION,
    get_object.OPERATION,
    head_object.OPERATION,
    delete_object.OPERATION,
    delete_objects.OPERATION,
)
