"""How far a token travels, read from the packets that carry it."""

import json

from emulator.cloud import Cloud
from tests.integration.instances.conftest import Machine, cloudlet, launch

_READ_TTL = """
import http.client, socket, sys

packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
packets.bind(("lo", 0))
packets.settimeout(30)
connection = http.client.HTTPConnection("169.254.169.254", timeout=30)
connection.request(sys.argv[1], sys.argv[2], headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
connection.getresponse().read()
while True:
    packet, (_, _, kind, *_) = packets.recvfrom(65536)
    segment = packet[(packet[0] & 15) * 4 :]
    content = segment[(segment[12] >> 4) * 4 :]
    if kind == socket.PACKET_HOST and packet[12:16] == bytes([169, 254, 169, 254]) and content.startswith(b"HTTP/"):
        print(packet[8])
        break
"""


def hops(machine: Machine, method: str, path: str) -> int:
    """Return how many hops the packet may make that answers a request for metadata."""
    return int(machine.says("python3", "-c", _READ_TTL, method, path))


def test_a_token_travels_as_far_as_the_instance_was_told_and_no_farther(cloud: Cloud) -> None:
    """One hop, so that no router inside passes it on; a container inside needs two. Other answers go anywhere."""
    (machine,) = launch(cloud, "base", "t3.nano")
    words = ("ec2", "modify-instance-metadata-options", "--instance-id", machine.id)
    token, other = ("PUT", "/latest/api/token"), ("GET", "/latest/meta-data/instance-id")

    assert hops(machine, *token) == 1
    changed = cloudlet(cloud, *words, "--http-put-response-hop-limit", "3", "--output", "json")

    assert json.loads(changed.stdout)["InstanceMetadataOptions"]["HttpPutResponseHopLimit"] == 3
    assert hops(machine, *token) == 3
    assert hops(machine, *other) > 3
