"""The interface container: the image it is made of and the command that runs in it.

The container needs the capability NET_ADMIN and the instance's interface folder at /run/cloudlet. No machine may join
its network before `wait_applied` has returned: until then it may still be open, or without its address.
"""

from pathlib import Path

INTERFACE_DEFINITIONS = Path(__file__).with_name("interface_image")
"""Holds the AMI definition that the image is built from, as instances' images are."""

INTERFACE_AMI = "interface"
"""What the definition is called."""

INTERFACE_COMMAND = ("/bin/sh", "/opt/cloudlet/interface.sh")
