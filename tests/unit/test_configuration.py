"""Files of settings: which is found, what wins, what is refused, and what a server is given of them."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from emulator.settings import Settings
from emulator.settings.files import project_file, read_file
from emulator.settings.kinds import Switch
from emulator.settings.reading import ConfigurationError, environment_of, read
from emulator.settings.record import declarations
from emulator.settings.shown import MASK, shown


@dataclasses.dataclass(frozen=True)
class Place:
    """A user's own folder with a project in it, and a folder deep within the project."""

    home: Path
    project: Path
    deep: Path

    @property
    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.home), "CLOUDLET_HOME": str(self.home / "cloud")}

    def write(self, project: str = "", user: str = "") -> None:
        if project:
            (self.project / "cloudlet.toml").write_text(project)
        if user:
            (self.home / ".config" / "cloudlet").mkdir(parents=True)
            (self.home / ".config" / "cloudlet" / "config.toml").write_text(user)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "me", tmp_path / "me" / "project", tmp_path / "me" / "project" / "src" / "deep")
    place.deep.mkdir(parents=True)
    return place


def test_an_option_wins_over_the_environment_that_over_the_project_and_that_over_the_user(place: Place) -> None:
    """Each layer is told by its name, so that nobody has to guess why a value holds."""
    place.write(
        project="port = 1\nregion = 'eu-west-1'\ntime_scale = 0.5\n",
        user="port = 2\nregion = 'eu-west-2'\ntime_scale = 2\nmax_workers = 3\n",
    )

    found = read({**place.environ, "CLOUDLET_PORT": "4", "AWS_REGION": "us-west-2"}, place.deep, {"port": 5})

    settings, origins = found.settings, found.origins
    assert (settings.port, origins["port"]) == (5, "option --port")
    assert (settings.region, origins["region"]) == ("us-west-2", "variable AWS_REGION")
    assert (settings.time_scale, origins["time_scale"]) == (0.5, f"file {place.project}/cloudlet.toml: time_scale")
    user = f"file {place.home}/.config/cloudlet/config.toml: max_workers"
    assert (settings.max_workers, origins["max_workers"]) == (3, user)
    assert (settings.output, origins["output"]) == ("table", "default")


def test_the_project_s_file_is_the_nearest_one_and_none_above_the_user_s_own_folder(place: Place) -> None:
    """What lies above is nobody's project: /tmp/cloudlet.toml must not speak for all who work below /tmp."""
    (place.home.parent / "cloudlet.toml").write_text("")

    assert project_file(place.deep, place.home) is None
    (place.home / "cloudlet.toml").write_text("")
    assert project_file(place.deep, place.home) == place.home / "cloudlet.toml"
    (place.project / "cloudlet.toml").write_text("")
    assert project_file(place.deep, place.home) == place.project / "cloudlet.toml"


def test_the_search_ends_at_the_border_of_a_file_system() -> None:
    """As git's does: /proc is one of its own on every Linux, below a root where a file could lie."""
    asked: list[str] = []

    class Watched(type(Path())):  # type: ignore[misc]
        def is_file(self) -> bool:
            asked.append(str(self))
            return False

    assert project_file(Watched("/proc/self"), None) is None

    assert asked == ["/proc/self/cloudlet.toml", "/proc/cloudlet.toml"]


def test_a_folder_that_is_gone_has_no_project(tmp_path: Path) -> None:
    """A shell may stand in one."""
    assert project_file(tmp_path / "gone", None) is None


def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    """Whoever may write into a folder above ours could else choose the engine that we talk to."""
    file = tmp_path / "cloudlet.toml"
    file.write_text("engine_url = 'tcp://elsewhere:2375'\n")

    values, problems = read_file(file, {one.name: one for one in declarations()}, frozenset({os.geteuid() + 1}))

    assert values == {}
    assert [str(one) for one in problems] == [
        f"{file}: it belongs to another user, uid {os.geteuid()}: it is not believed"
    ]


def test_all_mistakes_are_told_at_once_each_with_its_place_and_what_was_meant(place: Place) -> None:
    """Of environment and both files: who mends one mistake a run gives up at the third."""
    place.write(
        project="prot = 1\noutput = 'jsn'\nport = '4566'\nrequire_auth = 1\n[server]\nport = 1\n",
        user="max_workers = 0\ntime_scale = nan\nproxies = 'x'\nhome = ''\nlog_bytes = true\n",
    )

    with pytest.raises(ConfigurationError) as caught:
        read({**place.environ, "CLOUDLET_TIME_SCALE": "fast"}, place.deep)

    file, user = place.project / "cloudlet.toml", place.home / ".config" / "cloudlet" / "config.toml"
    assert caught.value.message.splitlines() == [
        "CLOUDLET_TIME_SCALE='fast' is not a number of 0 or more",
        f"{file}: prot: there is no such setting; did you mean port?",
        f"{file}: output: 'jsn' is none of table, json, yaml, text; did you mean json?",
        f"{file}: port: '4566' is not a whole number from 0 to 65535",
        f"{file}: require_auth: 1 is not true or false",
        f"{file}: server: there is no such setting",
        f"{user}: max_workers: 0 is not a whole number of 1 or more",
        f"{user}: time_scale: nan is not a number of 0 or more",
        f"{user}: proxies: there is no such setting",
        f"{user}: home: '' is not a path",
        f"{user}: log_bytes: true is not a whole number of 65536 or more",
    ]


@pytest.mark.parametrize("content", [b"port = \n", b"port = 1\nport = 2\n", b"\xff\xfe", b"["])
def test_what_is_no_toml_is_told_with_its_file(place: Place, content: bytes) -> None:
    (place.project / "cloudlet.toml").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"project/cloudlet\.toml: it is no TOML: "):
        read(place.environ, place.deep)


def test_a_secret_is_in_no_message(place: Place) -> None:
    place.write(project="secret_access_key = 4711\n")

    with pytest.raises(ConfigurationError) as caught:
        read(place.environ, place.deep)

    assert "4711" not in caught.value.message


def test_a_relative_path_in_a_file_starts_at_the_file_and_one_in_a_variable_where_one_works(place: Place) -> None:
    place.write(project="home = '.cloud'\nca_bundle = 'ca.pem'\n")
    (place.project / "ca.pem").write_text("certificates")

    of_file = read({"HOME": str(place.home)}, place.deep).settings
    of_variable = read({"HOME": str(place.home), "CLOUDLET_HOME": "mine"}, place.deep).settings

    assert (of_file.home, of_file.ca_bundle) == (place.project / ".cloud", place.project / "ca.pem")
    assert of_variable.home == place.deep / "mine"


def test_a_relative_place_for_configuration_is_none(place: Place) -> None:
    """XDG's specification has such paths ignored."""
    place.write(user="port = 2\n")

    there = {**place.environ, "XDG_CONFIG_HOME": str(place.home / ".config"), "HOME": "/nowhere"}

    assert read(there, place.deep).settings.port == 2
    assert read({**there, "XDG_CONFIG_HOME": ".config", "HOME": ""}, place.home).settings.port == 4566


def test_a_variable_of_others_that_is_set_to_nothing_says_nothing(place: Place) -> None:
    """That is what it says to Docker and to AWS's SDKs; of ours, it is a mistake, but for a home."""
    place.write(project="region = 'eu-west-1'\nengine_url = 'unix:///x'\nhome = '/h'\n")

    nothing = {**place.environ, "AWS_REGION": "", "DOCKER_HOST": "", "CLOUDLET_HOME": ""}
    settings = read(nothing, place.deep).settings

    assert (settings.region, settings.engine_url, settings.home) == ("eu-west-1", "unix:///x", Path("/h"))
    for name in ("CLOUDLET_PORT", "CLOUDLET_VPC_CIDR", "CLOUDLET_REQUIRE_AUTH", "CLOUDLET_OUTPUT"):
        with pytest.raises(ConfigurationError, match=f"{name}='' "):
            read({**place.environ, name: ""}, place.deep)


VALUES: Mapping[str, object] = {
    "allowed_hosts": frozenset({"s3.test", "cloud"}),
    "home": Path("/h"),
    "port": 1,
    "output": "json",
    "region": "eu-west-1",
    "max_workers": 3,
    "worker_pause_seconds": 0.25,
    "worker_idle_seconds": 1e-7,
    "worker_transport": "unix",
    "time_scale": 1 / 3,
    "log_bytes": 2**53 + 1,
    "lifecycle_day_seconds": 1e300,
    "event_version": "2.5",
    "aws_runtime_images": True,
    "vpc_cidr": "10.0.0.0/16",
    "access_key_id": "k",
    "secret_access_key": "s = '#",
    "require_auth": True,
    "engine_url": "unix:///x",
    "docker_context": "c",
    "docker_config": Path("/d"),
    "runtime_dir": Path("/r"),
    "ca_bundle": Path(__file__),
}


def test_a_process_with_the_environment_of_settings_has_these_settings() -> None:
    """So does a server have what the project's file said to the command that started it."""
    settings = Settings(**VALUES)  # type: ignore[arg-type]

    again = Settings.from_environment(environment_of(settings, {}))

    assert set(VALUES) == {one.name for one in declarations()}
    assert again == settings


def test_what_a_file_can_say_is_what_a_variable_can_say(tmp_path: Path) -> None:
    """One reading of a value, whatever it is written in."""
    by_name = {one.name: one for one in declarations() if one.in_files}
    lines = []
    for name, one in by_name.items():
        words = one.kind.words(VALUES[name])
        is_word = str in one.kind.toml_types
        toml = ("true" if words == "1" else "false") if isinstance(one.kind, Switch) else words
        lines.append(f'{name} = "{words}"' if is_word else f"{name} = {toml}")
    file = tmp_path / "cloudlet.toml"
    file.write_text("\n".join(lines))

    values, problems = read_file(file, by_name, frozenset({os.geteuid()}))

    assert problems == []
    assert values == {name: VALUES[name] for name in by_name}


def test_secrets_and_passwords_are_not_shown(place: Place) -> None:
    """What is shown is pasted into chats; only the default secret is known to everybody anyway."""
    environ = {
        **place.environ,
        "CLOUDLET_SECRET_ACCESS_KEY": "hush",
        "DOCKER_HOST": "tcp://me:hush@engine:2375",
        "https_proxy": "http://me:hush@proxy:1",
    }

    told = {one.name: one.value for one in shown(read(environ, place.deep))}

    assert (told["secret_access_key"], told["engine_url"]) == (MASK, "tcp://…@engine:2375")
    assert told["https_proxy"] == "http://…@proxy:1"
    assert "hush" not in repr(told)
    assert {one.name: one.value for one in shown(read({}, None))}["secret_access_key"] == "test"
