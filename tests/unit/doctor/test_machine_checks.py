"""What doctor says of a machine, apart from its engine."""

from pathlib import Path

import pytest

from emulator.doctor import Status
from emulator.doctor.machine_checks import check_certificates, check_home, check_inotify, check_proxies, check_room
from emulator.settings import Settings
from emulator.units import GIB


def test_a_home_that_can_be_made_is_well_and_is_not_made(tmp_path: Path) -> None:
    """
    Looking changes nothing: doctor is what people run before they decide.
    """
    home = tmp_path / "not" / "yet"

    check = check_home(home)

    assert check.status is Status.OK
    assert list(tmp_path.iterdir()) == []


def test_a_home_below_a_file_fails_and_says_which(tmp_path: Path) -> None:
    """
    The message of the first failing write would name a database instead.
    """
    (tmp_path / "file").touch()

    check = check_home(tmp_path / "file" / "home")

    assert check.status is Status.FAIL
    assert f"{tmp_path / 'file'} is not a folder" in check.fact
    assert "CLOUDLET_HOME" in str(check.hint)


@pytest.mark.parametrize(
    ("free_bytes", "status"), [(100 * GIB, Status.OK), (2 * GIB, Status.WARN), (GIB // 2, Status.FAIL)]
)
def test_little_room_warns_and_none_fails(tmp_path: Path, free_bytes: int, status: Status) -> None:
    """
    An AMI is hundreds of megabytes: a build that dies of a full disk is hard to read.
    """
    check = check_room(tmp_path, free_bytes)

    assert check.status is status


def test_the_kernel_s_limits_on_watches_are_compared_and_the_remedy_is_a_command(tmp_path: Path) -> None:
    """
    A bucket with more folders than watches falls back to scanning, and nobody would know why it is slow.
    """
    (tmp_path / "max_user_watches").write_text("8192\n")
    (tmp_path / "max_user_instances").write_text("1024\n")

    watches, instances = check_inotify(tmp_path)

    assert watches.status is Status.WARN
    assert "sudo sysctl fs.inotify.max_user_watches=65536" in str(watches.hint)
    assert instances.status is Status.OK


def test_a_system_without_inotify_has_nothing_to_check(tmp_path: Path) -> None:
    """
    macOS watches folders by other means.
    """
    assert check_inotify(tmp_path / "missing") == []


def test_a_proxy_is_named_without_its_password(tmp_path: Path) -> None:
    """
    What doctor prints ends up in bug reports.
    """
    settings = Settings(home=tmp_path, proxies={"HTTPS_PROXY": "http://me:secret@proxy.example:3128"})

    check = check_proxies(settings)

    assert check.status is Status.OK
    assert "secret" not in check.fact
    assert "proxy.example:3128" in check.fact


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:3128", "localhost:3128", "http://[::1]:3128"])
def test_a_proxy_on_loopback_warns(tmp_path: Path, proxy: str) -> None:
    """
    Inside a build, loopback is the container: packages would not be found, with a message about the network.
    """
    check = check_proxies(Settings(home=tmp_path, proxies={"HTTP_PROXY": proxy, "NO_PROXY": "localhost"}))

    assert check.status is Status.WARN


def test_no_proxy_alone_is_no_proxy_on_loopback(tmp_path: Path) -> None:
    """
    NO_PROXY=localhost is usual, and harmless.
    """
    check = check_proxies(
        Settings(home=tmp_path, proxies={"HTTP_PROXY": "http://proxy.example:3128", "NO_PROXY": "127.0.0.1"})
    )

    assert check.status is Status.OK


def test_the_certificates_that_builds_trust_are_named(tmp_path: Path) -> None:
    """
    Behind a proxy with a CA of its own, this file is the difference between a build and an SSL error.
    """
    bundle = tmp_path / "ca.crt"
    bundle.touch()

    check = check_certificates(Settings(home=tmp_path, ca_bundle=bundle))

    assert check.status is Status.OK
    assert str(bundle) in check.fact
