"""The interface container: the image it is made of and the command that runs in it.

The container needs the capability NET_ADMIN and the instance's interface folder at /run/cloudlet. A machine that joins
its network must begin with WAIT_FOR_INTERFACE: until then the network may still be open, or without the address.
"""

from pathlib import Path

INTERFACE_DEFINITIONS = Path(__file__).with_name("interface_image")
"""Holds the AMI definition that the image is built from, as instances' images are."""

INTERFACE_AMI = "interface"
"""What the definition is called."""

INTERFACE_COMMAND = ("/bin/sh", "/opt/cloudlet/interface.sh")

WAIT_FOR_INTERFACE = "until grep -qsF 169.254.169.254 /proc/net/fib_trie; do sleep 0.01; done"
"""A shell's command that ends when the interface is ready, however machine and interface came to be started."""
