"""One home: every path that cloudlet reads or writes, spelled once. Nothing is written elsewhere unasked."""

import contextlib
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder of one small cloud. Two homes on one engine never see each other's containers."""

    root: Path

    @property
    def id(self) -> str:
        """Return what labels this home's containers: drawn from its path, so that a lost home finds them again."""
        return hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]

    @property
    def state_file(self) -> Path:
        """The SQLite file: all that neither the engine nor a folder can hold."""
        return self.root / "state.db"

    @property
    def buckets(self) -> Path:
        """One folder a bucket, one file an object."""
        return self.root / "s3"

    @property
    def staging(self) -> Path:
        """Objects on their way in: on the buckets' file system, so that a rename puts them in place."""
        return self.root / "staging"

    @property
    def blobs(self) -> Path:
        """Bytes of objects that no bucket's folder shows."""
        return self.root / "blobs"

    @property
    def functions(self) -> Path:
        """Deployed code, a folder a function."""
        return self.root / "functions"

    def function_codes(self, name: str) -> Path:
        """A folder a content that the function called *name* has, or had until lately."""
        return self.functions / name

    def function_code(self, name: str, code_id: str) -> Path:
        """What one or more of its versions run."""
        return self.function_codes(name) / code_id

    @property
    def layers(self) -> Path:
        """What functions share."""
        return self.root / "layers"

    @property
    def layer_contents(self) -> Path:
        """What is in layers, a folder a content."""
        return self.layers / "contents"

    @property
    def layer_combinations(self) -> Path:
        """Several contents laid over each other, a folder a combination."""
        return self.layers / "combined"

    @property
    def cache(self) -> Path:
        """Any of it may be deleted and is made again."""
        return self.root / "cache"

    @property
    def dependencies(self) -> Path:
        """Installed requirements, a folder a hash; any of it may be deleted and is made again."""
        return self.cache / "dependencies"

    @property
    def logs(self) -> Path:
        """Plain text for people, laid out as CloudWatch's log groups are."""
        return self.root / "logs"

    @property
    def server_log(self) -> Path:
        return self.logs / "server.log"

    @property
    def pipes(self) -> Path:
        """Named pipes through which workers write their output."""
        return self.root / "run" / "pipes"

    @property
    def holders(self) -> Path:
        """Sockets at which a server meets the holders that have this folder mounted."""
        return self.root / "run" / "holders"

    @property
    def worker_transport_file(self) -> Path:
        """What was found about the way between workers and this machine, as JSON."""
        return self.root / "run" / "transport.json"

    @property
    def server_lock(self) -> Path:
        """Locked for as long as a server runs here."""
        return self.root / "run" / "server.lock"

    @property
    def server_file(self) -> Path:
        """Where the running server says its pid and port, as JSON."""
        return self.root / "run" / "server.json"

    @property
    def user_amis(self) -> Path:
        return self.root / "amis"

    @property
    def instances(self) -> Path:
        """A folder an instance, with what its containers see of this machine."""
        return self.root / "instances"

    @property
    def volumes(self) -> Path:
        """A folder a volume that is attached to nothing; an attached one is in its instance's folder."""
        return self.root / "volumes"

    def interface(self, instance_id: str) -> Path:
        """What an instance's interface is told, and says of itself."""
        return self.instances / instance_id / "interface"

    def attached_volumes(self, instance_id: str) -> Path:
        """A folder an attached volume, named by its device: the instance has it as `/volumes`."""
        return self.instances / instance_id / "volumes"

    def released_volumes(self, instance_id: str) -> Path:
        """What `attached_volumes` becomes when the instance is over: nothing can be attached any more."""
        return self.instances / instance_id / "released"

    @property
    def snapshots(self) -> Path:
        """A folder a snapshot."""
        return self.root / "snapshots"

    @property
    def keys(self) -> Path:
        """Private keys that were made here, for `ec2 ssh`."""
        return self.root / "keys"

    @property
    def known_hosts(self) -> Path:
        """The instances' host keys, as `ec2 ssh` first saw them."""
        return self.root / "known_hosts"

    @property
    def shell(self) -> Path:
        """A shell that needs no library, for workers whose image has none; it may be deleted and is made again."""
        return self.cache / "shell" / "sh"

    @property
    def scratch(self) -> Path:
        """Large things on their way elsewhere; nothing in it outlives the command that made it."""
        return self.cache / "scratch"

    @property
    def locks(self) -> Path:
        """Files that say by being locked that somebody is at work."""
        return self.root / "run" / "locks"

    def lock(self, name: str) -> Path:
        """Locked for as long as somebody does what only one may do at a time."""
        return self.locks / f"{name}.lock"

    def build_lock(self, name: str) -> Path:
        """Locked for as long as *name*, an image or a function, is being made."""
        return self.root / "run" / "builds" / f"{name}.lock"

    def function_logs(self, name: str) -> Path:
        return self.logs / "aws" / "lambda" / name

    @property
    def was_used(self) -> bool:
        """Whether a cloudlet ever worked in this folder: if not, what is in it is somebody else's."""
        return self.state_file.exists() or self.server_lock.exists() or self.build_lock("").parent.exists()

    def remove(self) -> None:
        """
        Remove what cloudlet keeps here, and the folder if nothing else is in it; the user's AMI definitions stay.

        A folder that no cloudlet worked in is left alone: its `logs` and `functions` are somebody else's.
        """
        if not self.was_used:
            return
        cloudlets_own = (
            "blobs",
            "cache",
            "functions",
            "instances",
            "keys",
            "layers",
            "logs",
            "run",
            "s3",
            "snapshots",
            "staging",
            "volumes",
        )
        for path in (self.root / name for name in cloudlets_own):
            shutil.rmtree(path, ignore_errors=not path.exists())
        for path in (*self.root.glob(f"{self.state_file.name}*"), *self.root.glob(f"{self.known_hosts.name}*")):
            path.unlink()
        with contextlib.suppress(OSError):
            self.root.rmdir()

    def create(self) -> None:
        """Make the folders that everything else counts on."""
        for folder in (self.buckets, self.staging, self.functions, self.dependencies, self.logs, self.pipes):
            folder.mkdir(parents=True, exist_ok=True)


def shipped_amis() -> Path:
    """Return the folder of the AMI definitions that come with cloudlet, in a wheel or in a checkout."""
    package = Path(__file__).parent
    installed = package / "amis"
    return installed if installed.is_dir() else package.parent / "amis"
