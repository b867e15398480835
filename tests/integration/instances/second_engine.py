"""An engine that a test may stop and kill: in a network namespace of its own, since two cannot share one."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import wait_for

_PROCESSES = Path("/proc")


class SecondEngine:
    """A dockerd with a folder of its own, below one that is short enough for sockets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._namespace = f"cloudlet-{folder.name[-8:]}"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/engine.sock"

    def start(self) -> None:
        """Return when it answers."""
        words = (
            *("nsenter", f"--net=/run/netns/{self._namespace}", "dockerd", "--host", self.url),
            *("--data-root", f"{self._folder}/data", "--exec-root", f"{self._folder}/exec"),
            *("--pidfile", f"{self._folder}/engine.pid"),
        )
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: self._docker("info").returncode == 0, deadline_seconds=120, pause_seconds=0.2)

    def stop(self) -> None:
        """Shut it down in order, and wait for that."""
        self._signal(self._processes("dockerd"), signal.SIGTERM)
        wait_for(lambda: not self._processes("dockerd"), deadline_seconds=120)
        self._reap()

    def kill(self) -> None:
        """End it, and what runs its containers, without a word: a power cut."""
        self._signal(self._processes(""), signal.SIGKILL)
        wait_for(lambda: not self._processes(""), deadline_seconds=60)
        self._reap()
        for left in (self._folder / "engine.pid", self._folder / "exec/containerd/containerd.pid"):
            left.unlink(missing_ok=True)

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()

    def load(self, tags: Sequence[str]) -> None:
        """Take images over from the first engine."""
        with subprocess.Popen(("docker", "save", *tags), stdout=subprocess.PIPE) as saving:
            subprocess.run(
                ("docker", "--host", self.url, "load"), stdin=saving.stdout, check=True, stdout=subprocess.DEVNULL
            )

    def restart_container(self, container_id: str) -> None:
        """Restart one of its containers behind everybody's back."""
        assert self._docker("restart", "--time", "0", container_id).returncode == 0

    def open(self) -> None:
        """Make the network that it runs in."""
        subprocess.run(("ip", "netns", "add", self._namespace), check=True)
        subprocess.run(("ip", "-n", self._namespace, "link", "set", "lo", "up"), check=True)

    def close(self) -> None:
        """End it and remove everything."""
        found = self._docker("ps", "--all", "--quiet").stdout.split()
        if found:
            self._docker("rm", "--force", "--volumes", *found)
        self.kill()
        subprocess.run(("ip", "netns", "delete", self._namespace), check=True)
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for mount in sorted((one for one in mounts if one.startswith(str(self._folder))), reverse=True):
            subprocess.run(("umount", "--lazy", mount), check=False)
        shutil.rmtree(self._folder)

    def _docker(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ("docker", "--host", self.url, *words), capture_output=True, text=True, check=False, timeout=120
        )

    def _processes(self, program: str) -> list[int]:
        """Return those of its processes, by the folder in their command line, whose program is *program*."""
        found = []
        for process in _PROCESSES.glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if str(self._folder) in " ".join(words[1:]) and program in words[0]:
                    found.append(int(process.name))
        return found

    @staticmethod
    def _signal(processes: Sequence[int], number: signal.Signals) -> None:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        time.sleep(0.1)


@contextmanager
def second_engine() -> Iterator[SecondEngine]:
    """Yield an engine that runs, without images."""
    engine = SecondEngine(Path(tempfile.mkdtemp(prefix="engine-")))
    engine.open()
    try:
        engine.start()
        yield engine
    finally:
        engine.close()
