"""An instance that never was, for tests to look at what would be told about it."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from emulator.metadata import InstanceFacts, LoginKey, NamedGroup, mac_for

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJtnkUPjqHcHGiOyXzoeqAyGVtzWjyLVMGEKPSAgZ3+T my-key"
USER_DATA = b"#!/bin/sh\necho \xff\x00 hello\n"

FACTS = InstanceFacts(
    instance_id="i-0123456789abcdef0",
    image_id="ami-0123456789abcdef1",
    instance_type="t3.micro",
    reservation_id="r-0123456789abcdef2",
    launch_index=3,
    launch_time=datetime(2026, 11, 23, 10, 20, 30, 987_000, tzinfo=UTC),
    region="us-east-1",
    availability_zone="us-east-1b",
    availability_zone_id="use1-az2",
    private_ip="172.31.16.9",
    private_dns_name="ip-172-31-16-9.ec2.internal",
    mac=mac_for("172.31.16.9"),
    interface_id="eni-0123456789abcdef3",
    subnet_id="subnet-0123456789abcdef4",
    subnet_cidr="172.31.16.0/20",
    vpc_id="vpc-0123456789abcdef5",
    vpc_cidr="172.31.0.0/16",
    architecture="x86_64",
    security_groups=(NamedGroup("sg-0123456789abcdef6", "default"), NamedGroup("sg-0123456789abcdef7", "web")),
    tags={"Name": "web", "stage": "test", "mail:owner": "a@b"},
)

FULL = dataclasses.replace(
    FACTS,
    key=LoginKey("my-key", PUBLIC_KEY),
    user_data=USER_DATA,
    role="reader",
    public_ip="127.0.0.1",
    public_dns_name="localhost",
)


def with_options(facts: InstanceFacts, **options: Any) -> InstanceFacts:
    """Return *facts* with other metadata options."""
    return dataclasses.replace(facts, options=dataclasses.replace(facts.options, **options))
