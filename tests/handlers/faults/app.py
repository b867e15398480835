"""One handler for each way in which a function can end."""

import os
import sys
import time


def good(event, context):
    return {"ok": True}


def does(event, context):
    """Do what the event asks for: one version of a function can then do one thing after the other."""
    return globals()[event["do"]](event, context)


def nothing(event, context):
    return None


def raises(event, context):
    raise ValueError("Handler fails")


def exits(event, context):
    sys.exit(1)


def exits_hard(event, context):
    os._exit(0)


def exits_with_status(event, context):
    os._exit(7)


def segfaults(event, context):
    import ctypes

    ctypes.string_at(0)


def hangs(event, context):
    print("about to hang")
    time.sleep(3600)


def eats_memory(event, context):
    hoard = []
    while True:
        hoard.append(b"x" * (16 * 1024 * 1024))


def unserialisable(event, context):
    return {1, 2, 3}


def too_much(event, context):
    return "x" * 7_000_000


def forks(event, context):
    pids = []
    try:
        for _ in range(5000):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            pids.append(pid)
    except OSError:
        for pid in pids:
            os.kill(pid, 9)
        return {"stopped_at": len(pids)}
    return {"stopped_at": None}


def burns(event, context):
    """Use the processor for as long as is asked; return how much of it was given."""
    began, used = time.monotonic(), time.process_time()
    while time.monotonic() - began < event["seconds"]:
        pass
    return {"share": (time.process_time() - used) / (time.monotonic() - began)}


def writes(event, context):
    """Try to write where a handler may and may not."""
    outcome = {}
    for path in ("/tmp/mine", "/var/task/mine", "/opt/mine", "/etc/mine"):
        try:
            with open(path, "w") as file:
                file.write("x")
            outcome[path] = "written"
        except OSError as error:
            outcome[path] = type(error).__name__
    return outcome


def talks(event, context):
    print("one line")
    sys.stderr.write("another\n")
    os.write(1, b"no newline at its end")
    return os.getpid()


_seen = 0


def counts(event, context):
    """Count the invocations of one worker."""
    global _seen
    _seen += 1
    return _seen


_gaps = []


def ticks(event, context):
    """Leave a thread running that notes how long it stood still; return the longest time so far."""
    import threading

    def tick():
        last = time.monotonic()
        while True:
            time.sleep(0.02)
            now = time.monotonic()
            _gaps.append(now - last)
            last = now

    if not _gaps:
        threading.Thread(target=tick, daemon=True).start()
    time.sleep(0.1)
    return {"longest_gap": max(_gaps)}


def opens_files(event, context):
    files = []
    while len(files) < 10_000:
        files.append(open("/dev/null"))
    return len(files)


def ignores_sigterm(event, context):
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)


def talks_without_end(event, context):
    """Print as many megabytes as asked."""
    line = "x" * 1023 + "\n"
    for _ in range(event["megabytes"]):
        sys.stdout.write(line * 1024)
    return {"printed": event["megabytes"]}


def answers_half(event, context):
    """Send the first half of an answer over a connection of its own, and end."""
    import http.client

    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.putrequest("POST", f"/2018-06-01/runtime/invocation/{context.aws_request_id}/response")
    connection.putheader("Content-Length", "1000")
    connection.endheaders()
    connection.send(b'{"half": "')
    time.sleep(0.2)
    os._exit(3)


def sleeps(event, context):
    """Wait as long as is asked."""
    print("sleeping")
    time.sleep(event["seconds"])


def tells_its_start(event, context):
    return {"type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "worker": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}


def signals_itself(event, context):
    os.kill(os.getpid(), int(os.environ["SIGNAL"]))
    time.sleep(3600)


def aborts(event, context):
    os.abort()


def leaves_orphans(event, context):
    """Have grandchildren end after their parents; return how many of them nobody buried in ten seconds."""
    for _ in range(5):
        child = os.fork()
        if child == 0:
            if os.fork() == 0:
                time.sleep(0.1)
            os._exit(0)
        os.waitpid(child, 0)
    until = time.monotonic() + 10
    while _ended_and_not_buried() or time.monotonic() < until - 9:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return {"orphans": _ended_and_not_buried(), "pid": os.getpid()}


def _ended_and_not_buried():
    count = 0
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/stat") as file:
                count += file.read().rpartition(") ")[2].startswith("Z")
        except FileNotFoundError:
            pass
    return count


def holds(event, context):
    """Use at least as many megabytes as is asked, and end without an answer."""
    hoard = b"x" * (event["megabytes"] * 1024 * 1024)
    os._exit(len(hoard) % 2)
