"""`cloudlet status`: one screen of what there is."""

from collections.abc import Mapping
from typing import Any

from cli.output import Answer, printable
from cli.server import find_server
from emulator.cloud import Cloud
from emulator.errors import EngineError
from emulator.instances import InstanceState
from emulator.units import format_bytes
from emulator.usage.disk import Used, disk_used


def overview(cloud: Cloud) -> Answer:
    """Return what is up; an engine that does not answer is a line, not an error."""
    server = find_server(cloud.home)
    facts = server.status() if server else {}
    running, stopped, engine = 0, 0, "does not answer: see `cloudlet doctor`"
    try:
        states = [instance.state for instance in cloud.instances.describe()]
        running = states.count(InstanceState.RUNNING)
        stopped = states.count(InstanceState.STOPPED)
        engine = cloud.engine.url or "none"
    except EngineError:
        pass
    queue, totals = cloud.queue.counts(), cloud.buckets.totals()
    disk = disk_used(cloud.home, totals)
    document = {
        "home": str(cloud.home.root),
        "pid": facts.get("pid"),
        "port": facts.get("port"),
        "endpoint": facts.get("endpoint"),
        "vpc_endpoint": facts.get("vpc_endpoint"),
        "worker_transport": facts.get("worker_transport"),
        "engine": engine,
        "instances": {"running": running, "stopped": stopped},
        "functions": len(cloud.functions.list()),
        "buckets": len(cloud.buckets.list()),
        "objects": totals.objects,
        "object_bytes": totals.bytes,
        "queue": queue,
        "disk_bytes": {name: used.bytes for name, used in disk.items()},
        "disk_at_least": [name for name, used in disk.items() if not used.is_whole],
        "troubles": facts.get("troubles", {}),
    }
    return Answer(
        document,
        columns=("WHAT", "HOW IT IS"),
        rows=[
            ("home", document["home"]),
            ("engine", engine),
            ("server", f"{facts['endpoint']} (pid {facts['pid']})" if server else "not running: `cloudlet start`"),
            *_transport_row(facts),
            ("instances", f"{running} running, {stopped} stopped"),
            ("functions", document["functions"]),
            ("buckets", f"{document['buckets']} ({totals.objects} objects, {format_bytes(totals.bytes)})"),
            ("queue", ", ".join(f"{count} {state}" for state, count in queue.items())),
            ("disk", _disk(disk)),
            *((name, f"does not get on: {printable(why)}") for name, why in document["troubles"].items()),
        ],
    )


def _disk(disk: Mapping[str, Used]) -> str:
    return ", ".join(
        f"{name} {'' if used.is_whole else 'at least '}{format_bytes(used.bytes)}" for name, used in disk.items()
    )


def _transport_row(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Say how workers reach the server, where it is not as usual."""
    choice = facts.get("worker_transport")
    if not choice or choice["transport"] == "tcp":
        return []
    return [("workers", f"reach the server through a mounted {choice['transport']} socket: {choice['reason']}")]
