"""An engine that is absent, forbidden or too old: three messages, each with its fix, and one exit code."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cli.main import run
from emulator.cloud import Cloud
from emulator.doctor import Status, examine, fix
from emulator.engine.unavailable import EngineForbiddenError, EngineTooOldError, EngineUnreachableError
from emulator.progress import Silent
from emulator.settings import Settings

NO_ENGINE = 3

Environment = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def home(open_folder: Path, monkeypatch: Environment) -> Path:
    """A home below a folder that may be entered by who has no rights."""
    monkeypatch.setenv("CLOUDLET_HOME", str(open_folder / "home"))
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    return open_folder / "home"


def test_doctor_finds_the_engine_of_this_machine_usable(capsys: pytest.CaptureFixture[str]) -> None:
    """
    The tests run on an engine that can be used: doctor has to agree, and to say what it can enforce.
    """
    code = run(["doctor", "--output", "json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["Usable"] is True
    status = {check["Name"]: check["Status"] for check in answer["Checks"]}
    assert status["engine"] == status["access"] == status["version"] == "ok"
    assert status["memory limit"] == status["cpu limit"] == "ok"


def test_an_absent_engine_is_named_with_who_named_it(
    open_folder: Path, monkeypatch: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    DOCKER_HOST left over from another project is the usual reason.
    """
    monkeypatch.setenv("DOCKER_HOST", f"unix://{open_folder}/none.sock")

    code = run(["doctor"])

    out = capsys.readouterr().out
    assert code == NO_ENGINE
    assert f"FAIL  engine             no container engine answers at unix://{open_folder}/none.sock" in out
    assert "unset DOCKER_HOST" in out


def test_a_too_old_engine_says_which_api_it_speaks_and_which_is_needed(
    engine_of_version: Callable[[str], str], monkeypatch: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    It would work for a while, and fail at the first limit it does not know.
    """
    monkeypatch.setenv("DOCKER_HOST", engine_of_version("1.39"))

    code = run(["doctor"])

    out = capsys.readouterr().out
    assert code == NO_ENGINE
    assert "is too old: it speaks API 1.39, 1.41 is needed" in out
    assert "upgrade it to Docker 20.10 or podman 4" in out


def test_an_engine_too_old_for_the_sdk_itself_is_too_old_for_us(
    engine_of_version: Callable[[str], str], settings: Settings
) -> None:
    """
    The SDK refuses it in words of its own: they must not come out as "does not answer".
    """
    with Cloud(named(settings, engine_of_version("1.19"))) as cloud, pytest.raises(EngineTooOldError, match=r"1\.19"):
        cloud.engine.info()


def test_a_forbidden_engine_says_how_to_be_allowed(
    forbidden_engine: str,
    without_rights: Callable[[], AbstractContextManager[None]],
    monkeypatch: Environment,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """
    A user who was just added to the group, and has not logged in again, sees this one.
    """
    monkeypatch.setenv("DOCKER_HOST", forbidden_engine)

    with without_rights():
        code = run(["doctor"])

    out = capsys.readouterr().out
    assert code == NO_ENGINE
    assert f"FAIL  access             you may not use the container engine at {forbidden_engine}" in out
    assert "sudo usermod -aG docker $USER" in out


def test_a_context_that_names_a_silent_engine_says_so(open_folder: Path, settings: Settings) -> None:
    """
    The remedy is another than for DOCKER_HOST, and the user may have forgotten the context.
    """
    meta = open_folder / "docker" / "contexts" / "meta" / "1" / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": "desktop", "Endpoints": {"docker": {"Host": f"unix://{open_folder}/no.sock"}}}))
    (open_folder / "docker" / "config.json").write_text('{"currentContext": "desktop"}')

    found = examine(replaced(settings, docker_config=open_folder / "docker"))

    engine = next(check for check in found.checks if check.name == "engine")
    assert not found.engine_usable
    assert engine.status is Status.FAIL
    assert engine.fact.endswith("which context desktop names")
    assert "docker context use default" in str(engine.hint)


def test_fix_never_installs_an_engine_beside_one_that_was_named(open_folder: Path, settings: Settings) -> None:
    """
    The user asked for that engine; another one would hold their containers where they do not look.
    """
    progress = Recorded()

    with pytest.raises(EngineUnreachableError) as raised:
        fix(named(settings, f"unix://{open_folder}/none.sock"), progress)

    assert "none was installed in its place" in str(raised.value.hint)
    assert progress.titles == []


def test_fix_does_not_replace_a_forbidden_or_an_old_engine(
    forbidden_engine: str,
    engine_of_version: Callable[[str], str],
    without_rights: Callable[[], AbstractContextManager[None]],
    settings: Settings,
) -> None:
    """
    Installing is no remedy for either, and would be a second engine beside the first.
    """
    with without_rights(), pytest.raises(EngineForbiddenError):
        fix(named(settings, forbidden_engine), Silent())

    with pytest.raises(EngineTooOldError):
        fix(named(settings, engine_of_version("1.39")), Silent())


def test_fix_of_a_machine_that_lacks_nothing_does_nothing(settings: Settings) -> None:
    """
    `make test` calls it each time.
    """
    fix(settings, Silent())
    progress = Recorded()

    fix(settings, progress)

    assert progress.titles == []


def named(settings: Settings, url: str) -> Settings:
    """*settings* of a user whose DOCKER_HOST is *url*."""
    return replaced(settings, engine_url=url)


def replaced(settings: Settings, **changes: object) -> Settings:
    return Settings(**(vars(settings) | {"engine_url": None, "docker_context": None} | changes))


class Recorded(Silent):
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.titles.append(title)
        yield
