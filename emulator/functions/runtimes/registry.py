"""Runtimes by AWS's names: which there can be here, how each begins, and what installs a package's needs for it."""

import re
from dataclasses import dataclass
from pathlib import Path

from emulator.functions.errors import RuntimeNotFoundError

DEFINITIONS = Path(__file__).with_name("images")
"""AMI definitions, one a runtime: runtime images are built as instances' images are."""

_AWS_REPOSITORIES = ("public.ecr.aws/lambda/{}", "amazon/aws-lambda-{}")
_AWS_COMMAND = ("/var/runtime/bootstrap",)
_OURS = "cloudlet/"
_CUSTOM = (
    "for file in /var/task/bootstrap /opt/bootstrap; do if [ -e $file ]; then exec $file; fi; done; "
    'echo "Couldn\'t find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"; exit 127'
)
_NPM = (
    'export PATH="/var/lang/bin:$PATH"; cp -R /requirements/. /dependencies; cd /dependencies; '
    "if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then exec npm ci --omit=dev; fi; "
    "exec npm install --omit=dev --no-package-lock"
)


@dataclass(frozen=True)
class Runtime:
    """A runtime by AWS's name; `command` runs the handler that _HANDLER names."""

    name: str
    command: tuple[str, ...] = _AWS_COMMAND
    install: tuple[str, ...] = ()
    """Installs what /requirements says into /dependencies."""
    manifest: str = ""
    """The file that says what a package needs; it is in /requirements when `install` runs."""

    @property
    def is_custom(self) -> bool:
        """Tell whether the function itself is the runtime."""
        return self.name.startswith("provided")

    @property
    def has_definition(self) -> bool:
        """Tell whether its image can be made here, without one of AWS's."""
        return (DEFINITIONS / self.name / "ami.yaml").is_file()

    @property
    def aws_images(self) -> tuple[str, ...]:
        """Return what AWS calls its own image of this runtime.

        >>> find_runtime("nodejs20.x").aws_images
        ('public.ecr.aws/lambda/nodejs:20', 'amazon/aws-lambda-nodejs:20')
        >>> find_runtime("provided.al2023").aws_images[0]
        'public.ecr.aws/lambda/provided:al2023'
        """
        match = re.fullmatch(r"([a-z]+)\.?(.+?)(\.x)?", self.name)
        assert match is not None  # noqa: S101 - all that are in the list below
        return tuple(f"{repository.format(match[1])}:{match[2]}" for repository in _AWS_REPOSITORIES)

    def command_in(self, image: str) -> tuple[str, ...]:
        """Return what begins a worker made from *image*: AWS's images have a way of their own."""
        return self.command if self.is_custom or is_ours(image) else _AWS_COMMAND


def is_ours(image: str) -> bool:
    """Tell whether *image* was made from a definition of cloudlet's."""
    return image.startswith(_OURS)


def _python(version: str) -> Runtime:
    python = f"/var/lang/bin/python{version}"
    pip = (
        *(python, "-m", "pip", "install", "--disable-pip-version-check", "--no-warn-script-location"),
        *("--progress-bar", "off", "--cache-dir", "/pip-cache", "--target", "/dependencies"),
        *("-r", "/requirements/requirements.txt"),
    )
    return Runtime(f"python{version}", (python, "/var/runtime/bootstrap.py"), pip, "requirements.txt")


def _nodejs(version: int) -> Runtime:
    command = ("/var/lang/bin/node", "/var/runtime/index.mjs")
    return Runtime(f"nodejs{version}.x", command, ("/bin/sh", "-ec", _NPM), "package.json")


def _custom(name: str) -> Runtime:
    return Runtime(name, ("/bin/sh", "-c", _CUSTOM))


RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        *(_python(f"3.{minor}") for minor in range(8, 15)),
        *(_nodejs(version) for version in (16, 18, 20, 22, 24)),
        *(Runtime(name) for name in ("java8.al2", "java11", "java17", "java21", "java25")),
        *(Runtime(name) for name in ("dotnet6", "dotnet8", "dotnet10")),
        *(Runtime(name) for name in ("ruby3.2", "ruby3.3", "ruby3.4")),
        *(_custom(name) for name in ("provided.al2", "provided.al2023")),
    )
}
"""Those that AWS takes; `local.LocalRuntimes` knows which of them there are here."""


def find_runtime(name: str) -> Runtime:
    """Return the runtime called *name*; RuntimeNotFoundError lists those that AWS has."""
    try:
        return RUNTIMES[name]
    except KeyError:
        raise RuntimeNotFoundError(name, RUNTIMES) from None
