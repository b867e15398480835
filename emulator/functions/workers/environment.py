"""The environment variables of a handler, as AWS gives them. Pure.

What a user may not set is laid over what he may, and that over what he may extend, such as PATH.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.functions.definition import Function
from emulator.settings import Settings

LOG_DESCRIPTOR = "3"
"""Where a runtime client of AWS's writes what goes through `logging`: an event a frame."""

_XRAY_ADDRESS, _XRAY_PORT = "169.254.100.1", "2000"  # where nothing listens here, and on AWS the daemon
_LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
_PROGRAMS = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"

_OF_A_ROLE = {
    "AWS_ACCESS_KEY_ID": "ASIACLOUDLET00000000",
    "AWS_SECRET_ACCESS_KEY": "cloudlet",
    "AWS_SESSION_TOKEN": "cloudlet",
}
"""Temporary ones, as on AWS; good for nothing where signatures are looked at."""


@dataclass(frozen=True)
class Surroundings:
    """What is the same for all workers of a server."""

    region: str
    endpoint: str
    """Where a worker finds the S3 endpoint: a URL as seen from inside."""
    credentials: Mapping[str, str] = field(default_factory=lambda: dict(_OF_A_ROLE))
    """What handlers sign with, as AWS's variables."""


def worker_environment(
    function: Function,
    surroundings: Surroundings,
    runtime_api: str,
    log_stream: str,
    initialization: str = "on-demand",
) -> dict[str, str]:
    """Return the environment that AWS gives a handler, the user's own variables, and where our endpoint is."""
    return {
        "AWS_ENDPOINT_URL": surroundings.endpoint,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": f"{_XRAY_ADDRESS}:{_XRAY_PORT}",
        **_of_runtime(function),
        **function.environment,
        **surroundings.credentials,
        "AWS_REGION": surroundings.region,
        "AWS_DEFAULT_REGION": surroundings.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        **_logging(function),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "_AWS_XRAY_DAEMON_ADDRESS": _XRAY_ADDRESS,
        "_AWS_XRAY_DAEMON_PORT": _XRAY_PORT,
        "TZ": ":UTC",
        **_places(function),
    }


def surroundings_of(settings: Settings, endpoint: str) -> Surroundings:
    """Return those of a server at *endpoint*; where it requires signatures, handlers have what it requires."""
    if not settings.require_auth:
        return Surroundings(settings.region, endpoint)
    signing = {"AWS_ACCESS_KEY_ID": settings.access_key_id, "AWS_SECRET_ACCESS_KEY": settings.secret_access_key}
    return Surroundings(settings.region, endpoint, signing)


def _of_runtime(function: Function) -> dict[str, str]:
    """Return what a user may extend; a container image says these things itself."""
    if function.package_type == "Image":
        return {}
    given = {"LANG": "en_US.UTF-8", "PATH": _PROGRAMS, "LD_LIBRARY_PATH": _LIBRARIES}
    if function.runtime.startswith("python"):
        return {**given, "LC_CTYPE": "C.UTF-8", "PYTHONPATH": "/var/runtime"}
    if function.runtime.startswith("nodejs"):
        version = function.runtime.removesuffix(".x").replace("nodejs", "node")
        modules = (f"/opt/nodejs/{version}/node_modules", "/opt/nodejs/node_modules", "/var/runtime/node_modules")
        return {**given, "NODE_PATH": ":".join((*modules, "/var/runtime", "/var/task"))}
    return given


def _places(function: Function) -> dict[str, str]:
    """Return where things are and what is run; in a container image nobody but the image knows."""
    if function.package_type == "Image":
        return {"AWS_EXECUTION_ENV": "AWS_Lambda_Image"}
    execution = (
        {} if function.runtime.startswith("provided") else {"AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}"}
    )
    # Else each line of a traceback would be an event. The client takes the variable away before a handler is loaded.
    framed = {"_LAMBDA_TELEMETRY_LOG_FD": LOG_DESCRIPTOR} if function.runtime.startswith("python") else {}
    return {
        **execution,
        **framed,
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PWD": "/var/task",
        "SHLVL": "0",
        "_HANDLER": function.handler,
    }


def _logging(function: Function) -> dict[str, str]:
    """Tell the runtime client in which form to log, and from which level on; text has no levels."""
    logging = function.logging
    if logging.format.upper() != "JSON":
        return {}
    return {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": logging.application_level or "INFO"}
