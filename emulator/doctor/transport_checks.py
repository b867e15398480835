"""How functions reach the server: which of the two ways is in use, and why."""

import http.client
import json

from emulator import own_paths
from emulator.cloud import Cloud
from emulator.doctor.check import Check
from emulator.functions.workers.transport.choice import Choice, Memory, Transport, boot_id
from emulator.functions.workers.transport.transports import forced_choice
from emulator.home import Home

_NAME = "worker transport"
_ANSWER_SECONDS = 5.0


def examine_transport(cloud: Cloud) -> list[Check]:
    """Return what the running server says, else what the next one will do; nothing is tried here."""
    if choice := _in_use(cloud.home):
        return [check_transport(choice, cloud.settings.vpc_cidr)]
    if forced := forced_choice(cloud.settings):
        return [check_transport(forced, cloud.settings.vpc_cidr)]
    if found := Memory(cloud.home.worker_transport_file, str(cloud.engine.url), boot_id()).recall():
        known = Choice(found.transport, f"{found.reason}, when a server last started")
        return [check_transport(known, cloud.settings.vpc_cidr)]
    return [Check.ok(_NAME, "not tried since this machine was booted: `cloudlet start` finds out")]


def check_transport(choice: Choice, vpc_cidr: str) -> Check:
    """Say what *choice* means; that functions do without TCP is well, but instances cannot."""
    if choice.transport is Transport.TCP:
        return Check.ok(_NAME, f"tcp: {choice.reason}")
    fact = f"unix, a mounted socket: {choice.reason}"
    if choice.reason.startswith("CLOUDLET_"):
        return Check.ok(_NAME, fact)
    return Check.warn(
        _NAME,
        fact,
        "functions work as they are; for instances to reach the endpoint, let the firewall accept what comes from "
        f"{vpc_cidr}, such as with `sudo ufw allow from {vpc_cidr}`",
    )


def _in_use(home: Home) -> Choice | None:
    """Return what the server of *home* uses; None if none runs, or it does not know yet."""
    try:
        left = json.loads(home.server_file.read_text())
        connection = http.client.HTTPConnection("127.0.0.1", int(left["port"]), timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", own_paths.STATUS)
            facts = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if facts["home"] != str(home.root) or not facts["worker_transport"]:
            return None
        return Choice(Transport(facts["worker_transport"]["transport"]), str(facts["worker_transport"]["reason"]))
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return None
