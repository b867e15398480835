"""`cloudlet status`: one screen of what there is."""

from typing import Any

from cli.output import Answer, printable
from cli.server import find_server
from emulator.cloud import Cloud
from emulator.errors import EngineError
from emulator.instances import InstanceState


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
    queue = cloud.queue.counts()
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
        "queue": queue,
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
            ("buckets", document["buckets"]),
            ("queue", ", ".join(f"{count} {state}" for state, count in queue.items())),
            *((name, f"does not get on: {printable(why)}") for name, why in document["troubles"].items()),
        ],
    )


def _transport_row(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Say how workers reach the server, where it is not as usual."""
    choice = facts.get("worker_transport")
    if not choice or choice["transport"] == "tcp":
        return []
    return [("workers", f"reach the server through a mounted {choice['transport']} socket: {choice['reason']}")]
